//! The same ports again and again: what changed, and how long their answers take.

mod ledger;
mod names;

use std::collections::{HashSet, VecDeque};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use output::{Exit, Interrupt, Notes, Rows, now_s};

use self::ledger::{Ledger, Wanted};
pub(crate) use self::ledger::{NO_LONGER, told};
use self::names::Names;
use crate::cli::{Cli, within_limits};
use crate::failure::{Failure, FailureKind};
use crate::limits::Descriptors;
use crate::request::{Request, Resolved, Want};
use crate::row::Row;
use crate::run;
use crate::scan::{self, Listening, Listing, Scan, Telling};
use crate::targets::host::Host;
use crate::verdict::State;

/// More ports than this are not watched, at all addresses together: all of two hosts.
pub(crate) const MAX_WATCHED: u128 = 131_072;

/// A port without an answer is waited for as long as this, however short the interval is.
const MIN_TIMEOUT: Duration = Duration::from_millis(200);

/// How often to see whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);

/// Rows that come within this time are shown together.
const BLINK: Duration = Duration::from_millis(20);

/// Looks in intervals, as long as somebody wants to know.
pub(crate) struct Watch {
    request: Request,
    interval: Duration,
    names: Names,
    ledger: Ledger,
    notes: Notes,
    interrupt: Option<Interrupt>,
    phase: Phase,
    next_look: Instant,
    events: VecDeque<Result<Row, Failure>>,
    failed: Failed,
    /// Whether it is asked who listens.
    has_listeners: bool,
    /// Whether not all that was asked for made sense.
    has_bad_lines: bool,
    /// What the last look means that came to its end.
    exit: Option<Exit>,
    _descriptors: Descriptors,
}

enum Phase {
    /// Until the next look.
    Resting,
    /// Names are looked up; not longer than this, if there are addresses from before.
    Resolving(Instant),
    Looking(Look),
}

/// A look under way.
struct Look {
    rows: Box<dyn Rows<Item = Result<Row, Failure>>>,
    listener: Listening,
    /// Whether no port is left out: what could not be looked at is not gone.
    is_whole: bool,
}

/// What failed, so that it is told once and not at every look.
#[derive(Default)]
struct Failed {
    before: HashSet<String>,
    now: HashSet<String>,
}

impl Watch {
    /// Looks for the first time when the first row is asked for; `bad_lines` are told before.
    ///
    /// # Errors
    /// There are more ports than can be watched.
    pub(crate) fn begin(
        cli: &Cli,
        mut request: Request,
        interval: Duration,
        bad_lines: Vec<FailureKind>,
        notes: &Notes,
    ) -> Result<Self, FailureKind> {
        let ports = count(&request);
        if ports > MAX_WATCHED {
            return Err(FailureKind::TooManyToWatch { ports });
        }
        let manner = &mut request.manner;
        let descriptors = within_limits(manner);
        manner.limits.timeout = timeout(manner.limits.timeout, interval);
        manner.limits.is_patient = run::is_patient(manner, ports);
        manner.banner = manner.banner.map(|patience| patience.min(manner.limits.timeout));
        let printed = cli.printed();
        Ok(Self {
            names: Names::of(request.clone()),
            request,
            interval,
            ledger: Ledger::new(Wanted {
                is_drawn: printed.is_drawn,
                has_round_trips: printed.has("rtts_ms"),
                listing: if cli.lists_open_only(ports) { Listing::Open } else { Listing::All },
            }),
            notes: notes.clone(),
            interrupt: Interrupt::watch().ok(),
            phase: Phase::Resting,
            next_look: Instant::now(),
            has_bad_lines: !bad_lines.is_empty(),
            events: bad_lines.into_iter().map(|line| Err(line.into())).collect(),
            failed: Failed::default(),
            has_listeners: printed.has("process"),
            exit: None,
            _descriptors: descriptors,
        })
    }

    fn is_over(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_pressed)
    }

    /// Goes on with the look, or waits for the next one; not longer than until `limit`.
    fn step(&mut self, limit: Instant) {
        let now = Instant::now();
        match &mut self.phase {
            Phase::Resting if self.next_look <= now => {
                self.next_look = (self.next_look + self.interval).max(now);
                // What took too long for the look before is not waited for once more.
                let patience = self.request.manner.limits.timeout / 2;
                let patience = if self.names.are_pending() { Duration::ZERO } else { patience };
                self.names.ask();
                self.phase = Phase::Resolving(now + patience);
            }
            Phase::Resting => {
                thread::sleep(self.next_look.min(limit).saturating_duration_since(now));
            }
            Phase::Resolving(patience) => {
                let patience = match self.names.last {
                    Some(_) => limit.min(*patience),
                    None => limit,
                };
                if self.names.wait(patience) || self.names.last.is_some() && patience < limit {
                    self.look();
                }
            }
            Phase::Looking(look) => {
                if look.rows.wait(limit.saturating_duration_since(now)) {
                    let row = look.rows.next();
                    self.take(row);
                }
            }
        }
    }

    /// Begins a look.
    fn look(&mut self) {
        let Some(resolved) = &self.names.last else { return };
        run::remark(resolved, &self.notes);
        match look(&self.request, resolved, self.has_listeners) {
            Ok(look) => self.phase = Phase::Looking(look),
            Err(failure) => {
                self.fail(failure.into());
                self.end_look(Some(Exit::Unknown), false);
            }
        }
    }

    fn take(&mut self, row: Option<Result<Row, Failure>>) {
        let Phase::Looking(look) = &mut self.phase else { return };
        match row {
            Some(Ok(row)) => {
                let Some(mut row) = self.ledger.take(row, now_s()) else { return };
                if row.state() == State::Open
                    && let Some(listener) = (look.listener)(&row)
                {
                    row.more_mut().process = Some(listener);
                }
                self.events.push_back(Ok(row));
            }
            Some(Err(failure)) => {
                look.is_whole &= !matches!(failure.0, FailureKind::Wait(_));
                self.fail(failure);
            }
            None => {
                let (exit, is_whole) = (look.rows.exit(None), look.is_whole);
                self.end_look(exit, is_whole);
            }
        }
    }

    fn fail(&mut self, failure: Failure) {
        if self.failed.is_news(output::with_causes(&failure)) {
            self.events.push_back(Err(failure));
        }
    }

    fn end_look(&mut self, exit: Option<Exit>, is_whole: bool) {
        self.phase = Phase::Resting;
        if self.is_over() {
            return;
        }
        self.exit = exit;
        self.failed.end_look();
        let gone = self.ledger.end_look(is_whole, now_s());
        self.events.extend(gone.into_iter().map(Ok));
    }
}

impl Iterator for Watch {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.wait(self.interval) {}
        self.events.pop_front()
    }
}

impl Rows for Watch {
    fn is_ready(&mut self) -> bool {
        self.wait(BLINK)
    }

    /// Looks when it is time. Whether there is an event or nobody wants one any more.
    fn wait(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while self.events.is_empty() && !self.is_over() {
            let now = Instant::now();
            if now >= deadline {
                return false;
            }
            self.step(deadline.min(now + PATIENCE));
        }
        true
    }

    /// What the last look found; what was before is past.
    fn exit(&self, worst: Option<Exit>) -> Option<Exit> {
        match self.exit.or(worst) {
            Some(Exit::Yes) if self.has_bad_lines && self.request.want == Want::Any => {
                Some(Exit::Yes)
            }
            Some(exit) if self.has_bad_lines => Some(exit.max(Exit::Usage)),
            exit => exit,
        }
    }
}

/// How many ports there are to watch, a name with one address.
fn count(request: &Request) -> u128 {
    let addresses = |host: &Host| match host {
        Host::Network(network, _) => {
            let (first, last) = network.bounds();
            (last - first).saturating_add(1)
        }
        Host::Name(_) | Host::Address(..) => 1,
    };
    let ports = request.hosts.iter();
    let ports = ports.map(|(host, ports)| addresses(host).saturating_mul(ports.len() as u128));
    ports.fold(0, u128::saturating_add)
}

/// How long a port without an answer is waited for: it is not to hold up the next look at those that
/// do answer.
fn timeout(asked_for: Duration, interval: Duration) -> Duration {
    asked_for.min(interval.max(MIN_TIMEOUT))
}

fn look(request: &Request, resolved: &Resolved, has_listeners: bool) -> Result<Look, FailureKind> {
    let telling = Telling {
        // What is said of a scan would be said at every look.
        notes: silent_notes(),
        protocol: request.protocol,
        listing: Listing::All,
        is_only_host: resolved.targets.addresses() == 1,
        has_summary: false,
        has_remarks: false,
        total: 0,
        addresses: 0,
        listener: Box::new(|_| None),
    };
    let engine = run::engine(request.manner.clone(), scan::walk(resolved, request.protocol))?;
    let failures =
        resolved.failures.iter().map(|(_, error)| FailureKind::from(error.clone()).into());
    let scan = Scan::new(engine, telling, request.want).with_failures(failures.collect());
    let rows = Box::new(output::as_they_come(scan, |_, rows| rows));
    Ok(Look { rows, listener: run::listeners(has_listeners), is_whole: true })
}

fn silent_notes() -> Notes {
    Notes::to("", io::sink())
}

impl Failed {
    /// Whether that did not fail at the last look, nor at this one before.
    fn is_news(&mut self, failure: String) -> bool {
        let is_known = self.before.contains(&failure);
        self.now.insert(failure) && !is_known
    }

    fn end_look(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use output::Family;
    use wellknown::Protocol;

    use super::*;
    use crate::engine::Manner;
    use crate::policy::Limits;
    use crate::ports::list::{Builder, PortList};

    pub(super) fn request(hosts: &[&str], ports: &Arc<PortList>) -> Request {
        let hosts = hosts.iter().map(|host| (host.parse().unwrap(), Arc::clone(ports)));
        let timeout = Duration::from_secs(2);
        let limits =
            Limits { timeout, tries: 3, max_in_flight: 100, rate: None, is_patient: false };
        Request {
            hosts: hosts.collect(),
            family: Family::Any,
            protocol: Protocol::Tcp,
            manner: Manner { limits, banner: None, is_udp: false },
            want: Want::Every,
        }
    }

    pub(super) fn ports(last: u16) -> Arc<PortList> {
        let mut builder = Builder::default();
        builder.add(1..=last);
        Arc::new(builder.finish())
    }

    #[test]
    fn a_silent_port_does_not_hold_up_the_next_look() {
        let ms = Duration::from_millis;
        for (asked_for, interval, expected) in
            [(2000, 1000, 1000), (2000, 50, 200), (100, 50, 100), (2000, 60_000, 2000)]
        {
            assert_eq!(timeout(ms(asked_for), ms(interval)), ms(expected));
        }
    }

    #[test]
    fn ports_are_counted_before_anything_is_looked_up() {
        for (hosts, last, expected) in [
            (&["a.test", "192.0.2.1"][..], 100, 200),
            (&["192.0.2.0/24"], 100, 25_600),
            (&["::/0"], 2, u128::MAX),
        ] {
            assert_eq!(count(&request(hosts, &ports(last))), expected, "{hosts:?}");
        }
    }

    #[test]
    fn a_failure_is_told_when_it_is_new() {
        let mut failed = Failed::default();
        let mut told = |texts: &[&str]| {
            let told = texts.iter().map(|text| failed.is_news((*text).to_owned())).collect();
            failed.end_look();
            told
        };
        let looks: [Vec<bool>; 4] = [told(&["a", "a"]), told(&["a", "b"]), told(&[]), told(&["a"])];
        assert_eq!(looks, [vec![true, false], vec![false, true], vec![], vec![true]]);
    }
}
