//! The run: rows in, text and an exit code out.

use std::io::{self, ErrorKind, Write};

use thiserror::Error;

use crate::count::Counts;
use crate::counted;
use crate::exit::{Exit, Failure};
use crate::format::{Cell, Format, Heading, table};
use crate::grid;
use crate::map::Map;
use crate::notes::Notes;
use crate::order::Order;
use crate::record::{Column, Record};
use crate::rows::Rows;
use crate::tone::Tone;
use crate::value::Value;

/// How the rows of one run are printed.
pub(crate) struct Printer<R: 'static> {
    pub format: Box<dyn Format>,
    /// The columns to print; `None` prints what the row itself calls short.
    pub columns: Option<Vec<&'static Column<R>>>,
    pub arrangement: Arrangement<R>,
    /// Whether rows that stand for an answer that is not there are printed.
    pub has_absences: bool,
    /// Whether they are said on stderr.
    pub says_absences: bool,
    pub is_quiet: bool,
    /// Room for the cells of a row.
    pub spare: Vec<Cell<'static>>,
}

/// What becomes of rows before they are printed.
pub(crate) enum Arrangement<R: 'static> {
    /// Nothing: each is printed as it comes.
    AsTheyCome,
    /// They are kept until the last is there.
    Sorted(Order<R>, Vec<R>),
    /// Those that have the same values are counted, and the counts are printed.
    Counted(Counts<R>, counted::Look),
    /// They are entered into a map, which is printed.
    Mapped(Map<R>, table::Look),
}

#[derive(Debug, Error)]
#[error("cannot write the output")]
pub(crate) struct OutputError(#[from] io::Error);

impl Failure for OutputError {}

impl<R: Record> Printer<R> {
    /// Prints the rows and says what they mean together.
    pub(crate) fn run<F: Failure>(
        &mut self,
        mut rows: impl Rows<Item = Result<R, F>>,
        out: &mut dyn Write,
        notes: &Notes,
    ) -> Exit {
        let mut worst = None;
        let printed = self.print(&mut rows, out, notes, &mut worst);
        let exit = rows.exit(worst);
        match printed {
            Ok(()) => {
                notes.say_footnotes(|name| {
                    let mut columns = self.columns.iter().flatten();
                    !self.is_quiet && columns.any(|column| column.name == name)
                });
                exit.unwrap_or(Exit::No)
            }
            Err(error) if error.kind() == ErrorKind::BrokenPipe => exit.unwrap_or(Exit::Yes),
            Err(error) => {
                report(&OutputError(error), notes);
                Exit::Unknown
            }
        }
    }

    fn print<F: Failure>(
        &mut self,
        rows: &mut impl Rows<Item = Result<R, F>>,
        out: &mut dyn Write,
        notes: &Notes,
        worst: &mut Option<Exit>,
    ) -> io::Result<()> {
        let mut has_rows = false;
        loop {
            if !rows.is_ready() {
                self.show(out)?;
            }
            let Some(row) = rows.next() else { break };
            let exit = match &row {
                Ok(row) => row.exit(),
                Err(failure) => failure.exit(),
            };
            *worst = Some(worst.map_or(exit, |worst| worst.max(exit)));
            match row {
                Ok(row) => has_rows |= self.take(row, out, notes)?,
                Err(failure) => {
                    self.show(out)?;
                    report(&failure, notes);
                }
            }
        }
        has_rows |= self.print_kept(out, notes)?;
        let found_out = worst.is_none_or(|worst| worst <= Exit::No);
        if !self.is_quiet && (has_rows || found_out) {
            self.format.end(out)?;
        }
        out.flush()
    }

    /// Prints a row, or keeps it for later. Whether it is printed now.
    fn take(&mut self, row: R, out: &mut dyn Write, notes: &Notes) -> io::Result<bool> {
        match &mut self.arrangement {
            Arrangement::AsTheyCome => {
                let is_printed = self.tell(&row, out, notes)?;
                if is_printed {
                    self.print_row(&row, out)?;
                }
                return Ok(is_printed);
            }
            Arrangement::Sorted(_, kept) => kept.push(row),
            Arrangement::Counted(..) | Arrangement::Mapped(..) => {
                let is_shown = self.tell(&row, out, notes)?;
                match &mut self.arrangement {
                    Arrangement::Counted(counts, _) if is_shown => counts.add(row),
                    Arrangement::Mapped(map, _) if is_shown => map.add(&row),
                    _ => {}
                }
            }
        }
        Ok(false)
    }

    /// Prints what was kept. Whether that was anything.
    fn print_kept(&mut self, out: &mut dyn Write, notes: &Notes) -> io::Result<bool> {
        match std::mem::replace(&mut self.arrangement, Arrangement::AsTheyCome) {
            Arrangement::AsTheyCome => Ok(false),
            Arrangement::Sorted(order, kept) => {
                let mut has_rows = false;
                for row in order.sorted(kept.iter(), |row| row) {
                    if self.tell(row, out, notes)? {
                        has_rows = true;
                        self.print_row(row, out)?;
                    }
                }
                Ok(has_rows)
            }
            Arrangement::Counted(counts, look) => {
                counted::print(&counts, look, &mut *self.format, out)
            }
            Arrangement::Mapped(map, look) => {
                let has_cells = grid::print(&map, look, out)?;
                if let Some(shortage) = map.shortage() {
                    out.flush()?;
                    notes.note(shortage);
                }
                Ok(has_cells)
            }
        }
    }

    /// Says what is to be said before a row is printed. Whether it is one that is.
    fn tell(&mut self, row: &R, out: &mut dyn Write, notes: &Notes) -> io::Result<bool> {
        if let Some(preface) = row.preface() {
            self.show(out)?;
            preface.lines().for_each(|line| notes.note(line));
        }
        let absence = row.absence();
        if let Some(sentence) = &absence
            && self.says_absences
        {
            self.show(out)?;
            notes.absence(sentence);
        }
        Ok(!self.is_quiet && (absence.is_none() || self.has_absences))
    }

    fn print_row(&mut self, row: &R, out: &mut dyn Write) -> io::Result<()> {
        let has_tones = self.format.shows_tones();
        let tone = |column: &Column<R>| if has_tones { (column.tone)(row) } else { Tone::Plain };
        let mut cells: Vec<Cell<'_>> = std::mem::take(&mut self.spare);
        match &self.columns {
            Some(columns) => cells.extend(
                columns
                    .iter()
                    .map(|column| Cell { value: column.value_of(row), tone: tone(column) }),
            ),
            None => cells.extend(row.short().map(Cell::plain)),
        }
        let printed = self.format.row(out, &cells);
        cells.clear();
        // Nothing is left of this row but the room for the next.
        self.spare = cells.into_iter().map(|_| Cell::plain(Value::Null)).collect();
        printed
    }

    /// Shows all rows so far.
    fn show(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.format.flush(out)?;
        out.flush()
    }
}

impl<R> Column<R> {
    pub(crate) const fn heading(&self) -> Heading {
        Heading {
            name: self.name,
            key: self.key,
            is_key: false,
            is_side: self.is_side,
            is_numeric: self.is_numeric,
            min_width: self.min_width,
        }
    }
}

/// Says on stderr what failed, and gives what that means for the exit code. What is known by then
/// has to be shown before, so that both stand in their order.
pub(crate) fn report(failure: &impl Failure, notes: &Notes) -> Exit {
    notes.failure(failure);
    failure.exit()
}

/// Writes while the progress is out of the way: both may be on the same terminal.
pub(crate) struct BesideProgress<W> {
    pub out: W,
    pub notes: Notes,
}

impl<W: Write> Write for BesideProgress<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.notes.suspend(|| self.out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::io::BufWriter;
    use std::sync::{Arc, Mutex, mpsc};
    use std::thread;

    use super::*;
    use crate::format::delimited::{Delimited, Dialect};
    use crate::format::json::{Json, Layout};
    use crate::format::short::Short;
    use crate::format::table::{Look, Table};
    use crate::rows::{as_they_come, at_once};

    struct Port(u16, Exit);

    impl Record for Port {
        const COLUMNS: &'static [Column<Self>] =
            &[Column::<Self>::new("port", "the port", |it| it.0.into()).numeric()];

        fn exit(&self) -> Exit {
            self.1
        }

        fn short(&self) -> Option<Value<'_>> {
            (self.1 == Exit::Yes).then(|| self.0.into())
        }

        fn preface(&self) -> Option<&str> {
            (self.0 == 443).then_some("now the secure one:\nlook out")
        }

        fn absence(&self) -> Option<String> {
            (self.0 == 404).then(|| "no port 404".to_owned())
        }
    }

    #[derive(Debug, Error)]
    #[error("cannot ask {0}")]
    struct Fault(&'static str, #[source] fmt::Error);

    impl Failure for Fault {
        fn hint(&self) -> Option<String> {
            Some("ask another".to_owned())
        }
    }

    fn fault(target: &'static str) -> Result<Port, Fault> {
        Err(Fault(target, fmt::Error))
    }

    #[expect(clippy::unnecessary_wraps, reason = "stands beside fault() in lists of rows")]
    fn yes(port: u16) -> Result<Port, Fault> {
        Ok(Port(port, Exit::Yes))
    }

    fn printer(format: impl Format + 'static, has_absences: bool) -> Printer<Port> {
        Printer {
            format: Box::new(format),
            columns: Some(Port::COLUMNS.iter().collect()),
            arrangement: Arrangement::AsTheyCome,
            has_absences,
            says_absences: true,
            is_quiet: false,
            spare: Vec::new(),
        }
    }

    fn tsv() -> Printer<Port> {
        let headings = [Port::COLUMNS[0].heading()];
        printer(Delimited::new(&headings, Dialect::Tsv, true, b'\n'), false)
    }

    fn json() -> Printer<Port> {
        printer(Json::new(&[Port::COLUMNS[0].heading()], Layout::Array), true)
    }

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("no test panics").clone()).expect("UTF-8")
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn run(printer: &mut Printer<Port>, rows: Vec<Result<Port, Fault>>) -> (Exit, String, String) {
        let (mut out, errors) = (Vec::new(), Shared::default());
        let notes = Notes::to("tool", errors.clone());
        let exit = printer.run(at_once(rows), &mut out, &notes);
        (exit, String::from_utf8(out).expect("UTF-8"), errors.text())
    }

    #[test]
    fn the_worst_row_decides() {
        let no = || Ok(Port(81, Exit::No));
        let cases: [(Vec<Result<Port, Fault>>, Exit); 6] = [
            (vec![yes(80)], Exit::Yes),
            (vec![yes(80), no()], Exit::No),
            (vec![no(), yes(80)], Exit::No),
            (vec![fault("x"), no(), yes(80)], Exit::Unknown),
            (vec![Ok(Port(82, Exit::Unknown)), no()], Exit::Unknown),
            (vec![], Exit::No),
        ];
        for (index, (rows, exit)) in cases.into_iter().enumerate() {
            assert_eq!(run(&mut tsv(), rows).0, exit, "case {index}");
        }
    }

    /// Rows of which one is enough.
    struct OneIsEnough(std::vec::IntoIter<Result<Port, Fault>>, bool);

    impl Iterator for OneIsEnough {
        type Item = Result<Port, Fault>;

        fn next(&mut self) -> Option<Self::Item> {
            let row = self.0.next()?;
            self.1 |= matches!(row, Ok(Port(_, Exit::Yes)));
            Some(row)
        }
    }

    impl Rows for OneIsEnough {
        fn is_ready(&mut self) -> bool {
            true
        }

        fn exit(&self, worst: Option<Exit>) -> Option<Exit> {
            if self.1 { Some(Exit::Yes) } else { worst }
        }
    }

    #[test]
    fn rows_may_say_themselves_what_they_mean_together() {
        let no = || Ok(Port(81, Exit::No));
        let cases = [
            (vec![no(), yes(80), fault("x")], Exit::Yes),
            (vec![no(), fault("x")], Exit::Unknown),
            (vec![no()], Exit::No),
            (vec![], Exit::No),
        ];
        for (index, (rows, exit)) in cases.into_iter().enumerate() {
            let rows = Box::new(OneIsEnough(rows.into_iter(), false));
            let notes = Notes::to("tool", Vec::new());
            assert_eq!(tsv().run(rows, &mut Vec::new(), &notes), exit, "case {index}");
        }
        for (kind, exit) in
            [(ErrorKind::BrokenPipe, Exit::Yes), (ErrorKind::StorageFull, Exit::Unknown)]
        {
            let rows = OneIsEnough(vec![no(), yes(80)].into_iter(), false);
            let notes = Notes::to("tool", Vec::new());
            assert_eq!(tsv().run(rows, &mut Narrow(9, kind), &notes), exit, "{kind}");
        }
    }

    #[test]
    fn one_failure_is_told_with_its_cause_and_the_run_goes_on() {
        let (exit, out, errors) = run(&mut tsv(), vec![yes(80), fault("b\x1b[2J"), yes(82)]);
        assert_eq!(exit, Exit::Unknown);
        assert_eq!(out, "port\n80\n82\n");
        assert_eq!(
            errors,
            "tool: cannot ask b\\x1b[2J: an error occurred when formatting an argument\n\
             tool: hint: ask another\n"
        );
    }

    #[test]
    fn nothing_is_printed_when_all_failed() {
        assert_eq!(run(&mut json(), vec![fault("x")]).1, "");
        assert_eq!(run(&mut tsv(), vec![fault("x")]).1, "");
    }

    #[test]
    fn nothing_found_is_an_empty_answer() {
        assert_eq!(run(&mut json(), vec![]).1, "[]\n");
        assert_eq!(run(&mut tsv(), vec![]).1, "port\n");
    }

    #[test]
    fn only_json_carries_an_absence() {
        let absent = || vec![Ok(Port(404, Exit::No))];
        let (exit, out, errors) = run(&mut json(), absent());
        assert_eq!((exit, out.as_str()), (Exit::No, "[\n{\"port\":404}\n]\n"));
        assert_eq!(errors, "tool: no port 404\n");
        let (exit, out, errors) = run(&mut tsv(), absent());
        assert_eq!((exit, out.as_str()), (Exit::No, "port\n"));
        assert_eq!(errors, "tool: no port 404\n");
    }

    #[test]
    fn what_is_to_be_said_before_a_row_is() {
        let (exit, out, errors) = run(&mut tsv(), vec![yes(80), yes(443)]);
        assert_eq!((exit, out.as_str()), (Exit::Yes, "port\n80\n443\n"));
        assert_eq!(errors, "tool: now the secure one:\ntool: look out\n");
    }

    #[test]
    fn an_absence_may_be_a_row_like_all_others() {
        let mut all = Printer { says_absences: false, has_absences: true, ..tsv() };
        let (exit, out, errors) = run(&mut all, vec![Ok(Port(404, Exit::No)), yes(80)]);
        assert_eq!((exit, out.as_str(), errors.as_str()), (Exit::No, "port\n404\n80\n", ""));
    }

    #[test]
    fn short_asks_the_row() {
        let mut short = Printer { columns: None, ..printer(Short::new(b'\n', false), false) };
        let (exit, out, _) = run(&mut short, vec![yes(80), Ok(Port(81, Exit::No))]);
        assert_eq!((exit, out.as_str()), (Exit::No, "80\n"));
    }

    #[test]
    fn sorted_rows_are_printed_when_all_are_there_and_failures_are_said_as_always() {
        let sorted = |is_descending| {
            let order = Order { column: &Port::COLUMNS[0], is_descending };
            Printer { arrangement: Arrangement::Sorted(order, Vec::new()), ..tsv() }
        };
        let rows = || vec![yes(443), fault("x"), Ok(Port(404, Exit::No)), yes(80), yes(1000)];
        for (is_descending, expected) in
            [(false, "port\n80\n443\n1000\n"), (true, "port\n1000\n443\n80\n")]
        {
            let (exit, out, errors) = run(&mut sorted(is_descending), rows());
            assert_eq!((exit, out.as_str()), (Exit::Unknown, expected));
            for said in ["cannot ask x", "no port 404", "look out"] {
                assert!(errors.contains(said), "{errors}");
            }
        }
        assert_eq!(run(&mut sorted(false), vec![]).1, "port\n");
        assert_eq!(run(&mut sorted(false), vec![fault("x")]).1, "");
    }

    #[test]
    fn counts_are_printed_in_place_of_rows() {
        let rows = || vec![yes(80), yes(443), fault("x"), Ok(Port(404, Exit::No)), yes(443)];
        let counting = |format: Box<dyn Format>, look| {
            let counts = Counts::new(Port::COLUMNS.iter().collect(), None);
            Printer { arrangement: Arrangement::Counted(counts, look), format, ..tsv() }
        };
        let headings = |look| counted::headings(&Port::COLUMNS.iter().collect::<Vec<_>>(), look);
        let plain = counted::Look::default();
        let tsv = Delimited::new(&headings(plain), Dialect::Tsv, true, b'\n');
        let (exit, out, errors) = run(&mut counting(Box::new(tsv), plain), rows());
        assert_eq!((exit, out.as_str()), (Exit::Unknown, "port\tcount\n443\t2\n80\t1\n"));
        for said in ["cannot ask x", "no port 404", "look out"] {
            assert!(errors.contains(said), "{errors}");
        }
        let json = Json::new(&headings(plain), Layout::Lines(b'\n'));
        let (_, out, _) = run(&mut counting(Box::new(json), plain), rows());
        assert_eq!(out, "{\"port\":443,\"count\":2}\n{\"port\":80,\"count\":1}\n");
        let first = counted::Look { is_count_first: true, bars: None };
        let short = Short::new(b'\n', false);
        let (_, out, _) = run(&mut counting(Box::new(short), first), rows());
        assert_eq!(out, "2\t443\n1\t80\n");
        let bars = |width| {
            let bars = Some(counted::Bars { width, has_blocks: false });
            let look = counted::Look { is_count_first: false, bars };
            let fit = Look { fit: Some(width), ..Look::default() };
            let table = Table::new(headings(look), fit);
            run(&mut counting(Box::new(table), look), rows()).1
        };
        assert_eq!(bars(21), "PORT  COUNT\n 443      2  ########\n  80      1  ####\n");
        assert_eq!(bars(12), "PORT  COUNT\n 443      2\n  80      1\n");
    }

    #[test]
    fn a_map_is_printed_in_place_of_rows() {
        let rows = || vec![yes(80), fault("x"), Ok(Port(404, Exit::No)), yes(443), yes(80)];
        let mapped = |room| {
            let map = Map::new([&Port::COLUMNS[0]; 3], None).with_room_for(room);
            let arrangement =
                Arrangement::Mapped(map, Look { has_header: false, ..Look::default() });
            let table = Table::new(Vec::new(), Look::default());
            run(&mut Printer { arrangement, format: Box::new(table), ..tsv() }, rows())
        };
        let (exit, out, errors) = mapped(3);
        let words = "80: 80 or no row at every port\n443: 443 or no row at every port\n";
        assert_eq!((exit, out.as_str()), (Exit::Unknown, words));
        for said in ["cannot ask x", "no port 404", "look out"] {
            assert!(errors.contains(said), "{errors}");
        }
        assert!(!errors.contains("room"), "{errors}");
        let (_, out, errors) = mapped(2);
        assert_eq!(out, "80: 80 at every port\n");
        let said = "tool: a map has room for 2 cells: 1 row is not in it\n";
        assert!(errors.ends_with(said), "{errors}");
    }

    #[test]
    fn what_is_known_is_shown_before_the_next_row_is_waited_for() {
        let (sender, receiver) = mpsc::channel();
        let (mut out, seen) = (Shared::default(), Shared::default());
        sender.send((0, 80)).unwrap();
        let later = thread::spawn({
            let (out, mut seen) = (out.clone(), seen.clone());
            move || {
                while out.text().is_empty() {
                    thread::yield_now();
                }
                seen.write_all(out.text().as_bytes()).unwrap();
                sender.send((1, 81)).unwrap();
            }
        });
        let rows = as_they_come(receiver, |_, port| vec![yes(port)]);
        tsv().run(rows, &mut BufWriter::new(&mut out), &Notes::to("tool", Vec::new()));
        later.join().unwrap();
        assert_eq!(seen.text(), "port\n80\n");
        assert_eq!(out.text(), "port\n80\n81\n");
    }

    #[test]
    fn a_footnote_comes_after_the_rows_and_not_into_a_closed_pipe() {
        let errors = Shared::default();
        let notes = Notes::to("tool", errors.clone());
        notes.footnote_on("port", "two are hidden");
        tsv().run(at_once([yes(80)]), &mut Narrow(3, ErrorKind::BrokenPipe), &notes);
        assert_eq!(errors.text(), "");
        let notes = Notes::to("tool", errors.clone());
        notes.footnote_on("port", "two are hidden");
        notes.footnote_on("owner", "nobody asked for the owner");
        tsv().run(at_once([yes(80)]), &mut Vec::new(), &notes);
        assert_eq!(errors.text(), "tool: two are hidden\n");
    }

    #[test]
    fn quiet_prints_nothing_and_what_is_no_row_is_said_all_the_same() {
        let mut quiet = Printer { is_quiet: true, ..tsv() };
        let rows = || vec![yes(443), Ok(Port(404, Exit::No)), fault("x")];
        let (exit, out, errors) = run(&mut quiet, rows());
        assert_eq!((exit, out.as_str()), (Exit::Unknown, ""));
        for said in ["look out", "no port 404", "cannot ask x"] {
            assert!(errors.contains(said), "{errors}");
        }
        let errors = Shared::default();
        let notes = Notes::to("tool", errors.clone());
        notes.footnote_on("port", "one is hidden");
        notes.footnote("that was all");
        quiet.run(at_once([yes(80)]), &mut Vec::new(), &notes);
        assert_eq!(errors.text(), "tool: that was all\n");
    }

    /// Takes so many bytes, then fails.
    struct Narrow(usize, ErrorKind);

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(self.1.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_ends_the_run() {
        let errors = Shared::default();
        let notes = Notes::to("tool", errors.clone());
        let rows = (1..=u16::MAX).map(yes);
        let exit = tsv().run(at_once(rows), &mut Narrow(20, ErrorKind::BrokenPipe), &notes);
        assert_eq!((exit, errors.text().as_str()), (Exit::Yes, ""));
        let rows = [fault("x"), yes(80), yes(81)];
        let exit = tsv().run(at_once(rows), &mut Narrow(5, ErrorKind::BrokenPipe), &notes);
        assert_eq!(exit, Exit::Unknown);
    }

    #[test]
    fn a_full_disk_is_told() {
        let errors = Shared::default();
        let notes = Notes::to("tool", errors.clone());
        let full = &mut Narrow(2, ErrorKind::StorageFull);
        let exit = tsv().run(at_once([yes(80)]), full, &notes);
        assert_eq!(exit, Exit::Unknown);
        assert_eq!(errors.text(), "tool: cannot write the output: no storage space\n");
    }
}
