//! Linux: one set of sockets that is watched as a whole, each used again and again.
//!
//! A socket whose connection was refused can be connected once more: the second `connect` to one
//! address tells what became of the first and makes the socket new. So a refused port costs three
//! system calls and no descriptor.

use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrStorage, cmsg_space, recvmsg, setsockopt, sockopt,
};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType, connect,
    connect_unspec, getsockname, recv, recvfrom, send, sendto, shutdown, socket_with,
    sockopt::socket_error,
};
use slab::Slab;

use super::asked::Asked;
use super::{Answer, Event, MAX_LEAVING, Payload, Start, Wire};
use crate::icmp::{Icmp, Version};
use crate::limits;
use crate::payload;

/// Events that are taken from the kernel at once.
const MAX_EVENTS: usize = 512;

/// What is read at once, in bytes.
const READ_SIZE: usize = 2048;

/// What is read of a connection before others have their turn.
const MAX_READS: usize = 16;

/// Where an error of the queue comes from: ICMP or ICMPv6 (linux/errqueue.h).
const ORIGIN_ICMP: u8 = 2;
const ORIGIN_ICMP6: u8 = 3;

/// What attempts are made with.
pub(crate) struct LinuxWire {
    epoll: OwnedFd,
    /// What datagrams carry; TCP carries nothing.
    payload: Option<Payload>,
    /// What datagrams asked for on this machine.
    asked: Option<Asked>,
    /// Whether the answer may come from another port than the one that is asked.
    answers_elsewhere: fn(u16) -> bool,
    sockets: Slab<Socket>,
    /// Sockets to be used again, by family: the one used last is in the processor's cache.
    free: [Vec<usize>; 2],
    /// The socket of each flight.
    flights: Vec<usize>,
    /// Connections that are being left, the longest first.
    leaving: VecDeque<(Instant, usize, u32)>,
    standing: usize,
    left: usize,
    /// Our own ends, on this machine, of attempts that met others of ours.
    met: Vec<SocketAddr>,
    ready: Vec<epoll::Event>,
    control: Vec<u8>,
    serial: u32,
    eagerness: Eagerness,
}

/// Whether to look for an answer at once: as long as that is where answers are.
struct Eagerness {
    /// So many attempts are made before the next look.
    pause: u32,
    /// How long the last pause was.
    last: u32,
}

impl Eagerness {
    /// The longest pause, in attempts.
    const MAX_PAUSE: u32 = 4096;

    const fn is_up(&mut self) -> bool {
        self.pause = self.pause.saturating_sub(1);
        self.pause == 0
    }

    fn learn(&mut self, is_answered: bool) {
        self.last = if is_answered { 0 } else { (self.last * 2).clamp(1, Self::MAX_PAUSE) };
        self.pause = self.last;
    }
}

struct Socket {
    descriptor: OwnedFd,
    target: SocketAddr,
    state: State,
    /// Tells one use of the place from the next.
    serial: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Flying(usize),
    Standing,
    Leaving,
}

impl LinuxWire {
    /// Makes attempts over TCP, or with `payload` over UDP.
    ///
    /// # Errors
    /// The system does not let us wait for many sockets at once.
    pub(crate) fn open(payload: Option<Payload>) -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            asked: payload.is_some().then(Asked::new),
            payload,
            answers_elsewhere: payload::answers_elsewhere,
            sockets: Slab::new(),
            free: [Vec::new(), Vec::new()],
            flights: Vec::new(),
            leaving: VecDeque::new(),
            standing: 0,
            left: 0,
            met: Vec::new(),
            ready: Vec::with_capacity(MAX_EVENTS),
            control: vec![0; cmsg_space::<[u8; 64]>()],
            serial: 0,
            eagerness: Eagerness { pause: 0, last: 0 },
        })
    }

    /// A socket that is not connected.
    fn socket(&mut self, to: SocketAddr) -> rustix::io::Result<usize> {
        if let Some(key) = self.free[usize::from(to.is_ipv6())].pop() {
            return Ok(key);
        }
        let family = if to.is_ipv6() { AddressFamily::INET6 } else { AddressFamily::INET };
        let kind = if self.payload.is_some() { SocketType::DGRAM } else { SocketType::STREAM };
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let made = match socket_with(family, kind, flags, None) {
            // Those of the other family are not needed now.
            Err(Errno::MFILE | Errno::NFILE) if self.close_free() => {
                socket_with(family, kind, flags, None)
            }
            made => made,
        };
        let descriptor = made?;
        let is_told = if to.is_ipv6() {
            setsockopt(&descriptor, sockopt::Ipv6RecvErr, &true)
        } else {
            setsockopt(&descriptor, sockopt::Ipv4RecvErr, &true)
        };
        is_told.map_err(|errno| Errno::from_raw_os_error(errno as i32))?;
        self.serial = self.serial.wrapping_add(1);
        let socket = Socket { descriptor, target: to, state: State::Free, serial: self.serial };
        let key = self.sockets.insert(socket);
        let events = epoll::EventFlags::IN
            | epoll::EventFlags::OUT
            | epoll::EventFlags::RDHUP
            | epoll::EventFlags::ET;
        let data = epoll::EventData::new_u64(key as u64);
        let added = epoll::add(&self.epoll, &self.sockets[key].descriptor, data, events);
        if let Err(error) = added {
            self.sockets.remove(key);
            return Err(error);
        }
        Ok(key)
    }

    /// Sends the question of a UDP port. A service that answers from another port is heard only by
    /// a socket that is not connected.
    fn ask(&mut self, key: usize, flight: usize) -> Start {
        let Socket { descriptor, target, .. } = &self.sockets[key];
        let payload = self.payload.as_ref().map(|payload| payload(target.port()));
        let payload = payload.unwrap_or_default();
        let flags = SendFlags::empty();
        let sent = if (self.answers_elsewhere)(target.port()) {
            sendto(descriptor, &payload, flags, target)
        } else {
            connect(descriptor, target).and_then(|()| send(descriptor, &payload, flags))
        };
        match sent {
            Ok(_) => {
                if let (Some(asked), Some(own)) = (&self.asked, self.own_end(key)) {
                    asked.remember(own, self.sockets[key].target);
                }
                self.take_off(key, flight)
            }
            Err(errno) => self.failed(key, errno),
        }
    }

    /// Closes what waits to be used again. Whether that was anything.
    fn close_free(&mut self) -> bool {
        let before = self.sockets.len();
        for key in self.free.iter_mut().flat_map(|free| free.drain(..)) {
            self.sockets.remove(key);
        }
        self.sockets.len() < before
    }

    /// Lets a socket be used again.
    fn set_free(&mut self, key: usize) {
        let socket = &mut self.sockets[key];
        socket.state = State::Free;
        self.free[usize::from(socket.target.is_ipv6())].push(key);
    }

    /// Makes a socket that waits for an answer new; no packet is sent.
    fn reset(&mut self, key: usize) {
        let descriptor = &self.sockets[key].descriptor;
        // What is left of the attempt would be taken for the fate of the next.
        let is_new = connect_unspec(descriptor).is_ok() && socket_error(descriptor).is_ok();
        if is_new && self.payload.is_none() {
            self.set_free(key);
        } else {
            self.sockets.remove(key);
        }
    }

    fn failed(&mut self, key: usize, errno: Errno) -> Start {
        let to = self.sockets[key].target;
        self.sockets.remove(key);
        let error = io::Error::from(errno);
        if limits::is_shortage(&error, to) {
            Start::Shortage(error)
        } else {
            Start::Answered(Answer::Failed(error))
        }
    }

    fn take_off(&mut self, key: usize, flight: usize) -> Start {
        if self.flights.len() <= flight {
            self.flights.resize(flight + 1, usize::MAX);
        }
        self.flights[flight] = key;
        self.sockets[key].state = State::Flying(flight);
        Start::UnderWay
    }

    /// Sees whether the answer came while the question was asked: so it is on this machine, and the
    /// socket is new again before another is taken.
    fn look_at_once(&mut self, key: usize, flight: usize) -> Start {
        let answer = self.landed(key, epoll::EventFlags::ERR);
        self.eagerness.learn(answer.is_some());
        answer.map_or_else(|| self.take_off(key, flight), Start::Answered)
    }

    /// What became of an attempt, if anything did.
    fn landed(&mut self, key: usize, flags: epoll::EventFlags) -> Option<Answer> {
        let has_error = flags.contains(epoll::EventFlags::ERR);
        if let Some(answer) = has_error.then(|| self.turned_away(key)).flatten() {
            return Some(answer);
        }
        if self.payload.is_some() {
            return self.received(key);
        }
        let socket = &self.sockets[key];
        match connect(&socket.descriptor, &socket.target) {
            Ok(()) | Err(Errno::ISCONN) => Some(self.connected(key)),
            Err(Errno::ALREADY | Errno::INPROGRESS) => None,
            Err(Errno::CONNREFUSED) => {
                self.set_free(key);
                Some(Answer::Refused)
            }
            Err(errno) => {
                let to = self.sockets.remove(key).target;
                let error = io::Error::from(errno);
                Some(match errno {
                    Errno::CONNRESET | Errno::PIPE => Answer::ConnectedThenReset,
                    Errno::TIMEDOUT => Answer::TimedOut,
                    _ if limits::is_shortage(&error, to) => Answer::Shortage(error),
                    _ => Answer::Failed(error),
                })
            }
        }
    }

    fn received(&mut self, key: usize) -> Option<Answer> {
        for _ in 0..MAX_READS {
            let mut bytes = Vec::with_capacity(usize::from(u16::MAX));
            let Socket { descriptor, target, .. } = &self.sockets[key];
            match recvfrom(descriptor, spare_capacity(&mut bytes), RecvFlags::empty()) {
                Ok((.., from)) => {
                    let from = from.and_then(|from| SocketAddr::try_from(from).ok());
                    let is_question = from.is_some_and(|from| self.is_question(key, from));
                    // To a socket that is not connected anybody may send.
                    let is_answer =
                        from.is_none_or(|from| from.ip() == target.ip() && !is_question);
                    let has_met_itself = is_question && from == Some(*target);
                    if !is_answer && !has_met_itself {
                        continue;
                    }
                    self.sockets.remove(key);
                    if has_met_itself {
                        return Some(Answer::MetItself);
                    }
                    bytes.shrink_to_fit();
                    return Some(Answer::Datagram(bytes));
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return None,
                // It may have come since the socket was found to be ready.
                Err(errno) => {
                    return self.turned_away(key).or_else(|| {
                        self.sockets.remove(key);
                        Some(Answer::Failed(errno.into()))
                    });
                }
            }
        }
        None
    }

    /// Ends an attempt that drew an ICMP error.
    fn turned_away(&mut self, key: usize) -> Option<Answer> {
        let icmp = self.read_icmp(key)?;
        let is_own = self.is_own(key, &icmp);
        self.reset(key);
        Some(Answer::Icmp { icmp, is_own })
    }

    fn connected(&mut self, key: usize) -> Answer {
        let target = self.sockets[key].target;
        if let Some(own) = self.own_end(key)
            && own.ip() == target.ip()
            && self.has_met_ours(key, own)
        {
            self.sockets.remove(key);
            return Answer::MetItself;
        }
        self.sockets[key].state = State::Standing;
        self.standing += 1;
        Answer::Connected { connection: key }
    }

    /// The name of a socket.
    fn own_end(&self, key: usize) -> Option<SocketAddr> {
        getsockname(&self.sockets[key].descriptor).ok().and_then(|own| own.try_into().ok())
    }

    /// Whether a datagram is a question of ours: the port that it came from was free for one of our
    /// sockets to take, so nobody has it.
    fn is_question(&self, key: usize, from: SocketAddr) -> bool {
        let target = self.sockets[key].target;
        self.asked
            .as_ref()
            .zip(self.own_end(key))
            .is_some_and(|(asked, own)| asked.is_question(own, target, from))
    }

    /// Whether the other end of a connection on this machine is ours as well: the same socket, or
    /// one that asked for our port while we asked for its own (simultaneous open, RFC 9293, 3.5).
    /// Either way the port was free for the asking: nobody listens.
    fn has_met_ours(&mut self, key: usize, own: SocketAddr) -> bool {
        let target = self.sockets[key].target;
        if own.port() == target.port() {
            return true;
        }
        if let Some(place) = self.met.iter().position(|met| *met == target) {
            self.met.swap_remove(place);
            return true;
        }
        let is_other = |socket: &Socket| {
            socket.target.ip() == own.ip()
                && socket.target.port() == own.port()
                && matches!(socket.state, State::Flying(_) | State::Standing)
                && getsockname(&socket.descriptor).is_ok_and(|name| {
                    SocketAddr::try_from(name).is_ok_and(|it| it.port() == target.port())
                })
        };
        let has_met = self.sockets.iter().any(|(other, socket)| other != key && is_other(socket));
        if has_met {
            // The other finds out when its turn comes; this one is gone by then.
            self.met.push(own);
        }
        has_met
    }

    /// The ICMP error that an attempt drew. It has to be asked for before all else: over a wire
    /// without delay it comes so early that the kernel remembers it nowhere but here.
    fn read_icmp(&mut self, key: usize) -> Option<Icmp> {
        let Self { sockets, control, .. } = self;
        let socket = &sockets[key];
        let mut packet = [0; 64];
        let mut parts = [IoSliceMut::new(&mut packet)];
        let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
        let descriptor = socket.descriptor.as_raw_fd();
        let message =
            recvmsg::<SockaddrStorage>(descriptor, &mut parts, Some(control), flags).ok()?;
        message.cmsgs().ok()?.find_map(|message| match message {
            ControlMessageOwned::Ipv4RecvErr(error, from) if error.ee_origin == ORIGIN_ICMP => {
                let from = from.map(|from| u32::from_be(from.sin_addr.s_addr));
                Some(Icmp {
                    version: Version::V4,
                    kind: error.ee_type,
                    code: error.ee_code,
                    from: from.filter(|from| *from != 0).map(|from| IpAddr::V4(from.into())),
                })
            }
            ControlMessageOwned::Ipv6RecvErr(error, from) if error.ee_origin == ORIGIN_ICMP6 => {
                let from = from.map(|from| from.sin6_addr.s6_addr);
                Some(Icmp {
                    version: Version::V6,
                    kind: error.ee_type,
                    code: error.ee_code,
                    from: from.filter(|from| *from != [0; 16]).map(|from| IpAddr::V6(from.into())),
                })
            }
            _ => None,
        })
    }

    /// Whether this machine sent an error itself, about a host that is another.
    fn is_own(&self, key: usize, icmp: &Icmp) -> bool {
        let target = self.sockets[key].target;
        icmp.from.is_some_and(|from| {
            from != target.ip() && limits::source_of(target).is_some_and(|own| own.ip() == from)
        })
    }

    /// What happened on a connection.
    fn heard(&mut self, key: usize, events: &mut Vec<Event>) {
        for _ in 0..MAX_READS {
            let mut bytes = Vec::with_capacity(READ_SIZE);
            let socket = &self.sockets[key];
            let is_standing = socket.state == State::Standing;
            let end = match recv(&socket.descriptor, spare_capacity(&mut bytes), RecvFlags::empty())
            {
                Ok((0, _)) => Some(false),
                Ok(_) => None,
                Err(Errno::AGAIN) => return,
                Err(Errno::INTR) => continue,
                Err(_) => Some(true),
            };
            match end {
                None if is_standing => events.push(Event::Data { connection: key, bytes }),
                None => {}
                Some(is_reset) if is_standing => {
                    events.push(Event::Ended { connection: key, is_reset });
                    return;
                }
                Some(_) => return self.close(key),
            }
        }
    }

    fn close(&mut self, key: usize) {
        self.sockets.remove(key);
        self.left -= 1;
    }

    /// Closes what was left long enough ago. Whether that was anything.
    fn close_left(&mut self) -> bool {
        let before = self.left;
        while let Some((until, key, serial)) = self.leaving.front().copied() {
            let is_there = self.sockets.get(key).is_some_and(|socket| socket.serial == serial);
            if is_there && until > Instant::now() {
                break;
            }
            if is_there {
                self.close(key);
            }
            self.leaving.pop_front();
        }
        self.left < before
    }
}

impl Wire for LinuxWire {
    fn start(&mut self, flight: usize, to: SocketAddr, _: Duration) -> Start {
        let key = match self.socket(to) {
            Ok(key) => key,
            Err(errno) => {
                let error = io::Error::from(errno);
                return if limits::is_shortage(&error, to) {
                    Start::Shortage(error)
                } else {
                    Start::Answered(Answer::Failed(error))
                };
            }
        };
        self.sockets[key].target = to;
        if self.payload.is_some() {
            return self.ask(key, flight);
        }
        match connect(&self.sockets[key].descriptor, &to) {
            Err(Errno::INPROGRESS) if self.eagerness.is_up() => self.look_at_once(key, flight),
            Err(Errno::INPROGRESS) => self.take_off(key, flight),
            Ok(()) => Start::Answered(self.connected(key)),
            Err(Errno::CONNREFUSED) => {
                self.set_free(key);
                Start::Answered(Answer::Refused)
            }
            Err(errno) => self.failed(key, errno),
        }
    }

    fn give_up(&mut self, flight: usize) {
        let key = self.flights[flight];
        let Some(socket) = self.sockets.get(key) else { return };
        if socket.state != State::Flying(flight) {
            return;
        }
        // An answer may have come just now: a connection is left as any other.
        let is_tcp = self.payload.is_none();
        if is_tcp && connect(&socket.descriptor, &socket.target).is_ok() {
            self.sockets[key].state = State::Standing;
            self.standing += 1;
            self.leave(key);
        } else {
            self.reset(key);
        }
    }

    fn look_at(&mut self, connection: usize, events: &mut Vec<Event>) {
        self.heard(connection, events);
    }

    fn leave(&mut self, connection: usize) {
        let socket = &mut self.sockets[connection];
        // One that the other side has reset is left already.
        let _ = shutdown(&socket.descriptor, Shutdown::Write);
        socket.state = State::Leaving;
        self.standing -= 1;
        self.left += 1;
        self.leaving.push_back((Instant::now() + MAX_LEAVING, connection, socket.serial));
        self.heard(connection, &mut Vec::new());
    }

    fn wait(&mut self, limit: Duration, events: &mut Vec<Event>) -> io::Result<()> {
        // With the last of them everything may be over.
        let limit = if self.close_left() { Duration::ZERO } else { limit };
        let mut ready = std::mem::take(&mut self.ready);
        ready.clear();
        let first_left = self.leaving.front().map(|(until, ..)| *until);
        let until_left = first_left.map(|until| until.saturating_duration_since(Instant::now()));
        let limit = limit.min(until_left.unwrap_or(Duration::MAX));
        let limit = Timespec::try_from(limit).ok();
        match epoll::wait(&self.epoll, spare_capacity(&mut ready), limit.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        for event in &ready {
            let (flags, data) = (event.flags, event.data);
            let Ok(key) = usize::try_from(data.u64()) else { continue };
            match self.sockets.get(key).map(|socket| socket.state) {
                Some(State::Flying(flight)) => {
                    let answer = self.landed(key, flags);
                    events.extend(answer.map(|answer| Event::Answered { flight, answer }));
                }
                Some(State::Standing | State::Leaving) => self.heard(key, events),
                Some(State::Free) | None => {}
            }
        }
        self.ready = ready;
        Ok(())
    }

    fn held(&self) -> usize {
        self.standing + self.left
    }

    fn leaving(&self) -> usize {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    /// A port of this machine that nobody has, as far as that can be had.
    fn nobodys() -> SocketAddr {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.local_addr().unwrap()
    }

    #[test]
    fn an_icmp_error_that_comes_late_is_still_one() {
        let mut wire = LinuxWire::open(Some(Box::new(|_| Vec::new()))).unwrap();
        assert!(matches!(wire.start(0, nobodys(), PATIENCE), Start::UnderWay));
        // The socket was found to be writable before the error came.
        let answer = wire.landed(wire.flights[0], epoll::EventFlags::OUT);
        let Some(Answer::Icmp { icmp, is_own: false }) = answer else { panic!("{answer:?}") };
        assert!(icmp.is_port_unreachable());
    }

    #[test]
    fn who_answers_from_another_port_is_heard_and_nobody_else() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut wire = LinuxWire::open(Some(Box::new(|_| b"question".into()))).unwrap();
        wire.answers_elsewhere = |_| true;
        assert!(matches!(wire.start(0, server.local_addr().unwrap(), PATIENCE), Start::UnderWay));
        let mut question = [0; 16];
        let (length, asker) = server.recv_from(&mut question).unwrap();
        assert_eq!(&question[..length], b"question");
        for (from, text) in [("127.0.0.2:0", &b"stranger"[..]), ("127.0.0.1:0", b"answer")] {
            UdpSocket::bind(from).unwrap().send_to(text, asker).unwrap();
        }
        let answer = wire.landed(wire.flights[0], epoll::EventFlags::IN);
        let is_right = matches!(&answer, Some(Answer::Datagram(bytes)) if bytes == b"answer");
        assert!(is_right, "{answer:?}");
    }

    #[test]
    fn a_question_of_our_own_is_no_answer() {
        for (answers_elsewhere, is_from_target) in [(false, true), (true, true), (true, false)] {
            let [server, other] = ["127.0.0.1:0"; 2].map(|it| UdpSocket::bind(it).unwrap());
            let mut wire = LinuxWire::open(Some(Box::new(|_| Vec::new()))).unwrap();
            wire.answers_elsewhere = if answers_elsewhere { |_| true } else { |_| false };
            let target = server.local_addr().unwrap();
            assert!(matches!(wire.start(0, target, PATIENCE), Start::UnderWay));
            let (_, asker) = server.recv_from(&mut [0; 16]).unwrap();
            let sender = if is_from_target { &server } else { &other };
            // The sender stands for a socket of ours that asks for the port of the first.
            wire.asked.as_ref().unwrap().remember(sender.local_addr().unwrap(), asker);
            sender.send_to(b"question", asker).unwrap();
            let answer = wire.landed(wire.flights[0], epoll::EventFlags::IN);
            let is_right = match answer {
                Some(Answer::MetItself) => is_from_target,
                None => !is_from_target,
                _ => false,
            };
            assert!(is_right, "{answer:?}");
        }
    }

    #[test]
    fn nobody_at_a_port_that_is_not_connected_is_told_as_well() {
        let mut wire = LinuxWire::open(Some(Box::new(|_| Vec::new()))).unwrap();
        wire.answers_elsewhere = |_| true;
        assert!(matches!(wire.start(0, nobodys(), PATIENCE), Start::UnderWay));
        let answer = wire.landed(wire.flights[0], epoll::EventFlags::ERR);
        assert!(matches!(answer, Some(Answer::Icmp { is_own: false, .. })), "{answer:?}");
    }
}
