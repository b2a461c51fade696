//! Sockets of other network namespaces, without entering them by hand.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::run;

use super::clients::{Rival, conns, conns_json, facts};
use super::differences::Explained;
use super::listing::{Facts, Pair};
use super::zoo::KEEPER;
use super::{World, ss};
use crate::rig::{Daemon, Sheet, succeed};

/// What `ip netns` calls them.
const NAMES: [&str; 2] = ["zoo-red", "zoo blue"];

/// What is in each: a listener, a connection to it, a datagram socket, and one that is only bound.
const PROGRAM: &str = "
import signal, socket, sys
at = socket.create_server(('127.0.0.1', 7600))
near = socket.create_connection(('127.0.0.1', 7600))
far = at.accept()
datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
datagrams.bind(('::1', 7601))
bound = socket.socket()
bound.bind(('127.0.0.1', 7602))
open(sys.argv[1], 'w').close()
signal.alarm(150)
signal.pause()
";

/// What both are asked for.
const ASKED: [&str; 4] = ["-a", "-t", "-u", "-w"];

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let keepers = NAMES.iter().map(|name| keep(world, name)).collect::<Result<Vec<_>>>()?;
    let mut sheet = Sheet::new(&["namespace", "sockets", "as ss in it", "as in --all-netns"]);
    let (_, all) = conns_json(world.stage, &[&ASKED[..], &["--all-netns"]].concat())?;
    for name in NAMES {
        let args = [&ASKED[..], &["--netns", name]].concat();
        let ours = conns(world.stage, &args)?;
        let output = run("ip", ["netns", "exec", name, "ss", "-Htunawep"]);
        ensure!(output.code == Some(0), "ss in {name}: {}", output.stderr);
        let as_ss = differences(&ours, &ss::facts(output.text()), Some(Rival::Ss));
        add(
            &mut sheet,
            name,
            &ours,
            [Some(as_ss), Some(differences(&ours, &of(&all, name), None))],
        );
    }
    let own = all.iter().find(|row| row["local"] == "0.0.0.0:7010");
    let name = own.and_then(|row| row["netns"].as_str()).context("ours is not among them")?;
    let ours = conns(world.stage, &ASKED)?;
    add(&mut sheet, "ours", &ours, [None, Some(differences(&ours, &of(&all, name), None))]);
    drop(keepers);
    Ok(sheet)
}

fn keep(world: &World, name: &str) -> Result<Daemon> {
    let here = Path::new("/");
    succeed(here, "ip", ["netns", "add", name])?;
    succeed(here, "ip", ["-netns", name, "link", "set", "lo", "up"])?;
    let ready = world.stage.folder.path().join(format!("ready-{name}"));
    let mut command = Command::new("ip");
    command.args(["netns", "exec", name, KEEPER, "-c", PROGRAM]).arg(&ready);
    let mut keeper = Daemon::start(name, command, world.stage.folder.path())?;
    keeper.await_ready(|| ready.exists())?;
    Ok(keeper)
}

/// What rows tell of the namespace of this name.
fn of(rows: &[Value], name: &str) -> Vec<Facts> {
    let rows: Vec<_> = rows.iter().filter(|row| row["netns"] == name).cloned().collect();
    facts(&rows)
}

fn differences(ours: &[Facts], theirs: &[Facts], rival: Option<Rival>) -> Vec<String> {
    let mut pairs = Pair::all(ours, theirs);
    if let Some(rival) = rival {
        let mut explained = Explained::default();
        for pair in &mut pairs {
            explained.settle(rival, pair);
        }
    }
    pairs.iter().filter_map(Pair::difference).collect()
}

fn add(sheet: &mut Sheet, name: &str, ours: &[Facts], told: [Option<Vec<String>>; 2]) {
    let verdict = |differences: &Option<Vec<String>>| match differences {
        None => "-",
        Some(differences) if differences.is_empty() => "yes",
        Some(_) => "no",
    };
    let [as_ss, as_all] = [verdict(&told[0]), verdict(&told[1])];
    sheet.case(name);
    sheet.row([name, &ours.len().to_string(), as_ss, as_all]);
    for difference in told.into_iter().flatten().flatten() {
        sheet.surprise(difference);
    }
}
