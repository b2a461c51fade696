//! The same question whenever something changes: what came, what changed and what went.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use output::{Interrupt, Known, Notes, Rows};

use crate::answer::answer;
use crate::failure::Failure;
use crate::request::{Request, Subject};
use crate::row::Row;
use crate::system::Changes;

/// How often to see whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(100);

/// One change seldom comes alone: after the first so long is waited for others.
const SETTLING: Duration = Duration::from_millis(20);

/// Looks as long as somebody wants to know.
pub(crate) struct Watch {
    request: Request,
    changes: Changes,
    interrupt: Option<Interrupt>,
    notes: Notes,
    /// What was there at the last look.
    known: Known<Row>,
    /// What could not be told at the last look.
    said: Vec<String>,
    events: VecDeque<Result<Row, Failure>>,
    is_time: bool,
    /// Whether there is but one row, whatever it is.
    is_only: bool,
}

impl Watch {
    pub(crate) fn begin(request: Request, notes: &Notes) -> Self {
        Self {
            changes: Changes::listen(request.backend),
            is_only: matches!(
                request.subject,
                Subject::Primary | Subject::FirstOf(_) | Subject::Toward(_)
            ),
            request,
            interrupt: Interrupt::watch().ok(),
            notes: notes.clone(),
            known: Known::default(),
            said: Vec::new(),
            events: VecDeque::new(),
            is_time: true,
        }
    }

    fn is_over(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_pressed)
    }

    fn look(&mut self) {
        self.is_time = false;
        let told = answer(&self.request);
        let (mut rows, mut failures) = (Vec::new(), Vec::new());
        for row in told.rows {
            match row {
                Ok(row) => rows.push(Row { is_only: self.is_only, ..row }),
                Err(failure) => failures.push(failure),
            }
        }
        let said: Vec<_> =
            failures.iter().map(ToString::to_string).chain(told.note.clone()).collect();
        if said != self.said {
            self.said = said;
            if let Some(note) = told.note {
                self.notes.note(note);
            }
            self.events.extend(failures.into_iter().map(Err));
        }
        let time_s = Some(output::now_s());
        let events = self.known.look(rows, true, is_other);
        self.events
            .extend(events.into_iter().map(|(change, row)| Ok(Row { change, time_s, ..row })));
    }
}

/// Lifetimes run down all the time, and that is no change.
fn is_other(old: &Row, new: &Row) -> bool {
    let timeless = |row: &Row| {
        let mut row = row.clone();
        for address in row.address.iter_mut().chain(row.addresses.iter_mut().flatten()) {
            (address.valid_s, address.preferred_s) = (None, None);
        }
        row
    };
    timeless(old) != timeless(new)
}

impl Iterator for Watch {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.events.is_empty() && !self.is_over() {
            self.wait(PATIENCE);
        }
        self.events.pop_front()
    }
}

impl Rows for Watch {
    fn is_ready(&mut self) -> bool {
        !self.events.is_empty()
    }

    /// Looks when something has changed. Whether there is an event or nobody wants one any more.
    fn wait(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while self.events.is_empty() && !self.is_over() {
            if self.is_time {
                self.look();
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            if self.changes.wait(left.min(PATIENCE)) {
                while self.changes.wait(SETTLING) && !self.is_over() {}
                self.is_time = true;
            }
        }
        true
    }
}
