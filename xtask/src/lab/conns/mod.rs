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

use anyhow::Result;

use self::zoo::Zoo;
use crate::rig::{Chapter, Report, Section, Stage, program};

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

/// What is looked at among the sockets of the zoo, each with its title.
const fn sections<'a>() -> [Section<World<'a>>; 5] {
    [
        ("Every socket, as others tell it", same::compare),
        ("Options that choose sockets", options::compare),
        ("Filters, as ss understands them", filters::compare),
        ("Hard cases", cases::compare),
        ("Other network namespaces", namespaces::compare),
    ]
}

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    report.sections(stage, &[("Many sockets", many::count)])?;
    report.sections(&World { stage, zoo: Zoo::open(stage)? }, &sections())?;
    report.sections(stage, &[("Sockets that come and go", many::storm)])
}
