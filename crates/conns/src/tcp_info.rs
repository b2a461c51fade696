//! What TCP knows of a connection: `struct tcp_info` of `include/uapi/linux/tcp.h`.

/// The fields of `tcp_info` that people look at. An older kernel tells fewer of them: what it does
/// not tell is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TcpInfo {
    octets: Box<[u8]>,
}

/// A number of the structure: where it begins and how many octets it has.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $number:ty = $offset:literal;)+) => {
        impl TcpInfo {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> Option<$number> {
                let end = $offset + size_of::<$number>();
                let octets = self.octets.get($offset..end)?;
                Some(<$number>::from_ne_bytes(octets.try_into().ok()?))
            })+
        }
    };
}

impl TcpInfo {
    /// From the octets of `INET_DIAG_INFO`.
    #[must_use]
    pub fn new(octets: &[u8]) -> Self {
        Self { octets: octets.into() }
    }
}

impl TcpInfo {
    /// The names of `ss` for the options in use (`TCPI_OPT_*`).
    #[must_use]
    pub fn option_names(&self) -> Option<String> {
        const NAMES: [&str; 4] = ["ts", "sack", "wscale", "ecn"];
        let options = self.options()?;
        let used = NAMES.iter().enumerate().filter(|(bit, _)| options & 1 << bit != 0);
        Some(used.map(|(_, name)| *name).collect::<Vec<_>>().join(","))
    }
}

fields! {
    /// The state of the congestion control: 0 is open, 3 recovery, 4 loss.
    congestion_state: u8 = 1;
    /// Retransmissions in a row that were not answered.
    retransmits: u8 = 2;
    /// Probes in a row that were not answered.
    probes: u8 = 3;
    /// How often the timer of retransmission was doubled.
    backoff: u8 = 4;
    /// Options in use: 1 timestamps, 2 SACK, 4 window scaling, 8 ECN.
    options: u8 = 5;
    /// Retransmission timeout, in microseconds.
    rto_us: u32 = 8;
    /// Delay of acknowledgements, in microseconds.
    ato_us: u32 = 12;
    /// The greatest segment that is sent, in octets.
    send_mss: u32 = 16;
    /// The greatest segment that came, in octets.
    receive_mss: u32 = 20;
    /// Segments on their way.
    unacked: u32 = 24;
    /// Segments acknowledged out of order.
    sacked: u32 = 28;
    /// Segments that are taken for lost.
    lost: u32 = 32;
    /// Segments on their way for the second time.
    retransmitting: u32 = 36;
    /// Since data was sent, in milliseconds.
    last_data_sent_ms: u32 = 44;
    /// Since data came, in milliseconds.
    last_data_received_ms: u32 = 52;
    /// Since an acknowledgement came, in milliseconds.
    last_ack_received_ms: u32 = 56;
    /// The greatest packet that the path takes, in octets.
    path_mtu: u32 = 60;
    /// Threshold of slow start on the receiving side, in octets.
    receive_ssthresh: u32 = 64;
    /// Smoothed round-trip time, in microseconds.
    rtt_us: u32 = 68;
    /// Its mean deviation, in microseconds.
    rtt_variance_us: u32 = 72;
    /// Threshold of slow start, in segments.
    send_ssthresh: u32 = 76;
    /// Congestion window, in segments.
    congestion_window: u32 = 80;
    /// The greatest segment that is advertised, in octets.
    advertised_mss: u32 = 84;
    /// How far packets are out of order, in segments.
    reordering: u32 = 88;
    /// Round-trip time as the receiver sees it, in microseconds.
    receive_rtt_us: u32 = 92;
    /// Room for what comes, in octets.
    receive_space: u32 = 96;
    /// Segments sent again since the connection was made.
    total_retransmits: u32 = 100;
    /// The rate at which packets are released, in octets a second; all ones for no limit.
    pacing_rate: u64 = 104;
    /// The most that it may be.
    max_pacing_rate: u64 = 112;
    /// Octets that the other end has acknowledged.
    bytes_acked: u64 = 120;
    /// Octets that came.
    bytes_received: u64 = 128;
    /// Segments sent.
    segments_out: u32 = 136;
    /// Segments that came.
    segments_in: u32 = 140;
    /// Octets written and not yet sent.
    not_sent_bytes: u32 = 144;
    /// The least round-trip time of late, in microseconds; all ones for none.
    min_rtt_us: u32 = 148;
    /// Segments with data that came.
    data_segments_in: u32 = 152;
    /// Segments with data that were sent.
    data_segments_out: u32 = 156;
    /// The rate at which data arrived of late, in octets a second.
    delivery_rate: u64 = 160;
    /// Time spent sending, in microseconds.
    busy_us: u64 = 168;
    /// Of it, waiting for the other end's window, in microseconds.
    receive_window_limited_us: u64 = 176;
    /// Of it, waiting for room in our own buffer, in microseconds.
    send_buffer_limited_us: u64 = 184;
    /// Segments that arrived.
    delivered: u32 = 192;
    /// Octets sent, those sent again included.
    bytes_sent: u64 = 200;
    /// Octets sent again.
    bytes_retransmitted: u64 = 208;
    /// Duplicates that the other end has told of (RFC 2883).
    duplicate_sacks: u32 = 216;
    /// Packets seen out of order.
    reorderings_seen: u32 = 220;
    /// Packets that came out of order.
    received_out_of_order: u32 = 224;
    /// The window that the other end grants, in octets.
    send_window: u32 = 228;
}
