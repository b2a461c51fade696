//! DNS servers of others, which have to answer before they are of use.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use testkit::run;

use super::daemon::Daemon;
use super::folder::Folder;

/// The name of a zone and the file that it is in.
pub type Zone = (String, PathBuf);

/// Starts knot with one worker at port 53 of an address. It transfers its zones to loopback.
///
/// # Errors
///
/// It does not start, or does not serve a zone.
pub fn knot(folder: &Folder, address: &str, zones: &[Zone]) -> Result<Daemon> {
    let name = format!("knot-{address}");
    let own = folder.path().join(&name);
    fs::create_dir(&own)?;
    let dir = own.display();
    let mut config = format!(
        "server:\n  rundir: {dir}\n  listen: {address}@53\n  udp-workers: 1\n  tcp-workers: 1\n  \
         background-workers: 1\n\
         log:\n  - target: stderr\n    any: info\n\
         database:\n  storage: {dir}\n\
         acl:\n  - id: here\n    address: 127.0.0.0/8\n    action: transfer\n\
         template:\n  - id: default\n    acl: here\n    zonefile-sync: -1\n    \
         journal-content: none\n    semantic-checks: off\n\
         zone:\n"
    );
    for (zone, file) in zones {
        writeln!(config, "  - domain: {zone}\n    file: {}", file.display())?;
    }
    let config = folder.write(&format!("{name}.conf"), config)?;
    let mut command = Command::new("knotd");
    command.arg("--config").arg(config);
    start_server(folder, &name, command, address, zones)
}

/// Starts a server and waits until it answers for every one of its zones.
///
/// # Errors
///
/// It ends, or does not answer in time.
pub fn start_server(
    folder: &Folder,
    name: &str,
    command: Command,
    address: &str,
    zones: &[Zone],
) -> Result<Daemon> {
    let mut daemon = Daemon::start(name, command, folder.path())?;
    for (zone, _) in zones {
        let serves = || serves(address, zone);
        daemon.await_ready(serves).with_context(|| format!("{name} does not serve {zone}"))?;
    }
    Ok(daemon)
}

/// Whether a server knows the SOA record of a zone.
fn serves(server: &str, zone: &str) -> bool {
    let server = format!("@{server}");
    let output = run("kdig", [&server, zone, "SOA", "+short", "+time=1", "+retry=0"]);
    output.code == Some(0) && !output.stdout.is_empty()
}
