//! The numbers of a socket that can be compared.

use crate::socket::{Memory, Socket};
use crate::state::State;
use crate::tcp_info::TcpInfo;

/// A number that a socket may have.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// What it is called in an expression.
    pub(crate) name: &'static str,
    /// Where it is from.
    pub(crate) source: Source,
}

/// Where a number is from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    Socket(fn(&Socket) -> Option<u64>),
    Tcp(fn(&TcpInfo) -> Option<u64>),
    /// Microseconds that people write as milliseconds.
    TcpTime(fn(&TcpInfo) -> Option<u64>),
    Memory(fn(&Memory) -> u32),
    TrafficClass,
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Quantity {}

impl Comparison {
    /// As it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }

    /// Whether `left` compares to `right` in this way.
    #[must_use]
    pub fn is_met(self, left: u64, right: u64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
        }
    }
}

const fn of_socket(name: &'static str, number: fn(&Socket) -> Option<u64>) -> Quantity {
    Quantity { name, source: Source::Socket(number) }
}

const fn of_tcp(name: &'static str, number: fn(&TcpInfo) -> Option<u64>) -> Quantity {
    Quantity { name, source: Source::Tcp(number) }
}

const fn time(name: &'static str, number: fn(&TcpInfo) -> Option<u64>) -> Quantity {
    Quantity { name, source: Source::TcpTime(number) }
}

const fn of_memory(name: &'static str, number: fn(&Memory) -> u32) -> Quantity {
    Quantity { name, source: Source::Memory(number) }
}

/// Every number, by the name of its column.
pub(crate) static QUANTITIES: [Quantity; 46] = [
    of_socket("recv_q", |it| it.recv_queue.map(u64::from)),
    of_socket("send_q", |it| it.send_queue.map(u64::from)),
    of_socket("inode", |it| it.inode),
    of_socket("peer_inode", |it| it.peer_inode),
    of_socket("uid", |it| it.uid.map(u64::from)),
    of_socket("cookie", |it| it.cookie),
    of_socket("backlog", |it| backlog(it, it.recv_queue)),
    of_socket("backlog_max", |it| backlog(it, it.send_queue)),
    of_socket("timer_ms", |it| u64::try_from(it.timer?.left.as_millis()).ok()),
    of_socket("retransmits", |it| Some(it.timer?.retransmits.into())),
    time("rtt_ms", |it| it.rtt_us().map(u64::from)),
    time("rttvar_ms", |it| it.rtt_variance_us().map(u64::from)),
    time("min_rtt_ms", |it| it.min_rtt_us().filter(|time| *time != u32::MAX).map(u64::from)),
    time("rto_ms", |it| it.rto_us().map(u64::from)),
    of_tcp("cwnd", |it| it.congestion_window().map(u64::from)),
    of_tcp("ssthresh", |it| it.send_ssthresh().filter(|it| *it < INFINITE_SSTHRESH).map(u64::from)),
    of_tcp("mss", |it| it.send_mss().map(u64::from)),
    of_tcp("pmtu", |it| it.path_mtu().map(u64::from)),
    of_tcp("unacked", |it| it.unacked().map(u64::from)),
    of_tcp("lost", |it| it.lost().map(u64::from)),
    of_tcp("retrans", |it| it.total_retransmits().map(u64::from)),
    of_tcp("bytes_sent", TcpInfo::bytes_sent),
    of_tcp("bytes_acked", TcpInfo::bytes_acked),
    of_tcp("bytes_received", TcpInfo::bytes_received),
    of_tcp("bytes_retrans", TcpInfo::bytes_retransmitted),
    of_tcp("segs_out", |it| it.segments_out().map(u64::from)),
    of_tcp("segs_in", |it| it.segments_in().map(u64::from)),
    of_tcp("notsent_bytes", |it| it.not_sent_bytes().map(u64::from)),
    of_tcp("delivery_rate_bps", |it| it.delivery_rate()?.checked_mul(OCTET_BITS)),
    of_tcp("pacing_rate_bps", |it| it.pacing_rate()?.checked_mul(OCTET_BITS)),
    time("busy_ms", TcpInfo::busy_us),
    time("rwnd_limited_ms", TcpInfo::receive_window_limited_us),
    time("sndbuf_limited_ms", TcpInfo::send_buffer_limited_us),
    of_tcp("last_send_ms", |it| it.last_data_sent_ms().map(u64::from)),
    of_tcp("last_recv_ms", |it| it.last_data_received_ms().map(u64::from)),
    of_tcp("last_ack_ms", |it| it.last_ack_received_ms().map(u64::from)),
    of_tcp("reordering", |it| it.reordering().map(u64::from)),
    of_tcp("snd_wnd", |it| it.send_window().map(u64::from)),
    of_tcp("rcv_space", |it| it.receive_space().map(u64::from)),
    of_tcp("sacked", |it| it.sacked().map(u64::from)),
    of_memory("rcvbuf", |it| it.receive_limit),
    of_memory("rcvbuf_used", |it| it.receive_used),
    of_memory("sndbuf", |it| it.send_limit),
    of_memory("sndbuf_used", |it| it.send_used),
    of_memory("drops", |it| it.drops),
    Quantity { name: "tos", source: Source::TrafficClass },
];

/// `TCP_INFINITE_SSTHRESH` of `include/net/tcp.h`.
const INFINITE_SSTHRESH: u32 = 0x7fff_ffff;

/// The kernel counts rates in octets a second.
const OCTET_BITS: u64 = 8;

/// A queue, of a listener alone.
fn backlog(socket: &Socket, queue: Option<u32>) -> Option<u64> {
    queue.filter(|_| socket.state == Some(State::Listen)).map(u64::from)
}

impl Quantity {
    /// The number that goes by a name.
    pub(crate) fn by_name(name: &str) -> Option<&'static Self> {
        QUANTITIES.iter().find(|it| it.name == name)
    }

    /// The number, in microseconds if it is a time; `None` where it is not told.
    pub(crate) fn of(&self, socket: &Socket) -> Option<u64> {
        match self.source {
            Source::Socket(number) => number(socket),
            Source::Tcp(number) | Source::TcpTime(number) => number(socket.tcp_info()?),
            Source::TrafficClass => Some(socket.details.as_ref()?.traffic_class?.into()),
            Source::Memory(number) => {
                Some(number(socket.details.as_ref()?.memory.as_ref()?).into())
            }
        }
    }

    /// How many of the units that it is kept in make one that people write.
    pub(crate) const fn scale(&self) -> u64 {
        match self.source {
            Source::TcpTime(_) => 1000,
            _ => 1,
        }
    }

    /// Reads a number as people write it: digits, of times also three behind a point.
    pub(crate) fn parse(&self, text: &str) -> Option<u64> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| text.bytes().all(|it| it.is_ascii_digit()) && !text.is_empty();
        if !is_number(whole) || !is_number(part) || part.len() > 3 {
            return None;
        }
        let thousandths = format!("{part:0<3}").parse::<u64>().ok()?;
        let scaled = thousandths * self.scale();
        if !scaled.is_multiple_of(1000) {
            return None;
        }
        whole.parse::<u64>().ok()?.checked_mul(self.scale())?.checked_add(scaled / 1000)
    }

    /// A number as it is read again.
    pub(crate) fn written(&self, number: u64) -> String {
        let (whole, part) = (number / self.scale(), number % self.scale());
        let text = format!("{whole}.{part:03}");
        text.strip_suffix(".000").unwrap_or(&text).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let rtt = Quantity::by_name("rtt_ms").unwrap();
        let queue = Quantity::by_name("recv_q").unwrap();
        let cases = [
            (rtt, "50", Some(50_000)),
            (rtt, "0.5", Some(500)),
            (rtt, "1.25", Some(1_250)),
            (rtt, "0.0005", None),
            (rtt, "1.", None),
            (rtt, ".5", None),
            (rtt, "18446744073709551615", None),
            (queue, "1000", Some(1000)),
            (queue, "1.0", Some(1)),
            (queue, "1.5", None),
            (queue, "18446744073709551615", Some(u64::MAX)),
            (queue, "18446744073709551616", None),
            (queue, "-1", None),
            (queue, "1k", None),
            (queue, "", None),
        ];
        for (quantity, text, number) in cases {
            assert_eq!(quantity.parse(text), number, "{} {text:?}", quantity.name);
            if let Some(number) = number {
                assert_eq!(quantity.parse(&quantity.written(number)), Some(number));
            }
        }
        assert_eq!(rtt.written(1_250), "1.250");
    }

    #[test]
    fn every_number_has_a_name_of_its_own() {
        for quantity in &QUANTITIES {
            assert_eq!(
                Quantity::by_name(quantity.name).map(std::ptr::from_ref),
                Some(&raw const *quantity)
            );
        }
    }
}
