//! The options that choose sockets: those of `ss`, and those that are ours alone.

use anyhow::Result;
use serde_json::Value;

use super::clients::{EVERYTHING, Rival, conns, conns_json, facts};
use super::differences::Explained;
use super::listing::{Facts, Pair};
use super::{World, ss};
use crate::rig::Sheet;

/// Options of ours, those of `ss` that mean the same, and the kind that it does not tell where it is
/// asked for one only.
const SAME: [(&[&str], &[&str], &str); 17] = [
    // Its own choice leaves out TIME_WAIT and SYN_RECV, which netstat has.
    (&[], &["-tuw", "state", "connected"], ""),
    (&["-t"], &["-t", "state", "connected"], "tcp"),
    (&["-u"], &["-u", "state", "connected"], "udp"),
    (&["-w"], &["-w", "state", "connected"], "raw"),
    (&["-x"], &["-x"], ""),
    (&["-l"], &["-ltuw"], ""),
    (&["-tl"], &["-lt"], "tcp"),
    (&["-ul"], &["-lu"], "udp"),
    (&["-xl"], &["-lx"], ""),
    (&["-wl"], &["-lw"], "raw"),
    (&["--packet", "-a"], &["-0na"], ""),
    (&["-ta4"], &["-ta4"], "tcp"),
    (&["-ta6"], &["-ta6"], "tcp"),
    (&["-ua6"], &["-ua6"], "udp"),
    (&["-tux", "-a"], &["-tuxa"], ""),
    (&["-x", "-a", "src /*plain*"], &["-xa", "src", "/*plain*"], ""),
    (&["-x", "-a", "src @zoo*"], &["-xa", "src", "@zoo*"], ""),
];

/// Whether a row is one of those that an option asks for.
type IsMeant = fn(&Value) -> bool;

/// Options that no other has, and what they mean.
const OURS: [(&[&str], IsMeant); 9] = [
    (&["--user", "nobody"], |row| row["uid"] == 65534),
    (&["--user", "65534"], |row| row["uid"] == 65534),
    (&["--name", "cat"], |row| has_owner(row, "name", &["cat"])),
    (&["--name", "two words"], |row| has_owner(row, "name", &["two words"])),
    (&["--interface", "zoo0"], |row| row["interface"] == "zoo0"),
    (&["--state", "listen"], |row| row["state"] == "LISTEN"),
    (&["--state", "bound"], |row| row["state"] == "BOUND"),
    (&["--lport", "7010,7030-7032"], |row| {
        row["local_port"].as_u64().is_some_and(|port| port == 7010 || (7030..=7032).contains(&port))
    }),
    (&["--addr", "fe80::/10"], |row| {
        let is_link_local = |key| row[key].as_str().is_some_and(|it: &str| it.starts_with("fe80:"));
        is_link_local("local_address") || is_link_local("peer_address")
    }),
];

fn has_owner(row: &Value, key: &str, told: &[&str]) -> bool {
    let owners = row["process"].as_array().into_iter().flatten();
    owners.into_iter().any(|owner| told.iter().any(|it| owner[key] == *it))
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["conns", "sockets", "same as", "same"]);
    for (ours, theirs, kind) in SAME {
        let told = conns(world.stage, ours)?;
        let same = ss::list_of(kind, &[&["-Hne"], theirs].concat())?;
        let as_typed = format!("ss {}", theirs.join(" "));
        add(&mut sheet, ours, &as_typed, &differences(&told, &same, Some(Rival::Ss)), told.len());
    }
    let (_, all) = conns_json(world.stage, &EVERYTHING)?;
    for (ours, is_meant) in OURS {
        let told = conns(world.stage, &[&EVERYTHING[..], ours].concat())?;
        let meant: Vec<_> = all.iter().filter(|row| is_meant(row)).cloned().collect();
        let differences = differences(&told, &facts(&meant), None);
        add(&mut sheet, ours, "rows of all", &differences, told.len());
        sheet.expect(!told.is_empty(), || "there is none".to_owned());
    }
    Ok(sheet)
}

/// What differs, but for what `ss` is not asked to tell.
fn differences(ours: &[Facts], theirs: &[Facts], rival: Option<Rival>) -> Vec<String> {
    let mut explained = Explained::default();
    let mut pairs = Pair::all(ours, theirs);
    for pair in &mut pairs {
        if let Some(rival) = rival {
            explained.settle(rival, pair);
        }
        [&mut pair.ours, &mut pair.theirs].into_iter().flatten().for_each(Facts::keep_name);
    }
    pairs.iter().filter_map(Pair::difference).collect()
}

fn add(sheet: &mut Sheet, ours: &[&str], theirs: &str, differences: &[String], count: usize) {
    let ours = if ours.is_empty() { "(none)".to_owned() } else { ours.join(" ") };
    let same = if differences.is_empty() { "yes" } else { "no" };
    sheet.case(&ours);
    sheet.row([&ours, &count.to_string(), theirs, same]);
    for difference in differences {
        sheet.surprise(format!("{theirs}: {difference}"));
    }
}
