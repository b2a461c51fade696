//! A network namespace of our own: nothing in it can reach anything outside.

use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use rustix::process::geteuid;

use super::folder::Folder;
use super::packages::{Program, program};
use super::process::succeed;

/// What making a namespace takes.
pub const PROGRAMS: [Program; 5] = [
    program("unshare", "util-linux"),
    program("setpriv", "util-linux"),
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
/// Whatever it started there ends with it, and what it mounted or wrote below [`TEMPORARY`] is gone.
/// It ends itself when we do, however that is.
pub fn command<'a>(program: &Path, args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", "--", "unshare"])
        .args(["--net", "--mount", "--propagation", "private", "--pid", "--fork"])
        .args(["--kill-child", "--mount-proc", "--"])
        .arg(program)
        .args(args)
        .env("TMPDIR", TEMPORARY);
    command
}

/// Where a namespace has its temporary files, and the names of others: nobody outside sees them.
const TEMPORARY: &str = "/run";

/// Makes loopback and a place for temporary files, in a namespace that is new.
///
/// # Errors
///
/// It is not new: an interface is up. Or nothing can be mounted.
pub fn settle() -> Result<()> {
    let here = Path::new("/");
    let up = succeed(here, "ip", ["-oneline", "link", "show", "up"])?;
    // In a new namespace not even loopback is up.
    ensure!(up.stdout.is_empty(), "this is no namespace of our own: {}", up.text().trim_end());
    ip("link set lo up")?;
    succeed(here, "mount", ["--no-mtab", "-t", "tmpfs", "tmpfs", TEMPORARY])?;
    Ok(())
}

/// Runs `ip` in our own namespace.
///
/// # Errors
///
/// It fails.
pub fn ip(line: &str) -> Result<()> {
    succeed(Path::new("/"), "ip", line.split_whitespace())?;
    Ok(())
}

/// Gives loopback one more address, which can be used at once.
///
/// # Errors
///
/// It cannot have it.
pub fn add_address(address: IpAddr) -> Result<()> {
    let mut line = format!("address add {address} dev lo");
    if address.is_ipv6() {
        // Nobody else can have it, and until the kernel knows that a moment may pass.
        line.push_str(" nodad");
    }
    ip(&line)
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
