//! Very many sockets, and sockets that come and go while they are listed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::net::{AddressFamily, SocketAddrV4, SocketType, bind, socket};
use testkit::run;

use super::ss;
use crate::rig::{Farm, Population, Sheet, Stage};

/// A busy server.
const MANY: Population = Population { sockets: 50_000, holders: 8, crowd: 100, descriptors: 7 };

/// What is there while others come and go.
const SOME: Population = Population { sockets: 2_000, ..MANY };

/// How many sockets are only bound among the many.
const BOUND: usize = 20;

/// States that end by themselves between two looks.
const PASSING: [&str; 2] = ["TIME_WAIT", "FIN_WAIT2"];

/// How long sockets come and go.
const STORM: Duration = Duration::from_secs(4);

/// How often each of them does it at most.
const MOST_ROUNDS: usize = 2_000;

/// How many connections are open at a time in the storm.
const AT_A_TIME: usize = 50;

fn bound_only() -> Result<std::os::fd::OwnedFd> {
    let it = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&it, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    Ok(it)
}

/// Counts very many of them.
pub fn count(stage: &Stage) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["state", "conns", "ss"]);
    let _farm = Farm::start(&MANY)?;
    let bound = (0..BOUND).map(|_| bound_only()).collect::<Result<Vec<_>>>()?;
    let listed = columns(stage, &["-t", "-u", "-a", "--columns", "state,cookie"])?;
    let theirs = run("ss", ["-Htuna"]);
    ensure!(theirs.code == Some(0), "ss: {}", theirs.stderr);
    let theirs = theirs.text().lines().filter_map(|line| line.split_whitespace().nth(1));
    let mut ours = tally(listed.iter().map(|row| row[0].clone()));
    let theirs = tally(theirs.map(ss::state_of));
    let told = ours.remove("BOUND").unwrap_or_default();
    sheet.case("BOUND");
    sheet.row(["BOUND", &told.to_string(), "-"]);
    sheet.expect(told == bound.len(), || format!("{told} sockets, not {BOUND}"));
    for state in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        sheet.case(state);
        let [ours, theirs] = [&ours, &theirs].map(|it| it.get(state).copied().unwrap_or_default());
        sheet.row([state, &ours.to_string(), &theirs.to_string()]);
        let is_same = ours == theirs || PASSING.contains(&state.as_str());
        sheet.expect(is_same, || format!("{ours} sockets, for ss {theirs}"));
    }
    Ok(sheet)
}

fn tally(words: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for word in words {
        *tally.entry(word).or_default() += 1;
    }
    tally
}

/// Lists sockets again and again while others come and go, and processes with them.
pub fn storm(stage: &Stage) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["what", "how many"]);
    let _farm = Farm::start(&SOME)?;
    let is_over = AtomicBool::new(false);
    let [connections, processes] = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let mut listings = Vec::new();
    thread::scope(|scope| -> Result<()> {
        let connect = || while_not(&is_over, &connections, connect_and_leave);
        let fork = || while_not(&is_over, &processes, start_and_end);
        let storms = [scope.spawn(connect), scope.spawn(fork)];
        let deadline = Instant::now() + STORM;
        let mut listed = Ok(());
        while Instant::now() < deadline && listed.is_ok() {
            listed = columns(stage, &["-t", "-u", "-a", "--columns", "cookie,process"])
                .map(|rows| listings.push(rows));
        }
        is_over.store(true, Ordering::Relaxed);
        for storm in storms {
            storm.join().map_err(|_| anyhow::anyhow!("the storm panicked"))??;
        }
        listed
    })?;
    let rows: usize = listings.iter().map(Vec::len).sum();
    let twice: usize = listings.iter().map(|rows| repeated(rows)).sum();
    let has_cookies = listings.iter().flatten().all(|row| row[0].parse::<u64>().is_ok());
    sheet.case("every socket has a cookie");
    sheet.expect(has_cookies, || "some have none".to_owned());
    sheet.case("no socket is listed twice");
    sheet.expect(twice == 0, || format!("{twice} are"));
    let figures = [
        ("listings", listings.len()),
        ("rows", rows),
        ("rows of one cookie, beyond the first", twice),
        ("connections made and ended meanwhile", connections.into_inner() * AT_A_TIME),
        ("processes started and ended meanwhile", processes.into_inner()),
    ];
    for (what, figure) in figures {
        sheet.row([what, &figure.to_string()]);
    }
    Ok(sheet)
}

fn while_not(
    is_over: &AtomicBool,
    count: &AtomicUsize,
    work: impl Fn() -> Result<()>,
) -> Result<()> {
    while !is_over.load(Ordering::Relaxed) && count.load(Ordering::Relaxed) < MOST_ROUNDS {
        work()?;
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Ends with a good-bye on both sides, so that each goes through the states.
fn connect_and_leave() -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let place = listener.local_addr()?;
    let connect = |_| {
        let near = TcpStream::connect(place)?;
        Ok((near, listener.accept()?.0))
    };
    let connections = (0..AT_A_TIME).map(connect).collect::<Result<Vec<_>>>()?;
    drop(connections);
    Ok(())
}

fn start_and_end() -> Result<()> {
    ensure!(run("true", [""; 0]).code == Some(0), "true is false");
    Ok(())
}

fn repeated(rows: &[Vec<String>]) -> usize {
    rows.len() - rows.iter().map(|row| &row[0]).collect::<BTreeSet<_>>().len()
}

/// The cells of each row.
fn columns(stage: &Stage, args: &[&str]) -> Result<Vec<Vec<String>>> {
    let output = run(stage.tool("conns"), [&"-H", &"-f", &"tsv"].into_iter().chain(args));
    ensure!(output.code == Some(0), "conns {args:?}: {:?} {}", output.code, output.stderr);
    let text = str::from_utf8(&output.stdout).context("what conns prints is text")?;
    Ok(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}
