//! The programs of others, and the Debian packages that they come in.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

pub use crate::build::find;

/// A program that a chapter asks, compares with, or is served by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    name: &'static str,
    package: &'static str,
}

/// A program and the Debian package that it comes in.
pub const fn program(name: &'static str, package: &'static str) -> Program {
    Program { name, package }
}

impl Program {
    /// The Debian package.
    pub const fn package(self) -> &'static str {
        self.package
    }

    /// Fails, with what to type, unless all of the programs are there.
    ///
    /// # Errors
    ///
    /// Some are not.
    pub fn require(programs: &[Self]) -> Result<()> {
        Self::require_with(programs, is_there)
    }

    /// The packages of the programs that are not there, each once.
    pub fn missing_packages(programs: &[Self]) -> BTreeSet<&'static str> {
        Self::missing(programs, is_there).map(|program| program.package).collect()
    }

    fn missing(programs: &[Self], is_there: impl Fn(&str) -> bool) -> impl Iterator<Item = &Self> {
        programs.iter().filter(move |program| !is_there(program.name))
    }

    fn require_with(programs: &[Self], is_there: impl Fn(&str) -> bool) -> Result<()> {
        let missing = || Self::missing(programs, &is_there);
        let names: BTreeSet<_> = missing().map(|program| program.name).collect();
        let packages: BTreeSet<_> = missing().map(|program| program.package).collect();
        let join = |words: BTreeSet<&str>, gap| words.into_iter().collect::<Vec<_>>().join(gap);
        ensure!(
            names.is_empty(),
            "not installed: {}\nto install: apt-get install {}",
            join(names, ", "),
            join(packages, " ")
        );
        Ok(())
    }
}

fn is_there(name: &str) -> bool {
    find(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAMS: [Program; 4] = [
        program("dig", "bind9-dnsutils"),
        program("knotd", "knot"),
        program("delv", "bind9-dnsutils"),
        program("nsd", "nsd"),
    ];

    #[test]
    fn names_each_package_once() {
        let error = Program::require_with(&PROGRAMS, |name| name == "nsd").unwrap_err();
        let expected =
            "not installed: delv, dig, knotd\nto install: apt-get install bind9-dnsutils knot";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn is_content_when_all_is_there() {
        assert!(Program::require_with(&PROGRAMS, |_| true).is_ok());
    }
}
