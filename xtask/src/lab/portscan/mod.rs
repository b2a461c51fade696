//! `portscan` beside nmap and nc: the truth about hosts of every kind, and none of it missed.

mod clients;
mod exits;
mod loss;
mod manners;
mod many;
mod states;
mod wire;

use std::io::{self, Write};

use anyhow::Result;

use self::clients::Ours;
use crate::rig::{Chapter, Hosts, Limit, Sheet, Stage, prepare_names, program};

/// The lab's chapter of `portscan`.
pub const CHAPTER: Chapter = Chapter {
    name: "portscan",
    programs: &[
        program("nmap", "nmap"),
        program("nc", "netcat-openbsd"),
        program("prlimit", "util-linux"),
    ],
    run,
};

/// Where the sections play.
pub struct World {
    hosts: Hosts,
    ours: Ours,
}

/// Looks at something, and tells what it saw.
type Section = fn(&World) -> Result<Sheet>;

/// What is looked at, each with its title.
const SECTIONS: [(&str, Section); 8] = [
    ("The wire itself", wire::measure),
    ("States, reasons and senders, asked by nobody", states::compare),
    ("Exit codes", exits::compare),
    ("How connections are left", manners::compare),
    ("Open ports under loss, 10 ms away", loss::compare),
    ("Neighbours that have to be found first", many::cold),
    ("Hosts and limits that hide ports", many::limits),
    ("Loopback, which connects to itself", many::loopback),
];

fn run(stage: &Stage) -> Result<usize> {
    let _limit = Limit::raise(Hosts::DESCRIPTORS)?;
    prepare_names(&stage.folder, &exits::names())?;
    let world = World { hosts: Hosts::make()?, ours: Ours::install(stage)? };
    let mut surprises = 0;
    for (title, section) in SECTIONS {
        surprises += section(&world)?.print(title)?;
        io::stdout().flush()?;
    }
    Ok(surprises)
}
