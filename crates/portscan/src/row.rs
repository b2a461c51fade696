//! What is known of a port, and how it is shown.

use std::net::IpAddr;
use std::time::Duration;

use output::{Column, Exit, Record, Tone, Value};
use wellknown::Protocol;

/// What a port said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Somebody listens.
    Open,
    /// The host answered: nobody listens.
    Closed,
    /// No answer.
    Filtered,
    /// It could not be tried.
    Unreachable,
}

/// A port of a host, and what it said.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The host, as it was asked for.
    pub host: String,
    /// The address that was tried.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// What it said.
    pub state: State,
    /// Why that is so.
    pub reason: String,
    /// From the attempt to the answer; there may be none.
    pub rtt: Option<Duration>,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Filtered => "filtered",
            Self::Unreachable => "unreachable",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Open => Tone::Good,
            Self::Closed => Tone::Bad,
            Self::Filtered | Self::Unreachable => Tone::Warn,
        }
    }
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("host", "the host, as it was asked for", |it| (&it.host).into()).side(),
        Column::<Self>::new("address", "the address that was tried", |it| it.address.into())
            .side()
            .min_width(9),
        Column::<Self>::new("port", "the port", |it| it.port.into()).numeric().min_width(5),
        Column::<Self>::new("state", "open, closed, filtered or unreachable", |it| {
            it.state.name().into()
        })
        .toned(|it| it.state.tone())
        .min_width(8),
        Column::<Self>::new("service", "the service that has the port", |it| {
            wellknown::name_of(it.port, Protocol::Tcp).into()
        })
        .side()
        .min_width(8),
        Column::<Self>::new("rtt_ms", "from the attempt to the answer, in milliseconds", |it| {
            it.rtt.map(Value::milliseconds).into()
        })
        .side()
        .numeric()
        .min_width(8),
        Column::<Self>::new("reason", "why that is so", |it| (&it.reason).into())
            .side()
            .toned(|_| Tone::Dim),
        Column::<Self>::new("protocol", "tcp", |_| Protocol::Tcp.as_str().into()).extra(),
    ];

    /// Only the open ports.
    fn short(&self) -> Option<Value<'_>> {
        (self.state == State::Open).then(|| self.port.into())
    }

    fn exit(&self) -> Exit {
        match self.state {
            State::Open => Exit::Yes,
            State::Closed => Exit::No,
            State::Filtered | State::Unreachable => Exit::Unknown,
        }
    }
}
