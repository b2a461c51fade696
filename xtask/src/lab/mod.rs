//! The lab: our tools beside those of others, asked the same, against real servers.

mod conns;
mod lookup;
mod myip;
mod portscan;

use anyhow::Result;

use crate::build::Profile;
use crate::rig::{Chapter, Selection, perform};

/// Every chapter, in the order in which they run.
const CHAPTERS: [Chapter; 4] = [myip::CHAPTER, lookup::CHAPTER, conns::CHAPTER, portscan::CHAPTER];

/// Runs the chapters that are selected.
pub fn run(selection: &Selection) -> Result<()> {
    perform(("lab", Profile::Dev), &CHAPTERS, selection, 1)
}
