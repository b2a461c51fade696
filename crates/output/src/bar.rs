//! Bars of block characters beside counts.

/// No bar is longer than this, in columns of a terminal: it stands beside a number.
const MAX_WIDTH: usize = 40;

/// From an eighth of a block to a whole one.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// How long bars are, and what they are made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub greatest: u64,
    /// The columns of the terminal that the longest bar may take.
    pub room: usize,
    /// Whether the terminal shows more than ASCII.
    pub has_blocks: bool,
}

impl Scale {
    /// The bar of a count; what is counted at all is seen.
    pub(crate) fn bar(self, count: u64) -> String {
        let width = self.room.clamp(1, MAX_WIDTH);
        let steps = if self.has_blocks { width * EIGHTHS.len() } else { width };
        let share = u128::from(count) * steps as u128 / u128::from(self.greatest.max(1));
        let filled = usize::try_from(share).unwrap_or(steps).clamp(1, steps);
        if !self.has_blocks {
            return "#".repeat(filled);
        }
        let (whole, rest) = (filled / EIGHTHS.len(), filled % EIGHTHS.len());
        let mut bar = EIGHTHS[EIGHTHS.len() - 1].to_string().repeat(whole);
        bar.extend(rest.checked_sub(1).map(|eighth| EIGHTHS[eighth]));
        bar
    }
}

/// Whether text may have characters beyond ASCII, by the variables that POSIX has for it.
pub(crate) fn has_blocks() -> bool {
    let value = |name| std::env::var(name).ok();
    cfg!(windows) || is_utf8(["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(value))
}

/// The first that is not empty decides (POSIX, Base Definitions, 8.2).
fn is_utf8(variables: impl IntoIterator<Item = String>) -> bool {
    let locale = variables.into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_fills_the_room_and_the_least_is_seen() {
        let cases = [
            (100, 10, true, "██████████"),
            (50, 10, true, "█████"),
            (33, 10, true, "███▎"),
            (1, 10, true, "▏"),
            (0, 10, true, "▏"),
            (100, 0, true, "█"),
            (100, 4, false, "####"),
            (50, 4, false, "##"),
            (1, 4, false, "#"),
        ];
        for (count, room, has_blocks, expected) in cases {
            let scale = Scale { greatest: 100, room, has_blocks };
            assert_eq!(scale.bar(count), expected, "{count} {room} {has_blocks}");
        }
        let scale = Scale { greatest: u64::MAX, room: 1000, has_blocks: true };
        assert_eq!(scale.bar(u64::MAX).chars().count(), MAX_WIDTH);
        assert_eq!(Scale { greatest: 0, ..scale }.bar(0).chars().count(), 1);
    }

    #[test]
    fn the_first_variable_that_says_something_decides() {
        let cases: [(&[&str], bool); 6] = [
            (&["en_US.UTF-8"], true),
            (&["", "C.utf8", "C"], true),
            (&["C", "en_US.UTF-8"], false),
            (&["POSIX"], false),
            (&["de_DE.ISO-8859-1"], false),
            (&[], false),
        ];
        for (variables, expected) in cases {
            let variables = variables.iter().map(|value| (*value).to_owned());
            assert_eq!(is_utf8(variables), expected);
        }
    }
}
