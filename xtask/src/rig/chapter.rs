//! Chapters: what lab and bench have to show of a tool, each in a namespace of its own.

use std::env;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use super::folder::Folder;
use super::namespace;
use super::packages::Program;
use super::report::Report;
use super::verdicts::Verdicts;
use crate::build::{self, Profile};
use crate::tools::TOOLS;

/// What lab or bench have to show of one tool, or of themselves.
#[derive(Debug)]
pub struct Chapter {
    /// The tool, or another word for what it is about.
    pub name: &'static str,
    /// The programs of others that it takes.
    pub programs: &'static [Program],
    /// Shows it.
    pub run: fn(&Stage, &mut Report) -> Result<()>,
}

/// Which chapters to run.
#[derive(Debug, Args)]
pub struct Selection {
    /// Only these chapters: a tool each, but for a few [default: all of them]
    #[arg(value_name = "CHAPTER")]
    names: Vec<String>,

    /// Name the Debian packages that are missing, one a line, and do nothing else
    #[arg(long)]
    packages: bool,

    /// We are inside of the namespace already; the programs are in this folder
    #[arg(long, value_name = "DIR", hide = true)]
    inside: Option<PathBuf>,
}

/// Where a chapter plays.
#[derive(Debug)]
pub struct Stage {
    programs: PathBuf,
    /// For the files of the chapter.
    pub folder: Folder,
    /// How often what is measured is repeated.
    pub rounds: usize,
}

impl Stage {
    /// The program of one of our tools.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.programs.join(name).with_extension(env::consts::EXE_EXTENSION)
    }
}

/// A chore that is made of chapters.
#[derive(Debug)]
pub struct Book {
    /// The chore, as it is asked for.
    pub name: &'static str,
    /// How the tools are built for it.
    pub profile: Profile,
    /// What it has to show.
    pub chapters: &'static [Chapter],
    /// What is printed before.
    pub preface: fn(&[&Chapter]) -> Result<()>,
}

impl Book {
    /// Runs the chapters that are selected: builds the tools, enters a namespace for each, and goes
    /// on there. Prints how it all went.
    ///
    /// # Errors
    ///
    /// We are not root, something is not as it should be, or nothing could be looked at.
    pub fn perform(&self, selection: &Selection, rounds: usize) -> Result<()> {
        let chapters = selection.pick(self.chapters)?;
        if let Some(programs) = &selection.inside {
            return play(&chapters, programs, rounds);
        }
        if selection.packages {
            let others = chapters.iter().flat_map(|chapter| chapter.programs);
            let others: Vec<_> = others.chain(&namespace::PROGRAMS).copied().collect();
            for package in Program::missing_packages(&others) {
                writeln!(io::stdout(), "{package}")?;
            }
            return Ok(());
        }
        Program::require(&namespace::PROGRAMS)?;
        namespace::require_root()?;
        // Building may put a new program in the place of the one that runs.
        let program = env::current_exe().context("cannot find our own program")?;
        let args = self.args(rounds)?;
        (self.preface)(&chapters)?;
        let mut verdicts = Verdicts::default();
        let mut summary = String::new();
        for chapter in chapters {
            let of_chapter = enter(&program, &args, chapter)?.within(chapter.name);
            writeln!(summary, "{}: {of_chapter}", chapter.name)?;
            verdicts.add(of_chapter);
        }
        let lines = verdicts.lines();
        write!(io::stdout(), "\n## All of it\n\n{lines}{summary}{verdicts}\n")?;
        let Verdicts { passed, failed, .. } = verdicts;
        ensure!(failed == 0, "{failed} things are not as they should be");
        ensure!(passed > 0, "nothing could be looked at");
        Ok(())
    }

    /// What the process inside of a namespace is told, but for its chapter.
    fn args(&self, rounds: usize) -> Result<Vec<String>> {
        let built = build::tools(self.profile, None)?;
        let folder = built[TOOLS[0].name].parent().context("a program lies in a folder")?;
        let folder = folder.to_str().context("the programs' folder has a name that is text")?;
        let mut args = vec![self.name.to_owned(), "--inside".to_owned(), folder.to_owned()];
        if self.profile == Profile::Release {
            args.extend(["--rounds".to_owned(), rounds.to_string()]);
        }
        Ok(args)
    }
}

/// Runs a chapter where what the one before left behind is not there.
fn enter(program: &Path, args: &[String], chapter: &Chapter) -> Result<Verdicts> {
    let mut verdicts = Verdicts::default();
    if let Err(missing) = Program::require(chapter.programs) {
        verdicts.skip("all of it", &format!("{missing:#}"));
        return Ok(verdicts);
    }
    writeln!(io::stdout(), "\n## {}", chapter.name)?;
    let args = args.iter().map(String::as_str).chain([chapter.name]);
    let mut command = namespace::command(program, args);
    let mut inside = command.stdout(Stdio::piped()).spawn().context("cannot run unshare")?;
    let mut is_counted = false;
    for line in BufReader::new(inside.stdout.take().context("it has a stdout")?).lines() {
        let line = line?;
        if verdicts.take_counts(&line) {
            is_counted = true;
        } else {
            verdicts.keep(&line);
            writeln!(io::stdout(), "{line}")?;
        }
    }
    let status = inside.wait()?;
    if !status.success() || !is_counted {
        verdicts.fail("", &[format!("ended too early ({status})")]);
    }
    Ok(verdicts)
}

impl Selection {
    fn pick<'a>(&self, chapters: &'a [Chapter]) -> Result<Vec<&'a Chapter>> {
        for name in &self.names {
            if !chapters.iter().any(|chapter| chapter.name == name) {
                let known: Vec<_> = chapters.iter().map(|chapter| chapter.name).collect();
                bail!("there is no chapter '{name}'; there is {}", known.join(", "));
            }
        }
        let is_picked = |name| self.names.is_empty() || self.names.iter().any(|it| it == name);
        Ok(chapters.iter().filter(|chapter| is_picked(chapter.name)).collect())
    }
}

/// Runs chapters inside of their namespace, and tells how they went for who is outside.
fn play(chapters: &[&Chapter], programs: &Path, rounds: usize) -> Result<()> {
    namespace::settle()?;
    let mut report = Report::default();
    for chapter in chapters {
        let folder = Folder::make(&format!("xtask-{}", chapter.name))?;
        let stage = Stage { programs: programs.to_owned(), folder, rounds };
        if let Err(error) = (chapter.run)(&stage, &mut report) {
            report.fail(&error)?;
        }
    }
    writeln!(io::stdout(), "{}", report.into_verdicts())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAPTERS: [Chapter; 2] = [
        Chapter { name: "lookup", programs: &[], run: |_, _| Ok(()) },
        Chapter { name: "conns", programs: &[], run: |_, _| Ok(()) },
    ];

    fn picked(names: &[&str]) -> Result<Vec<&'static str>> {
        let names = names.iter().map(ToString::to_string).collect();
        let picked = Selection { names, packages: false, inside: None }.pick(&CHAPTERS)?;
        Ok(picked.iter().map(|chapter| chapter.name).collect())
    }

    #[test]
    fn picks_what_is_named_or_everything() {
        assert_eq!(picked(&[]).unwrap(), ["lookup", "conns"]);
        assert_eq!(picked(&["conns"]).unwrap(), ["conns"]);
        let error = picked(&["look"]).unwrap_err().to_string();
        assert_eq!(error, "there is no chapter 'look'; there is lookup, conns");
    }
}
