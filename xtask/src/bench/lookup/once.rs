//! One name: the time that a whole program takes.

use anyhow::Result;

use super::zone::ZONE;
use crate::rig::{Sheet, Sprint, Stage};

/// How often each program runs, for each round.
const RUNS_PER_ROUND: usize = 40;

/// The others, as people type them. All of them ask the server in /etc/resolv.conf.
const RIVALS: [&str; 5] = ["dig +short", "kdig +short", "host", "nslookup", "drill"];

/// Measures them all, in turns.
pub fn measure(stage: &Stage) -> Result<Sheet> {
    let ours = stage.tool("lookup");
    let mut sprint = Sprint::beside("getent ahosts")
        .with_program("lookup -s", &ours, None)
        .with_program("lookup", &ours, None);
    for rival in RIVALS {
        sprint = sprint.with(rival);
    }
    sprint.asked(&[&format!("h7.{ZONE}")]).run(stage.rounds * RUNS_PER_ROUND)
}
