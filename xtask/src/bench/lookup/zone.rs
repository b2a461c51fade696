//! The names that are asked for, and the zone that has them.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::Result;

use crate::rig::Folder;

/// The zone.
pub const ZONE: &str = "bench.test";

/// How many names it has.
pub const NAMES: u32 = 100_000;

/// The files.
#[derive(Debug)]
pub struct Files {
    /// The zone.
    pub zone: PathBuf,
    /// The names, one a line.
    pub names: PathBuf,
    /// The questions as dnsperf reads them: a name and a type a line.
    pub questions: PathBuf,
}

/// Writes them all.
///
/// # Errors
///
/// A file cannot be written.
pub fn write(folder: &Folder) -> Result<Files> {
    let mut zone =
        format!("$ORIGIN {ZONE}.\n$TTL 3600\n@ SOA ns hostmaster 1 7200 3600 1209600 300\n");
    zone.push_str("@ NS ns\nns A 127.0.0.1\n");
    let (mut names, mut questions) = (String::new(), String::new());
    for number in 0..NAMES {
        let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + number);
        writeln!(zone, "h{number} A {address}")?;
        writeln!(names, "h{number}.{ZONE}")?;
        writeln!(questions, "h{number}.{ZONE} A")?;
    }
    Ok(Files {
        zone: folder.write("bench.test.zone", zone)?,
        names: folder.write("names", names)?,
        questions: folder.write("questions", questions)?,
    })
}
