//! The programs that list sockets, and what each of them tells.

use std::ffi::OsString;
use std::fs::File;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::{Output, command, finish, run};

use super::listing::{Fact, Facts, list_owners};
use super::{lsof, netstat, refusal, ss};
use crate::rig::Stage;

/// Who is held against ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    /// Our own other back end.
    Portable,
    /// Our own, where netlink is refused.
    WithoutNetlink,
    Ss,
    Netstat,
    Lsof,
}

impl Rival {
    /// Each of them.
    pub const ALL: [Self; 5] =
        [Self::Portable, Self::WithoutNetlink, Self::Ss, Self::Netstat, Self::Lsof];

    /// As people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::WithoutNetlink => "/proc/net",
            Self::Ss => "ss",
            Self::Netstat => "netstat",
            Self::Lsof => "lsof",
        }
    }

    /// What it tells of sockets.
    pub fn tells(self) -> Vec<Fact> {
        let untold: &[_] = match self {
            Self::Portable => &[Fact::RecvQueue, Fact::SendQueue, Fact::Cookie],
            Self::WithoutNetlink | Self::Netstat => &[Fact::Cookie],
            Self::Ss => &[],
            Self::Lsof => &[Fact::Cookie, Fact::Uid],
        };
        Fact::ALL.into_iter().filter(|fact| !untold.contains(fact)).collect()
    }

    /// What ours is asked for, to be held against it.
    pub const fn asks_ours(self) -> &'static [&'static str] {
        match self {
            Self::Portable | Self::Lsof => &["-a", "-t", "-u"],
            Self::Netstat => &["-a", "-t", "-u", "-w"],
            Self::WithoutNetlink | Self::Ss => &EVERYTHING,
        }
    }

    /// All that it tells.
    ///
    /// # Errors
    ///
    /// It fails, or prints what cannot be read.
    pub fn list(self, stage: &Stage) -> Result<Vec<Facts>> {
        match self {
            Self::Portable => conns(stage, &["-a", "-t", "-u", "--backend", "portable"]),
            Self::WithoutNetlink => Ok(facts(&without_netlink(stage, &EVERYTHING)?.1)),
            Self::Ss => {
                let mut list = ss::list(&["-Htunawep"])?;
                list.extend(ss::list(&["-Hxaep"])?);
                list.extend(ss::list(&["-H0naep"])?);
                Ok(list)
            }
            Self::Netstat => netstat::list(),
            Self::Lsof => lsof::list(),
        }
    }
}

/// Everything that `conns` can list.
pub const EVERYTHING: [&str; 6] = ["-a", "-t", "-u", "-w", "-x", "--packet"];

/// The sockets that `conns` tells of with these arguments.
///
/// # Errors
///
/// It fails, or prints no JSON.
pub fn conns(stage: &Stage, args: &[&str]) -> Result<Vec<Facts>> {
    Ok(facts(&conns_json(stage, args)?.1))
}

/// As [`conns`], as it stands.
///
/// # Errors
///
/// It fails, or prints no JSON.
pub fn conns_json(stage: &Stage, args: &[&str]) -> Result<(Output, Vec<Value>)> {
    let program: OsString = stage.tool("conns").into();
    json(run(program, [&"--json"].into_iter().chain(args)))
}

/// As [`conns_json`], without the right to make a netlink socket.
///
/// # Errors
///
/// It fails, or prints no JSON.
pub fn without_netlink(stage: &Stage, args: &[&str]) -> Result<(Output, Vec<Value>)> {
    let filter = stage.folder.write("netlink.bpf", refusal::of_netlink())?;
    let mut command = command("bwrap", ["--dev-bind", "/", "/", "--seccomp", "0", "--"]);
    // The filter is read from stdin, which is empty then.
    command.arg(stage.tool("conns")).arg("--json").args(args).stdin(File::open(filter)?);
    json(finish(command))
}

/// The rows that a run of `conns` has printed.
///
/// # Errors
///
/// It has failed, or printed no JSON.
pub fn json(output: Output) -> Result<(Output, Vec<Value>)> {
    // With 1 there are none.
    ensure!(matches!(output.code, Some(0 | 1)), "conns: {output:?}");
    let rows =
        serde_json::from_slice(&output.stdout).with_context(|| format!("conns: {output:?}"))?;
    Ok((output, rows))
}

/// What rows of ours tell.
pub fn facts(rows: &[Value]) -> Vec<Facts> {
    rows.iter().map(facts_of_json).collect()
}

fn facts_of_json(row: &Value) -> Facts {
    let number = |key: &str| row[key].as_u64().map(|number| number.to_string());
    let owner = |owner: &Value| Some((owner["pid"].as_u64()?, owner["fd"].as_u64()));
    let owners = row["process"].as_array().into_iter().flatten().filter_map(owner);
    Facts::default()
        .with(Fact::Protocol, text_of_json(&row["protocol"]))
        .with(Fact::State, text_of_json(&row["state"]))
        .with(Fact::RecvQueue, number("recv_q"))
        .with(Fact::SendQueue, number("send_q"))
        .with(Fact::Local, text_of_json(&row["local"]))
        .with(Fact::Peer, text_of_json(&row["peer"]))
        .with(Fact::Uid, number("uid"))
        .with(Fact::Inode, number("inode"))
        .with(Fact::Cookie, number("cookie"))
        .with(Fact::Owners, list_owners(owners.collect()))
}

/// Text, or what is not UTF-8 with U+FFFD in its place, as it is read of others.
fn text_of_json(value: &Value) -> Option<String> {
    let Some(hex) = value["hex"].as_str() else { return value.as_str().map(str::to_owned) };
    let octets = (0..hex.len()).step_by(2);
    let octets = octets.filter_map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    Some(String::from_utf8_lossy(&octets.collect::<Vec<_>>()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::conns::listing::lines;

    #[test]
    fn what_is_not_utf8_is_read_as_of_others() {
        let row = serde_json::json!({"local": {"hex": "40ff61"}, "inode": 3, "process": []});
        assert_eq!(lines(&facts(&[row])), ["||||@\u{fffd}a||3|"]);
    }
}
