//! One connection for all questions to the same server.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::{EncryptedError, Endpoint, Reason, Session, Stage, Trust, waited};

/// How often a question is asked again because the server closed the connection that it was on.
/// A server that closes after each answer still answers so many at a time.
const RECONNECTIONS_MAX: usize = 32;

/// So many times the tasks of a connection get their turn to say goodbye.
const FAREWELL_TURNS: usize = 4;

/// Connections to servers, each made when it is first needed and shared from then on.
#[derive(Debug)]
pub struct Sessions {
    trust: Trust,
    places: StdMutex<HashMap<(Endpoint, SocketAddr), Arc<Place>>>,
}

/// Where the connection to one server is kept.
#[derive(Debug, Default)]
pub(super) struct Place {
    attempts: AtomicU64,
    last: Mutex<Option<Result<Arc<Session>, EncryptedError>>>,
}

impl Sessions {
    /// No connections yet.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self { trust, places: StdMutex::default() }
    }

    /// Sends a message over the connection to a server, and waits for its reply, which has the
    /// message's id. A question on a connection that the server closes after other answers is
    /// asked again over a new one.
    ///
    /// # Errors
    ///
    /// There is no connection, it ends before the reply, what comes is no reply, or the time is up.
    pub async fn exchange(
        &self,
        endpoint: &Endpoint,
        server: SocketAddr,
        message: &[u8],
        deadline: Instant,
    ) -> Result<Vec<u8>, EncryptedError> {
        let place = self.place(endpoint, server);
        let started = Instant::now();
        let too_late = |stage| EncryptedError {
            server,
            transport: endpoint.protocol.as_str(),
            reason: Reason::NoReply { stage, waited: waited(started, deadline) },
        };
        let mut reconnections = 0;
        loop {
            let session =
                place.session(|| Session::connect(endpoint, server, &self.trust, deadline));
            let session = timeout_at(deadline, session)
                .await
                .unwrap_or_else(|_| Err(too_late(Stage::Connecting)))?;
            let reply = timeout_at(deadline, session.exchange(message))
                .await
                .unwrap_or_else(|_| Err(too_late(Stage::Asking)));
            match reply {
                Err(EncryptedError { reason: Reason::Closed { .. }, .. }) => {
                    // Another question that connects meanwhile has forgotten it already.
                    let _ = timeout_at(deadline, place.forget(&session)).await;
                    if !session.has_replied() || reconnections == RECONNECTIONS_MAX {
                        return reply;
                    }
                    reconnections += 1;
                }
                reply => return reply,
            }
        }
    }

    pub(super) fn place(&self, endpoint: &Endpoint, server: SocketAddr) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry((endpoint.clone(), server)).or_default())
    }
}

/// Lets connections that nobody needs any more say goodbye to their servers, as far as that takes
/// no waiting.
pub async fn farewell() {
    for _ in 0..FAREWELL_TURNS {
        tokio::task::yield_now().await;
    }
}

impl Place {
    /// The connection that is there, or a new one. Those who wait while it is made share what
    /// comes of it, also an error; who comes later tries anew.
    async fn session<C>(&self, connect: impl FnOnce() -> C) -> Result<Arc<Session>, EncryptedError>
    where
        C: Future<Output = Result<Session, EncryptedError>>,
    {
        let attempts = self.attempts.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        match &*last {
            Some(Ok(session)) => return Ok(Arc::clone(session)),
            Some(Err(error)) if self.attempts.load(Ordering::Acquire) > attempts => {
                return Err(error.clone());
            }
            _ => {}
        }
        let made = connect().await.map(Arc::new);
        self.attempts.fetch_add(1, Ordering::AcqRel);
        last.insert(made).clone()
    }

    #[cfg(test)]
    pub(super) fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Acquire)
    }

    /// Makes room for a new connection, unless another question has made one already.
    async fn forget(&self, closed: &Arc<Session>) {
        let mut last = self.last.lock().await;
        if matches!(&*last, Some(Ok(session)) if Arc::ptr_eq(session, closed)) {
            *last = None;
        }
    }
}
