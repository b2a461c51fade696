//! The names that were probably meant.

use std::fmt::Display;

/// Below this likeness (Jaro-Winkler, 0 to 1) a name is no suggestion.
const MIN_LIKENESS: f64 = 0.75;

/// The candidate most like `word`, whatever its case, if any is like it at all.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|name| (likeness(word, name), name))
        .filter(|(likeness, _)| *likeness >= MIN_LIKENESS)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, name)| name)
}

/// What could be meant, in a sentence: `'http' or 'htcp'`.
#[must_use]
pub fn any_of(items: impl IntoIterator<Item = impl Display>) -> String {
    let quoted: Vec<_> = items.into_iter().map(|item| format!("'{item}'")).collect();
    quoted.join(" or ")
}

/// How alike two names are, whatever their case: from 0, not at all, to 1, the same (Jaro-Winkler).
#[must_use]
pub fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(&one.to_lowercase(), &other.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_whatever_its_case() {
        let names = ["lo", "eth0", "wlan0"];
        assert_eq!(nearest("ETH0", names), Some("eth0"));
        assert_eq!(nearest("eth1", names), Some("eth0"));
        assert_eq!(nearest("wlan", names), Some("wlan0"));
        assert_eq!(nearest("zz", names), None);
        assert_eq!(nearest("", names), None);
    }

    #[test]
    fn what_could_be_meant_is_quoted() {
        assert_eq!(any_of(["http"]), "'http'");
        assert_eq!(any_of(["http", "htcp"]), "'http' or 'htcp'");
        assert_eq!(any_of([0; 0]), "");
    }
}
