//! A table on stdout, the cases that it is about, and what of them is not as it should be.

use std::iter::once;

use super::verdicts::Verdicts;

/// Rows below a header. Cases have names, and what is expected belongs to the last that was begun.
#[derive(Debug, Default)]
pub struct Sheet {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    cases: Vec<Case>,
    notes: String,
}

/// Something that is looked at.
#[derive(Debug, Default)]
struct Case {
    /// Empty where a sheet has surprises and no cases.
    name: String,
    surprises: Vec<String>,
    skipped: Option<String>,
}

impl Sheet {
    /// A sheet without rows.
    pub fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(ToString::to_string).collect(), ..Self::default() }
    }

    /// Begins a case: what is expected from here on is expected of it.
    pub fn case(&mut self, name: impl Into<String>) {
        self.cases.push(Case { name: name.into(), ..Case::default() });
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

    /// Says of the case what is not as it should be.
    pub fn surprise(&mut self, what: impl Into<String>) {
        if self.cases.last().is_none_or(|case| case.skipped.is_some()) {
            self.case("");
        }
        if let Some(case) = self.cases.last_mut() {
            case.surprises.push(what.into());
        }
    }

    /// Says `what` of the case unless `holds`.
    pub fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.surprise(what());
        }
    }

    /// Leaves a case out, and says why.
    pub fn skip(&mut self, name: impl Into<String>, why: impl Into<String>) {
        self.cases.push(Case { name: name.into(), skipped: Some(why.into()), surprises: vec![] });
    }

    /// Adds something to be read below the table.
    pub fn note(&mut self, text: &str) {
        self.notes.extend(["\n", text.trim_end(), "\n"]);
    }

    /// What is not as it should be.
    #[cfg(test)]
    pub fn surprises(&self) -> Vec<&str> {
        self.cases.iter().flat_map(|case| &case.surprises).map(String::as_str).collect()
    }

    /// How the cases went. Where there are none, the sheet is one.
    pub fn verdicts(&self) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let is_case = self.cases.iter().all(|case| case.skipped.is_some());
        verdicts.passed += usize::from(is_case && !self.rows.is_empty());
        for Case { name, surprises, skipped } in &self.cases {
            match skipped {
                Some(why) => verdicts.skip(name, why),
                None if surprises.is_empty() => verdicts.passed += 1,
                None => verdicts.fail(name, surprises),
            }
        }
        verdicts
    }

    /// The table, in Markdown, that is easy to read as it is.
    pub fn text(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let cell = |text: &String| text.replace('|', "\\|");
        let rows = once(&self.header).chain(&self.rows);
        let mut rows: Vec<Vec<_>> = rows.map(|row| row.iter().map(cell).collect()).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<_> =
            (0..self.header.len()).map(|it| width(it).unwrap_or_default()).collect();
        rows.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());
        let mut text = String::new();
        for row in rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            text.extend(["| ", &cells.collect::<Vec<_>>().join(" | "), " |\n"]);
        }
        text.push_str(&self.notes);
        text
    }
}

/// A number with so many digits after the point, or a dash where there is none.
pub fn figure(number: f64, digits: usize) -> String {
    // The sum of nothing is a zero with a sign.
    if number.is_finite() { format!("{:.digits$}", number + 0.0) } else { "-".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut sheet = Sheet::new(&["type", "same"]);
        sheet.row(["NSEC3PARAM", "yes"]);
        sheet.row(["A | B", "no"]);
        let expected = "| type       | same |\n\
                        | ---------- | ---- |\n\
                        | NSEC3PARAM | yes  |\n\
                        | A \\| B     | no   |\n";
        assert_eq!(sheet.text(), expected);
        assert_eq!(Sheet::new(&["type"]).text(), "");
    }

    #[test]
    fn a_figure_has_its_digits_or_is_a_dash() {
        for (number, digits, expected) in [(2.345, 1, "2.3"), (-0.0, 0, "0"), (f64::NAN, 2, "-")] {
            assert_eq!(figure(number, digits), expected);
        }
    }

    #[test]
    fn a_case_passes_fails_or_is_skipped() {
        let mut sheet = Sheet::new(&["type"]);
        sheet.case("A");
        sheet.expect(true, || "nothing".to_owned());
        sheet.case("MX");
        sheet.expect(false, || "dig has one more".to_owned());
        sheet.surprise("kdig, too");
        sheet.skip("ED448", "nobody signs so");
        let lines = "NOT AS IT SHOULD BE: MX: dig has one more\n\
                     NOT AS IT SHOULD BE: MX: kdig, too\n\
                     skipped: ED448: nobody signs so\n";
        let verdicts = sheet.verdicts();
        assert_eq!(verdicts.lines(), lines);
        assert_eq!(verdicts.to_string(), "1 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_surprise_needs_no_case() {
        let mut sheet = Sheet::new(&["type"]);
        sheet.surprise("ours failed");
        assert_eq!(sheet.verdicts().to_string(), "0 passed, 1 failed, 0 skipped");
        sheet = Sheet::new(&["type"]);
        sheet.row(["A"]);
        sheet.skip("MX", "it is not there");
        assert_eq!(sheet.verdicts().to_string(), "1 passed, 0 failed, 1 skipped");
        sheet.surprise("ours failed");
        assert_eq!(sheet.surprises(), ["ours failed"]);
        let lines = "skipped: MX: it is not there\nNOT AS IT SHOULD BE: ours failed\n";
        assert_eq!(sheet.verdicts().lines(), lines);
    }
}
