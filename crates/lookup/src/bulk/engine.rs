//! Sockets and turns: what is sent, what comes, and what is waited for.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::flight::{Batch, Flight, LOOK_INTERVAL, SOCKETS_PER_SERVER, server_of};
use super::question::WireQuestion;
use super::rate::Rate;
use super::server::{Server, Trouble};
use super::socket::{self, BATCH, Inbox, Obstacle, Outbox, Socket};
use super::{Landed, Reason, Settings, Statistics};

/// So many servers are asked; others are left out.
pub const SERVERS_MAX: usize = 256;

/// So many batches are sent, and fetched from a socket, before others have their turn.
const BATCHES_PER_TURN: usize = 4;

/// How long a shortage of memory is waited out.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(1);

/// How often it is seen whether servers that are probed are to be given up.
const GIVE_UP_INTERVAL: Duration = Duration::from_millis(10);

/// Asks servers many questions.
#[derive(Debug)]
pub struct Engine<T> {
    flight: Flight<T>,
    left_out: Vec<(SocketAddr, io::Error)>,
    /// [`SOCKETS_PER_SERVER`] for each server, which take turns.
    sockets: Vec<Socket>,
    next_socket: u16,
    rate: Rate,
    outbox: Outbox,
    inbox: Inbox,
    ready: Vec<usize>,
    /// Whether a socket took no more.
    is_blocked: bool,
    paused_until: Option<Instant>,
}

impl<T> Engine<T> {
    /// Opens sockets to each server; those that have no way there are left out.
    ///
    /// # Errors
    /// There is no server that could be asked.
    pub fn new(servers: &[SocketAddr], settings: Settings) -> io::Result<Self> {
        let now = Instant::now();
        let (mut addresses, mut sockets, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for address in servers.iter().take(SERVERS_MAX) {
            let connected = (0..SOCKETS_PER_SERVER).map(|_| Socket::connect(*address));
            match connected.collect::<io::Result<Vec<_>>>() {
                Ok(connected) => {
                    sockets.extend(connected);
                    addresses.push(*address);
                }
                Err(error) => left_out.push((*address, error)),
            }
        }
        if addresses.is_empty() {
            let nobody = || io::Error::new(io::ErrorKind::InvalidInput, "there is no server");
            return Err(left_out.pop().map_or_else(nobody, |(_, error)| error));
        }
        Ok(Self {
            flight: Flight::new(&addresses, settings, now),
            left_out,
            sockets,
            next_socket: 0,
            rate: Rate::new(settings.rate, now),
            outbox: Outbox::default(),
            inbox: Inbox::default(),
            ready: Vec::new(),
            is_blocked: false,
            paused_until: None,
        })
    }

    /// Servers that are not asked, and why.
    pub fn left_out(&self) -> &[(SocketAddr, io::Error)] {
        &self.left_out
    }

    /// Whether a question can be submitted.
    pub fn has_room(&self) -> bool {
        self.flight.waiting < BATCH && self.flight.table.has_room()
    }

    /// Whether every question has landed.
    pub fn is_idle(&self) -> bool {
        self.flight.waiting == 0 && self.flight.table.is_settled()
    }

    /// What was sent and what came until now.
    pub const fn statistics(&self) -> &Statistics {
        &self.flight.statistics
    }

    /// How many questions are under way, and how many may be.
    #[cfg(test)]
    pub fn under_way(&self) -> (u32, u32) {
        let servers = self.flight.servers.iter();
        servers.fold((0, 0), |(under_way, window), server| {
            (under_way + server.under_way, window + server.window.size())
        })
    }

    /// Takes a question on. There must be room.
    pub fn submit(&mut self, token: T, question: WireQuestion<'_>) {
        self.flight.submit(token, question);
    }

    /// So many questions were sent in another way, and count for the rate.
    pub fn charge(&mut self, count: usize) {
        self.rate.take(count);
    }

    /// Does what there is to do, and waits if that is nothing: for what comes next, but no longer
    /// than until then. Tells of each question that lands.
    pub fn turn(&mut self, until: Instant, landed: &mut impl FnMut(Landed<'_, T>)) {
        let now = Instant::now();
        let done_before = self.done();
        self.flight.look_at_clocks(now, landed);
        self.send(now, landed);
        let wake = if self.done() > done_before { now } else { self.wake(now, until) };
        let timeout = wake.saturating_duration_since(now);
        socket::wait(&self.sockets, self.is_blocked, timeout, &mut self.ready);
        self.is_blocked = false;
        self.receive(landed);
    }

    const fn done(&self) -> u64 {
        self.flight.statistics.sent + self.flight.statistics.failed
    }

    fn wake(&self, now: Instant, until: Instant) -> Instant {
        let events = [self.flight.next_look(), self.next_send(now)];
        events.into_iter().flatten().fold(until, Instant::min)
    }

    /// When something can be sent that cannot now, as far as that is known.
    fn next_send(&self, now: Instant) -> Option<Instant> {
        self.flight.next_queue()?;
        if self.paused_until.is_some() {
            return self.paused_until;
        }
        let rate = self.rate.next();
        if self.flight.servers.iter().any(|server| server.room() > 0) {
            return rate;
        }
        let probe = self.flight.servers.iter().filter_map(Server::next_probe).min()?;
        let probe = probe.min(now + GIVE_UP_INTERVAL).max(now + LOOK_INTERVAL);
        Some(rate.map_or(probe, |rate| probe.max(rate)))
    }

    fn send(&mut self, now: Instant, landed: &mut impl FnMut(Landed<'_, T>)) {
        if self.paused_until.is_some_and(|until| now < until) {
            return;
        }
        self.paused_until = None;
        for _ in 0..BATCHES_PER_TURN {
            let Some(queue) = self.flight.next_queue() else { break };
            let allowance = self.rate.allowance(now);
            if allowance == 0 {
                break;
            }
            let Some((server, room)) = self.flight.choose(queue, now) else { break };
            let batch = self.flight.pick(queue, server, room.min(allowance));
            if !self.send_batch(&batch, server, now, landed) {
                break;
            }
        }
        self.flight.give_up_if_all_are_dead(now, landed);
    }

    /// Says whether more can be sent.
    fn send_batch(
        &mut self,
        batch: &Batch,
        server: u16,
        now: Instant,
        landed: &mut impl FnMut(Landed<'_, T>),
    ) -> bool {
        let result = self.send_tries(batch.numbers(), server, now);
        let sent = *result.as_ref().unwrap_or(&0);
        let (sent, unsent) = batch.numbers().split_at(sent);
        for number in unsent {
            self.flight.table.withdraw_try(*number);
        }
        for number in sent {
            self.flight.note_sent(*number, server, now);
        }
        self.rate.take(sent.len());
        match result {
            Ok(_) => return true,
            Err(Obstacle::Later) => self.is_blocked = true,
            Err(Obstacle::Shortage) => self.paused_until = Some(now + SHORTAGE_PAUSE),
            Err(Obstacle::Datagram(error)) => {
                let reason = Reason::Unsendable(error);
                self.flight.fail_for(reason, unsent[0], server, now, landed);
            }
            Err(obstacle) => set_failed(&mut self.flight, server, &obstacle, now),
        }
        false
    }

    fn send_tries(
        &mut self,
        numbers: &[u32],
        server: u16,
        now: Instant,
    ) -> Result<usize, Obstacle> {
        self.next_socket = (self.next_socket + 1) % SOCKETS_PER_SERVER;
        let socket = server * SOCKETS_PER_SERVER + self.next_socket;
        for number in numbers {
            self.flight.table.add_try(*number, socket, now);
        }
        let mut datagrams = [&[][..]; BATCH];
        for (datagram, number) in datagrams.iter_mut().zip(numbers) {
            *datagram = &self.flight.table.peek(*number).query;
        }
        self.sockets[usize::from(socket)].send(&mut self.outbox, &datagrams[..numbers.len()])
    }

    fn receive(&mut self, landed: &mut impl FnMut(Landed<'_, T>)) {
        let Self { flight, sockets, ready, inbox, .. } = self;
        for socket in ready.drain(..) {
            let number = u16::try_from(socket).expect("SERVERS_MAX have fewer sockets");
            for _ in 0..BATCHES_PER_TURN {
                let result = sockets[socket].receive(inbox);
                let now = Instant::now();
                if let Err(obstacle) = &result {
                    set_failed(flight, server_of(number), obstacle, now);
                }
                let count = result.unwrap_or(0);
                for index in 0..count {
                    flight.take_in(number, inbox.datagram(index), now, landed);
                }
                if count < BATCH {
                    break;
                }
            }
        }
    }
}

/// What concerns the server and not the moment.
fn set_failed<T>(flight: &mut Flight<T>, server: u16, obstacle: &Obstacle, now: Instant) {
    match obstacle {
        Obstacle::Later | Obstacle::Shortage | Obstacle::Datagram(_) => {}
        Obstacle::Refused => flight.set_failed(server, Trouble::Refused, now),
        Obstacle::Unreachable(error) => {
            flight.set_failed(server, Trouble::unreachable(error), now);
        }
    }
}
