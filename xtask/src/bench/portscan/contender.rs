//! The programs that take part, where everybody may run them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::rig::{Stage, find};

/// The words of a command line, of which the first is the program.
pub type Line<'a> = &'a [&'a str];

/// What comes as a crate, and in no package.
const RUSTSCAN: &str = "rustscan";

/// Programs that lie where who has no privilege may not read them, as copies.
#[derive(Debug)]
pub struct Contenders {
    ours: PathBuf,
    rustscan: Option<PathBuf>,
}

impl Contenders {
    /// Finds and copies them. RustScan may not be there.
    ///
    /// # Errors
    ///
    /// They cannot be copied.
    pub fn install(stage: &Stage) -> Result<Self> {
        let copy = |program: &Path, name: &str| -> Result<PathBuf> {
            let copy = stage.folder.path().join(name);
            fs::copy(program, &copy).with_context(|| format!("cannot copy {name}"))?;
            Ok(copy)
        };
        let rustscan = find(RUSTSCAN).or_else(in_home);
        let rustscan = rustscan.map(|program| copy(&program, RUSTSCAN)).transpose()?;
        Ok(Self { ours: copy(&stage.tool("portscan"), "portscan")?, rustscan })
    }

    /// Where a program is; nothing for one that is not there.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        match name {
            "portscan" => Some(self.ours.clone()),
            RUSTSCAN => self.rustscan.clone(),
            name => Some(name.into()),
        }
    }
}

/// Where cargo installs programs.
fn in_home() -> Option<PathBuf> {
    let home = PathBuf::from(env::var_os("HOME")?);
    Some(home.join(".cargo/bin").join(RUSTSCAN)).filter(|program| program.is_file())
}

/// How many open ports a program tells in what it prints.
pub fn open_ports(program: &str, text: &str) -> usize {
    match program {
        "portscan" => text.lines().count(),
        "nmap" => text.lines().filter(|line| is_open(line)).count(),
        RUSTSCAN => text.lines().filter_map(listed).sum(),
        // It says nothing, and was asked for one that is open.
        _ => 1,
    }
}

/// `22/tcp open  ssh`.
fn is_open(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next().is_some_and(|port| port.ends_with("/tcp")) && words.next() == Some("open")
}

/// `10.98.0.2 -> [22,80]`.
fn listed(line: &str) -> Option<usize> {
    let (_, ports) = line.split_once(" -> [")?;
    Some(ports.trim_end().strip_suffix(']')?.split(',').filter(|port| !port.is_empty()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_open_ports_in_the_words_of_each() {
        let nmap = "Not shown: 3 closed tcp ports (conn-refused)\nPORT STATE SERVICE\n\
                    22/tcp open ssh\n80/tcp filtered http\n443/tcp open https\n";
        let cases = [
            ("portscan", "22\n80\n", 2),
            ("portscan", "", 0),
            ("nmap", nmap, 2),
            ("rustscan", "10.98.0.2 -> [22,80,443]\n10.98.0.4 -> [22]\n", 4),
            ("rustscan", "", 0),
            ("nc", "", 1),
        ];
        for (program, text, expected) in cases {
            assert_eq!(open_ports(program, text), expected, "{program}: {text}");
        }
    }
}
