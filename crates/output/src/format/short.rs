//! Bare values, one a line.

use std::io::{self, Write};

use super::{Cell, Format};
use crate::escape::Blanks;

pub(crate) struct Short {
    row_end: u8,
    is_exact: bool,
    line: String,
}

impl Short {
    /// `is_exact` writes the values as they are, for a reader that splits at NUL.
    pub(crate) fn new(row_end: u8, is_exact: bool) -> Self {
        Self { row_end, is_exact, line: String::new() }
    }
}

impl Format for Short {
    /// Several cells have a tab between them; a row in which nothing is known is left out.
    fn row(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()> {
        if cells.iter().all(|cell| cell.value.is_null()) {
            return Ok(());
        }
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                out.write_all(b"\t")?;
            }
            if self.is_exact {
                out.write_all(&cell.value.exact_bytes())?;
            } else {
                self.line.clear();
                cell.value.push_text(&mut self.line, Blanks::Kept);
                out.write_all(self.line.as_bytes())?;
            }
        }
        out.write_all(&[self.row_end])
    }

    fn flush(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
