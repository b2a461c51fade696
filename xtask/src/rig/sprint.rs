//! Whole programs from start to end, in turns: how long each takes, and how much of another that is.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::promise::Promise;
use super::sheet::Sheet;

/// Programs that run in turns. The first is what all are held against.
#[derive(Debug)]
pub struct Sprint {
    runners: Vec<Runner>,
}

/// What is promised of how long a program takes, beside the first.
#[derive(Debug, Clone, Copy)]
enum Limit {
    None,
    /// So many times as long, at most.
    Times(f64),
    /// So many milliseconds longer, at most.
    MoreMs(f64),
}

/// A program with its arguments, and how long its runs took.
#[derive(Debug)]
struct Runner {
    name: String,
    program: OsString,
    args: Vec<String>,
    limit: Limit,
    took: Vec<Duration>,
    broken: usize,
}

impl Sprint {
    /// Begins with a command of somebody else, as people type it.
    pub fn beside(line: &str) -> Self {
        Self { runners: vec![] }.with(line)
    }

    /// Begins with a program of this name.
    pub fn beside_program(name: &str, program: &Path) -> Self {
        Self { runners: vec![] }.with_program(name, program, None)
    }

    /// Adds a command of somebody else.
    pub fn with(self, line: &str) -> Self {
        let program = line.split(' ').next().unwrap_or_default().to_owned();
        self.with_program(line, Path::new(&program), None)
    }

    /// Adds a program, which takes the place of the first word of the command. Ours has a limit: how
    /// many times as long as the first it takes.
    pub fn with_program(mut self, line: &str, program: &Path, at_most: Option<f64>) -> Self {
        let args = line.split(' ').skip(1).map(str::to_owned).collect();
        let (name, program) = (line.to_owned(), program.as_os_str().to_owned());
        let (limit, took) = (at_most.map_or(Limit::None, Limit::Times), Vec::new());
        self.runners.push(Runner { name, program, args, limit, took, broken: 0 });
        self
    }

    /// Adds a program of ours that has a limit of another kind: how many milliseconds longer than the
    /// first it takes.
    pub fn with_slower_by(mut self, line: &str, program: &Path, at_most_ms: f64) -> Self {
        self = self.with_program(line, program, None);
        if let Some(runner) = self.runners.last_mut() {
            runner.limit = Limit::MoreMs(at_most_ms);
        }
        self
    }

    /// Gives every command more arguments, which are not shown.
    pub fn asked(mut self, more: &[&str]) -> Self {
        for runner in &mut self.runners {
            runner.args.extend(more.iter().map(ToString::to_string));
        }
        self
    }

    /// Runs them all in turns, so many times.
    ///
    /// # Errors
    ///
    /// One of them cannot be started.
    pub fn run(mut self, times: usize) -> Result<Sheet> {
        for _ in 0..times {
            for runner in &mut self.runners {
                runner.run()?;
            }
        }
        self.sheet()
    }

    fn sheet(&self) -> Result<Sheet> {
        let first = self.runners.first().context("somebody runs")?;
        let short = first.name.split(' ').next().unwrap_or_default();
        let mut sheet = Sheet::new(&[
            "command",
            "median ms",
            "fastest",
            "slowest tenth",
            &format!("more than {short}"),
            &format!("times {short}"),
            "promised",
        ]);
        let reference = first.median_ms();
        for runner in &self.runners {
            let median = runner.median_ms();
            let more = median - reference;
            let promised = match runner.limit {
                Limit::None => String::new(),
                Limit::Times(limit) => Promise::AtMost(limit).cell(median / reference),
                Limit::MoreMs(limit) => Promise::AtMost(limit).cell_in(" ms more", more),
            };
            sheet.row([
                runner.name.clone(),
                format!("{median:.3}"),
                format!("{:.3}", runner.quantile_ms(0, 1)),
                format!("{:.3}", runner.quantile_ms(9, 10)),
                format!("{more:+.3}"),
                format!("{:.3}", median / reference),
                promised,
            ]);
            sheet.expect(runner.broken == 0, || {
                format!("{} failed in {} runs", runner.name, runner.broken)
            });
        }
        Ok(sheet)
    }
}

impl Runner {
    fn run(&mut self) -> Result<()> {
        let start = Instant::now();
        let status = Command::new(&self.program)
            .args(self.args.iter().map(OsStr::new))
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
    fn median_ms(&self) -> f64 {
        self.quantile_ms(1, 2)
    }

    fn quantile_ms(&self, part: usize, of: usize) -> f64 {
        let mut took = self.took.clone();
        took.sort();
        let at = took.len().saturating_sub(1) * part / of;
        took.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_held_against_the_first() {
        let runner = |name: &str, limit, took: &[u64]| Runner {
            name: name.to_owned(),
            program: OsString::new(),
            args: vec![],
            limit,
            took: took.iter().map(|ms| Duration::from_millis(*ms)).collect(),
            broken: usize::from(name == "ours"),
        };
        let runners = vec![
            runner("theirs -x", Limit::None, &[4, 2, 9]),
            runner("ours", Limit::Times(0.2), &[1, 1, 3]),
        ];
        let sheet = Sprint { runners }.sheet().unwrap();
        assert_eq!(sheet.surprises(), ["ours failed in 1 runs"]);
        let text = sheet.text();
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].contains("| more than theirs | times theirs | promised"), "{text}");
        assert!(lines[2].starts_with("| theirs -x | 4.000     | 2.000   | 4.000 "), "{text}");
        assert!(
            lines[3].contains("| -3.000           | 0.250        | at most 0.2: missed |"),
            "{text}"
        );
    }

    #[test]
    fn a_command_is_a_program_with_arguments() {
        let sheet = Sprint::beside("true").with("false").with("test a").asked(&["=", "a"]).run(2);
        let sheet = sheet.unwrap();
        assert_eq!(sheet.surprises(), ["false failed in 2 runs"]);
    }
}
