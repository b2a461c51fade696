//! Waiting until somebody is home, or nobody is any more.

mod ledger;
mod names;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use output::{Exit, Interrupt, Notes, Rows};

use self::ledger::{Ledger, News};
use self::names::Names;
use crate::cli::{Until, Waiting, within_limits};
use crate::failure::{Failure, FailureKind};
use crate::limits::Descriptors;
use crate::request::{Request, Want};
use crate::row::Row;
use crate::run;
use crate::scan::{self, Listing, Scan, Telling};
use crate::targets::resolve::ResolveError;
use crate::verdict::State;

/// The pause between two looks: it doubles from the first to the last, for a service that is hard
/// at starting up has better things to do than to turn us away.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// A silent port holds up the others for so long, and now and then for longer: it may be far away.
const SHORT_LOOK: Duration = Duration::from_millis(300);
const LONG_LOOK: Duration = Duration::from_secs(1);
const LOOKS_TO_A_LONG_ONE: u32 = 4;

/// A name that is not known yet holds up the others for so long.
const NAME_PATIENCE: Duration = Duration::from_millis(200);

/// So many ports that are waited for are told one by one.
const MAX_NEWS: usize = 10;

/// How often to see whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);

/// Looks at ports until all of them are as they should be, or time is up. A row comes when its port
/// is, and in the end for each that is not.
pub(crate) struct Wait {
    request: Request,
    waiting: Waiting,
    notes: Notes,
    interrupt: Option<Interrupt>,
    begin: Instant,
    looks: u32,
    pause: Duration,
    ledger: Ledger,
    names: Names,
    /// The look that is under way.
    look: Option<Look>,
    /// Whether it could be waited to the end.
    is_whole: bool,
    has_bad_lines: bool,
    rows: VecDeque<Result<Row, Failure>>,
    /// Ports that were told one by one, and those that were not.
    news: (usize, usize),
    is_over: bool,
    descriptors: Option<Descriptors>,
}

/// A look at all that is not as it should be.
struct Look {
    rows: Box<dyn Iterator<Item = Result<Row, Failure>>>,
    /// Hosts that have no address.
    failures: HashMap<Arc<str>, ResolveError>,
}

impl Wait {
    /// Looks for the first time when the first row is asked for; `bad_lines` are told before.
    pub(crate) fn begin(
        mut request: Request,
        waiting: Waiting,
        bad_lines: Vec<FailureKind>,
        notes: &Notes,
    ) -> Self {
        let descriptors = within_limits(&mut request.manner);
        Self {
            ledger: Ledger::new(&request.hosts, waiting.until),
            names: Names::new(request.family),
            request,
            waiting,
            notes: notes.clone(),
            interrupt: Interrupt::watch().ok(),
            begin: Instant::now(),
            looks: 0,
            pause: FIRST_PAUSE,
            look: None,
            is_whole: true,
            has_bad_lines: !bad_lines.is_empty(),
            rows: bad_lines.into_iter().map(|line| Err(line.into())).collect(),
            news: (0, 0),
            is_over: false,
            descriptors: Some(descriptors),
        }
    }

    fn is_pressed(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_pressed)
    }

    fn is_done(&self) -> bool {
        self.ledger.is_done(self.request.want == Want::Any)
    }

    fn time_left(&self) -> Duration {
        self.waiting.patience.saturating_sub(self.begin.elapsed())
    }

    /// Goes one step further: begins a look, hears a row of it, or ends it and pauses.
    fn step(&mut self) -> Result<(), Failure> {
        let Some(look) = &mut self.look else {
            self.look = Some(self.begin_look()?);
            return Ok(());
        };
        if let Some(row) = look.rows.next() {
            let told = self.ledger.hear(&row?, self.begin.elapsed());
            self.rows.extend(told.map(Ok));
        } else {
            self.end_look();
        }
        if self.is_done() {
            self.finish();
        }
        Ok(())
    }

    fn begin_look(&mut self) -> Result<Look, Failure> {
        let hosts = self.ledger.pending(&self.request.hosts);
        let (resolved, failures) = self.names.look_up(&hosts, NAME_PATIENCE.min(self.time_left()));
        let mut manner = self.request.manner.clone();
        self.looks += 1;
        let is_long = self.looks.is_multiple_of(LOOKS_TO_A_LONG_ONE);
        let limits = &mut manner.limits;
        let most = if is_long { LONG_LOOK } else { SHORT_LOOK };
        limits.timeout = limits.timeout.min(most).min(self.time_left()).max(FIRST_PAUSE);
        limits.is_patient = true;
        let engine = run::engine(manner, scan::walk(&resolved, self.request.protocol))?;
        let scan = Scan::new(engine, self.telling(), self.request.want);
        Ok(Look { rows: Box::new(output::as_they_come(scan, |_, rows| rows)), failures })
    }

    fn telling(&self) -> Telling {
        Telling {
            notes: self.notes.clone(),
            protocol: self.request.protocol,
            listing: Listing::All,
            is_only_host: self.ledger.is_only_host(),
            has_summary: false,
            has_remarks: false,
            total: 0,
            addresses: 0,
            listener: Box::new(|_| None),
        }
    }

    fn end_look(&mut self) {
        let failures = self.look.take().map(|look| look.failures).unwrap_or_default();
        let (told, news) = self.ledger.end_look(&failures, self.begin.elapsed());
        self.rows.extend(told.into_iter().map(Ok));
        self.tell(news);
        self.names.grow_old();
        if self.is_done() {
            return;
        }
        let until = Instant::now() + self.pause.min(self.time_left());
        while Instant::now() < until && !self.is_pressed() {
            thread::sleep(until.saturating_duration_since(Instant::now()).min(PATIENCE));
        }
        self.pause = (self.pause * 2).min(LAST_PAUSE);
        if self.time_left().is_zero() || self.is_pressed() {
            self.end();
        }
    }

    /// Says what is waited for, of many the first.
    fn tell(&mut self, news: Vec<News>) {
        let (told, untold) = &mut self.news;
        let had_untold = *untold > 0;
        for News { name, port, why } in news {
            if *told < MAX_NEWS {
                *told += 1;
                self.notes.note(format_args!("waiting for {name} {port}: {why}"));
            } else {
                *untold += 1;
            }
        }
        if *untold > 0 && !had_untold {
            self.notes.note(format_args!("waiting for {untold} more"));
        }
    }

    /// Time is up: what is not as it should be is told.
    fn end(&mut self) {
        let waited = self.begin.elapsed();
        for mut row in self.ledger.take_rows() {
            if self.waiting.is_open_only && row.state() != State::Open {
                continue;
            }
            row.more_mut().waited = Some(waited);
            self.rows.push_back(Ok(row));
        }
        for name in self.ledger.hosts_without_address() {
            let failure = FailureKind::from(self.names.why(&name));
            self.rows.push_back(Err(failure.into()));
        }
        let pending = self.ledger.count_pending();
        let what = match self.waiting.until {
            Until::Open => "not open",
            Until::Closed if self.ledger.exit() == Exit::No => "still open",
            Until::Closed => "not known to be closed",
        };
        if pending > 0 && !self.is_pressed() {
            let patience = output::in_seconds(self.waiting.patience);
            let ports = if pending == 1 { "1 port is" } else { &format!("{pending} ports are") };
            self.notes.footnote(format_args!("time is up after {patience}: {ports} {what}"));
        }
        self.finish();
    }

    fn finish(&mut self) {
        self.is_over = true;
        (self.look, self.descriptors) = (None, None);
    }
}

impl Iterator for Wait {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rows.is_empty() && !self.is_over {
            if let Err(failure) = self.step() {
                self.is_whole = false;
                self.finish();
                return Some(Err(failure));
            }
        }
        self.rows.pop_front()
    }
}

impl Rows for Wait {
    fn is_ready(&mut self) -> bool {
        !self.rows.is_empty() || self.is_over
    }

    /// Whether what was waited for has come. What makes no sense never comes.
    fn exit(&self, _: Option<Exit>) -> Option<Exit> {
        let bad_lines = self.has_bad_lines.then_some(Exit::Usage);
        let waited = match self.is_done() {
            _ if !self.is_whole => Exit::Unknown,
            _ if self.request.hosts.is_empty() => return Some(bad_lines.unwrap_or(Exit::Unknown)),
            true => Exit::Yes,
            false => self.ledger.exit(),
        };
        bad_lines.max(Some(waited))
    }
}
