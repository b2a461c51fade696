//! The most memory that each program has at a time.

use std::fs::File;
use std::process::Command;

use anyhow::Result;

use super::contender::Contenders;
use super::{NMAP, OURS, RUSTSCAN, words};
use crate::rig::{BLOCK, House, Place, Promise, Sheet, Stage, figure, peak_kib};

/// How much ours is to have at most, in MiB.
const AT_MOST_MIB: f64 = 32.0;

/// Drops all privilege.
const AS_NOBODY: [&str; 4] = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];

/// Measures them, once each: peaks hardly differ. Each finds an open port, and so succeeds.
///
/// # Errors
///
/// The output cannot be written.
pub fn measure(stage: &Stage, contenders: &Contenders) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["command", "MiB", "promised"]);
    let near = House::REFUSING.v4(Place::Street).to_string();
    let far = House::REFUSING.v4(Place::Island).to_string();
    let walled = House::WALLED.v4(Place::Island).to_string();
    let lines = [
        words(OURS, &[&near, "-"]),
        words(OURS, &[&far, "-"]),
        words(OURS, &[&walled, "-"]),
        words(OURS, &[BLOCK, "1-100"]),
        words(OURS, &[&near, "22", "81"]),
        words(NMAP, &["-p-", &near]),
        words(NMAP, &["-p22,81", &near]),
        words(RUSTSCAN, &["-a", &near, "-r", "1-65535"]),
    ];
    for line in lines {
        let Some(program) = contenders.program(&line[0]) else { continue };
        let mut command = Command::new("setpriv");
        command.args(AS_NOBODY).arg(program).args(&line[1..]);
        let output = File::create(stage.folder.path().join("output"))?;
        let mut mib = f64::NAN;
        match peak_kib(&command, &output) {
            Ok(kib) => mib = f64::from(u32::try_from(kib)?) / 1024.0,
            Err(error) => sheet.surprise(format!("{}: {error:#}", line.join(" "))),
        }
        let promise = (line[0] == OURS[0]).then_some(Promise::AtMost(AT_MOST_MIB));
        sheet.row([line.join(" "), figure(mib, 1), Promise::cell_of(promise, mib)]);
    }
    Ok(sheet)
}
