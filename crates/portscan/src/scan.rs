//! Connecting to ports, many at a time.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::row::{Row, State};

/// Attempts under way at the same time.
const MAX_IN_FLIGHT: usize = 128;

/// How long a shortage of descriptors or local ports is waited out.
const MAX_SHORTAGE: Duration = Duration::from_secs(10);

/// How long until it is tried again in a shortage.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(10);

/// A host with all its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub host: String,
    /// In order of preference; never empty.
    pub addresses: Vec<SocketAddr>,
}

/// What to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub target: Target,
    pub ports: Vec<u16>,
    /// How long one attempt waits for an answer.
    pub timeout: Duration,
}

/// Tries every port of the plan. Each row comes as soon as it is known, with the place of its port
/// in the plan.
///
/// # Errors
/// Not even one thread could be started.
pub(crate) fn scan(plan: Plan) -> io::Result<Receiver<(usize, Row)>> {
    let (sender, rows) = mpsc::channel();
    let in_flight = plan.ports.len().min(MAX_IN_FLIGHT).min(limits::descriptors());
    let (plan, next) = (Arc::new(plan), Arc::new(AtomicUsize::new(0)));
    for started in 0..in_flight {
        let (plan, next, sender) = (Arc::clone(&plan), Arc::clone(&next), sender.clone());
        let thread = thread::Builder::new().spawn(move || try_ports(&plan, &next, &sender));
        match thread {
            Ok(_) => {}
            Err(error) if started == 0 => return Err(error),
            // Those there are do the work.
            Err(_) => break,
        }
    }
    Ok(rows)
}

/// Takes one port after the other until none is left.
fn try_ports(plan: &Plan, next: &AtomicUsize, rows: &Sender<(usize, Row)>) {
    loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        let Some(port) = plan.ports.get(place) else { return };
        // Nobody listens any more when the output was closed.
        if rows.send((place, try_port(plan, *port))).is_err() {
            return;
        }
    }
}

/// Tries the addresses of the host in turn, as `nc` does, until somebody is home at one; otherwise
/// the row is about the address that said most.
fn try_port(plan: &Plan, port: u16) -> Row {
    let mut best: Option<Row> = None;
    for address in &plan.target.addresses {
        let mut address = *address;
        address.set_port(port);
        let row = try_address(plan, address);
        if best.as_ref().is_none_or(|best| row.state < best.state) {
            best = Some(row);
        }
        if best.as_ref().is_some_and(|best| best.state == State::Open) {
            break;
        }
    }
    best.expect("a target has an address")
}

fn try_address(plan: &Plan, address: SocketAddr) -> Row {
    let (connection, elapsed) = connect(address, plan.timeout);
    let verdict = judge(&connection, plan.timeout);
    Row {
        host: plan.target.host.clone(),
        address: plain(address.ip()),
        port: address.port(),
        state: verdict.state,
        reason: verdict.reason,
        rtt: verdict.is_answer.then_some(elapsed),
    }
}

/// Connects, and says how long that took. What this process or this machine runs out of is waited
/// for: it says nothing of the port.
fn connect(address: SocketAddr, timeout: Duration) -> (io::Result<TcpStream>, Duration) {
    let patience = Instant::now() + MAX_SHORTAGE;
    loop {
        let start = Instant::now();
        let connection = TcpStream::connect_timeout(&address, timeout);
        match &connection {
            Err(error) if limits::is_shortage(error, address) && start < patience => {
                thread::sleep(SHORTAGE_PAUSE);
            }
            _ => return (connection, start.elapsed()),
        }
    }
}

/// An IPv4 address is shown as one even where the resolver wrapped it in IPv6.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

struct Verdict {
    state: State,
    reason: String,
    /// Whether the other side answered.
    is_answer: bool,
}

fn judge(connection: &io::Result<TcpStream>, timeout: Duration) -> Verdict {
    let verdict =
        |state, reason: &str, is_answer| Verdict { state, reason: reason.to_owned(), is_answer };
    let refused = || verdict(State::Closed, "connection refused: nobody home", true);
    match connection {
        // Without a listener, a connection to a port of this machine can meet itself.
        Ok(stream) if is_own_end(stream) => refused(),
        Ok(_) => verdict(State::Open, "connected", true),
        Err(error) => match error.kind() {
            ErrorKind::ConnectionRefused => refused(),
            // The handshake was over when the reset came: somebody listens.
            ErrorKind::ConnectionReset => verdict(State::Open, "connected, then reset", true),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Verdict {
                state: State::Filtered,
                reason: format!("no answer within {}", output::in_seconds(timeout)),
                is_answer: false,
            },
            _ => verdict(State::Unreachable, &output::system_words(error), false),
        },
    }
}

fn is_own_end(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use socket2::{Domain, Socket, Type};

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(5);

    fn judged(kind: ErrorKind) -> (State, String) {
        let verdict = judge(&Err(kind.into()), Duration::from_millis(500));
        (verdict.state, verdict.reason)
    }

    #[test]
    fn no_failure_but_a_refusal_is_closed() {
        let cases = [
            (ErrorKind::ConnectionRefused, State::Closed, "connection refused: nobody home"),
            (ErrorKind::TimedOut, State::Filtered, "no answer within 0.5 s"),
            (ErrorKind::ConnectionReset, State::Open, "connected, then reset"),
            (ErrorKind::HostUnreachable, State::Unreachable, "host unreachable"),
            (ErrorKind::NetworkUnreachable, State::Unreachable, "network unreachable"),
            (ErrorKind::PermissionDenied, State::Unreachable, "permission denied"),
            (ErrorKind::OutOfMemory, State::Unreachable, "out of memory"),
        ];
        for (kind, state, reason) in cases {
            assert_eq!(judged(kind), (state, reason.to_owned()));
        }
    }

    #[test]
    fn a_connection_that_meets_itself_is_nobody() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        socket.connect(&socket.local_addr().unwrap()).unwrap();
        let stream = TcpStream::from(socket);
        assert_eq!(stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        assert_eq!(judge(&Ok(stream), TIMEOUT).state, State::Closed);
    }

    #[test]
    fn the_address_at_which_somebody_is_home_is_shown() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let elsewhere = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), 0));
        let home = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let target = Target { host: "here".into(), addresses: vec![elsewhere, home] };
        let plan = Plan { target, ports: vec![port], timeout: TIMEOUT };
        let (place, row) = scan(plan).unwrap().recv().unwrap();
        assert_eq!((place, row.state, row.address), (0, State::Open, home.ip()));
        assert!(row.rtt.is_some_and(|rtt| rtt < TIMEOUT));
    }
}
