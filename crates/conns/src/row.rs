//! What is known of a socket, and how it is shown.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use output::{Change, Column, Exit, Kind, Labelled, Record, Show, Text, Tone, Value};

use crate::endpoint::Endpoint;
use crate::namespace::Namespace;
use crate::owner::{Group, Owner, Seen};
use crate::protocol::Protocol;
use crate::socket::{Memory, Socket, Timer};
use crate::state::State;
use crate::tcp_info::TcpInfo;

/// The columns that come from what TCP knows ([`TcpInfo`]).
pub(crate) const TCP_COLUMNS: [&str; 30] = [
    "rtt_ms",
    "rttvar_ms",
    "min_rtt_ms",
    "rto_ms",
    "cwnd",
    "ssthresh",
    "mss",
    "pmtu",
    "congestion",
    "unacked",
    "lost",
    "retrans",
    "bytes_sent",
    "bytes_acked",
    "bytes_received",
    "bytes_retrans",
    "segs_out",
    "segs_in",
    "notsent_bytes",
    "delivery_rate_bps",
    "pacing_rate_bps",
    "busy_ms",
    "rwnd_limited_ms",
    "sndbuf_limited_ms",
    "last_send_ms",
    "last_recv_ms",
    "reordering",
    "snd_wnd",
    "rcv_space",
    "tcp_options",
];

/// The columns that come from what a socket holds in memory.
pub(crate) const MEMORY_COLUMNS: [&str; 5] =
    ["rcvbuf", "rcvbuf_used", "sndbuf", "sndbuf_used", "drops"];

/// A socket with what was found out about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What the system tells of it.
    pub socket: Box<Socket>,
    /// The processes that have it open.
    pub owners: Vec<Owner>,
    /// Whether they could be seen, if they were looked for.
    pub seen: Option<Seen>,
    /// What only some ask for.
    pub more: Option<Box<More>>,
}

/// What only some ask for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct More {
    /// The name of the user who opened it.
    pub user: Option<Arc<str>>,
    /// Its control group.
    pub group: Option<Arc<Group>>,
    /// The network namespace that it is in.
    pub namespace: Option<Arc<Namespace>>,
    /// This end and the other with names for numbers.
    pub named: [Option<Named>; 2],
    /// What happened to it.
    pub change: Option<Change>,
    /// When it was looked at, in seconds since 1970.
    pub time_s: Option<u64>,
    /// What became of its processes, which were to end.
    pub outcome: Option<Outcome>,
}

/// An end with names for numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// The name of its address.
    pub host: Option<Arc<str>>,
    /// The name of its port.
    pub service: Option<&'static str>,
}

/// What became of the processes of a socket that were to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// They have ended.
    Ended,
    /// They had ended, or closed the socket, before they were told.
    Gone,
    /// The user wants to keep them.
    Spared,
    /// There is none: a connection that was not accepted, TIME_WAIT.
    Unowned,
    /// There are some that may not be seen.
    Hidden,
    /// They were told, and are still there.
    Running,
    /// They may not be told.
    Refused,
}

impl Outcome {
    /// A word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Gone => "gone",
            Self::Spared => "spared",
            Self::Unowned => "unowned",
            Self::Hidden => "hidden",
            Self::Running => "running",
            Self::Refused => "refused",
        }
    }

    const fn exit(self) -> Exit {
        match self {
            Self::Ended | Self::Gone => Exit::Yes,
            Self::Spared | Self::Unowned => Exit::No,
            Self::Hidden | Self::Running | Self::Refused => Exit::Unknown,
        }
    }
}

/// Why no process has a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownerless {
    /// TCP waits for late packets; the process is done with it (RFC 9293, 3.6.1).
    TimeWait,
    /// The process that listens has not taken it yet.
    Unaccepted,
    /// The process has closed it; TCP still says good-bye.
    Orphaned,
    /// It has an owner, which we may not see.
    Hidden,
    /// It belongs to the kernel, is on its way from one process to another, or is that of a process
    /// that this /proc does not show.
    Elsewhere,
}

impl Ownerless {
    /// A word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TimeWait => "time_wait",
            Self::Unaccepted => "unaccepted",
            Self::Orphaned => "orphaned",
            Self::Hidden => "hidden",
            Self::Elsewhere => "elsewhere",
        }
    }
}

impl Row {
    /// A socket of which nothing else is known.
    #[must_use]
    pub const fn new(socket: Box<Socket>) -> Self {
        Self { socket, owners: Vec::new(), seen: None, more: None }
    }

    /// What only some ask for, to be filled in.
    pub(crate) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Why nobody has it, if nobody has and owners were looked for.
    #[must_use]
    pub fn ownerless(&self) -> Option<Ownerless> {
        if !self.owners.is_empty() {
            return None;
        }
        let seen = self.seen?;
        Some(match (self.socket.state, self.socket.inode) {
            (Some(State::TimeWait), _) => Ownerless::TimeWait,
            (_, Some(_)) if seen == Seen::Complete => Ownerless::Elsewhere,
            (_, Some(_)) => Ownerless::Hidden,
            (Some(State::FinWait1 | State::FinWait2 | State::Closing | State::LastAck), None) => {
                Ownerless::Orphaned
            }
            (Some(State::Established | State::SynReceived | State::CloseWait), None) => {
                Ownerless::Unaccepted
            }
            (_, None) => Ownerless::Elsewhere,
        })
    }

    /// Whether all of its owners are known, some or none.
    fn owners_seen(&self) -> Option<&'static str> {
        let is_of_nobody = !matches!(self.ownerless(), None | Some(Ownerless::Hidden));
        Some(match self.seen? {
            Seen::Complete => "complete",
            _ if is_of_nobody => "complete",
            _ if self.owners.is_empty() => "none",
            _ => "partial",
        })
    }

    fn process(&self) -> Value<'_> {
        let Some(ownerless) = self.ownerless() else {
            return match self.seen {
                None if self.owners.is_empty() => Value::Null,
                _ => Value::List(self.owners.iter().map(|owner| Value::shown(owner)).collect()),
            };
        };
        let label = match (ownerless, self.known_of_hidden()) {
            (Ownerless::Hidden, Some(known)) => format!("(hidden:{known})"),
            _ => format!("({})", ownerless.name()),
        };
        Labelled { label: label.into(), exact: Value::List(Vec::new()) }.into()
    }

    /// What can be known of owners that are hidden: the unit, or else the user.
    fn known_of_hidden(&self) -> Option<String> {
        let more = self.more.as_ref()?;
        let user = more.user.as_deref();
        let unit = more.group.as_ref().and_then(|group| group.unit.as_ref());
        let unit = unit.map(|unit| unit.to_string_lossy());
        let known: Vec<_> = [user, unit.as_deref()].into_iter().flatten().collect();
        (!known.is_empty()).then(|| known.join(":"))
    }

    /// Of each owner what is known of it, as a list; nothing where there are none.
    fn of_owners<'a>(&'a self, fact: impl Fn(&'a Owner) -> Value<'a>) -> Value<'a> {
        if self.owners.is_empty() {
            return Value::Null;
        }
        Value::List(self.owners.iter().map(fact).collect())
    }

    fn of_more<'a, T: Into<Value<'a>>>(
        &'a self,
        fact: impl Fn(&'a More) -> Option<T>,
    ) -> Value<'a> {
        self.more.as_deref().and_then(fact).into()
    }

    fn user(&self) -> Value<'_> {
        match self.more.as_ref().and_then(|more| more.user.as_deref()) {
            Some(user) => user.into(),
            None => self.socket.uid.into(),
        }
    }

    fn end(&self, which: usize) -> Value<'_> {
        let end = if which == 0 { Some(&self.socket.local) } else { self.socket.peer.as_ref() };
        let Some(end) = end else { return Value::Null };
        let named = self.more.as_ref().and_then(|more| more.named[which].as_ref());
        match named {
            None => Value::shown(end),
            Some(named) => {
                Labelled { label: Value::Text(named.of(end).into()), exact: Value::shown(end) }
                    .into()
            }
        }
    }

    fn backlog(&self, queue: Option<u32>) -> Value<'_> {
        queue.filter(|_| self.socket.state == Some(State::Listen)).into()
    }

    fn timer<'a, T: Into<Value<'a>>>(&self, fact: impl Fn(Timer) -> T) -> Value<'a> {
        self.socket.timer.map(fact).into()
    }

    fn memory<'a>(&self, fact: impl Fn(Memory) -> u32) -> Value<'a> {
        self.socket.details.as_ref().and_then(|details| details.memory).map(fact).into()
    }

    fn tcp<'a, T: Into<Value<'a>>>(&self, fact: impl Fn(&TcpInfo) -> Option<T>) -> Value<'a> {
        self.socket.tcp_info().and_then(fact).into()
    }

    /// A time that the kernel tells in microseconds.
    fn tcp_ms<'a>(&self, fact: impl Fn(&TcpInfo) -> Option<u32>) -> Value<'a> {
        self.tcp(|tcp| {
            fact(tcp).filter(|time_us| *time_us != u32::MAX).map(|it| f64::from(it) / 1e3)
        })
    }

    /// As [`Row::tcp_ms`], of a time that may be long.
    #[expect(clippy::cast_precision_loss, reason = "285 years are exact to the microsecond")]
    fn tcp_long_ms<'a>(&self, fact: impl Fn(&TcpInfo) -> Option<u64>) -> Value<'a> {
        self.tcp(|tcp| fact(tcp).map(|time_us| time_us as f64 / 1e3))
    }

    /// A rate in bits a second, which the kernel tells in octets; all ones are no rate.
    fn tcp_rate<'a>(&self, fact: impl Fn(&TcpInfo) -> Option<u64>) -> Value<'a> {
        self.tcp(|tcp| fact(tcp).and_then(|octets| octets.checked_mul(8)))
    }
}

impl Named {
    fn of(&self, end: &Endpoint) -> String {
        let address = match &self.host {
            Some(host) => host.to_string(),
            None => Value::shown(&Address(end)).to_text(),
        };
        match (self.service, end.port()) {
            (Some(service), _) => format!("{address}:{service}"),
            (None, Some(port)) => format!("{address}:{port}"),
            (None, None) => format!("{address}:*"),
        }
    }
}

/// The address of an end without its port.
struct Address<'a>(&'a Endpoint);

impl Show for Address<'_> {
    fn show(&self, text: &mut Text<'_>) {
        self.0.show_address(text);
    }
}

/// Who can reach an address, in the words of `ip address`.
fn scope(address: IpAddr) -> &'static str {
    let is_host = address.to_canonical().is_loopback();
    let is_link = match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    match () {
        () if address.is_unspecified() => "any",
        () if is_host => "host",
        () if is_link => "link",
        () => "global",
    }
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("protocol", "tcp, udp, raw, u_str, p_raw and the like", |it| {
            it.socket.protocol.name().into()
        })
        .side()
        .always(),
        Column::<Self>::new(
            "state",
            "LISTEN, ESTABLISHED and the like; UNCONN without a peer, BOUND to a port only",
            |it| it.socket.state.map(State::name).into(),
        )
        .toned(|it| it.socket.state.map_or(Tone::Plain, State::tone)),
        Column::<Self>::new(
            "recv_q",
            "octets that wait to be read; LISTEN: connections that wait to be accepted",
            |it| it.socket.recv_queue.into(),
        )
        .side()
        .numeric()
        .toned(|it| if it.is_backlog_full() { Tone::Bad } else { Tone::Plain }),
        Column::<Self>::new(
            "send_q",
            "octets that are not acknowledged; LISTEN: connections that may wait",
            |it| it.socket.send_queue.into(),
        )
        .side()
        .numeric(),
        Column::<Self>::new("local", "address and port of this end; * is any", |it| it.end(0))
            .json(Kind::Bytes)
            .always(),
        Column::<Self>::new("peer", "address and port of the other end; * is any", |it| it.end(1))
            .json(Kind::Bytes),
        Column::<Self>::new("user", "who opened it", Self::user)
            .extra()
            .json(Kind::Either(&Kind::Text, &Kind::Whole)),
        Column::<Self>::new(
            "process",
            "every process that has it open: name[pid]; in parentheses why there is none",
            Self::process,
        )
        .extra()
        .json(Kind::List(&Owner::KIND)),
        Column::<Self>::new("family", "inet, inet6, unix or packet", |it| it.family().into())
            .extra()
            .always(),
        Column::<Self>::new("local_address", "address of this end; none is any", |it| {
            it.socket.local.address().into()
        })
        .extra(),
        Column::<Self>::new("local_port", "port of this end", |it| it.socket.local_port().into())
            .numeric()
            .extra(),
        Column::<Self>::new("peer_address", "address of the other end", |it| {
            it.socket.peer.as_ref().and_then(Endpoint::address).into()
        })
        .extra(),
        Column::<Self>::new("peer_port", "port of the other end", |it| {
            it.socket.peer_port().into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("uid", "number of the user who opened it", |it| it.socket.uid.into())
            .numeric()
            .extra(),
        Column::<Self>::new("inode", "its number in the kernel", |it| it.socket.inode.into())
            .numeric()
            .extra(),
        Column::<Self>::new(
            "owners_seen",
            "complete, partial or none: how many of its owners we may see",
            |it| it.owners_seen().into(),
        )
        .extra(),
        Column::<Self>::new(
            "ownerless",
            "why no process has it: time_wait, unaccepted, orphaned, hidden or elsewhere",
            |it| it.ownerless().map(Ownerless::name).into(),
        )
        .extra(),
        Column::<Self>::new("pid", "the processes that have it open, by number", |it| {
            it.of_owners(|owner| owner.pid.into())
        })
        .extra()
        .json(Kind::List(&Kind::Whole)),
        Column::<Self>::new("fd", "the descriptors of those processes", |it| {
            it.of_owners(|owner| owner.fd.into())
        })
        .extra()
        .json(Kind::List(&Kind::Maybe(&Kind::Whole))),
        Column::<Self>::new("cmd", "the command lines of those processes", |it| {
            it.of_owners(Owner::command)
        })
        .extra()
        .json(Kind::List(&Kind::Maybe(&Kind::Bytes))),
        Column::<Self>::new("unit", "its service or container, of which root is not asked", |it| {
            it.of_more(|more| more.group.as_ref()?.unit.as_deref().map(Value::from_os))
        })
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("cgroup", "path of its control group", |it| {
            it.of_more(|more| Some(Value::from_os(&more.group.as_ref()?.path)))
        })
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("interface", "the interface that it is bound to", |it| {
            it.socket.interface().map_or(Value::Null, |interface| Value::shown(interface))
        })
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("scope", "who can reach this end: host, link, global or any", |it| {
            it.socket.local.ip().map(scope).into()
        })
        .extra(),
        Column::<Self>::new("v6only", "whether [::] takes no IPv4", |it| {
            it.socket.is_v6_only.into()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("cookie", "its name in the kernel as long as that runs", |it| {
            it.socket.cookie.into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("peer_inode", "UNIX: inode of the other end", |it| {
            it.socket.peer_inode.into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("netns", "its network namespace", |it| {
            it.of_more(|more| more.namespace.as_deref().map(|it| it.name.as_str()))
        })
        .extra(),
        Column::<Self>::new("netns_inode", "number of that namespace", |it| {
            it.of_more(|more| more.namespace.as_deref().map(|it| it.inode))
        })
        .numeric()
        .extra(),
        Column::<Self>::new("mark", "mark of its packets; only root is told", |it| {
            it.socket.mark.into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("backlog", "LISTEN: connections that wait to be accepted", |it| {
            it.backlog(it.socket.recv_queue)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("backlog_max", "LISTEN: connections that may wait", |it| {
            it.backlog(it.socket.send_queue)
        })
        .numeric()
        .extra(),
        Column::<Self>::new(
            "timer",
            "what TCP waits for: on (retransmission), keepalive, timewait, persist",
            |it| it.timer(|timer| timer.kind.name()),
        )
        .extra(),
        Column::<Self>::new("timer_ms", "how long it still waits", |it| {
            it.timer(|timer| u64::try_from(timer.left.as_millis()).unwrap_or(u64::MAX))
        })
        .numeric()
        .extra(),
        Column::<Self>::new("retransmits", "how often that has run out in a row", |it| {
            it.timer(|timer| timer.retransmits)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("rtt_ms", "round-trip time, smoothed", |it| it.tcp_ms(TcpInfo::rtt_us))
            .numeric()
            .extra()
            .json(Kind::Number),
        Column::<Self>::new("rttvar_ms", "its mean deviation", |it| {
            it.tcp_ms(TcpInfo::rtt_variance_us)
        })
        .numeric()
        .extra()
        .json(Kind::Number),
        Column::<Self>::new("min_rtt_ms", "the least of late", |it| it.tcp_ms(TcpInfo::min_rtt_us))
            .numeric()
            .extra()
            .json(Kind::Number),
        Column::<Self>::new("rto_ms", "retransmission timeout", |it| it.tcp_ms(TcpInfo::rto_us))
            .numeric()
            .extra()
            .json(Kind::Number),
        Column::<Self>::new("cwnd", "congestion window, in segments", |it| {
            it.tcp(TcpInfo::congestion_window)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("ssthresh", "threshold of slow start, in segments", |it| {
            /// `TCP_INFINITE_SSTHRESH`.
            const INFINITE: u32 = 0x7fff_ffff;
            it.tcp(|tcp| tcp.send_ssthresh().filter(|threshold| *threshold < INFINITE))
        })
        .numeric()
        .extra(),
        Column::<Self>::new("mss", "greatest segment, in octets", |it| it.tcp(TcpInfo::send_mss))
            .numeric()
            .extra(),
        Column::<Self>::new("pmtu", "greatest packet that the path takes, in octets", |it| {
            it.tcp(TcpInfo::path_mtu)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("congestion", "congestion control", |it| {
            it.socket.details.as_ref().and_then(|details| details.congestion.as_deref()).into()
        })
        .extra(),
        Column::<Self>::new("unacked", "segments on their way", |it| it.tcp(TcpInfo::unacked))
            .numeric()
            .extra(),
        Column::<Self>::new("lost", "segments taken for lost", |it| it.tcp(TcpInfo::lost))
            .numeric()
            .extra(),
        Column::<Self>::new("retrans", "segments sent again since it was connected", |it| {
            it.tcp(TcpInfo::total_retransmits)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("bytes_sent", "octets sent, those sent again included", |it| {
            it.tcp(TcpInfo::bytes_sent)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("bytes_acked", "octets that the other end has acknowledged", |it| {
            it.tcp(TcpInfo::bytes_acked)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("bytes_received", "octets that came", |it| {
            it.tcp(TcpInfo::bytes_received)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("bytes_retrans", "octets sent again", |it| {
            it.tcp(TcpInfo::bytes_retransmitted)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("segs_out", "segments sent", |it| it.tcp(TcpInfo::segments_out))
            .numeric()
            .extra(),
        Column::<Self>::new("segs_in", "segments that came", |it| it.tcp(TcpInfo::segments_in))
            .numeric()
            .extra(),
        Column::<Self>::new("notsent_bytes", "octets written and not yet sent", |it| {
            it.tcp(TcpInfo::not_sent_bytes)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("delivery_rate_bps", "bits a second that arrived of late", |it| {
            it.tcp_rate(TcpInfo::delivery_rate)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("pacing_rate_bps", "bits a second that are let out", |it| {
            it.tcp_rate(TcpInfo::pacing_rate)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("busy_ms", "time spent sending", |it| it.tcp_long_ms(TcpInfo::busy_us))
            .numeric()
            .extra()
            .json(Kind::Number),
        Column::<Self>::new("rwnd_limited_ms", "of it, waiting for the other end to read", |it| {
            it.tcp_long_ms(TcpInfo::receive_window_limited_us)
        })
        .numeric()
        .extra()
        .json(Kind::Number),
        Column::<Self>::new(
            "sndbuf_limited_ms",
            "of it, waiting for room in our own buffer",
            |it| it.tcp_long_ms(TcpInfo::send_buffer_limited_us),
        )
        .numeric()
        .extra()
        .json(Kind::Number),
        Column::<Self>::new("last_send_ms", "since data was sent", |it| {
            it.tcp(TcpInfo::last_data_sent_ms)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("last_recv_ms", "since data came", |it| {
            it.tcp(TcpInfo::last_data_received_ms)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("reordering", "how far packets come out of order, in segments", |it| {
            it.tcp(TcpInfo::reordering)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("snd_wnd", "window that the other end grants, in octets", |it| {
            it.tcp(TcpInfo::send_window)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("rcv_space", "room for what comes, in octets", |it| {
            it.tcp(TcpInfo::receive_space)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("tcp_options", "options in use: ts, sack, wscale, ecn", |it| {
            it.tcp(TcpInfo::option_names)
        })
        .extra(),
        Column::<Self>::new("rcvbuf", "memory that what comes may take, in octets", |it| {
            it.memory(|memory| memory.receive_limit)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("rcvbuf_used", "of it in use", |it| it.memory(|it| it.receive_used))
            .numeric()
            .extra(),
        Column::<Self>::new("sndbuf", "memory that what goes may take, in octets", |it| {
            it.memory(|memory| memory.send_limit)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("sndbuf_used", "of it in use", |it| it.memory(|it| it.send_used))
            .numeric()
            .extra(),
        Column::<Self>::new("drops", "packets that there was no room for", |it| {
            it.memory(|memory| memory.drops)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("tos", "type of service or traffic class of its packets", |it| {
            it.socket.details.as_ref().and_then(|details| details.traffic_class).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("change", "added, changed or removed (--watch)", |it| {
            it.of_more(|more| more.change.map(Change::as_str))
        })
        .toned(|it| it.change().map_or(Tone::Plain, change_tone))
        .extra(),
        Column::<Self>::new("time_s", "when, in seconds since 1970 UTC (--watch)", |it| {
            it.of_more(|more| more.time_s)
        })
        .numeric()
        .extra(),
        Column::<Self>::new("outcome", "what became of its processes (kill)", |it| {
            it.of_more(|more| more.outcome.map(Outcome::name))
        })
        .extra(),
    ];

    fn exit(&self) -> Exit {
        let outcome = self.more.as_ref().and_then(|more| more.outcome);
        outcome.map_or(Exit::Yes, Outcome::exit)
    }

    /// The address and port of this end.
    fn short(&self) -> Option<Value<'_>> {
        Some(self.end(0))
    }

    fn change(&self) -> Option<Change> {
        self.more.as_ref()?.change
    }

    /// What a socket is known by in the kernel, or its inode; where neither is told, its ends.
    fn identity(&self) -> u64 {
        let socket = &self.socket;
        socket.cookie.or(socket.inode).unwrap_or_else(|| {
            let mut hasher = DefaultHasher::new();
            let end = |end: &Endpoint| (end.ip(), end.port());
            let ends = (end(&socket.local), socket.peer.as_ref().map(end));
            (socket.protocol, ends, &socket.pids).hash(&mut hasher);
            hasher.finish()
        })
    }
}

impl Row {
    fn family(&self) -> &'static str {
        match (self.socket.protocol.group(), self.socket.local.ip()) {
            (_, Some(IpAddr::V4(_))) => "inet",
            (_, Some(IpAddr::V6(_))) => "inet6",
            (crate::Protocols::UNIX, None) => "unix",
            _ => "packet",
        }
    }

    /// Whether a listener turns connections away.
    fn is_backlog_full(&self) -> bool {
        let socket = &self.socket;
        socket.state == Some(State::Listen)
            && socket.protocol == Protocol::Tcp
            && socket.recv_queue > socket.send_queue
    }
}

const fn change_tone(change: Change) -> Tone {
    match change {
        Change::Added => Tone::Good,
        Change::Changed => Tone::Warn,
        Change::Removed => Tone::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::Details;

    fn row(details: Details) -> Row {
        let local = Endpoint::inet(IpAddr::from([127, 0, 0, 1]), 80);
        let mut socket = Socket::new(Protocol::Tcp, local, None);
        socket.details = Some(Box::new(details));
        Row::new(Box::new(socket))
    }

    fn known(row: &Row) -> Vec<&'static str> {
        let columns = Row::COLUMNS.iter().filter(|column| column.value_of(row) != Value::Null);
        columns.map(Column::name).collect()
    }

    #[test]
    fn what_is_asked_for_is_what_columns_show() {
        let nothing = known(&row(Details::default()));
        let shown = |details: Details| -> Vec<_> {
            known(&row(details)).into_iter().filter(|name| !nothing.contains(name)).collect()
        };
        // Small numbers, for there are those that stand for nothing.
        let tcp = Some(TcpInfo::new(&[1; 240]));
        let congestion = Some("cubic".into());
        assert_eq!(shown(Details { tcp, congestion, ..Details::default() }), TCP_COLUMNS.to_vec());
        let memory = Some(Memory::default());
        assert_eq!(shown(Details { memory, ..Details::default() }), MEMORY_COLUMNS.to_vec());
    }

    #[test]
    fn addresses_have_the_scope_that_people_know() {
        let cases = [
            ("0.0.0.0", "any"),
            ("::", "any"),
            ("127.1.2.3", "host"),
            ("::1", "host"),
            ("::ffff:127.0.0.1", "host"),
            ("169.254.0.1", "link"),
            ("fe80::1", "link"),
            ("10.0.0.1", "global"),
            ("2001:db8::1", "global"),
        ];
        for (address, expected) in cases {
            assert_eq!(scope(address.parse().expect(address)), expected, "{address}");
        }
    }
}
