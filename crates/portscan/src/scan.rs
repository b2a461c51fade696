//! A scan on its way to rows.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use output::{Arrivals, Exit, Failure as _, Interrupt, Notes};
use wellknown::Protocol;

use crate::engine::{Engine, Found, Subject};
use crate::failure::{Failure, FailureKind};
use crate::limits::{self, Descriptors};
use crate::payload;
use crate::policy::Work;
use crate::ports::list::PortList;
use crate::ports::usual;
use crate::reasons::Reasons;
use crate::request::{Resolved, Want};
use crate::row::{Address, Listener, Row};
use crate::targets::{Asker, Visit};
use crate::verdict::{Reason, State};
use crate::wire::Wire;

/// How often to see whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);

/// Ports that are few enough to be tried in the order in which they were named.
const FEW_PORTS: usize = 100;

/// A host at which so many ports were tried, and of which so large a share is open, is no host with
/// that many services.
const TARPIT_PORTS: u32 = 50;
const TARPIT_PERCENT: u32 = 90;

/// Lists of ports that orders are kept of; hosts in a row mostly have the same.
const MAX_ORDERS: usize = 16;

/// So many silent ports are more than chance.
const MANY_SILENT: u32 = 10;

/// An address with its ports.
#[derive(Debug)]
pub(crate) struct Target {
    visit: Visit,
    address: Address,
    order: Arc<Order>,
    tally: Tally,
}

/// How many of the ports of an address are known to be what.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    known: Cell<u32>,
    open: Cell<u32>,
    silent: Cell<u32>,
    turned_away: Cell<u32>,
}

/// The order in which ports are tried: of many the most usual ones first, for they are the most
/// likely to answer, and the first answer tells how long to wait for the others.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order(Option<Box<[u32]>>);

impl Order {
    fn of(ports: &PortList, protocol: Protocol) -> Self {
        if ports.len() <= FEW_PORTS {
            return Self(None);
        }
        let places: HashMap<_, _> =
            usual::ranked(protocol).iter().enumerate().map(|(rank, port)| (*port, rank)).collect();
        let rank = |place: &u32| {
            let port = ports.get(*place as usize);
            port.and_then(|port| places.get(&port)).copied().unwrap_or(usize::MAX)
        };
        let mut order: Vec<_> = (0..u32::try_from(ports.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by_cached_key(rank);
        Self(Some(order.into()))
    }

    fn place(&self, turn: u32) -> usize {
        let place = self.0.as_ref().and_then(|order| order.get(turn as usize)).copied();
        place.unwrap_or(turn) as usize
    }
}

impl Target {
    fn port(&self, place: usize) -> u16 {
        self.visit.asked.ports.get(place).unwrap_or_default()
    }

    /// Hosts of one network are about equally far away.
    fn group(&self) -> u64 {
        match self.address.ip {
            IpAddr::V4(address) => u64::from(address.to_bits() >> 8),
            IpAddr::V6(address) => {
                (1 << 63) | u64::try_from(address.to_bits() >> 64).unwrap_or_default()
            }
        }
    }
}

impl Subject for Rc<Target> {
    fn address(&self, place: u32) -> SocketAddr {
        let place = self.order.place(place);
        let mut to = self.visit.at(place).expect("the policy counts the ports");
        // The system asks itself in its place, and itself is who answers.
        to.set_ip(limits::asked_as(to.ip()));
        to
    }
}

/// The addresses of targets one after the other, as work for the policy.
pub(crate) fn walk(
    resolved: &Resolved,
    protocol: Protocol,
) -> impl Iterator<Item = Work<Rc<Target>>> + use<> {
    let interfaces = resolved.interfaces.clone();
    let mut orders: Vec<(Arc<PortList>, Arc<Order>)> = Vec::new();
    resolved.targets.visits().map(move |visit| {
        let ports = &visit.asked.ports;
        let known = orders.iter().find(|(list, _)| Arc::ptr_eq(list, ports));
        let order = if let Some((_, order)) = known {
            Arc::clone(order)
        } else {
            let order = Arc::new(Order::of(ports, protocol));
            if orders.len() >= MAX_ORDERS {
                orders.clear();
            }
            orders.push((Arc::clone(ports), Arc::clone(&order)));
            order
        };
        let address = visit.address.named(&interfaces);
        let places = u32::try_from(ports.len()).unwrap_or(u32::MAX);
        let target = Target { address, order, tally: Tally::default(), visit };
        Work { group: target.group(), places, subject: Rc::new(target) }
    })
}

/// Which rows are listed; all count for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    All,
    Open,
}

/// What the rows mean together.
#[derive(Debug)]
pub(crate) struct Sum {
    want: Want,
    counts: [u64; State::ALL.len()],
    /// What the worst of the failures means.
    failed: Option<Exit>,
    /// What is known of each host as it was named, by the place of its item.
    hosts: Vec<Option<Exit>>,
    /// Ports of hosts with several addresses, until all of these are known.
    pending: HashMap<(u32, u16), Pending>,
}

/// A port that is known at some addresses of its host.
#[derive(Debug)]
struct Pending {
    best: Exit,
    /// Addresses of which it is not known yet.
    left: usize,
}

impl Sum {
    pub(crate) fn new(want: Want) -> Self {
        Self {
            want,
            counts: [0; State::ALL.len()],
            failed: None,
            hosts: Vec::new(),
            pending: HashMap::new(),
        }
    }

    pub(crate) fn count(&mut self, state: State) {
        self.counts[state as usize] += 1;
    }

    /// Takes what is known of a port at one address of a host that is asked for it.
    pub(crate) fn take(&mut self, asker: &Asker, port: u16, state: State) {
        let exit = state.exit();
        match self.want {
            Want::Any => {}
            Want::Every if asker.is_range() => self.judge(asker.item, exit, better),
            Want::Every if asker.addresses == 1 => self.judge(asker.item, exit, Exit::max),
            Want::Every => self.take_one_of_several(asker, port, exit),
        }
    }

    fn take_one_of_several(&mut self, asker: &Asker, port: u16, exit: Exit) {
        let key = (asker.item, port);
        let new = Pending { best: exit, left: asker.addresses };
        let pending = self.pending.entry(key).or_insert(new);
        pending.best = better(pending.best, exit);
        pending.left = pending.left.saturating_sub(1);
        if pending.left == 0 {
            let best = pending.best;
            self.pending.remove(&key);
            self.judge(asker.item, best, Exit::max);
        }
    }

    /// Adds to what is known of a host.
    fn judge(&mut self, item: u32, exit: Exit, join: fn(Exit, Exit) -> Exit) {
        let item = item as usize;
        if item >= self.hosts.len() {
            self.hosts.resize(item + 1, None);
        }
        let known = &mut self.hosts[item];
        *known = Some(known.map_or(exit, |known| join(known, exit)));
    }

    pub(crate) fn fail(&mut self, failure: &Failure) {
        self.failed = self.failed.max(Some(failure.exit()));
    }

    pub(crate) fn of(&self, state: State) -> u64 {
        self.counts[state as usize]
    }

    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// What the exit code says.
    pub(crate) fn exit(&self) -> Exit {
        let unknown = [State::Filtered, State::Rejected, State::Unreachable, State::Silent];
        let asked = match self.want {
            Want::Any if self.of(State::Open) > 0 => return Exit::Yes,
            Want::Any if unknown.into_iter().any(|state| self.of(state) > 0) => Some(Exit::Unknown),
            Want::Any => (self.total() > 0).then_some(Exit::No),
            Want::Every => {
                let hosts = self.hosts.iter().map(|host| host.unwrap_or(Exit::Unknown));
                let pending = self.pending.values().map(|pending| pending.best);
                hosts.chain(pending).max()
            }
        };
        asked.max(self.failed).unwrap_or(Exit::Unknown)
    }
}

/// Of two addresses of a host, or two ports of a range, the one that somebody is home at counts; if
/// it is known of none, then one of which nothing is known.
fn better(one: Exit, other: Exit) -> Exit {
    if one == Exit::Yes || other == Exit::Yes { Exit::Yes } else { one.max(other) }
}

impl fmt::Display for Sum {
    /// As in `2 open, 997 closed, 1 filtered`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for state in State::ALL {
            let count = self.of(state);
            if count > 0 || state == State::Open {
                write!(f, "{separator}{count} {}", state.as_str())?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// Tells who listens at a port, where that is known.
pub(crate) type Listening = Box<dyn FnMut(&Row) -> Option<Listener>>;

/// How a scan is told of.
pub(crate) struct Telling {
    pub notes: Notes,
    pub protocol: Protocol,
    pub listing: Listing,
    /// Whether there is but one host, with one address.
    pub is_only_host: bool,
    pub has_summary: bool,
    /// Whether it is said what the ports of a host together show, and how far the scan came.
    pub has_remarks: bool,
    /// Ports at all addresses.
    pub total: u64,
    pub addresses: u128,
    /// Who listens at a port of this machine.
    pub listener: Listening,
}

/// A scan that goes on while its rows are asked for.
pub(crate) struct Scan<I, W> {
    engine: Engine<Rc<Target>, I, W>,
    telling: Telling,
    sum: Sum,
    /// Why ports were turned away that are not listed.
    reasons: Reasons,
    /// Hosts that could not be asked, before all rows.
    failures: VecDeque<Failure>,
    /// What it may use up, as long as it lives.
    descriptors: Option<Descriptors>,
    interrupt: Option<Interrupt>,
    begin: Instant,
    is_over: bool,
}

/// The rows of a port, one for each name of its host.
pub(crate) type Told = Vec<Result<Row, Failure>>;

impl<I: Iterator<Item = Work<Rc<Target>>>, W: Wire> Scan<I, W> {
    pub(crate) fn new(engine: Engine<Rc<Target>, I, W>, telling: Telling, want: Want) -> Self {
        Self {
            engine,
            telling,
            sum: Sum::new(want),
            reasons: Reasons::default(),
            failures: VecDeque::new(),
            descriptors: None,
            interrupt: Interrupt::watch().ok(),
            begin: Instant::now(),
            is_over: false,
        }
    }

    /// Tells first of what could not be asked.
    pub(crate) fn with_failures(mut self, failures: Vec<Failure>) -> Self {
        self.failures = failures.into();
        self
    }

    /// Gives back what it may use up when it is over.
    pub(crate) fn within(mut self, descriptors: Descriptors) -> Self {
        self.descriptors = Some(descriptors);
        self
    }

    fn tell(&mut self, found: Found<Rc<Target>>) -> (usize, Told) {
        let Found { subject: target, place, reason, rtt, banner } = found;
        let place = target.order.place(place);
        let port = target.port(place);
        let index = target.visit.place.saturating_add(place);
        let is_udp = self.telling.protocol == Protocol::Udp;
        let state = reason.state(is_udp);
        self.sum.count(state);
        let is_listed = self.telling.listing == Listing::All || state == State::Open;
        let askers = target.visit.asked.askers.iter();
        for asker in askers.filter(|asker| asker.ports.contains(port)) {
            self.sum.take(asker, port, state);
        }
        if self.telling.has_remarks {
            self.show_progress();
            self.conclude(&target, &reason, state);
        }
        if !is_listed {
            self.reasons.take(&reason, state);
            return (index, Vec::new());
        }
        let hosts = target.visit.hosts_of(port, &target.address);
        let mut row = Row {
            host: Arc::default(),
            address: target.address.clone(),
            port,
            protocol: self.telling.protocol,
            reason,
            rtt,
            is_only_host: self.telling.is_only_host,
            more: None,
        };
        if let Reason::NoAnswer { although, .. } = &mut row.reason
            && is_udp
        {
            *although = payload::silence(port);
        }
        if let Some(bytes) = banner {
            if is_udp {
                row.reason = Reason::Answered { what: payload::describe(port, &bytes) };
            } else {
                row.more_mut().banner = Some(bytes);
            }
        }
        if state == State::Open
            && let Some(listener) = (self.telling.listener)(&row)
        {
            row.more_mut().process = Some(listener);
        }
        let last = hosts.len().saturating_sub(1);
        let mut row = Some(row);
        let rows = hosts.into_iter().enumerate().filter_map(|(nth, host)| {
            let row = if nth == last { row.take() } else { row.clone() };
            row.map(|row| Ok(Row { host, ..row }))
        });
        (index, rows.collect())
    }

    fn show_progress(&self) {
        if self.telling.has_remarks {
            let done = self.sum.total().saturating_add(self.engine.partly_done());
            self.telling.notes.progress(done, self.telling.total);
        }
    }

    /// Says what all ports of an address together show.
    fn conclude(&self, target: &Target, reason: &Reason, state: State) {
        let Tally { known, open, silent, turned_away } = &target.tally;
        let add = |count: &Cell<u32>, is_one: bool| count.set(count.get() + u32::from(is_one));
        add(known, true);
        add(open, state == State::Open);
        add(silent, matches!(state, State::Filtered | State::Silent));
        add(turned_away, matches!(reason, Reason::Icmp(_) | Reason::PortUnreachable(_)));
        let (all, open, silent) = (known.get(), open.get(), silent.get());
        if all as usize != target.visit.asked.ports.len() {
            return;
        }
        let address = &target.address;
        if all >= TARPIT_PORTS && u64::from(open) * 100 >= u64::from(all * TARPIT_PERCENT) {
            self.telling.notes.footnote(format_args!(
                "{address}: {open} of {all} ports are open: a tarpit, or a proxy that accepts for \
                 all of them"
            ));
        }
        if turned_away.get() > 0 && silent >= MANY_SILENT {
            let what = match self.telling.protocol {
                Protocol::Udp => "closed as well; --rate 1 asks slowly enough to tell",
                _ => "rejected as well",
            };
            self.telling.notes.footnote(format_args!(
                "{address}: {silent} ports are silent, and others were turned away by ICMP, which \
                 hosts limit to a few a second: those may be {what}"
            ));
        }
    }

    /// Says how it went.
    fn end(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        let Telling { notes, total, addresses, .. } = &self.telling;
        let known = self.sum.total();
        let plural = |count: u128, one: &str, many: &str| {
            format!("{count} {}", if count == 1 { one } else { many })
        };
        if self.telling.has_remarks && known < *total {
            notes.footnote(format_args!("stopped: {known} of {total} ports are known"));
        }
        if self.telling.has_summary {
            let reasons = self.reasons.lines(self.telling.protocol == Protocol::Udp);
            for reason in reasons {
                notes.footnote(reason);
            }
            let seconds = output::in_seconds(round(self.begin.elapsed()));
            let of = plural(*addresses, "address", "addresses");
            notes.footnote(format_args!("{}; {of} in {seconds}", self.sum));
        }
    }
}

/// To the hundredth of a second.
fn round(duration: Duration) -> Duration {
    let hundredths = (duration.as_millis() + 5) / 10;
    Duration::from_millis(u64::try_from(hundredths * 10).unwrap_or(u64::MAX))
}

impl<I: Iterator<Item = Work<Rc<Target>>>, W: Wire> Arrivals for Scan<I, W> {
    type Item = Told;

    fn arrived(&mut self) -> Option<(usize, Told)> {
        let found = self.engine.take_found()?;
        Some(self.tell(found))
    }

    fn arrive(&mut self, limit: Option<Instant>) -> Result<(usize, Told), RecvTimeoutError> {
        if let Some(failure) = self.failures.pop_front() {
            self.sum.fail(&failure);
            return Ok((0, vec![Err(failure)]));
        }
        loop {
            if self.interrupt.as_ref().is_some_and(Interrupt::is_pressed) {
                self.engine.end();
            }
            if let Some(found) = self.engine.take_found() {
                return Ok(self.tell(found));
            }
            if self.is_over || self.engine.is_over() {
                self.end();
                return Err(RecvTimeoutError::Disconnected);
            }
            let turn = Instant::now() + PATIENCE;
            match self.engine.next_until(limit.map_or(turn, |limit| limit.min(turn))) {
                Ok(Some(found)) => return Ok(self.tell(found)),
                Ok(None) if limit.is_some_and(|limit| limit <= Instant::now()) => {
                    return Err(RecvTimeoutError::Timeout);
                }
                Ok(None) => self.show_progress(),
                Err(error) => {
                    self.is_over = true;
                    let failure = FailureKind::Wait(error).into();
                    self.sum.fail(&failure);
                    return Ok((0, vec![Err(failure)]));
                }
            }
        }
    }

    fn exit(&self, _: Option<Exit>) -> Option<Exit> {
        Some(self.sum.exit())
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::ports::list::Builder;

    /// A host: `both` has two addresses, `range` is asked for a range.
    fn asker(item: u32, host: &str) -> Asker {
        let mut builder = Builder::default();
        builder.is_range = host == "range";
        builder.add(80..=89);
        let ports = Arc::new(builder.finish());
        let addresses = if host == "both" { 2 } else { 1 };
        Asker { item, host: host.into(), addresses, is_network: false, ports }
    }

    type Ports<'a> = &'a [(&'a str, u16, State)];

    fn sum(want: Want, ports: Ports<'_>) -> Sum {
        let mut hosts: Vec<_> = ports.iter().map(|(host, ..)| *host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let mut sum = Sum::new(want);
        for (host, port, state) in ports {
            let item = (0..).zip(&hosts).find(|(_, it)| *it == host).unwrap().0;
            sum.count(*state);
            sum.take(&asker(item, host), *port, *state);
        }
        sum
    }

    fn exit(want: Want, ports: Ports<'_>) -> Exit {
        sum(want, ports).exit()
    }

    #[test]
    fn the_exit_code_is_what_was_asked_for() {
        use State::{Closed, Filtered, Open, Rejected, Silent, Unreachable};

        let cases: &[(Ports<'_>, Exit, Exit)] = &[
            (&[("a", 80, Open)], Exit::Yes, Exit::Yes),
            (&[("a", 80, Open), ("a", 81, Closed)], Exit::No, Exit::Yes),
            (&[("a", 80, Closed), ("a", 81, Closed)], Exit::No, Exit::No),
            (&[("a", 80, Closed), ("a", 81, Filtered)], Exit::Unknown, Exit::Unknown),
            (&[("a", 80, Open), ("a", 81, Rejected)], Exit::Unknown, Exit::Yes),
            (&[("a", 80, Open), ("b", 80, Closed)], Exit::No, Exit::Yes),
            // Two addresses of one host.
            (&[("both", 80, Closed), ("both", 80, Open)], Exit::Yes, Exit::Yes),
            (&[("both", 80, Unreachable), ("both", 80, Open)], Exit::Yes, Exit::Yes),
            (&[("both", 80, Closed), ("both", 80, Silent)], Exit::Unknown, Exit::Unknown),
            (
                &[
                    ("both", 80, Open),
                    ("both", 81, Open),
                    ("both", 80, Closed),
                    ("both", 81, Closed),
                ],
                Exit::Yes,
                Exit::Yes,
            ),
            // A range, alone and with a host whose port was named.
            (&[("range", 80, Open), ("range", 81, Closed)], Exit::Yes, Exit::Yes),
            (&[("range", 80, Closed), ("range", 81, Closed)], Exit::No, Exit::No),
            (&[("range", 80, Closed), ("range", 81, Filtered)], Exit::Unknown, Exit::Unknown),
            (&[("a", 80, Closed), ("range", 81, Open)], Exit::No, Exit::Yes),
            (&[("range", 80, Closed), ("range", 81, Open), ("a", 80, Open)], Exit::Yes, Exit::Yes),
            (&[("range", 80, Closed), ("a", 80, Open)], Exit::No, Exit::Yes),
        ];
        for (ports, every, any) in cases {
            let exits = (exit(Want::Every, ports), exit(Want::Any, ports));
            assert_eq!(exits, (*every, *any), "{ports:?}");
        }
    }

    #[test]
    fn of_a_network_one_open_port_is_enough() {
        let network = Asker { is_network: true, addresses: 4, ..asker(0, "a") };
        for (states, expected) in [
            ([State::Closed, State::Open], Exit::Yes),
            ([State::Closed, State::Closed], Exit::No),
            ([State::Closed, State::Filtered], Exit::Unknown),
        ] {
            let mut sum = Sum::new(Want::Every);
            for state in states {
                sum.count(state);
                sum.take(&network, 80, state);
            }
            assert_eq!(sum.exit(), expected);
        }
    }

    #[test]
    fn a_port_is_kept_only_until_all_addresses_of_its_host_are_known() {
        let cases: &[(Ports<'_>, usize)] = &[
            (&[("a", 80, State::Open), ("range", 81, State::Closed)], 0),
            (&[("both", 80, State::Open), ("both", 81, State::Closed)], 2),
            (&[("both", 80, State::Open), ("both", 80, State::Closed)], 0),
        ];
        for (ports, expected) in cases {
            assert_eq!(sum(Want::Every, ports).pending.len(), *expected, "{ports:?}");
        }
    }

    #[test]
    fn where_nothing_is_asked_nothing_is_known() {
        assert_eq!(exit(Want::Every, &[]), Exit::Unknown);
        assert_eq!(exit(Want::Any, &[]), Exit::Unknown);
    }

    #[test]
    fn a_host_that_cannot_be_asked_is_not_known() {
        for (want, expected) in [(Want::Every, Exit::Unknown), (Want::Any, Exit::Yes)] {
            let mut sum = Sum::new(want);
            sum.count(State::Open);
            sum.take(&asker(0, "a"), 80, State::Open);
            sum.fail(&FailureKind::Wait(ErrorKind::Other.into()).into());
            assert_eq!(sum.exit(), expected);
        }
    }

    #[test]
    fn what_makes_no_sense_is_worse_than_no_and_better_than_nobody_knows() {
        for (state, expected) in [
            (None, Exit::Usage),
            (Some(State::Closed), Exit::Usage),
            (Some(State::Silent), Exit::Unknown),
        ] {
            for want in [Want::Every, Want::Any] {
                let mut sum = Sum::new(want);
                if let Some(state) = state {
                    sum.count(state);
                    sum.take(&asker(0, "a"), 80, state);
                }
                sum.fail(&FailureKind::InputTwice.into());
                assert_eq!(sum.exit(), expected, "{state:?} {want:?}");
            }
        }
    }

    #[test]
    fn the_sum_is_told_in_words() {
        let mut sum = Sum::new(Want::Any);
        assert_eq!(sum.to_string(), "0 open");
        for state in [State::Closed, State::Open, State::Silent, State::Closed] {
            sum.count(state);
        }
        assert_eq!(sum.to_string(), "1 open, 2 closed, 1 silent");
    }
}
