//! One name: the time that a whole program takes.

use anyhow::Result;

use super::zone::ZONE;
use crate::rig::{Sheet, Sprint, Stage};

/// How often each program runs, for each round.
const RUNS_PER_ROUND: usize = 40;

/// The others, as people type them. All of them ask the server in /etc/resolv.conf.
const RIVALS: [&str; 5] = ["dig +short", "kdig +short", "host", "nslookup", "drill"];

/// How many milliseconds longer than getent, which only asks for addresses, ours takes at most.
const SLOWER_BY_MS: f64 = 1.5;

/// How much of the time of dig ours takes at most.
const OF_DIG: f64 = 0.2;

/// Measures ours beside dig alone.
///
/// # Errors
///
/// One of them cannot be started.
pub fn beside_dig(stage: &Stage) -> Result<Sheet> {
    let ours = stage.tool("lookup");
    let sprint = Sprint::beside("dig +short")
        .with_program("lookup -s", &ours, Some(OF_DIG))
        .with_program("lookup", &ours, Some(OF_DIG));
    sprint.asked(&[&format!("h7.{ZONE}")]).run(stage.rounds * RUNS_PER_ROUND)
}

/// Measures them all, in turns.
pub fn measure(stage: &Stage) -> Result<Sheet> {
    let ours = stage.tool("lookup");
    let mut sprint = Sprint::beside("getent ahosts")
        .with_slower_by("lookup -s", &ours, SLOWER_BY_MS)
        .with_slower_by("lookup", &ours, SLOWER_BY_MS);
    for rival in RIVALS {
        sprint = sprint.with(rival);
    }
    sprint.asked(&[&format!("h7.{ZONE}")]).run(stage.rounds * RUNS_PER_ROUND)
}
