//! Where sockets come from: one question, two ways to have it answered.

use clap::ValueEnum;
use output::Notes;
use thiserror::Error;

use crate::request::Request;
use crate::socket::Socket;

#[cfg(all(test, target_os = "linux"))]
pub(crate) mod captured;
#[cfg(target_os = "linux")]
pub(crate) mod native;
#[cfg(target_os = "linux")]
pub(crate) mod procnet;

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", windows))]
mod portable;
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", windows)))]
#[path = "unsupported.rs"]
mod portable;

/// A way to learn of sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Backend {
    /// Linux' sock_diag, spoken directly: all that the kernel tells
    #[cfg(target_os = "linux")]
    #[default]
    Native,
    /// The crate netstat2, for every system: TCP and UDP
    #[cfg_attr(not(target_os = "linux"), default)]
    Portable,
}

/// Why sockets could not be collected.
#[derive(Debug, Error)]
pub enum CollectError {
    /// The list broke off.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Dump(#[from] native::DumpError),
    /// Neither does the kernel tell, nor is it to be read.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Read(#[from] procnet::ReadError),
    /// The portable back end failed.
    #[error(transparent)]
    Portable(#[from] portable::PortableError),
}

/// Sockets as they become known; each goes through many hands.
pub(crate) type Sockets = Box<dyn Iterator<Item = Result<Box<Socket>, CollectError>>>;

/// The sockets of the network namespace that this thread is in. A back end may tell more than was
/// asked for.
///
/// # Errors
///
/// None can be told at all.
pub(crate) fn collect(
    request: &Request,
    backend: Backend,
    notes: &Notes,
) -> Result<Sockets, CollectError> {
    match backend {
        #[cfg(target_os = "linux")]
        Backend::Native => Ok(Box::new(native::Sockets::new(request, notes))),
        Backend::Portable => portable::collect(request, notes),
    }
}

/// Whether this process has the rights of root, and so looks into those of every user.
#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether this process has the rights of root, and so looks into those of every user.
#[cfg(not(unix))]
pub(crate) fn is_root() -> bool {
    false
}
