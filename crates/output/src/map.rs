//! Rows as a map: the values of one column down, those of another across, a letter where they meet.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use crate::escape::Blanks;
use crate::exit::Exit;
use crate::letters::MAX_LETTERS;
use crate::order::{Key, Order};
use crate::record::{Column, Record};
use crate::tone::Tone;
use crate::value::Value;

/// A map has as many cells at most, an octet each: 65,536 lines of 128 columns.
const MAX_CELLS: usize = 8 * 1024 * 1024;

/// As many different values are told apart in cells; all others are one.
const MAX_KINDS: usize = MAX_LETTERS - 2;

/// What the values beyond those are called.
const OTHERS: &str = "others";

/// What is known of rows, in no order yet.
pub(crate) struct Map<R: 'static> {
    down: &'static Column<R>,
    across: &'static Column<R>,
    cell: &'static Column<R>,
    /// Of the values down or across, where it is not from the least.
    order: Option<Order<R>>,
    lines: Axis,
    columns: Axis,
    kinds: Vec<Kind>,
    /// What stands in each line, by the places of the columns; a line ends with its last cell.
    cells: Vec<Vec<Cell>>,
    /// How many cells there may be.
    limit: usize,
    /// How many more than there are.
    room: usize,
    /// The rows for which there was no room.
    lost: u64,
}

/// One more than the place of a kind, or zero where there is no row.
type Cell = u8;

/// A value of cells.
pub(crate) struct Kind {
    /// As it reads, made safe; nothing where it is not known.
    pub text: Box<str>,
    pub tone: Tone,
    /// What a row with it says.
    exit: Exit,
}

impl Kind {
    /// How people read it.
    pub(crate) fn word(&self) -> &str {
        if self.text.is_empty() { "not known" } else { &self.text }
    }
}

/// The values down or across.
#[derive(Default)]
struct Axis {
    labels: Vec<Label>,
    places: HashMap<Rc<str>, usize>,
}

struct Label {
    text: Rc<str>,
    /// What it is sorted by, where that is not its text.
    number: Option<u64>,
}

impl<R: Record> Map<R> {
    pub(crate) fn new(
        [down, across, cell]: [&'static Column<R>; 3],
        order: Option<Order<R>>,
    ) -> Self {
        let limit = MAX_CELLS;
        Self {
            down,
            across,
            cell,
            order,
            lines: Axis::default(),
            columns: Axis::default(),
            kinds: Vec::new(),
            cells: Vec::new(),
            limit,
            room: limit,
            lost: 0,
        }
    }

    /// The same with room for so many cells, as yet without any.
    #[cfg(test)]
    pub(crate) fn with_room_for(self, limit: usize) -> Self {
        Self { limit, room: limit, ..self }
    }

    /// Enters a row. Where there is one already, that of the two stays which says more of a yes.
    pub(crate) fn add(&mut self, row: &R) {
        let (down, across) = ((self.down.value)(row), (self.across.value)(row));
        let (line_text, column_text) = (label_text(&down), label_text(&across));
        let line = self.lines.place_of(&line_text);
        let column = self.columns.place_of(&column_text);
        let length = self.cells.get(line).map_or(0, Vec::len);
        let more = (column + 1).saturating_sub(length);
        if more > self.room {
            self.lost += 1;
            return;
        }
        self.room -= more;
        self.lines.enter(line, &line_text, &down);
        self.columns.enter(column, &column_text, &across);
        self.cells.resize_with(self.lines.labels.len(), Vec::new);
        let kind = self.kind_of(row);
        let cells = &mut self.cells[line];
        if more > 0 {
            // A quarter more at most: there may be many lines.
            cells.reserve_exact(more.max(length / 4));
            cells.resize(column + 1, 0);
        }
        let exit = |cell: Cell| kind_at(cell).map(|place| self.kinds[place].exit);
        if exit(cells[column]).is_none_or(|exit| self.kinds[kind].exit < exit) {
            cells[column] = Cell::try_from(kind + 1).expect("there are fewer kinds than letters");
        }
    }

    fn kind_of(&mut self, row: &R) -> usize {
        let text = (self.cell.value)(row).to_text();
        if let Some(place) = self.kinds.iter().position(|kind| *kind.text == *text) {
            return place;
        }
        let (text, tone) = match self.kinds.len() {
            ..MAX_KINDS => (text, (self.cell.tone)(row)),
            MAX_KINDS => (OTHERS.to_owned(), Tone::Plain),
            _ => return MAX_KINDS,
        };
        self.kinds.push(Kind { text: text.into(), tone, exit: row.exit() });
        self.kinds.len() - 1
    }

    /// What is to be said where rows did not find room.
    pub(crate) fn shortage(&self) -> Option<String> {
        let Self { lost, limit, .. } = self;
        let (rows, are) = if *lost == 1 { ("row", "is") } else { ("rows", "are") };
        let sentence =
            || format!("a map has room for {limit} cells: {lost} {rows} {are} not in it");
        (*lost > 0).then(sentence)
    }

    pub(crate) const fn down(&self) -> &'static Column<R> {
        self.down
    }

    pub(crate) const fn across(&self) -> &'static Column<R> {
        self.across
    }

    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The places of all lines, in the order of their values.
    pub(crate) fn lines(&self) -> Vec<usize> {
        self.lines.sorted(self.is_descending(self.down))
    }

    /// The places of all columns, in the order of their values.
    pub(crate) fn columns(&self) -> Vec<usize> {
        self.columns.sorted(self.is_descending(self.across))
    }

    pub(crate) const fn column_count(&self) -> usize {
        self.columns.labels.len()
    }

    fn is_descending(&self, column: &Column<R>) -> bool {
        self.order.is_some_and(|order| order.is_descending && order.column.name == column.name)
    }

    /// The value that stands at the left of a line.
    pub(crate) fn line_label(&self, line: usize) -> &str {
        &self.lines.labels[line].text
    }

    /// The value that stands above a column.
    pub(crate) fn column_label(&self, column: usize) -> &str {
        &self.columns.labels[column].text
    }

    /// The place of the kind that stands there.
    pub(crate) fn kind(&self, line: usize, column: usize) -> Option<usize> {
        kind_at(*self.cells[line].get(column)?)
    }
}

fn kind_at(cell: Cell) -> Option<usize> {
    usize::from(cell).checked_sub(1)
}

/// One word, as in a table.
fn label_text(value: &Value<'_>) -> String {
    let mut text = String::new();
    value.push_text(&mut text, Blanks::Escaped);
    if text.is_empty() {
        text.push('-');
    }
    text
}

impl Axis {
    /// Where a value stands, or would.
    fn place_of(&self, text: &str) -> usize {
        self.places.get(text).copied().unwrap_or(self.labels.len())
    }

    fn enter(&mut self, place: usize, text: &str, value: &Value<'_>) {
        if place == self.labels.len() {
            let text: Rc<str> = text.into();
            let number = match Key::of(value.clone()) {
                Some(Key::Int(number)) => Some(number),
                _ => None,
            };
            self.places.insert(Rc::clone(&text), place);
            self.labels.push(Label { text, number });
        }
    }

    fn sorted(&self, is_descending: bool) -> Vec<usize> {
        let key = |place: &usize| self.labels[*place].key();
        let compare = |left: &usize, right: &usize| -> Ordering { key(left).compare(&key(right)) };
        let mut places: Vec<_> = (0..self.labels.len()).collect();
        if is_descending {
            places.sort_by(|left, right| compare(right, left));
        } else {
            places.sort_by(compare);
        }
        places
    }
}

impl Label {
    fn key(&self) -> Key<'_> {
        self.number.map_or_else(|| Key::Text((&*self.text).into()), Key::Int)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a row stands, and what it says.
    struct Probe(u16, u16, String);

    impl Record for Probe {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::new("host", "", |it| it.0.into()),
            Column::new("port", "", |it| it.1.into()),
            Column::new("state", "", |it| (&it.2).into()),
        ];
    }

    fn map() -> Map<Probe> {
        let [host, port, state] = Probe::COLUMNS else { unreachable!("there are three") };
        Map::new([host, port, state], None)
    }

    fn probe(host: u16, port: u16) -> Probe {
        Probe(host, port, "open".to_owned())
    }

    #[test]
    fn rows_without_room_are_counted_and_leave_no_trace() {
        let mut map = map().with_room_for(5);
        for (host, port) in [(1, 80), (1, 81), (2, 81)] {
            map.add(&probe(host, port));
        }
        assert_eq!((map.room, map.shortage()), (1, None));
        for (host, port) in [(3, 82), (1, 83), (1, 84), (2, 80), (3, 80), (4, 80)] {
            map.add(&probe(host, port));
        }
        assert_eq!((map.room, map.lines().len(), map.column_count()), (0, 2, 3));
        let said = "a map has room for 5 cells: 4 rows are not in it";
        assert_eq!(map.shortage().as_deref(), Some(said));
        assert_eq!((map.kind(0, 2), map.kind(1, 0), map.kind(1, 2)), (Some(0), Some(0), None));
    }

    #[test]
    fn more_values_than_letters_are_one() {
        let mut map = map();
        for state in 0..200 {
            map.add(&Probe(state, 80, state.to_string()));
        }
        assert_eq!(map.kinds().len(), MAX_KINDS + 1);
        assert_eq!((map.kind(0, 0), map.kind(199, 0)), (Some(0), Some(MAX_KINDS)));
        assert_eq!(map.kinds()[MAX_KINDS].word(), OTHERS);
    }
}
