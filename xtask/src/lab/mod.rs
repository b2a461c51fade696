//! The lab: our tools beside those of others, asked the same, against real servers.

mod conns;
mod itself;
mod lookup;
mod myip;
mod portscan;
mod wellknown;

use anyhow::Result;

use crate::build::Profile;
use crate::rig::{Book, Chapter, Selection};

/// Every chapter, in the order in which they run.
const CHAPTERS: [Chapter; 6] = [
    myip::CHAPTER,
    lookup::CHAPTER,
    conns::CHAPTER,
    portscan::CHAPTER,
    wellknown::CHAPTER,
    itself::CHAPTER,
];

/// Runs the chapters that are selected.
pub fn run(selection: &Selection) -> Result<()> {
    let book =
        Book { name: "lab", profile: Profile::Dev, chapters: &CHAPTERS, preface: |_| Ok(()) };
    book.perform(selection, 1)
}
