//! How many cases passed, failed and were skipped, and why: told in lines that can be read back.

use std::fmt::{self, Display, Formatter};

/// Before what is not as it should be.
const FAILED: &str = "NOT AS IT SHOULD BE: ";

/// Before what was left out.
const SKIPPED: &str = "skipped: ";

/// How cases went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// How many are as they should be.
    pub passed: usize,
    /// How many are not.
    pub failed: usize,
    /// How many were left out.
    pub skipped: usize,
    /// A line for each thing that is not as it should be, and for each case left out.
    lines: Vec<String>,
}

impl Verdicts {
    /// A case is not as it should be, in these ways.
    pub fn fail(&mut self, case: &str, surprises: &[String]) {
        self.failed += 1;
        for surprise in surprises {
            self.tell(FAILED, case, surprise);
        }
    }

    /// A case is left out.
    pub fn skip(&mut self, case: &str, why: &str) {
        self.skipped += 1;
        self.tell(SKIPPED, case, why);
    }

    fn tell(&mut self, what: &str, case: &str, why: &str) {
        let gap = if case.is_empty() { "" } else { ": " };
        // A line is one, whatever a program said.
        self.lines.push(format!("{what}{case}{gap}{why}").replace('\n', " / "));
    }

    /// The same, as of a part with this name.
    pub fn within(mut self, part: &str) -> Self {
        for line in &mut self.lines {
            for what in [FAILED, SKIPPED] {
                if let Some(case) = line.strip_prefix(what) {
                    *line = format!("{what}{part}: {case}");
                    break;
                }
            }
        }
        self
    }

    /// Adds others.
    pub fn add(&mut self, others: Self) {
        self.passed += others.passed;
        self.failed += others.failed;
        self.skipped += others.skipped;
        self.lines.extend(others.lines);
    }

    /// What is not as it should be and what was left out, a line each.
    pub fn lines(&self) -> String {
        self.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// Reads a line of another process: one of [`Self::lines`] is kept.
    pub fn keep(&mut self, line: &str) {
        if [FAILED, SKIPPED].iter().any(|what| line.starts_with(what)) {
            self.lines.push(line.to_owned());
        }
    }

    /// Takes the counts from the last line of another process. Returns whether it is that.
    pub fn take_counts(&mut self, line: &str) -> bool {
        let count = |part: Option<&str>, what| part?.trim().strip_suffix(what)?.trim().parse().ok();
        let mut parts = line.split(',');
        let counts = ["passed", "failed", "skipped"].map(|what| count(parts.next(), what));
        let [Some(passed), Some(failed), Some(skipped)] = counts else { return false };
        (self.passed, self.failed, self.skipped) = (passed, failed, skipped);
        true
    }
}

impl Display for Verdicts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped, .. } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Verdicts {
        let mut verdicts = Verdicts { passed: 7, ..Verdicts::default() };
        verdicts.fail("a port", &["is open\nand closed".to_owned(), "is told twice".to_owned()]);
        verdicts.skip("a group", "there are none");
        verdicts
    }

    #[test]
    fn what_one_process_tells_another_reads() {
        let told = format!("a table\n{}{}", some().lines(), some());
        let mut read = Verdicts::default();
        for line in told.lines() {
            read.keep(line);
        }
        assert!(read.take_counts("7 passed, 1 failed, 1 skipped"));
        assert_eq!(read, some());
    }

    #[test]
    fn another_last_line_is_no_count() {
        for line in
            ["", "7 passed", "7 passed, 1 failed, 0 ignored", "x passed, 1 failed, 1 skipped"]
        {
            assert!(!Verdicts::default().take_counts(line), "{line}");
        }
    }

    #[test]
    fn parts_add_up_and_have_names() {
        let mut all = Verdicts::default();
        all.add(some().within("portscan"));
        all.add(some().within("conns"));
        assert_eq!(all.to_string(), "14 passed, 2 failed, 2 skipped");
        let lines = all.lines();
        assert!(lines.starts_with("NOT AS IT SHOULD BE: portscan: a port: is open / and closed\n"));
        assert!(lines.ends_with("skipped: conns: a group: there are none\n"), "{lines}");
    }
}
