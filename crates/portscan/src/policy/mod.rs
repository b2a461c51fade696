//! What to try when, and how long to wait for it: decided without a clock and without a socket.
//!
//! Whoever drives it tells the time since the start with every call, and what became of each
//! attempt.

mod pace;
mod rtt;
#[cfg(test)]
mod simulation;
mod window;

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

use slab::Slab;

use self::pace::Pace;
use self::rtt::Rtt;
use self::window::Window;

/// The shortest wait for an answer. A host that is busy for a moment needs as long, however near.
const MIN_WAIT: Duration = Duration::from_millis(100);

/// Attempts under way at one host before it has answered.
const HOST_START: usize = 16;

/// Attempts under way at all hosts before one has answered: what waits for the address of a
/// neighbour fits into the queue of the kernel.
const START: usize = 64;

/// The shortest time that is worth another attempt.
const MIN_LEFT: Duration = Duration::from_millis(1);

/// How often to see whether a host that keeps silent lets its window grow.
const BEAT: Duration = Duration::from_millis(20);

/// After this long without any answer a port that is known to answer is tried once more.
const CANARY_SILENCE: Duration = Duration::from_millis(50);

/// What share of a window is filled anew from one canary to the next, one of so many.
const CANARY_SHARE: usize = 3;

/// Attempts from one canary to the next, at least.
const MIN_BETWEEN_CANARIES: usize = 16;

/// After this long without any answer silence is what a host does.
const SILENCE: Duration = Duration::from_millis(100);

/// How often a port is tried beyond the attempt that got an answer elsewhere on the host: with one
/// of ten answers lost, one port of a thousand is missed once in a thousand scans.
const MORE_TRIES: u8 = 3;

/// The most attempts at one port, whatever gets lost.
pub(crate) const MAX_TRIES: u8 = 16;

/// Timeouts grow with attempts, but not by more than this power of two.
const MAX_BACKOFF: u32 = 2;

/// As long as so many of ten attempts are answered, losses are chance and no reason to slow down.
const GOOD_SHARE: f64 = 0.7;

/// As long as so many are, a host that was asked at intervals may be asked faster.
const VERY_GOOD_SHARE: f64 = 0.9;

/// What one attempt counts in that share.
const SHARE_STEP: f64 = 0.04;

/// By so much attempts that go out evenly may be late and still be made up for.
const MAX_DELAY: Duration = Duration::from_millis(5);

/// Ports of active hosts at most; of so many is remembered how often they were tried.
const MAX_ACTIVE_PLACES: usize = 1_000_000;

/// Hosts at the same time, at most: the kernel's table of neighbours has room for 1,024.
const MAX_ACTIVE_HOSTS: usize = 256;

/// How long nothing is started after a lack of sockets or local ports.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(10);

/// The bounds of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How long a port that does not answer is waited for, all attempts together.
    pub timeout: Duration,
    /// How often such a port is tried; more often where answers prove to get lost.
    pub tries: u8,
    /// Attempts under way at the same time.
    pub max_in_flight: usize,
    /// Attempts a second.
    pub rate: Option<u32>,
    /// Whether a port that does not answer is waited for all that time, even where others of its
    /// host have answered sooner.
    pub is_patient: bool,
}

/// A host with its ports, which are known here by their places alone.
#[derive(Debug, Clone)]
pub(crate) struct Work<S> {
    /// What stands for the host.
    pub subject: S,
    /// How many ports.
    pub places: u32,
    /// Hosts of one group are about equally far away.
    pub group: u64,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Start the attempt.
    Start(usize),
    /// Nothing until something happens or this time has come.
    Wait(Option<Duration>),
    /// All is settled.
    Done,
}

/// What an attempt met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// The host answered: somebody is home.
    Connected,
    /// The host answered: nobody is.
    Refused,
    /// The host said by ICMP that it does not want to.
    TurnedAway,
    /// Somebody on the way said so.
    TurnedAwayOnTheWay,
    /// It never left this machine.
    Local,
}

/// What is known of a port in the end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settled<S> {
    /// The host.
    pub subject: S,
    /// The port.
    pub place: u32,
    /// How often it was tried.
    pub tries: u8,
    /// How long its last attempt took.
    pub took: Duration,
    /// How long its attempts were waited for altogether.
    pub waited: Duration,
}

/// An attempt that nobody answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expired<S> {
    /// The attempt, which is over.
    pub flight: usize,
    /// Its port, if that was the last attempt at it.
    pub silent: Option<Settled<S>>,
}

/// An attempt under way.
#[derive(Debug, Clone)]
struct Flight {
    host: usize,
    place: u32,
    /// From 1.
    attempt: u8,
    is_canary: bool,
    sent: Duration,
    /// How long those before it were waited for.
    waited: Duration,
    deadline: Duration,
    generation: u32,
}

/// A port to be tried again.
#[derive(Debug, Clone, Copy)]
struct Retry {
    place: u32,
    /// Attempts so far.
    attempts: u8,
    waited_ms: u32,
}

#[derive(Debug)]
struct Host<S> {
    subject: S,
    places: u32,
    /// The first that was never tried.
    next: u32,
    /// Those that were tried in vain; their turn comes when all were tried, for what lost an answer
    /// may be over then.
    retries: VecDeque<Retry>,
    in_flight: usize,
    window: Window,
    rtt: Rtt,
    group: usize,
    /// A port that answered and may be asked again.
    canary: Option<u32>,
    canary_flight: Option<usize>,
    /// Attempts since the last canary.
    since_canary: usize,
    last_answer: Duration,
    /// The same without canaries.
    last_probe_answer: Duration,
    /// The latest attempt at a port that got an answer.
    best_attempt: u8,
    /// What share of attempts was answered lately.
    share: f64,
    /// Where answers got lost, attempts go out evenly: what limits answers lets few through at once.
    is_even: bool,
    next_start: Duration,
    marks: Marks,
    generation: u32,
}

/// What is on its way for a host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Marks {
    /// Its turn.
    is_ready: bool,
    /// Its next beat.
    has_beat: bool,
    /// The time of its next attempt.
    has_wake_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    Flight { flight: usize, generation: u32 },
    Beat { host: usize, generation: u32 },
    WakeUp { host: usize, generation: u32 },
    GlobalBeat,
}

/// The way from hosts and their ports to attempts, one at a time.
#[derive(Debug)]
pub(crate) struct Policy<S, W> {
    limits: Limits,
    walk: W,
    is_walked: bool,
    hosts: Slab<Host<S>>,
    active_places: usize,
    /// Hosts that may start an attempt.
    ready: VecDeque<usize>,
    /// Canaries to be sent, whatever the windows say.
    canaries: VecDeque<usize>,
    flights: Slab<Flight>,
    canary_flights: usize,
    generation: u32,
    window: Window,
    groups: Vec<Rtt>,
    group_indices: HashMap<u64, usize>,
    alarms: BinaryHeap<Reverse<(Duration, Alarm)>>,
    has_global_beat: bool,
    last_answer: Duration,
    pace: Option<Pace>,
    pause: Duration,
    abandoned: Vec<usize>,
    /// Tries in vain at ports that are tried again, those beyond [`Limits::tries`] not counted.
    vain_tries: u64,
}

impl<S> Host<S> {
    fn has_work(&self) -> bool {
        self.next < self.places || !self.retries.is_empty()
    }

    fn has_room(&self) -> bool {
        self.window.has_room(self.in_flight)
    }

    fn may_start(&self, now: Duration) -> bool {
        self.has_work() && self.has_room() && self.next_start <= now
    }

    /// Whether it is time for a canary: right behind what filled the window, so that it fares as
    /// those did.
    fn wants_canary(&self, now: Duration) -> bool {
        self.canary.is_some()
            && self.canary_flight.is_none()
            && self.since_canary >= (self.in_flight / CANARY_SHARE).max(MIN_BETWEEN_CANARIES)
            && now.saturating_sub(self.last_probe_answer) >= CANARY_SILENCE
    }

    fn take(&mut self) -> Option<Retry> {
        if self.next < self.places {
            self.next += 1;
            return Some(Retry { place: self.next - 1, attempts: 0, waited_ms: 0 });
        }
        self.retries.pop_front()
    }

    /// How often a port of the host is tried.
    fn tries(&self, limits: &Limits) -> u8 {
        let more = if self.best_attempt > 1 { self.best_attempt + MORE_TRIES } else { 0 };
        limits.tries.max(more.min(MAX_TRIES))
    }

    /// Slows down where answers prove to get lost, and not by chance; speeds up where they do not.
    fn adapt(&mut self, now: Duration, is_proof_of_loss: bool) {
        if self.share > VERY_GOOD_SHARE {
            if self.is_even {
                self.window.recovered(now, self.period());
            }
        } else if is_proof_of_loss && self.share < GOOD_SHARE {
            self.slow_down(now);
        }
    }

    fn slow_down(&mut self, now: Duration) {
        self.is_even = true;
        self.window.lost(now, self.period());
    }

    /// After this time what became of a window of attempts is known.
    fn period(&self) -> Duration {
        self.rtt.timeout().unwrap_or_default().max(MIN_WAIT)
    }

    fn started(&mut self, now: Duration) {
        if self.is_even {
            let earliest = now.saturating_sub(MAX_DELAY);
            self.next_start = self.next_start.max(earliest) + self.window.interval(self.period());
        }
    }

    fn count(&mut self, is_answered: bool) {
        self.share += (f64::from(u8::from(is_answered)) - self.share) * SHARE_STEP;
    }
}

impl<S: Clone, W: Iterator<Item = Work<S>>> Policy<S, W> {
    pub(crate) fn new(limits: Limits, walk: W) -> Self {
        Self {
            window: Window::new(START, limits.max_in_flight),
            pace: limits.rate.map(Pace::new),
            limits,
            walk,
            is_walked: false,
            hosts: Slab::new(),
            active_places: 0,
            ready: VecDeque::new(),
            canaries: VecDeque::new(),
            flights: Slab::new(),
            canary_flights: 0,
            generation: 0,
            groups: Vec::new(),
            group_indices: HashMap::new(),
            alarms: BinaryHeap::new(),
            has_global_beat: false,
            last_answer: Duration::ZERO,
            pause: Duration::ZERO,
            abandoned: Vec::new(),
            vain_tries: 0,
        }
    }

    /// What to do now. After a start it has to be asked again; `held` sockets are taken by
    /// connections that stand.
    pub(crate) fn next(&mut self, now: Duration, held: usize) -> Step {
        if self.pause > now {
            return Step::Wait(Some(self.pause));
        }
        if let Some(until) = self.pace.as_ref().and_then(|pace| pace.blocked_until(now)) {
            if self.is_done(now) {
                return Step::Done;
            }
            return Step::Wait(self.earliest().map(|alarm| alarm.min(until)).or(Some(until)));
        }
        // Connections that stand end by themselves.
        if self.flights.len() + held >= self.limits.max_in_flight.max(1) {
            return Step::Wait(self.earliest());
        }
        if let Some(host) = self.canaries.pop_front() {
            if let Some(place) = self.hosts.get(host).and_then(|host| host.canary) {
                return self.start(now, host, Retry { place, attempts: 0, waited_ms: 0 }, true);
            }
            return self.next(now, held);
        }
        if !self.window.has_room(self.flights.len() - self.canary_flights) {
            self.want_global_beat(now);
            return Step::Wait(self.earliest());
        }
        loop {
            let Some(key) = self.ready.pop_front().or_else(|| self.activate(now)) else {
                let is_done = self.hosts.is_empty();
                return if is_done { Step::Done } else { Step::Wait(self.earliest()) };
            };
            let host = &mut self.hosts[key];
            host.marks.is_ready = false;
            if host.may_start(now)
                && let Some(retry) = host.take()
            {
                return self.start(now, key, retry, false);
            }
            self.look_after(now, key);
        }
    }

    /// Whether there is no host any more, nor another to come.
    fn is_done(&mut self, now: Duration) -> bool {
        while self.hosts.is_empty() {
            match self.activate(now) {
                Some(host) => self.look_after(now, host),
                None => return true,
            }
        }
        false
    }

    /// The host and the port of an attempt.
    pub(crate) fn attempt(&self, flight: usize) -> (&S, u32) {
        let flight = &self.flights[flight];
        (&self.hosts[flight.host].subject, flight.place)
    }

    /// How long an attempt is waited for at most.
    pub(crate) fn wait_of(&self, flight: usize) -> Duration {
        let flight = &self.flights[flight];
        flight.deadline.saturating_sub(flight.sent)
    }

    /// An attempt was answered. What is known of its port then; of a canary it is known already.
    pub(crate) fn answered(
        &mut self,
        now: Duration,
        flight: usize,
        sign: Sign,
    ) -> Option<Settled<S>> {
        let flight = self.land(flight);
        let took = now.saturating_sub(flight.sent);
        if sign != Sign::Local {
            self.hear(now, &flight, sign, took);
        }
        if !flight.is_canary {
            self.settle(flight.attempt);
        }
        let host = &mut self.hosts[flight.host];
        let settled = Settled {
            subject: host.subject.clone(),
            place: flight.place,
            tries: flight.attempt,
            took,
            waited: flight.waited + took,
        };
        self.look_after(now, flight.host);
        (!flight.is_canary).then_some(settled)
    }

    /// The next attempt that was waited for long enough.
    pub(crate) fn expire(&mut self, now: Duration) -> Option<Expired<S>> {
        while let Some(Reverse((at, alarm))) = self.alarms.peek().copied() {
            if at > now {
                return None;
            }
            self.alarms.pop();
            match alarm {
                Alarm::Beat { host, generation } => {
                    if self.hosts.get(host).is_some_and(|host| host.generation == generation) {
                        self.beat(now, host);
                    }
                }
                Alarm::WakeUp { host, generation } => {
                    if let Some(it) = self.hosts.get_mut(host)
                        && it.generation == generation
                    {
                        it.marks.has_wake_up = false;
                        self.look_after(now, host);
                    }
                }
                Alarm::GlobalBeat => self.global_beat(now),
                Alarm::Flight { flight, generation } => {
                    let is_due = self
                        .flights
                        .get(flight)
                        .is_some_and(|it| it.generation == generation && it.deadline <= now);
                    if is_due {
                        return Some(self.miss(now, flight));
                    }
                }
            }
        }
        None
    }

    /// An attempt could not be made for the lack of something of our own: it is made later.
    pub(crate) fn shortage(&mut self, now: Duration, flight: usize) {
        let flight = self.land(flight);
        self.window.lost(now, SHORTAGE_PAUSE);
        self.pause = now + SHORTAGE_PAUSE;
        let host = &mut self.hosts[flight.host];
        if !flight.is_canary {
            host.retries.push_front(Retry {
                place: flight.place,
                attempts: flight.attempt - 1,
                waited_ms: milliseconds(flight.waited),
            });
        }
        self.look_after(now, flight.host);
    }

    /// How much of the work at ports that are not settled is done, in ports: a port that was tried
    /// twice in vain of three times is two thirds of one.
    pub(crate) fn partly_done(&self) -> u64 {
        self.vain_tries / u64::from(self.limits.tries.max(1))
    }

    /// What a port counts among [`Self::vain_tries`] after so many attempts in vain.
    fn vain_tries_of(&self, attempts: u8) -> u64 {
        attempts.min(self.limits.tries.saturating_sub(1)).into()
    }

    /// A port is settled of which only the last of these attempts may have been answered.
    fn settle(&mut self, attempts: u8) {
        self.vain_tries -= self.vain_tries_of(attempts.saturating_sub(1));
    }

    /// An attempt that nobody wants to know the end of any more.
    pub(crate) fn take_abandoned(&mut self) -> Option<usize> {
        self.abandoned.pop()
    }

    /// How many attempts are under way.
    pub(crate) fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// How long the round trip to the host of an attempt takes, as far as is known.
    pub(crate) fn round_trip(&self, flight: usize) -> Option<Duration> {
        self.hosts[self.flights[flight].host].rtt.smoothed()
    }

    fn earliest(&self) -> Option<Duration> {
        self.alarms.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes the next host of the walk, if there is one and it may come in.
    fn activate(&mut self, now: Duration) -> Option<usize> {
        let is_full =
            self.hosts.len() >= MAX_ACTIVE_HOSTS || self.active_places >= MAX_ACTIVE_PLACES;
        if self.is_walked || (is_full && !self.hosts.is_empty()) {
            return None;
        }
        let Some(work) = self.walk.next() else {
            self.is_walked = true;
            return None;
        };
        self.active_places += usize::try_from(work.places).unwrap_or(usize::MAX);
        let group = match self.group_indices.entry(work.group) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.groups.push(Rtt::default());
                *new.insert(self.groups.len() - 1)
            }
        };
        self.generation = self.generation.wrapping_add(1);
        let key = self.hosts.insert(Host {
            subject: work.subject,
            places: work.places,
            next: 0,
            retries: VecDeque::new(),
            in_flight: 0,
            window: Window::new(HOST_START, self.limits.max_in_flight),
            rtt: Rtt::default(),
            group,
            canary: None,
            canary_flight: None,
            since_canary: 0,
            last_answer: now,
            last_probe_answer: now,
            best_attempt: 0,
            share: 1.0,
            is_even: false,
            next_start: now,
            marks: Marks::default(),
            generation: self.generation,
        });
        Some(key)
    }

    fn start(&mut self, now: Duration, key: usize, retry: Retry, is_canary: bool) -> Step {
        if let Some(pace) = &mut self.pace {
            pace.started(now);
        }
        self.generation = self.generation.wrapping_add(1);
        let attempt = retry.attempts.saturating_add(1);
        let waited = Duration::from_millis(retry.waited_ms.into());
        let deadline = now + self.wait_for(&self.hosts[key], attempt, waited);
        let generation = self.generation;
        let flight = self.flights.insert(Flight {
            host: key,
            place: retry.place,
            attempt,
            is_canary,
            sent: now,
            waited,
            deadline,
            generation,
        });
        self.alarms.push(Reverse((deadline, Alarm::Flight { flight, generation })));
        let host = &mut self.hosts[key];
        if is_canary {
            host.canary_flight = Some(flight);
            self.canary_flights += 1;
        } else {
            host.in_flight += 1;
            host.since_canary += 1;
            host.started(now);
        }
        self.look_after(now, key);
        Step::Start(flight)
    }

    /// How long this attempt at a port is waited for.
    fn wait_for(&self, host: &Host<S>, attempt: u8, waited: Duration) -> Duration {
        let Limits { timeout, tries, is_patient, .. } = self.limits;
        let doublings = u32::from(attempt.saturating_sub(1));
        let timeout_of_group = self.groups[host.group].timeout();
        match host.rtt.timeout().or(timeout_of_group) {
            Some(known) if !is_patient || attempt > tries => {
                let wait = (known * 2_u32.pow(doublings.min(MAX_BACKOFF))).max(MIN_WAIT);
                let is_extra = attempt > tries;
                wait.min(if is_extra { timeout } else { timeout.saturating_sub(waited) })
            }
            // Each attempt waits twice as long as the one before, all together the timeout.
            _ => {
                let shares = 2_u32.pow(tries.min(MAX_TRIES).into()) - 1;
                timeout * 2_u32.pow(doublings.min(MAX_TRIES.into())) / shares.max(1)
            }
        }
    }

    fn land(&mut self, key: usize) -> Flight {
        let flight = self.flights.remove(key);
        let host = &mut self.hosts[flight.host];
        if flight.is_canary {
            host.canary_flight = None;
            self.canary_flights -= 1;
        } else {
            host.in_flight -= 1;
        }
        flight
    }

    /// Learns from an answer that came over the network.
    fn hear(&mut self, now: Duration, flight: &Flight, sign: Sign, took: Duration) {
        let host = &mut self.hosts[flight.host];
        (self.last_answer, host.last_answer) = (now, now);
        if sign != Sign::TurnedAwayOnTheWay {
            let group = &mut self.groups[host.group];
            let (is_first, is_first_of_group) = (!host.rtt.is_known(), !group.is_known());
            host.rtt.measure(took);
            group.measure(took);
            if is_first {
                self.hurry(flight.host, is_first_of_group);
            }
        }
        let host = &mut self.hosts[flight.host];
        if flight.is_canary {
            if sign == Sign::Refused {
                host.window.canary_answered();
                self.window.canary_answered();
            } else {
                host.canary = None;
            }
            return;
        }
        host.last_probe_answer = now;
        host.window.answered();
        self.window.answered();
        // Of ICMP errors a host sends but few: one that comes late says nothing of the way.
        if !matches!(sign, Sign::Connected | Sign::Refused) {
            return;
        }
        if sign == Sign::Refused && host.canary.is_none() {
            host.canary = Some(flight.place);
        }
        host.count(true);
        if flight.attempt > 1 {
            host.best_attempt = host.best_attempt.max(flight.attempt);
        }
        host.adapt(now, flight.attempt > 1);
    }

    /// The first answer of a host tells how long those that are under way there are to be waited
    /// for; the first of a group does so for all its hosts.
    fn hurry(&mut self, key: usize, is_whole_group: bool) {
        let group = self.hosts[key].group;
        let flights: Vec<_> = self
            .flights
            .iter()
            .filter(|(_, flight)| {
                let host = &self.hosts[flight.host];
                flight.host == key
                    || (is_whole_group && host.group == group && !host.rtt.is_known())
            })
            .map(|(index, _)| index)
            .collect();
        for index in flights {
            let flight = &self.flights[index];
            let wait = self.wait_for(&self.hosts[flight.host], flight.attempt, flight.waited);
            let (deadline, generation) = (flight.sent + wait, flight.generation);
            if deadline < flight.deadline {
                self.flights[index].deadline = deadline;
                self.alarms.push(Reverse((deadline, Alarm::Flight { flight: index, generation })));
            }
        }
    }

    /// Nobody answered.
    fn miss(&mut self, now: Duration, key: usize) -> Expired<S> {
        let flight = self.land(key);
        let host = &mut self.hosts[flight.host];
        let took = now.saturating_sub(flight.sent);
        let mut silent = None;
        if flight.is_canary {
            host.slow_down(now);
        } else {
            host.count(false);
            let waited = flight.waited + took;
            if Self::is_worth_another(&self.limits, host, &flight, waited) {
                host.retries.push_back(Retry {
                    place: flight.place,
                    attempts: flight.attempt,
                    waited_ms: milliseconds(waited),
                });
                self.vain_tries += u64::from(flight.attempt < self.limits.tries);
            } else {
                silent = Some(Settled {
                    subject: host.subject.clone(),
                    place: flight.place,
                    tries: flight.attempt,
                    took,
                    waited,
                });
                self.settle(flight.attempt);
            }
        }
        self.look_after(now, flight.host);
        Expired { flight: key, silent }
    }

    fn is_worth_another(
        limits: &Limits,
        host: &Host<S>,
        flight: &Flight,
        waited: Duration,
    ) -> bool {
        let left = limits.timeout.saturating_sub(waited);
        let least = host.rtt.smoothed().unwrap_or_default().max(MIN_LEFT);
        let is_in_time = flight.attempt < limits.tries && left >= least;
        is_in_time || (host.best_attempt > 1 && flight.attempt < host.tries(limits))
    }

    /// Sees to it that a host starts what it may, is looked at again if it may not, and goes when
    /// all is known of it.
    fn look_after(&mut self, now: Duration, key: usize) {
        let host = &mut self.hosts[key];
        if host.may_start(now) {
            if !host.marks.is_ready {
                host.marks.is_ready = true;
                self.ready.push_back(key);
            }
        } else if host.has_work() {
            if host.has_room() {
                if !host.marks.has_wake_up {
                    host.marks.has_wake_up = true;
                    let generation = host.generation;
                    self.alarms
                        .push(Reverse((host.next_start, Alarm::WakeUp { host: key, generation })));
                }
            } else {
                if host.wants_canary(now) {
                    host.since_canary = 0;
                    self.canaries.push_back(key);
                }
                if host.marks.has_beat {
                    return;
                }
                host.marks.has_beat = true;
                let generation = host.generation;
                self.alarms.push(Reverse((now + BEAT, Alarm::Beat { host: key, generation })));
            }
        } else if host.in_flight == 0 && !host.marks.is_ready {
            let host = self.hosts.remove(key);
            self.active_places -= usize::try_from(host.places).unwrap_or_default();
            if let Some(canary) = host.canary_flight {
                self.flights.remove(canary);
                self.canary_flights -= 1;
                self.abandoned.push(canary);
            }
            self.canaries.retain(|it| *it != key);
        }
    }

    /// A host that may not start what it wants to: does it keep silent, or did the way lose
    /// everything? A port that answered before tells.
    fn beat(&mut self, now: Duration, key: usize) {
        let host = &mut self.hosts[key];
        host.marks.has_beat = false;
        if host.has_work() && !host.has_room() {
            let silence = now.saturating_sub(host.last_answer);
            if host.canary.is_none() && silence >= SILENCE {
                host.window.heard_nothing();
            }
        }
        self.look_after(now, key);
    }

    fn want_global_beat(&mut self, now: Duration) {
        if !self.has_global_beat {
            self.has_global_beat = true;
            self.alarms.push(Reverse((now + BEAT, Alarm::GlobalBeat)));
        }
    }

    fn global_beat(&mut self, now: Duration) {
        self.has_global_beat = false;
        if now.saturating_sub(self.last_answer) >= SILENCE {
            self.window.heard_nothing();
        }
    }
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
