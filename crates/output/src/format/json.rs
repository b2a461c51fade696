//! JSON: one array, or one object a line.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter};

use super::{Cell, Format, Heading};
use crate::escape;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One array, an object a line.
    Array,
    /// An object a line, each ended by this byte.
    Lines(u8),
}

pub(crate) struct Json {
    keys: Vec<&'static str>,
    layout: Layout,
    has_rows: bool,
    /// One row: many small writes to a stream cost more than the row.
    row: Vec<u8>,
}

impl Json {
    pub(crate) fn new(headings: &[Heading], layout: Layout) -> Self {
        let keys = headings.iter().map(|heading| heading.key).collect();
        Self { keys, layout, has_rows: false, row: Vec::new() }
    }
}

impl Format for Json {
    fn row(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()> {
        self.row.clear();
        if self.layout == Layout::Array {
            // The comma begins a line, so that each row is a whole one when it is shown.
            self.row.extend_from_slice(if self.has_rows { b"," } else { b"[\n" });
        }
        self.has_rows = true;
        let row = Row { keys: &self.keys, cells };
        row.serialize(&mut serde_json::Serializer::with_formatter(&mut self.row, Safe))?;
        self.row.push(match self.layout {
            Layout::Array => b'\n',
            Layout::Lines(row_end) => row_end,
        });
        out.write_all(&self.row)
    }

    fn flush(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match (self.layout, self.has_rows) {
            (Layout::Lines(_), _) => Ok(()),
            (Layout::Array, true) => out.write_all(b"]\n"),
            (Layout::Array, false) => out.write_all(b"[]\n"),
        }
    }
}

struct Row<'a> {
    keys: &'a [&'static str],
    cells: &'a [Cell<'a>],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.cells.iter().map(|cell| &cell.value);
        serializer.collect_map(self.keys.iter().zip(values))
    }
}

/// Compact JSON in which everything unsafe is `\uXXXX`: the text stays exact, the terminal whole.
struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut safe_from = 0;
        for (at, character) in fragment.char_indices() {
            if escape::is_unsafe(character) {
                writer.write_all(&fragment.as_bytes()[safe_from..at])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                safe_from = at + character.len_utf8();
            }
        }
        let rest = &fragment[safe_from..];
        CompactFormatter.write_string_fragment(writer, rest)
    }
}
