//! How many system calls each program makes for a port.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::contender::Contenders;
use super::{NMAP, OURS, RUSTSCAN, words};
use crate::rig::{Sheet, Stage, figure, total_calls};

/// How many ports are asked, of which none is open.
pub const PORTS: u32 = 4_000;

/// The last port that is not asked.
const BEFORE: u32 = 10_000;

/// As whom strace runs a program: it knows users by name.
const NOBODY: &str = "nobody";

/// Counts them all.
///
/// # Errors
///
/// strace cannot do its work.
pub fn count(stage: &Stage, contenders: &Contenders, address: &str) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["command", "system calls", "for a port"]);
    let range = format!("{}-{}", BEFORE + 1, BEFORE + PORTS);
    for line in [
        words(OURS, &[address, &range]),
        words(NMAP, &["-p", &range, address]),
        words(RUSTSCAN, &["-a", address, "-r", &range]),
    ] {
        let Some(program) = contenders.program(&line[0]) else { continue };
        let summary = stage.folder.path().join("calls");
        Command::new("strace")
            .args(["-f", "-c", "-U", "name,calls", "-u", NOBODY, "-o"])
            .arg(&summary)
            .arg(program)
            .args(&line[1..])
            .stdin(Stdio::null())
            .stdout(File::create(stage.folder.path().join("output"))?)
            .stderr(Stdio::null())
            .status()
            .context("cannot run strace")?;
        let summary = fs::read_to_string(summary).context("strace wrote nothing")?;
        let calls = total_calls(&summary).context("strace counted nothing")?;
        let for_a_port = f64::from(calls) / f64::from(PORTS);
        sheet.row([line.join(" "), calls.to_string(), figure(for_a_port, 2)]);
    }
    Ok(sheet)
}
