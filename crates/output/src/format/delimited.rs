//! TSV and CSV: the text of a table, one separator between cells.

use std::io::{self, Write};

use super::{Cell, Format, Heading};
use crate::escape::Blanks;
use crate::value::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A tab between cells; a tab within one is `\t`.
    Tsv,
    /// RFC 4180 but for its line ends: quotes where they are needed; empty text is `""`, what is
    /// not known is empty.
    Csv,
}

pub(crate) struct Delimited {
    dialect: Dialect,
    row_end: u8,
    /// The header, until it is written.
    header: Option<String>,
    line: String,
}

impl Delimited {
    pub(crate) fn new(
        headings: &[Heading],
        dialect: Dialect,
        has_header: bool,
        row_end: u8,
    ) -> Self {
        let names: Vec<_> = headings.iter().map(|heading| heading.name).collect();
        let header = has_header.then(|| names.join(dialect.separator()));
        Self { dialect, row_end, header, line: String::new() }
    }

    fn write_header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self.header.take() {
            Some(header) => {
                out.write_all(header.as_bytes())?;
                out.write_all(&[self.row_end])
            }
            None => Ok(()),
        }
    }
}

impl Dialect {
    const fn separator(self) -> &'static str {
        match self {
            Self::Tsv => "\t",
            Self::Csv => ",",
        }
    }

    fn push(self, line: &mut String, value: &Value<'_>) {
        let start = line.len();
        value.scalar().push_text(line, Blanks::Kept);
        if self == Self::Csv {
            let text = &line[start..];
            if text.contains([',', '"']) || (text.is_empty() && !value.is_null()) {
                let quoted = format!("\"{}\"", text.replace('"', "\"\""));
                line.replace_range(start.., &quoted);
            }
        }
    }
}

impl Format for Delimited {
    fn row(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()> {
        self.write_header(out)?;
        self.line.clear();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.line.push_str(self.dialect.separator());
            }
            self.dialect.push(&mut self.line, &cell.value);
        }
        out.write_all(self.line.as_bytes())?;
        out.write_all(&[self.row_end])
    }

    fn flush(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(out)
    }
}
