//! Questions that take more than a datagram each way: over TCP and TLS, without EDNS, over the
//! names of a search list.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::error::SendError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::Planned;
use crate::background::Waiting;
use crate::bulk::Rate;
use crate::exchange::Limits;
use crate::resolve::{Outcome, ResolveError, Source, resolve};

/// So many of them are asked at a time.
const AT_ONCE_MAX: usize = 64;

/// So many of them may wait; beyond that no new lines are read.
const WAITING_MAX: usize = 1000;

/// What came of a question.
type Landed = (Planned, Result<Outcome, ResolveError>);

/// A thread that asks one question at a time each.
pub struct Slow {
    settings: Settings,
    /// Made when the first question comes.
    thread: Option<(UnboundedSender<Planned>, Receiver<Landed>)>,
    /// Questions that nobody took.
    unasked: Vec<Planned>,
    under_way: usize,
}

/// Whom it asks, and how.
#[derive(Clone)]
pub struct Settings {
    /// Whom.
    pub source: Arc<Source>,
    /// Limits on each question.
    pub limits: Limits,
    /// Questions a second.
    pub rate: Option<NonZero<u32>>,
}

impl Slow {
    /// No thread yet.
    pub const fn new(settings: Settings) -> Self {
        Self { settings, thread: None, unasked: Vec::new(), under_way: 0 }
    }

    /// How many questions have not landed.
    pub const fn under_way(&self) -> usize {
        self.under_way
    }

    /// Whether more of them are welcome.
    pub const fn has_room(&self) -> bool {
        self.under_way < WAITING_MAX
    }

    /// Takes a question on.
    pub fn ask(&mut self, asking: Planned) {
        let (questions, _) = self.thread.get_or_insert_with(|| start(&self.settings));
        self.under_way += 1;
        if let Err(SendError(asking)) = questions.send(asking) {
            self.unasked.push(asking);
        }
    }

    /// What has landed; the first is waited for, but no longer than this.
    pub fn landed(&mut self, timeout: Duration) -> Vec<Landed> {
        let Some((_, landed)) = &self.thread else { return Vec::new() };
        if self.under_way == 0 {
            return Vec::new();
        }
        let unasked = self.unasked.drain(..);
        let mut all: Vec<_> = unasked
            .map(|asking| not_started(asking, io::Error::other("the system gives no thread")))
            .collect();
        if all.is_empty() && !timeout.is_zero() {
            all.extend(landed.recv_timeout(timeout));
        }
        all.extend(landed.try_iter());
        self.under_way -= all.len();
        all
    }
}

/// A question that failed before it was asked.
fn not_started(asking: Planned, source: io::Error) -> Landed {
    let asked = asking.asked.clone();
    (asking, Err(ResolveError::Start { asked, source }))
}

fn start(settings: &Settings) -> (UnboundedSender<Planned>, Receiver<Landed>) {
    let (questions, mut to_ask) = unbounded_channel::<Planned>();
    let (landed, outcomes) = mpsc::channel();
    let settings = settings.clone();
    let run = move || {
        let error = match Waiting::new() {
            Ok(waiting) => return waiting.run(ask_each(&mut to_ask, &settings, &landed)),
            Err(error) => error,
        };
        while let Some(asking) = to_ask.blocking_recv() {
            let error = io::Error::new(error.kind(), error.to_string());
            // Whoever does not want it has left.
            let _ = landed.send(not_started(asking, error));
        }
    };
    // Without the thread nobody takes the questions, and each is told to fail.
    let _ = thread::Builder::new().name("ask".to_owned()).spawn(run);
    (questions, outcomes)
}

async fn ask_each(
    to_ask: &mut UnboundedReceiver<Planned>,
    settings: &Settings,
    landed: &Sender<Landed>,
) {
    let at_once = Arc::new(Semaphore::new(AT_ONCE_MAX));
    let mut rate = Rate::new(settings.rate, Instant::now());
    let mut running = JoinSet::new();
    while let Some(asking) = to_ask.recv().await {
        let Ok(permit) = Arc::clone(&at_once).acquire_owned().await else { return };
        while rate.allowance(Instant::now()) == 0 {
            sleep_until(rate.next().unwrap_or_else(Instant::now).into()).await;
        }
        rate.take(1);
        let (source, landed, limits) =
            (Arc::clone(&settings.source), landed.clone(), settings.limits);
        running.spawn(async move {
            let outcome = resolve(&asking.asked, &source, &limits).await;
            drop(permit);
            // Whoever does not want it has left.
            let _ = landed.send((asking, outcome));
        });
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
}
