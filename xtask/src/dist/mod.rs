//! What is given away, with checksums: an archive for any machine of this kind, a package for Debian.

mod archive;
mod debian;

use std::fs;
use std::io::{self, Write};
use std::iter;
use std::path::{Path, PathBuf};

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
