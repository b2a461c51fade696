//! Programs that are asked the same, in turns: what each takes, and how much of ss that is.

use std::fs::{self, File};
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Result;

use super::contender::{Line, command, name};
use crate::rig::{Cost, Population, Promise, Report, Sheet, Stage, cost_of, figure, median};

/// How often each program runs, for each round.
const RUNS_PER_ROUND: usize = 2;

/// What starting and ending any program takes.
const NOTHING: Line = &["true"];

/// Who takes part.
#[derive(Debug, Clone, Copy)]
pub struct Race<'a> {
    /// What they are asked for.
    pub what: &'a str,
    /// Ours.
    pub ours: Line<'a>,
    /// How much of the peer's processor time ours is to take, if that is said anywhere.
    pub at_most: Option<f64>,
    /// What the others are held against, which has as many rows as ours.
    pub peer: Line<'a>,
    /// Others.
    pub rivals: &'a [Line<'a>],
}

/// One that takes part, and what came of it.
#[derive(Debug)]
struct Runner<'a> {
    line: Line<'a>,
    status: ExitStatus,
    output_lines: usize,
    costs: Vec<Cost>,
}

impl Race<'_> {
    /// Measures them all in turns and shows it.
    ///
    /// # Errors
    ///
    /// One of them cannot be started.
    pub fn run(&self, stage: &Stage, population: &Population, report: &mut Report) -> Result<()> {
        let Population { sockets, holders, crowd, descriptors } = population;
        let output = stage.folder.path().join("output");
        let lines = [self.ours, self.peer].into_iter().chain(self.rivals.iter().copied());
        let mut runners = lines
            .chain([NOTHING])
            .map(|line| Runner::warm_up(stage, line, &output))
            .collect::<Result<Vec<_>>>()?;
        for _ in 0..stage.rounds * RUNS_PER_ROUND {
            for runner in runners.iter_mut().filter(|runner| runner.status.success()) {
                let mut command = command(stage, runner.line, File::create(&output)?);
                runner.costs.push(cost_of(&mut command)?.1);
            }
        }
        let title = format!(
            "{}: {sockets} TCP sockets in {holders} processes, {crowd} processes x {descriptors} \
             descriptors",
            self.what
        );
        report.show(&title, &self.sheet(&runners))
    }

    fn sheet(&self, runners: &[Runner]) -> Sheet {
        let mut sheet = Sheet::new(&[
            "command",
            "lines",
            "CPU ms",
            "lowest",
            "highest",
            &format!("of {}", self.peer[0]),
            "promised",
            "wall ms",
        ]);
        let [ours, peer] = [&runners[0], &runners[1]];
        for runner in runners {
            let at_most = self.at_most.filter(|_| runner.line == self.ours);
            sheet.row(runner.cells(peer, at_most));
            sheet.expect(runner.status.success(), || {
                format!("{} failed ({})", name(runner.line), runner.status)
            });
        }
        let is_same = ours.output_lines == peer.output_lines || !ours.status.success();
        sheet.expect(is_same, || {
            format!("{} and {} differ in lines", name(ours.line), peer.line[0])
        });
        sheet
    }
}

impl<'a> Runner<'a> {
    /// Runs it once, unmeasured: the kernel's caches are then filled for all of them.
    fn warm_up(stage: &Stage, line: Line<'a>, output: &Path) -> Result<Self> {
        let mut command = command(stage, line, File::create(output)?);
        let (status, _) = cost_of(&mut command)?;
        let output_lines = String::from_utf8_lossy(&fs::read(output)?).lines().count();
        Ok(Self { line, status, output_lines, costs: vec![] })
    }

    fn cells(&self, peer: &Self, at_most: Option<f64>) -> [String; 8] {
        let cpu = || self.costs.iter().map(|cost| milliseconds(cost.cpu));
        let wall = self.costs.iter().map(|cost| milliseconds(cost.wall));
        let of_peer = median(cpu()) / median(peer.costs.iter().map(|cost| milliseconds(cost.cpu)));
        [
            name(self.line),
            self.output_lines.to_string(),
            figure(median(cpu()), 2),
            figure(cpu().fold(f64::NAN, f64::min), 2),
            figure(cpu().fold(f64::NAN, f64::max), 2),
            figure(of_peer, 3),
            Promise::cell_of(at_most.map(Promise::AtMost), of_peer),
            figure(median(wall), 2),
        ]
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    const RACE: Race = Race {
        what: "",
        ours: &["conns", "-t"],
        at_most: Some(0.6),
        peer: &["ss", "-t"],
        rivals: &[],
    };

    fn runner<'a>(line: Line<'a>, status: i32, cpu_ms: &[u64]) -> Runner<'a> {
        let cost = |ms: &u64| Cost { cpu: Duration::from_millis(*ms), wall: Duration::ZERO };
        Runner {
            line,
            status: ExitStatus::from_raw(status << 8),
            output_lines: 3,
            costs: cpu_ms.iter().map(cost).collect(),
        }
    }

    #[test]
    fn a_program_is_held_against_the_peer() {
        let [ours, peer] = [runner(RACE.ours, 0, &[3, 9, 5]), runner(RACE.peer, 0, &[10])];
        let expected = ["conns -t", "3", "5.00", "3.00", "9.00", "0.500", "at most 0.6", "0.00"];
        assert_eq!(ours.cells(&peer, RACE.at_most), expected);
        assert_eq!(peer.cells(&peer, None)[5..7], ["1.000", ""]);
    }

    #[test]
    fn a_program_that_fails_has_no_figures_and_is_told() {
        let failed = runner(RACE.ours, 2, &[]);
        let peer = runner(RACE.peer, 0, &[10]);
        assert_eq!(failed.cells(&peer, None)[2..], ["-", "-", "-", "-", "", "-"]);
        let runners = [failed, peer];
        assert_eq!(RACE.sheet(&runners).surprises(), ["conns -t failed (exit status: 2)"]);
    }

    #[test]
    fn who_leaves_rows_out_is_told() {
        let less = Runner { output_lines: 2, ..runner(RACE.ours, 0, &[1]) };
        let runners = [less, runner(RACE.peer, 0, &[2])];
        assert_eq!(RACE.sheet(&runners).surprises(), ["conns -t and ss differ in lines"]);
    }
}
