//! TCP, UDP and raw sockets (`get_tcp4_sock` of `net/ipv4/tcp_ipv4.c` and its like).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::fields::{decimal, fields, hex, pair};
use crate::backend::native::inet::{mark_dual_stack, state_of, timer_of};
use crate::endpoint::Endpoint;
use crate::protocol::Protocol;
use crate::socket::{Socket, Timer, TimerKind};
use crate::state::State;

/// Timers are told in 1/100 s, whatever the kernel counts in (`USER_HZ`).
const TICK_MS: u64 = 10;

/// A line `number: local peer state send:receive timer:left retransmits uid probes inode …`; `None`
/// for one that is none, as the header.
pub(super) fn socket(protocol: Protocol, line: &[u8]) -> Option<Socket> {
    let mut fields = fields(line);
    let mut next = || fields.next();
    decimal::<u32>(next()?.strip_suffix(b":")?)?;
    let mut socket = Socket::new(protocol, endpoint(next()?)?, Some(endpoint(next()?)?));
    socket.state = state_of(protocol, hex(next()?)?);
    let (send_queue, recv_queue) = pair(next()?)?;
    socket.recv_queue = Some(hex(recv_queue)?);
    // How many connections may wait for a listener is not told here.
    let send_queue = hex(send_queue)?;
    socket.send_queue = (socket.state != Some(State::Listen)).then_some(send_queue);
    let (timer_number, timer_left) = pair(next()?)?;
    let (timer_number, retransmits) = (hex(timer_number)?, hex(next()?)?);
    let (uid, probes) = (uid(next()?)?, decimal(next()?)?);
    socket.timer = timer(timer_number, hex(timer_left)?, retransmits, probes);
    socket.inode = Some(decimal(next()?)?).filter(|inode| *inode != 0);
    // The kernel has forgotten the user of a socket that no process has any more.
    socket.uid = Some(uid).filter(|_| socket.inode.is_some());
    socket.is_v6_only = is_v6_only(&socket);
    mark_dual_stack(&mut socket);
    Some(socket)
}

/// What is bound to an address of IPv6 takes nothing else; of any other the table does not tell.
fn is_v6_only(socket: &Socket) -> Option<bool> {
    let Some(IpAddr::V6(address)) = socket.local.address() else { return None };
    let is_bound = socket.protocol != Protocol::Raw && socket.is_listening();
    (is_bound && address.to_ipv4_mapped().is_none()).then_some(true)
}

/// Addresses stand in words of 32 bits, each printed as a number of this machine's byte order.
fn endpoint(field: &[u8]) -> Option<Endpoint> {
    const WORD_DIGITS: usize = 8;
    let (address, port) = pair(field)?;
    let word = |digits: &[u8; WORD_DIGITS]| Some(hex::<u32>(digits)?.to_ne_bytes());
    let address = match address.as_chunks() {
        ([only], []) => IpAddr::V4(Ipv4Addr::from(word(only)?)),
        ([first, second, third, fourth], []) => {
            let words = [word(first)?, word(second)?, word(third)?, word(fourth)?];
            let mut octets = [0; 16];
            octets.as_chunks_mut().0.copy_from_slice(&words);
            IpAddr::V6(Ipv6Addr::from(octets))
        }
        _ => return None,
    };
    Some(Endpoint::inet(address, hex(port)?))
}

/// Old kernels print great numbers of users below zero.
fn uid(field: &[u8]) -> Option<u32> {
    match field.strip_prefix(b"-") {
        Some(digits) => Some(decimal::<u32>(digits)?.wrapping_neg()),
        None => decimal(field),
    }
}

/// A timer by its number. What it counts is in one of two columns, as `sock_diag` has it in one.
fn timer(number: u8, ticks_left: u64, retransmits: u32, probes: u32) -> Option<Timer> {
    // One that is overdue wraps around below zero, in the bits that the kernel has.
    let is_overdue = ticks_left > i32::MAX.cast_unsigned().into();
    let left_ms = if is_overdue { 0 } else { ticks_left * TICK_MS };
    let left_ms = left_ms.min(i32::MAX.cast_unsigned().into());
    let mut timer = timer_of(number, u32::try_from(left_ms).ok()?, 0)?;
    let count = match timer.kind {
        TimerKind::Retransmit => retransmits,
        TimerKind::Keepalive | TimerKind::Probe => probes,
        TimerKind::TimeWait => 0,
    };
    timer.retransmits = u8::try_from(count).unwrap_or(u8::MAX);
    Some(timer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::captured::line;

    /// By hand, after the sources of the kernels named.
    #[test]
    fn older_kernels_are_read_as_well() {
        let cases = [
            // 2.6.32 of 32 bits: short pointers.
            (
                "   0: 00000000:0016 00000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 5123 1 c7e2c400 299 0 0 2 -1",
                Some("tcp LISTEN 2 - 0.0.0.0:22 0.0.0.0:* 0 5123"),
            ),
            // 3.2: a great number of a user is below zero.
            (
                "  12: 0100007F:0016 0100007F:8000 01 00000000:00000000 02:00000064 00000000    -2        3 5124 1 ffff88007cab23c0 20 0 0 2 -1",
                Some(
                    "tcp ESTABLISHED 0 0 127.0.0.1:22 127.0.0.1:32768 4294967294 5124 keepalive:1000:3",
                ),
            ),
            // 3.2 of 64 bits: a timer that is overdue; 10,000 lines and more.
            (
                "10000: 0100007F:0016 0100007F:8000 01 00000010:00000000 01:FFFFFFFFFFFFFFFE 00000002  1000        5 5125 1 ffff88007cab23c0 20 0 0 2 -1",
                Some("tcp ESTABLISHED 0 16 127.0.0.1:22 127.0.0.1:32768 1000 5125 on:0:2"),
            ),
            // As well of 32 bits.
            (
                "   1: 0100007F:0016 0100007F:8000 01 00000010:00000000 04:FFFFFFFE 00000002  1000        5 5125 1 c7e2c400 20 0 0 2 -1",
                Some("tcp ESTABLISHED 0 16 127.0.0.1:22 127.0.0.1:32768 1000 5125 persist:0:5"),
            ),
            // TIME_WAIT with more zeros than today.
            (
                "   2: 0100007F:0016 0100007F:8000 06 00000000:00000000 03:00000A1B 00000000     0        0 0 3 c7e2c400",
                Some("tcp TIME_WAIT 0 0 127.0.0.1:22 127.0.0.1:32768 - - timewait:25870:0"),
            ),
            // An inode of more than 32 bits.
            (
                "   3: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5000000000 1 0",
                Some("tcp LISTEN 0 - 127.0.0.1:22 0.0.0.0:* 0 5000000000"),
            ),
            (
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
                None,
            ),
            (
                "   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0",
                None,
            ),
            (
                "   0: 0100007F0:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
                None,
            ),
            (
                "   0: 0100007F:10016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
                None,
            ),
            (
                "   0: :0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
                None,
            ),
            ("", None),
        ];
        for (text, expected) in cases {
            let found = socket(Protocol::Tcp, text.as_bytes()).as_ref().map(line);
            if cfg!(target_endian = "little") {
                assert_eq!(found.as_deref(), expected, "{text}");
            }
        }
    }

    /// Linux 2.6.26: nothing counts drops yet.
    #[test]
    fn the_count_of_drops_may_be_there_or_not() {
        let row = "  45: 00000000:EB13 00000000:0000 07 00000000:00000140 00:00000000 00000000   111        0 14190 2 ffff88007cab23c0";
        let expected = "udp UNCONN 320 0 0.0.0.0:60179 0.0.0.0:* 111 14190";
        for drops in ["", " 0", " 17         "] {
            let found = socket(Protocol::Udp, format!("{row}{drops}").as_bytes()).unwrap();
            assert_eq!(line(&found), expected);
        }
    }
}
