//! Installing: programs, man pages, completions.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result};
use clap_complete::Shell;

use crate::build::{self, Profile};
use crate::docs;
use crate::tools::{Entry, TOOLS};

/// The shells that get completions.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Whose rules say where things lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Those of whoever installs by hand.
    Local,
    /// Debian's, for its packages.
    Debian,
}

/// Installs everything below `root`, or below ~/.local.
pub fn run(root: Option<PathBuf>) -> Result<()> {
    let root = match root {
        Some(root) => root,
        None => {
            env::home_dir().context("there is no home directory: name a --root")?.join(".local")
        }
    };
    let root = path::absolute(root)?;
    let programs = build::tools(Profile::Release, None)?;
    for file in lay_out(&root, &programs, Layout::Local)? {
        writeln!(io::stdout(), "{}", file.display())?;
    }
    remind_of_path(&root.join("bin"))
}

/// Puts the programs in `bin` below a folder, and in `share` what belongs to them. Returns what is
/// there now.
pub fn lay_out(
    root: &Path,
    programs: &HashMap<String, PathBuf>,
    layout: Layout,
) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for tool in &TOOLS {
        let program = &programs[tool.name];
        let name = program.file_name().context("a program has a name")?;
        files.push(root.join("bin").join(name));
        install_program(program, &files[files.len() - 1])?;
        let page = root.join("share/man/man1").join(format!("{}.1", tool.name));
        write(&page, docs::man_page(tool)?)?;
        files.push(page);
        for shell in SHELLS {
            let script = root.join(completion_path(tool, shell, layout));
            write(&script, completion(tool, shell))?;
            files.push(script);
        }
    }
    Ok(files)
}

/// Where a shell looks for the completions of a tool, below the root.
fn completion_path(tool: &Entry, shell: Shell, layout: Layout) -> String {
    let name = tool.name;
    match shell {
        Shell::Zsh if layout == Layout::Debian => format!("share/zsh/vendor-completions/_{name}"),
        Shell::Zsh => format!("share/zsh/site-functions/_{name}"),
        Shell::Fish => format!("share/fish/vendor_completions.d/{name}.fish"),
        _ => format!("share/bash-completion/completions/{name}"),
    }
}

fn completion(tool: &Entry, shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut (tool.command)(), tool.name, &mut script);
    script
}

/// Copies beside the target and renames, so that a program that runs now is not written over.
fn install_program(program: &Path, target: &Path) -> Result<()> {
    make_folder(target)?;
    let new = target.with_extension("new");
    let installed = fs::copy(program, &new).and_then(|_| fs::rename(&new, target));
    if installed.is_err() {
        // There may be none; the failure is told below.
        let _ = fs::remove_file(&new);
    }
    installed.with_context(|| format!("cannot install {}", target.display()))
}

/// Writes a file, and makes the folders that it lies in.
pub fn write(target: &Path, contents: impl AsRef<[u8]>) -> Result<()> {
    make_folder(target)?;
    fs::write(target, contents).with_context(|| format!("cannot write {}", target.display()))
}

fn make_folder(target: &Path) -> Result<()> {
    let folder = target.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

fn remind_of_path(bin: &Path) -> Result<()> {
    let path = env::var_os("PATH").unwrap_or_default();
    if !env::split_paths(&path).any(|folder| folder == bin) {
        let bin = bin.display();
        writeln!(io::stdout(), "\nTo find the tools by name: export PATH=\"{bin}:$PATH\"")?;
    }
    Ok(())
}
