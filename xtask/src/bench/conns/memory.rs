//! The most memory that each program has at a time, with few sockets and with many.

use std::fs::File;

use anyhow::Result;

use super::contender::{Line, command, name};
use crate::rig::{Sheet, Stage, figure, median, peak_kib};

/// Who is measured, and what is asked of it.
const SUBJECTS: [(Line, &str); 9] = [
    (&["conns", "-tap"], "1.00 of ss -tanp"),
    (&["ss", "-tanp"], ""),
    (&["netstat", "-tanp"], ""),
    (&["lsof", "-nP", "-iTCP"], ""),
    (&["conns", "-ta"], ""),
    (&["ss", "-tan"], ""),
    (&["conns", "-ta", "-f", "jsonl"], "the same with few and many"),
    (&["conns", "-tap", "-f", "jsonl"], ""),
    (&["true"], ""),
];

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
        Sheet::new(&["command", "KiB, few", &of_peer, "KiB, many", &of_peer, "at most"]);
    for (index, (line, at_most)) in SUBJECTS.into_iter().enumerate() {
        sheet.row([
            name(line),
            figure(few[index], 0),
            figure(few[index] / few[PEER], 2),
            figure(many[index], 0),
            figure(many[index] / many[PEER], 2),
            at_most.to_owned(),
        ]);
    }
    sheet
}
