//! Many names: how many of them a second, at the cost of how much processor time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::SERVER;
use super::zone::{Files, NAMES};
use crate::rig::{Cost, Promise, Sheet, Stage, cost_of, find, median};

/// How many questions dnsperf has on the way; its best is what counts.
const DNSPERF_WINDOWS: [&str; 3] = ["100", "200", "400"];

/// How many questions massdns has on the way, for which it is fastest here.
const MASSDNS_WINDOW: &str = "200";

/// How much of dnsperf's rate ours has at least.
const OF_DNSPERF: f64 = 0.9;

/// How a contender tells how many names it has an answer for, and how fast it was.
#[derive(Debug, Clone, Copy)]
enum Report {
    /// A line of output is an answer, after so many lines of header. Its time is the program's.
    Lines(usize),
    /// In the words of dnsperf, whose time begins after it has read its file.
    Dnsperf,
}

/// A program that asks for all of the names.
struct Contender {
    name: String,
    command: Vec<PathBuf>,
    report: Report,
    runs: Vec<Run>,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
struct Run {
    per_second: f64,
    cpu: Duration,
    answered: u32,
}

/// Measures them all, in turns.
pub fn measure(stage: &Stage, files: &Files) -> Result<Sheet> {
    let mut contenders = contenders(stage, files)?;
    let output = stage.folder.path().join("output");
    for _ in 0..stage.rounds {
        for contender in &mut contenders {
            let run = contender.run(&output)?;
            contender.runs.push(run);
        }
    }
    let mut sheet = sheet(&contenders);
    if find("massdns").is_none() {
        sheet.skip("massdns", "it is not there, and no package has it");
    }
    Ok(sheet)
}

fn contenders(stage: &Stage, files: &Files) -> Result<Vec<Contender>> {
    let at = format!("@{SERVER}");
    let (names, questions) = (path(&files.names)?, path(&files.questions)?);
    let lookup = stage.tool("lookup");
    let ours = |flags: &[&str], header| Contender {
        name: format!("lookup {}", flags.join(" ")).trim_end().to_owned(),
        command: [path(&lookup).unwrap_or_default(), "--from", names, "A", &at]
            .iter()
            .chain(flags)
            .map(PathBuf::from)
            .collect(),
        report: Report::Lines(header),
        runs: vec![],
    };
    let mut contenders =
        vec![ours(&[], 1), ours(&["-s"], 0), ours(&["-f", "tsv"], 1), ours(&["-f", "jsonl"], 0)];
    contenders.extend(DNSPERF_WINDOWS.map(|window| {
        Contender {
            name: format!("dnsperf -q {window}"),
            command: ["dnsperf", "-s", SERVER, "-d", questions, "-n", "1", "-q", window]
                .map(PathBuf::from)
                .to_vec(),
            report: Report::Dnsperf,
            runs: vec![],
        }
    }));
    if find("massdns").is_some() {
        let resolvers = stage.folder.write("resolvers", format!("{SERVER}\n"))?;
        for format in ["S", "J"] {
            let words = ["massdns", "-q", "-r", path(&resolvers)?, "-t", "A", "-o", format];
            let words = words.into_iter().chain(["-s", MASSDNS_WINDOW, names]);
            let command = words.map(PathBuf::from).collect();
            let name = format!("massdns -o {format}");
            contenders.push(Contender { name, command, report: Report::Lines(0), runs: vec![] });
        }
    }
    Ok(contenders)
}

impl Contender {
    fn run(&self, output: &Path) -> Result<Run> {
        let (status, Cost { cpu, wall }) = cost_of(
            Command::new(&self.command[0])
                .args(&self.command[1..])
                .stdin(Stdio::null())
                .stdout(File::create(output)?)
                .stderr(File::create(output.with_extension("errors"))?),
        )?;
        let text = fs::read_to_string(output)?;
        if !status.success() {
            let errors = fs::read_to_string(output.with_extension("errors"))?;
            bail!("{} failed ({status}): {}", self.name, errors.lines().next().unwrap_or_default());
        }
        let (answered, per_second) = match self.report {
            Report::Lines(header) => {
                let lines = text.lines().count().saturating_sub(header);
                (u32::try_from(lines)?, f64::from(NAMES) / wall.as_secs_f64())
            }
            Report::Dnsperf => dnsperf_report(&text).context("dnsperf reports no figures")?,
        };
        Ok(Run { per_second, cpu, answered })
    }

    fn median(&self, figure: impl Fn(&Run) -> f64) -> f64 {
        median(self.runs.iter().map(figure))
    }
}

/// How many questions were answered, and how many of them a second.
fn dnsperf_report(text: &str) -> Option<(u32, f64)> {
    let after = |start| text.lines().find_map(|line| line.trim_start().strip_prefix(start));
    let answered = after("Queries completed:")?.split_whitespace().next()?.parse().ok()?;
    Some((answered, after("Queries per second:")?.trim().parse().ok()?))
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("the path of a file of ours is text")
}

fn sheet(contenders: &[Contender]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "command",
        "answered, at least",
        "names/s",
        "slowest",
        "fastest",
        "CPU s",
        "of dnsperf",
        "promised",
    ]);
    let rate = |run: &Run| run.per_second;
    let is_dnsperf = |it: &&Contender| matches!(it.report, Report::Dnsperf);
    let best = contenders.iter().filter(is_dnsperf).map(|it| it.median(rate)).fold(0.0, f64::max);
    for contender in contenders {
        let rates = || contender.runs.iter().map(rate);
        let median = contender.median(rate);
        let answered = contender.runs.iter().map(|run| run.answered).min().unwrap_or_default();
        let is_ours = contender.name.starts_with("lookup");
        let promise = is_ours.then_some(Promise::AtLeast(OF_DNSPERF));
        sheet.row([
            contender.name.clone(),
            answered.to_string(),
            format!("{median:.0}"),
            format!("{:.0}", rates().fold(f64::INFINITY, f64::min)),
            format!("{:.0}", rates().fold(0.0, f64::max)),
            format!("{:.2}", contender.median(|run| run.cpu.as_secs_f64())),
            format!("{:.2}", median / best),
            Promise::cell_of(promise, median / best),
        ]);
        // Whoever gives up on a name is told of; ours must not.
        let is_complete = answered == NAMES || !is_ours;
        sheet.expect(is_complete, || format!("{}: answered {answered} only", contender.name));
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_dnsperf_reports() {
        let text = "Statistics:\n\n  Queries sent:         100000\n  \
                    Queries completed:    99999 (100.00%)\n\n  \
                    Run time (s):         0.353422\n  Queries per second:   282947.864027\n";
        assert_eq!(dnsperf_report(text), Some((99_999, 282_947.864_027)));
        assert_eq!(dnsperf_report("no figures"), None);
    }
}
