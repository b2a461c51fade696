//! Questions that take more than a datagram each way: over TCP and TLS, without EDNS, over the
//! names of a search list.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::Planned;
use crate::background::block_on;
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
    source: Arc<Source>,
    limits: Limits,
    /// Made when the first question comes.
    thread: Option<(UnboundedSender<Planned>, Receiver<Landed>)>,
    under_way: usize,
}

impl Slow {
    /// No thread yet.
    pub const fn new(source: Arc<Source>, limits: Limits) -> Self {
        Self { source, limits, thread: None, under_way: 0 }
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
        let (questions, _) = self.thread.get_or_insert_with(|| start(&self.source, self.limits));
        self.under_way += 1;
        // The thread ends after its questions have, and not before.
        let _ = questions.send(asking);
    }

    /// What has landed; the first is waited for, but no longer than this.
    pub fn landed(&mut self, timeout: Duration) -> Vec<Landed> {
        let Some((_, landed)) = &self.thread else { return Vec::new() };
        if self.under_way == 0 {
            return Vec::new();
        }
        let mut all: Vec<_> = if timeout.is_zero() {
            Vec::new()
        } else {
            landed.recv_timeout(timeout).into_iter().collect()
        };
        all.extend(landed.try_iter());
        self.under_way -= all.len();
        all
    }
}

fn start(source: &Arc<Source>, limits: Limits) -> (UnboundedSender<Planned>, Receiver<Landed>) {
    let (questions, to_ask) = unbounded_channel();
    let (landed, outcomes) = mpsc::channel();
    let source = Arc::clone(source);
    let run = move || block_on(ask_each(to_ask, source, limits, landed));
    // Without the thread nothing lands, which is told as such.
    let _ = thread::Builder::new().name("ask".to_owned()).spawn(run);
    (questions, outcomes)
}

async fn ask_each(
    mut to_ask: UnboundedReceiver<Planned>,
    source: Arc<Source>,
    limits: Limits,
    landed: Sender<Landed>,
) {
    let at_once = Arc::new(Semaphore::new(AT_ONCE_MAX));
    let mut running = JoinSet::new();
    while let Some(asking) = to_ask.recv().await {
        let Ok(permit) = Arc::clone(&at_once).acquire_owned().await else { return };
        let (source, landed) = (Arc::clone(&source), landed.clone());
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
