//! Servers that do not answer: how long it takes until the next one does, or it is told.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::servers::{NOBODY, NSD, UNBOUND, World};
use crate::rig::{Sheet, add_address, drop_all_to};

/// An address that takes everything and answers nothing.
const SILENT: &str = "192.0.2.1";

/// What is asked for.
const NAME: &str = "www.signed.test";

/// How long a client may take. Some of the others take half a minute, which nobody has to see.
const PATIENCE: Duration = Duration::from_millis(5500);

/// How often to look whether a client has ended.
const POLL: Duration = Duration::from_millis(1);

/// What our own may take at most where it must not wait for a server: far more than it does, so
/// that a busy machine is no surprise.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Likewise where one question has to be sent again, after a third of a second.
const ONE_MORE_TRY: Duration = Duration::from_secs(1);

/// What our own may take with `-w 1`.
const ONE_SECOND: Duration = Duration::from_millis(1800);

/// A state of the servers, and what has to come of it.
struct Case {
    situation: &'static str,
    /// What is in /etc/resolv.conf.
    servers: &'static [&'static str],
    arguments: &'static [&'static str],
    exit: i32,
    at_most: Duration,
    /// Whether the others are asked as well.
    is_compared: bool,
}

const CASES: [Case; 6] = [
    Case {
        situation: "all is well",
        servers: &[UNBOUND],
        arguments: &[NAME],
        exit: 0,
        at_most: AT_ONCE,
        is_compared: true,
    },
    Case {
        situation: "the first server is silent",
        servers: &[SILENT, UNBOUND],
        arguments: &[NAME],
        exit: 0,
        at_most: ONE_MORE_TRY,
        is_compared: true,
    },
    Case {
        situation: "nobody is at the first server",
        servers: &[NOBODY, UNBOUND],
        arguments: &[NAME],
        exit: 0,
        at_most: AT_ONCE,
        is_compared: true,
    },
    Case {
        situation: "the first server refuses",
        servers: &[NSD, UNBOUND],
        arguments: &["alias.lab-root"],
        exit: 0,
        at_most: AT_ONCE,
        is_compared: false,
    },
    Case {
        situation: "nobody is at any server",
        servers: &[NOBODY],
        arguments: &[NAME],
        exit: 3,
        at_most: AT_ONCE,
        is_compared: true,
    },
    Case {
        situation: "all servers are silent, -w 1",
        servers: &[SILENT],
        arguments: &["-w", "1", NAME],
        exit: 3,
        at_most: ONE_SECOND,
        is_compared: false,
    },
];

/// The others, as people type them.
const RIVALS: [&[&str]; 4] =
    [&["dig", "-r", NAME], &["kdig", NAME], &["host", NAME], &["getent", "ahosts", NAME]];

/// What came of running a client.
struct Run {
    took: Duration,
    /// None if it was not waited for any longer, or a signal ended it.
    exit: Option<i32>,
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let silent = SILENT.parse().context("an address is one")?;
    add_address(silent)?;
    drop_all_to(silent)?;
    let ours = world.stage.tool("lookup");
    let mut sheet = Sheet::new(&["situation", "client", "milliseconds", "exit code"]);
    for case in &CASES {
        sheet.case(case.situation);
        let lines = case.servers.iter().map(|server| format!("nameserver {server}\n"));
        fs::write(&world.resolv_conf, lines.collect::<String>())?;
        let own = [vec![ours.clone()], case.arguments.iter().map(PathBuf::from).collect()].concat();
        let run = time(&own)?;
        add(&mut sheet, case.situation, "lookup", &run);
        let is_well = run.exit == Some(case.exit) && run.took <= case.at_most;
        sheet.expect(is_well, || {
            let Run { took, exit } = run;
            let Case { exit: expected, at_most, .. } = case;
            format!("{exit:?} after {took:?}, not {expected} within {at_most:?}")
        });
        if case.is_compared {
            for (client, run) in time_rivals()? {
                add(&mut sheet, case.situation, client, &run);
            }
        }
    }
    Ok(sheet)
}

fn add(sheet: &mut Sheet, situation: &str, client: &str, run: &Run) {
    let is_over = run.took >= PATIENCE;
    let sign = if is_over { "> " } else { "" };
    let exit = run.exit.map_or_else(|| "-".to_owned(), |code| code.to_string());
    sheet.row([situation, client, &format!("{sign}{}", run.took.as_millis()), &exit]);
}

/// All of the others at a time: nearly all that they do is wait.
fn time_rivals() -> Result<Vec<(&'static str, Run)>> {
    let started: Vec<_> = RIVALS
        .iter()
        .map(|command| {
            let words: Vec<_> = command.iter().map(PathBuf::from).collect();
            (command[0], thread::spawn(move || time(&words)))
        })
        .collect();
    let joined = started.into_iter().map(|(client, thread)| {
        let run = thread.join().map_err(|_| anyhow::anyhow!("{client} panicked"))??;
        Ok((client, run))
    });
    joined.collect()
}

/// Runs a command to its end, or until patience has.
fn time(command: &[PathBuf]) -> Result<Run> {
    let start = Instant::now();
    let mut child = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Run { took: start.elapsed(), exit: status.code() });
        }
        if start.elapsed() >= PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(Run { took: PATIENCE, exit: None });
        }
        thread::sleep(POLL);
    }
}
