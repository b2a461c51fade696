//! What of a map is worth a line or a column, and what is said of the rest.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use crate::map::{Kind, Map};
use crate::record::Record;
use crate::tone::Tone;

/// What is left out is named where the names take no more columns of a terminal, else counted.
const MAX_NAMES_WIDTH: usize = 60;

/// A line that is left out may make a column dull, and so on; nobody reads on for longer than this.
const MAX_ROUNDS: usize = 8;

/// What a cell without a row is called.
pub(crate) const NO_ROW: &str = "no row";

/// The places of lines and columns, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sifted {
    pub lines: Vec<usize>,
    pub columns: Vec<usize>,
    /// Sentences on those that are left out.
    pub words: Vec<String>,
}

/// Kinds that occur, a bit each; there are fewer than bits.
type Kinds = u64;

/// That there is a cell without a row.
const MISSING: Kinds = 1 << 63;

/// Leaves out lines, and then columns, in which there is one value only, until there are none. What
/// is as one would wish stays.
pub(crate) fn sift<R: Record>(map: &Map<R>) -> Sifted {
    let (mut lines, mut columns) = (map.lines(), map.columns());
    for _ in 0..MAX_ROUNDS {
        let before = (lines.len(), columns.len());
        lines.retain(|line| !is_dull(in_line(map, *line, &columns), map.kinds()));
        if lines.is_empty() {
            break;
        }
        let kinds = in_columns(map, &lines);
        columns.retain(|column| !is_dull(kinds[*column], map.kinds()));
        if columns.is_empty() || (lines.len(), columns.len()) == before {
            break;
        }
    }
    let words = words(map, &lines, &columns);
    Sifted { lines, columns, words }
}

/// What is said of all lines and columns but these.
fn words<R: Record>(map: &Map<R>, lines: &[usize], columns: &[usize]) -> Vec<String> {
    let (all_lines, all_columns) = (map.lines(), map.columns());
    let (down, across) = (noun(map.down().name()), noun(map.across().name()));
    let of_lines = Sentences {
        noun: &down,
        extent: &format!("at every {across}"),
        kinds: map.kinds(),
        label: &|line| map.line_label(line),
        occurring: &|line| in_line(map, line, &all_columns),
    };
    let kinds = in_columns(map, &all_lines);
    let of_columns = Sentences {
        noun: &across,
        extent: "everywhere",
        kinds: map.kinds(),
        label: &|column| map.column_label(column),
        occurring: &|column| kinds[column],
    };
    let mut words = of_lines.on(&left_out(&all_lines, lines));
    // Where no column is left, these tell of the lines that are.
    words.extend(of_columns.on(&left_out(&all_columns, columns)));
    words
}

/// The places that are not among those kept.
fn left_out(all: &[usize], kept: &[usize]) -> Vec<usize> {
    let mut is_kept = vec![false; all.len()];
    for place in kept {
        is_kept[*place] = true;
    }
    all.iter().copied().filter(|place| !is_kept[*place]).collect()
}

fn in_line<R: Record>(map: &Map<R>, line: usize, columns: &[usize]) -> Kinds {
    columns.iter().map(|column| bit(map.kind(line, *column))).fold(0, |all, kind| all | kind)
}

/// What occurs in each column, by its place.
fn in_columns<R: Record>(map: &Map<R>, lines: &[usize]) -> Vec<Kinds> {
    let mut kinds = vec![0; map.column_count()];
    for line in lines {
        for (column, kinds) in kinds.iter_mut().enumerate() {
            *kinds |= bit(map.kind(*line, column));
        }
    }
    kinds
}

fn bit(kind: Option<usize>) -> Kinds {
    kind.map_or(MISSING, |kind| 1 << kind)
}

/// Whether there is one value at most, and nobody is glad of it.
fn is_dull(occurring: Kinds, kinds: &[Kind]) -> bool {
    let known = occurring & !MISSING;
    known.count_ones() <= 1 && of(known, kinds).all(|kind| kind.tone != Tone::Good)
}

fn of(occurring: Kinds, kinds: &[Kind]) -> impl Iterator<Item = &Kind> {
    kinds.iter().enumerate().filter(move |(at, _)| occurring >> at & 1 == 1).map(|(_, kind)| kind)
}

/// How lines or columns are spoken of.
struct Sentences<'a> {
    /// What one is called.
    noun: &'a str,
    /// Where it is what is said.
    extent: &'a str,
    kinds: &'a [Kind],
    label: &'a dyn Fn(usize) -> &'a str,
    occurring: &'a dyn Fn(usize) -> Kinds,
}

impl Sentences<'_> {
    /// A sentence for all that have the same values, those on the most first.
    fn on(&self, places: &[usize]) -> Vec<String> {
        let mut groups: BTreeMap<Kinds, Vec<usize>> = BTreeMap::new();
        for place in places {
            groups.entry((self.occurring)(*place)).or_default().push(*place);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, places)| Reverse(places.len()));
        let sentence = |(occurring, places): &(_, Vec<_>)| self.sentence(*occurring, places);
        groups.iter().map(sentence).collect()
    }

    /// The names of all, unless these are too long.
    fn names(&self, places: &[usize]) -> Option<String> {
        let mut names = String::new();
        for place in places {
            names.push_str(if names.is_empty() { "" } else { ", " });
            names.push_str((self.label)(*place));
            if names.width() > MAX_NAMES_WIDTH {
                return None;
            }
        }
        Some(names)
    }

    fn sentence(&self, occurring: Kinds, places: &[usize]) -> String {
        let subject = self.names(places).unwrap_or_else(|| {
            let noun = if places.len() == 1 { self.noun.to_owned() } else { plural(self.noun) };
            format!("{} {noun}", places.len())
        });
        let mut words: Vec<_> = of(occurring, self.kinds).map(Kind::word).collect();
        words.sort_unstable();
        words.extend((occurring & MISSING != 0).then_some(NO_ROW));
        format!("{subject}: {} {}", words.join(" or "), self.extent)
    }
}

/// The name of a column as a word.
fn noun(name: &str) -> String {
    name.replace('_', " ")
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if ["s", "x", "ch", "sh"].iter().any(|end| noun.ends_with(end)) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Column;

    struct Probe(u16, u16, &'static str);

    impl Record for Probe {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::new("address", "", |it| it.0.into()),
            Column::new("port", "", |it| it.1.into()),
            Column::<Self>::new("state", "", |it| it.2.into())
                .toned(|it| if it.2 == "open" { Tone::Good } else { Tone::Plain }),
        ];
    }

    /// A map of lines in which a letter is a port: open, closed, filtered, or not there.
    fn sifted(lines: &[&str]) -> (Vec<usize>, Vec<usize>, Vec<String>) {
        let [address, port, state] = Probe::COLUMNS else { unreachable!("there are three") };
        let mut map = Map::new([address, port, state], None);
        for (at, line) in (0..).zip(lines) {
            for (port, letter) in (0..).zip(line.chars()) {
                let state = ["open", "closed", "filtered"];
                if let Some(state) = state.into_iter().find(|state| state.starts_with(letter)) {
                    map.add(&Probe(at, port, state));
                }
            }
        }
        let Sifted { lines, columns, words } = sift(&map);
        (lines, columns, words)
    }

    #[test]
    fn what_is_the_same_everywhere_is_put_into_words() {
        type Places = &'static [usize];
        let cases: [(&[&str], Places, Places, &[&str]); 8] = [
            (&[], &[], &[], &[]),
            (&["oc", "oo"], &[0, 1], &[0, 1], &[]),
            (&["oo"], &[0], &[0, 1], &[]),
            (&["cf", "cf"], &[0, 1], &[], &["0: closed everywhere", "1: filtered everywhere"]),
            (
                &["fff", "ccc", "cco"],
                &[2],
                &[2],
                &[
                    "0: filtered at every port",
                    "1: closed at every port",
                    "0, 1: closed or filtered everywhere",
                ],
            ),
            (&["occfc", "coccf", "cccfo"], &[0, 1, 2], &[0, 1, 3, 4], &["2: closed everywhere"]),
            // Without the port that is filtered everywhere, the second is closed.
            (
                &["ccfo", "ccfc", "ccfo"],
                &[0, 2],
                &[3],
                &[
                    "1: closed or filtered at every port",
                    "0, 1: closed everywhere",
                    "2: filtered everywhere",
                ],
            ),
            (
                &["f.", "f", ".c", "oc"],
                &[3],
                &[0],
                &[
                    "0, 1: filtered or no row at every port",
                    "2: closed or no row at every port",
                    "1: closed or no row everywhere",
                ],
            ),
        ];
        for (map, lines, columns, words) in cases {
            let sifted = sifted(map);
            let words = words.iter().map(|words| (*words).to_owned()).collect();
            assert_eq!(sifted, (lines.to_vec(), columns.to_vec(), words), "{map:?}");
        }
    }

    #[test]
    fn many_are_counted_and_few_are_named() {
        let words = |count| sifted(&vec!["cc"; count]).2;
        assert_eq!(words(3), ["0, 1, 2: closed at every port"]);
        assert_eq!(words(40), ["40 addresses: closed at every port"]);
        let long = Sentences {
            noun: "host",
            extent: "everywhere",
            kinds: &[],
            label: &|_| "a name that is longer than any that is worth a line by itself",
            occurring: &|_| MISSING,
        };
        assert_eq!(long.on(&[0]), ["1 host: no row everywhere"]);
    }

    #[test]
    fn nouns_have_their_plural() {
        let cases = [
            ("host", "hosts"),
            ("address", "addresses"),
            ("box", "boxes"),
            ("entry", "entries"),
            ("key", "keys"),
            ("dns server", "dns servers"),
        ];
        for (one, many) in cases {
            assert_eq!(plural(one), many);
        }
        assert_eq!(noun("dns_server"), "dns server");
    }
}
