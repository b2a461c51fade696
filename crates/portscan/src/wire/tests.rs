//! What both ways to make attempts promise, on loopback.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::crew::CrewWire;
use super::{Payload, SystemWire, Wire};
use crate::engine::{Engine, Found, Manner, Subject};
use crate::policy::{Limits, Work};
use crate::verdict::Reason;

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, PartialEq)]
struct Ports(IpAddr, Vec<u16>);

impl Subject for Ports {
    fn address(&self, place: u32) -> SocketAddr {
        (self.0, self.1[place as usize]).into()
    }
}

fn limits() -> Limits {
    Limits {
        timeout: Duration::from_millis(500),
        tries: 2,
        max_in_flight: 64,
        rate: None,
        is_patient: true,
    }
}

fn run(wire: impl Wire, manner: Manner, address: IpAddr, ports: &[u16]) -> Vec<Found<Ports>> {
    let places = u32::try_from(ports.len()).unwrap();
    let work = Work { subject: Ports(address, ports.to_vec()), places, group: 1 };
    let mut engine = Engine::new(manner, std::iter::once(work), wire);
    let limit = Instant::now() + PATIENCE;
    let mut found = Vec::new();
    while !engine.is_over() {
        assert!(Instant::now() < limit, "it never ends: {found:?}");
        found.extend(engine.next_until(limit).unwrap());
    }
    found.sort_by_key(|found| found.place);
    found
}

/// What each port is found to be, by every wire that there is.
fn scans(manner: &Manner, address: IpAddr, ports: &[u16]) -> Vec<Vec<Found<Ports>>> {
    let payload = || manner.is_udp.then(|| -> Payload { Box::new(|_| b"hello".to_vec()) });
    let crew = run(CrewWire::open(payload()).unwrap(), manner.clone(), address, ports);
    let system = run(SystemWire::open(payload()).unwrap(), manner.clone(), address, ports);
    vec![crew, system]
}

fn manner() -> Manner {
    Manner { limits: limits(), banner: None, is_udp: false }
}

fn reasons(found: &[Found<Ports>]) -> Vec<&Reason> {
    found.iter().map(|found| &found.reason).collect()
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn closed_port(address: IpAddr) -> u16 {
    TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().port()
}

#[test]
fn open_and_closed_are_told_apart_in_both_families() {
    for address in [HERE, Ipv6Addr::LOCALHOST.into()] {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let open = listener.local_addr().unwrap().port();
        for found in scans(&manner(), address, &[open, closed_port(address)]) {
            assert_eq!(reasons(&found), [&Reason::Connected, &Reason::Refused]);
            assert!(found.iter().all(|it| it.rtt.is_some_and(|rtt| rtt < PATIENCE)));
        }
    }
}

#[test]
fn a_connection_that_ends_at_once_is_said_to() {
    let listener = TcpListener::bind((HERE, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().for_each(drop));
    // It takes a moment, and on a busy machine a long one.
    let mut seen = [false; 2];
    for _ in 0..20 {
        for (is_seen, found) in seen.iter_mut().zip(scans(&manner(), HERE, &[port])) {
            assert!(matches!(found[0].reason, Reason::ClosedAtOnce | Reason::Connected));
            *is_seen |= found[0].reason == Reason::ClosedAtOnce;
        }
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn what_an_open_port_says_first_is_kept_if_it_is_asked_for() {
    let listener = TcpListener::bind((HERE, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().take(2).flatten() {
            let mut stream = stream;
            stream.write_all(b"220 ").unwrap();
            thread::sleep(Duration::from_millis(5));
            stream.write_all(b"ready\r\n").unwrap();
            // It stays until the other side leaves.
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    });
    let manner = Manner { banner: Some(Duration::from_secs(2)), ..manner() };
    for found in scans(&manner, HERE, &[port]) {
        assert_eq!(found[0].banner.as_deref(), Some(&b"220 ready\r\n"[..]));
    }
}

#[test]
fn an_open_port_is_left_by_fin() {
    let listener = TcpListener::bind((HERE, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, ends) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().take(2).flatten() {
            let mut stream = stream;
            stream.write_all(b"a greeting that nobody asked for").unwrap();
            thread::sleep(Duration::from_millis(10));
            stream.write_all(b" and more of it").unwrap();
            sender.send(std::io::copy(&mut stream, &mut std::io::sink())).unwrap();
        }
    });
    for found in scans(&manner(), HERE, &[port]) {
        assert_eq!(reasons(&found), [&Reason::Connected]);
        // A reset would be an error here.
        assert_eq!(ends.recv_timeout(PATIENCE).unwrap().unwrap(), 0);
    }
}

// Windows refuses what a full backlog has no room for.
#[test]
#[cfg(unix)]
fn a_port_without_an_answer_is_waited_for_and_no_longer() {
    let Ok(silent) = testkit::full_backlog() else { panic!("no listener with a full backlog") };
    let begin = Instant::now();
    for found in scans(&manner(), HERE, &[silent.addr().port()]) {
        let Reason::NoAnswer { tries: 2, waited, .. } = found[0].reason else {
            panic!("{found:?}")
        };
        assert!((Duration::from_millis(490)..Duration::from_secs(2)).contains(&waited));
        assert_eq!(found[0].rtt, None);
    }
    assert!(begin.elapsed() < PATIENCE);
}

#[test]
#[cfg(target_os = "linux")]
fn nobody_is_home_in_any_of_many_scans_of_ports_that_connections_come_from() {
    // Now and then a connection to one of these meets itself, or another of ours.
    let ports: Vec<_> = (40_000..42_000).collect();
    for _ in 0..5 {
        let wire = SystemWire::open(None).unwrap();
        let limits = Limits { max_in_flight: 1000, ..limits() };
        let found = run(wire, Manner { limits, ..manner() }, [127, 0, 0, 77].into(), &ports);
        assert!(found.iter().all(|it| matches!(it.reason, Reason::Refused | Reason::MetItself)));
        assert_eq!(found.len(), ports.len());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nobody_answers_where_only_datagrams_of_our_own_arrive() {
    // Ports that sockets are given: a question may come to the one that asks, or to another. The
    // other tests have their services at addresses of IPv4.
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let first: u16 = range.split_whitespace().next().unwrap().parse().unwrap();
    let ports: Vec<_> = (first..).take(3000).collect();
    for _ in 0..20 {
        let wire = SystemWire::open(Some(Box::new(|_| b"hello".to_vec()))).unwrap();
        let limits = Limits { max_in_flight: 1000, ..limits() };
        let manner = Manner { limits, is_udp: true, banner: None };
        let found = run(wire, manner, Ipv6Addr::LOCALHOST.into(), &ports);
        let open: Vec<_> =
            found.iter().filter(|it| matches!(it.reason, Reason::Answered { .. })).collect();
        assert!(open.is_empty(), "{open:?}");
        assert_eq!(found.len(), ports.len());
    }
}

#[test]
fn a_datagram_is_answered_or_not() {
    let server = UdpSocket::bind((HERE, 0)).unwrap();
    let open = server.local_addr().unwrap().port();
    let mute = UdpSocket::bind((HERE, 0)).unwrap();
    let silent = mute.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut question = [0; 64];
        for _ in 0..2 {
            let (length, from) = server.recv_from(&mut question).unwrap();
            server.send_to(&question[..length], from).unwrap();
        }
    });
    let manner = Manner { is_udp: true, ..manner() };
    for found in scans(&manner, HERE, &[open, silent]) {
        assert_eq!(found[0].banner.as_deref(), Some(&b"hello"[..]));
        assert!(matches!(found[1].reason, Reason::NoAnswer { tries: 2, .. }), "{found:?}");
    }
}

#[test]
fn a_datagram_to_a_port_where_nobody_listens_is_refused() {
    let closed = UdpSocket::bind((HERE, 0)).unwrap().local_addr().unwrap().port();
    let manner = Manner { is_udp: true, ..manner() };
    for found in scans(&manner, HERE, &[closed]) {
        assert!(
            matches!(found[0].reason, Reason::PortUnreachable(_) | Reason::Refused),
            "{found:?}"
        );
    }
}
