//! The second channel: notes, hints, errors and progress, which end on stderr.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anstyle::Style;

use crate::escape::{self, Backslash, Blanks};
use crate::exit::{self, Exit, Failure};
use crate::pace::Pace;
use crate::progress::{self, Progress};
use crate::tone::Tone;

/// A run shorter than this shows no progress: it would only flicker.
const PROGRESS_DELAY: Duration = Duration::from_millis(500);

/// As many lines wait at most while a picture is on the terminal; the oldest go first.
const MAX_HELD: usize = 1000;

/// Where a tool says what is not a row. Clones share one channel; any thread may use it.
#[derive(Clone)]
pub struct Notes(Arc<Channel>);

struct Channel {
    tool: String,
    manner: Manner,
    started: Instant,
    bar: OnceLock<Box<dyn Progress>>,
    pace: Mutex<Pace>,
    footnotes: Mutex<Vec<(Option<&'static str>, String)>>,
    /// The last reason why an answer is not there, which is not said twice in a row.
    last_absence: Mutex<String>,
    /// What is said once only.
    said_once: Mutex<BTreeSet<String>>,
    /// What is said once the terminal is free again, if it is not.
    held: Mutex<Option<Held>>,
    sink: Mutex<Box<dyn Write + Send>>,
}

#[derive(Default)]
struct Held {
    lines: VecDeque<String>,
    /// How many were too many to be kept.
    lost: usize,
}

#[derive(Clone, Copy, Default)]
struct Manner {
    is_quiet: bool,
    is_coloured: bool,
    shows_progress: bool,
}

impl Notes {
    /// A channel that ends on stderr, with progress where that is a terminal.
    pub(crate) fn on_stderr(tool: &str, is_quiet: bool, is_coloured: bool) -> Self {
        let sink: Box<dyn Write + Send> = if is_coloured {
            Box::new(anstream::AutoStream::always(io::stderr()))
        } else {
            Box::new(io::stderr())
        };
        let shows_progress = !is_quiet && io::stderr().is_terminal();
        Self::new(tool, Manner { is_quiet, is_coloured, shows_progress }, sink)
    }

    /// A channel that ends in `sink`, without colour or progress: for tests.
    #[must_use]
    pub fn to(tool: &str, sink: impl Write + Send + 'static) -> Self {
        Self::new(tool, Manner::default(), Box::new(sink))
    }

    fn new(tool: &str, manner: Manner, sink: Box<dyn Write + Send>) -> Self {
        let started = Instant::now();
        Self(Arc::new(Channel {
            tool: tool.to_owned(),
            manner,
            started,
            bar: OnceLock::new(),
            pace: Mutex::new(Pace::since(started)),
            footnotes: Mutex::default(),
            last_absence: Mutex::default(),
            said_once: Mutex::default(),
            held: Mutex::default(),
            sink: Mutex::new(sink),
        }))
    }

    /// Says something worth knowing about the rows.
    pub fn note(&self, text: impl Display) {
        self.line(Tone::Dim, &text.to_string());
    }

    /// Says something worth knowing, however often it happens.
    pub fn note_once(&self, text: impl Display) {
        let text = text.to_string();
        let mut said = lock(&self.0.said_once);
        if !said.contains(&text) {
            self.line(Tone::Dim, &text);
            said.insert(text);
        }
    }

    /// Says something about a column once all rows are printed, if the column was, and unless
    /// nobody read them to the end.
    pub fn footnote_on(&self, column: &'static str, text: impl Display) {
        lock(&self.0.footnotes).push((Some(column), text.to_string()));
    }

    /// Says something once all rows are printed, unless nobody read them to the end.
    pub fn footnote(&self, text: impl Display) {
        lock(&self.0.footnotes).push((None, text.to_string()));
    }

    pub(crate) fn say_footnotes(&self, is_printed: impl Fn(&str) -> bool) {
        for (column, footnote) in std::mem::take(&mut *lock(&self.0.footnotes)) {
            if column.is_none_or(&is_printed) {
                self.note(footnote);
            }
        }
    }

    /// Says why an answer is not there.
    pub(crate) fn absence(&self, text: &str) {
        let mut last = lock(&self.0.last_absence);
        if *last != text {
            text.clone_into(&mut last);
            self.line(Tone::Warn, text);
        }
    }

    /// Says what failed, with its causes, and what would have been right. Even who wants to hear
    /// nothing is told that the command line makes no sense.
    pub(crate) fn failure(&self, failure: &impl Failure) {
        let is_said = !self.0.manner.is_quiet || failure.exit() == Exit::Usage;
        if is_said {
            self.insist(failure);
        }
    }

    /// The same, even to who wants to hear nothing.
    pub(crate) fn insist(&self, failure: &impl Failure) {
        self.write(Tone::Bad, &exit::with_causes(failure));
        if let Some(hint) = failure.hint() {
            self.write(Tone::Dim, &format!("hint: {hint}"));
        }
    }

    /// Asks something that is answered with yes or no, and waits for the answer; whatever is not yes
    /// is no. `None` where there is nobody to ask: stdin or stderr is no terminal.
    #[must_use]
    pub fn ask(&self, question: &str) -> Option<bool> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        let mut line = format!("{}: ", self.0.tool);
        escape::push_text(&mut line, question, Blanks::Kept, Backslash::Kept);
        line.push_str(" [y/N] ");
        self.suspend(|| {
            let mut sink = lock(&self.0.sink);
            sink.write_all(line.as_bytes()).and_then(|()| sink.flush()).ok()
        })?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Shows how far the work is, once it has gone on for a while and stderr is a terminal.
    pub fn progress(&self, done: u64, total: u64) {
        self.progress_of(done, Some(total));
    }

    /// As [`Notes::progress`], where it may not be known how much work there is.
    pub fn progress_of(&self, done: u64, total: Option<u64>) {
        let channel = &self.0;
        if !channel.manner.shows_progress {
            return;
        }
        let now = Instant::now();
        let is_early = now.saturating_duration_since(channel.started) < PROGRESS_DELAY;
        if is_early || lock(&channel.held).is_some() {
            return;
        }
        let words = lock(&channel.pace).advance(now, done, total);
        match channel.bar.get() {
            Some(bar) => bar.advance(done, total, words),
            None => {
                channel.bar.get_or_init(|| progress::bar(done, total, words));
            }
        }
    }

    /// Keeps everything to itself until [`Notes::release`]: a picture is on the terminal.
    pub(crate) fn hold(&self) {
        self.finish();
        lock(&self.0.held).get_or_insert_default();
    }

    /// How many lines wait.
    pub(crate) fn held(&self) -> usize {
        lock(&self.0.held).as_ref().map_or(0, |held| held.lines.len() + held.lost)
    }

    /// Says what has waited.
    pub(crate) fn release(&self) {
        let Some(held) = lock(&self.0.held).take() else { return };
        if held.lost > 0 {
            self.note(format_args!("{} lines before these are lost", held.lost));
        }
        let lines: String = held.lines.into_iter().collect();
        // Nobody is left to tell when stderr itself is gone.
        let _ = lock(&self.0.sink).write_all(lines.as_bytes());
    }

    /// Runs `print` while the progress is out of its way.
    pub(crate) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match self.0.bar.get() {
            Some(bar) => {
                let (mut print, mut printed) = (Some(print), None);
                bar.suspend(&mut || printed = print.take().map(|print| print()));
                printed.expect("a bar prints once while it is out of the way")
            }
            None => print(),
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = self.0.bar.get() {
            bar.finish();
        }
    }

    fn line(&self, tone: Tone, text: &str) {
        if !self.0.manner.is_quiet {
            self.write(tone, text);
        }
    }

    fn write(&self, tone: Tone, text: &str) {
        let style = if self.0.manner.is_coloured { tone.style() } else { Style::new() };
        let mut line = format!("{style}{}:{style:#} ", self.0.tool);
        escape::push_text(&mut line, text, Blanks::Kept, Backslash::Kept);
        line.push('\n');
        if let Some(held) = &mut *lock(&self.0.held) {
            return held.push(line);
        }
        self.suspend(|| {
            // Nobody is left to tell when stderr itself is gone.
            let _ = lock(&self.0.sink).write_all(line.as_bytes());
        });
    }
}

impl Held {
    fn push(&mut self, line: String) {
        if self.lines.len() == MAX_HELD {
            self.lines.pop_front();
            self.lost += 1;
        }
        self.lines.push_back(line);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            lock(&self.0).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_said_once_is_said_once() {
        let said = Shared::default();
        let notes = Notes::to("tool", said.clone());
        for text in ["one", "two", "one"] {
            notes.note_once(text);
        }
        assert_eq!(*lock(&said.0), b"tool: one\ntool: two\n");
    }

    #[test]
    fn what_is_held_comes_in_its_order_and_the_oldest_are_lost_first() {
        let said = Shared::default();
        let text = || String::from_utf8(std::mem::take(&mut *lock(&said.0))).expect("UTF-8");
        let notes = Notes::to("tool", said.clone());
        notes.hold();
        notes.note("one");
        notes.absence("two");
        assert_eq!((notes.held(), text().as_str()), (2, ""));
        notes.release();
        assert_eq!((notes.held(), text().as_str()), (0, "tool: one\ntool: two\n"));
        notes.note("three");
        assert_eq!(text(), "tool: three\n");
        notes.hold();
        for index in 0..MAX_HELD + 2 {
            notes.note(index);
        }
        notes.release();
        let text = text();
        assert!(text.starts_with("tool: 2 lines before these are lost\ntool: 2\n"), "{text}");
        assert_eq!(text.lines().count(), MAX_HELD + 1);
    }
}
