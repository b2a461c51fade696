//! The bench: our tools beside those of others, in one run, on one machine. It asserts no times.

mod conns;
mod lookup;
mod myip;
mod portscan;
mod preface;
mod start;
mod wellknown;

use anyhow::Result;

use crate::build::Profile;
use crate::rig::{Book, Chapter, Selection};

/// Every chapter, in the order in which they run.
const CHAPTERS: [Chapter; 6] = [
    start::CHAPTER,
    myip::CHAPTER,
    lookup::CHAPTER,
    conns::CHAPTER,
    portscan::CHAPTER,
    wellknown::CHAPTER,
];

/// Runs the chapters that are selected, each measurement so many times.
pub fn run(selection: &Selection, rounds: usize) -> Result<()> {
    let book = Book {
        name: "bench",
        profile: Profile::Release,
        chapters: &CHAPTERS,
        preface: preface::print,
    };
    book.perform(selection, rounds)
}
