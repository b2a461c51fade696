//! A server of many questions: whether it answers, and how much it can take.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::Reason;
use super::rtt::RoundTrips;
use super::window::Window;

/// After so many overdue replies in a row, and none for so long, a server is only probed.
const OVERDUE_IN_A_ROW_MAX: u32 = 16;
const SILENCE_MAX: Duration = Duration::from_secs(1);

/// How often a server that does not answer is given a question.
const PROBE_INTERVAL: Duration = Duration::from_millis(250);

/// What is known of a server.
#[derive(Debug)]
pub struct Server {
    /// Where it is.
    pub address: SocketAddr,
    /// How many questions it may be given.
    pub window: Window,
    /// How long it takes.
    pub round_trips: RoundTrips,
    /// Questions that it was sent, whose replies are neither here nor overdue.
    pub under_way: u32,
    health: Health,
    first_sent: Option<Instant>,
    heard: Option<Instant>,
    trouble: Option<Trouble>,
}

#[derive(Debug, Clone, Copy)]
enum Health {
    Answers { overdue_in_a_row: u32 },
    Probed { next: Instant },
}

/// What the system says of a server, without an owner: each question gets its own error.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// Nothing listens.
    Refused,
    /// No way there.
    Unreachable(i32),
}

impl Trouble {
    /// An error of the system that is to be remembered.
    pub fn unreachable(error: &io::Error) -> Self {
        Self::Unreachable(error.raw_os_error().unwrap_or_default())
    }
}

impl Server {
    /// A server of which nothing is known.
    pub fn new(address: SocketAddr, window_max: u32, now: Instant) -> Self {
        Self {
            address,
            window: Window::new(window_max, now),
            round_trips: RoundTrips::default(),
            under_way: 0,
            health: Health::Answers { overdue_in_a_row: 0 },
            first_sent: None,
            heard: None,
            trouble: None,
        }
    }

    /// How many questions it can be sent now.
    pub const fn room(&self) -> usize {
        match self.health {
            Health::Answers { .. } => self.window.size().saturating_sub(self.under_way) as usize,
            Health::Probed { .. } => 0,
        }
    }

    /// Whether it seems to answer.
    pub const fn answers(&self) -> bool {
        matches!(self.health, Health::Answers { .. })
    }

    /// When it is to be given a question to see whether it answers again.
    pub const fn next_probe(&self) -> Option<Instant> {
        match self.health {
            Health::Answers { .. } => None,
            Health::Probed { next } => Some(next),
        }
    }

    /// Whether there is no hope that it answers soon: it never did and nothing listens there, or
    /// nothing came for so long as a question may take.
    pub fn is_dead(&self, now: Instant, deadline: Duration) -> bool {
        if self.answers() {
            return false;
        }
        match (self.heard, self.trouble, self.first_sent) {
            (None, Some(_), _) => true,
            (Some(last), ..) | (None, None, Some(last)) => now > last + deadline,
            (None, None, None) => false,
        }
    }

    /// Was sent a question.
    pub fn sent(&mut self, now: Instant) {
        self.under_way += 1;
        self.first_sent.get_or_insert(now);
        if let Health::Probed { next } = &mut self.health {
            *next = now + PROBE_INTERVAL;
        }
    }

    /// Sent a reply.
    pub fn answered(&mut self, rtt: Duration, now: Instant) {
        self.round_trips.add(rtt, f64::from(self.under_way));
        self.window.answered();
        self.health = Health::Answers { overdue_in_a_row: 0 };
        self.trouble = None;
        self.heard = Some(now);
    }

    /// Owes a reply.
    pub fn overdue(&mut self, now: Instant) {
        let Health::Answers { overdue_in_a_row } = &mut self.health else { return };
        *overdue_in_a_row += 1;
        let is_silent = |last: Instant| now >= last + SILENCE_MAX;
        if *overdue_in_a_row >= OVERDUE_IN_A_ROW_MAX
            && self.heard.or(self.first_sent).is_some_and(is_silent)
        {
            self.health = Health::Probed { next: now + PROBE_INTERVAL };
            self.window.restart(now);
        }
    }

    /// Cannot be asked.
    pub fn failed(&mut self, trouble: Trouble, now: Instant) {
        self.trouble = Some(trouble);
        self.health = Health::Probed { next: now + PROBE_INTERVAL };
    }

    /// Why a question to it was not answered, `waited` after it was first sent.
    pub fn reason(&self, waited: Option<Duration>) -> Reason {
        match (self.trouble, waited) {
            (Some(Trouble::Refused), _) => Reason::Refused,
            (Some(Trouble::Unreachable(code)), _) => {
                Reason::Unreachable(io::Error::from_raw_os_error(code))
            }
            (None, Some(waited)) => Reason::Timeout { waited },
            (None, None) => Reason::Silent,
        }
    }
}
