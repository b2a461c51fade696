//! `lookup` beside dnsperf and massdns for many names, beside getent, dig and the like for one.

mod bulk;
mod once;
mod zone;

use std::io::{self, Write};

use anyhow::Result;

use crate::rig::{Chapter, Stage, knot, program, put_in_place};

/// Where knot listens, at port 53.
const SERVER: &str = "127.0.0.1";

/// The bench's chapter of `lookup`.
pub const CHAPTER: Chapter = Chapter {
    name: "lookup",
    programs: &[
        program("knotd", "knot"),
        program("kdig", "knot-dnsutils"),
        program("dnsperf", "dnsperf"),
        program("dig", "bind9-dnsutils"),
        program("nslookup", "bind9-dnsutils"),
        program("host", "bind9-host"),
        program("drill", "ldnsutils"),
        program("getent", "libc-bin"),
    ],
    run,
};

fn run(stage: &Stage) -> Result<usize> {
    let names = zone::write(&stage.folder)?;
    let zones = [(zone::ZONE.to_owned(), names.zone.clone())];
    let _knot = knot(&stage.folder, SERVER, &zones)?;
    let resolv_conf = stage.folder.write("resolv.conf", format!("nameserver {SERVER}\n"))?;
    put_in_place(&resolv_conf, "/etc/resolv.conf")?;
    let one = once::measure(stage)?.print("One name, from the start of the program to its end")?;
    io::stdout().flush()?;
    let many = bulk::measure(stage, &names)?.print("Many names, every answer written to a file")?;
    Ok(one + many)
}
