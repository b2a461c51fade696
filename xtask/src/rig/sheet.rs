//! A table on stdout, and what in it is not as it should be.

use std::io::{self, Write};

/// Rows below a header, and surprises below the rows.
#[derive(Debug, Default)]
pub struct Sheet {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    surprises: Vec<String>,
}

impl Sheet {
    /// A sheet without rows.
    pub fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(ToString::to_string).collect(), ..Self::default() }
    }

    /// Adds a row, with a cell for each column.
    ///
    /// # Panics
    ///
    /// When it has more or fewer.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl ToString>) {
        let row: Vec<_> = cells.into_iter().map(|cell| cell.to_string()).collect();
        assert_eq!(row.len(), self.header.len(), "a row has a cell for each column: {row:?}");
        self.rows.push(row);
    }

    /// Adds something that is not as it should be.
    pub fn surprise(&mut self, what: String) {
        self.surprises.push(what);
    }

    /// Adds `what` to the surprises unless `holds`.
    pub fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.surprises.push(what());
        }
    }

    /// What is not as it should be.
    #[cfg(test)]
    pub fn surprises(&self) -> &[String] {
        &self.surprises
    }

    /// Prints it all and returns how many surprises there are.
    ///
    /// # Errors
    ///
    /// Stdout cannot be written to.
    pub fn print(&self, title: &str) -> io::Result<usize> {
        write!(io::stdout(), "\n# {title}\n{}", self.text())?;
        Ok(self.surprises.len())
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let widths = self.widths();
        for row in std::iter::once(&self.header).chain(&self.rows) {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        for surprise in &self.surprises {
            text.push_str("NOT AS IT SHOULD BE: ");
            text.push_str(surprise);
            text.push('\n');
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let rows = std::iter::once(&self.header).chain(&self.rows);
            rows.map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        (0..self.header.len()).map(width).collect()
    }
}

/// A number with so many digits after the point, or a dash where there is none.
pub fn figure(number: f64, digits: usize) -> String {
    if number.is_finite() { format!("{number:.digits$}") } else { "-".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_surprises_come_last() {
        let mut sheet = Sheet::new(&["type", "same"]);
        sheet.row(["NSEC3PARAM", "yes"]);
        sheet.row(["A", "no"]);
        sheet.expect(true, || "nothing".to_owned());
        sheet.expect(false, || "A differs".to_owned());
        let expected = "type        same\n\
                        NSEC3PARAM  yes\n\
                        A           no\n\
                        NOT AS IT SHOULD BE: A differs\n";
        assert_eq!(sheet.text(), expected);
        assert_eq!(sheet.surprises.len(), 1);
    }
}
