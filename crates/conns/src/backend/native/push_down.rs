//! What the kernel needs to evaluate an expression by itself: numbers for names.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use rustix::net::netdevice::name_to_index;
use rustix::net::{AddressFamily, SocketType, socket};

use crate::backend::is_root;
use crate::filter::{Expression, Kernel};

/// A program that spares the kernel telling what will not be shown, if there is any. In another
/// network namespace interfaces have other numbers, so there they are left to us.
pub(crate) fn bytecode(expression: &Expression, is_here: bool) -> Option<Arc<[u8]>> {
    let kernel = Kernel {
        interface: &|name| if is_here { interface(name) } else { None },
        cgroup: &cgroup,
        knows_marks: is_root(),
    };
    expression.bytecode(&kernel).map(Arc::from)
}

fn interface(name: &str) -> Option<u32> {
    let any = socket(AddressFamily::INET, SocketType::DGRAM, None).ok()?;
    name_to_index(any, name).ok()
}

fn cgroup(path: &str) -> Option<u64> {
    /// Where systemd mounts the second version.
    const MOUNT: &str = "/sys/fs/cgroup";
    let mount = Path::new(MOUNT);
    // Elsewhere the number of the directory is no group's.
    mount.join("cgroup.controllers").exists().then_some(())?;
    Some(fs::metadata(mount.join(path.trim_start_matches('/'))).ok()?.ino())
}
