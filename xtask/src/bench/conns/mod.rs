//! `conns` beside ss, netstat and lsof, with few sockets, with many, and with many processes.

mod calls;
mod contender;
mod memory;
mod race;

use anyhow::Result;

use self::memory::Peaks;
use self::race::Race;
use crate::rig::{Chapter, Farm, Population, Report, Stage, program};

/// A machine that has little to do.
const FEW: Population = Population { sockets: 1_000, holders: 8, crowd: 300, descriptors: 7 };

/// A busy server.
const MANY: Population = Population { sockets: 50_000, ..FEW };

/// A machine with many users.
const CROWD: Population = Population { sockets: 2_000, holders: 8, crowd: 3_000, descriptors: 22 };

/// The bench's chapter of `conns`.
pub const CHAPTER: Chapter = Chapter {
    name: "conns",
    programs: &[
        program("ss", "iproute2"),
        program("netstat", "net-tools"),
        program("lsof", "lsof"),
        program("strace", "strace"),
        program("cat", "coreutils"),
        program("true", "coreutils"),
        program("sh", "dash"),
    ],
    run,
};

const EVERYTHING: Race = Race {
    what: "All TCP sockets",
    ours: &["conns", "-ta"],
    at_most: Some(0.6),
    peer: &["ss", "-tan"],
    rivals: &[&["netstat", "-tan"], &["conns", "-ta", "-f", "jsonl"]],
};

const LISTENERS: Race = Race {
    what: "Who listens",
    ours: &["conns", "-tl"],
    at_most: Some(0.3),
    peer: &["ss", "-ltn"],
    rivals: &[&["netstat", "-ltn"]],
};

/// With its owners, of which the limit depends on how many there are.
const fn owners(at_most: f64) -> Race<'static> {
    Race {
        what: "All TCP sockets with their owners",
        ours: &["conns", "-tap"],
        at_most: Some(at_most),
        peer: &["ss", "-tanp"],
        rivals: &[&["netstat", "-tanp"], &["lsof", "-nP", "-iTCP"]],
    }
}

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let few = with_few(stage, report)?;
    let many = with_many(stage, report)?;
    with_crowd(stage, report)?;
    let title = format!(
        "The most memory at a time, with {} and with {} TCP sockets",
        FEW.sockets, MANY.sockets
    );
    report.show(&title, &memory::sheet(&few, &many))
}

fn with_few(stage: &Stage, report: &mut Report) -> Result<Peaks> {
    let _farm = Farm::start(&FEW)?;
    owners(0.75).run(stage, &FEW, report)?;
    memory::measure(stage)
}

fn with_many(stage: &Stage, report: &mut Report) -> Result<Peaks> {
    let farm = Farm::start(&MANY)?;
    for race in [EVERYTHING, LISTENERS, owners(0.35)] {
        race.run(stage, &MANY, report)?;
    }
    one_port(farm.listeners()[0].port(), stage, report)?;
    let title = format!("System calls, counted by strace, with {} TCP sockets", MANY.sockets);
    report.show(&title, &calls::count(stage)?)?;
    memory::measure(stage)
}

fn with_crowd(stage: &Stage, report: &mut Report) -> Result<()> {
    let _farm = Farm::start(&CROWD)?;
    owners(0.8).run(stage, &CROWD, report)
}

fn one_port(port: u16, stage: &Stage, report: &mut Report) -> Result<()> {
    let race = Race {
        what: "One local port",
        ours: &["conns", "-ta", &format!("( sport = :{port} )")],
        at_most: None,
        peer: &["ss", "-tan", &format!("sport = :{port}")],
        rivals: &[],
    };
    race.run(stage, &MANY, report)
}
