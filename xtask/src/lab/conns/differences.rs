//! Where `conns` tells a socket otherwise than others do, and why.

use super::clients::Rival;
use super::listing::{Fact, Facts, Pair};
use crate::rig::Sheet;

/// A difference that is meant.
struct Difference {
    /// Who tells it otherwise.
    rivals: &'static [Rival],
    /// What is different, and why.
    reason: &'static str,
    /// Makes both the same in this.
    settle: fn(&mut Pair),
}

use Rival::{Lsof, Netstat, Portable, Ss, WithoutNetlink};

/// Every difference that is meant. What differs otherwise is a surprise.
const DIFFERENCES: [Difference; 22] = [
    Difference {
        rivals: &[Portable, WithoutNetlink, Ss, Netstat, Lsof],
        reason: "TCP that is only bound is told by netlink alone, to who asks for it (ss -B)",
        settle: |it| drop_ours(it, |ours| ours.get(Fact::State) == "BOUND"),
    },
    Difference {
        rivals: &[Portable],
        reason: "netstat2 tells processes without their descriptors",
        settle: |it| of_ours(it, |ours| ours.change(Fact::Owners, drop_descriptors)),
    },
    Difference {
        rivals: &[Portable, WithoutNetlink, Netstat, Lsof],
        reason: "neither /proc/net nor netstat2 tells the interface",
        settle: |it| of_ours(it, |ours| each_end(ours, drop_interface)),
    },
    Difference {
        rivals: &[Portable],
        reason: "netstat2 does not tell whether IPv6 takes IPv4: any address is [::]",
        settle: |it| of_ours(it, |ours| each_end(ours, |end| end.replace("*:", "[::]:"))),
    },
    Difference {
        rivals: &[WithoutNetlink],
        reason: "/proc/net does not tell whether IPv6 takes IPv4: any address is *",
        settle: |it| of_ours(it, any_family),
    },
    Difference {
        rivals: &[Netstat],
        reason: "IPv6 has no brackets, and any address is :: whether it takes IPv4 or not",
        settle: |it| of_ours(it, |ours| each_end(ours, drop_brackets)),
    },
    Difference {
        rivals: &[Netstat, Lsof],
        reason: "what came over IPv4 to a socket of IPv6 looks like IPv4",
        settle: |it| of_ours(it, |ours| each_end(ours, drop_mapping)),
    },
    Difference {
        rivals: &[Lsof],
        reason: "any address is *, of whatever family",
        settle: |it| of_ours(it, |ours| each_end(ours, any_as_star)),
    },
    Difference {
        rivals: &[WithoutNetlink, Netstat, Lsof],
        reason: "/proc/net does not tell how many connections may wait",
        settle: forget_backlog,
    },
    Difference {
        rivals: &[Netstat],
        reason: "of the processes that share a socket one is told, and no descriptor",
        settle: one_of_owners,
    },
    Difference {
        rivals: &[Netstat],
        reason: "a socket that no process has is told to be of root",
        settle: |it| of_theirs(it, |theirs| forget_if_orphaned(theirs, Fact::Uid)),
    },
    Difference {
        rivals: &[Lsof],
        reason: "lsof lists what processes have open; no process has these",
        settle: |it| drop_ours(it, |ours| !ours.has(Fact::Owners)),
    },
    Difference {
        rivals: &[Lsof],
        reason: "UDP has no state",
        settle: |it| of_ours(it, |ours| forget_of(ours, "udp", Fact::State)),
    },
    Difference {
        rivals: &[Lsof],
        reason: "who has no peer has none; ours shows any address as ss and netstat do",
        settle: |it| of_ours(it, forget_any_peer),
    },
    Difference {
        rivals: &[Ss],
        reason: "ss reads raw sockets from /proc/net where the kernel has no raw_diag",
        settle: |it| {
            if it.theirs.as_ref().is_some_and(|theirs| !theirs.has(Fact::Inode)) {
                of_ours(it, |ours| [Fact::Uid, Fact::Inode].map(|it| forget_of(ours, "raw", it)));
            }
        },
    },
    Difference {
        rivals: &[Ss],
        reason: "neither user nor cookie of UNIX sockets are told",
        settle: |it| {
            of_ours(it, |ours| [Fact::Uid, Fact::Cookie].map(|it| forget_of(ours, "u_", it)));
        },
    },
    Difference {
        rivals: &[Ss],
        reason: "the other end of a UNIX socket has no name, and none of it is not known",
        settle: unnamed_peer,
    },
    Difference {
        rivals: &[WithoutNetlink, Ss],
        reason: "NUL in a name is @, like the one before it",
        settle: |it| of_ours(it, |ours| ours.change(Fact::Local, |name| name.replace('\0', "@"))),
    },
    Difference {
        rivals: &[Ss],
        reason: "types of frames are numbers, in decimal; and of packet sockets the peer is *",
        settle: |it| of_ours(it, numbers_for_frames),
    },
    Difference {
        rivals: &[WithoutNetlink],
        reason: "of UNIX sockets neither user, queues nor peer are told",
        settle: forget_what_unix_hides,
    },
    Difference {
        rivals: &[WithoutNetlink],
        reason: "UNIX sockets that wait to be accepted are told; netlink keeps them to itself",
        settle: |it| drop_theirs(it, |theirs| theirs.get(Fact::Protocol).starts_with("u_")),
    },
    Difference {
        rivals: &[WithoutNetlink],
        reason: "/proc/net does not tell what packet sockets have to send",
        settle: |it| of_ours(it, |ours| forget_of(ours, "p_", Fact::SendQueue)),
    },
];

fn drop_ours(pair: &mut Pair, which: impl Fn(&Facts) -> bool) {
    if pair.theirs.is_none() {
        pair.ours.take_if(|ours| which(ours));
    }
}

/// Those that no process has yet.
fn drop_theirs(pair: &mut Pair, which: impl Fn(&Facts) -> bool) {
    if pair.ours.is_none() {
        pair.theirs.take_if(|theirs| !theirs.has(Fact::Inode) && which(theirs));
    }
}

fn of_ours<T>(pair: &mut Pair, change: impl FnOnce(&mut Facts) -> T) {
    if pair.theirs.is_some() {
        pair.ours.as_mut().map(change);
    }
}

fn of_theirs(pair: &mut Pair, change: impl FnOnce(&mut Facts)) {
    pair.theirs.as_mut().map(change);
}

fn each_end(facts: &mut Facts, change: impl Fn(&str) -> String) {
    if ["tcp", "udp", "raw"].contains(&facts.get(Fact::Protocol)) {
        facts.change(Fact::Local, &change);
        facts.change(Fact::Peer, &change);
    }
}

fn drop_descriptors(owners: &str) -> String {
    let pids = owners.split(' ').map(|owner| owner.split('/').next().unwrap_or_default());
    let mut pids: Vec<_> = pids.collect();
    pids.dedup();
    pids.join(" ")
}

fn drop_interface(end: &str) -> String {
    match (end.split_once('%'), end.rsplit_once(':')) {
        (Some((address, _)), Some((_, port))) => format!("{address}:{port}"),
        _ => end.to_owned(),
    }
}

fn drop_brackets(end: &str) -> String {
    match end.strip_prefix("*:") {
        Some(port) => format!(":::{port}"),
        None => end.replace(['[', ']'], ""),
    }
}

fn drop_mapping(end: &str) -> String {
    end.replace("::ffff:", "").replace("[127.0.0.1]", "127.0.0.1")
}

fn any_family(facts: &mut Facts) {
    if facts.get(Fact::Local).starts_with("[::]") {
        each_end(facts, |end| end.replace("[::]:", "*:"));
    }
}

fn any_as_star(end: &str) -> String {
    let port = end.strip_prefix("0.0.0.0:").or_else(|| end.strip_prefix("[::]:"));
    port.map_or_else(|| end.to_owned(), |port| format!("*:{port}"))
}

fn forget_backlog(pair: &mut Pair) {
    let is_listening = |facts: &&mut Facts| facts.get(Fact::State) == "LISTEN";
    let (Some(ours), Some(theirs)) =
        (pair.ours.as_mut().filter(is_listening), pair.theirs.as_mut())
    else {
        return;
    };
    ours.forget(&[Fact::SendQueue]);
    theirs.forget(&[Fact::SendQueue]);
}

fn one_of_owners(pair: &mut Pair) {
    let (Some(ours), Some(theirs)) = (&mut pair.ours, &mut pair.theirs) else { return };
    let pids = drop_descriptors(ours.get(Fact::Owners));
    if !pids.is_empty() && pids.split(' ').any(|pid| pid == theirs.get(Fact::Owners)) {
        theirs.set(Fact::Owners, ours.get(Fact::Owners).to_owned());
    }
}

fn forget_if_orphaned(facts: &mut Facts, fact: Fact) {
    if !facts.has(Fact::Inode) {
        facts.forget(&[fact]);
    }
}

fn forget_of(facts: &mut Facts, protocol: &str, fact: Fact) {
    if facts.get(Fact::Protocol).starts_with(protocol) {
        facts.forget(&[fact]);
    }
}

fn forget_any_peer(facts: &mut Facts) {
    if facts.get(Fact::Peer).ends_with(":*") {
        facts.forget(&[Fact::Peer]);
    }
}

fn unnamed_peer(pair: &mut Pair) {
    of_ours(pair, |ours| {
        if ours.get(Fact::Protocol).starts_with("u_") {
            ours.set(Fact::Peer, "*");
        }
    });
}

fn numbers_for_frames(facts: &mut Facts) {
    if !facts.get(Fact::Protocol).starts_with("p_") {
        return;
    }
    facts.set(Fact::Peer, "*");
    facts.change(Fact::Local, |end| match end.split_once(':') {
        Some(("ip", interface)) => format!("[2048]:{interface}"),
        Some(("0x0000", interface)) => format!("[0]:{interface}"),
        _ => end.to_owned(),
    });
}

fn forget_what_unix_hides(pair: &mut Pair) {
    for fact in [Fact::Peer, Fact::RecvQueue, Fact::SendQueue, Fact::Uid] {
        of_ours(pair, |ours| forget_of(ours, "u_", fact));
    }
    // Of who has none it is known that they have none.
    of_theirs(pair, |theirs| forget_of(theirs, "u_", Fact::Peer));
}

/// The differences that were met.
#[derive(Debug, Default)]
pub struct Explained {
    /// How often each of them was there.
    taken: [usize; DIFFERENCES.len()],
}

impl Explained {
    /// Makes both the same as far as the difference is meant.
    pub fn settle(&mut self, rival: Rival, pair: &mut Pair) {
        for (difference, taken) in DIFFERENCES.iter().zip(&mut self.taken) {
            if difference.rivals.contains(&rival) {
                let before = pair.clone();
                (difference.settle)(pair);
                *taken += usize::from(*pair != before);
            }
        }
    }

    /// How often each was there.
    pub fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&["sockets", "told otherwise by", "why"]);
        for (difference, taken) in DIFFERENCES.iter().zip(&self.taken) {
            let rivals: Vec<_> = difference.rivals.iter().map(|rival| rival.name()).collect();
            sheet.row([&taken.to_string(), &rivals.join(", "), difference.reason]);
        }
        sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: [Fact; 5] =
        [Fact::Protocol, Fact::Local, Fact::Peer, Fact::SendQueue, Fact::Owners];

    /// Facts in the order above; a dash for those that are not told.
    fn facts(told: &str) -> Facts {
        let told = ORDER.into_iter().zip(told.split(", ")).filter(|(_, told)| *told != "-");
        told.fold(Facts::default(), |facts, (fact, told)| facts.with(fact, told.to_owned()))
    }

    #[test]
    fn what_is_meant_is_the_same_afterwards() {
        let cases = [
            (Portable, "tcp, *:80, *:*, -, 7/3 7/4 8/3", "tcp, [::]:80, [::]:*, -, 7 8"),
            (Portable, "tcp, [fe80::1]%d0:80, [::]:*, -, -", "tcp, [fe80::1]:80, [::]:*, -, -"),
            (WithoutNetlink, "udp, [::]:80, [::]:*, 0, -", "udp, *:80, *:*, 0, -"),
            (Netstat, "tcp, *%d0:80, *:*, 0, 7/3 8/3", "tcp, :::80, :::*, 0, 8"),
            (Netstat, "udp, [::ffff:127.0.0.1]:9, [::1]:9, 0, -", "udp, 127.0.0.1:9, ::1:9, 0, -"),
            (Lsof, "tcp, 0.0.0.0:80, 0.0.0.0:*, 0, 7/3", "tcp, *:80, -, 0, 7/3"),
            (Ss, "u_str, @a\0b, @c, 0, 7/3", "u_str, @a@b, *, 0, 7/3"),
            (Ss, "p_dgr, ip:d0, *:*, 0, 7/3", "p_dgr, [2048]:d0, *, 0, 7/3"),
        ];
        for (rival, ours, theirs) in cases {
            let mut pair = Pair { ours: Some(facts(ours)), theirs: Some(facts(theirs)) };
            Explained::default().settle(rival, &mut pair);
            assert_eq!(pair.difference(), None, "{}", rival.name());
        }
    }

    #[test]
    fn what_is_not_meant_stays_different() {
        let cases = [
            (Netstat, "tcp, 127.0.0.1:80, -, 0, 7/3 8/3", "tcp, 127.0.0.1:80, -, 0, 9"),
            (Lsof, "tcp, 127.0.0.1:80, -, 0, 7/3", "tcp, 127.0.0.1:80, -, 0, 7/4"),
            (Ss, "tcp, *:80, *:*, 0, 7/3", "tcp, [::]:80, [::]:*, 0, 7/3"),
            (Portable, "tcp, [::1]:80, -, -, -", "tcp, [::1]:81, -, -, -"),
        ];
        for (rival, ours, theirs) in cases {
            let mut pair = Pair { ours: Some(facts(ours)), theirs: Some(facts(theirs)) };
            Explained::default().settle(rival, &mut pair);
            assert!(pair.difference().is_some(), "{}", rival.name());
        }
        let mut alone = Pair { ours: Some(facts("tcp, *:80, *:*, 0, 7/3")), theirs: None };
        Explained::default().settle(Lsof, &mut alone);
        assert_eq!(alone.difference().as_deref(), Some("only ours: tcp *:80 *:*"));
    }
}
