//! A network namespace of our own: nothing in it can reach anything outside.

use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::geteuid;

use super::folder::Folder;
use super::packages::{Program, program};
use super::process::succeed;

/// What making a namespace takes.
pub const PROGRAMS: [Program; 4] = [
    program("unshare", "util-linux"),
    program("mount", "mount"),
    program("ip", "iproute2"),
    program("nft", "nftables"),
];

/// Fails unless we may make namespaces.
///
/// # Errors
///
/// We are not root.
pub fn require_root() -> Result<()> {
    ensure!(geteuid().is_root(), "a network namespace of our own takes root");
    Ok(())
}

/// Runs `program` with `args`, in namespaces of its own: network, mounts, processes.
///
/// Whatever it started there ends with it, and what it mounted is gone.
///
/// # Errors
///
/// It failed, which it has told.
pub fn enter(program: &Path, args: impl IntoIterator<Item = String>) -> Result<()> {
    let status = Command::new("unshare")
        .args(["--net", "--mount", "--propagation", "private", "--pid", "--fork"])
        .args(["--kill-child", "--mount-proc", "--"])
        .arg(program)
        .args(args)
        .status()
        .context("cannot run unshare")?;
    if !status.success() {
        bail!("not all is as it should be");
    }
    Ok(())
}

/// Makes loopback usable in a namespace that is new.
///
/// # Errors
///
/// It is not new: an interface is up.
pub fn settle() -> Result<()> {
    let here = Path::new("/");
    let up = succeed(here, "ip", ["-oneline", "link", "show", "up"])?;
    // In a new namespace not even loopback is up.
    ensure!(up.stdout.is_empty(), "this is no namespace of our own: {}", up.text().trim_end());
    succeed(here, "ip", ["link", "set", "lo", "up"])?;
    Ok(())
}

/// Gives loopback one more address.
///
/// # Errors
///
/// It cannot have it.
pub fn add_address(address: IpAddr) -> Result<()> {
    succeed(Path::new("/"), "ip", ["address", "add", &address.to_string(), "dev", "lo"])?;
    Ok(())
}

/// Drops whatever comes in for an address, without a word.
///
/// # Errors
///
/// The kernel cannot filter.
pub fn drop_all_to(address: IpAddr) -> Result<()> {
    let family = if address.is_ipv4() { "ip" } else { "ip6" };
    let rules = format!(
        "add table inet xtask; \
         add chain inet xtask input {{ type filter hook input priority 0; }}; \
         add rule inet xtask input {family} daddr {address} drop"
    );
    succeed(Path::new("/"), "nft", [&rules])?;
    Ok(())
}

/// Names that the system knows, and a server that is not there to ask for others.
///
/// # Errors
///
/// The system's own files cannot be replaced.
pub fn prepare_names(folder: &Folder, hosts: &str) -> Result<()> {
    put_in_place(&folder.write("hosts", hosts)?, "/etc/hosts")?;
    put_in_place(&folder.write("resolv.conf", "nameserver 127.0.0.1\n")?, "/etc/resolv.conf")
}

/// Puts a file in the place of one of the system's, for whoever runs in our namespace.
///
/// # Errors
///
/// There is no such place.
pub fn put_in_place(file: &Path, place: &str) -> Result<()> {
    let file = file.to_str().context("the path of a file of ours is text")?;
    succeed(Path::new("/"), "mount", ["--bind", file, place])?;
    Ok(())
}
