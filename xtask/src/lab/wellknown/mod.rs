//! `wellknown` beside getent: the machine's own list of services, and a machine that has none.

mod bare;
mod clients;
mod lines;
mod list;

use anyhow::Result;

use crate::rig::{Chapter, Report, Section, Stage, program, put_in_place};

/// The lab's chapter of `wellknown`.
pub const CHAPTER: Chapter =
    Chapter { name: "wellknown", programs: &[program("getent", "libc-bin")], run };

/// The machine's own services.
const LIST: &str = "/etc/services";

/// What is looked at, each with its title. The machine's own list is there until the first puts
/// another in its place.
const SECTIONS: [Section<Stage>; 3] = [
    ("Every service of the machine's own list, as getent tells it", list::compare),
    ("Whatever may stand in such a list", lines::compare),
    ("A machine whose list is empty", bare::compare),
];

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    // getent asks nobody but the list.
    let switch = stage.folder.write("nsswitch.conf", "services: files\n")?;
    put_in_place(&switch, "/etc/nsswitch.conf")?;
    report.sections(stage, &SECTIONS)
}
