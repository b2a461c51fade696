//! What is known of a port, and how it is shown.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use output::{Change, Column, Exit, Kind, Labelled, Part, Record, Show, Text, Tone, Value};
use wellknown::{Protocol, Service};

use crate::icmp::Icmp;
use crate::verdict::{Reason, State};

/// A port of a host, and what it said.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The host, as it was asked for.
    pub host: Arc<str>,
    /// The address that was tried.
    pub address: Address,
    /// The port.
    pub port: u16,
    /// The transport.
    pub protocol: Protocol,
    /// What it is found to be, and why.
    pub reason: Reason,
    /// From the attempt to the answer; there may be none.
    pub rtt: Option<Duration>,
    /// Whether it is one port of one host: then the port says it all.
    pub is_only_host: bool,
    /// What only few rows have.
    pub more: Option<Box<More>>,
}

/// What only few rows have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct More {
    /// What the port said first.
    pub banner: Option<Vec<u8>>,
    /// Who listens, on this machine.
    pub process: Option<Listener>,
    /// How long it was waited for.
    pub waited: Option<Duration>,
    /// What became of it since it was looked at before.
    pub change: Option<Change>,
    /// What it was before.
    pub was: Option<State>,
    /// When it was looked at, in seconds since 1970 (UTC).
    pub time_s: Option<u64>,
    /// The round trips of the last looks, in milliseconds; nothing for a look without an answer.
    pub rtts_ms: Vec<Option<f64>>,
}

/// An address, with the interface where one is not enough.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// The name or the index of the interface, for an address that every link has.
    pub zone: Option<Arc<str>>,
}

/// Who listens at a port of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The process.
    pub pid: u32,
    /// Its name; it need not be UTF-8.
    pub name: Vec<u8>,
}

impl Row {
    /// What the port is found to be.
    #[must_use]
    pub const fn state(&self) -> State {
        self.reason.state(matches!(self.protocol, Protocol::Udp))
    }

    pub(crate) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    fn of_more<T>(&self, part: impl Fn(&More) -> Option<T>) -> Option<T> {
        part(self.more.as_deref()?)
    }
}

impl Show for Address {
    fn show(&self, text: &mut Text<'_>) {
        match self.ip {
            IpAddr::V4(address) => text.push_ipv4(address),
            IpAddr::V6(address) => text.push_str(&address.to_string()),
        }
        if let Some(zone) = &self.zone {
            text.push_own("%");
            text.push_str(zone);
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.zone {
            Some(zone) => write!(f, "{}%{zone}", self.ip),
            None => self.ip.fmt(f),
        }
    }
}

const ICMP: Kind = Kind::Map(&[
    Part::new("type", Kind::Whole),
    Part::new("code", Kind::Whole),
    Part::new("from", Kind::Maybe(&Kind::Text)),
]);

fn icmp(icmp: Icmp) -> Value<'static> {
    Value::Map(vec![
        ("type", icmp.kind.into()),
        ("code", icmp.code.into()),
        ("from", icmp.from.map(Value::display).into()),
    ])
}

/// People need not see how the last line ends.
fn banner(said: &[u8]) -> Value<'_> {
    let label = Value::from_bytes(said.trim_ascii_end());
    Labelled { label, exact: Value::from_bytes(said) }.into()
}

const LISTENER: Kind = Kind::Map(&[Part::new("pid", Kind::Whole), Part::new("name", Kind::Bytes)]);

impl Listener {
    fn value(&self) -> Value<'_> {
        let name = output::escape_bytes(&self.name, output::Blanks::Escaped);
        let label = format!("{name}[{}]", self.pid);
        let exact = vec![("pid", self.pid.into()), ("name", Value::from_bytes(&self.name))];
        Labelled { label: Value::Notation(label.into()), exact: Value::Map(exact) }.into()
    }
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("host", "the host, as it was asked for", |it| (&*it.host).into())
            .side()
            .always(),
        Column::<Self>::new("address", "the address that was tried", |it| {
            Value::shown(&it.address)
        })
        .side()
        .min_width(9)
        .always(),
        Column::<Self>::new("port", "the port", |it| it.port.into())
            .numeric()
            .min_width(5)
            .always(),
        Column::<Self>::new(
            "state",
            "open, closed, filtered, rejected or unreachable; silent over UDP",
            |it| it.state().as_str().into(),
        )
        .toned(|it| it.state().tone())
        .min_width(8)
        .always(),
        Column::<Self>::new("service", "the service that has the port", |it| {
            wellknown::name_of(it.port, it.protocol).into()
        })
        .side()
        .min_width(12),
        Column::<Self>::new("rtt_ms", "from the attempt to the answer, in milliseconds", |it| {
            it.rtt.map(Value::milliseconds).into()
        })
        .side()
        .numeric()
        .min_width(8)
        .json(Kind::Number),
        Column::<Self>::new("reason", "why that is so", |it| Value::shown(&it.reason))
            .side()
            .toned(|_| Tone::Dim)
            .always(),
        Column::<Self>::new("protocol", "tcp or udp", |it| it.protocol.as_str().into())
            .extra()
            .always(),
        Column::<Self>::new("icmp", "the ICMP error: its type, its code, and from whom", |it| {
            it.reason.icmp().map(icmp).into()
        })
        .extra()
        .json(ICMP),
        Column::<Self>::new("banner", "what the port said first (--banner)", |it| {
            it.more.as_deref().and_then(|it| it.banner.as_deref()).map(banner).into()
        })
        .side()
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("process", "who listens, on this machine", |it| {
            it.more.as_deref().and_then(|it| it.process.as_ref()).map(Listener::value).into()
        })
        .side()
        .extra()
        .json(LISTENER),
        Column::<Self>::new("description", "what the service is for (--service)", |it| {
            wellknown::by_port(it.port, Some(it.protocol)).next().map(Service::description).into()
        })
        .side()
        .extra(),
        Column::<Self>::new("waited_ms", "how long it was waited for, in milliseconds", |it| {
            it.of_more(|it| it.waited).map(Value::milliseconds).into()
        })
        .numeric()
        .extra()
        .json(Kind::Number),
        Column::<Self>::new("change", "added, changed or removed (--watch, --diff)", |it| {
            it.of_more(|it| it.change).map(Change::as_str).into()
        })
        .extra(),
        Column::<Self>::new("was", "the state before (--watch, --diff)", |it| {
            it.of_more(|it| it.was).map(State::as_str).into()
        })
        .extra(),
        Column::<Self>::new("time_s", "when, in seconds since 1970 UTC (--watch)", |it| {
            it.of_more(|it| it.time_s).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("rtts_ms", "the last round trips, in milliseconds (--watch)", |it| {
            match it.more.as_deref() {
                Some(more) if !more.rtts_ms.is_empty() => Value::Series((&more.rtts_ms[..]).into()),
                _ => Value::Null,
            }
        })
        .extra()
        .json(Kind::List(&Kind::Maybe(&Kind::Number))),
    ];

    /// Only the open ports; with their addresses, where there may be several.
    fn short(&self) -> Option<Value<'_>> {
        let port = self.port;
        match self.state() {
            State::Open if self.is_only_host => Some(port.into()),
            State::Open if self.address.ip.is_ipv6() => {
                Some(Value::display(format_args!("[{}]:{port}", self.address)))
            }
            State::Open => Some(Value::display(format_args!("{}:{port}", self.address))),
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        self.state().exit()
    }

    fn change(&self) -> Option<Change> {
        self.of_more(|it| it.change)
    }

    fn identity(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.host, &self.address, self.port, self.protocol).hash(&mut hasher);
        hasher.finish()
    }
}
