//! The hosts of lab and bench, for whoever wants to try something by hand.

use std::env;
use std::io::{self, Write};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::rig::{self, Hosts, Limit, Weather};

/// What is run without a command.
const SHELL: &str = "bash";

/// What is to be run, and in which weather.
#[derive(Debug, Args)]
pub struct Asked {
    /// For how long the wire to the island holds a frame back, each way
    #[arg(long, default_value_t = 5, value_name = "MS")]
    delay: u16,

    /// How many of a hundred frames it loses, each way
    #[arg(long, default_value_t = 0.0, value_name = "PERCENT")]
    loss: f64,

    /// We are inside of the namespace already
    #[arg(long, hide = true)]
    inside: bool,

    /// The command and its arguments [default: a shell]
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Makes the hosts, runs the command, and takes the hosts away.
///
/// # Errors
///
/// We are not root, the kernel cannot make the hosts, or the command fails.
pub fn run(asked: &Asked) -> Result<()> {
    if !asked.inside {
        rig::require_root()?;
        let program = env::current_exe().context("cannot find our own program")?;
        let args: Vec<_> = env::args().skip(2).collect();
        let args = ["hosts", "--inside"].into_iter().chain(args.iter().map(String::as_str));
        let status = rig::command(&program, args).status().context("cannot run unshare")?;
        ensure!(status.success(), "not all is as it should be");
        return Ok(());
    }
    rig::settle()?;
    let limit = Limit::raise(Hosts::DESCRIPTORS)?;
    let hosts = Hosts::make()?;
    let delay = Duration::from_millis(asked.delay.into());
    hosts.wire.set_weather(Weather { delay, loss_percent: asked.loss });
    let words = if asked.command.is_empty() { &[SHELL.to_owned()][..] } else { &asked.command };
    let status = Command::new(&words[0]).args(&words[1..]).status();
    let status = status.with_context(|| format!("cannot run '{}'", words[0]))?;
    writeln!(io::stderr(), "the wire: {:?}", hosts.wire.traffic())?;
    for place in [rig::Place::Street, rig::Place::Island] {
        writeln!(io::stderr(), "{place:?}: {:?}", hosts.visits(place))?;
    }
    drop(limit);
    ensure!(status.success(), "'{}' failed ({status})", words[0]);
    Ok(())
}
