//! The table: aligned for the eye, and as good for `awk`.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Cell, Format, Heading};
use crate::escape::{self, Blanks, push_display};
use crate::sparkline;
use crate::tone::{self, Tone};
use crate::value::Value;

/// Rows that are measured together at most; later ones widen their column if they must.
const WINDOW_ROWS: usize = 1000;

/// Lines are handed on in pieces of this size, in octets.
const LINES_SIZE: usize = 64 * 1024;

/// Blanks between two columns.
pub(crate) const GAP: usize = 2;

/// What a main text needs before a side column or a number to its right has to go: an IPv6 address
/// with its zone.
const MAIN_WIDTH: usize = 24;

/// What a text needs to be worth its room.
const LEAST_WIDTH: usize = 12;

/// What stands for the rest of a cell that was cut.
pub(crate) const CUT: &str = "…";

/// What a table looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub has_header: bool,
    pub is_coloured: bool,
    /// The columns of the terminal that the table has to fit; `None` cuts nothing.
    pub fit: Option<usize>,
    pub row_end: u8,
    /// Whether measures may be drawn with more than ASCII.
    pub has_blocks: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { has_header: true, is_coloured: false, fit: None, row_end: b'\n', has_blocks: false }
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
    /// What is written line by line, since many rows were measured before.
    direct: Option<Direct>,
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
            direct: None,
        }
    }

    /// The widest cell of each column so far, the header included.
    pub(crate) fn natural_widths(&self) -> &[usize] {
        &self.natural
    }

    fn write_window(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(direct) = &mut self.direct {
            out.write_all(direct.lines.text.as_bytes())?;
            direct.lines.text.clear();
        }
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
        let is_full = self.cells.len() >= WINDOW_ROWS * self.headings.len();
        self.text.clear();
        self.cells.clear();
        out.write_all(lines.text.as_bytes())?;
        if is_full && self.look.fit.is_none() && !self.look.is_coloured {
            lines.text.clear();
            let above = self.headings.iter().map(|_| Above::default()).collect();
            self.direct = Some(Direct { lines, above, has_blocks: self.look.has_blocks });
        }
        Ok(())
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
        let fit = Fit { natural: &self.natural, headings: &self.headings, room };
        let shown = self.shown.get_or_insert_with(|| fit.shown());
        fit.widths(shown)
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

/// Rows that go into their lines at once.
struct Direct {
    lines: Lines,
    /// The cell above the next, in each column.
    above: Vec<Above>,
    has_blocks: bool,
}

/// A cell that the next one below it is often like: then it is not made again.
#[derive(Default)]
struct Above {
    value: Simple,
    text: String,
    width: usize,
}

/// A value that is quickly compared.
#[derive(Default, PartialEq, Eq)]
enum Simple {
    #[default]
    None,
    Number(u64),
    Word(String),
}

impl Direct {
    /// Appends a row as wide as those before it, or wider where it has to be.
    fn push_row(&mut self, natural: &mut [usize], headings: &[Heading], cells: &[Cell<'_>]) {
        let Self { lines, above, has_blocks } = self;
        for (index, cell) in cells.iter().enumerate() {
            let is_last = index + 1 == cells.len();
            lines.due += if index == 0 { 0 } else { GAP };
            let natural = &mut natural[index];
            if let Some((text, width)) = above[index].like(&cell.value, is_last) {
                *natural = width.max(*natural);
                let padding = *natural - width;
                let (before, after) =
                    if headings[index].is_numeric { (padding, 0) } else { (0, padding) };
                push_blanks(&mut lines.text, lines.due + before);
                lines.text.push_str(text);
                lines.due = after;
                continue;
            }
            push_blanks(&mut lines.text, lines.due);
            let start = lines.text.len();
            push_drawn(&mut lines.text, &cell.value, is_last, *has_blocks);
            let width = width(&lines.text[start..]);
            *natural = width.max(*natural);
            lines.due = *natural - width;
            if headings[index].is_numeric {
                lines.text.insert_str(start, &blanks(lines.due));
                lines.due = 0;
            }
        }
    }
}

impl Above {
    /// The text of a number or of a word, and its width.
    fn like(&mut self, value: &Value<'_>, is_last: bool) -> Option<(&str, usize)> {
        let is_same = match (&self.value, value) {
            (Simple::Number(above), Value::Int(number)) => above == number,
            (Simple::Word(above), Value::Text(word)) => above == word,
            (_, Value::Int(_) | Value::Text(_)) => false,
            _ => return None,
        };
        if !is_same {
            match (&mut self.value, value) {
                (Simple::Word(above), Value::Text(word)) => word.as_ref().clone_into(above),
                (above, Value::Text(word)) => *above = Simple::Word(word.to_string()),
                (above, Value::Int(number)) => *above = Simple::Number(*number),
                _ => {}
            }
            self.text.clear();
            push_cell_text(&mut self.text, value, is_last);
            self.width = width(&self.text);
        }
        Some((&self.text, self.width))
    }
}

/// How many columns of a terminal a text takes.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// What a cell takes that is not the last of its row.
pub(crate) fn cell_width(value: &Value<'_>) -> usize {
    let mut text = String::new();
    push_drawn(&mut text, value, false, false);
    width(&text)
}

impl Format for Table {
    fn row(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()> {
        if let Some(direct) = &mut self.direct {
            direct.push_row(&mut self.natural, &self.headings, cells);
            direct.lines.end(self.look.row_end);
            let is_enough = direct.lines.text.len() >= LINES_SIZE;
            return if is_enough { self.write_window(out) } else { Ok(()) };
        }
        for (index, cell) in cells.iter().enumerate() {
            let is_last = index + 1 == cells.len();
            let start = self.text.len();
            push_drawn(&mut self.text, &cell.value, is_last, self.look.has_blocks);
            let width = width(&self.text[start..]);
            self.natural[index] = self.natural[index].max(width);
            self.cells.push(Extent { start, end: self.text.len(), width, tone: cell.tone });
        }
        if self.cells.len() >= WINDOW_ROWS * self.headings.len() {
            self.write_window(out)?;
        }
        Ok(())
    }

    fn shows_tones(&self) -> bool {
        self.look.is_coloured
    }

    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_window(out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_window(out)
    }
}

/// A run of measures is a line of as many characters, whichever these are; all else is text.
fn push_drawn(out: &mut String, value: &Value<'_>, is_last: bool, has_blocks: bool) {
    match value {
        Value::Series(measures) if !measures.is_empty() => {
            sparkline::push(out, measures, has_blocks);
        }
        value => push_cell_text(out, value, is_last),
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

/// What has to fit into the room that there is.
struct Fit<'a> {
    natural: &'a [usize],
    headings: &'a [Heading],
    /// The columns of the terminal.
    room: usize,
}

impl Fit<'_> {
    /// Which columns are shown: side columns go first, then whatever stands last. A number needs
    /// its whole width, and goes before a text to its left is short; a text goes where it would
    /// say nothing itself.
    fn shown(&self) -> Vec<bool> {
        let mut shown = vec![true; self.natural.len()];
        let staying = self.staying();
        let is_side = |index: &usize| self.headings[*index].is_side;
        let from_right = || (0..self.natural.len()).rev().filter(|index| *index != staying);
        for index in from_right().filter(is_side) {
            let room_of = |at: usize| if is_side(&at) { LEAST_WIDTH } else { MAIN_WIDTH };
            shown[index] = self.total(&shown, room_of) <= self.room;
        }
        for index in from_right().filter(|index| !is_side(index)) {
            let ample = if self.headings[index].is_numeric { index } else { 0 };
            let room_of = |at: usize| if at < ample { MAIN_WIDTH } else { LEAST_WIDTH };
            if self.total(&shown, room_of) <= self.room {
                break;
            }
            shown[index] = false;
        }
        shown
    }

    /// The column that is shown whatever the room: the key, or the first that is no side column.
    fn staying(&self) -> usize {
        let key = self.headings.iter().position(|heading| heading.is_key);
        key.or_else(|| self.headings.iter().position(|heading| !heading.is_side)).unwrap_or(0)
    }

    /// The widths of the columns shown: the widest texts give way first. One more column goes where
    /// a number has become too wide since the columns were chosen.
    fn widths(&self, shown: &[bool]) -> Vec<Option<usize>> {
        let mut shown = shown.to_vec();
        let staying = self.staying();
        for index in (0..shown.len()).rev().filter(|index| *index != staying) {
            shown[index] &= self.total(&shown, |_| 1) <= self.room;
        }
        let widest = self.natural.iter().copied().max().unwrap_or(0);
        let fits = |cap: &usize| self.total(&shown, |_| *cap) <= self.room;
        let cap = (1..=widest).rev().find(fits).unwrap_or(1);
        let mut spare = self.room.saturating_sub(self.total(&shown, |_| cap));
        let mut widths = vec![None; shown.len()];
        for index in (0..shown.len()).rev().filter(|index| shown[*index]) {
            let width = self.needed(index, cap);
            let more = spare.min(self.natural[index] - width);
            spare -= more;
            // Only a column that is alone can be wider than the terminal.
            widths[index] = Some((width + more).min(self.room));
        }
        widths
    }

    /// What the columns shown take, where `room_of` says what a text gets at most.
    fn total(&self, shown: &[bool], room_of: impl Fn(usize) -> usize) -> usize {
        let columns = (0..shown.len()).filter(|index| shown[*index]);
        let widths = columns.map(|index| self.needed(index, room_of(index)) + GAP);
        widths.sum::<usize>().saturating_sub(GAP)
    }

    /// What a column takes: a number is never cut, for its beginning is another number.
    fn needed(&self, index: usize, room: usize) -> usize {
        let natural = self.natural[index];
        if self.headings[index].is_numeric { natural } else { natural.min(room) }
    }
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
    line.push_str(&blanks(count));
}

fn blanks(count: usize) -> Cow<'static, str> {
    const BLANKS: &str = "                                ";
    BLANKS.get(..count).map_or_else(|| Cow::Owned(" ".repeat(count)), Cow::Borrowed)
}
