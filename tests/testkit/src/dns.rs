//! An authoritative DNS server inside the test process.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::Name;
use hickory_server::Server;
use hickory_server::net::runtime::TokioRuntimeProvider;
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneHandler, ZoneType};
use tokio::net::{TcpListener, UdpSocket};

use crate::background::Background;
use crate::sockets::{LOOPBACK, Pair};
use crate::zone::{self, Records, Zone};

/// A TCP connection on which nothing is asked for so long is closed.
const TCP_IDLE: Duration = Duration::from_secs(10);

/// How many answers may wait to be written to one TCP connection.
const TCP_RESPONSES: usize = 32;

/// A name server with authority over some zones, over UDP and TCP. It ends when it is dropped.
///
/// It is no resolver: names outside its zones are REFUSED, and RA is clear. Whoever asks for a whole
/// zone (AXFR) gets it.
#[derive(Debug)]
pub struct DnsServer {
    addr: SocketAddr,
    _background: Background,
}

impl DnsServer {
    /// Serves `zones` on 127.0.0.1, on a port the system chooses.
    ///
    /// # Errors
    ///
    /// When a zone cannot be read (`InvalidData`) or a socket cannot be had.
    pub fn start(zones: &[Zone<'_>]) -> io::Result<Self> {
        Self::start_at(LOOPBACK, zones)
    }

    /// Serves `zones` on a given address; inside a network namespace port 53 is free.
    ///
    /// # Errors
    ///
    /// When a zone cannot be read (`InvalidData`) or a socket cannot be had.
    pub fn start_at(addr: SocketAddr, zones: &[Zone<'_>]) -> io::Result<Self> {
        let catalog = catalog(zones)?;
        let pair = Pair::bind(addr)?;
        let addr = pair.addr;
        let (udp, tcp) = pair.listen()?;
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;

        let background = Background::start("dns-server", move || {
            let mut server = Server::new(catalog);
            server.register_socket(UdpSocket::from_std(udp)?);
            server.register_listener(TcpListener::from_std(tcp)?, TCP_IDLE, TCP_RESPONSES);
            Ok(async move {
                // It ends only when it is dropped, so there is no result to look at.
                let _ = server.block_until_done().await;
            })
        })?;
        Ok(Self { addr, _background: background })
    }

    /// Where it listens, the same for UDP and TCP.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

fn catalog(zones: &[Zone<'_>]) -> io::Result<Catalog> {
    let mut catalog = Catalog::new();
    for &zone in zones {
        let (origin, records) = zone::parse(zone)?;
        let handler = authority(origin.clone(), records)?;
        catalog.upsert(origin.into(), vec![handler]);
    }
    Ok(catalog)
}

fn authority(origin: Name, records: Records) -> io::Result<Arc<dyn ZoneHandler>> {
    let handler = InMemoryZoneHandler::<TokioRuntimeProvider>::new(
        origin,
        records,
        ZoneType::Primary,
        AxfrPolicy::AllowAll,
    )
    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(Arc::new(handler))
}

#[cfg(test)]
mod tests {

    use hickory_proto::op::{Message, ResponseCode};
    use hickory_proto::rr::RecordType;

    use super::*;
    use crate::client::{ask_tcp, ask_udp, query, query_with_edns};
    use crate::zone::demo_zones;

    /// The answers as `type data`, in the server's order.
    fn answers(message: &Message) -> Vec<String> {
        message
            .answers
            .iter()
            .map(|record| format!("{} {}", record.record_type(), record.data))
            .collect()
    }

    #[test]
    fn serves_what_the_demo_zones_promise() {
        use RecordType::{A, AAAA, CAA, CNAME, MX, NS, PTR, SRV};
        let server = DnsServer::start(demo_zones()).unwrap();
        let cases: &[(&str, RecordType, &[&str])] = &[
            ("www.usfca.edu.", A, &["A 104.239.221.147"]),
            ("usfca.edu.", MX, &["MX 10 mx1.usfca.edu.", "MX 20 mx2.usfca.edu."]),
            ("usfca.edu.", NS, &["NS ns1.usfca.edu.", "NS ns2.usfca.edu."]),
            ("web.usfca.edu.", CNAME, &["CNAME www.usfca.edu."]),
            ("web.usfca.edu.", A, &["CNAME www.usfca.edu.", "A 104.239.221.147"]),
            ("ipv6.usfca.edu.", AAAA, &["AAAA 2001:db8::147"]),
            ("_ldap._tcp.usfca.edu.", SRV, &["SRV 0 5 389 ldap.usfca.edu."]),
            ("usfca.edu.", CAA, &["CAA 0 issue \"letsencrypt.org\""]),
            ("1.0.0.127.in-addr.arpa.", PTR, &["PTR localhost."]),
            ("147.221.239.104.in-addr.arpa.", PTR, &["PTR www.usfca.edu."]),
            (
                "7.4.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
                PTR,
                &["PTR ipv6.usfca.edu."],
            ),
        ];
        for &(name, record_type, expected) in cases {
            let question = query(name, record_type);
            let over_udp = ask_udp(server.addr(), &question);
            let over_tcp = ask_tcp(server.addr(), &question);
            assert_eq!(answers(&over_udp), expected, "{name} {record_type}");
            assert_eq!(answers(&over_tcp), expected, "{name} {record_type}");
            assert!(over_udp.metadata.authoritative, "{name} {record_type}");
        }
    }

    #[test]
    fn the_address_of_www_lives_for_300_seconds() {
        let server = DnsServer::start(demo_zones()).unwrap();
        let reply = ask_udp(server.addr(), &query("www.usfca.edu.", RecordType::A));
        assert_eq!(reply.answers[0].ttl, 300);
    }

    #[test]
    fn says_no_in_three_ways() {
        let server = DnsServer::start(demo_zones()).unwrap();
        let cases = [
            ("nobody.usfca.edu.", RecordType::A, ResponseCode::NXDomain),
            ("www.usfca.edu.", RecordType::MX, ResponseCode::NoError),
            ("example.invalid.", RecordType::A, ResponseCode::Refused),
        ];
        for (name, record_type, expected) in cases {
            let reply = ask_udp(server.addr(), &query(name, record_type));
            assert_eq!(reply.metadata.response_code, expected, "{name}");
            assert!(reply.answers.is_empty(), "{name}");
        }
    }

    #[test]
    fn serves_the_odd_corners() {
        let server = DnsServer::start(demo_zones()).unwrap();
        let chain = ["CNAME alias2.example.test.", "CNAME alias3.example.test."];
        let to_a = ["CNAME a.example.test.", "A 192.0.2.1"];
        let cases: &[(&str, &[&str])] = &[
            ("alias1", &[chain, to_a].concat()),
            // hickory-server says NOERROR here, where RFC 6604 has NXDOMAIN.
            ("dangling", &["CNAME nobody.example.test."]),
            ("loop1", &["CNAME loop2.example.test.", "CNAME loop1.example.test."]),
            ("any.wild", &["A 192.0.2.2"]),
            ("empty", &[]),
            ("below.empty", &["A 192.0.2.3"]),
            ("xn--bcher-kva", &["A 192.0.2.4"]),
        ];
        for &(label, expected) in cases {
            let name = format!("{label}.example.test.");
            let reply = ask_udp(server.addr(), &query(&name, RecordType::A));
            assert_eq!(reply.metadata.response_code, ResponseCode::NoError, "{name}");
            assert_eq!(answers(&reply), expected, "{name}");
        }
    }

    #[test]
    fn a_hostile_text_arrives_octet_by_octet() {
        let server = DnsServer::start(demo_zones()).unwrap();
        let reply = ask_udp(server.addr(), &query("hostile.usfca.edu.", RecordType::TXT));
        let hickory_proto::rr::RData::TXT(txt) = &reply.answers[0].data else {
            panic!("not a TXT record: {reply}");
        };
        let expected = b"\x1b]0;owned\x07\x1b[31mred\nnew line \"quoted\" back\\slash\x00\x9b\xff";
        assert_eq!(&*txt.txt_data[0], expected);
    }

    #[test]
    fn a_large_answer_is_truncated_over_udp_and_whole_over_tcp() {
        let server = DnsServer::start(demo_zones()).unwrap();
        for question in [
            query("many.example.test.", RecordType::A),
            query_with_edns("many.example.test.", RecordType::A),
        ] {
            assert!(ask_udp(server.addr(), &question).metadata.truncation);
            let whole = ask_tcp(server.addr(), &question);
            assert!(!whole.metadata.truncation);
            assert_eq!(whole.answers.len(), 100);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn its_port_is_free_again_after_drop() {
        // On an address of its own, so that no other test can take the port in between.
        let own = SocketAddr::from(([127, 83, 68, 1], 0));
        let server = DnsServer::start_at(own, demo_zones()).unwrap();
        let addr = server.addr();
        let idle = std::net::TcpStream::connect(addr).unwrap();
        drop(server);
        drop(idle);
        let again = DnsServer::start_at(addr, demo_zones()).unwrap();
        assert_eq!(again.addr(), addr);
        let reply = ask_tcp(addr, &query("www.usfca.edu.", RecordType::A));
        assert_eq!(answers(&reply), ["A 104.239.221.147"]);
    }

    #[test]
    fn a_zone_without_authority_is_an_error() {
        let zone = Zone { origin: "example.test.", text: "a 300 IN A 192.0.2.1\n" };
        let error = DnsServer::start(&[zone]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
