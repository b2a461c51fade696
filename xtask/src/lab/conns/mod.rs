//! `conns` beside ss, netstat and lsof: the same sockets, whatever state they are in.

mod cases;
mod clients;
mod differences;
mod filters;
mod listing;
mod lsof;
mod many;
mod namespaces;
mod netstat;
mod options;
mod refusal;
mod same;
mod ss;
mod zoo;

use std::io::{self, Write};

use anyhow::Result;

use self::zoo::Zoo;
use crate::rig::{Chapter, Sheet, Stage, program};

/// The lab's chapter of `conns`.
pub const CHAPTER: Chapter = Chapter {
    name: "conns",
    programs: &[
        program("ss", "iproute2"),
        program("netstat", "net-tools"),
        program("lsof", "lsof"),
        program("python3", "python3"),
        program("setpriv", "util-linux"),
        program("bwrap", "bubblewrap"),
        program("cat", "coreutils"),
    ],
    run,
};

/// Where the sections play.
pub struct World<'a> {
    stage: &'a Stage,
    zoo: Zoo,
}

/// Looks at something, and tells what it saw.
type Section = fn(&World) -> Result<Sheet>;

/// What is looked at, each with its title.
const SECTIONS: [(&str, Section); 5] = [
    ("Every socket, as others tell it", same::compare),
    ("Options that choose sockets", options::compare),
    ("Filters, as ss understands them", filters::compare),
    ("Hard cases", cases::compare),
    ("Other network namespaces", namespaces::compare),
];

fn run(stage: &Stage) -> Result<usize> {
    let mut surprises = many::count(stage)?.print("Many sockets")?;
    let world = World { stage, zoo: Zoo::open(stage)? };
    for (title, section) in SECTIONS {
        surprises += section(&world)?.print(title)?;
        io::stdout().flush()?;
    }
    drop(world);
    surprises += many::storm(stage)?.print("Sockets that come and go")?;
    io::stdout().flush()?;
    Ok(surprises)
}
