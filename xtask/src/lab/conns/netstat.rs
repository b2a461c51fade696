//! What `netstat` tells of sockets.

use anyhow::{Result, ensure};
use testkit::run;

use super::listing::{Fact, Facts};

/// All that it tells.
///
/// # Errors
///
/// It fails.
pub fn list() -> Result<Vec<Facts>> {
    let args = ["-tunawpeW"];
    let output = run("netstat", args);
    ensure!(output.code == Some(0), "netstat {args:?}: {output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(facts_of).collect())
}

/// The states of raw sockets, which it tells by number.
const NUMBERED_STATES: [(&str, &str); 2] = [("1", "ESTABLISHED"), ("7", "UNCONN")];

fn facts_of(line: &str) -> Option<Facts> {
    let mut words = line.split_whitespace().peekable();
    let protocol = words.next()?.trim_end_matches('6');
    if !["tcp", "udp", "raw"].contains(&protocol) {
        return None;
    }
    let [recv_q, send_q, local, peer] =
        [words.next()?, words.next()?, words.next()?, words.next()?];
    // UDP without a peer has none.
    let state = words.next_if(|word| protocol != "udp" || word.parse::<u32>().is_err());
    let state = state.map_or("UNCONN", |state| {
        NUMBERED_STATES.iter().find(|(number, _)| *number == state).map_or(state, |(_, name)| name)
    });
    let (uid, inode) = (words.next()?, words.next()?);
    let owner = words.next().and_then(|owner| owner.split_once('/'));
    Some(
        Facts::default()
            .with(Fact::Protocol, protocol.to_owned())
            .with(Fact::State, state.to_owned())
            .with(Fact::RecvQueue, recv_q.to_owned())
            .with(Fact::SendQueue, send_q.to_owned())
            .with(Fact::Local, local.to_owned())
            .with(Fact::Peer, peer.to_owned())
            .with(Fact::Uid, uid.to_owned())
            .with(Fact::Inode, Some(inode.to_owned()).filter(|inode| inode != "0"))
            .with(Fact::Owners, owner.map(|(pid, _)| pid.to_owned())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::conns::listing::lines;

    #[test]
    fn rows_of_netstat_are_read_with_a_state_or_without() {
        let cases = [
            ("tcp6  0  0 :::80  :::*  LISTEN  0  9  7/a b", Some("tcp|LISTEN|0|0|:::80|:::*|9|7")),
            (
                "udp 832 0 127.0.0.1:53 0.0.0.0:* 0 9 -",
                Some("udp|UNCONN|832|0|127.0.0.1:53|0.0.0.0:*|9|"),
            ),
            (
                "raw 0 0 0.0.0.0:1 0.0.0.0:* 7 0 9 7/a",
                Some("raw|UNCONN|0|0|0.0.0.0:1|0.0.0.0:*|9|7"),
            ),
            (
                "tcp 0 0 1.2.3.4:1 1.2.3.4:2 TIME_WAIT 0 0 -",
                Some("tcp|TIME_WAIT|0|0|1.2.3.4:1|1.2.3.4:2||"),
            ),
            ("Active Internet connections (servers and established)", None),
            ("the rest of a name", None),
        ];
        for (line, expected) in cases {
            let facts: Vec<_> = facts_of(line).into_iter().collect();
            assert_eq!(lines(&facts), expected.into_iter().collect::<Vec<_>>(), "{line}");
        }
    }
}
