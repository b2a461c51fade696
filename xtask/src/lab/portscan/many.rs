//! Very many ports at a time, where something hides them or makes them up.

use std::env;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use anyhow::{Context, Result};
use testkit::finish;

use super::World;
use super::clients::{Scan, nmap};
use crate::rig::{
    BLOCK, House, MUMBLING, Place, Sheet, TEN, TWO, figure, forget_neighbours, unprivileged,
};

/// How many ports are asked when the neighbour is unknown.
const COLD_PORTS: u16 = 5_000;

/// How many ports are asked of a host that limits its resets.
const LIMITED_PORTS: u16 = 600;

/// How many descriptors a process has that has few.
const FEW_DESCRIPTORS: u16 = 64;

/// How often loopback is scanned, unless the variable says otherwise.
const LOOPBACK_SCANS: usize = 20;

/// Says how often loopback is scanned.
const LOOPBACK_SCANS_VARIABLE: &str = "LAB_LOOPBACK_SCANS";

/// Scans neighbours that the kernel has to find first: none of their ports is missed.
pub fn cold(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["neighbour", "told", "s"]);
    let ports = format!("1-{COLD_PORTS}");
    let open = ten_within(COLD_PORTS);
    for place in [Place::Street, Place::Island] {
        for address in House::REFUSING.addresses(place) {
            forget_neighbours()?;
            sheet.case(address.to_string());
            let scan = world.ours.scan(&["--any", &address.to_string(), &ports])?;
            sheet.row([address.to_string(), scan.summary(), seconds(&scan)]);
            is_all_told(&mut sheet, &scan, &open, COLD_PORTS);
        }
    }
    forget_neighbours()?;
    sheet.case(BLOCK);
    let scan = world.ours.scan(&["--any", BLOCK, "1-100"])?;
    sheet.row([BLOCK.to_owned(), scan.summary(), seconds(&scan)]);
    // Every second address has two open ports and 98 closed; the others are silent.
    let expected = [128 * TWO.len(), 128 * (100 - TWO.len()), 128 * 100];
    let told = ["open", "closed", "filtered"].map(|state| scan.count(state));
    sheet.expect(told == expected, || format!("it is {}, not {expected:?}", scan.summary()));
    Ok(sheet)
}

/// Scans hosts that limit what they say, with all descriptors and with few.
pub fn limits(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["host", "who", "told", "s"]);
    let ports = format!("1-{LIMITED_PORTS}");
    let open = ten_within(LIMITED_PORTS);
    let limited = House::LIMITED.v4(Place::Street);
    sheet.case("200 resets/s");
    let scan = world.ours.scan(&["--any", &limited.to_string(), &ports])?;
    sheet.row(["200 resets/s", "portscan", &scan.summary(), &seconds(&scan)]);
    is_all_told(&mut sheet, &scan, &open, LIMITED_PORTS);
    let start = Instant::now();
    let theirs = nmap(limited, &ports)?;
    let took = start.elapsed().as_secs_f64();
    let told =
        ["open", "closed", "filtered"].map(|state| format!("{} {state}", theirs.count(state)));
    sheet.row(["200 resets/s", "nmap", &told.join(", "), &figure(took, 2)]);
    sheet.expect(scan.wall.as_secs_f64() <= took, || "nmap is faster".to_owned());

    sheet.case("ICMP about once a second");
    let scan = world.ours.scan(&["--any", &MUMBLING.to_string(), "1-100"])?;
    sheet.row(["ICMP about once a second", "portscan", &scan.summary(), &seconds(&scan)]);
    let is_told = scan.count("rejected") > 0
        && scan.count("rejected") + scan.count("filtered") == scan.rows.len();
    sheet.expect(is_told, || format!("it is told as {}", scan.summary()));

    sheet.case("64 descriptors");
    let program = world.ours.program().to_str().context("the folder's name is text")?;
    let refusing = House::REFUSING.v4(Place::Street).to_string();
    let few = format!("--nofile={FEW_DESCRIPTORS}:{FEW_DESCRIPTORS}");
    let args = [&few, program, "--json", "--any", &refusing, &ports];
    let start = Instant::now();
    let output = finish(unprivileged("prlimit", args));
    let scan = Scan::read(output, start.elapsed())?;
    sheet.row(["64 descriptors", "portscan", &scan.summary(), &seconds(&scan)]);
    is_all_told(&mut sheet, &scan, &open, LIMITED_PORTS);
    Ok(sheet)
}

/// Scans loopback, where nobody listens. Attempts that meet themselves are connected.
pub fn loopback(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["scans", "ports told", "open", "other than closed", "s"]);
    let scans = env::var(LOOPBACK_SCANS_VARIABLE).ok();
    let scans = scans.map_or(Ok(LOOPBACK_SCANS), |scans| scans.parse());
    let scans = scans.with_context(|| format!("{LOOPBACK_SCANS_VARIABLE} is not a number"))?;
    sheet.case(format!("{scans} scans of 65,535 ports"));
    let start = Instant::now();
    let [mut told, mut open, mut other] = [0; 3];
    for number in 0..scans {
        let address: IpAddr =
            if number % 5 == 4 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
        let scan = world.ours.count(&[&address.to_string(), "1-65535"])?;
        told += scan.all();
        open += scan.count("open");
        other += scan.all() - scan.count("closed");
    }
    let took = figure(start.elapsed().as_secs_f64(), 1);
    sheet.row([scans, told, open, other].map(|count| count.to_string()).into_iter().chain([took]));
    sheet.expect(told == scans * 65_535, || "not every port is told".to_owned());
    sheet.expect(open == 0, || format!("{open} ports are open where nobody listens"));
    sheet.expect(other == open, || format!("{other} ports are not closed where nobody listens"));
    Ok(sheet)
}

/// Those of [`TEN`] up to a port.
fn ten_within(last: u16) -> Vec<u64> {
    TEN.into_iter().filter(|port| *port <= last).map(u64::from).collect()
}

fn seconds(scan: &Scan) -> String {
    figure(scan.wall.as_secs_f64(), 2)
}

/// These are open, and all others up to the last are closed.
fn is_all_told(sheet: &mut Sheet, scan: &Scan, open: &[u64], last: u16) {
    let found = scan.ports("open");
    sheet.expect(found == open, || format!("{found:?} are open, not {open:?}"));
    let is_closed = scan.count("closed") + open.len() == usize::from(last);
    sheet.expect(is_closed, || format!("all others are closed, not {}", scan.summary()));
}
