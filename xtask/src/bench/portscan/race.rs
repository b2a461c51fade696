//! Programs that scan the same, in turns: what each takes, and how much longer others take than ours.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use super::contender::{Contenders, open_ports};
use crate::rig::{Cost, Promise, Sheet, Stage, cost_of, figure, median, unprivileged};

/// How long one run may take that is measured again and again, in seconds.
const LIMIT_S: u64 = 60;

/// With what timeout(1) ends when it has ended the program, and itself with it.
const TIMED_OUT: [Option<i32>; 3] = [Some(124), Some(137), None];

/// The most that a program returns that did its work: with 1, ours says that no port is open.
const DONE: i32 = 1;

/// Who takes part.
#[derive(Debug)]
pub struct Race {
    /// What they are asked for.
    pub what: String,
    /// How many open ports there are.
    pub open: usize,
    /// How many times as long as ours nmap is to take, if that is said anywhere.
    pub at_least: Option<f64>,
    /// The words of ours.
    pub ours: Vec<String>,
    /// What ours is held against.
    pub nmap: Rival,
    /// Others.
    pub others: Vec<Rival>,
    /// How often each runs in a round.
    pub runs_per_round: usize,
    /// Whether it goes over the wire.
    pub is_far: bool,
}

/// A program that takes part.
#[derive(Debug)]
pub struct Rival {
    words: Vec<String>,
    limit_s: u64,
    is_run_once: bool,
}

impl Rival {
    /// One that runs in every round.
    pub fn each(words: Vec<String>) -> Self {
        Self { words, limit_s: LIMIT_S, is_run_once: false }
    }

    /// One that takes its time: it runs once, and is ended after so many seconds.
    pub fn once(words: Vec<String>, limit_s: u64) -> Self {
        Self { words, limit_s, is_run_once: true }
    }
}

/// One that takes part, and what came of it.
#[derive(Debug)]
struct Runner<'a> {
    rival: &'a Rival,
    costs: Vec<Cost>,
    /// The open ports that it found, in each run.
    open: Vec<usize>,
    was_ended: bool,
    /// How it failed, if it did.
    failure: Option<String>,
}

impl Race {
    /// Measures them all in turns.
    ///
    /// # Errors
    ///
    /// One of them cannot be started.
    pub fn run(&self, stage: &Stage, contenders: &Contenders) -> Result<Sheet> {
        let ours = Rival::each(self.ours.clone());
        let rivals = [&ours, &self.nmap].into_iter().chain(&self.others);
        let is_there = |rival: &&Rival| contenders.program(&rival.words[0]).is_some();
        let mut runners: Vec<_> = rivals.filter(is_there).map(Runner::new).collect();
        let output = stage.folder.path().join("output");
        // What takes no time to speak of runs without a guard, which would take as much.
        let is_guarded = self.runs_per_round == 1;
        for round in 0..stage.rounds * self.runs_per_round {
            for runner in runners.iter_mut().filter(|runner| round == 0 || runner.runs_again()) {
                runner.run(contenders, &output, is_guarded)?;
            }
        }
        let mut sheet = self.sheet(&runners);
        for rival in self.others.iter().filter(|rival| !is_there(rival)) {
            let name = &rival.words[0];
            sheet.skip(name, format!("it is not there; to install it: cargo install {name}"));
        }
        Ok(sheet)
    }

    fn sheet(&self, runners: &[Runner]) -> Sheet {
        let mut sheet = Sheet::new(&[
            "command", "open", "runs", "wall s", "lowest", "highest", "CPU s", "of ours",
            "promised",
        ]);
        let ours = &runners[0];
        for (index, runner) in runners.iter().enumerate() {
            let at_least = self.at_least.filter(|_| runner.rival.words == self.nmap.words);
            sheet.row(runner.cells(ours, at_least));
            if let Some(failure) = &runner.failure {
                sheet.surprise(format!("{} failed ({failure})", runner.name()));
            }
            let is_true = runner.open.iter().all(|open| *open == self.open);
            sheet.expect(index > 0 || (is_true && !runner.was_ended), || {
                format!("{} ports are open; ours found {:?}", self.open, runner.open)
            });
        }
        sheet
    }
}

impl<'a> Runner<'a> {
    fn new(rival: &'a Rival) -> Self {
        Self { rival, costs: vec![], open: vec![], was_ended: false, failure: None }
    }

    fn name(&self) -> String {
        self.rival.words.join(" ")
    }

    fn runs_again(&self) -> bool {
        !(self.rival.is_run_once || self.was_ended || self.failure.is_some())
    }

    fn run(&mut self, contenders: &Contenders, output: &Path, is_guarded: bool) -> Result<()> {
        let mut command = self.command(contenders, is_guarded)?;
        command.stdout(File::create(output)?).stderr(Stdio::null());
        let (status, cost) = cost_of(&mut command)?;
        let text = fs::read(output)?;
        match status.code() {
            code if is_guarded && TIMED_OUT.contains(&code) => self.was_ended = true,
            Some(0..=DONE) => {
                let text = String::from_utf8_lossy(&text);
                self.open.push(open_ports(&self.rival.words[0], &text));
            }
            _ => {
                self.failure = Some(status.to_string());
                return Ok(());
            }
        }
        self.costs.push(cost);
        Ok(())
    }

    fn command(&self, contenders: &Contenders, is_guarded: bool) -> Result<Command> {
        let words = &self.rival.words;
        let program = contenders.program(&words[0]).context("who takes part is there")?;
        let args = words[1..].iter().map(OsString::from);
        if !is_guarded {
            return Ok(unprivileged(program, args));
        }
        let guard = ["--signal=KILL".to_owned(), self.rival.limit_s.to_string()];
        let guarded = guard.into_iter().map(OsString::from).chain([program.into()]).chain(args);
        Ok(unprivileged("timeout", guarded))
    }

    fn seconds(&self, part: fn(&Cost) -> Duration) -> impl Iterator<Item = f64> {
        self.costs.iter().map(move |cost| part(cost).as_secs_f64())
    }

    fn cells(&self, ours: &Self, at_least: Option<f64>) -> [String; 9] {
        let wall = || self.seconds(|cost| cost.wall);
        let of_ours = median(wall()) / median(ours.seconds(|cost| cost.wall));
        let or_more = if self.was_ended { ">=" } else { "" };
        let open = self.open.iter().min().map_or_else(|| "-".to_owned(), ToString::to_string);
        [
            self.name(),
            open,
            self.costs.len().to_string(),
            format!("{or_more}{}", figure(median(wall()), 4)),
            figure(wall().fold(f64::NAN, f64::min), 4),
            figure(wall().fold(f64::NAN, f64::max), 4),
            figure(median(self.seconds(|cost| cost.cpu)), 4),
            format!("{or_more}{}", figure(of_ours, 2)),
            Promise::cell_of(at_least.map(Promise::AtLeast), of_ours),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn race() -> Race {
        let words = |program: &str| vec![program.to_owned(), "-p-".to_owned()];
        Race {
            what: "something".to_owned(),
            open: 2,
            at_least: Some(1.6),
            ours: words("portscan"),
            nmap: Rival::once(words("nmap"), 60),
            others: vec![],
            runs_per_round: 1,
            is_far: false,
        }
    }

    fn runner<'a>(rival: &'a Rival, wall_s: &[u64], open: &[usize]) -> Runner<'a> {
        let cost = |wall: &u64| Cost { cpu: Duration::ZERO, wall: Duration::from_secs(*wall) };
        Runner {
            costs: wall_s.iter().map(cost).collect(),
            open: open.to_vec(),
            ..Runner::new(rival)
        }
    }

    #[test]
    fn others_are_held_against_ours() {
        let race = race();
        let ours = Rival::each(race.ours.clone());
        let ours = runner(&ours, &[1, 3, 2], &[2, 2, 2]);
        let mut nmap = runner(&race.nmap, &[9], &[1]);
        let cells = nmap.cells(&ours, race.at_least);
        assert_eq!(cells[1..4], ["1", "1", "9.0000"]);
        assert_eq!(cells[7..], ["4.50", "at least 1.6"]);
        nmap.was_ended = true;
        assert_eq!(nmap.cells(&ours, None)[7..], [">=4.50", ""]);
        assert!(!nmap.runs_again() && ours.runs_again());
        assert!(race.sheet(&[ours, nmap]).surprises().is_empty());
    }

    #[test]
    fn ports_that_ours_misses_are_told() {
        let race = race();
        let ours = Rival::each(race.ours.clone());
        let runners = [runner(&ours, &[1, 1], &[2, 1])];
        assert_eq!(race.sheet(&runners).surprises(), ["2 ports are open; ours found [2, 1]"]);
    }
}
