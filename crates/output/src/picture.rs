//! The rows of a live view, and what a terminal shows of them.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, SystemTime};

use anstyle::Style;

use crate::count::Counts;
use crate::counted::{self, Bars};
use crate::escape::push_display;
use crate::format::table::{Look, Table, prefix};
use crate::format::{Cell, Format};
use crate::order::Order;
use crate::record::{Change, Column, Record};
use crate::screen::Size;
use crate::tone::Tone;

/// The mark of a row and the blank after it.
const MARK_WIDTH: usize = 2;

/// How pictures look.
pub(crate) struct Manner<R: 'static> {
    /// The name of the tool.
    pub title: String,
    pub columns: Vec<&'static Column<R>>,
    /// Where it is not the order in which rows came.
    pub order: Option<Order<R>>,
    /// Whether rows are counted by the columns in place of being shown.
    pub is_counted: bool,
    /// Whether bars beside counts may have more than ASCII.
    pub has_blocks: bool,
    /// The look of the table; it is fitted anew to each picture.
    pub look: Look,
}

/// The rows that are there, and what became of them since the last picture.
pub(crate) struct Picture<R: 'static> {
    manner: Manner<R>,
    rows: Vec<Seen<R>>,
    /// Where in `rows` each is, by its identity.
    places: HashMap<u64, usize>,
    /// The first picture is how it was: nothing in it is new.
    is_first: bool,
    is_drawn: bool,
    changes: Changes,
    /// The widest that each column was, so that columns do not move to and fro.
    widths: Vec<usize>,
}

/// A row, and what became of it since the last picture.
struct Seen<R> {
    row: R,
    mark: Option<Change>,
    /// Whether it was told of since the marks before went.
    is_fresh: bool,
}

/// How many came, changed and went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Changes {
    added: usize,
    changed: usize,
    removed: usize,
}

impl<R: Record> Picture<R> {
    pub(crate) fn new(manner: Manner<R>) -> Self {
        let widths = manner.columns.iter().map(|column| column.heading().min_width).collect();
        Self {
            manner,
            rows: Vec::new(),
            places: HashMap::new(),
            is_first: true,
            is_drawn: false,
            changes: Changes::default(),
            widths,
        }
    }

    /// Whether it shows this column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.manner.columns.iter().any(|shown| shown.name == column)
    }

    /// Lets a row come, change or go. One that goes stays for one picture more. A row that is no
    /// event is what is known now.
    pub(crate) fn take(&mut self, row: R) {
        let Some(change) = row.change() else { return self.update(row) };
        if self.is_drawn {
            self.settle();
        }
        let identity = row.identity();
        let place = self.places.get(&identity).copied();
        let mark = match (change, place.map(|place| self.rows[place].mark)) {
            (Change::Removed, _) => Change::Removed,
            (_, None | Some(Some(Change::Added))) => Change::Added,
            (_, Some(_)) => Change::Changed,
        };
        if place.is_none_or(|place| self.rows[place].mark != Some(mark)) {
            self.changes.count(mark);
        }
        let is_told = !self.is_first || mark == Change::Removed;
        self.put(identity, Seen { row, mark: Some(mark).filter(|_| is_told), is_fresh: true });
    }

    /// Shows what is known of a row now. What happened to others stays marked until this one has
    /// its turn again: the rows of a round need not all come before one picture.
    fn update(&mut self, row: R) {
        let identity = row.identity();
        let is_fresh = |place: &usize| self.rows[*place].is_fresh;
        if self.is_drawn && self.places.get(&identity).is_some_and(is_fresh) {
            self.settle();
        }
        let mark = self.places.get(&identity).and_then(|place| self.rows[*place].mark);
        let mark = mark.filter(|mark| *mark != Change::Removed);
        self.put(identity, Seen { row, mark, is_fresh: true });
    }

    fn put(&mut self, identity: u64, seen: Seen<R>) {
        if let Some(place) = self.places.get(&identity) {
            self.rows[*place] = seen;
        } else {
            self.places.insert(identity, self.rows.len());
            self.rows.push(seen);
        }
    }

    /// Lets time pass: nothing happened since the last picture.
    pub(crate) fn tick(&mut self) {
        if self.is_drawn {
            self.settle();
        }
    }

    /// The picture before was seen: what went is forgotten, what came is one of many.
    fn settle(&mut self) {
        let count = self.rows.len();
        self.rows.retain(|seen| seen.mark != Some(Change::Removed));
        for seen in &mut self.rows {
            (seen.mark, seen.is_fresh) = (None, false);
        }
        if self.rows.len() != count {
            let places = self.rows.iter().enumerate();
            self.places = places.map(|(place, seen)| (seen.row.identity(), place)).collect();
        }
        self.changes = Changes::default();
        (self.is_first, self.is_drawn) = (false, false);
    }

    /// The lines of the picture, for a terminal of this size at this time; `held` notes wait for
    /// the end.
    pub(crate) fn lines(
        &mut self,
        size: Size,
        now: SystemTime,
        held: usize,
    ) -> io::Result<Vec<String>> {
        self.is_drawn = true;
        let mut lines = vec![self.status(size.width, now, held)];
        let room = size.height.saturating_sub(lines.len());
        lines.extend(if self.manner.is_counted {
            self.counts(size.width, room)?
        } else {
            self.table(size.width, room)?
        });
        lines.truncate(size.height.max(1));
        Ok(lines)
    }

    /// The first line.
    fn status(&self, width: usize, now: SystemTime, held: usize) -> String {
        let count = self.rows.iter().filter(|seen| seen.mark != Some(Change::Removed)).count();
        let rows = if count == 1 { "row" } else { "rows" };
        let (title, time) = (&self.manner.title, time_of_day(now));
        let mut line = format!("{title}  {time} UTC  {count} {rows}");
        let Changes { added, removed, .. } = self.changes;
        if !self.is_first {
            push_display(&mut line, format_args!(", {added} came, {removed} went"));
        }
        if held > 0 {
            let notes = if held == 1 { "note" } else { "notes" };
            push_display(&mut line, format_args!("; {held} {notes} at the end"));
        }
        let style = self.style(Style::new().bold());
        format!("{style}{}{style:#}", prefix(&line, width))
    }

    /// The rows, as many as there is room for, and how many are left out.
    fn table(&mut self, width: usize, room: usize) -> io::Result<Vec<String>> {
        let seen = self.rows.iter();
        let seen = match self.manner.order {
            Some(order) => order.sorted(seen, |seen| &seen.row),
            None => seen.collect(),
        };
        let shown = shown(seen.len(), room.saturating_sub(self.header_lines()));
        let headings = self.manner.columns.iter().zip(&self.widths).map(|(column, width)| {
            let mut heading = column.heading();
            heading.min_width = *width;
            heading
        });
        let mut table =
            Table::new(headings.collect(), self.look(width.saturating_sub(MARK_WIDTH).max(1)));
        let mut text = Vec::new();
        for seen in &seen[..shown] {
            let tone = |column: &Column<R>| match seen.mark {
                Some(Change::Removed) => Tone::Dim,
                _ => (column.tone)(&seen.row),
            };
            let cell = |column: &&'static Column<R>| Cell {
                value: column.value_of(&seen.row),
                tone: tone(column),
            };
            let cells: Vec<_> = self.manner.columns.iter().map(cell).collect();
            table.row(&mut text, &cells)?;
        }
        table.end(&mut text)?;
        self.widths = table.natural_widths().to_vec();
        let marks = (0..self.header_lines()).map(|_| None).chain(seen.iter().map(|it| it.mark));
        let text = String::from_utf8_lossy(&text);
        let mut lines: Vec<_> =
            text.lines().zip(marks).map(|(line, mark)| self.marked(line, mark)).collect();
        if shown < seen.len() {
            let mut hidden = Changes::default();
            for change in seen[shown..].iter().filter_map(|seen| seen.mark) {
                hidden.count(change);
            }
            lines.push(self.rest(seen.len() - shown, hidden, width));
        }
        Ok(lines)
    }

    /// How many of those that are there have the same values.
    fn counts(&self, width: usize, room: usize) -> io::Result<Vec<String>> {
        let mut counts = Counts::new(self.manner.columns.clone(), self.manner.order);
        for seen in self.rows.iter().filter(|seen| seen.mark != Some(Change::Removed)) {
            counts.add(&seen.row);
        }
        let bars = Some(Bars { width, has_blocks: self.manner.has_blocks });
        let look = counted::Look { is_count_first: false, bars };
        let headings = counted::headings(&self.manner.columns, look);
        let mut table = Table::new(headings, self.look(width));
        let mut text = Vec::new();
        counted::print(&counts, look, &mut table, &mut text)?;
        table.end(&mut text)?;
        let text = String::from_utf8_lossy(&text);
        let header = self.header_lines();
        let groups = text.lines().count().saturating_sub(header);
        let shown = shown(groups, room.saturating_sub(header));
        let mut lines: Vec<_> = text.lines().take(header + shown).map(str::to_owned).collect();
        if shown < groups {
            lines.push(self.rest(groups - shown, Changes::default(), width));
        }
        Ok(lines)
    }

    fn header_lines(&self) -> usize {
        usize::from(self.manner.look.has_header)
    }

    fn look(&self, width: usize) -> Look {
        Look { fit: Some(width), ..self.manner.look }
    }

    fn marked(&self, line: &str, mark: Option<Change>) -> String {
        let (sign, tone) = match mark {
            None => (' ', Tone::Plain),
            Some(Change::Added) => ('+', Tone::Good),
            Some(Change::Changed) => ('~', Tone::Warn),
            Some(Change::Removed) => ('-', Tone::Bad),
        };
        let style = self.style(tone.style());
        format!("{style}{sign}{style:#} {line}")
    }

    /// The last line, where not all rows are shown.
    fn rest(&self, count: usize, hidden: Changes, width: usize) -> String {
        let signs = [('+', hidden.added), ('~', hidden.changed), ('-', hidden.removed)];
        let signs = signs.iter().filter(|(_, count)| *count > 0);
        let signs: Vec<_> = signs.map(|(sign, count)| format!("{sign}{count}")).collect();
        let of_them =
            if signs.is_empty() { String::new() } else { format!(" ({})", signs.join(" ")) };
        let style = self.style(Tone::Dim.style());
        let line = format!("… {count} more{of_them}");
        format!("{style}{}{style:#}", prefix(&line, width))
    }

    const fn style(&self, style: Style) -> Style {
        if self.manner.look.is_coloured { style } else { Style::new() }
    }
}

impl Changes {
    const fn count(&mut self, change: Change) {
        match change {
            Change::Added => self.added += 1,
            Change::Changed => self.changed += 1,
            Change::Removed => self.removed += 1,
        }
    }
}

/// How many of so many rows are shown where one line must say how many are not.
const fn shown(count: usize, room: usize) -> usize {
    if count <= room { count } else { room.saturating_sub(1) }
}

/// Hours, minutes and seconds, UTC: what zone the system is in cannot be asked without the C library.
fn time_of_day(now: SystemTime) -> String {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seconds = since.as_secs() % (24 * 60 * 60);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    struct Socket {
        id: u64,
        state: &'static str,
        change: Option<Change>,
    }

    impl Record for Socket {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::<Self>::new("id", "", |it| it.id.into()).numeric(),
            Column::new("state", "", |it| it.state.into()),
            Column::<Self>::new("note", "", |_| Value::Null).side(),
        ];

        fn change(&self) -> Option<Change> {
            self.change
        }

        fn identity(&self) -> u64 {
            self.id
        }
    }

    fn manner() -> Manner<Socket> {
        Manner {
            title: "conns".to_owned(),
            columns: Socket::COLUMNS[..2].iter().collect(),
            order: None,
            is_counted: false,
            has_blocks: false,
            look: Look::default(),
        }
    }

    const WIDE: Size = Size { width: 60, height: 20 };

    fn take(picture: &mut Picture<Socket>, events: &[(u64, &'static str, Option<Change>)]) {
        for (id, state, change) in events {
            picture.take(Socket { id: *id, state, change: *change });
        }
    }

    fn drawn(picture: &mut Picture<Socket>, size: Size) -> String {
        let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * 3 + 43_205);
        let lines = picture.lines(size, noon, 0).unwrap();
        assert!(lines.len() <= size.height.max(1), "{lines:?}");
        lines.join("\n")
    }

    const ADDED: Option<Change> = Some(Change::Added);
    const CHANGED: Option<Change> = Some(Change::Changed);
    const REMOVED: Option<Change> = Some(Change::Removed);

    #[test]
    fn rows_come_change_and_go_and_are_marked_for_one_picture() {
        let mut picture = Picture::new(manner());
        take(&mut picture, &[(1, "LISTEN", ADDED), (2, "ESTAB", ADDED), (3, "ESTAB", None)]);
        let first =
            "conns  12:00:05 UTC  3 rows\n  ID  STATE\n   1  LISTEN\n   2  ESTAB\n   3  ESTAB";
        assert_eq!(drawn(&mut picture, WIDE), first);
        assert_eq!(drawn(&mut picture, WIDE), first);
        take(&mut picture, &[(2, "CLOSING", CHANGED), (3, "ESTAB", REMOVED), (40, "NEW", ADDED)]);
        assert_eq!(
            drawn(&mut picture, WIDE),
            "conns  12:00:05 UTC  3 rows, 1 came, 1 went\n  ID  STATE\n   1  LISTEN\n\
             ~  2  CLOSING\n-  3  ESTAB\n+ 40  NEW"
        );
        take(&mut picture, &[(40, "GONE", REMOVED)]);
        assert_eq!(
            drawn(&mut picture, WIDE),
            "conns  12:00:05 UTC  2 rows, 0 came, 1 went\n  ID  STATE\n   1  LISTEN\n\
             \x20  2  CLOSING\n- 40  GONE"
        );
    }

    #[test]
    fn what_happens_between_two_pictures_is_one_mark() {
        let cases: [(&[_], &str); 6] = [
            (&[(2, "a", ADDED), (2, "b", CHANGED)], "+  2  b"),
            (&[(2, "a", ADDED), (2, "b", REMOVED)], "-  2  b"),
            (&[(1, "a", REMOVED), (1, "b", ADDED)], "~  1  b"),
            (&[(1, "a", CHANGED), (1, "b", CHANGED)], "~  1  b"),
            (&[(2, "a", REMOVED)], "-  2  a"),
            (&[(2, "a", CHANGED)], "+  2  a"),
        ];
        for (events, expected) in cases {
            let mut picture = Picture::new(manner());
            take(&mut picture, &[(1, "a", ADDED)]);
            drawn(&mut picture, WIDE);
            take(&mut picture, events);
            let seen = drawn(&mut picture, WIDE);
            assert_eq!(seen.lines().next_back(), Some(expected), "{events:?}");
        }
    }

    #[test]
    fn a_row_that_is_no_event_is_brought_up_to_date_without_a_mark() {
        let quiet = None;
        let mut picture = Picture::new(manner());
        take(&mut picture, &[(1, "a", quiet), (2, "a", quiet)]);
        drawn(&mut picture, WIDE);
        // The last of the first round comes late.
        take(&mut picture, &[(3, "a", quiet)]);
        assert!(
            drawn(&mut picture, WIDE).ends_with("  3 rows\n  ID  STATE\n   1  a\n   2  a\n   3  a")
        );
        let rounds: [(&[_], &str); 6] = [
            (
                &[(1, "b", quiet), (2, "b", CHANGED)],
                "0 went\n  ID  STATE\n   1  b\n~  2  b\n   3  a",
            ),
            // Of the same round: what is marked stays so.
            (&[(3, "b", quiet)], "0 went\n  ID  STATE\n   1  b\n~  2  b\n   3  b"),
            (&[(1, "c", quiet)], "0 went\n  ID  STATE\n   1  c\n   2  b\n   3  b"),
            (&[(3, "c", REMOVED)], "1 went\n  ID  STATE\n   1  c\n   2  b\n-  3  c"),
            (&[(2, "c", quiet)], "1 went\n  ID  STATE\n   1  c\n   2  c\n-  3  c"),
            (&[(2, "d", quiet)], "0 went\n  ID  STATE\n   1  c\n   2  d"),
        ];
        for (events, expected) in rounds {
            take(&mut picture, events);
            let seen = drawn(&mut picture, WIDE);
            assert!(seen.ends_with(expected), "{events:?}: {seen}");
        }
    }

    #[test]
    fn a_low_terminal_shows_the_first_rows_and_says_how_many_there_are() {
        let mut picture = Picture::new(manner());
        take(&mut picture, &[(1, "a", ADDED), (2, "b", ADDED), (3, "c", ADDED)]);
        let at = |picture: &mut _, height| drawn(picture, Size { width: 60, height });
        assert!(at(&mut picture, 5).ends_with("\n   3  c"));
        assert!(at(&mut picture, 4).ends_with("\n   1  a\n… 2 more"));
        assert!(at(&mut picture, 3).ends_with("\n… 3 more"));
        for height in 0..3 {
            at(&mut picture, height);
        }
        take(&mut picture, &[(4, "d", ADDED), (5, "e", ADDED), (2, "b", REMOVED)]);
        assert!(at(&mut picture, 4).ends_with("\n   1  a\n… 4 more (+2 -1)"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let mut picture = Picture::new(manner());
        take(&mut picture, &[(1, "ESTABLISHED", ADDED), (2, "日本語日本語", ADDED)]);
        for width in 3..40 {
            for line in drawn(&mut picture, Size { width, height: 4 }).lines() {
                let taken = unicode_width::UnicodeWidthStr::width(line);
                assert!(taken <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn rows_may_be_sorted_and_columns_do_not_move_back() {
        let look = Look { has_header: false, ..Look::default() };
        let order = Some(Order { column: &Socket::COLUMNS[0], is_descending: true });
        let mut picture = Picture::new(Manner { order, look, ..manner() });
        take(&mut picture, &[(9, "a", ADDED), (1000, "b", ADDED), (10, "c", ADDED)]);
        assert!(drawn(&mut picture, WIDE).ends_with("\n  1000  b\n    10  c\n     9  a"));
        take(&mut picture, &[(1000, "b", REMOVED)]);
        drawn(&mut picture, WIDE);
        take(&mut picture, &[(11, "d", ADDED)]);
        assert!(drawn(&mut picture, WIDE).ends_with("\n+   11  d\n    10  c\n     9  a"));
    }

    #[test]
    fn rows_may_be_counted() {
        let columns = vec![&Socket::COLUMNS[1]];
        let mut picture = Picture::new(Manner { columns, is_counted: true, ..manner() });
        take(&mut picture, &[(1, "a", ADDED), (2, "b", ADDED), (3, "b", ADDED)]);
        let size = Size { width: 18, height: 5 };
        assert_eq!(
            drawn(&mut picture, size),
            "conns  12:00:05 UT\nSTATE  COUNT\nb          2  ####\na          1  ##"
        );
        take(&mut picture, &[(2, "b", REMOVED), (4, "c", ADDED)]);
        let seen = drawn(&mut picture, Size { height: 4, ..size });
        assert!(seen.ends_with("\na          1  ####\n… 2 more"), "{seen}");
    }

    #[test]
    fn colour_is_on_the_marks_and_what_went_is_dim() {
        let look = Look { is_coloured: true, ..Look::default() };
        let mut picture = Picture::new(Manner { look, ..manner() });
        take(&mut picture, &[(1, "a", ADDED)]);
        drawn(&mut picture, WIDE);
        take(&mut picture, &[(1, "a", REMOVED), (2, "b", ADDED)]);
        let seen = drawn(&mut picture, WIDE);
        assert!(seen.contains("\n\x1b[31m-\x1b[0m  \x1b[2m1\x1b[0m"), "{seen:?}");
        assert!(seen.contains("\n\x1b[32m+\x1b[0m  2"), "{seen:?}");
    }
}
