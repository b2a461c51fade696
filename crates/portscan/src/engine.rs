//! The scan itself: what the policy decides is done on the wire, and what comes back is judged.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::limits;
use crate::policy::{Limits, Policy, Settled, Sign, Step, Work};
use crate::verdict::Reason;
use crate::wire::{Answer, Event, Start, Wire};

/// Attempts started before it is seen what became of others. Of few each is timed exactly.
const BURST: usize = 128;

/// How long a lack of sockets or local ports is waited out while nothing else of ours is under way.
const MAX_SHORTAGE: Duration = Duration::from_secs(10);

/// How long an open connection is looked at, at least: one that has nobody behind it ends by then.
const MIN_HOLD: Duration = Duration::from_millis(20);

/// How many round trips it is looked at, if that is longer.
const HOLD_ROUND_TRIPS: u32 = 2;

/// How long nothing more has to come for what a service says first to be taken for all of it.
const BANNER_PAUSE: Duration = Duration::from_millis(50);

/// What is kept of what a service says first, in octets.
const MAX_BANNER: usize = 1024;

/// What ports are asked at.
pub(crate) trait Subject: Clone {
    /// Where to ask for the port that has this place.
    fn address(&self, place: u32) -> SocketAddr;
}

/// What there is to know beside the policy's limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manner {
    /// Bounds.
    pub limits: Limits,
    /// How long to wait for what an open port says first, if that is asked for.
    pub banner: Option<Duration>,
    /// Whether the ports are those of UDP.
    pub is_udp: bool,
}

/// What is known of a port.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found<S> {
    /// The host.
    pub subject: S,
    /// The place of the port.
    pub place: u32,
    /// What it is, and why.
    pub reason: Reason,
    /// From the attempt to the answer; there may be none.
    pub rtt: Option<Duration>,
    /// What it said first.
    pub banner: Option<Vec<u8>>,
}

/// A scan under way. It goes on only while somebody waits for it.
pub(crate) struct Engine<S, I, W> {
    policy: Policy<S, I>,
    wire: W,
    burst: usize,
    banner: Option<Duration>,
    is_udp: bool,
    begin: Instant,
    found: VecDeque<Found<S>>,
    /// Connections that stand, and are looked at for a while.
    held: HashMap<usize, Held<S>>,
    /// Until when each is.
    ends: BTreeSet<(Duration, usize)>,
    shortage_since: Option<Duration>,
    events: Vec<Event>,
    is_over: bool,
}

#[derive(Debug)]
struct Held<S> {
    settled: Settled<S>,
    end: Duration,
    last_end: Duration,
    said: Vec<u8>,
}

impl<S: Subject, I: Iterator<Item = Work<S>>, W: Wire> Engine<S, I, W> {
    pub(crate) fn new(manner: Manner, walk: I, wire: W) -> Self {
        Self {
            burst: if manner.limits.is_patient { 1 } else { BURST },
            policy: Policy::new(manner.limits, walk),
            wire,
            banner: manner.banner,
            is_udp: manner.is_udp,
            begin: Instant::now(),
            found: VecDeque::new(),
            held: HashMap::new(),
            ends: BTreeSet::new(),
            shortage_since: None,
            events: Vec::new(),
            is_over: false,
        }
    }

    /// What is known next, waiting for it not longer than until `limit`; nothing if there is none
    /// by then.
    ///
    /// # Errors
    /// The system does not let us wait for answers.
    pub(crate) fn next_until(&mut self, limit: Instant) -> io::Result<Option<Found<S>>> {
        while self.found.is_empty() && !self.is_over {
            let now = Instant::now();
            self.turn(limit.saturating_duration_since(now))?;
            if self.found.is_empty() && limit <= Instant::now() {
                break;
            }
        }
        Ok(self.found.pop_front())
    }

    /// Ends the scan: of connections that stand nothing more is waited for.
    pub(crate) fn end(&mut self) {
        while let Some((_, connection)) = self.ends.first().copied() {
            self.release(connection, Reason::Connected);
        }
        self.is_over = true;
    }

    /// What is known already.
    pub(crate) fn take_found(&mut self) -> Option<Found<S>> {
        self.found.pop_front()
    }

    /// How much of what is not told yet is done, in ports.
    pub(crate) fn partly_done(&self) -> u64 {
        let settled = self.found.len() + self.held.len();
        self.policy.partly_done() + settled as u64
    }

    /// Whether all is known and told.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over && self.found.is_empty()
    }

    fn now(&self) -> Duration {
        self.begin.elapsed()
    }

    /// Starts what may be started, waits for what happens, and draws the conclusions.
    fn turn(&mut self, limit: Duration) -> io::Result<()> {
        let wait = self.start_attempts();
        let now = self.now();
        let wait = match wait {
            Wait::Until(Some(at)) => at.saturating_sub(now).min(limit),
            Wait::Until(None) => limit,
            Wait::Not => Duration::ZERO,
        };
        let wait = match self.ends.first() {
            Some((end, _)) => end.saturating_sub(now).min(wait),
            None => wait,
        };
        let mut events = std::mem::take(&mut self.events);
        self.wire.wait(wait, &mut events)?;
        for event in events.drain(..) {
            self.take(event);
        }
        self.events = events;
        self.expire();
        Ok(())
    }

    fn start_attempts(&mut self) -> Wait {
        for _ in 0..self.burst {
            let now = self.now();
            match self.policy.next(now, self.wire.held()) {
                Step::Wait(until) => return Wait::Until(until),
                Step::Done if self.held.is_empty() && self.wire.leaving() == 0 => {
                    self.is_over = true;
                    return Wait::Not;
                }
                Step::Done => return Wait::Until(None),
                Step::Start(flight) => {
                    let (subject, place) = self.policy.attempt(flight);
                    let to = subject.address(place);
                    match self.wire.start(flight, to, self.policy.wait_of(flight)) {
                        Start::UnderWay => self.shortage_since = None,
                        Start::Answered(answer) => self.answered(flight, answer),
                        Start::Shortage(error) => self.run_short(now, flight, error),
                    }
                }
            }
        }
        Wait::Not
    }

    /// What this process or this machine runs out of says nothing of a port: it is waited for.
    fn run_short(&mut self, now: Duration, flight: usize, error: io::Error) {
        // Other attempts of ours, and connections that stand, give back what they have.
        if self.policy.in_flight() > 1 || self.wire.held() > 0 {
            self.shortage_since = None;
            return self.policy.shortage(now, flight);
        }
        let since = *self.shortage_since.get_or_insert(now);
        if limits::is_of_process(&error) || now.saturating_sub(since) > MAX_SHORTAGE {
            self.answered(flight, Answer::Failed(error));
        } else {
            self.policy.shortage(now, flight);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Answered { flight, answer } => self.answered(flight, answer),
            Event::Data { connection, bytes } => self.heard(connection, &bytes),
            Event::Ended { connection, is_reset } => {
                let reason = match self.held.get(&connection) {
                    Some(held) if held.said.is_empty() && is_reset => Reason::ResetAtOnce,
                    Some(held) if held.said.is_empty() => Reason::ClosedAtOnce,
                    _ => Reason::Connected,
                };
                self.release(connection, reason);
            }
        }
    }

    fn answered(&mut self, flight: usize, answer: Answer) {
        let (sign, reason) = match answer {
            Answer::Connected { connection } => return self.connected(flight, connection),
            Answer::ConnectedThenReset => (Sign::Connected, Reason::ResetAtOnce),
            Answer::Refused => (Sign::Refused, Reason::Refused),
            Answer::MetItself => (Sign::Local, Reason::MetItself),
            Answer::Datagram(bytes) => {
                let banner = Some(bytes);
                let reason = Reason::Answered { what: None };
                return self.settle(flight, Sign::Connected, reason, banner);
            }
            Answer::Icmp { icmp, is_own: true } => (Sign::Local, Reason::OwnIcmp(icmp)),
            Answer::Icmp { icmp, is_own: false } => {
                let (subject, place) = self.policy.attempt(flight);
                let is_target = icmp.from == Some(subject.address(place).ip());
                let sign = if is_target { Sign::TurnedAway } else { Sign::TurnedAwayOnTheWay };
                let is_nobody = self.is_udp && is_target && icmp.is_port_unreachable();
                let reason =
                    if is_nobody { Reason::PortUnreachable(icmp) } else { Reason::Icmp(icmp) };
                (sign, reason)
            }
            Answer::TimedOut => {
                (Sign::Local, Reason::NoAnswer { tries: 1, waited: Duration::ZERO, although: None })
            }
            Answer::Shortage(error) => return self.run_short(self.now(), flight, error),
            Answer::Failed(error) => {
                let (subject, place) = self.policy.attempt(flight);
                (Sign::Local, Reason::failed(&error, subject.address(place)))
            }
        };
        self.settle(flight, sign, reason, None);
    }

    fn settle(&mut self, flight: usize, sign: Sign, reason: Reason, banner: Option<Vec<u8>>) {
        let now = self.now();
        let Some(settled) = self.policy.answered(now, flight, sign) else { return };
        let Settled { subject, place, tries, took, waited } = settled;
        let is_answer = !matches!(reason, Reason::Failed { .. } | Reason::NoAnswer { .. });
        let reason = match reason {
            Reason::NoAnswer { .. } => Reason::NoAnswer { tries, waited, although: None },
            reason => reason,
        };
        let rtt = is_answer.then_some(took);
        self.found.push_back(Found { subject, place, reason, rtt, banner });
    }

    /// Somebody is home, or a proxy is with nobody behind it: then it will not last.
    fn connected(&mut self, flight: usize, connection: usize) {
        let now = self.now();
        let round_trip = self.policy.round_trip(flight).unwrap_or_default();
        let Some(settled) = self.policy.answered(now, flight, Sign::Connected) else {
            return self.wire.leave(connection);
        };
        let look = (settled.took.max(round_trip) * HOLD_ROUND_TRIPS).max(MIN_HOLD);
        let last_end = now + self.banner.map_or(look, |patience| patience.max(look));
        let held = Held { settled, end: last_end, last_end, said: Vec::new() };
        self.ends.insert((held.end, connection));
        self.held.insert(connection, held);
    }

    /// A service that speaks is there.
    fn heard(&mut self, connection: usize, bytes: &[u8]) {
        let now = self.now();
        let Some(held) = self.held.get_mut(&connection) else { return };
        let room = MAX_BANNER.saturating_sub(held.said.len());
        held.said.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.banner.is_none() || held.said.len() == MAX_BANNER {
            return self.release(connection, Reason::Connected);
        }
        self.ends.remove(&(held.end, connection));
        held.end = (now + BANNER_PAUSE).min(held.last_end);
        self.ends.insert((held.end, connection));
    }

    fn release(&mut self, connection: usize, reason: Reason) {
        let Some(held) = self.held.remove(&connection) else { return };
        self.ends.remove(&(held.end, connection));
        self.wire.leave(connection);
        let Settled { subject, place, took, .. } = held.settled;
        let banner = Some(held.said).filter(|said| !said.is_empty() && self.banner.is_some());
        self.found.push_back(Found { subject, place, reason, rtt: Some(took), banner });
    }

    /// Ends what was waited for long enough.
    fn expire(&mut self) {
        let now = self.now();
        while let Some((end, connection)) = self.ends.first().copied() {
            if end > now {
                break;
            }
            let mut events = std::mem::take(&mut self.events);
            self.wire.look_at(connection, &mut events);
            events.drain(..).for_each(|event| self.take(event));
            self.events = events;
            self.release(connection, Reason::Connected);
        }
        while let Some(expired) = self.policy.expire(now) {
            self.wire.give_up(expired.flight);
            if let Some(Settled { subject, place, tries, waited, .. }) = expired.silent {
                let reason = Reason::NoAnswer { tries, waited, although: None };
                self.found.push_back(Found { subject, place, reason, rtt: None, banner: None });
            }
        }
        while let Some(flight) = self.policy.take_abandoned() {
            self.wire.give_up(flight);
        }
    }
}

enum Wait {
    Not,
    Until(Option<Duration>),
}
