//! The lab: our tools beside those of others, asked the same, against real servers.

mod conns;
mod lookup;

use anyhow::Result;

use crate::build::Profile;
use crate::rig::{Chapter, Selection, perform};

/// Every chapter, in the order in which they run.
const CHAPTERS: [Chapter; 2] = [lookup::CHAPTER, conns::CHAPTER];

/// Runs the chapters that are selected.
pub fn run(selection: &Selection) -> Result<()> {
    perform(("lab", Profile::Dev), &CHAPTERS, selection, 1)
}
