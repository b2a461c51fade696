//! From the lab's root down: which servers lookup asks, and which dig does.

use anyhow::{Context, Result};
use serde_json::Value;
use testkit::run;

use super::clients::lookup;
use super::servers::{KNOT, NOBODY, NSD, ROOT_SERVER, World};
use crate::rig::{Sheet, for_each};

/// A trace, and the servers on its way.
struct Case {
    name: &'static str,
    record_type: &'static str,
    /// The servers in their order.
    path: &'static [&'static str],
    /// How it ends.
    status: &'static str,
    dig: Dig,
}

/// How dig goes, which follows no aliases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dig {
    Same,
    EndsBefore,
    /// It is not asked: it takes ten seconds over a server that is not there.
    TakesLong,
}

const CASES: [Case; 6] = [
    Case {
        name: "www.signed.test",
        record_type: "A",
        path: &[ROOT_SERVER, NSD, KNOT],
        status: "NOERROR",
        dig: Dig::Same,
    },
    Case {
        name: "nowhere.insecure.test",
        record_type: "A",
        path: &[ROOT_SERVER, NSD, KNOT],
        status: "NXDOMAIN",
        dig: Dig::Same,
    },
    Case {
        name: "www.nsec3.test",
        record_type: "MX",
        path: &[ROOT_SERVER, NSD, KNOT],
        status: "NODATA",
        dig: Dig::Same,
    },
    Case {
        name: "ns.lab-root",
        record_type: "A",
        path: &[ROOT_SERVER],
        status: "NOERROR",
        dig: Dig::Same,
    },
    Case {
        name: "alias.lab-root",
        record_type: "A",
        path: &[ROOT_SERVER, NSD, KNOT],
        status: "NOERROR",
        dig: Dig::EndsBefore,
    },
    Case {
        name: "www.child.signed.test",
        record_type: "A",
        path: &[ROOT_SERVER, NSD, KNOT, NOBODY],
        status: "",
        dig: Dig::TakesLong,
    },
];

impl Dig {
    const fn name(self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::EndsBefore => "ends before",
            Self::TakesLong => "not asked",
        }
    }
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["name", "type", "ends", "servers", "dig"]);
    let traces = for_each(&CASES, |Case { name, record_type, dig, .. }| {
        let root = ["--trace", "--root", ROOT_SERVER, "-t", record_type, "--", name];
        let theirs = match dig {
            Dig::TakesLong => None,
            Dig::Same | Dig::EndsBefore => Some(dig_path(name, record_type)?),
        };
        Ok((lookup(world, &root)?, theirs))
    })?;
    for (case, ((output, rows), theirs)) in CASES.iter().zip(&traces) {
        let Case { name, record_type, path, status, dig } = case;
        let ours = path_of(rows);
        let end = rows.last().and_then(|row| row["status"].as_str()).unwrap_or_default();
        let verdict = match theirs {
            None => "not asked",
            Some(path) if *path == ours => "the same",
            Some(path) if ours.starts_with(path) => "ends before",
            Some(_) => "other",
        };
        sheet.case(format!("{name} {record_type}"));
        sheet.row([*name, *record_type, end, &ours.join(" "), verdict]);
        sheet.expect(ours == *path, || format!("{ours:?}, not {path:?}: {output:?}"));
        sheet.expect(status.is_empty() || end == *status, || format!("{end}, not {status}"));
        sheet.expect(verdict == dig.name(), || format!("dig goes {theirs:?}"));
    }
    Ok(sheet)
}

/// The servers of the rows, each once for as long as it is the same.
fn path_of(rows: &[Value]) -> Vec<String> {
    let servers = rows.iter().filter_map(|row| row["server"].as_str());
    let mut path: Vec<_> = servers.map(str::to_owned).collect();
    path.dedup();
    path
}

/// The servers that `dig +trace` got something from. The first tells it of the root only.
fn dig_path(name: &str, record_type: &str) -> Result<Vec<String>> {
    let server = format!("@{ROOT_SERVER}");
    let args = ["-r", &server, "+trace", "+tries=1", "+time=1", "-q", name, "-t", record_type];
    let output = run("dig", args);
    let mut path = Vec::new();
    for line in output.text().lines().filter(|line| line.starts_with(";; Received ")) {
        let (_, from) = line.split_once(" from ").context("something is received from a server")?;
        path.extend(from.split('#').next().map(str::to_owned));
    }
    Ok(path.split_off(path.len().min(1)))
}
