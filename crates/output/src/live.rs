//! The live view: rows are events on a picture, which is drawn anew whenever the next has to be
//! waited for.

use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime};

use crate::exit::{Exit, Failure};
use crate::notes::Notes;
use crate::picture::Picture;
use crate::print::{OutputError, report};
use crate::record::Record;
use crate::rows::Rows;
use crate::screen::Screen;

/// A picture is drawn anew after this time at the latest: what was new is so no more.
const TICK: Duration = Duration::from_secs(1);

/// Shows rows on a screen until the last, and says what they mean together. The screen is given
/// back as it was, without the last picture: what happened is not a thing of one moment. What is
/// said meanwhile waits for that.
pub(crate) fn run<R: Record, F: Failure>(
    mut view: Live<R>,
    mut rows: impl Rows<Item = Result<R, F>>,
    screen: &Screen,
    notes: &Notes,
) -> Exit {
    let mut worst = None;
    let drawn = view.draw_all(&mut rows, screen, notes, &mut worst);
    let exit = rows.exit(worst);
    let left = screen.leave();
    notes.release();
    match drawn.and(left) {
        Ok(_) => {
            notes.say_footnotes(|name| view.picture.has(name));
            exit.unwrap_or(Exit::No)
        }
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit.unwrap_or(Exit::Yes),
        Err(error) => report(&OutputError::from(error), notes),
    }
}

/// A live view of one run.
pub(crate) struct Live<R: 'static> {
    pub picture: Picture<R>,
    /// Whether rows that stand for an answer that is not there are shown, and not said.
    pub has_absences: bool,
}

impl<R: Record> Live<R> {
    fn draw_all<F: Failure>(
        &mut self,
        rows: &mut impl Rows<Item = Result<R, F>>,
        screen: &Screen,
        notes: &Notes,
        worst: &mut Option<Exit>,
    ) -> io::Result<()> {
        loop {
            if !rows.is_ready() {
                self.draw(screen, notes)?;
                while !rows.wait(TICK) {
                    self.picture.tick();
                    self.draw(screen, notes)?;
                }
            }
            let Some(row) = rows.next() else { return Ok(()) };
            let exit = match row {
                Ok(row) => {
                    let exit = row.exit();
                    self.take(row, notes);
                    exit
                }
                Err(failure) => report(&failure, notes),
            };
            *worst = Some(worst.map_or(exit, |worst| worst.max(exit)));
        }
    }

    fn draw(&mut self, screen: &Screen, notes: &Notes) -> io::Result<()> {
        let lines = self.picture.lines(screen.size(), SystemTime::now(), notes.held())?;
        screen.draw(&lines)
    }

    fn take(&mut self, row: R, notes: &Notes) {
        if let Some(preface) = row.preface() {
            preface.lines().for_each(|line| notes.note(line));
        }
        match row.absence() {
            Some(sentence) if !self.has_absences => notes.absence(&sentence),
            _ => self.picture.take(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::fmt;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use thiserror::Error;

    use super::*;
    use crate::format::table::Look;
    use crate::kind::Kind;
    use crate::picture::Manner;
    use crate::record::{Change, Column};
    use crate::screen::Size;

    struct Event(u64, Change, Exit);

    impl Record for Event {
        const COLUMNS: &'static [Column<Self>] =
            &[Column::<Self>::new("id", "", |it| it.0.into()).json(Kind::Whole)];

        fn exit(&self) -> Exit {
            self.2
        }

        fn change(&self) -> Option<Change> {
            Some(self.1)
        }

        fn identity(&self) -> u64 {
            self.0
        }

        fn absence(&self) -> Option<String> {
            (self.0 == 404).then(|| "no 404".to_owned())
        }
    }

    #[derive(Debug, Error)]
    #[error("cannot look")]
    struct Fault(#[source] fmt::Error);

    impl Failure for Fault {}

    /// Rows, with a `None` where the next has to be waited for.
    struct Script(VecDeque<Option<Result<Event, Fault>>>);

    impl Iterator for Script {
        type Item = Result<Event, Fault>;

        fn next(&mut self) -> Option<Self::Item> {
            while let Some(step) = self.0.pop_front() {
                if step.is_some() {
                    return step;
                }
            }
            None
        }
    }

    impl Rows for Script {
        fn is_ready(&mut self) -> bool {
            !matches!(self.0.front(), Some(None))
        }

        /// What could not be found out is no.
        fn exit(&self, worst: Option<Exit>) -> Option<Exit> {
            worst.map(|worst| worst.min(Exit::No))
        }
    }

    /// Takes what goes to stdout and what goes to stderr, as one terminal does.
    #[derive(Clone, Default)]
    struct Terminal(Arc<Mutex<Vec<u8>>>);

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn seen(script: Vec<Option<Result<Event, Fault>>>, has_absences: bool) -> (Exit, String) {
        let manner = Manner {
            title: "tool".to_owned(),
            columns: Event::COLUMNS.iter().collect(),
            order: None,
            is_counted: false,
            has_blocks: false,
            look: Look::default(),
        };
        let terminal = Terminal::default();
        let screen = Screen::to(terminal.clone(), || Size { width: 80, height: 24 });
        let notes = Notes::to("tool", terminal.clone());
        notes.hold();
        notes.footnote_on("id", "that was all");
        notes.footnote_on("other", "nobody saw it");
        let view = Live { picture: Picture::new(manner), has_absences };
        let exit = run(view, Script(script.into()), &screen, &notes);
        let bytes = terminal.0.lock().expect("no test panics").clone();
        (exit, String::from_utf8(bytes).expect("UTF-8"))
    }

    #[expect(clippy::unnecessary_wraps, reason = "stands in lists of steps")]
    fn event(id: u64, change: Change) -> Option<Result<Event, Fault>> {
        Some(Ok(Event(id, change, Exit::Yes)))
    }

    #[test]
    fn a_picture_is_drawn_before_each_wait_and_what_is_said_waits_for_the_end() {
        let script = vec![
            event(1, Change::Added),
            Some(Err(Fault(fmt::Error))),
            None,
            event(2, Change::Added),
            event(404, Change::Added),
            event(1, Change::Removed),
            None,
            None,
            event(3, Change::Added),
        ];
        let (exit, text) = seen(script, false);
        assert_eq!(exit, Exit::No);
        let (entered, rest) = text.split_once("\x1b[?25l").expect("the cursor is hidden");
        assert_eq!(entered, "\x1b[?1049h");
        let (drawn, after) = rest.split_once("\x1b[?25h\x1b[?1049l").expect("all is as it was");
        let pictures: Vec<_> = drawn.split("\x1b[H").skip(1).collect();
        assert_eq!(pictures.len(), 2, "{pictures:?}");
        assert!(pictures[0].contains("  1 row; 1 note at the end"), "{:?}", pictures[0]);
        assert!(pictures[0].ends_with("\x1b[K  ID\r\n\x1b[J  1"), "{:?}", pictures[0]);
        assert!(pictures[1].contains("  1 row, 1 came, 1 went; 2 notes"), "{:?}", pictures[1]);
        assert!(pictures[1].ends_with("\x1b[K- 1\r\n\x1b[J+ 2"), "{:?}", pictures[1]);
        let cause = "an error occurred when formatting an argument";
        let said = format!("tool: cannot look: {cause}\ntool: no 404\ntool: that was all\n");
        assert_eq!(after, said);
    }

    #[test]
    fn an_absence_may_be_a_row_like_all_others() {
        let (exit, text) = seen(vec![event(404, Change::Added), None], true);
        assert_eq!(exit, Exit::Yes);
        assert!(text.contains("\x1b[J  404") && !text.contains("no 404"), "{text:?}");
    }

    #[test]
    fn rows_that_never_wait_leave_the_terminal_alone() {
        let (exit, text) = seen(vec![], false);
        assert_eq!((exit, text.as_str()), (Exit::No, "tool: that was all\n"));
    }
}
