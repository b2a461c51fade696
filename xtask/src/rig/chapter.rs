//! Chapters: what lab and bench have to show of a tool, each in a namespace of its own.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use super::folder::Folder;
use super::namespace;
use super::packages::Program;
use crate::build::{self, Profile};
use crate::tools::TOOLS;

/// What lab or bench have to show of one tool.
#[derive(Debug)]
pub struct Chapter {
    /// The tool.
    pub name: &'static str,
    /// The programs of others that it takes.
    pub programs: &'static [Program],
    /// Shows it. Returns how much of it is not as it should be.
    pub run: fn(&Stage) -> Result<usize>,
}

/// Which chapters to run.
#[derive(Debug, Args)]
pub struct Selection {
    /// Only these tools [default: all that there is a chapter of]
    #[arg(value_name = "TOOL")]
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

/// Runs the chapters that are selected: builds the tools, enters a namespace for each, and goes on
/// there.
///
/// # Errors
///
/// Programs are missing, we are not root, or something is not as it should be.
pub fn perform(
    (task, profile): (&str, Profile),
    chapters: &[Chapter],
    selection: &Selection,
    rounds: usize,
) -> Result<()> {
    let chapters = selection.pick(chapters)?;
    if let Some(programs) = &selection.inside {
        return play(&chapters, programs, rounds);
    }
    let others = chapters.iter().flat_map(|chapter| chapter.programs);
    let others: Vec<_> = others.chain(&namespace::PROGRAMS).copied().collect();
    if selection.packages {
        for package in Program::missing_packages(&others) {
            writeln!(io::stdout(), "{package}")?;
        }
        return Ok(());
    }
    Program::require(&others)?;
    namespace::require_root()?;
    // Building may put a new program in the place of the one that runs.
    let program = env::current_exe().context("cannot find our own program")?;
    let built = build::tools(profile, None)?;
    let folder = built[TOOLS[0].name].parent().context("a program lies in a folder")?;
    let folder = folder.to_str().context("the programs' folder has a name that is text")?;
    let mut args = vec![task.to_owned(), "--inside".to_owned(), folder.to_owned()];
    if profile == Profile::Release {
        args.extend(["--rounds".to_owned(), rounds.to_string()]);
    }
    // What one leaves behind is not there for the next, and all run whatever becomes of one.
    let enter = |chapter: &&Chapter| {
        namespace::enter(&program, args.iter().cloned().chain([chapter.name.to_owned()]))
    };
    let ended: Vec<_> = chapters.iter().map(enter).collect();
    ended.into_iter().collect()
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

fn play(chapters: &[&Chapter], programs: &Path, rounds: usize) -> Result<()> {
    namespace::settle()?;
    let mut surprises = 0;
    for chapter in chapters {
        let folder = Folder::make(&format!("xtask-{}", chapter.name))?;
        let stage = Stage { programs: programs.to_owned(), folder, rounds };
        surprises += (chapter.run)(&stage)?;
    }
    ensure!(surprises == 0, "{surprises} things are not as they should be");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAPTERS: [Chapter; 2] = [
        Chapter { name: "lookup", programs: &[], run: |_| Ok(0) },
        Chapter { name: "conns", programs: &[], run: |_| Ok(0) },
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
