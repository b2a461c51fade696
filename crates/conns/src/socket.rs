//! What is known of a socket, and how it is shown.

use std::ffi::OsString;
use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};

use output::{Column, Labelled, Record, Tone, Value};

/// TCP or UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

/// The states of the kernel's `include/net/tcp_states.h`, which also serve UDP there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "RFC 9293, 3.3.2 has them; Unconnected is UDP without a peer")]
pub enum State {
    Established,
    SynSent,
    SynReceived,
    FinWait1,
    FinWait2,
    TimeWait,
    Unconnected,
    CloseWait,
    LastAck,
    Listen,
    Closing,
}

/// One end of a connection; a zero address or port means any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint(pub SocketAddr);

/// A process that has the socket open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The number of the process.
    pub pid: u32,
    /// Its name, where the system tells it.
    pub name: Option<OsString>,
}

/// A socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Socket {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// Not every system tells that of UDP.
    pub state: Option<State>,
    /// This end.
    pub local: Endpoint,
    /// The other end; not every system tells that of UDP.
    pub peer: Option<Endpoint>,
    /// Who has it open, as far as could be seen.
    pub owners: Vec<Owner>,
    /// The user who opened it, by number.
    pub uid: Option<u32>,
    /// Its number in the kernel; none when no process can have it open any more, or yet.
    pub inode: Option<u32>,
}

impl Protocol {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN_SENT",
            Self::SynReceived => "SYN_RECV",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::TimeWait => "TIME_WAIT",
            Self::Unconnected => "UNCONN",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Established | Self::Listen => Tone::Good,
            Self::Unconnected => Tone::Plain,
            Self::TimeWait => Tone::Dim,
            _ => Tone::Warn,
        }
    }
}

impl Endpoint {
    fn address(self) -> Option<IpAddr> {
        Some(self.0.ip()).filter(|address| !address.is_unspecified())
    }

    fn port(self) -> Option<u16> {
        Some(self.0.port()).filter(|port| *port != 0)
    }
}

impl Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.ip() {
            IpAddr::V4(address) => write!(out, "{address}:")?,
            IpAddr::V6(address) => write!(out, "[{address}]:")?,
        }
        match self.port() {
            Some(port) => write!(out, "{port}"),
            None => out.write_str("*"),
        }
    }
}

impl Socket {
    /// Whether it waits for others to speak first.
    pub(crate) fn is_listening(&self) -> bool {
        match self.state {
            Some(state) => matches!(state, State::Listen | State::Unconnected),
            None => self.protocol == Protocol::Udp,
        }
    }

    fn owners(&self) -> Value<'_> {
        if self.owners.is_empty() {
            return Value::Null;
        }
        self.owners.iter().collect()
    }
}

impl<'a> From<&'a Owner> for Value<'a> {
    fn from(owner: &'a Owner) -> Self {
        let name = owner.name.as_deref();
        let label = match name {
            None => Value::display(owner.pid),
            Some(name) => {
                let mut label = name.to_owned();
                label.push(format!("[{}]", owner.pid));
                match label.into_string() {
                    Ok(text) => text.into(),
                    Err(bytes) => Value::Bytes(bytes.into_encoded_bytes().into()),
                }
            }
        };
        let name = name.map_or(Value::Null, Value::from_os);
        let exact = Value::Map(vec![("pid", owner.pid.into()), ("name", name)]);
        Labelled { label, exact }.into()
    }
}

impl Record for Socket {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("protocol", "tcp or udp", |it| it.protocol.name().into()).side(),
        Column::<Self>::new(
            "state",
            "LISTEN, ESTABLISHED and the like; UDP: UNCONN without a peer",
            |it| it.state.map(State::name).into(),
        )
        .toned(|it| it.state.map_or(Tone::Plain, State::tone)),
        Column::new("local", "address and port of this end; * is any", |it| {
            Value::display(it.local)
        }),
        Column::new("peer", "address and port of the other end; * is any", |it| {
            it.peer.map_or(Value::Null, Value::display)
        }),
        Column::<Self>::new("process", "every process that has it open: name[pid]", Self::owners)
            .side(),
        Column::<Self>::new("family", "inet or inet6", |it| {
            if it.local.0.is_ipv4() { "inet".into() } else { "inet6".into() }
        })
        .extra(),
        Column::<Self>::new("local_address", "address of this end; none is any", |it| {
            it.local.address().into()
        })
        .extra(),
        Column::<Self>::new("local_port", "port of this end", |it| it.local.port().into())
            .numeric()
            .extra(),
        Column::<Self>::new("peer_address", "address of the other end", |it| {
            it.peer.and_then(Endpoint::address).into()
        })
        .extra(),
        Column::<Self>::new("peer_port", "port of the other end", |it| {
            it.peer.and_then(Endpoint::port).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("uid", "number of the user who opened it", |it| it.uid.into())
            .numeric()
            .extra(),
        Column::<Self>::new("inode", "its number in the kernel", |it| it.inode.into())
            .numeric()
            .extra(),
    ];

    fn short(&self) -> Option<Value<'_>> {
        Some(Value::display(self.local))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_read_as_people_know_them() {
        let cases = [
            ("0.0.0.0:22", "0.0.0.0:22"),
            ("0.0.0.0:0", "0.0.0.0:*"),
            ("[::]:8004", "[::]:8004"),
            ("[::1]:0", "[::1]:*"),
            ("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80"),
        ];
        for (address, shown) in cases {
            let endpoint = Endpoint(address.parse().expect("a socket address"));
            assert_eq!(endpoint.to_string(), shown);
        }
    }
}
