//! The same question again and again: what came, what changed and what went.

use std::collections::VecDeque;
use std::thread;
use std::time::{Duration, Instant};

use output::{Column, Interrupt, Known, Notes, Printed, Record, Rendering, Rows};

use crate::failure::Failure;
use crate::names::{Hosts, WantedNames};
use crate::row::Row;
use crate::survey::Survey;

/// How often to see whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);

/// Looks in intervals, as long as somebody wants to know.
pub(crate) struct Watch {
    survey: Survey,
    interval: Duration,
    /// The columns whose changes are told beside that of a state: on a screen those that are shown.
    /// Elsewhere none, for queues change all the time.
    columns: Vec<&'static Column<Row>>,
    names: WantedNames,
    hosts: Hosts,
    notes: Notes,
    interrupt: Option<Interrupt>,
    /// What was there at the last look.
    known: Known<Row>,
    events: VecDeque<Result<Row, Failure>>,
    next_look: Instant,
}

impl Watch {
    /// Looks for the first time when the first row is asked for.
    pub(crate) fn begin(
        survey: Survey,
        interval: Duration,
        names: WantedNames,
        printed: &Printed,
        notes: &Notes,
    ) -> Self {
        Self {
            survey,
            interval,
            columns: if printed.rendering == Rendering::Table && printed.is_terminal {
                Row::COLUMNS.iter().filter(|column| printed.has(column.name())).collect()
            } else {
                Vec::new()
            },
            names,
            hosts: Hosts::default(),
            notes: notes.clone(),
            interrupt: Interrupt::watch().ok(),
            known: Known::default(),
            events: VecDeque::new(),
            next_look: Instant::now(),
        }
    }

    fn is_over(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_pressed)
    }

    fn look(&mut self) {
        self.next_look = Instant::now() + self.interval;
        let mut rows = Vec::new();
        for row in self.survey.look_again() {
            match row {
                Ok(row) => rows.push(row),
                Err(failure) => self.events.push_back(Err(failure)),
            }
        }
        if self.names.any() {
            self.names.give(rows.iter_mut(), &mut self.hosts, &self.notes);
        }
        // What could not be looked at is not gone.
        let is_whole = self.events.is_empty();
        let time_s = output::now_s();
        let columns = &self.columns;
        let events = self.known.look(rows, is_whole, |old, new| is_other(old, new, columns));
        self.events.extend(events.into_iter().map(|(change, mut row)| {
            row.more_mut().time_s = Some(time_s);
            row.more_mut().change = change;
            Ok(row)
        }));
    }
}

fn is_other(old: &Row, new: &Row, columns: &[&'static Column<Row>]) -> bool {
    let (before, now) = (&old.socket, &new.socket);
    before.state != now.state
        || before.inode != now.inode
        || columns.iter().any(|column| column.value_of(old) != column.value_of(new))
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
        !self.events.is_empty()
    }

    /// Looks when it is time. Whether there is an event or nobody wants one any more.
    fn wait(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while self.events.is_empty() && !self.is_over() {
            let now = Instant::now();
            if now >= self.next_look {
                self.look();
            } else if now >= deadline {
                return false;
            } else {
                thread::sleep((self.next_look.min(deadline) - now).min(PATIENCE));
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::endpoint::Endpoint;
    use crate::protocol::Protocol;
    use crate::socket::Socket;
    use crate::state::State;

    fn row(cookie: u64, state: State, recv_queue: u32) -> Row {
        let end = Endpoint::inet(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);
        let mut socket = Socket::new(Protocol::Tcp, end, None);
        (socket.cookie, socket.state) = (Some(cookie), Some(state));
        socket.recv_queue = Some(recv_queue);
        Row::new(Box::new(socket))
    }

    fn told(
        before: &[(u64, State, u32)],
        after: &[(u64, State, u32)],
        is_whole: bool,
        shown: &[&str],
    ) -> Vec<(&'static str, u64)> {
        let rows = |list: &[(u64, State, u32)]| -> Vec<Row> {
            list.iter().map(|(cookie, state, queue)| row(*cookie, *state, *queue)).collect()
        };
        let columns = Row::COLUMNS.iter().filter(|column| shown.contains(&column.name()));
        let columns: Vec<_> = columns.collect();
        let mut known = Known::default();
        let is_other = |old: &Row, new: &Row| is_other(old, new, &columns);
        known.look(rows(before), true, is_other);
        let events = known.look(rows(after), is_whole, is_other);
        let events = events
            .into_iter()
            .map(|(change, row)| (change.expect("an event is a change").as_str(), row.identity()));
        events.collect()
    }

    #[test]
    fn what_came_changed_and_went_is_told() {
        let before = [(1, State::SynSent, 0), (2, State::Established, 0), (3, State::Listen, 0)];
        let after = [(4, State::Listen, 0), (2, State::Established, 9), (1, State::Established, 0)];
        let state_only = [("removed", 3), ("added", 4), ("changed", 1)];
        // What is not shown does not change for anybody.
        assert_eq!(told(&before, &after, true, &["send_q"]), state_only);
        assert_eq!(told(&before, &after, true, &[]), state_only);
        let all = [("removed", 3), ("added", 4), ("changed", 2), ("changed", 1)];
        assert_eq!(told(&before, &after, true, &["recv_q"]), all);
        assert_eq!(told(&before, &before, true, &["recv_q"]), []);
        // Nothing is said to be gone that could not be looked at.
        assert_eq!(told(&before, &[], false, &["recv_q"]), []);
    }
}
