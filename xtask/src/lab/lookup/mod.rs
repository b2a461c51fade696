//! `lookup` beside dig, kdig and delv, against knot, nsd and unbound.

mod answer;
mod certificates;
mod clients;
mod delv;
mod differences;
mod encrypted;
mod leaves;
mod misfortune;
mod questions;
mod resolver;
mod servers;
mod signing;
mod trace;
mod transfer;
mod types;
mod validation;

use anyhow::Result;

use self::servers::World;
use crate::rig::{Chapter, Report, Section, Stage, program};

/// The lab's chapter of `lookup`.
pub const CHAPTER: Chapter = Chapter {
    name: "lookup",
    programs: &[
        program("knotd", "knot"),
        program("nsd", "nsd"),
        program("knotc", "knot"),
        program("unbound", "unbound"),
        program("unbound-checkconf", "unbound"),
        program("dig", "bind9-dnsutils"),
        program("delv", "bind9-dnsutils"),
        program("host", "bind9-host"),
        program("dnssec-keygen", "bind9-utils"),
        program("dnssec-signzone", "bind9-utils"),
        program("dnssec-dsfromkey", "bind9-utils"),
        program("kdig", "knot-dnsutils"),
        program("getent", "libc-bin"),
        program("openssl", "openssl"),
    ],
    run,
};

/// What is looked at, each with its title.
const fn sections<'a>() -> [Section<World<'a>>; 7] {
    [
        ("Every record type, as knot and nsd serve it", types::compare),
        ("What a validating resolver says of it", resolver::compare),
        ("Whether it is genuine, as lookup itself finds out", validation::compare),
        ("Encrypted DNS", encrypted::compare),
        ("Whole zones", transfer::compare),
        ("From the root down", trace::compare),
        ("Servers that do not answer", misfortune::compare),
    ]
}

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    report.sections(&World::start(stage)?, &sections())
}
