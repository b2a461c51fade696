//! A package for Debian and what comes of it: programs for its C library, with all that belongs to them.

mod control;
mod copyright;
mod depends;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{NAME, clear, entries, host, licences};
use crate::build::{self, Profile, find};
use crate::generated::{read, root};
use crate::install::{Layout, lay_out, write};

/// Who answers for the package: nobody in particular, at an address that is nobody's (RFC 2606, 2).
const MAINTAINER: &str = "homeport developers <maintainers@homeport.invalid>";

/// Programs that this takes and that not every Linux has.
const TAKEN: [&str; 3] = ["dpkg-deb", "dpkg", "objdump"];

/// What comes along, in the package's folder of documents; links from one to another work there.
const DOCUMENTS: [&str; 3] = ["README.md", "CHANGELOG.md", "docs/recipes.md"];

/// The time that the package bears where nobody tells one: 1980. Debian takes no file for real that is
/// much older.
const TIME_S: &str = "315532800";

/// Makes a package in a folder and returns where it is, or says why there is none.
pub fn make(folder: &Path) -> Result<Option<PathBuf>> {
    if let Some(obstacle) = obstacle() {
        writeln!(io::stdout(), "no Debian package: {obstacle}")?;
        return Ok(None);
    }
    let architecture = run(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    writeln!(io::stdout(), "a Debian package, for {architecture}")?;
    let third_party = licences::text(&host()?)?;
    let programs = build::tools(Profile::Release, None)?;
    let time_s = time_s();
    let content = folder.join("debian");
    clear(&content)?;
    let files = lay_out(&content.join("usr"), &programs, Layout::Debian)?;
    let pages = files.iter().filter(|file| file.extension().is_some_and(|it| it == "1"));
    compress(pages)?;
    add_documents(&content.join("usr/share/doc").join(NAME), &time_s, &third_party)?;

    let depends = depends::of(programs.values())?;
    let entries = entries(&content)?;
    let control = control::text(architecture, installed_kib(&entries)?, &depends);
    let sums = md5sums(&content, &entries)?;
    write(&content.join("DEBIAN/control"), control)?;
    write(&content.join("DEBIAN/md5sums"), sums)?;
    let package = folder.join(format!("{NAME}_{}_{architecture}.deb", control::version()));
    pack(&content, &package, &time_s)?;
    fs::remove_dir_all(&content)?;
    Ok(Some(package))
}

/// Why there can be no package here, if so.
fn obstacle() -> Option<String> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return Some("it takes Linux with the GNU C library".to_owned());
    }
    let missing = TAKEN.iter().find(|program| find(program).is_none())?;
    Some(format!("there is no {missing}"))
}

/// The time that the package bears, in seconds since 1970: as the environment says, or else that of the
/// last commit.
fn time_s() -> String {
    let told = env::var("SOURCE_DATE_EPOCH").ok();
    let committed =
        || run(Command::new("git").current_dir(root()).args(["log", "-1", "--format=%ct"])).ok();
    let time = told.or_else(committed).map(|time| time.trim().to_owned());
    time.filter(|time| !time.is_empty()).unwrap_or_else(|| TIME_S.to_owned())
}

fn add_documents(folder: &Path, time_s: &str, third_party: &str) -> Result<()> {
    for document in DOCUMENTS {
        write(&folder.join(document), read(document)?)?;
    }
    write(&folder.join("copyright"), copyright::text()?)?;
    let changes = folder.join("changelog");
    write(&changes, changelog(time_s)?)?;
    let licences = folder.join(licences::DOCUMENT);
    write(&licences, third_party)?;
    compress([&changes, &licences])
}

/// What Debian calls a changelog: which version it is and when it was made. What changed is told in one
/// place only.
fn changelog(time_s: &str) -> Result<String> {
    let mut date = Command::new("date");
    date.env("LC_ALL", "C").args(["--utc", "--rfc-email", "--date"]).arg(format!("@{time_s}"));
    Ok(format!(
        "{NAME} ({}) unstable; urgency=medium\n\n  * CHANGELOG.md tells what changed.\n\n \
         -- {MAINTAINER}  {}",
        control::version(),
        run(&mut date)?
    ))
}

/// Replaces files by compressed ones, without their names and times.
fn compress<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
    run(Command::new("gzip").arg("-9n").args(files)).map(drop)
}

/// What the entries take when installed, as dpkg-gencontrol reckons: whole KiB of a file, one of a folder.
fn installed_kib(entries: &[PathBuf]) -> Result<u64> {
    let mut kib = 0;
    for entry in entries {
        let metadata = fs::metadata(entry)?;
        kib += if metadata.is_file() { metadata.len().div_ceil(1024) } else { 1 };
    }
    Ok(kib)
}

/// The checksums that `dpkg --verify` reads.
fn md5sums(content: &Path, entries: &[PathBuf]) -> Result<String> {
    let mut md5sum = Command::new("md5sum");
    md5sum.current_dir(content);
    for file in entries.iter().filter(|entry| entry.is_file()) {
        md5sum.arg(file.strip_prefix(content)?);
    }
    run(&mut md5sum)
}

/// Packs the content, the same octets whenever the same is in it. No file is newer than that time, and
/// the compression is one that every dpkg knows: that of Ubuntu is not Debian's.
fn pack(content: &Path, package: &Path, time_s: &str) -> Result<()> {
    run(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(content))?;
    let mut dpkg_deb = Command::new("dpkg-deb");
    dpkg_deb.env("SOURCE_DATE_EPOCH", time_s);
    dpkg_deb.args(["-Zxz", "--root-owner-group", "--build"]).arg(content).arg(package);
    run(&mut dpkg_deb).map(drop)
}

/// What a program printed, which has to succeed.
fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().display().to_string();
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed: {}", errors.trim_end());
    String::from_utf8(output.stdout).with_context(|| format!("{name} prints UTF-8"))
}
