//! `lookup` beside dnsperf and massdns for many names, beside getent, dig and the like for one.

mod bulk;
mod once;
mod zone;

use anyhow::Result;

use crate::rig::{Chapter, Report, Stage, knot, program, put_in_place};

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

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let names = zone::write(&stage.folder)?;
    let zones = [(zone::ZONE.to_owned(), names.zone.clone())];
    let _knot = knot(&stage.folder, SERVER, &zones)?;
    let resolv_conf = stage.folder.write("resolv.conf", format!("nameserver {SERVER}\n"))?;
    put_in_place(&resolv_conf, "/etc/resolv.conf")?;
    report.show("One name, from the start of the program to its end", &once::measure(stage)?)?;
    report.show("The same beside dig", &once::beside_dig(stage)?)?;
    report.show("100,000 names, every answer written to a file", &bulk::measure(stage, &names)?)
}
