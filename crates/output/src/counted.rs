//! Counts on their way to a format.

use std::borrow::Borrow;
use std::io::{self, Write};

use crate::bar::Scale;
use crate::count::{COUNT, Counts, Group};
use crate::format::table::{GAP, cell_width};
use crate::format::{Cell, Format, Heading};
use crate::record::Column;
use crate::tone::Tone;

/// How counts are shown.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    /// Whether the count stands before the values, as scripts know it from `uniq -c`.
    pub is_count_first: bool,
    /// Whether a bar stands beside it.
    pub bars: Option<Bars>,
}

/// Where bars are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bars {
    /// The columns of the terminal.
    pub width: usize,
    /// Whether it shows more than ASCII.
    pub has_blocks: bool,
}

/// The values, the count, and room for a bar.
pub(crate) fn headings<R>(columns: &[&'static Column<R>], look: Look) -> Vec<Heading> {
    let mut headings: Vec<_> =
        columns.iter().map(|column| Heading { min_width: 0, ..column.heading() }).collect();
    let at = if look.is_count_first { 0 } else { headings.len() };
    headings.insert(at, Heading { is_key: true, is_numeric: true, ..heading(COUNT) });
    headings.extend(look.bars.map(|_| Heading { is_side: true, ..heading("") }));
    headings
}

const fn heading(name: &'static str) -> Heading {
    Heading { name, key: name, is_key: false, is_side: false, is_numeric: false, min_width: 0 }
}

/// Prints a row for each group. Whether there is any.
pub(crate) fn print<R, T: Borrow<R>>(
    counts: &Counts<R, T>,
    look: Look,
    format: &mut dyn Format,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let groups = counts.sorted();
    let greatest = groups.iter().map(|group| group.count).max().unwrap_or(0);
    let scale = look.bars.map(|bars| {
        let used = used_width(counts, &groups);
        Scale { greatest, room: bars.width.saturating_sub(used), has_blocks: bars.has_blocks }
    });
    for group in &groups {
        let row = counts.row(group);
        let tones = counts.columns().iter().map(|column| (column.tone)(row));
        let mut cells: Vec<_> =
            counts.values(group).zip(tones).map(|(value, tone)| Cell { value, tone }).collect();
        let at = if look.is_count_first { 0 } else { cells.len() };
        cells.insert(at, Cell::plain(group.count.into()));
        cells.extend(
            scale.map(|scale| Cell { value: scale.bar(group.count).into(), tone: Tone::Good }),
        );
        format.row(out, &cells)?;
    }
    Ok(!groups.is_empty())
}

/// What all columns but that of the bars take, with the gaps after them.
fn used_width<R, T: Borrow<R>>(counts: &Counts<R, T>, groups: &[&Group]) -> usize {
    let mut widths: Vec<_> = counts.columns().iter().map(|column| column.name.len()).collect();
    let mut count_width = COUNT.len();
    for group in groups {
        for (width, value) in widths.iter_mut().zip(counts.values(group)) {
            *width = cell_width(&value).max(*width);
        }
        count_width = cell_width(&group.count.into()).max(count_width);
    }
    widths.iter().chain([&count_width]).map(|width| width + GAP).sum()
}
