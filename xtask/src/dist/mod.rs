//! What is given away, with checksums: an archive for any machine of this kind, a package for Debian.

mod archive;
mod debian;
mod licences;

use std::fs;
use std::io::{self, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use crate::generated::root;

/// The name of the toolkit.
const NAME: &str = "homeport";

/// Where files are put unless told otherwise, from the workspace's root.
const FOLDER: &str = "target/dist";

/// The list of checksums, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// Makes what can be made here, and the checksums of it.
pub fn run(folder: Option<PathBuf>) -> Result<()> {
    let folder = folder.unwrap_or_else(|| root().join(FOLDER));
    let folder = std::path::absolute(folder)?;
    let files = iter::once(archive::make(&folder)?).chain(debian::make(&folder)?);
    let mut out = io::stdout();
    let mut sums = Vec::new();
    for file in files {
        let octets = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let sum = HEXLOWER.encode(digest(&SHA256, &octets).as_ref());
        let name = file.file_name().context("a file has a name")?.display();
        writeln!(sums, "{sum}  {name}")?;
        writeln!(out, "{} ({} octets)", file.display(), octets.len())?;
    }
    let list = folder.join(SUMS);
    fs::write(&list, sums).with_context(|| format!("cannot write {}", list.display()))?;
    writeln!(out, "{}", list.display())?;
    Ok(())
}

/// Removes what an earlier run may have left.
fn clear(content: &Path) -> Result<()> {
    if content.exists() {
        fs::remove_dir_all(content)
            .with_context(|| format!("cannot remove {}", content.display()))?;
    }
    Ok(())
}

/// The target that this machine is.
fn host() -> Result<String> {
    let told = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let told = String::from_utf8(told.stdout).context("rustc tells its version")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc tells its host")?.to_owned())
}

/// Every file and folder below a folder, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let found = fs::read_dir(&folder);
        for entry in found.with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            entries.push(path);
        }
    }
    entries.sort();
    Ok(entries)
}
