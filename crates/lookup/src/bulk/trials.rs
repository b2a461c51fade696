//! Engines against servers that lose, delay, double and forge.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::{SocketAddr, UdpSocket};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::{Engine, Landed, Reason, Settings, Statistics, WireQuestion};

/// No trial takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a server looks whether it is to stop, or a delayed reply to go.
const TICK: Duration = Duration::from_millis(1);

/// What a server does with a query: datagrams, each after a delay.
type Behaviour = Box<dyn FnMut(&[u8]) -> Vec<(Duration, Vec<u8>)> + Send>;

struct Peer {
    address: SocketAddr,
    queries: Arc<AtomicU64>,
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    fn new(behaviour: Behaviour) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), behaviour)
    }

    fn at(address: SocketAddr, behaviour: Behaviour) -> Self {
        let socket = UdpSocket::bind(address).unwrap();
        let address = socket.local_addr().unwrap();
        let (queries, is_stopped) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let (count, stop) = (Arc::clone(&queries), Arc::clone(&is_stopped));
        let thread = Some(thread::spawn(move || serve(&socket, behaviour, &count, &stop)));
        Self { address, queries, is_stopped, thread }
    }

    fn queries(&self) -> u64 {
        self.queries.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        let _ = self.thread.take().unwrap().join();
    }
}

fn serve(socket: &UdpSocket, mut behaviour: Behaviour, queries: &AtomicU64, stop: &AtomicBool) {
    socket.set_read_timeout(Some(TICK)).unwrap();
    let mut delayed = BinaryHeap::new();
    let mut buffer = [0; 512];
    while !stop.load(Ordering::SeqCst) {
        if let Ok((octets, client)) = socket.recv_from(&mut buffer) {
            queries.fetch_add(1, Ordering::SeqCst);
            for (delay, reply) in behaviour(&buffer[..octets]) {
                delayed.push(Reverse((Instant::now() + delay, client, reply)));
            }
        }
        while let Some(Reverse((due, client, reply))) = delayed.pop() {
            if due > Instant::now() {
                delayed.push(Reverse((due, client, reply)));
                break;
            }
            let _ = socket.send_to(&reply, client);
        }
    }
}

/// The query, turned into a reply.
fn reply_to(query: &[u8]) -> Vec<u8> {
    let mut reply = query.to_vec();
    reply[2] |= 0x80;
    reply
}

fn at_once(reply: Vec<u8>) -> Vec<(Duration, Vec<u8>)> {
    vec![(Duration::ZERO, reply)]
}

fn answering() -> Behaviour {
    Box::new(|query| at_once(reply_to(query)))
}

fn silent() -> Behaviour {
    Box::new(|_| Vec::new())
}

/// An address at which nothing listens.
fn nobody() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Says of each query at random what becomes of it: `honesty` of 256 are answered as they should.
fn misbehaving(seed: u64, honesty: u8) -> Behaviour {
    let mut random = StdRng::seed_from_u64(seed);
    Box::new(move |query| {
        let reply = reply_to(query);
        if random.random::<u8>() <= honesty {
            return at_once(reply);
        }
        let soon = Duration::from_millis(random.random_range(0..20));
        let late = Duration::from_millis(random.random_range(50..800));
        match random.random_range(0..8) {
            0 => vec![],
            1 => vec![(soon, reply.clone()), (soon, reply)],
            2 => vec![(soon, reply)],
            3 => vec![(late, reply)],
            4 => at_once(with_octet(reply, 0, 0x55)),
            5 => at_once(with_octet(reply, 14, b'x')),
            6 => at_once(reply[..random.random_range(0..reply.len() - 1)].to_vec()),
            _ => vec![(Duration::ZERO, with_octet(reply.clone(), 13, b'y')), (soon, reply)],
        }
    })
}

fn with_octet(mut octets: Vec<u8>, at: usize, xor: u8) -> Vec<u8> {
    octets[at] ^= xor;
    octets
}

/// A query for the address of a number.
fn query_for(number: usize) -> Vec<u8> {
    let label = format!("n{number:07}");
    let length = u8::try_from(label.len()).unwrap();
    let header = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, length];
    [&header[..], label.as_bytes(), b"\x04test\0\0\x01\0\x01"].concat()
}

/// What became of each question.
struct Outcome {
    /// For each in the order of submission: whether it was answered, and the words if not.
    words: Vec<Option<String>>,
    servers: Vec<SocketAddr>,
    statistics: Statistics,
    /// The window when the last question was submitted.
    window: u32,
    elapsed: Duration,
}

impl Outcome {
    fn answered(&self) -> usize {
        self.words.iter().filter(|it| it.is_none()).count()
    }

    fn count(&self, words: &str) -> usize {
        self.words.iter().filter(|it| it.as_deref().is_some_and(|it| it.contains(words))).count()
    }
}

/// Asks so many questions, and sees that each lands once and with a reply of its own.
fn ask(servers: &[SocketAddr], count: usize, settings: Settings) -> Outcome {
    let mut engine = Engine::new(servers, settings).unwrap();
    let start = Instant::now();
    let mut landed_once = vec![None; count];
    let mut last_server = vec![servers[0]; count];
    let (mut submitted, mut window) = (0, 0);
    while submitted < count || !engine.is_idle() {
        assert!(start.elapsed() < PATIENCE, "{} are missing", missing(&landed_once));
        while submitted < count && engine.has_room() {
            engine.submit(submitted, WireQuestion::new(&query_for(submitted)).unwrap());
            submitted += 1;
            window = engine.under_way().1;
        }
        engine.turn(Instant::now() + TICK * 100, &mut |landed: Landed<'_, usize>| {
            let (token, sent) = (landed.token, landed.sent);
            assert!(sent <= settings.attempts, "sent {sent} times");
            assert!(landed.rtt <= start.elapsed(), "{:?}", landed.rtt);
            let words = landed.result.map(|reply| {
                let query = query_for(token);
                let question = 12..query.len();
                // A refusal may come without, but nobody here sends one.
                assert_eq!(reply[question.clone()], query[question]);
            });
            let words = words.err().map(|reason: Reason| reason.to_string());
            assert!(landed_once[token].replace(words).is_none(), "{token} landed twice");
            last_server[token] = landed.server;
        });
    }
    let words = landed_once.into_iter().map(|it| it.expect("each landed")).collect();
    Outcome {
        words,
        servers: last_server,
        statistics: engine.statistics().clone(),
        window,
        elapsed: start.elapsed(),
    }
}

fn missing<T>(landed: &[Option<T>]) -> usize {
    landed.iter().filter(|it| it.is_none()).count()
}

fn settings(attempts: u32, deadline_ms: u64) -> Settings {
    let deadline = Duration::from_millis(deadline_ms);
    Settings { attempts, deadline, ..Settings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn each_question_lands_once_whatever_becomes_of_datagrams(
        seed in any::<u64>(),
        honesty in prop::collection::vec(any::<u8>(), 1..4),
        attempts in 1_u32..7,
        count in 1_usize..1500,
    ) {
        let peers: Vec<_> =
            (seed..).zip(&honesty).map(|(seed, it)| Peer::new(misbehaving(seed, *it))).collect();
        let servers: Vec<_> = peers.iter().map(|it| it.address).collect();
        let outcome = ask(&servers, count, settings(attempts, 400));
        prop_assert_eq!(outcome.words.len(), count);
        let statistics = &outcome.statistics;
        prop_assert_eq!(statistics.answered, outcome.answered() as u64);
        prop_assert_eq!(statistics.answered + statistics.failed, count as u64);
        prop_assert_eq!(statistics.round_trips.total(), statistics.answered);
    }
}

#[test]
fn an_honest_server_answers_everything_at_the_first_try() {
    let peer = Peer::new(answering());
    let outcome = ask(&[peer.address], 5000, settings(5, 20_000));
    assert_eq!(outcome.answered(), 5000);
    let statistics = outcome.statistics;
    assert_eq!(statistics.sent, 5000 + statistics.sent_again);
    assert_eq!(statistics.round_trips.total(), 5000);
    assert!(statistics.disbelieved <= statistics.sent_again, "{statistics:?}");
}

#[test]
fn a_forged_reply_does_not_keep_the_true_one_from_being_believed() {
    let peer = Peer::new(Box::new(|query| {
        let reply = reply_to(query);
        let forged = [(0, 0x55), (2, 0x80), (14, b'x'), (23, 1)];
        let forged = forged.map(|(at, xor)| with_octet(reply.clone(), at, xor));
        forged.into_iter().chain([reply]).map(|it| (Duration::ZERO, it)).collect()
    }));
    let outcome = ask(&[peer.address], 200, settings(5, 20_000));
    assert_eq!(outcome.answered(), 200);
    assert!(outcome.statistics.disbelieved >= 200 * 4);
}

#[test]
fn says_at_once_that_nothing_listens() {
    let outcome = ask(&[nobody(), nobody()], 3000, settings(5, 20_000));
    assert_eq!(outcome.count("nothing listens"), 3000);
    assert!(outcome.elapsed < Duration::from_secs(10), "{:?}", outcome.elapsed);
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let peer = Peer::new(silent());
    let outcome = ask(&[peer.address], 5000, settings(3, 1500));
    let (waited, not_sent) = (outcome.count("no reply within"), outcome.count("no server answers"));
    assert_eq!((waited + not_sent, waited < 2000), (5000, true));
    assert!(peer.queries() < 5000, "{}", peer.queries());
}

#[test]
fn a_dead_server_among_others_costs_no_answer_and_is_only_probed() {
    for dead in [None, Some(Peer::new(silent()))] {
        let good = Peer::new(answering());
        let dead_address = dead.as_ref().map_or_else(nobody, |it| it.address);
        let outcome = ask(&[dead_address, good.address], 20_000, settings(5, 20_000));
        assert_eq!(outcome.answered(), 20_000);
        assert!(outcome.servers.iter().all(|it| *it == good.address));
        if let Some(dead) = dead {
            assert!(dead.queries() < 2000, "{}", dead.queries());
        }
    }
}

#[test]
fn servers_are_asked_in_turn() {
    let peers = [(); 3].map(|()| Peer::new(answering()));
    let servers = peers.each_ref().map(|it| it.address);
    let outcome = ask(&servers, 6000, settings(5, 20_000));
    assert_eq!(outcome.answered(), 6000);
    for server in servers {
        let share = outcome.servers.iter().filter(|it| **it == server).count();
        // A third each, unless the machine lets one of them wait.
        assert!(share > 60, "{share} of 6000");
    }
}

#[test]
fn a_server_that_comes_back_is_asked_again() {
    let address = nobody();
    let first = Peer::at(address, answering());
    let mut engine = Engine::new(&[address], settings(5, 20_000)).unwrap();
    let mut answered = 0;
    let mut run = |engine: &mut Engine<usize>, first: usize, patience: Duration| {
        let until = Instant::now() + patience;
        for number in first..first + 50 {
            engine.submit(number, WireQuestion::new(&query_for(number)).unwrap());
        }
        while !engine.is_idle() && Instant::now() < until {
            engine.turn(until, &mut |landed| answered += usize::from(landed.result.is_ok()));
        }
        answered
    };
    assert_eq!(run(&mut engine, 0, PATIENCE), 50);
    drop(first);
    assert_eq!(run(&mut engine, 50, Duration::from_millis(300)), 50);
    let _second = Peer::at(address, answering());
    assert_eq!(run(&mut engine, 100, PATIENCE), 150);
}

#[test]
fn names_that_take_long_do_not_make_the_window_small() {
    // A recursive server finds one name in ten after longer than is waited for before it is asked
    // again, and then answers all who asked.
    let mut known_from = HashMap::new();
    let peer = Peer::new(Box::new(move |query| {
        let count = known_from.len();
        let delay = Duration::from_millis(if count.is_multiple_of(10) { 700 } else { 0 });
        let known_from = known_from.entry(query[2..].to_vec()).or_insert(Instant::now() + delay);
        vec![(known_from.saturating_duration_since(Instant::now()), reply_to(query))]
    }));
    let outcome = ask(&[peer.address], 10_000, settings(5, 20_000));
    assert_eq!(outcome.answered(), 10_000);
    assert!(outcome.window >= 32, "{} {:?}", outcome.window, outcome.statistics.lost);
}

#[test]
fn no_more_than_the_rate_is_sent() {
    let peer = Peer::new(answering());
    let rate = NonZero::new(2000);
    let outcome = ask(&[peer.address], 1000, Settings { rate, ..settings(5, 20_000) });
    assert_eq!(outcome.answered(), 1000);
    // All but the first burst of 20.
    assert!(outcome.elapsed >= Duration::from_millis(490), "{:?}", outcome.elapsed);
}

/// Connecting to the broadcast address is not permitted, and sends nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_server_without_a_way_there_is_left_out() {
    let (peer, nowhere) = (Peer::new(answering()), "255.255.255.255:53".parse().unwrap());
    let engine = Engine::<()>::new(&[nowhere, peer.address], Settings::default()).unwrap();
    let left_out: Vec<_> = engine.left_out().iter().map(|(server, _)| *server).collect();
    assert_eq!(left_out, [nowhere]);
    assert!(Engine::<()>::new(&[nowhere], Settings::default()).is_err());
}

#[test]
fn without_a_server_there_is_no_engine() {
    assert!(Engine::<()>::new(&[], Settings::default()).is_err());
}
