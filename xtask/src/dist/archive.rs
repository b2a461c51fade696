//! An archive: programs that need nothing, with all that belongs to them.

use std::env::consts::ARCH;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{NAME, clear, host, licences};
use crate::build::{self, Profile};
use crate::generated::root;
use crate::install::{Layout, lay_out, write};

/// What comes along, in `share/doc`.
const DOCUMENTS: [&str; 5] =
    ["README.md", "CHANGELOG.md", "NOTICE", "LICENSE-APACHE", "LICENSE-MIT"];

/// Makes an archive in a folder, for this machine's kind: of static programs where Rust has what it
/// takes to build them. Returns where it is.
pub fn make(folder: &Path) -> Result<PathBuf> {
    let target = static_target();
    let kind = match &target {
        Some(target) => target.clone(),
        None => host()?,
    };
    let mut out = io::stdout();
    match &target {
        Some(target) => writeln!(out, "static programs, for {target}")?,
        None if cfg!(target_os = "linux") => writeln!(
            out,
            "programs for this C library; static ones take: rustup target add {}",
            musl()
        )?,
        None => writeln!(out, "programs for {kind}")?,
    }
    let third_party = licences::text(&kind)?;
    let programs = build::tools(Profile::Release, target.as_deref())?;
    let name = format!("{NAME}-{}-{kind}", env!("CARGO_PKG_VERSION"));
    let content = folder.join(&name);
    clear(&content)?;
    lay_out(&content, &programs, Layout::Local)?;
    add_documents(&content.join("share/doc").join(NAME), &third_party)?;
    let archive = pack(folder, &name)?;
    fs::remove_dir_all(&content)?;
    Ok(archive)
}

/// Static programs are for musl, of the processor that this runs on.
fn musl() -> String {
    format!("{ARCH}-unknown-linux-musl")
}

/// The target of static programs, where Rust has its libraries.
fn static_target() -> Option<String> {
    let target = musl();
    let args = ["--print", "target-libdir", "--target", &target];
    let told = Command::new("rustc").args(args).output().ok()?;
    let folder = String::from_utf8(told.stdout).ok()?;
    let has_it = cfg!(target_os = "linux") && Path::new(folder.trim()).is_dir();
    has_it.then_some(target)
}

fn add_documents(folder: &Path, third_party: &str) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for document in DOCUMENTS {
        fs::copy(root().join(document), folder.join(document))
            .with_context(|| format!("cannot copy {document}"))?;
    }
    write(&folder.join(licences::DOCUMENT), third_party)
}

/// Packs a folder, the same octets whenever the same is in it.
fn pack(folder: &Path, name: &str) -> Result<PathBuf> {
    let archive = folder.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    if cfg!(target_os = "linux") {
        tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"]);
        // Whoever packs may keep their files to themselves: those who unpack are to read them.
        tar.args(["--mode=u=rwX,go=rX", "--use-compress-program", "gzip -n"]);
    } else {
        tar.arg("-z");
    }
    let status = tar.arg("-cf").arg(&archive).arg("-C").arg(folder).arg(name).status();
    ensure!(status.context("cannot run tar")?.success(), "cannot pack {}", archive.display());
    Ok(archive)
}
