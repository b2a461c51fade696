//! A list of sockets as facts, whoever has told it.

use std::collections::{BTreeMap, BTreeSet};

/// What can be told of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    Protocol,
    State,
    RecvQueue,
    SendQueue,
    Local,
    Peer,
    Uid,
    Inode,
    Cookie,
    /// `PID/FD` of each, in order.
    Owners,
}

impl Fact {
    /// Each of them.
    pub const ALL: [Self; 10] = [
        Self::Protocol,
        Self::State,
        Self::RecvQueue,
        Self::SendQueue,
        Self::Local,
        Self::Peer,
        Self::Uid,
        Self::Inode,
        Self::Cookie,
        Self::Owners,
    ];

    /// A word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::State => "state",
            Self::RecvQueue => "recv_q",
            Self::SendQueue => "send_q",
            Self::Local => "local",
            Self::Peer => "peer",
            Self::Uid => "uid",
            Self::Inode => "inode",
            Self::Cookie => "cookie",
            Self::Owners => "owners",
        }
    }
}

/// A process by its number, and its descriptor.
pub type Owner = (u64, Option<u64>);

/// What is told of a socket: nothing where it is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<Fact, String>);

impl Facts {
    /// The same with one more, unless that is nothing.
    pub fn with(mut self, fact: Fact, told: impl Into<Option<String>>) -> Self {
        self.0.extend(told.into().map(|told| (fact, told)));
        self
    }

    /// A fact, or an empty word.
    pub fn get(&self, fact: Fact) -> &str {
        self.0.get(&fact).map_or("", String::as_str)
    }

    /// Sets a fact.
    pub fn set(&mut self, fact: Fact, told: impl Into<String>) {
        self.0.insert(fact, told.into());
    }

    /// Changes a fact, if it is told.
    pub fn change(&mut self, fact: Fact, change: impl FnOnce(&str) -> String) {
        if let Some(told) = self.0.get_mut(&fact) {
            *told = change(told);
        }
    }

    /// Forgets these.
    pub fn forget(&mut self, facts: &[Fact]) {
        self.0.retain(|fact, _| !facts.contains(fact));
    }

    /// Forgets all others.
    pub fn keep(&mut self, facts: &[Fact]) {
        self.0.retain(|fact, _| facts.contains(fact));
    }

    /// Whether it is told.
    pub fn has(&self, fact: Fact) -> bool {
        self.0.contains_key(&fact)
    }

    /// Forgets all but what it is called by: not its state, which is not told where only one is
    /// asked for.
    pub fn keep_name(&mut self) {
        self.keep(&[Fact::Protocol, Fact::Local, Fact::Peer]);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What of a socket is a name of it, in short.
    pub fn name(&self) -> String {
        let [protocol, local, peer] =
            [Fact::Protocol, Fact::Local, Fact::Peer].map(|fact| self.get(fact));
        format!("{protocol} {local} {peer}")
    }

    /// Each fact that others tell otherwise, with what both tell.
    pub fn differences(&self, others: &Self) -> Vec<String> {
        let mut facts: Vec<_> = self.0.keys().chain(others.0.keys()).collect();
        facts.sort();
        facts.dedup();
        let differs = facts.into_iter().filter(|fact| self.0.get(fact) != others.0.get(fact));
        let tell = |fact: &Fact| {
            let [ours, theirs] =
                [self, others].map(|it| it.0.get(fact).map_or("-", String::as_str));
            format!("{} is {ours:?}, theirs {theirs:?}", fact.name())
        };
        differs.map(tell).collect()
    }

    fn is_same_socket(&self, others: &Self) -> bool {
        match (self.0.get(&Fact::Inode), others.0.get(&Fact::Inode)) {
            (Some(one), Some(other)) => one == other,
            (Some(_), None) if others.get(Fact::Protocol) != "raw" => false,
            (None, Some(_)) => false,
            _ => self.ends() == others.ends(),
        }
    }

    fn ends(&self) -> [String; 3] {
        let end = |fact| canonical(self.get(fact));
        [self.get(Fact::Protocol).to_owned(), end(Fact::Local), end(Fact::Peer)]
    }
}

/// An end without what programs write in different ways: brackets, scope, any address.
fn canonical(end: &str) -> String {
    let (address, port) = end.rsplit_once(':').unwrap_or((end, ""));
    let address: String = address.chars().filter(|it| !matches!(it, '[' | ']')).collect();
    let address = address.split('%').next().unwrap_or_default();
    let address = address.strip_prefix("::ffff:").unwrap_or(address);
    let address = if matches!(address, "0.0.0.0" | "::") { "*" } else { address };
    format!("{address}:{port}")
}

/// Owners as a fact, if there are any.
pub fn list_owners(owners: BTreeSet<Owner>) -> Option<String> {
    let owner = |(pid, fd): Owner| match fd {
        Some(fd) => format!("{pid}/{fd}"),
        None => pid.to_string(),
    };
    let owners: Vec<_> = owners.into_iter().map(owner).collect();
    (!owners.is_empty()).then(|| owners.join(" "))
}

/// A socket as two programs tell it, of which one may not tell of it at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub ours: Option<Facts>,
    pub theirs: Option<Facts>,
}

impl Pair {
    /// The two lists, socket by socket.
    pub fn all(ours: &[Facts], theirs: &[Facts]) -> Vec<Self> {
        let mut left: Vec<_> = theirs.to_vec();
        let mut pairs: Vec<_> = ours
            .iter()
            .map(|ours| {
                let index = left.iter().position(|theirs| ours.is_same_socket(theirs));
                Self {
                    ours: Some(ours.clone()),
                    theirs: index.map(|index| left.swap_remove(index)),
                }
            })
            .collect();
        pairs.extend(left.into_iter().map(|theirs| Self { ours: None, theirs: Some(theirs) }));
        pairs
    }

    /// What is different.
    pub fn difference(&self) -> Option<String> {
        match (&self.ours, &self.theirs) {
            (Some(ours), Some(theirs)) => {
                let differences = ours.differences(theirs);
                let tell = || format!("{}: {}", ours.name(), differences.join("; "));
                (!differences.is_empty()).then(tell)
            }
            (Some(ours), None) => Some(format!("only ours: {}", ours.name())),
            (None, Some(theirs)) => Some(format!("only theirs: {}", theirs.name())),
            (None, None) => None,
        }
    }
}

/// Most facts of each, for tests to look at.
#[cfg(test)]
pub fn lines(facts: &[Facts]) -> Vec<String> {
    const ORDER: [Fact; 8] = [
        Fact::Protocol,
        Fact::State,
        Fact::RecvQueue,
        Fact::SendQueue,
        Fact::Local,
        Fact::Peer,
        Fact::Inode,
        Fact::Owners,
    ];
    facts.iter().map(|facts| ORDER.map(|fact| facts.get(fact)).join("|")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(inode: &str, local: &str, peer: &str) -> Facts {
        let inode = Some(inode).filter(|it| !it.is_empty()).map(str::to_owned);
        Facts::default()
            .with(Fact::Protocol, "tcp".to_owned())
            .with(Fact::Local, local.to_owned())
            .with(Fact::Peer, peer.to_owned())
            .with(Fact::Inode, inode)
    }

    #[test]
    fn sockets_are_the_same_by_inode_or_by_their_ends() {
        let ours = [
            socket("7", "*:80", "*:*"),
            socket("", "[::ffff:127.0.0.1]%lo:80", "[::1]:9"),
            socket("8", "127.0.0.1:1", "0.0.0.0:*"),
        ];
        let theirs = [socket("", "127.0.0.1:80", "::1:9"), socket("7", ":::80", ":::*")];
        let told: Vec<_> = Pair::all(&ours, &theirs).iter().filter_map(Pair::difference).collect();
        let expected = [
            r#"tcp *:80 *:*: local is "*:80", theirs ":::80"; peer is "*:*", theirs ":::*""#,
            r#"tcp [::ffff:127.0.0.1]%lo:80 [::1]:9: local is "[::ffff:127.0.0.1]%lo:80", theirs "127.0.0.1:80"; peer is "[::1]:9", theirs "::1:9""#,
            "only ours: tcp 127.0.0.1:1 0.0.0.0:*",
        ];
        assert_eq!(told, expected);
    }
}
