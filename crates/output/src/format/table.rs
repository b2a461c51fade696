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
const GAP: usize = 2;

/// A column is not narrowed below this for the sake of the others.
const MIN_FITTED_WIDTH: usize = 6;

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
}

/// Where the text of a cell ends, and how it is shown.
struct Extent {
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
        }
    }

    fn write_window(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.cells.is_empty() {
            return Ok(());
        }
        let columns = self.headings.len();
        let widths = match self.look.fit {
            Some(room) => fitted(&self.natural, room),
            None => self.natural.clone(),
        };
        let mut line = String::new();
        if self.is_header_due {
            self.is_header_due = false;
            for (index, name) in self.names.iter().enumerate() {
                self.push_cell(&mut line, &widths, index, (name, name.len(), tone::HEADER));
            }
            self.end_line(&mut line, out)?;
        }
        let mut start = 0;
        for row in self.cells.chunks(columns) {
            for (index, cell) in row.iter().enumerate() {
                let text = &self.text[start..cell.end];
                start = cell.end;
                self.push_cell(&mut line, &widths, index, (text, cell.width, cell.tone.style()));
            }
            self.end_line(&mut line, out)?;
        }
        self.text.clear();
        self.cells.clear();
        Ok(())
    }

    /// Appends one cell with the gap before it; columns beyond `widths` found no room.
    fn push_cell(
        &self,
        line: &mut String,
        widths: &[usize],
        index: usize,
        (text, width, style): (&str, usize, Style),
    ) {
        let Some(&room) = widths.get(index) else { return };
        let style = if self.look.is_coloured { style } else { Style::new() };
        let (text, cut, width) = if width > room {
            let kept = prefix(text, room.saturating_sub(1));
            (kept, CUT, kept.width() + 1)
        } else {
            (text, "", width)
        };
        let padding = room - width;
        let is_last = index + 1 == widths.len();
        if index > 0 {
            push_blanks(line, GAP);
        }
        if self.headings[index].is_numeric {
            push_blanks(line, padding);
        }
        push_display(line, style);
        line.push_str(text);
        line.push_str(cut);
        push_display(line, format_args!("{style:#}"));
        if !self.headings[index].is_numeric && !is_last {
            push_blanks(line, padding);
        }
    }

    fn end_line(&self, line: &mut String, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(line.as_bytes())?;
        line.clear();
        out.write_all(&[self.look.row_end])
    }
}

impl Format for Table {
    fn row(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()> {
        for (index, cell) in cells.iter().enumerate() {
            let is_last = index + 1 == cells.len();
            let start = self.text.len();
            push_cell_text(&mut self.text, &cell.value, is_last);
            let width = self.text[start..].width();
            self.natural[index] = self.natural[index].max(width);
            self.cells.push(Extent { end: self.text.len(), width, tone: cell.tone });
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

/// The widths at which the columns fit into `room`: the widest give way first. Columns for which
/// there is no room at all are left out at the end.
fn fitted(natural: &[usize], room: usize) -> Vec<usize> {
    let gaps = |columns: usize| GAP * columns.saturating_sub(1);
    let total_at = |columns: usize, cap: usize| {
        natural[..columns].iter().map(|width| (*width).min(cap)).sum::<usize>() + gaps(columns)
    };
    let mut columns = natural.len();
    while columns > 1 && total_at(columns, MIN_FITTED_WIDTH) > room {
        columns -= 1;
    }
    let widest = natural.iter().copied().max().unwrap_or(0);
    let cap = (1..=widest).rev().find(|cap| total_at(columns, *cap) <= room).unwrap_or(1);
    let mut widths: Vec<_> = natural[..columns].iter().map(|width| (*width).min(cap)).collect();
    let mut spare = room.saturating_sub(total_at(columns, cap));
    for (width, natural) in widths.iter_mut().zip(natural).rev() {
        let more = spare.min(natural - *width);
        *width += more;
        spare -= more;
    }
    widths
}

/// The longest beginning of `text` that is at most `width` wide.
fn prefix(text: &str, width: usize) -> &str {
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
    line.extend(std::iter::repeat_n(' ', count));
}
