//! Where sockets come from.

use output::Family;

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "Linux reads it"))]
mod procfs;

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", windows))]
mod portable;
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", windows)))]
#[path = "unsupported.rs"]
mod portable;

pub(crate) use portable::{CollectError, collect};

/// Whether this process may look into those of every user.
#[cfg(unix)]
pub(crate) fn sees_all_processes() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether this process may look into those of every user.
#[cfg(not(unix))]
pub(crate) fn sees_all_processes() -> bool {
    true
}

/// Which sockets to collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds {
    pub tcp: bool,
    pub udp: bool,
    pub family: Family,
}
