//! One name: the time that a whole program takes.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::zone::ZONE;
use crate::rig::{Sheet, Stage};

/// How often each program runs, for each round.
const RUNS_PER_ROUND: usize = 40;

/// What `lookup` is held against.
const REFERENCE: &str = "getent ahosts";

/// The others, as people type them. All of them ask the server in /etc/resolv.conf.
const RIVALS: [&str; 6] = [REFERENCE, "dig +short", "kdig +short", "host", "nslookup", "drill"];

/// A program with its arguments, and how long its runs took.
struct Contender {
    name: String,
    command: Vec<PathBuf>,
    took: Vec<Duration>,
    broken: usize,
}

/// Measures them all, in turns.
pub fn measure(stage: &Stage) -> Result<Sheet> {
    let mut contenders = vec![
        contender("lookup -s", Some(stage.tool("lookup"))),
        contender("lookup", Some(stage.tool("lookup"))),
    ];
    contenders.extend(RIVALS.map(|name| contender(name, None)));
    for _ in 0..stage.rounds * RUNS_PER_ROUND {
        for contender in &mut contenders {
            contender.run()?;
        }
    }
    let reference = contenders.iter().find(|it| it.name == REFERENCE).map(Contender::median);
    Ok(sheet(&contenders, reference.context("the reference is one of them")?))
}

fn contender(name: &str, program: Option<PathBuf>) -> Contender {
    let mut command: Vec<PathBuf> = name.split(' ').map(PathBuf::from).collect();
    if let Some(program) = program {
        command[0] = program;
    }
    command.push(format!("h7.{ZONE}").into());
    Contender { name: name.to_owned(), command, took: vec![], broken: 0 }
}

impl Contender {
    fn run(&mut self) -> Result<()> {
        let start = Instant::now();
        let status = Command::new(&self.command[0])
            .args(&self.command[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .with_context(|| format!("cannot run {}", self.name))?;
        self.took.push(start.elapsed());
        self.broken += usize::from(!status.success());
        Ok(())
    }

    /// Of the runs, the one in the middle.
    fn median(&self) -> Duration {
        self.quantile(1, 2)
    }

    fn quantile(&self, part: usize, of: usize) -> Duration {
        let mut took = self.took.clone();
        took.sort();
        took[(took.len() - 1) * part / of]
    }
}

fn sheet(contenders: &[Contender], reference: Duration) -> Sheet {
    let mut sheet = Sheet::new(&[
        "command",
        "median ms",
        "fastest ms",
        "slowest tenth ms",
        "more than getent ms",
        "times getent",
    ]);
    for contender in contenders {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let median = milliseconds(contender.median());
        let reference = milliseconds(reference);
        sheet.row([
            contender.name.clone(),
            format!("{median:.2}"),
            format!("{:.2}", milliseconds(contender.quantile(0, 1))),
            format!("{:.2}", milliseconds(contender.quantile(9, 10))),
            format!("{:+.2}", median - reference),
            format!("{:.2}", median / reference),
        ]);
        sheet.expect(contender.broken == 0, || {
            format!("{} failed in {} runs", contender.name, contender.broken)
        });
    }
    sheet
}
