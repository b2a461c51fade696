//! Ports that somebody listens at, very many of them, and how connections to them ended.

use std::collections::HashMap;
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write, pipe};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::net::sockopt::{set_ipv6_v6only, set_socket_linger, set_socket_reuseaddr};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, ipproto, listen, socket_with};

use super::machine::put_first;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 4096;

/// How many connections are held open at a time. More are closed when they come.
const MAX_HELD: usize = 8_192;

/// How many events are taken at a time.
const MAX_EVENTS: usize = 256;

/// The key of what ends the work. Others are those of descriptors.
const STOP: u64 = u64::MAX;

/// What a door does with whoever comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Waits, silently, until the other side has ended the connection.
    Hold,
    /// Says something first, and then waits.
    Greet(&'static str),
    /// Closes the connection at once, with FIN.
    Close,
    /// Resets it at once.
    Reset,
}

/// How connections came and ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Visits {
    /// Connections that were accepted.
    pub accepted: u64,
    /// Those that the other side ended with FIN.
    pub ended: u64,
    /// Those that the other side reset.
    pub reset: u64,
    /// Octets that came over them.
    pub octets: u64,
}

impl Visits {
    /// What has come since then.
    pub fn since(self, before: Self) -> Self {
        Self {
            accepted: self.accepted - before.accepted,
            ended: self.ended - before.ended,
            reset: self.reset - before.reset,
            octets: self.octets - before.octets,
        }
    }
}

/// Listeners that accept until they are dropped.
#[derive(Debug)]
pub struct Doors {
    visits: Arc<Mutex<Visits>>,
    gate: Option<PipeWriter>,
    keeper: Option<JoinHandle<()>>,
}

impl Doors {
    /// Opens them, in the namespace of this thread.
    ///
    /// # Errors
    ///
    /// One of them is in use, or the system has no more.
    pub fn open(doors: impl IntoIterator<Item = (SocketAddr, Manner)>) -> Result<Self> {
        let (stop, gate) = pipe()?;
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        watch(&epoll, stop.as_fd(), STOP)?;
        let mut listeners = HashMap::new();
        for (place, manner) in doors {
            let listener =
                listener(place, BACKLOG).with_context(|| format!("cannot listen at {place}"))?;
            listener.set_nonblocking(true)?;
            watch(&epoll, listener.as_fd(), key(&listener))?;
            listeners.insert(key(&listener), (listener, manner));
        }
        let visits = Arc::new(Mutex::new(Visits::default()));
        let keeper = Keeper {
            epoll,
            listeners,
            held: HashMap::new(),
            visits: Arc::clone(&visits),
            _stop: stop,
        };
        let keeper = Builder::new().name("doors".to_owned()).spawn(move || keeper.keep());
        let keeper = keeper.context("cannot start the thread of the doors")?;
        Ok(Self { visits, gate: Some(gate), keeper: Some(keeper) })
    }

    /// How connections came and ended so far.
    pub fn visits(&self) -> Visits {
        *self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        drop(self.gate.take());
        if let Some(keeper) = self.keeper.take() {
            // If it panicked, it has said so already.
            let _ = keeper.join();
        }
    }
}

fn key(socket: &impl AsRawFd) -> u64 {
    u64::try_from(socket.as_raw_fd()).expect("an open descriptor is not negative")
}

fn watch(epoll: &OwnedFd, socket: BorrowedFd, key: u64) -> Result<()> {
    Ok(epoll::add(epoll, socket, EventData::new_u64(key), EventFlags::IN | EventFlags::RDHUP)?)
}

/// A listener; one for IPv6 takes no IPv4.
fn listener(place: SocketAddr, backlog: i32) -> Result<TcpListener> {
    let family = if place.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, Some(ipproto::TCP))?;
    set_socket_reuseaddr(&socket, true)?;
    if place.is_ipv6() {
        set_ipv6_v6only(&socket, true)?;
    }
    bind(&socket, &place)?;
    listen(&socket, backlog)?;
    Ok(socket.into())
}

/// Who stands at the doors.
struct Keeper {
    epoll: OwnedFd,
    listeners: HashMap<u64, (TcpListener, Manner)>,
    held: HashMap<u64, TcpStream>,
    visits: Arc<Mutex<Visits>>,
    _stop: PipeReader,
}

impl Keeper {
    fn keep(mut self) {
        put_first();
        let mut events = Vec::with_capacity(MAX_EVENTS);
        loop {
            events.clear();
            // An interrupted call is one that has nothing to tell.
            let _ = epoll::wait(&self.epoll, spare_capacity(&mut events), None);
            for event in &events {
                match event.data.u64() {
                    STOP => return,
                    key if self.listeners.contains_key(&key) => self.accept(key),
                    key => self.listen_to(key),
                }
            }
        }
    }

    fn accept(&mut self, key: u64) {
        let (listener, manner) = &self.listeners[&key];
        let manner = *manner;
        // Whoever has gone before is not accepted.
        let Ok((stream, _)) = listener.accept() else { return };
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).accepted += 1;
        match manner {
            Manner::Close => drop(stream),
            // A reset takes a connection that does not linger.
            Manner::Reset => drop(set_socket_linger(&stream, Some(Duration::ZERO))),
            Manner::Hold => self.hold(stream, ""),
            Manner::Greet(words) => self.hold(stream, words),
        }
    }

    fn hold(&mut self, mut stream: TcpStream, words: &str) {
        let is_held = self.held.len() < MAX_HELD
            && stream.write_all(words.as_bytes()).is_ok()
            && stream.set_nonblocking(true).is_ok()
            && watch(&self.epoll, stream.as_fd(), key(&stream)).is_ok();
        if is_held {
            self.held.insert(key(&stream), stream);
        }
    }

    /// Hears what the other side says, or that it has ended the connection.
    fn listen_to(&mut self, key: u64) {
        let Some(stream) = self.held.get_mut(&key) else { return };
        let heard = stream.read(&mut [0; 512]);
        let visits = &mut *self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        match &heard {
            Ok(0) => visits.ended += 1,
            Ok(len) => visits.octets += u64::try_from(*len).unwrap_or(u64::MAX),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => visits.reset += 1,
        }
        let goes_on = match heard {
            Ok(len) => len > 0,
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        };
        if !goes_on {
            self.held.remove(&key);
        }
    }
}

/// How long a connection may take that still fits into a backlog.
const FILL_TIMEOUT: Duration = Duration::from_millis(200);

/// How many connections a backlog of 0 may take before it is full: 1 on Linux.
const MAX_FILL: usize = 8;

/// A port that gives no answer any more: nobody accepts, and no more connections fit.
#[derive(Debug)]
pub struct FullDoor {
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl FullDoor {
    /// Makes one, in the namespace of this thread.
    ///
    /// # Errors
    ///
    /// It is in use, or never full.
    pub fn fill(place: SocketAddr) -> Result<Self> {
        let listener = listener(place, 0).with_context(|| format!("cannot listen at {place}"))?;
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&place, FILL_TIMEOUT) {
            waiting.push(stream);
            ensure!(waiting.len() <= MAX_FILL, "the backlog of {place} is never full");
        }
        Ok(Self { _listener: listener, _waiting: waiting })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Shutdown};
    use std::time::Instant;

    use super::*;

    fn open(manner: Manner) -> (SocketAddr, Doors) {
        // A port that the system chose, and that nobody else has before it is asked for again.
        let chosen = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let place = chosen.local_addr().unwrap();
        drop(chosen);
        (place, Doors::open([(place, manner)]).unwrap())
    }

    fn connect(place: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(place).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    fn await_visits(doors: &Doors, expected: Visits) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while doors.visits() != expected && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(doors.visits(), expected);
    }

    #[test]
    fn tells_who_left_politely_and_who_did_not() {
        let (place, doors) = open(Manner::Hold);
        drop(connect(place));
        await_visits(&doors, Visits { accepted: 1, ended: 1, ..Visits::default() });
        connect(place).write_all(b"hello").unwrap();
        let polite = Visits { accepted: 2, ended: 2, octets: 5, reset: 0 };
        await_visits(&doors, polite);
        set_socket_linger(connect(place), Some(Duration::ZERO)).unwrap();
        await_visits(&doors, Visits { accepted: 3, reset: 1, ..polite });
    }

    #[test]
    fn each_manner_is_what_it_says() {
        let (place, _doors) = open(Manner::Greet("220 ready\r\n"));
        let mut heard = [0; 11];
        let mut stream = connect(place);
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"220 ready\r\n");
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(stream.read(&mut heard).unwrap(), 0);

        let (place, _doors) = open(Manner::Close);
        assert_eq!(connect(place).read(&mut heard).unwrap(), 0);
        let (place, _doors) = open(Manner::Reset);
        assert_eq!(connect(place).read(&mut heard).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }

    #[test]
    fn nobody_listens_when_they_are_dropped() {
        let (place, doors) = open(Manner::Hold);
        drop(connect(place));
        drop(doors);
        assert!(TcpStream::connect(place).is_err());
    }

    #[test]
    fn a_full_door_does_not_answer() {
        let (place, doors) = open(Manner::Hold);
        drop(doors);
        let _full = FullDoor::fill(place).unwrap();
        let error = TcpStream::connect_timeout(&place, Duration::from_millis(100)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
