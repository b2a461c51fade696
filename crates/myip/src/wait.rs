//! Waiting until there is an answer that others can use.

use std::time::{Duration, Instant};

use output::Notes;

use crate::answer::{Answer, answer};
use crate::failure::waited;
use crate::request::Request;
use crate::system::Changes;

/// The answer as soon as it is a good one; after `patience` what there is.
pub(crate) fn wait(request: &Request, patience: Duration, notes: &Notes) -> Answer {
    // Whoever listens first misses nothing.
    let mut changes = Changes::listen(request.backend);
    let deadline = Instant::now() + patience;
    loop {
        let found = answer(request);
        if found.is_good(request) {
            return found;
        }
        if Instant::now() >= deadline {
            notes.note(waited(patience));
            return found;
        }
        while !changes.wait(deadline.saturating_duration_since(Instant::now()).min(STEP)) {
            if Instant::now() >= deadline {
                break;
            }
        }
    }
}

/// So long the system is listened to at once.
const STEP: Duration = Duration::from_secs(1);
