//! What stands at the head of the page: how it was made, on which machine, with which versions.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::process::Command;

use anyhow::Result;

use crate::generated::root;
use crate::rig::{Chapter, Sheet};

/// What there is to know before the figures.
const WORDS: &str = "\
# Benchmarks

The last whole run of `cargo xtask bench`, as it was printed. To repeat it, on Linux and as root, with
nothing else running:

    apt-get install $(cargo xtask bench --packages)
    cargo install rustscan
    cargo xtask dist                  # the static programs; takes the musl target
    cargo xtask bench >BENCHMARKS.md

Whoever is in one table ran in the same run, in turns; figures are medians, unless they say otherwise.
Every program starts anew each time, and what it prints goes to a file or to nobody. Ratios carry over
to other machines, seconds do not. What is promised is promised of the ratio of that row, or of its
memory; where this run has not kept it, the row says so. No test asserts any of it.
";

/// Prints it.
///
/// # Errors
///
/// Stdout cannot be written to.
pub fn print(chapters: &[&Chapter]) -> Result<()> {
    let mut sheet = Sheet::new(&["what", "which"]);
    for (what, which) in machine() {
        sheet.row([what.to_owned(), which.unwrap_or_else(|| "not known".to_owned())]);
    }
    for package in packages(chapters) {
        let version = told("dpkg-query", &["--show", "--showformat", "${Version}", package]);
        let version = version.unwrap_or_else(|| "not of a package".to_owned());
        sheet.row([package.to_owned(), version]);
    }
    if let Some(version) = told("rustscan", &["--version"]) {
        sheet.row(["rustscan".to_owned(), version]);
    }
    write!(io::stdout(), "{WORDS}\n## The machine\n\n{}", sheet.text())?;
    Ok(())
}

fn machine() -> [(&'static str, Option<String>); 8] {
    let gib = |kib: String| {
        let kib: f64 = kib.split(' ').next()?.parse().ok()?;
        Some(format!("{:.1} GiB", kib / 1024.0 / 1024.0))
    };
    let cores = std::thread::available_parallelism().ok().map(|cores| cores.to_string());
    [
        ("date", told("date", &["--utc", "+%F"])),
        ("commit", told("git", &["describe", "--always", "--dirty"])),
        ("processor", field("/proc/cpuinfo", "model name", ':')),
        ("cores", cores),
        ("memory", field("/proc/meminfo", "MemTotal", ':').and_then(gib)),
        ("kernel", told("uname", &["-sr"])),
        ("system", field("/etc/os-release", "PRETTY_NAME", '=')),
        ("compiler", told("rustc", &["--version"])),
    ]
}

/// The packages that the others come from.
fn packages(chapters: &[&Chapter]) -> BTreeSet<&'static str> {
    chapters.iter().flat_map(|chapter| chapter.programs).map(|program| program.package()).collect()
}

/// The first line that a program prints; `None` where it does not.
fn told(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).current_dir(root()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next().map(str::trim).filter(|line| !line.is_empty())?;
    output.status.success().then(|| line.to_owned())
}

/// What the first line with this key says in a file of the system.
fn field(path: &str, key: &str, sign: char) -> Option<String> {
    value(&fs::read_to_string(path).ok()?, key, sign)
}

fn value(text: &str, key: &str, sign: char) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(sign));
    let (_, value) = lines.find(|(name, _)| name.trim() == key)?;
    Some(value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_system_says_of_itself() {
        let text = "processor\t: 0\nmodel name\t: A: fast one\nmodel name\t: Another\n";
        assert_eq!(value(text, "model name", ':').unwrap(), "A: fast one");
        assert_eq!(value("NAME=x\nPRETTY_NAME=\"A 12\"\n", "PRETTY_NAME", '=').unwrap(), "A 12");
        assert_eq!(value(text, "MemTotal", ':'), None);
        assert_eq!(told("false", &[]), None);
    }
}
