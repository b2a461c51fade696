//! `portscan` beside nmap and RustScan, as who has no privilege: near, far away, and behind walls.

mod calls;
mod contender;
mod memory;
mod race;

use anyhow::Result;

use self::contender::{Contenders, Line};
use self::race::{Race, Rival};
use crate::rig::{
    BLOCK, Chapter, FIVE, Hosts, House, Limit, Place, Report, Stage, TEN, TWO, Traffic,
    prepare_names, program,
};

/// The bench's chapter of `portscan`.
pub const CHAPTER: Chapter = Chapter {
    name: "portscan",
    programs: &[
        program("nmap", "nmap"),
        program("nc", "netcat-openbsd"),
        program("setpriv", "util-linux"),
        program("strace", "strace"),
        program("timeout", "coreutils"),
        program("sh", "dash"),
    ],
    run,
};

/// nmap as who has no privilege uses it, and asked for no more than the others do.
const NMAP: Line = &["nmap", "-sT", "-Pn", "-n"];

/// RustScan on its own, without nmap after it.
const RUSTSCAN: Line = &["rustscan", "--no-config", "-g"];

/// Ours: it succeeds when a port is open, and prints those alone.
const OURS: Line = &["portscan", "--any", "-s"];

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let _limit = Limit::raise(Hosts::DESCRIPTORS)?;
    prepare_names(&stage.folder, "127.0.0.1 localhost\n::1 localhost\n")?;
    let contenders = Contenders::install(stage)?;
    let hosts = Hosts::make()?;
    for race in races() {
        let before = hosts.wire.traffic();
        let mut sheet = race.run(stage, &contenders)?;
        if race.is_far {
            sheet.note(&told(hosts.wire.traffic().since(before))?);
        }
        report.show(&race.what, &sheet)?;
    }
    let address = House::REFUSING.v4(Place::Street).to_string();
    let title = format!("System calls, counted by strace, for {} refused ports", calls::PORTS);
    report.show(&title, &calls::count(stage, &contenders, &address)?)?;
    report.show("The most memory at a time", &memory::measure(stage, &contenders)?)
}

/// What the wire itself took, while they all ran.
fn told(Traffic { frames, dropped, late, cpu, .. }: Traffic) -> Result<String> {
    let late_us = late.as_secs_f64() * 1e6 / f64::from(u32::try_from(frames.max(1))?);
    let cpu_s = cpu.as_secs_f64();
    Ok(format!(
        "The wire: {frames} frames, each {late_us:.0} us late in the mean; {dropped} dropped; \
         {cpu_s:.2} s of processor time."
    ))
}

/// All ports of a host.
fn all_ports(what: &str, address: &str, open: usize, at_least: f64) -> Race {
    Race {
        what: what.to_owned(),
        open,
        at_least: Some(at_least),
        ours: words(OURS, &[address, "-"]),
        nmap: Rival::each(words(NMAP, &["-p-", address])),
        others: vec![Rival::each(words(RUSTSCAN, &["-a", address, "-r", "1-65535"]))],
        runs_per_round: 1,
        is_far: false,
    }
}

fn races() -> Vec<Race> {
    let near = House::REFUSING.v4(Place::Street).to_string();
    let far = House::REFUSING.v4(Place::Island).to_string();
    let ten = TEN.len();
    vec![
        all_ports("65,535 refused ports on loopback", "127.0.0.1", 0, 1.6),
        all_ports("65,535 ports beside us, all but ten refused", &near, ten, 1.6),
        Race {
            is_far: true,
            ..all_ports("65,535 ports, 10 ms away, all but ten refused", &far, ten, 4.0)
        },
        behind_a_wall(),
        half_silent(),
        limited(),
        two_ports(&near),
    ]
}

fn behind_a_wall() -> Race {
    let address = House::WALLED.v4(Place::Island).to_string();
    let what = "65,535 ports, 10 ms away, all but five dropped";
    Race {
        is_far: true,
        nmap: Rival::once(words(NMAP, &["-p-", &address]), 240),
        others: vec![Rival::once(words(RUSTSCAN, &["-a", &address, "-r", "1-65535"]), 120)],
        ..all_ports(what, &address, FIVE.len(), 12.0)
    }
}

fn half_silent() -> Race {
    Race {
        open: 128 * TWO.len(),
        ours: words(OURS, &[BLOCK, "1-100"]),
        nmap: Rival::once(words(NMAP, &["-T5", "-p1-100", BLOCK]), 60),
        others: vec![Rival::once(words(RUSTSCAN, &["-a", BLOCK, "-r", "1-100"]), 60)],
        ..all_ports("256 addresses x 100 ports, half of them silent", BLOCK, 0, 5.0)
    }
}

fn limited() -> Race {
    let address = House::LIMITED.v4(Place::Street).to_string();
    let what = "3,000 ports of a host that sends 200 resets a second";
    Race {
        // The others of the ten are further up.
        open: TEN.iter().filter(|port| **port <= 3_000).count(),
        ours: words(OURS, &[&address, "1-3000"]),
        nmap: Rival::once(words(NMAP, &["-p1-3000", &address]), 120),
        others: vec![Rival::once(words(RUSTSCAN, &["-a", &address, "-r", "1-3000"]), 120)],
        ..all_ports(what, &address, 0, 1.0)
    }
}

fn two_ports(address: &str) -> Race {
    Race {
        at_least: None,
        ours: words(OURS, &[address, "22", "81"]),
        nmap: Rival::each(words(NMAP, &["-p22,81", address])),
        others: vec![
            Rival::each(words(RUSTSCAN, &["-a", address, "-p", "22,81"])),
            Rival::each(words(&["nc", "-z", "-w", "1"], &[address, "22"])),
        ],
        runs_per_round: 10,
        ..all_ports("one open port and one that is closed", address, 1, 1.0)
    }
}

fn words(line: Line, rest: &[&str]) -> Vec<String> {
    line.iter().chain(rest).map(ToString::to_string).collect()
}
