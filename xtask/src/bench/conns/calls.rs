//! How many system calls each program makes.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::contender::{Line, name, program};
use crate::rig::{Sheet, Stage, figure, total_calls};

/// Who is looked at, each after what it is held against.
const GROUPS: [&[Line]; 3] = [
    &[&["ss", "-tan"], &["conns", "-ta"], &["netstat", "-tan"]],
    &[&["ss", "-ltn"], &["conns", "-tl"], &["netstat", "-ltn"]],
    &[&["ss", "-tanp"], &["conns", "-tap"], &["netstat", "-tanp"], &["lsof", "-nP", "-iTCP"]],
];

/// Counts them all, with the sockets that there are.
///
/// # Errors
///
/// strace cannot do its work.
pub fn count(stage: &Stage) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["command", "system calls", "of ss"]);
    for group in GROUPS {
        let peer = calls_of(stage, group[0])?;
        sheet.row([name(group[0]), peer.to_string(), figure(1.0, 3)]);
        for line in &group[1..] {
            let calls = calls_of(stage, line)?;
            let ratio = f64::from(calls) / f64::from(peer);
            sheet.row([name(line), calls.to_string(), figure(ratio, 3)]);
        }
    }
    Ok(sheet)
}

/// How many one makes, with its threads and the programs that it starts.
fn calls_of(stage: &Stage, line: Line) -> Result<u32> {
    let folder = stage.folder.path();
    let summary = folder.join("calls");
    Command::new("strace")
        .args(["-f", "-c", "-U", "name,calls", "-o"])
        .arg(&summary)
        .arg(program(stage, line))
        .args(&line[1..])
        .stdin(Stdio::null())
        .stdout(File::create(folder.join("output"))?)
        .stderr(Stdio::null())
        .status()
        .context("cannot run strace")?;
    let summary = fs::read_to_string(summary).context("strace wrote nothing")?;
    total_calls(&summary).with_context(|| format!("strace counted nothing of {}", name(line)))
}
