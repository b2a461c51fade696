//! Systems other than Linux: a crew of threads, and a new socket for each attempt.

use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use slab::Slab;

use super::asked::Asked;
use super::{Answer, Event, MAX_LEAVING, Payload, Start, Wire};
use crate::limits;
use crate::payload;

/// The most threads, and so attempts under way at the same time.
pub(crate) const MAX_CREW: usize = 128;

/// How often to see what became of connections.
const TICK: Duration = Duration::from_millis(5);

/// The shortest wait that a system knows.
const MIN_WAIT: Duration = Duration::from_millis(1);

/// What is read at once, in bytes.
const READ_SIZE: usize = 2048;

/// What attempts are made with.
pub(crate) struct CrewWire {
    payload: Option<Arc<Payload>>,
    /// What datagrams asked for on this machine.
    asked: Option<Arc<Asked>>,
    orders: Sender<Order>,
    /// Where the crew takes its orders from.
    board: Arc<Mutex<Receiver<Order>>>,
    reports: Receiver<Report>,
    reporter: Sender<Report>,
    crew: usize,
    /// Which attempt each flight is: one that was given up may still report.
    serials: Vec<u64>,
    serial: u64,
    under_way: usize,
    /// Attempts that were given up, and have a socket still.
    given_up: usize,
    connections: Slab<Connection>,
}

struct Connection {
    stream: TcpStream,
    /// Until when the other side may take its leave, once we did.
    leaving_until: Option<Instant>,
    is_ended: bool,
}

struct Order {
    flight: usize,
    serial: u64,
    to: SocketAddr,
    wait: Duration,
}

struct Report {
    flight: usize,
    serial: u64,
    outcome: io::Result<Outcome>,
    to: SocketAddr,
}

enum Outcome {
    Connected(TcpStream),
    Datagram(Vec<u8>),
    MetItself,
}

impl CrewWire {
    /// Makes attempts over TCP, or with `payload` over UDP.
    ///
    /// # Errors
    /// Not one thread can be started.
    pub(crate) fn open(payload: Option<Payload>) -> io::Result<Self> {
        let (orders, board) = mpsc::channel();
        let (reporter, reports) = mpsc::channel();
        let mut wire = Self {
            asked: payload.as_ref().map(|_| Arc::new(Asked::new())),
            payload: payload.map(Arc::new),
            orders,
            board: Arc::new(Mutex::new(board)),
            reports,
            reporter,
            crew: 0,
            serials: Vec::new(),
            serial: 0,
            under_way: 0,
            given_up: 0,
            connections: Slab::new(),
        };
        wire.hire()?;
        Ok(wire)
    }

    /// One more thread, if all have something to do and there may be one more.
    fn hire(&mut self) -> io::Result<()> {
        if self.crew >= MAX_CREW || self.crew > self.under_way {
            return Ok(());
        }
        let (board, reporter) = (Arc::clone(&self.board), self.reporter.clone());
        let datagrams = self.payload.clone().zip(self.asked.clone());
        let hired = thread::Builder::new().spawn(move || {
            let datagrams = datagrams.as_ref().map(|(payload, asked)| (&**payload, &**asked));
            work(&board, &reporter, datagrams);
        });
        match hired {
            Ok(_) => self.crew += 1,
            Err(error) if self.crew == 0 => return Err(error),
            // Those there are do the work.
            Err(_) => {}
        }
        Ok(())
    }

    fn judge(&mut self, report: Report) -> Option<Event> {
        let Report { flight, serial, outcome, to } = report;
        self.under_way -= 1;
        if self.serials[flight] != serial {
            // Somebody was home after all, and nobody waits for it any more: it ends by FIN.
            self.given_up -= 1;
            return None;
        }
        self.serials[flight] = 0;
        let answer = match outcome {
            Ok(Outcome::Datagram(bytes)) => Answer::Datagram(bytes),
            Ok(Outcome::MetItself) => Answer::MetItself,
            Ok(Outcome::Connected(stream)) if is_own_end(&stream) => Answer::MetItself,
            Ok(Outcome::Connected(stream)) => match stream.set_nonblocking(true) {
                Ok(()) => Answer::Connected { connection: self.stand(stream) },
                Err(error) => Answer::Failed(error),
            },
            Err(error) => match error.kind() {
                // The system's patience has an end, too.
                ErrorKind::TimedOut if error.raw_os_error().is_some() => Answer::TimedOut,
                // The policy tries again, or gives up.
                ErrorKind::TimedOut | ErrorKind::WouldBlock => return None,
                ErrorKind::ConnectionRefused => Answer::Refused,
                ErrorKind::ConnectionReset if self.payload.is_some() => Answer::Refused,
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Answer::ConnectedThenReset,
                _ if limits::is_shortage(&error, to) => Answer::Shortage(error),
                _ => Answer::Failed(error),
            },
        };
        Some(Event::Answered { flight, answer })
    }

    fn stand(&mut self, stream: TcpStream) -> usize {
        let connection = Connection { stream, leaving_until: None, is_ended: false };
        self.connections.insert(connection)
    }

    /// Sees what became of connections.
    fn look(&mut self, events: &mut Vec<Event>) {
        let now = Instant::now();
        let mut gone = Vec::new();
        for (key, connection) in &mut self.connections {
            let is_leaving = connection.leaving_until.is_some();
            if connection.is_ended && !is_leaving {
                continue;
            }
            let mut bytes = vec![0; READ_SIZE];
            let end = match connection.stream.read(&mut bytes) {
                Ok(0) => Some(false),
                Ok(length) => {
                    bytes.truncate(length);
                    if !is_leaving {
                        events.push(Event::Data { connection: key, bytes });
                    }
                    None
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => None,
                Err(error) if error.kind() == ErrorKind::Interrupted => None,
                Err(_) => Some(true),
            };
            let is_late = connection.leaving_until.is_some_and(|until| until <= now);
            match end {
                _ if is_late => gone.push(key),
                Some(_) if is_leaving => gone.push(key),
                Some(is_reset) => {
                    connection.is_ended = true;
                    events.push(Event::Ended { connection: key, is_reset });
                }
                None => {}
            }
        }
        for key in gone {
            self.connections.remove(key);
        }
    }
}

impl Wire for CrewWire {
    fn start(&mut self, flight: usize, to: SocketAddr, wait: Duration) -> Start {
        if let Err(error) = self.hire() {
            return Start::Shortage(error);
        }
        self.serial += 1;
        self.serials.resize(self.serials.len().max(flight + 1), 0);
        self.serials[flight] = self.serial;
        self.under_way += 1;
        let order = Order { flight, serial: self.serial, to, wait };
        self.orders.send(order).expect("we hold the other end too");
        Start::UnderWay
    }

    fn give_up(&mut self, flight: usize) {
        // Of one that has reported nothing is left.
        if std::mem::take(&mut self.serials[flight]) != 0 {
            self.given_up += 1;
        }
    }

    fn look_at(&mut self, _: usize, events: &mut Vec<Event>) {
        self.look(events);
    }

    fn leave(&mut self, connection: usize) {
        let connection = &mut self.connections[connection];
        // One that the other side has reset is left already.
        let _ = connection.stream.shutdown(Shutdown::Write);
        connection.leaving_until = Some(Instant::now() + MAX_LEAVING);
    }

    fn wait(&mut self, limit: Duration, events: &mut Vec<Event>) -> io::Result<()> {
        let wait = if self.connections.is_empty() { limit } else { limit.min(TICK) };
        if let Ok(report) = self.reports.recv_timeout(wait) {
            let more: Vec<_> = std::iter::once(report).chain(self.reports.try_iter()).collect();
            for report in more {
                events.extend(self.judge(report));
            }
        }
        self.look(events);
        Ok(())
    }

    fn held(&self) -> usize {
        self.connections.len() + self.given_up
    }

    fn leaving(&self) -> usize {
        self.connections.iter().filter(|(_, it)| it.leaving_until.is_some()).count()
    }
}

/// Takes one order after the other until there are none any more.
fn work(
    board: &Mutex<Receiver<Order>>,
    reporter: &Sender<Report>,
    datagrams: Option<(&Payload, &Asked)>,
) {
    loop {
        let order = board.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Order { flight, serial, to, wait }) = order else { return };
        let outcome = match datagrams {
            Some((payload, asked)) => ask(to, &payload(to.port()), wait, asked),
            None => TcpStream::connect_timeout(&to, wait).map(Outcome::Connected),
        };
        // Nobody reads reports any more when the scan is over.
        if reporter.send(Report { flight, serial, outcome, to }).is_err() {
            return;
        }
    }
}

/// Sends a datagram and waits for one.
fn ask(to: SocketAddr, question: &[u8], wait: Duration, asked: &Asked) -> io::Result<Outcome> {
    let unbound: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((unbound, 0))?;
    let mut answer = vec![0; usize::from(u16::MAX)];
    let end = Instant::now() + wait;
    let answers_elsewhere = payload::answers_elsewhere(to.port());
    if !answers_elsewhere {
        socket.connect(to)?;
    }
    let own = socket.local_addr()?;
    asked.remember(own, to);
    if answers_elsewhere {
        socket.send_to(question, to)?;
    } else {
        socket.send(question)?;
    }
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::WouldBlock.into());
        }
        socket.set_read_timeout(Some(left.max(MIN_WAIT)))?;
        let (length, from) = match socket.recv_from(&mut answer) {
            Ok(received) => received,
            // So Windows says that the wait is over, which is not the system's patience.
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                return Err(ErrorKind::WouldBlock.into());
            }
            Err(error) => return Err(error),
        };
        let is_question = asked.is_question(own, to, from);
        if from == to && is_question {
            return Ok(Outcome::MetItself);
        }
        if from.ip() == to.ip() && !is_question {
            answer.truncate(length);
            return Ok(Outcome::Datagram(answer));
        }
    }
}

fn is_own_end(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}
