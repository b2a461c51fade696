//! Trouble over TCP, where UDP was cut short.

use std::time::Duration;

use hickory_proto::op::Message;

use super::replies::{large_answer, proper_answer};
use super::server::{Manner, Reply, Transport};

/// What happens over TCP. Over UDP there is TC and one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// TC again, and one address.
    TruncatedToo,
    /// The connection ends in the middle of the answer.
    ClosedInside,
    /// The connection ends where the answer should begin.
    ClosedAtOnce,
    /// The connection is accepted, and nothing comes.
    Silent,
    /// A message of no octets.
    Empty,
    /// A proper answer, octet by octet.
    Dribble,
}

impl Stream {
    pub(super) fn replies(self, query: &Message, transport: Transport) -> Vec<Reply> {
        let cut = || Reply::now(&large_answer(query, Transport::Udp));
        if transport == Transport::Udp {
            return vec![cut()];
        }
        let proper = || Reply::now(&proper_answer(query));
        match self {
            Self::TruncatedToo => vec![cut()],
            Self::ClosedInside => vec![Reply { manner: Manner::ClosedInside, ..proper() }],
            Self::ClosedAtOnce => vec![Reply { manner: Manner::ClosedBefore, ..proper() }],
            Self::Silent => vec![],
            Self::Empty => vec![Reply::octets(Duration::ZERO, Vec::new())],
            Self::Dribble => vec![Reply { manner: Manner::Dribble, ..proper() }],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::TcpStream;

    use super::*;
    use crate::client::{a, addresses, ask_tcp, ask_udp};
    use crate::misbehave::{Behaviour, Misbehaving};

    /// What comes over a connection until it ends, or until nothing has come for a while.
    fn over_tcp(stream: Stream) -> (Vec<u8>, bool) {
        let server = Misbehaving::start(Behaviour::Stream(stream)).unwrap();
        let query = a().to_vec().unwrap();
        let mut socket = TcpStream::connect(server.addr()).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        socket.write_all(&u16::try_from(query.len()).unwrap().to_be_bytes()).unwrap();
        socket.write_all(&query).unwrap();
        let mut octets = Vec::new();
        let ended = match socket.read_to_end(&mut octets) {
            Ok(_) => true,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
                false
            }
        };
        (octets, ended)
    }

    #[test]
    fn udp_is_cut_short_always() {
        for stream in [Stream::TruncatedToo, Stream::Silent, Stream::Dribble] {
            let server = Misbehaving::start(Behaviour::Stream(stream)).unwrap();
            let reply = ask_udp(server.addr(), &a());
            assert!(reply.metadata.truncation);
            assert_eq!(addresses(&reply), ["192.0.2.1"]);
        }
    }

    #[test]
    fn tcp_is_cut_short_as_well_or_comes_in_pieces() {
        for (stream, truncated) in [(Stream::TruncatedToo, true), (Stream::Dribble, false)] {
            let server = Misbehaving::start(Behaviour::Stream(stream)).unwrap();
            let reply = ask_tcp(server.addr(), &a());
            assert_eq!(reply.metadata.truncation, truncated);
            assert_eq!(addresses(&reply), ["192.0.2.1"]);
        }
    }

    #[test]
    fn a_connection_ends_early_or_stays_silent() {
        let (octets, ended) = over_tcp(Stream::ClosedInside);
        let promised = usize::from(u16::from_be_bytes([octets[0], octets[1]]));
        assert!(ended && octets.len() > 12 && octets.len() - 2 < promised, "{octets:?}");
        assert_eq!(over_tcp(Stream::ClosedAtOnce), (vec![], true));
        assert_eq!(over_tcp(Stream::Silent), (vec![], false));
        assert_eq!(over_tcp(Stream::Empty), (vec![0, 0], false));
    }
}
