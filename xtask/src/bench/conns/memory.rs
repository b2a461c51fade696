//! The most memory that each program has at a time, with few sockets and with many.

use std::fs::File;

use anyhow::Result;

use super::contender::{Line, command, name};
use crate::rig::{Promise, Sheet, Stage, figure, median, peak_kib};

/// Who is measured, and what is asked of it.
const SUBJECTS: [(Line, Promised); 9] = [
    (&["conns", "-tap"], Promised::OfPeer(1.0)),
    (&["ss", "-tanp"], Promised::Nothing),
    (&["netstat", "-tanp"], Promised::Nothing),
    (&["lsof", "-nP", "-iTCP"], Promised::Nothing),
    (&["conns", "-ta"], Promised::Nothing),
    (&["ss", "-tan"], Promised::Nothing),
    (&["conns", "-ta", "-f", "jsonl"], Promised::OfFew(1.0)),
    (&["conns", "-tap", "-f", "jsonl"], Promised::Nothing),
    (&["true"], Promised::Nothing),
];

/// What is promised of the memory that one has at most.
#[derive(Debug, Clone, Copy)]
enum Promised {
    Nothing,
    /// So much of what the peer has, with few and with many.
    OfPeer(f64),
    /// So much with many of what it has with few.
    OfFew(f64),
}

/// What all are held against: its place among them.
const PEER: usize = 1;

/// The peak of each of them, in KiB. That of one that fails is not a number.
pub type Peaks = [f64; SUBJECTS.len()];

/// Measures them all, with the sockets that there are.
///
/// # Errors
///
/// The output cannot be written.
pub fn measure(stage: &Stage) -> Result<Peaks> {
    let output = stage.folder.path().join("output");
    let mut runs = Vec::new();
    for _ in 0..stage.rounds {
        let mut peaks: Peaks = [f64::NAN; SUBJECTS.len()];
        for ((line, _), peak) in SUBJECTS.iter().zip(&mut peaks) {
            let file = File::create(&output)?;
            let measured = peak_kib(&command(stage, line, file.try_clone()?), &file);
            *peak =
                measured.map_or(f64::NAN, |kib| f64::from(u32::try_from(kib).unwrap_or(u32::MAX)));
        }
        runs.push(peaks);
    }
    Ok(std::array::from_fn(|subject| median(runs.iter().map(|peaks| peaks[subject]))))
}

/// The table of what was measured with few sockets and with many.
pub fn sheet(few: &Peaks, many: &Peaks) -> Sheet {
    let of_peer = format!("of {}", name(SUBJECTS[PEER].0));
    let mut sheet =
        Sheet::new(&["command", "KiB, few", &of_peer, "KiB, many", &of_peer, "promised"]);
    for (index, (line, promised)) in SUBJECTS.into_iter().enumerate() {
        let of_peer = [few, many].map(|peaks| peaks[index] / peaks[PEER]);
        let promised = match promised {
            Promised::Nothing => String::new(),
            Promised::OfPeer(limit) => {
                let [few, many] = of_peer.map(|ratio| Promise::AtMost(limit).cell(ratio));
                format!("few: {few}, many: {many}")
            }
            Promised::OfFew(limit) => {
                let cell = Promise::AtMost(limit).cell(many[index] / few[index]);
                format!("of few: {cell}")
            }
        };
        sheet.row([
            name(line),
            figure(few[index], 0),
            figure(of_peer[0], 2),
            figure(many[index], 0),
            figure(of_peer[1], 2),
            promised,
        ]);
    }
    sheet
}
