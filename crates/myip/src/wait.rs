//! Waiting until there is an answer that others can use.

use std::time::{Duration, Instant};

use output::Value;

use crate::answer::{Answer, answer};
use crate::failure::Failure;
use crate::request::Request;
use crate::row::Row;
use crate::system::Changes;

/// So long the system is listened to at once.
const STEP: Duration = Duration::from_secs(1);

/// The answer as soon as it is a good one. After `patience` it is that there is none; what there is
/// then may be loopback or link-local, and nobody waits for those.
pub(crate) fn wait(request: &Request, patience: Duration) -> Answer {
    // Whoever listens first misses nothing.
    let mut changes = Changes::listen(request.backend);
    let deadline = Instant::now() + patience;
    loop {
        let found = answer(request);
        if found.is_good(request) {
            return found;
        }
        if Instant::now() >= deadline {
            return in_vain(request, found, patience);
        }
        while !changes.wait(deadline.saturating_duration_since(Instant::now()).min(STEP)) {
            if Instant::now() >= deadline {
                break;
            }
        }
    }
}

/// What is wrong, where that is known; else that nothing good has come.
fn in_vain(request: &Request, found: Answer, patience: Duration) -> Answer {
    let there = found.rows.iter().flatten().find_map(Row::answer);
    let there = there.as_ref().map(Value::to_text);
    let what = format!("good {}", request.words());
    let in_vain = Failure::InVain { what, time: patience, there };
    let failures = found.rows.into_iter().filter(Result::is_err);
    Answer { rows: failures.chain([Err(in_vain)]).collect(), note: None }
}
