//! `wellknown` beside getent, which asks a file of 300 services.

use anyhow::Result;

use crate::rig::{Chapter, Report, Sprint, Stage, program};

/// How often each program runs, for each round.
const RUNS_PER_ROUND: usize = 60;

/// The bench's chapter of `wellknown`.
pub const CHAPTER: Chapter =
    Chapter { name: "wellknown", programs: &[program("getent", "libc-bin")], run };

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let ours = stage.tool("wellknown");
    let sheet = Sprint::beside("getent services ssh")
        .with_program("wellknown -s ssh", &ours, Some(1.0))
        .with_program("wellknown -s 80", &ours, Some(1.0))
        .with_program("wellknown ssh", &ours, None)
        .with_program("wellknown http", &ours, None)
        .with_program("wellknown --json 6000-6063", &ours, None)
        .with_program("wellknown --search secure shell", &ours, None)
        .with("getent services 80/tcp")
        .run(stage.rounds * RUNS_PER_ROUND)?;
    report.show("One service, from the start of the program to its end", &sheet)
}
