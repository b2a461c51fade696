//! The questions in flight and the servers they are with: what time, replies and errors do to them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::question::{WireQuestion, id, is_reply};
use super::server::{Server, Trouble};
use super::socket::BATCH;
use super::table::{AGES, Table};
use super::{Landed, Reason, Settings, Statistics};

/// Servers with several threads tell clients apart by their ports, and who wants to forge a reply
/// has to guess the port.
pub const SOCKETS_PER_SERVER: u16 = 4;

/// How often clocks are looked at.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(1);

/// So many tries have times of their own; those after have that of the last of these.
const LEVELS: u32 = 6;

/// Questions that were not sent yet.
pub const NEW: u32 = 0;
/// Those to be sent again.
pub const AGAIN: u32 = 1;
/// Those that were sent as often as may be, and are overdue.
const LAST: u32 = 2;
/// Those that were sent again and are answered.
const DONE: u32 = 3;
/// For each server and level, those that may become overdue.
const TIMED: u32 = 4;

/// All that does not touch a socket.
#[derive(Debug)]
pub struct Flight<T> {
    pub settings: Settings,
    pub servers: Vec<Server>,
    pub table: Table<T>,
    pub statistics: Statistics,
    /// How many questions wait to be sent for the first time.
    pub waiting: usize,
    looked: Instant,
    next_server: u16,
}

/// Questions to be sent with one call.
#[derive(Debug)]
pub struct Batch {
    numbers: [u32; BATCH],
    count: usize,
}

impl Batch {
    pub fn numbers(&self) -> &[u32] {
        &self.numbers[..self.count]
    }
}

impl<T> Flight<T> {
    pub fn new(addresses: &[SocketAddr], settings: Settings, now: Instant) -> Self {
        let server = |address: &SocketAddr| Server::new(*address, settings.window_max, now);
        let queues = addresses.iter().fold(TIMED, |queues, _| queues + LEVELS);
        Self {
            settings,
            servers: addresses.iter().map(server).collect(),
            table: Table::new(queues),
            statistics: Statistics::default(),
            waiting: 0,
            looked: now,
            next_server: 0,
        }
    }

    pub fn submit(&mut self, token: T, question: WireQuestion<'_>) {
        let number = self.table.put(token, question);
        self.table.queues.push(NEW, number);
        self.waiting += 1;
    }

    /// Does what is due, if it is time.
    pub fn look_at_clocks(&mut self, now: Instant, landed: &mut impl FnMut(Landed<'_, T>)) {
        if now < self.looked + LOOK_INTERVAL {
            return;
        }
        self.looked = now;
        for server in self.all() {
            self.look_at_server(server, now);
        }
        while let Some((number, due)) = self.next_deadline()
            && due <= now
        {
            self.fail(number, now, landed);
        }
        while let Some((number, due)) = self.next_grace()
            && due <= now
        {
            self.judge(number);
        }
    }

    fn look_at_server(&mut self, server: u16, now: Instant) {
        for level in 0..LEVELS {
            while let Some((number, sent)) = self.oldest(server, level)
                && sent + self.server(server).round_trips.timeout(level) <= now
            {
                self.set_overdue(number);
                self.server(server).overdue(now);
            }
        }
        let server = self.server(server);
        let rtt = server.round_trips.mean().unwrap_or_default();
        server.window.turn(now, rtt);
    }

    /// When clocks are to be looked at, if nothing comes before.
    pub fn next_look(&self) -> Option<Instant> {
        let levels = self.all().flat_map(|it| (0..LEVELS).map(move |level| (it, level)));
        let overdue = levels.filter_map(|(server, level)| {
            let (_, sent) = self.oldest(server, level)?;
            Some(sent + self.servers[usize::from(server)].round_trips.timeout(level))
        });
        let others = [self.next_deadline(), self.next_grace()];
        let others = others.into_iter().flatten().map(|(_, due)| due);
        overdue.chain(others).min().map(|due| due.max(self.looked + LOOK_INTERVAL))
    }

    fn all(&self) -> std::ops::Range<u16> {
        0..u16::try_from(self.servers.len()).expect("there are fewer than sockets")
    }

    fn server(&mut self, server: u16) -> &mut Server {
        &mut self.servers[usize::from(server)]
    }

    /// The question that the server had longest at that level, and when it was sent.
    fn oldest(&self, server: u16, level: u32) -> Option<(u32, Instant)> {
        let number = self.table.queues.first(timed(server, level))?;
        Some((number, self.table.peek(number).tries.last()?.sent))
    }

    fn next_deadline(&self) -> Option<(u32, Instant)> {
        let number = self.table.ages.first(AGES)?;
        Some((number, self.table.peek(number).first_sent? + self.settings.deadline))
    }

    /// Replies to earlier tries may come after that to a later: those were not lost.
    fn next_grace(&self) -> Option<(u32, Instant)> {
        let number = self.table.queues.first(DONE)?;
        let server = &self.servers[usize::from(self.last_asked(number)?)];
        Some((number, self.table.peek(number).landed? + server.round_trips.timeout(0)))
    }

    /// The latest try is not waited for any more, though a reply to it would still be taken.
    fn set_overdue(&mut self, number: u32) {
        self.take_off_the_way(number);
        let is_last = self.table.peek(number).sent >= self.settings.attempts;
        self.table.queues.push(if is_last { LAST } else { AGAIN }, number);
    }

    fn take_off_the_way(&mut self, number: u32) {
        let slot = self.table.slot(number);
        if std::mem::take(&mut slot.is_under_way)
            && let Some(latest) = slot.tries.last()
        {
            let server = server_of(latest.socket);
            self.server(server).under_way -= 1;
        }
    }

    /// Tries before the one that was answered are lost, unless replies came after all.
    fn judge(&mut self, number: u32) {
        let tries = &self.table.peek(number).tries;
        let last_answered = tries.iter().rposition(|it| it.is_answered).unwrap_or(0);
        for lost in tries[..last_answered].iter().filter(|it| !it.is_answered) {
            self.servers[usize::from(server_of(lost.socket))].window.lost(lost.sent);
            self.statistics.lost += 1;
        }
        self.table.free(number);
    }

    fn fail(&mut self, number: u32, now: Instant, landed: &mut impl FnMut(Landed<'_, T>)) {
        let server = self.last_asked(number).unwrap_or(self.next_server);
        let first_sent = self.table.peek(number).first_sent;
        let waited = first_sent.map(|first| now.saturating_duration_since(first));
        let reason = self.server(server).reason(waited);
        self.fail_for(reason, number, server, now, landed);
    }

    /// The question cannot be answered.
    pub fn fail_for(
        &mut self,
        reason: Reason,
        number: u32,
        server: u16,
        now: Instant,
        landed: &mut impl FnMut(Landed<'_, T>),
    ) {
        self.take_off_the_way(number);
        let slot = self.table.slot(number);
        let (token, sent) = (slot.token.take(), slot.sent);
        let rtt = slot.first_sent.map(|first| now.saturating_duration_since(first));
        self.waiting -= usize::from(slot.first_sent.is_none());
        self.table.free(number);
        if let Some(token) = token {
            self.statistics.failed += 1;
            let server = self.server(server).address;
            landed(Landed {
                token,
                server,
                rtt: rtt.unwrap_or_default(),
                sent,
                result: Err(reason),
            });
        }
    }

    /// What is under way to that server is to be asked elsewhere.
    pub fn set_failed(&mut self, server: u16, trouble: Trouble, now: Instant) {
        self.server(server).failed(trouble, now);
        for level in 0..LEVELS {
            while let Some(number) = self.table.queues.first(timed(server, level)) {
                self.set_overdue(number);
            }
        }
    }

    /// Without a server that may answer soon, nothing is waited for.
    pub fn give_up_if_all_are_dead(
        &mut self,
        now: Instant,
        landed: &mut impl FnMut(Landed<'_, T>),
    ) {
        if self.servers.iter().any(|server| !server.is_dead(now, self.settings.deadline)) {
            return;
        }
        for queue in [LAST, AGAIN, NEW] {
            while let Some(number) = self.table.queues.first(queue) {
                self.fail(number, now, landed);
            }
        }
    }

    /// From where the next question is to be sent, if there is one.
    pub fn next_queue(&self) -> Option<u32> {
        [AGAIN, NEW].into_iter().find(|queue| self.table.queues.first(*queue).is_some())
    }

    /// The server that is next, and how many questions it can be given. A question is not sent
    /// again to the same server if there is another.
    pub fn choose(&mut self, queue: u32, now: Instant) -> Option<(u16, usize)> {
        let avoided = match queue {
            AGAIN => self.table.queues.first(AGAIN).and_then(|it| self.last_asked(it)),
            _ => None,
        };
        let count = self.all().end;
        let in_turn = (self.next_server..count).chain(0..self.next_server);
        let is_to_be_probed = |it: &u16| {
            self.servers[usize::from(*it)].next_probe().is_some_and(|probe| probe <= now)
        };
        let with_room = |it: u16| {
            Some((it, self.servers[usize::from(it)].room())).filter(|(_, room)| *room > 0)
        };
        let chosen = in_turn.clone().find(is_to_be_probed).map(|it| (it, 1));
        let chosen = chosen
            .or_else(|| in_turn.filter(|it| Some(*it) != avoided).find_map(with_room))
            .or_else(|| avoided.and_then(with_room));
        match chosen {
            Some((server, _)) => self.next_server = (server + 1) % count,
            None => self.servers.iter_mut().for_each(|server| server.window.full()),
        }
        chosen
    }

    fn last_asked(&self, number: u32) -> Option<u16> {
        self.table.peek(number).tries.last().map(|it| server_of(it.socket))
    }

    /// The first questions of the queue, as far as they can go to that server.
    pub fn pick(&self, queue: u32, server: u16, max: usize) -> Batch {
        let mut batch = Batch { numbers: [0; BATCH], count: 0 };
        let can_follow = |it| self.servers.len() == 1 || self.last_asked(it) != Some(server);
        let mut next = self.table.queues.first(queue);
        while let Some(number) = next
            && batch.count < max.min(BATCH)
            && (batch.count == 0 || can_follow(number))
        {
            batch.numbers[batch.count] = number;
            batch.count += 1;
            next = self.table.queues.after(number);
        }
        batch
    }

    /// The question was sent.
    pub fn note_sent(&mut self, number: u32, server: u16, now: Instant) {
        self.server(server).sent(now);
        self.statistics.sent += 1;
        let slot = self.table.slot(number);
        let level = slot.sent.min(LEVELS - 1);
        slot.sent += 1;
        slot.is_under_way = true;
        if slot.first_sent.is_none() {
            slot.first_sent = Some(now);
            self.waiting -= 1;
            self.table.ages.push(AGES, number);
        } else {
            self.statistics.sent_again += 1;
        }
        self.table.queues.push(timed(server, level), number);
    }

    /// A datagram came from the server of that socket.
    pub fn take_in(
        &mut self,
        socket: u16,
        reply: &[u8],
        now: Instant,
        landed: &mut impl FnMut(Landed<'_, T>),
    ) {
        let Some((number, index)) = self.find(socket, reply) else {
            self.statistics.disbelieved += 1;
            return;
        };
        let slot = self.table.slot(number);
        let answered = &mut slot.tries[index];
        answered.is_answered = true;
        let rtt = now.saturating_duration_since(answered.sent);
        let (token, sent) = (slot.token.take(), slot.sent);
        let server = self.server(server_of(socket));
        server.answered(rtt, now);
        let server = server.address;
        let Some(token) = token else {
            self.statistics.late += 1;
            return;
        };
        self.statistics.answered += 1;
        self.statistics.round_trips.add(rtt);
        self.set_done(number, now);
        landed(Landed { token, server, rtt, sent, result: Ok(reply) });
    }

    /// The try that this is a reply to. A second reply is not believed.
    fn find(&self, socket: u16, reply: &[u8]) -> Option<(u32, usize)> {
        let (number, index) = self.table.find(socket, id(reply)?)?;
        let slot = self.table.peek(number);
        let is_first = !slot.tries[index].is_answered;
        (is_first && is_reply(reply, &slot.query, slot.question_end)).then_some((number, index))
    }

    /// A question that was sent once is over; of others it will be seen what was lost.
    fn set_done(&mut self, number: u32, now: Instant) {
        self.take_off_the_way(number);
        let slot = self.table.slot(number);
        if slot.sent == 1 {
            self.table.free(number);
        } else {
            slot.landed = Some(now);
            self.table.ages.remove(number);
            self.table.queues.push(DONE, number);
        }
    }
}

fn timed(server: u16, level: u32) -> u32 {
    TIMED + u32::from(server) * LEVELS + level
}

/// The server that a socket is connected to.
pub fn server_of(socket: u16) -> u16 {
    socket / SOCKETS_PER_SERVER
}
