//! A map as lines of text, in the width of a terminal.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::escape::{self, push_display};
use crate::format::table::{CUT, GAP, Look, prefix};
use crate::letters::letters;
use crate::map::{Kind, Map};
use crate::record::Record;
use crate::sift::{self, NO_ROW, Sifted};
use crate::tone::{self, Tone};

/// A value above a column is written from top to bottom, in as many lines at most.
const MAX_HEADING_HEIGHT: usize = 16;

/// What cells get at least of a narrow terminal before values to their left are cut.
const MIN_CELLS_WIDTH: usize = 10;

/// Prints a map. Whether there was anything to print.
pub(crate) fn print<R: Record>(map: &Map<R>, look: Look, out: &mut dyn Write) -> io::Result<bool> {
    let sifted = sift::sift(map);
    let has_cells = !sifted.lines.is_empty() && !sifted.columns.is_empty();
    let mut grid = Grid::new(map, look, out);
    if has_cells {
        grid.blocks(&sifted)?;
        grid.end_line()?;
    }
    for sentence in &sifted.words {
        grid.line.push_str(sentence);
        grid.end_line()?;
    }
    if has_cells {
        if !sifted.words.is_empty() {
            grid.end_line()?;
        }
        grid.legend(&sifted)?;
    }
    Ok(has_cells || !sifted.words.is_empty())
}

struct Grid<'a, R: 'static> {
    map: &'a Map<R>,
    look: Look,
    out: &'a mut dyn Write,
    /// The letters of the kinds, by their places.
    letters: Vec<char>,
    line: String,
    /// The style that is on.
    style: Option<Style>,
}

/// Columns that stand side by side.
struct Block<'a> {
    columns: &'a [usize],
    label_width: usize,
    /// Whether there is a blank between two cells.
    is_wide: bool,
}

impl<'a, R: Record> Grid<'a, R> {
    fn new(map: &'a Map<R>, look: Look, out: &'a mut dyn Write) -> Self {
        let letters = letters_of(map.kinds());
        Self { map, look, out, letters, line: String::new(), style: None }
    }

    /// All cells: side by side with blanks between them where there is room for that, else without,
    /// and one part under the other where that is still too wide.
    fn blocks(&mut self, sifted: &Sifted) -> io::Result<()> {
        let labels = sifted.lines.iter().map(|line| self.map.line_label(*line).width());
        let natural = labels.chain([self.map.down().name().len()]).max().unwrap_or(0);
        let width = self.look.fit.unwrap_or(usize::MAX);
        let label_width = natural.min(width.saturating_sub(GAP + MIN_CELLS_WIDTH).max(1));
        let room = width.saturating_sub(label_width + GAP).max(1);
        let is_wide = sifted.columns.len().saturating_mul(2) - 1 <= room;
        for (index, columns) in sifted.columns.chunks(room).enumerate() {
            if index > 0 {
                self.end_line()?;
            }
            self.block(sifted, &Block { columns, label_width, is_wide })?;
        }
        Ok(())
    }

    fn block(&mut self, sifted: &Sifted, block: &Block<'_>) -> io::Result<()> {
        if self.look.has_header {
            self.headings(block)?;
        }
        let is_numeric = self.map.down().heading().is_numeric;
        for line in &sifted.lines {
            let label = self.map.line_label(*line);
            self.push_label(label, block.label_width, is_numeric);
            for (index, column) in block.columns.iter().enumerate() {
                let kind = self.map.kind(*line, *column);
                let style = kind.map_or(Tone::Dim.style(), |kind| style(&self.map.kinds()[kind]));
                self.push_gap(index, block, style);
                self.push_letter(kind, style);
            }
            self.end_line()?;
        }
        Ok(())
    }

    /// The values above the columns, from top to bottom, so that they end at the cells.
    fn headings(&mut self, block: &Block<'_>) -> io::Result<()> {
        let labels: Vec<_> =
            block.columns.iter().map(|column| upright(self.map.column_label(*column))).collect();
        let height = labels.iter().map(Vec::len).max().unwrap_or(0);
        for level in (0..height).rev() {
            let name = self.map.down().name().to_uppercase().replace('_', "-");
            let name = if level == 0 { name.as_str() } else { "" };
            self.set_style(tone::HEADER);
            self.push_label(name, block.label_width, false);
            for (index, label) in labels.iter().enumerate() {
                self.push_gap(index, block, tone::HEADER);
                let at = label.len().checked_sub(level + 1);
                self.line.push(at.map_or(' ', |at| label[at]));
            }
            self.end_line()?;
        }
        Ok(())
    }

    fn push_label(&mut self, label: &str, width: usize, is_right: bool) {
        let is_cut = label.width() > width;
        let shown = if is_cut { prefix(label, width.saturating_sub(CUT.width())) } else { label };
        let used = shown.width() + if is_cut { CUT.width() } else { 0 };
        let padding = " ".repeat(width.saturating_sub(used));
        let (before, after) = if is_right { (padding.as_str(), "") } else { ("", &*padding) };
        let cut = if is_cut { CUT } else { "" };
        push_display(&mut self.line, format_args!("{before}{shown}{cut}{after}"));
        self.line.extend(std::iter::repeat_n(' ', GAP));
    }

    /// The blank before a cell of this style.
    fn push_gap(&mut self, index: usize, block: &Block<'_>, style: Style) {
        if index > 0 && block.is_wide {
            if self.style != Some(style) {
                self.set_style(Style::new());
            }
            self.line.push(' ');
        }
    }

    fn push_letter(&mut self, kind: Option<usize>, style: Style) {
        self.set_style(style);
        let missing = if self.look.has_blocks { '·' } else { '.' };
        self.line.push(kind.map_or(missing, |kind| self.letters[kind]));
    }

    /// What the letters in use stand for.
    fn legend(&mut self, sifted: &Sifted) -> io::Result<()> {
        let mut width = 0;
        for kind in self.in_use(sifted) {
            let style = kind.map_or(Tone::Dim.style(), |kind| style(&self.map.kinds()[kind]));
            let word = kind.map_or(NO_ROW, |kind| self.map.kinds()[kind].word());
            let needed = 1 + 1 + word.width();
            if width > 0 && self.look.fit.is_some_and(|fit| width + GAP + needed > fit) {
                self.end_line()?;
                width = 0;
            }
            let gap = if width > 0 { GAP } else { 0 };
            self.line.extend(std::iter::repeat_n(' ', gap));
            self.push_letter(kind, style);
            self.set_style(Style::new());
            push_display(&mut self.line, format_args!(" {word}"));
            width += gap + needed;
        }
        self.end_line()
    }

    /// The kinds that are shown, in the order of their words; `None` if there are cells without.
    fn in_use(&self, sifted: &Sifted) -> Vec<Option<usize>> {
        let mut is_used = vec![false; self.map.kinds().len()];
        let mut is_missing = false;
        for line in &sifted.lines {
            for column in &sifted.columns {
                match self.map.kind(*line, *column) {
                    Some(kind) => is_used[kind] = true,
                    None => is_missing = true,
                }
            }
        }
        let mut used: Vec<_> = (0..is_used.len()).filter(|kind| is_used[*kind]).collect();
        used.sort_by_key(|kind| self.map.kinds()[*kind].word());
        used.into_iter().map(Some).chain(is_missing.then_some(None)).collect()
    }

    fn set_style(&mut self, style: Style) {
        let style = Some(style).filter(|style| self.look.is_coloured && !style.is_plain());
        if style != self.style {
            if let Some(before) = self.style {
                push_display(&mut self.line, format_args!("{before:#}"));
            }
            if let Some(style) = style {
                push_display(&mut self.line, style);
            }
            self.style = style;
        }
    }

    fn end_line(&mut self) -> io::Result<()> {
        // Blanks at the end of a line are of no use to anybody.
        self.line.truncate(self.line.trim_end_matches(' ').len());
        self.set_style(Style::new());
        self.line.push(char::from(self.look.row_end));
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

/// Letters in the order of the words, so that they do not depend on which came first.
fn letters_of(kinds: &[Kind]) -> Vec<char> {
    let is_known = |place: &usize| !kinds[*place].text.is_empty();
    let mut places: Vec<_> = (0..kinds.len()).filter(is_known).collect();
    places.sort_by_key(|place| &kinds[*place].text);
    let words = places.iter().map(|place| &kinds[*place]);
    let letters = letters(words.map(|kind| (&*kind.text, kind.tone == Tone::Good)));
    let mut by_place = vec!['-'; kinds.len()];
    for (place, letter) in places.into_iter().zip(letters) {
        by_place[place] = letter;
    }
    by_place
}

/// What is as one would wish is filled, so that it is seen from afar.
fn style(kind: &Kind) -> Style {
    let style = kind.tone.style();
    if kind.tone == Tone::Good { style.invert() } else { style }
}

/// The characters of a value, each one column wide.
fn upright(label: &str) -> Vec<char> {
    let mut text = String::new();
    for character in label.chars() {
        if character.width() == Some(1) {
            text.push(character);
        } else {
            escape::push_code(&mut text, character);
        }
    }
    let mut characters: Vec<_> = text.chars().collect();
    if characters.len() > MAX_HEADING_HEIGHT {
        characters.truncate(MAX_HEADING_HEIGHT - CUT.width());
        characters.extend(CUT.chars());
    }
    characters
}

#[cfg(test)]
mod tests {
    use snapbox::{Assert, IntoData, str};

    use super::*;
    use crate::exit::Exit;
    use crate::order::Order;
    use crate::record::Column;
    use crate::value::Value;

    struct Port {
        host: String,
        number: Value<'static>,
        state: Option<&'static str>,
    }

    impl Record for Port {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::new("host", "", |it| (&it.host).into()),
            Column::<Self>::new("port", "", |it| it.number.clone()).numeric(),
            Column::<Self>::new("state", "", |it| it.state.into()).toned(|it| match it.state {
                Some("open") => Tone::Good,
                Some("filtered") => Tone::Warn,
                Some("closed") => Tone::Dim,
                _ => Tone::Plain,
            }),
        ];

        fn exit(&self) -> Exit {
            match self.state {
                Some("open") => Exit::Yes,
                Some("closed") => Exit::No,
                _ => Exit::Unknown,
            }
        }
    }

    fn port(host: impl Into<String>, at: impl Into<Value<'static>>, state: &'static str) -> Port {
        let state = Some(state).filter(|it| !it.is_empty());
        Port { host: host.into(), number: at.into(), state }
    }

    fn drawn_by(rows: &[Port], look: Look, order: Option<Order<Port>>) -> String {
        let [host, port, state] = Port::COLUMNS else { unreachable!("there are three") };
        let mut map = Map::new([host, port, state], order);
        for row in rows {
            map.add(row);
        }
        let mut out = Vec::new();
        print(&map, look, &mut out).expect("memory takes every write");
        String::from_utf8(out).expect("maps are UTF-8")
    }

    fn drawn(rows: &[Port], fit: Option<usize>) -> String {
        drawn_by(rows, Look { fit, ..Look::default() }, None)
    }

    /// Compares with a snapshot to the letter, backslashes included.
    #[track_caller]
    fn check(actual: &str, expected: impl IntoData) {
        Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(actual, expected);
    }

    /// Forty hosts, half of them silent, of which few have anything open at thirty ports.
    fn network() -> Vec<Port> {
        let state = |host: u16, port: u16| match (host, port) {
            (7, 5432) | (9, 10_007) => "open",
            (_, 22) if host % 6 == 1 => "open",
            (_, 443) if host % 10 == 3 => "open",
            (_, 10_009) if host == 9 => "rejected",
            _ if host.is_multiple_of(2) => "filtered",
            _ => "closed",
        };
        let ports = || [443, 22, 80, 5432].into_iter().chain(10_000..10_026);
        let rows = (1..=40).flat_map(|host| ports().map(move |port| (host, port)));
        rows.map(|(host, at)| port(format!("10.0.0.{host}"), at, state(host, at))).collect()
    }

    #[test]
    fn a_map_shows_what_is_not_the_same_everywhere_and_has_words_for_the_rest() {
        check(
            &drawn(&network(), None),
            str![[r#"
                 1 1
               5 0 0
             4 4 0 0
           2 4 3 0 0
HOST       2 3 2 7 9
10.0.0.1   O c c c c
10.0.0.3   c O c c c
10.0.0.7   O c O c c
10.0.0.9   c c c O r
10.0.0.13  O O c c c
10.0.0.19  O c c c c
10.0.0.23  c O c c c
10.0.0.25  O c c c c
10.0.0.31  O c c c c
10.0.0.33  c O c c c
10.0.0.37  O c c c c

20 hosts: filtered at every port
9 hosts: closed at every port
25 ports: closed or filtered everywhere

c closed  O open  r rejected

"#]],
        );
    }

    #[test]
    fn what_is_as_one_would_wish_stands_out_where_there_is_colour() {
        let rows = [
            port("a", 22u8, "open"),
            port("a", 80u8, "open"),
            port("a", 443u16, "closed"),
            port("b", 80u8, "closed"),
            port("b", 443u16, "filtered"),
            port("b", 22u8, "open"),
        ];
        let look = Look { is_coloured: true, has_blocks: true, ..Look::default() };
        check(
            &drawn_by(&rows, look, None).replace('\x1b', "^"),
            str![[r#"
^[1m          4^[0m
^[1m      2 8 4^[0m
^[1mHOST  2 0 3^[0m
a     ^[7m^[32mO O^[0m ^[2mc^[0m
b     ^[7m^[32mO^[0m ^[2mc^[0m ^[33mf^[0m

^[2mc^[0m closed  ^[33mf^[0m filtered  ^[7m^[32mO^[0m open

"#]],
        );
    }

    /// Every cell is another than its neighbours.
    fn chequered(hosts: usize, ports: u16) -> Vec<Port> {
        let states = ["open", "closed", "filtered"];
        let host = |at: usize| format!("2001:db8::{at}");
        let rows = (0..hosts).flat_map(|line| (0..ports).map(move |at| (line, at)));
        rows.map(|(line, at)| port(host(line), 8000 + at, states[(line + usize::from(at)) % 3]))
            .collect()
    }

    #[test]
    fn a_narrow_terminal_has_narrow_cells_and_then_several_parts() {
        let rows = chequered(3, 40);
        check(
            &drawn(&rows, Some(200)),
            str![[r#"
             8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8
             0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
             0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 1 1 2 2 2 2 2 2 2 2 2 2 3 3 3 3 3 3 3 3 3 3
HOST         0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9
2001:db8::0  O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O
2001:db8::1  c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c
2001:db8::2  f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f O c f

c closed  f filtered  O open

"#]],
        );
        check(
            &drawn(&rows, Some(80)),
            str![[r#"
             8888888888888888888888888888888888888888
             0000000000000000000000000000000000000000
             0000000000111111111122222222223333333333
HOST         0123456789012345678901234567890123456789
2001:db8::0  OcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfO
2001:db8::1  cfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOc
2001:db8::2  fOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcfOcf

c closed  f filtered  O open

"#]],
        );
        check(
            &drawn(&rows, Some(40)),
            str![[r#"
             888888888888888888888888888
             000000000000000000000000000
             000000000011111111112222222
HOST         012345678901234567890123456
2001:db8::0  OcfOcfOcfOcfOcfOcfOcfOcfOcf
2001:db8::1  cfOcfOcfOcfOcfOcfOcfOcfOcfO
2001:db8::2  fOcfOcfOcfOcfOcfOcfOcfOcfOc

             8888888888888
             0000000000000
             2223333333333
HOST         7890123456789
2001:db8::0  OcfOcfOcfOcfO
2001:db8::1  cfOcfOcfOcfOc
2001:db8::2  fOcfOcfOcfOcf

c closed  f filtered  O open

"#]],
        );
        check(
            &drawn(&rows[..6], Some(14)),
            str![[r#"
    8 8
    0 0
    0 0
H…  0 3
2…  O O

8001, 8004: closed everywhere
8002, 8005: filtered everywhere

O open

"#]],
        );
    }

    #[test]
    fn no_line_of_cells_is_wider_than_the_terminal() {
        for width in 12..120 {
            let text = drawn(&chequered(4, 30), Some(width));
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn in_a_pipe_each_cell_is_a_word() {
        let text = drawn(&chequered(3, 70), None);
        let lines: Vec<_> = text.lines().skip(3).take(4).collect();
        assert!(lines[0].starts_with("HOST"));
        for line in lines {
            assert_eq!(line.split_whitespace().count(), 71, "{line}");
        }
    }

    #[test]
    fn what_is_missing_or_not_known_or_hostile_has_a_place() {
        let rows = [
            port("a\x1b[2J b", 22u8, "open"),
            port("", 80u8, ""),
            port("", "\u{202e}日x", "silent"),
            port("a", "a\n", "sile nt\x1b"),
            port("a", "as long as a heading can be", "open"),
        ];
        check(
            &drawn(&rows, None),
            str![[r#"
                 a
                 s
                 \
                 x
                 2
                 0
                 l
                 o
                 n
                 g
                 \
                 x
                 2
                 0
               2 a
HOST           2 …
a              . O
a\x1b[2J\x20b  O .

-: not known or silent or no row at every port
80: not known or no row everywhere
\u{202e}日x: silent or no row everywhere
a\n: sile nt\x1b or no row everywhere

O open  . no row

"#]],
        );
    }

    #[test]
    fn a_map_of_one_value_is_words_alone() {
        let rows = |hosts: u8, state: &'static str| {
            (0..hosts).map(|host| port(format!("h{host}"), 80u8, state)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(&rows(2, "closed"), None), "h0, h1: closed at every port\n");
        assert_eq!(drawn(&rows(40, "closed"), None), "40 hosts: closed at every port\n");
        assert_eq!(drawn(&rows(1, "open"), None), "      8\nHOST  0\nh0    O\n\nO open\n");
        assert_eq!(drawn(&[], None), "");
    }

    #[test]
    fn a_cell_shows_the_row_that_says_most_of_a_yes() {
        for states in [["filtered", "open", "closed"], ["open", "closed", "filtered"]] {
            let rows = states.map(|state| port("a", 80u8, state));
            assert!(drawn(&rows, None).ends_with("\nO open\n"));
        }
    }

    #[test]
    fn lines_and_columns_are_in_the_order_of_their_values() {
        let rows = || {
            ["h10", "h9"]
                .into_iter()
                .flat_map(|host| [443u16, 80].into_iter().map(move |at| port(host, at, "open")))
        };
        let rows: Vec<_> = rows().collect();
        let lines = |order| {
            let look = Look { has_header: false, ..Look::default() };
            drawn_by(&rows, look, order).lines().next().map(str::to_owned)
        };
        assert_eq!(lines(None).as_deref(), Some("h9    O O"));
        let order = |at: usize| Some(Order { column: &Port::COLUMNS[at], is_descending: true });
        assert_eq!(lines(order(0)).as_deref(), Some("h10   O O"));
        let look = Look::default();
        assert!(drawn_by(&rows, look, None).starts_with("        4\n      8 4\nHOST  0 3\n"));
        assert!(drawn_by(&rows, look, order(1)).starts_with("      4\n      4 8\nHOST  3 0\n"));
    }
}
