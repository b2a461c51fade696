//! The table: aligned for the eye, and as good for `awk`.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Cell, Format, Heading};
use crate::escape::{self, Blanks, push_display};
use crate::tone::{self, Tone};
use crate::value::Value;

/// Rows that are measured together at most; later ones widen their column if they must.
const WINDOW_ROWS: usize = 1000;

/// Blanks between two columns.
pub(crate) const GAP: usize = 2;

/// What a main column needs before a side column has to go: an IPv6 address with its zone.
const MAIN_WIDTH: usize = 24;

/// What a side column needs to be worth its room.
const SIDE_WIDTH: usize = 12;

/// What stands for the rest of a cell that was cut.
const CUT: &str = "…";

/// What a table looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub has_header: bool,
    pub is_coloured: bool,
    /// The columns of the terminal that the table has to fit; `None` cuts nothing.
    pub fit: Option<usize>,
    pub row_end: u8,
}

impl Default for Look {
    fn default() -> Self {
        Self { has_header: true, is_coloured: false, fit: None, row_end: b'\n' }
    }
}

pub(crate) struct Table {
    headings: Vec<Heading>,
    look: Look,
    names: Vec<String>,
    /// The widest cell of each column so far.
    natural: Vec<usize>,
    /// The text of all cells of the window, one after the other.
    text: String,
    cells: Vec<Extent>,
    is_header_due: bool,
    /// Which columns there is room for; known when the first rows are printed.
    shown: Option<Vec<bool>>,
}

/// Where the text of a cell is, and how it is shown.
struct Extent {
    start: usize,
    end: usize,
    width: usize,
    tone: Tone,
}

impl Table {
    pub(crate) fn new(headings: Vec<Heading>, look: Look) -> Self {
        let names: Vec<_> =
            headings.iter().map(|heading| heading.name.to_uppercase().replace('_', "-")).collect();
        let natural = headings
            .iter()
            .zip(&names)
            .map(|(heading, name)| {
                let header_width = if look.has_header { name.len() } else { 0 };
                heading.min_width.max(header_width)
            })
            .collect();
        Self {
            headings,
            look,
            names,
            natural,
            text: String::new(),
            cells: Vec::new(),
            is_header_due: look.has_header,
            shown: None,
        }
    }

    /// The widest cell of each column so far, the header included.
    pub(crate) fn natural_widths(&self) -> &[usize] {
        &self.natural
    }

    fn write_window(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.cells.is_empty() {
            return Ok(());
        }
        let widths = self.widths();
        let places = self.places(&widths);
        let mut lines = Lines { text: String::with_capacity(self.text.len() * 2), due: 0 };
        if self.is_header_due {
            self.is_header_due = false;
            for place in &places {
                let name = &self.names[place.index];
                lines.push_cell(place, name, name.len(), self.style(tone::HEADER));
            }
            if self.has_room_for_mark(&widths) {
                lines.push_mark();
            }
            lines.end(self.look.row_end);
        }
        for row in self.cells.chunks(self.headings.len()) {
            for place in &places {
                let cell = &row[place.index];
                let text = &self.text[cell.start..cell.end];
                lines.push_cell(place, text, cell.width, self.style(cell.tone.style()));
            }
            lines.end(self.look.row_end);
        }
        self.text.clear();
        self.cells.clear();
        out.write_all(lines.text.as_bytes())
    }

    /// The columns that find room, in their order.
    fn places(&self, widths: &[Option<usize>]) -> Vec<Place> {
        let shown = widths.iter().enumerate().filter_map(|(index, room)| Some((index, (*room)?)));
        let places = shown.enumerate().map(|(position, (index, room))| Place {
            index,
            room,
            gap: if position == 0 { 0 } else { GAP },
            is_numeric: self.headings[index].is_numeric,
        });
        places.collect()
    }

    fn style(&self, style: Style) -> Option<Style> {
        self.look.is_coloured.then_some(style)
    }

    /// The width of each column; `None` for one that finds no room.
    fn widths(&mut self) -> Vec<Option<usize>> {
        let Some(room) = self.look.fit else {
            return self.natural.iter().copied().map(Some).collect();
        };
        let shown = self.shown.get_or_insert_with(|| shown(&self.natural, &self.headings, room));
        fitted(&self.natural, shown, room)
    }

    /// Whether the header can say that columns are left out.
    fn has_room_for_mark(&self, widths: &[Option<usize>]) -> bool {
        let used = widths.iter().flatten().map(|width| width + GAP).sum::<usize>();
        widths.contains(&None) && self.look.fit.is_some_and(|room| used <= room)
    }
}

/// Where in a line a cell stands.
struct Place {
    index: usize,
    room: usize,
    /// The blanks before it.
    gap: usize,
    is_numeric: bool,
}

/// Lines as they are put together.
struct Lines {
    text: String,
    /// The blanks that are due before the next text of this line, if there is any.
    due: usize,
}

impl Lines {
    /// Appends one cell with the gap before it.
    fn push_cell(&mut self, place: &Place, text: &str, width: usize, style: Option<Style>) {
        let (text, cut, width) = if width > place.room {
            let kept = prefix(text, place.room.saturating_sub(1));
            (kept, CUT, kept.width() + 1)
        } else {
            (text, "", width)
        };
        let padding = place.room - width;
        let (before, after) = if place.is_numeric { (padding, 0) } else { (0, padding) };
        self.due += place.gap + before;
        // Blanks at the end of a line are of no use to anybody.
        if !text.is_empty() || !cut.is_empty() {
            push_blanks(&mut self.text, self.due);
            self.due = 0;
            match style {
                None => {
                    self.text.push_str(text);
                    self.text.push_str(cut);
                }
                Some(style) => {
                    push_display(&mut self.text, format_args!("{style}{text}{cut}{style:#}"));
                }
            }
        }
        self.due += after;
    }

    /// Says that columns are left out.
    fn push_mark(&mut self) {
        push_blanks(&mut self.text, 1);
        self.text.push_str(CUT);
    }

    fn end(&mut self, row_end: u8) {
        self.text.push(char::from(row_end));
        self.due = 0;
    }
}

/// How many columns of a terminal a text takes.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// What a cell takes that is not the last of its row.
pub(crate) fn cell_width(value: &Value<'_>) -> usize {
    let mut text = String::new();
    push_cell_text(&mut text, value, false);
    width(&text)
}

impl Format for Table {
    fn row(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()> {
        for (index, cell) in cells.iter().enumerate() {
            let is_last = index + 1 == cells.len();
            let start = self.text.len();
            push_cell_text(&mut self.text, &cell.value, is_last);
            let width = width(&self.text[start..]);
            self.natural[index] = self.natural[index].max(width);
            self.cells.push(Extent { start, end: self.text.len(), width, tone: cell.tone });
        }
        if self.cells.len() >= WINDOW_ROWS * self.headings.len() {
            self.write_window(out)?;
        }
        Ok(())
    }

    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_window(out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_window(out)
    }
}

/// A cell is one word, `-` where nothing is known and `""` where the text is empty; the last may
/// have blanks.
fn push_cell_text(out: &mut String, value: &Value<'_>, is_last: bool) {
    let start = out.len();
    let blanks = if is_last { Blanks::Kept } else { Blanks::Escaped };
    value.push_text(out, blanks);
    match &out[start..] {
        "" => out.push_str(match value {
            Value::Text(_) | Value::Notation(_) => "\"\"",
            _ => "-",
        }),
        word @ ("-" | "\"\"") => {
            let taken = word.to_owned();
            out.truncate(start);
            taken.chars().for_each(|character| escape::push_code(out, character));
        }
        _ => {}
    }
}

/// Which columns are shown in so much room: side columns go first, then whatever stands last.
fn shown(natural: &[usize], headings: &[Heading], room: usize) -> Vec<bool> {
    let needed = |index: usize| {
        natural[index].min(if headings[index].is_side { SIDE_WIDTH } else { MAIN_WIDTH })
    };
    let mut shown = vec![true; natural.len()];
    let total = |shown: &[bool], needed: &dyn Fn(usize) -> usize| {
        let widths =
            (0..shown.len()).filter(|index| shown[*index]).map(|index| needed(index) + GAP);
        widths.sum::<usize>().saturating_sub(GAP)
    };
    for index in (0..natural.len()).rev().filter(|index| headings[*index].is_side) {
        if total(&shown, &needed) > room {
            shown[index] = false;
        }
    }
    for index in (1..natural.len()).rev() {
        if total(&shown, &|_| 1) > room {
            shown[index] = false;
        }
    }
    shown
}

/// The widths at which the columns shown fit into `room`: the widest give way first.
fn fitted(natural: &[usize], shown: &[bool], room: usize) -> Vec<Option<usize>> {
    let columns: Vec<_> = (0..natural.len()).filter(|index| shown[*index]).collect();
    let total_at = |cap: usize| {
        let widths = columns.iter().map(|index| natural[*index].min(cap) + GAP);
        widths.sum::<usize>().saturating_sub(GAP)
    };
    let widest = natural.iter().copied().max().unwrap_or(0);
    let cap = (1..=widest).rev().find(|cap| total_at(*cap) <= room).unwrap_or(1);
    let mut spare = room.saturating_sub(total_at(cap));
    let mut widths = vec![None; natural.len()];
    for index in columns.into_iter().rev() {
        let width = natural[index].min(cap);
        let more = spare.min(natural[index] - width);
        spare -= more;
        widths[index] = Some(width + more);
    }
    widths
}

/// The longest beginning of `text` that is at most `width` wide.
pub(crate) fn prefix(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > width {
            return &text[..at];
        }
    }
    text
}

fn push_blanks(line: &mut String, count: usize) {
    const BLANKS: &str = "                                ";
    if let Some(blanks) = BLANKS.get(..count) {
        return line.push_str(blanks);
    }
    line.extend(std::iter::repeat_n(' ', count));
}
