//! Lines of names in, rows out: many questions at once, in constant memory.

mod entries;
mod input;
mod judge;
mod line;
mod order;
mod quick;
mod slow;
mod summary;
mod template;

#[cfg(any(fuzzing, test))]
pub mod fuzzing;

use std::collections::VecDeque;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hickory_proto::rr::{Name, RecordType};
use output::{Exit, Interrupt, Notes, Rows};

use self::entries::{Entries, Entry};
use self::input::{Lines, Next};
use self::judge::{bad_line, is_open, judge, unanswered};
use self::order::Order;
use self::quick::Sender;
use self::slow::Slow;
use self::summary::Summary;
use self::template::Template;
use crate::answer::Arrival;
use crate::bulk::{self, Engine, Landed, WireQuestion};
use crate::exchange::{Limits, Question, Route};
use crate::failure::{Failure, FailureKind};
use crate::message;
use crate::plan::{self, Plan, Whom};
use crate::request::Target;
use crate::resolve::{Asked, Outcome, ResolveError, Source};
use crate::row::Row;

pub use self::input::InputError;

/// How often the progress is shown.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// How long other work waits for replies at most: lines and slow questions are looked after in
/// between.
const TURN_MAX: Duration = Duration::from_millis(5);

/// How long is waited where there is nothing to do but to wait for lines.
const IDLE_WAIT: Duration = Duration::from_millis(20);

/// So many lines are under way at most beyond the first that is not answered, where they are shown
/// in their order.
const LINES_AHEAD_MAX: u64 = 100_000;

/// How a list is asked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The types of lines that have none of their own.
    pub types: Vec<RecordType>,
    /// The types that stand for an address.
    pub address_types: &'static [RecordType],
    /// Questions a second.
    pub rate: Option<NonZero<u32>>,
    /// Whether rows come in the order of the lines.
    pub in_order: bool,
    /// Limits on each question.
    pub limits: Limits,
}

/// A list that is being asked for.
pub(crate) struct Batch {
    settings: Settings,
    whom: Whom,
    source: Arc<Source>,
    /// What is asked, but for name and type.
    question: Question,
    lines: Lines,
    /// `None` where questions do not go over UDP.
    engine: Option<Engine<Asking>>,
    slow: Slow,
    /// Questions for which there is no room yet.
    waiting: VecDeque<Planned>,
    simple: Option<Template>,
    pending: Pending,
    started: Instant,
    told_progress: Instant,
    is_told: bool,
    notes: Notes,
    /// `None` where Ctrl-C ends everything at once.
    interrupt: Option<Interrupt>,
}

/// What is under way, and what is ready to be shown.
struct Pending {
    order: Order,
    entries: Entries,
    summary: Summary,
}

/// A question that is under way.
enum Asking {
    /// A name and a type, whose reply is mostly as simple.
    Simple(Simple),
    /// A question of a plan.
    Planned(Planned),
}

/// A line that is one question, of which nothing was made until something has to be.
struct Simple {
    line: u64,
    name: Box<[u8]>,
    record_type: RecordType,
}

/// A question of the plan of a line.
struct Planned {
    entry: usize,
    index: usize,
    asked: Asked,
}

impl Batch {
    /// Asks for the lines of a file, or of standard input for `-`.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or there is no socket.
    pub(crate) fn open(
        path: &Path,
        whom: Whom,
        settings: Settings,
        notes: &Notes,
    ) -> Result<Self, FailureKind> {
        let source = Arc::clone(whom.first());
        let lines = Lines::open(path)?;
        let engine_settings = bulk::Settings {
            deadline: settings.limits.deadline,
            rate: settings.rate,
            ..bulk::Settings::default()
        };
        let engine = match source.route {
            Route::Udp if source.checker.is_none() => {
                Some(Engine::new(&source.servers, engine_settings).map_err(FailureKind::Sockets)?)
            }
            _ => None,
        };
        for (server, error) in engine.iter().flat_map(Engine::left_out) {
            notes.note(format_args!("{server} is left out: {}", output::system_words(error)));
        }
        let question = Question {
            name: Name::root(),
            record_type: RecordType::ZERO,
            route: Route::Udp,
            manner: source.manner.clone(),
        };
        let now = Instant::now();
        Ok(Self {
            slow: Slow::new(slow::Settings {
                source: Arc::clone(&source),
                limits: settings.limits,
                rate: settings.rate.filter(|_| engine.is_none()),
            }),
            waiting: VecDeque::new(),
            simple: Template::new(&whom, &source, &settings.types),
            pending: Pending {
                order: Order::new(settings.in_order),
                entries: Entries::default(),
                summary: Summary::default(),
            },
            settings,
            whom,
            source,
            question,
            lines,
            engine,
            started: now,
            told_progress: now,
            is_told: false,
            notes: notes.clone(),
            interrupt: Interrupt::watch().ok(),
        })
    }

    /// Does what there is to do, and waits for what comes next, but no longer than until then.
    fn turn(&mut self, until: Instant) {
        self.take_lines();
        let slow = self.slow.landed(Duration::ZERO);
        self.land_slow(slow);
        if !self.pending.order.is_empty() {
            return;
        }
        let until = until.min(Instant::now() + TURN_MAX);
        let wait = until.saturating_duration_since(Instant::now());
        match &mut self.engine {
            Some(engine) if !engine.is_idle() => self.turn_engine(until),
            _ if self.slow.under_way() > 0 => {
                let slow = self.slow.landed(wait);
                self.land_slow(slow);
            }
            _ => self.lines.wait(wait),
        }
        self.tell_progress();
    }

    /// Takes lines as long as there is room for their questions.
    fn take_lines(&mut self) {
        loop {
            while let Some(asking) = self.waiting.pop_front() {
                if let Some(asking) = self.submit(asking) {
                    return self.waiting.push_front(asking);
                }
            }
            if !self.has_room() {
                return;
            }
            let line = match self.lines.next() {
                Next::Line(line) => line,
                Next::NotYet | Next::End => return,
                Next::Failed(error) => {
                    let failure = Failure::from(FailureKind::Input(error));
                    return self.pending.order.fail(failure);
                }
            };
            if let (Some(template), Some(engine)) = (&mut self.simple, &mut self.engine)
                && let Some(simple) = line::simple(line)
                && let Some(record_type) = simple.record_type.or(template.record_type)
            {
                let line = self.pending.order.begin();
                let question = template.question(simple, record_type);
                let name = simple.name.into();
                engine.submit(Asking::Simple(Simple { line, name, record_type }), question);
                continue;
            }
            match line::parse(line, &self.settings.types, self.settings.address_types) {
                Ok(None) => {}
                Ok(Some(target)) => self.ask(&target),
                Err(error) => {
                    let shown = line::shown(line);
                    let row = bad_line(self.lines.number(), shown, &error);
                    self.pending.summary.bad_lines += 1;
                    let line = self.pending.order.begin();
                    self.pending.order.add(line, vec![row]);
                    self.pending.order.end(line);
                }
            }
        }
    }

    fn has_room(&self) -> bool {
        let has_room = self.engine.as_ref().is_none_or(Engine::has_room);
        let order = &self.pending.order;
        let is_shown_soon = order.has_room() && order.ahead() < LINES_AHEAD_MAX;
        has_room && self.slow.has_room() && is_shown_soon
    }

    fn ask(&mut self, target: &Target) {
        let mut plan = Plan::new(std::slice::from_ref(target), &self.whom, plan::Manner::default());
        let (questions, known) = plan.take();
        let entry = Entry {
            waiting: questions.len() + known.len(),
            plan,
            line: self.pending.order.begin(),
        };
        let entry = self.pending.entries.insert(entry);
        for plan::Question { index, asked, .. } in questions {
            self.waiting.push_back(Planned { entry, index, asked });
        }
        for (index, arrival) in known {
            self.pending.land(entry, index, arrival);
        }
    }

    /// Gives a question back for which there is no room.
    fn submit(&mut self, asking: Planned) -> Option<Planned> {
        let Some(engine) = &mut self.engine else {
            if !self.slow.has_room() {
                return Some(asking);
            }
            self.slow.ask(asking);
            return None;
        };
        if !engine.has_room() {
            return Some(asking);
        }
        let Asked { candidates, record_type } = &asking.asked;
        let octets = message::query(0, &candidates[0], *record_type, &self.source.manner);
        let question = WireQuestion::new(&octets).expect("a query has a question");
        engine.submit(Asking::Planned(asking), question);
        None
    }

    fn turn_engine(&mut self, until: Instant) {
        let Some(engine) = &mut self.engine else { return };
        let (pending, slow) = (&mut self.pending, &mut self.slow);
        let (source, whom, question) = (&self.source, &self.whom, &mut self.question);
        let slow_before = slow.under_way();
        engine.turn(until, &mut |landed| {
            let Landed { token, server, rtt, sent, result } = landed;
            let sender = Sender { server, rtt, sent };
            let token = match (token, &result) {
                (Asking::Planned(planned), _) => planned,
                (Asking::Simple(simple), Ok(octets)) => {
                    if let Some(rows) = quick::rows(octets, sender) {
                        return pending.land_simple(simple.line, rows);
                    }
                    pending.plan(&simple, whom)
                }
                (Asking::Simple(simple), Err(_)) => pending.plan(&simple, whom),
            };
            let outcome = match result {
                Ok(octets) => {
                    let Some(outcome) = judge(octets, &token.asked, sender, question) else {
                        return slow.ask(token);
                    };
                    if is_open(&outcome, &token.asked, source) {
                        return slow.ask(token);
                    }
                    Ok(outcome)
                }
                Err(reason) => Err(unanswered(&token.asked, server, reason)),
            };
            pending.land_outcome(&token, outcome);
        });
        engine.charge(slow.under_way() - slow_before);
    }

    fn land_slow(&mut self, landed: Vec<(Planned, Result<Outcome, ResolveError>)>) {
        for (asking, outcome) in landed {
            self.pending.land_outcome(&asking, outcome);
        }
    }

    /// Whether there is nothing more to come, or the user does not want it.
    fn is_done(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_pressed) || self.has_ended()
    }

    fn has_ended(&self) -> bool {
        self.lines.has_ended()
            && self.waiting.is_empty()
            && self.engine.as_ref().is_none_or(Engine::is_idle)
            && self.slow.under_way() == 0
            && self.pending.order.is_empty()
    }

    fn tell_progress(&mut self) {
        if self.told_progress.elapsed() >= PROGRESS_INTERVAL {
            self.told_progress = Instant::now();
            let total = self.lines.has_ended().then(|| self.pending.order.begun());
            self.notes.progress_of(self.pending.order.ended(), total);
        }
    }

    fn tell_summary(&mut self) {
        if !std::mem::replace(&mut self.is_told, true) {
            let none = bulk::Statistics::default();
            let statistics = self.engine.as_ref().map_or(&none, Engine::statistics);
            let summary = self.pending.summary.told(self.started.elapsed(), statistics);
            let interrupted = if self.has_ended() { "" } else { "interrupted: " };
            self.notes.footnote(format_args!("{interrupted}{summary}"));
        }
    }
}

impl Iterator for Batch {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.pending.order.pop() {
                return Some(row);
            }
            if self.is_done() {
                self.tell_summary();
                return None;
            }
            self.turn(Instant::now() + TURN_MAX);
        }
    }
}

impl Rows for Batch {
    fn is_ready(&mut self) -> bool {
        let until = Instant::now() + IDLE_WAIT;
        while self.pending.order.is_empty() && !self.is_done() {
            if Instant::now() >= until {
                return false;
            }
            self.turn(until);
        }
        true
    }
}

impl Pending {
    fn land_outcome(&mut self, asking: &Planned, outcome: Result<Outcome, ResolveError>) {
        self.summary.count(match &outcome {
            Ok(outcome) if outcome.found().is_bogus() => Exit::Unknown,
            Ok(Outcome::Answer(_)) => Exit::Yes,
            Ok(Outcome::NoSuchName(_) | Outcome::NoData(_)) => Exit::No,
            _ => Exit::Unknown,
        });
        self.land(asking.entry, asking.index, Arrival::Server(Box::new(outcome)));
    }

    /// The answer to a line that is one question.
    fn land_simple(&mut self, line: u64, rows: Vec<Row>) {
        self.summary.count(Exit::Yes);
        self.order.add(line, rows);
        self.order.end(line);
    }

    /// Makes a plan of a simple line, whose reply is not.
    fn plan(&mut self, simple: &Simple, whom: &Whom) -> Planned {
        let target = line::target(&simple.name, simple.record_type);
        let mut plan = Plan::new(&[target], whom, plan::Manner::default());
        let (mut questions, _) = plan.take();
        let question = questions.pop().expect("a name that servers are asked for is a question");
        let entry = self.entries.insert(Entry { plan, waiting: 1, line: simple.line });
        Planned { entry, index: question.index, asked: question.asked }
    }

    fn land(&mut self, entry: usize, index: usize, arrival: Arrival) {
        let (rows, line, has_ended) = {
            let entry = self.entries.get(entry);
            entry.waiting -= 1;
            (entry.plan.land(index, arrival), entry.line, entry.waiting == 0)
        };
        self.order.add(line, rows);
        if has_ended {
            self.order.end(line);
            self.entries.remove(entry);
        }
    }
}
