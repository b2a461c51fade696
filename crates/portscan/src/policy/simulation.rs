//! The policy on a network that is only thought of: with delays, losses and limits, and no waiting.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::*;

const MS: Duration = Duration::from_millis(1);

/// What it takes to start an attempt.
const START_COST: Duration = Duration::from_micros(4);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port {
    Open,
    Closed,
    Silent,
}

/// A host, and the way to it.
#[derive(Debug, Clone)]
struct Scene {
    ports: Vec<Port>,
    group: u64,
    round_trip: Duration,
    /// What share of packets is lost each way.
    loss: f64,
    /// Refusals a second, of which a few may come at once.
    refusals: Option<f64>,
    /// What the way lets through a second; what is beyond is lost.
    capacity: Option<f64>,
}

/// So many a second, and a few at once.
#[derive(Debug, Clone)]
struct Bucket {
    rate: f64,
    most: f64,
    level: f64,
    at: Duration,
}

impl Bucket {
    fn new(rate: f64, most: f64) -> Self {
        Self { rate, most, level: most, at: Duration::ZERO }
    }

    fn take(&mut self, now: Duration) -> bool {
        let gained = now.saturating_sub(self.at).as_secs_f64() * self.rate;
        self.level = (self.level + gained).min(self.most);
        self.at = now;
        let has_one = self.level >= 1.0;
        if has_one {
            self.level -= 1.0;
        }
        has_one
    }
}

/// Numbers that look random and are the same each time (a linear congruence).
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_precision_loss, reason = "a fraction, not a count")]
    fn roll(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }
}

#[derive(Debug, Default)]
struct Outcome {
    took: Duration,
    /// When half of the work was done.
    halfway: Duration,
    /// Ports that are settled, and those with what was tried in vain.
    known: u64,
    done: u64,
    attempts: usize,
    most_in_flight: usize,
    /// Of each host, by port.
    settled: Vec<Vec<Option<Port>>>,
    attempts_at: Vec<Vec<u32>>,
}

impl Outcome {
    fn settle(&mut self, settled: &Settled<usize>, port: Port) {
        let known = &mut self.settled[settled.subject][settled.place as usize];
        assert_eq!(known.replace(port), None, "settled twice");
        self.known += 1;
    }

    fn progress(&mut self, now: Duration, partly_done: u64, total: u64) {
        let done = self.known + partly_done;
        assert!((self.done..=total).contains(&done), "{done} of {total} after {}", self.done);
        if self.done < total / 2 && done >= total / 2 {
            self.halfway = now;
        }
        self.done = done;
    }

    /// The ports whose state is another than it is in truth.
    fn mistakes(&self, scenes: &[Scene]) -> usize {
        let pairs = scenes.iter().zip(&self.settled);
        pairs
            .flat_map(|(scene, settled)| scene.ports.iter().zip(settled))
            .filter(|(truth, settled)| settled.as_ref() != Some(truth))
            .count()
    }
}

fn limits() -> Limits {
    Limits { timeout: 2000 * MS, tries: 3, max_in_flight: 4000, rate: None, is_patient: false }
}

fn scene(ports: Vec<Port>) -> Scene {
    Scene { ports, group: 1, round_trip: 10 * MS, loss: 0.0, refusals: None, capacity: None }
}

fn simulate(scenes: &[Scene], limits: Limits, seed: u64) -> Outcome {
    let works: Vec<_> = scenes
        .iter()
        .enumerate()
        .map(|(subject, scene)| Work {
            subject,
            places: u32::try_from(scene.ports.len()).unwrap(),
            group: scene.group,
        })
        .collect();
    let mut policy = Policy::new(limits, works.into_iter());
    let mut buckets: Vec<_> =
        scenes.iter().map(|it| it.refusals.map(|rate| Bucket::new(rate, 5.0))).collect();
    let mut ways: Vec<_> =
        scenes.iter().map(|it| it.capacity.map(|rate| Bucket::new(rate, 64.0))).collect();
    let mut dice = Dice(seed);
    let mut answers: BinaryHeap<Reverse<(Duration, usize, usize)>> = BinaryHeap::new();
    let mut serials: Vec<usize> = Vec::new();
    let mut outcome = Outcome {
        settled: scenes.iter().map(|it| vec![None; it.ports.len()]).collect(),
        attempts_at: scenes.iter().map(|it| vec![0; it.ports.len()]).collect(),
        ..Outcome::default()
    };
    let total: u64 = scenes.iter().map(|it| it.ports.len() as u64).sum();
    let (mut now, mut in_flight) = (Duration::ZERO, 0_usize);
    loop {
        assert!(now < Duration::from_secs(3600), "it never ends");
        let until = match policy.next(now, 0) {
            Step::Done => break,
            Step::Start(flight) => {
                now += START_COST;
                outcome.attempts += 1;
                in_flight += 1;
                outcome.most_in_flight = outcome.most_in_flight.max(in_flight);
                serials.resize(serials.len().max(flight + 1), 0);
                serials[flight] += 1;
                let (&host, place) = policy.attempt(flight);
                let (scene, place) = (&scenes[host], place as usize);
                outcome.attempts_at[host][place] += 1;
                let half = scene.round_trip / 2;
                let gets_there = dice.roll() >= scene.loss
                    && ways[host].as_mut().is_none_or(|way| way.take(now));
                let is_answered = match scene.ports[place] {
                    Port::Silent => false,
                    Port::Open => true,
                    Port::Closed => {
                        gets_there
                            && buckets[host].as_mut().is_none_or(|bucket| bucket.take(now + half))
                    }
                };
                if gets_there && is_answered && dice.roll() >= scene.loss {
                    answers.push(Reverse((now + scene.round_trip, flight, serials[flight])));
                }
                now
            }
            Step::Wait(until) => {
                let next = answers.peek().map(|Reverse((at, ..))| *at);
                until.into_iter().chain(next).min().expect("something is to come").max(now)
            }
        };
        now = until;
        while let Some(Reverse((at, flight, serial))) = answers.peek().copied() {
            if at > now {
                break;
            }
            answers.pop();
            if serials[flight] != serial {
                continue;
            }
            let (&host, place) = policy.attempt(flight);
            let state = scenes[host].ports[place as usize];
            let sign = if state == Port::Open { Sign::Connected } else { Sign::Refused };
            serials[flight] += 1;
            in_flight -= 1;
            if let Some(settled) = policy.answered(now, flight, sign) {
                outcome.settle(&settled, state);
            }
        }
        while let Some(expired) = policy.expire(now) {
            serials[expired.flight] += 1;
            in_flight -= 1;
            if let Some(settled) = expired.silent {
                outcome.settle(&settled, Port::Silent);
            }
        }
        while let Some(flight) = policy.take_abandoned() {
            serials[flight] += 1;
            in_flight -= 1;
        }
        outcome.progress(now, policy.partly_done(), total);
    }
    assert_eq!((in_flight, policy.partly_done()), (0, 0));
    outcome.took = now;
    outcome
}

fn ports(count: usize, rest: Port, others: &[(usize, Port)]) -> Vec<Port> {
    let mut ports = vec![rest; count];
    for (place, port) in others {
        ports[*place] = *port;
    }
    ports
}

#[test]
fn a_host_that_refuses_is_known_in_a_few_round_trips() {
    let scenes = [scene(ports(65_535, Port::Closed, &[(80, Port::Open)]))];
    let outcome = simulate(&scenes, limits(), 1);
    assert_eq!(outcome.mistakes(&scenes), 0);
    assert_eq!(outcome.attempts, 65_535);
    // Nine round trips of growth, the rest in sixteen.
    assert!(outcome.took < Duration::from_secs(1), "{outcome:?}", outcome = outcome.took);
}

#[test]
fn the_first_attempts_are_few() {
    let scenes = [scene(ports(5000, Port::Silent, &[]))];
    let works = scenes.iter().map(|it| Work { subject: (), places: 5000, group: it.group });
    let mut policy = Policy::new(limits(), works);
    let mut started = 0;
    while let Step::Start(_) = policy.next(Duration::ZERO, 0) {
        started += 1;
    }
    assert_eq!(started, HOST_START);
}

#[test]
fn what_was_tried_in_vain_is_part_of_the_work_done() {
    for tries in [2, 3, 6] {
        let scenes = [scene(ports(5000, Port::Silent, &[(3, Port::Closed)]))];
        let Outcome { halfway, took, .. } = simulate(&scenes, Limits { tries, ..limits() }, 1);
        assert!((took / 5..took * 4 / 5).contains(&halfway), "{tries}: {halfway:?} of {took:?}");
    }
}

#[test]
fn one_silent_port_is_waited_for_as_long_as_was_said() {
    let scenes = [scene(ports(1, Port::Silent, &[]))];
    for tries in 1..=4 {
        let outcome = simulate(&scenes, Limits { tries, ..limits() }, 1);
        assert_eq!(outcome.attempts, usize::from(tries));
        let took = outcome.took.as_secs_f64();
        assert!((1.99..2.02).contains(&took), "{tries} tries: {took} s");
    }
}

#[test]
fn few_ports_are_waited_for_with_patience_though_others_answer_soon() {
    let scenes = [scene(vec![Port::Closed, Port::Silent, Port::Open])];
    let hasty = simulate(&scenes, limits(), 1);
    let patient = simulate(&scenes, Limits { is_patient: true, ..limits() }, 1);
    assert!(hasty.took < Duration::from_millis(320), "{:?}", hasty.took);
    assert!((1.99..2.02).contains(&patient.took.as_secs_f64()), "{:?}", patient.took);
    assert_eq!((hasty.mistakes(&scenes), patient.mistakes(&scenes)), (0, 0));
}

#[test]
fn behind_a_firewall_that_drops_almost_all_silence_is_not_taken_for_overload() {
    for open in [[5, 9, 20, 30, 40], [11_000, 22_000, 33_000, 44_000, 55_000]] {
        let open = open.map(|place| (place, Port::Open));
        let scenes = [scene(ports(65_535, Port::Silent, &open))];
        let outcome = simulate(&scenes, limits(), 2);
        assert_eq!(outcome.mistakes(&scenes), 0);
        assert!(outcome.took < Duration::from_secs(9), "{:?}", outcome.took);
        // Somebody is home there, and does not want to be asked again and again.
        for (place, _) in open {
            assert_eq!(outcome.attempts_at[0][place], 1);
        }
    }
}

#[test]
fn a_closed_port_serves_as_the_canary_of_a_silent_firewall() {
    let scenes = [scene(ports(65_535, Port::Silent, &[(3, Port::Closed)]))];
    let outcome = simulate(&scenes, limits(), 2);
    assert_eq!(outcome.mistakes(&scenes), 0);
    assert!(outcome.attempts_at[0][3] > 5, "{}", outcome.attempts_at[0][3]);
    assert!(outcome.took < Duration::from_secs(7), "{:?}", outcome.took);
}

#[test]
fn no_open_port_is_missed_where_packets_get_lost() {
    for (loss, seeds) in [(0.01, 1..20), (0.05, 1..60)] {
        for seed in seeds {
            let mut one = scene(ports(1000, Port::Open, &[]));
            one.loss = loss;
            let scenes = [one];
            let outcome = simulate(&scenes, limits(), seed);
            assert_eq!(outcome.mistakes(&scenes), 0, "loss {loss}, seed {seed}");
            assert!(outcome.took < Duration::from_secs(3), "{:?}", outcome.took);
        }
    }
}

#[test]
fn losses_by_chance_do_not_slow_a_scan_down() {
    let mut one = scene(ports(65_535, Port::Closed, &[]));
    one.loss = 0.05;
    let outcome = simulate(&[one], limits(), 3);
    assert!(outcome.took < Duration::from_secs(3), "{:?}", outcome.took);
}

#[test]
fn a_host_that_limits_its_refusals_is_asked_slowly_enough() {
    for (round_trip, seed) in [(Duration::from_micros(200), 1), (10 * MS, 2), (50 * MS, 3)] {
        let mut one = scene(ports(3000, Port::Closed, &[(2000, Port::Open)]));
        (one.refusals, one.round_trip) = (Some(200.0), round_trip);
        let scenes = [one];
        let outcome = simulate(&scenes, limits(), seed);
        assert_eq!(outcome.mistakes(&scenes), 0, "{round_trip:?}");
        assert!(outcome.took < Duration::from_secs(20), "{:?}", outcome.took);
    }
}

#[test]
fn losses_among_much_silence_do_not_slow_a_scan_down() {
    let mut one = scene(ports(65_535, Port::Silent, &[]));
    one.ports.iter_mut().step_by(60).for_each(|port| *port = Port::Closed);
    one.loss = 0.05;
    let scenes = [one];
    let outcome = simulate(&scenes, limits(), 8);
    assert_eq!(outcome.mistakes(&scenes), 0);
    assert!(outcome.took < Duration::from_secs(60), "{:?}", outcome.took);
}

#[test]
fn a_narrow_way_is_not_flooded() {
    let mut one = scene(ports(5000, Port::Closed, &[]));
    one.capacity = Some(1000.0);
    let scenes = [one];
    let outcome = simulate(&scenes, limits(), 4);
    assert_eq!(outcome.mistakes(&scenes), 0);
    assert!(outcome.took < Duration::from_secs(9), "{:?}", outcome.took);
}

#[test]
fn a_network_of_which_half_is_silent_is_as_quick_as_its_silence() {
    let host = |index: usize| {
        let rest = if index.is_multiple_of(2) { Port::Closed } else { Port::Silent };
        let mut host = scene(ports(100, rest, &[(index % 100, Port::Open)]));
        host.round_trip = Duration::from_micros(100);
        host
    };
    let scenes: Vec<_> = (0..256).map(host).collect();
    let outcome = simulate(&scenes, limits(), 5);
    assert_eq!(outcome.mistakes(&scenes), 0);
    assert!(outcome.took < Duration::from_millis(1500), "{:?}", outcome.took);
}

#[test]
fn a_host_far_away_is_not_given_up_because_another_is_near() {
    let mut near = scene(ports(100, Port::Closed, &[]));
    near.round_trip = Duration::from_micros(50);
    let mut far = scene(ports(100, Port::Silent, &[(50, Port::Open)]));
    (far.group, far.round_trip) = (2, 700 * MS);
    let scenes = [near, far];
    assert_eq!(simulate(&scenes, limits(), 6).mistakes(&scenes), 0);
}

#[test]
fn limits_are_kept() {
    let host = || scene(ports(300, Port::Closed, &[]));
    let scenes = [host(), host(), host()];
    let few = simulate(&scenes, Limits { max_in_flight: 7, ..limits() }, 7);
    assert_eq!((few.most_in_flight, few.mistakes(&scenes)), (7, 0));
    let slow = simulate(&scenes, Limits { rate: Some(100), ..limits() }, 7);
    assert!((8.9..9.1).contains(&slow.took.as_secs_f64()), "{:?}", slow.took);
}

#[test]
fn what_could_not_be_started_is_started_later() {
    let work = Work { subject: (), places: 3, group: 1 };
    let mut policy = Policy::new(limits(), [work].into_iter());
    let Step::Start(flight) = policy.next(Duration::ZERO, 0) else { panic!("nothing to do") };
    policy.shortage(Duration::ZERO, flight);
    assert_eq!(policy.next(Duration::ZERO, 0), Step::Wait(Some(SHORTAGE_PAUSE)));
    let (mut now, mut places) = (SHORTAGE_PAUSE, Vec::new());
    while let Step::Start(flight) = policy.next(now, 0) {
        places.push(policy.attempt(flight).1);
        now += START_COST;
        assert!(policy.answered(now, flight, Sign::Refused).is_some_and(|it| it.tries == 1));
    }
    places.sort_unstable();
    assert_eq!((places, policy.next(now, 0)), (vec![0, 1, 2], Step::Done));
}

#[test]
fn connections_that_stand_count_even_where_nothing_else_is_under_way() {
    let work = Work { subject: (), places: 3, group: 1 };
    let mut policy = Policy::new(Limits { max_in_flight: 2, ..limits() }, [work].into_iter());
    let Step::Start(flight) = policy.next(Duration::ZERO, 0) else { panic!("nothing to do") };
    assert!(policy.answered(MS, flight, Sign::Connected).is_some());
    assert!(matches!(policy.next(MS, 2), Step::Wait(_)));
    assert!(matches!(policy.next(MS, 1), Step::Start(_)));
}

#[test]
fn the_last_answer_is_the_end_at_any_rate() {
    let host = |round_trip| {
        let mut host = scene(ports(1, Port::Closed, &[]));
        host.round_trip = round_trip;
        host
    };
    let slow = Limits { rate: Some(1), ..limits() };
    let one = simulate(&[host(MS)], slow.clone(), 1);
    assert!(one.took < 10 * MS, "{:?}", one.took);
    let scenes = [host(MS), scene(Vec::new()), host(MS)];
    let more = simulate(&scenes, slow, 1);
    assert_eq!(more.mistakes(&scenes), 0);
    assert!((1.0..1.1).contains(&more.took.as_secs_f64()), "{:?}", more.took);
}
