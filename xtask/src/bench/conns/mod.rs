//! `conns` beside ss, netstat and lsof, with few sockets, with many, and with many processes.

mod calls;
mod contender;
mod memory;
mod race;

use std::io::{self, Write};

use anyhow::Result;

use self::memory::Peaks;
use self::race::Race;
use crate::rig::{Chapter, Farm, Population, Stage, program};

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

fn run(stage: &Stage) -> Result<usize> {
    let (few, few_peaks) = with_few(stage)?;
    let (many, many_peaks) = with_many(stage)?;
    let crowd = with_crowd(stage)?;
    let memory = memory::sheet(&few_peaks, &many_peaks).print(&format!(
        "The most memory at a time, with {} and with {} TCP sockets",
        FEW.sockets, MANY.sockets
    ))?;
    Ok(few + many + crowd + memory)
}

fn with_few(stage: &Stage) -> Result<(usize, Peaks)> {
    let _farm = Farm::start(&FEW)?;
    let surprises = owners(0.75).run(stage, &FEW)?;
    Ok((surprises, memory::measure(stage)?))
}

fn with_many(stage: &Stage) -> Result<(usize, Peaks)> {
    let farm = Farm::start(&MANY)?;
    let mut surprises = 0;
    for race in [EVERYTHING, LISTENERS, owners(0.35)] {
        surprises += race.run(stage, &MANY)?;
    }
    surprises += one_port(farm.listeners()[0].port(), stage)?;
    surprises += calls::count(stage)?
        .print(&format!("System calls, counted by strace, with {} TCP sockets", MANY.sockets))?;
    io::stdout().flush()?;
    Ok((surprises, memory::measure(stage)?))
}

fn with_crowd(stage: &Stage) -> Result<usize> {
    let _farm = Farm::start(&CROWD)?;
    owners(0.8).run(stage, &CROWD)
}

fn one_port(port: u16, stage: &Stage) -> Result<usize> {
    let race = Race {
        what: "One local port",
        ours: &["conns", "-ta", &format!("( sport = :{port} )")],
        at_most: None,
        peer: &["ss", "-tan", &format!("sport = :{port}")],
        rivals: &[],
    };
    race.run(stage, &MANY)
}
