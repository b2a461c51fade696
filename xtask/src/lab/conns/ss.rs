//! What `ss` tells of sockets.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use testkit::run;

use super::listing::{Fact, Facts, Owner, list_owners};

/// The sockets that `ss` tells of with these arguments and words of a filter.
///
/// # Errors
///
/// It fails.
pub fn list(args: &[&str]) -> Result<Vec<Facts>> {
    list_of("", args)
}

/// As [`list`], of one kind only, which it does not tell then.
///
/// # Errors
///
/// It fails.
pub fn list_of(kind: &str, args: &[&str]) -> Result<Vec<Facts>> {
    let output = run("ss", args);
    ensure!(output.code == Some(0), "ss {args:?}: {output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    if kind.is_empty() {
        return Ok(facts(&text));
    }
    let with_kind = text.lines().map(|line| format!("{kind} {line}\n"));
    Ok(facts(&with_kind.collect::<String>()))
}

/// The kinds of sockets that `ss` has, which begin each row.
const KINDS: [&str; 8] = ["tcp", "udp", "raw", "u_str", "u_dgr", "u_seq", "p_raw", "p_dgr"];

/// The states that `ss` writes otherwise than `netstat`, but for the hyphens.
const STATES: [(&str, &str); 3] =
    [("ESTAB", "ESTABLISHED"), ("FIN-WAIT-1", "FIN_WAIT1"), ("FIN-WAIT-2", "FIN_WAIT2")];

/// What `ss` has printed.
pub fn facts(text: &str) -> Vec<Facts> {
    // A name with a line feed continues its row in the next line.
    let mut rows: Vec<String> = Vec::new();
    for line in text.trim_end_matches('\n').split('\n') {
        let first = line.split(' ').next().unwrap_or_default();
        match rows.last_mut() {
            Some(row) if !KINDS.contains(&first) => {
                row.push('\n');
                row.push_str(line);
            }
            _ => rows.push(line.to_owned()),
        }
    }
    rows.iter().filter_map(|row| facts_of(row)).collect()
}

fn facts_of(row: &str) -> Option<Facts> {
    let (kind, rest) = word(row)?;
    // There is no state where only one is asked for.
    let (state, rest) = match word(rest)? {
        (number, _) if number.parse::<u32>().is_ok() => (None, rest),
        (state, rest) => (Some(state_of(state)), rest),
    };
    let (recv_q, rest) = word(rest)?;
    let (send_q, rest) = word(rest)?;
    let facts = Facts::default()
        .with(Fact::Protocol, kind.to_owned())
        .with(Fact::State, state)
        .with(Fact::RecvQueue, recv_q.to_owned())
        .with(Fact::SendQueue, send_q.to_owned())
        .with(Fact::Owners, list_owners(owners(rest)));
    if kind.starts_with("u_") { unix_facts(facts, rest) } else { inet_facts(facts, rest) }
}

/// What we call a state of theirs.
pub fn state_of(state: &str) -> String {
    let known = STATES.iter().find(|(theirs, _)| *theirs == state);
    known.map_or_else(|| state.replace('-', "_"), |(_, ours)| (*ours).to_owned())
}

fn inet_facts(facts: Facts, rest: &str) -> Option<Facts> {
    let (local, rest) = word(rest)?;
    let (peer, rest) = word(rest)?;
    // A process may have any name, so what comes before it is looked at first.
    let rest = rest.rsplit_once("))").map_or(rest, |(_, rest)| rest);
    let after = |name: &str| {
        rest.split_whitespace().find_map(|word| word.strip_prefix(name)).map(str::to_owned)
    };
    let inode = after("ino:").filter(|inode| inode != "0");
    // Whoever is root is not told.
    let uid = after("uid:").or_else(|| inode.as_ref().map(|_| "0".to_owned()));
    let cookie = after("sk:").and_then(|cookie| u64::from_str_radix(&cookie, 16).ok());
    Some(
        facts
            .with(Fact::Local, local.to_owned())
            .with(Fact::Peer, peer.to_owned())
            .with(Fact::Uid, uid)
            .with(Fact::Inode, inode)
            .with(Fact::Cookie, cookie.map(|cookie| cookie.to_string())),
    )
}

/// `LOCAL INODE PEER PEER-INODE users:(…)`, where only the names have blanks.
fn unix_facts(facts: Facts, rest: &str) -> Option<Facts> {
    let ends = [" users:((", " <->", " ---", " --> ", " <-- "];
    let end = ends.iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    let (rest, _peer_inode) = last_word(&rest[..end])?;
    let (rest, peer) = last_word(rest)?;
    let (local, inode) = last_word(rest)?;
    Some(
        facts
            .with(Fact::Local, local.trim_matches(' ').to_owned())
            .with(Fact::Peer, peer.to_owned())
            .with(Fact::Inode, inode.to_owned()),
    )
}

/// The first word, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(' ');
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (!word.is_empty()).then_some((word, rest))
}

/// What comes before the last word, and that.
fn last_word(text: &str) -> Option<(&str, &str)> {
    text.trim_end_matches(' ').rsplit_once(' ')
}

/// Each `",pid=N,fd=N)`: what a process calls itself cannot end so.
fn owners(text: &str) -> BTreeSet<Owner> {
    let owner = |text: &str| {
        let (pid, rest) = text.split_once(",fd=")?;
        let (fd, _) = rest.split_once(')')?;
        Some((pid.parse().ok()?, Some(fd.parse().ok()?)))
    };
    text.split("\",pid=").skip(1).filter_map(owner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::conns::listing::lines;

    #[test]
    fn rows_of_ss_are_read_whatever_is_in_a_name() {
        let text = "tcp LISTEN 2 7 127.0.0.1%lo:80 0.0.0.0:* users:((\"a\nb\",pid=7,fd=3),(\"\",pid=1,fd=1\",pid=8,fd=3)) ino:9 sk:1f cgroup:/ <->\n\
                    tcp FIN-WAIT-1 0 1 [::1]:80 [::1]:9 timer:(on,1sec,0) ino:0 sk:20 -->\n\
                    udp 0 0 *:53 *:*\n\
                    u_str LISTEN 0 3 /a b\nc 12   * 0 users:((\"d\",pid=7,fd=4)) <-> ino:1 dev:0/1 peers:\n\
                    p_dgr UNCONN 0 0 [2048]:d0 * users:((\"d\",pid=7,fd=5)) ino:13 sk:2\n\tver:0\n";
        let expected = [
            "tcp|LISTEN|2|7|127.0.0.1%lo:80|0.0.0.0:*|9|7/3 8/3",
            "tcp|FIN_WAIT1|0|1|[::1]:80|[::1]:9||",
            "udp||0|0|*:53|*:*||",
            "u_str|LISTEN|0|3|/a b\nc|*|12|7/4",
            "p_dgr|UNCONN|0|0|[2048]:d0|*|13|7/5",
        ];
        let facts = facts(text);
        assert_eq!(lines(&facts), expected);
        assert_eq!((facts[0].get(Fact::Cookie), facts[0].get(Fact::Uid)), ("31", "0"));
        assert!(super::facts("").is_empty());
    }
}
