//! What `lsof` tells of sockets.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use testkit::run;

use super::listing::{Fact, Facts, Owner, list_owners};

/// All that it tells.
///
/// # Errors
///
/// It fails.
pub fn list() -> Result<Vec<Facts>> {
    let args = ["-nP", "-i", "-T", "qs", "-F", "pfdPnT"];
    let output = run("lsof", args);
    ensure!(output.code == Some(0), "lsof {args:?}: {output:?}");
    Ok(facts(&String::from_utf8_lossy(&output.stdout)))
}

/// An open file in each group of lines that begins with `f`, in those of a process that begin with
/// `p`. A line's first letter says what it tells.
fn facts(text: &str) -> Vec<Facts> {
    let mut sockets: BTreeMap<String, (Facts, BTreeSet<Owner>)> = BTreeMap::new();
    let mut pid = 0;
    for process in text.split("\np") {
        let mut files = process.split("\nf");
        let head = files.next().unwrap_or_default();
        pid = head
            .lines()
            .next()
            .and_then(|it| it.trim_start_matches('p').parse().ok())
            .unwrap_or(pid);
        for file in files {
            let (fd, facts) = facts_of(file);
            let inode = facts.get(Fact::Inode).to_owned();
            sockets.entry(inode).or_insert((facts, BTreeSet::new())).1.insert((pid, fd));
        }
    }
    let with_owners =
        sockets.into_values().map(|(facts, owners)| facts.with(Fact::Owners, list_owners(owners)));
    with_owners.collect()
}

fn facts_of(file: &str) -> (Option<u64>, Facts) {
    let mut lines = file.lines();
    let fd = lines.next().and_then(|fd| fd.parse().ok());
    let mut facts = Facts::default();
    for line in lines {
        let Some((letter, told)) = line.split_at_checked(1) else { continue };
        match (letter, told.split_once('=')) {
            ("d", _) => facts.set(Fact::Inode, told),
            ("P", _) => facts.set(Fact::Protocol, told.to_ascii_lowercase()),
            ("T", Some(("ST", state))) => facts.set(Fact::State, state),
            ("T", Some(("QR", octets))) => facts.set(Fact::RecvQueue, octets),
            ("T", Some(("QS", octets))) => facts.set(Fact::SendQueue, octets),
            ("n", _) => {
                let (local, peer) =
                    told.split_once("->").map_or((told, None), |(local, peer)| (local, Some(peer)));
                facts.set(Fact::Local, local);
                facts = facts.with(Fact::Peer, peer.map(str::to_owned));
            }
            _ => {}
        }
    }
    (fd, facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::conns::listing::lines;

    #[test]
    fn files_of_lsof_are_sockets_with_all_of_their_owners() {
        let text = "p7\nf3\nd9\nPTCP\nn*:80\nTST=LISTEN\nTQR=1\nTQS=0\nf4\nd10\nPUDP\nn[::1]:5->[::1]:6\nTQR=0\n\
                    p8\nf3\nd9\nPTCP\nn*:80\nTST=LISTEN\nTQR=1\nTQS=0\n";
        let expected = ["udp||0||[::1]:5|[::1]:6|10|7/4", "tcp|LISTEN|1|0|*:80||9|7/3 8/3"];
        assert_eq!(lines(&facts(text)), expected);
    }
}
