//! What is promised of a figure, and whether this run has kept it.

use super::sheet::figure;

/// How much a figure may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Promise {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Promise {
    /// The cell of a table, of a figure that may not be known.
    pub fn cell(self, of: f64) -> String {
        self.cell_in("", of)
    }

    /// The same of a figure that is no bare number, with its unit.
    pub fn cell_in(self, unit: &str, of: f64) -> String {
        let (limit, words, is_kept) = match self {
            Self::AtMost(limit) => (limit, "at most", of <= limit),
            Self::AtLeast(limit) => (limit, "at least", of >= limit),
        };
        let digits = if (limit * 10.0).fract() == 0.0 { 1 } else { 2 };
        let missed = if is_kept || of.is_nan() { "" } else { ": missed" };
        format!("{words} {}{unit}{missed}", figure(limit, digits))
    }

    /// The cell of a table where something may be promised, or nothing.
    pub fn cell_of(promise: Option<Self>, of: f64) -> String {
        promise.map_or_else(String::new, |promise| promise.cell(of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missed() {
        let cases = [
            (Promise::AtMost(1.1), 1.1, "at most 1.1"),
            (Promise::AtMost(0.75), 0.76, "at most 0.75: missed"),
            (Promise::AtLeast(4.0), 4.2, "at least 4.0"),
            (Promise::AtLeast(4.0), 3.9, "at least 4.0: missed"),
            (Promise::AtLeast(4.0), f64::NAN, "at least 4.0"),
        ];
        for (promise, of, expected) in cases {
            assert_eq!(promise.cell(of), expected);
        }
        assert_eq!(Promise::AtMost(1.5).cell_in(" ms more", 1.6), "at most 1.5 ms more: missed");
        assert_eq!(Promise::cell_of(None, 1.0), "");
    }
}
