//! `portscan` beside nmap and nc: the truth about hosts of every kind, and none of it missed.

mod clients;
mod exits;
mod loss;
mod manners;
mod many;
mod states;
mod wire;

use anyhow::Result;

use self::clients::Ours;
use crate::rig::{Chapter, Hosts, Limit, Report, Section, Stage, prepare_names, program};

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

/// What is looked at, each with its title.
const SECTIONS: [Section<World>; 8] = [
    ("The wire itself", wire::measure),
    ("States, reasons and senders, asked by nobody", states::compare),
    ("Exit codes", exits::compare),
    ("How connections are left", manners::compare),
    ("Open ports under loss, 10 ms away", loss::compare),
    ("Neighbours that have to be found first", many::cold),
    ("Hosts and limits that hide ports", many::limits),
    ("Loopback, which connects to itself", many::loopback),
];

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let _limit = Limit::raise(Hosts::DESCRIPTORS)?;
    prepare_names(&stage.folder, &exits::names())?;
    let world = World { hosts: Hosts::make()?, ours: Ours::install(stage)? };
    report.sections(&world, &SECTIONS)
}
