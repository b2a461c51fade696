//! The formats: they write cells and know nothing of the row behind them.

use std::io::{self, Write};

use crate::tone::Tone;
use crate::value::Value;

pub(crate) mod delimited;
pub(crate) mod json;
pub(crate) mod short;
pub(crate) mod table;

/// What a format knows of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heading {
    pub name: &'static str,
    /// Its name in JSON.
    pub key: &'static str,
    /// Whether the table would be nothing without it.
    pub is_key: bool,
    pub is_side: bool,
    pub is_numeric: bool,
    pub min_width: usize,
}

/// What a format knows of a cell.
pub(crate) struct Cell<'a> {
    pub value: Value<'a>,
    pub tone: Tone,
}

impl<'a> Cell<'a> {
    pub(crate) const fn plain(value: Value<'a>) -> Self {
        Self { value, tone: Tone::Plain }
    }
}

/// One output from its first row to its last.
pub(crate) trait Format {
    /// Writes one row, and whatever has to stand before the first.
    fn row(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()>;

    /// Whether it makes any difference what a cell means.
    fn shows_tones(&self) -> bool {
        false
    }

    /// Writes whatever was held back, so that a reader sees all rows so far.
    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// Writes whatever has to stand after the last row, or for the lack of any.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

#[cfg(test)]
mod tests {
    use snapbox::{Assert, IntoData, str};

    use super::delimited::{Delimited, Dialect};
    use super::json::{Json, Layout};
    use super::short::Short;
    use super::table::{Look, Table};
    use super::*;
    use crate::value::Labelled;

    const HEADINGS: &[Heading] = &[
        heading("name", false, false),
        heading("rtt_ms", true, true),
        heading("owners", false, true),
        heading("reason", false, false),
    ];

    const fn heading(name: &'static str, is_numeric: bool, is_side: bool) -> Heading {
        Heading { name, key: name, is_key: false, is_side, is_numeric, min_width: 0 }
    }

    fn owner(name: &'static str, pid: u32) -> Value<'static> {
        Labelled {
            label: Value::display(format_args!("{name}[{pid}]")),
            exact: Value::Map(vec![("pid", pid.into()), ("name", name.into())]),
        }
        .into()
    }

    fn sample() -> Vec<[Value<'static>; 4]> {
        vec![
            [
                "localhost".into(),
                0.25.into(),
                Value::List(vec![owner("sshd", 8), owner("tmux: server", 12)]),
                "all is well".into(),
            ],
            [
                "a b\u{1b}[31m\"c\", d\\".into(),
                Value::Null,
                Value::List(vec![]),
                "line\nbreak\ttab \u{202e}".into(),
            ],
            ["".into(), 1234.5678.into(), Value::Null, "-".into()],
            [Value::from_bytes(b"\xffx"), 7u8.into(), true.into(), Value::Null],
            ["日本".into(), f64::INFINITY.into(), false.into(), Value::Notation("\\032".into())],
        ]
    }

    const TONES: [Tone; 5] = [Tone::Good, Tone::Warn, Tone::Plain, Tone::Bad, Tone::Dim];

    fn written(format: &mut dyn Format, rows: &[[Value<'static>; 4]]) -> String {
        let mut out = Vec::new();
        for (row, tone) in rows.iter().zip(TONES) {
            let cells: Vec<_> =
                row.iter().map(|value| Cell { value: value.clone(), tone }).collect();
            format.row(&mut out, &cells).expect("memory takes every write");
        }
        format.end(&mut out).expect("memory takes every write");
        String::from_utf8(out).expect("formats write UTF-8")
    }

    /// Compares with a snapshot to the letter, backslashes included.
    #[track_caller]
    fn check(actual: &str, expected: impl IntoData) {
        Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(actual, expected);
    }

    fn table(look: Look) -> Table {
        Table::new(HEADINGS.to_vec(), look)
    }

    #[test]
    fn a_table_is_aligned_and_has_no_blank_in_any_cell_but_the_last() {
        let text = written(&mut table(Look::default()), &sample());
        check(
            &text,
            str![[r#"
NAME                         RTT-MS  OWNERS                       REASON
localhost                     0.250  sshd[8],tmux:\x20server[12]  all is well
a\x20b\x1b[31m"c",\x20d\\         -  -                            line\nbreak\ttab \u{202e}
""                         1234.568  -                            \x2d
\xffx                             7  yes                          -
日本                              -  no                           \032

"#]],
        );
        for line in text.lines().skip(1) {
            assert!(line.split_whitespace().count() >= 4, "{line}");
        }
    }

    #[test]
    fn a_table_can_do_without_its_header() {
        let look = Look { has_header: false, ..Look::default() };
        let text = written(&mut table(look), &sample()[..1]);
        assert_eq!(text, "localhost  0.250  sshd[8],tmux:\\x20server[12]  all is well\n");
    }

    #[test]
    fn a_long_table_stays_aligned_until_it_has_to_widen() {
        let mut long = table(Look::default());
        let mut out = Vec::new();
        let cells = |number: u64, name: &'static str| {
            [number.into(), Value::Null, name.into(), "last".into()].map(Cell::plain)
        };
        for number in 0..2500 {
            let name =
                if number < 2000 { "short" } else { "as long as can be, and longer than that" };
            long.row(&mut out, &cells(number, name)).expect("memory takes every write");
        }
        long.end(&mut out).expect("memory takes every write");
        let text = String::from_utf8(out).expect("formats write UTF-8");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2501);
        assert_eq!(lines[1], "0          -  short   last");
        assert_eq!(lines[2000], "1999       -  short   last");
        let wide = r"as\x20long\x20as\x20can\x20be\x2c\x20and\x20longer\x20than\x20that";
        assert_eq!(lines[2001], format!("2000       -  {wide}  last").replace(r"\x2c", ","));
        assert_eq!(lines[2500].len(), lines[2001].len());
    }

    fn measured() -> Vec<[Value<'static>; 4]> {
        let runs = [vec![Some(0.25), None, Some(1.0)], vec![Some(0.1234)], vec![]];
        let names = ["long", "short", "none"];
        let row = |(name, run): (&'static str, Vec<_>)| {
            let run = Value::Series(run.into());
            [name.into(), Value::Null, run.clone(), run]
        };
        names.into_iter().zip(runs).map(row).collect()
    }

    #[test]
    fn a_run_of_measures_is_a_line_in_a_table_and_numbers_for_programs() {
        let look = Look { has_header: false, ..Look::default() };
        let with_blocks = Look { has_blocks: true, ..look };
        let signs = "long   -  .x#  .x#\nshort  -  #    #\nnone   -  -    -\n";
        assert_eq!(written(&mut table(look), &measured()), signs);
        let blocks = "long   -  ▂x█  ▂x█\nshort  -  █    █\nnone   -  -    -\n";
        assert_eq!(written(&mut table(with_blocks), &measured()), blocks);
        let fit = Look { fit: Some(13), ..with_blocks };
        assert_eq!(written(&mut table(fit), &measured()[..1]), "long  -  ▂x█\n");
        let mut tsv = Delimited::new(HEADINGS, Dialect::Tsv, false, b'\n');
        assert_eq!(
            written(&mut tsv, &measured()),
            "long\t\t0.250,,1.000\t0.250,,1.000\nshort\t\t0.123\t0.123\nnone\t\t\t\n"
        );
        let mut csv = Delimited::new(HEADINGS, Dialect::Csv, false, b'\n');
        let first = &measured()[..1];
        assert_eq!(written(&mut csv, first), "long,,\"0.250,,1.000\",\"0.250,,1.000\"\n");
        let mut json = Json::new(&HEADINGS[2..3], Layout::Lines(b'\n'));
        let mut out = Vec::new();
        for [.., run] in measured() {
            json.row(&mut out, &[Cell::plain(run)]).expect("memory takes every write");
        }
        let json = "{\"owners\":[0.25,null,1.0]}\n{\"owners\":[0.123]}\n{\"owners\":[]}\n";
        assert_eq!(String::from_utf8_lossy(&out), json);
    }

    #[test]
    fn lines_of_measures_stay_aligned_in_a_long_table() {
        let look = Look { has_header: false, has_blocks: true, ..Look::default() };
        let mut long = Table::new(HEADINGS[2..].to_vec(), look);
        let mut out = Vec::new();
        for row in 0..2500 {
            let run = vec![Some(1.0); 1 + row % 3];
            let cells = [Value::Series(run.into()), "end".into()].map(Cell::plain);
            long.row(&mut out, &cells).expect("memory takes every write");
        }
        long.end(&mut out).expect("memory takes every write");
        let text = String::from_utf8(out).expect("formats write UTF-8");
        assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) == 8));
    }

    #[test]
    fn an_empty_table_is_nothing_at_all() {
        assert_eq!(written(&mut table(Look::default()), &[]), "");
    }

    #[test]
    fn a_table_fits_the_terminal() {
        for width in 1..100 {
            let look = Look { fit: Some(width), ..Look::default() };
            let text = written(&mut table(look), &sample());
            for line in text.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
            }
        }
        let at =
            |width| written(&mut table(Look { fit: Some(width), ..Look::default() }), &sample());
        check(
            &at(70),
            str![[r#"
NAME                         RTT-MS  REASON …
localhost                     0.250  all is well
a\x20b\x1b[31m"c",\x20d\\         -  line\nbreak\ttab \u{202e}
""                         1234.568  \x2d
\xffx                             7  -
日本                              -  \032

"#]],
        );
        check(
            &at(26),
            str![[r#"
NAME          REASON
localhost     all is well
a\x20b\x1b[…  line\nbreak…
""            \x2d
\xffx         -
日本          \032

"#]],
        );
        check(
            &at(25),
            str![[r#"
NAME
localhost
a\x20b\x1b[31m"c",\x20d\\
""
\xffx
日本

"#]],
        );
        check(
            &at(40),
            str![[r#"
NAME                 REASON
localhost            all is well
a\x20b\x1b[31m"c",…  line\nbreak\ttab \…
""                   \x2d
\xffx                -
日本                 \032

"#]],
        );
    }

    const SOCKETS: &[Heading] = &[
        heading("state", false, false),
        heading("queue", true, true),
        heading("local", false, false),
        heading("peer", false, false),
        heading("rtt_ms", true, false),
        heading("cwnd", true, false),
        heading("process", false, false),
    ];

    fn fitted(headings: &[Heading], rows: &[&[Value<'static>]], width: usize) -> String {
        let mut table = Table::new(headings.to_vec(), Look { fit: Some(width), ..Look::default() });
        let mut out = Vec::new();
        for row in rows {
            let cells: Vec<_> = row.iter().map(|value| Cell::plain(value.clone())).collect();
            table.row(&mut out, &cells).expect("memory takes every write");
            // Each is measured for itself, as of a tool that waits for the next.
            table.flush(&mut out).expect("memory takes every write");
        }
        String::from_utf8(out).expect("formats write UTF-8")
    }

    fn socket(rtt_ms: f64) -> [Value<'static>; 7] {
        let [local, peer] = ["192.0.2.18:51234", "198.51.100.200:443"];
        let process = "web-browser-of-the-user[4711]";
        let numbers: [Value<'_>; 3] = [77_777u32.into(), rtt_ms.into(), 70u32.into()];
        let [queue, rtt_ms, window] = numbers;
        ["ESTABLISHED".into(), queue, local.into(), peer.into(), rtt_ms, window, process.into()]
    }

    #[test]
    fn a_number_is_whole_or_not_there() {
        let rows = [socket(7.125), socket(7_000_000.25)];
        for width in 1..140 {
            let text = fitted(SOCKETS, &[&rows[0], &rows[1]], width);
            for line in text.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
            }
            let mut numbers = text.split_whitespace().filter(|word| word.starts_with('7'));
            let whole = ["77777", "7.125", "7000000.250", "70"];
            assert!(numbers.all(|number| whole.contains(&number)), "{width}: {text}");
        }
    }

    #[test]
    fn side_columns_go_then_the_last_and_a_number_before_a_text_is_short() {
        let cases = [
            (140, "STATE QUEUE LOCAL PEER RTT-MS CWND PROCESS"),
            (95, "STATE LOCAL PEER RTT-MS CWND PROCESS"),
            (67, "STATE LOCAL PEER RTT-MS CWND PROCESS"),
            (66, "STATE LOCAL PEER RTT-MS CWND …"),
            (62, "STATE LOCAL PEER RTT-MS …"),
            (56, "STATE LOCAL PEER …"),
            (39, "STATE LOCAL PEER"),
            (38, "STATE LOCAL …"),
            (24, "STATE …"),
            (5, "STATE"),
        ];
        for (width, columns) in cases {
            let text = fitted(SOCKETS, &[&socket(7.125)], width);
            let header: Vec<_> = text.lines().take(1).flat_map(str::split_whitespace).collect();
            assert_eq!(header.join(" "), columns, "{width}: {text}");
        }
    }

    #[test]
    fn a_column_goes_later_where_a_number_becomes_too_wide() {
        let row =
            |rtt_ms: f64, window: u64| ["192.0.2.18:443".into(), rtt_ms.into(), window.into()];
        let rows = [row(7.0, 7), row(7e9, 70), row(7e15, 7_000_000_000)];
        check(
            &fitted(&SOCKETS[3..6], &[&rows[0], &rows[1], &rows[2]], 28),
            str![[r#"
PEER            RTT-MS  CWND
192.0.2.18:443   7.000     7
192.0…  7000000000.000    70
192.0…  7000000000000000.000

"#]],
        );
    }

    #[test]
    fn the_key_stays_wherever_it_stands() {
        let mut headings = SOCKETS[2..5].to_vec();
        headings[2].is_key = true;
        let row = &socket(7.125)[2..5];
        for width in 1..40 {
            let text = fitted(&headings, &[row], width);
            assert!(width < 6 || text.contains("RTT-MS"), "{width}: {text}");
        }
        assert!(fitted(&headings, &[row], 34).starts_with("LOCAL "));
        assert_eq!(fitted(&headings, &[row], 19), "RTT-MS …\n 7.125\n");
    }

    #[test]
    fn a_live_table_keeps_room_for_what_is_to_come() {
        let mut headings = HEADINGS.to_vec();
        headings[0].min_width = 12;
        let mut live = Table::new(headings, Look::default());
        let mut out = Vec::new();
        let cells = |name: &'static str| {
            ["", "", "", ""].map(|_| Cell { value: name.into(), tone: Tone::Plain })
        };
        live.row(&mut out, &cells("a")).expect("memory takes every write");
        live.flush(&mut out).expect("memory takes every write");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "NAME          RTT-MS  OWNERS  REASON\na                  a  a       a\n"
        );
    }

    #[test]
    fn colour_wraps_the_text_and_not_the_padding() {
        let look = Look { is_coloured: true, ..Look::default() };
        let text = written(&mut table(look), &sample()[..1]);
        let (header, row) = text.split_once('\n').expect("two lines");
        assert!(header.starts_with("\x1b[1mNAME\x1b[0m       \x1b[1mRTT-MS\x1b[0m"), "{header:?}");
        assert!(row.starts_with("\x1b[32mlocalhost\x1b[0m   \x1b[32m0.250\x1b[0m"), "{row:?}");
    }

    #[test]
    fn tsv_has_a_header_and_escapes_what_would_split_it() {
        let mut tsv = Delimited::new(HEADINGS, Dialect::Tsv, true, b'\n');
        check(
            &written(&mut tsv, &sample()),
            str![[r#"
name	rtt_ms	owners	reason
localhost	0.250	sshd[8],tmux: server[12]	all is well
a b\x1b[31m"c", d\\			line\nbreak\ttab \u{202e}
	1234.568		-
\xffx	7	yes	
日本		no	\032

"#]],
        );
    }

    #[test]
    fn csv_quotes_and_has_its_header_even_without_rows() {
        let csv = || Delimited::new(HEADINGS, Dialect::Csv, true, b'\n');
        assert_eq!(written(&mut csv(), &[]), "name,rtt_ms,owners,reason\n");
        check(
            &written(&mut csv(), &sample()),
            str![[r#"
name,rtt_ms,owners,reason
localhost,0.250,"sshd[8],tmux: server[12]",all is well
"a b\x1b[31m""c"", d\\",,"",line\nbreak\ttab \u{202e}
"",1234.568,,-
\xffx,7,yes,
日本,,no,\032

"#]],
        );
        let mut bare = Delimited::new(HEADINGS, Dialect::Csv, false, b'\0');
        assert_eq!(written(&mut bare, &[]), "");
        assert_eq!(written(&mut bare, &sample()[3..4]), "\\xffx,7,yes,\0");
    }

    #[test]
    fn json_is_one_array_with_the_exact_text() {
        let json = || Json::new(HEADINGS, Layout::Array);
        assert_eq!(written(&mut json(), &[]), "[]\n");
        let text = written(&mut json(), &sample());
        assert!(!text.chars().any(|c| c != '\n' && crate::escape::is_unsafe(c)), "{text:?}");
        check(
            &text,
            str![[r#"
[
{"name":"localhost","rtt_ms":0.25,"owners":[{"pid":8,"name":"sshd"},{"pid":12,"name":"tmux: server"}],"reason":"all is well"}
,{"name":"a b\u001b[31m\"c\", d\\","rtt_ms":null,"owners":[],"reason":"line\nbreak\ttab \u202e"}
,{"name":"","rtt_ms":1234.568,"owners":null,"reason":"-"}
,{"name":{"hex":"ff78"},"rtt_ms":7,"owners":true,"reason":null}
,{"name":"日本","rtt_ms":null,"owners":false,"reason":"\\032"}
]

"#]],
        );
        let parsed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(parsed[1]["name"], "a b\u{1b}[31m\"c\", d\\");
        assert_eq!(parsed[1]["reason"], "line\nbreak\ttab \u{202e}");
    }

    #[test]
    fn jsonl_is_one_object_a_line() {
        let text = written(&mut Json::new(HEADINGS, Layout::Lines(b'\n')), &sample());
        assert_eq!(text.lines().count(), sample().len());
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(row.as_object().map(serde_json::Map::len), Some(HEADINGS.len()));
        }
    }

    #[test]
    fn short_prints_bare_values_and_nothing_for_what_is_not_known() {
        let mut lines = Short::new(b'\n', false);
        check(
            &written(&mut lines, &sample()),
            str![[r#"
localhost	0.250	sshd[8],tmux: server[12]	all is well
a b\x1b[31m"c", d\\			line\nbreak\ttab \u{202e}
	1234.568		-
\xffx	7	yes	
日本		no	\032

"#]],
        );
    }

    #[test]
    fn short_with_null_gives_the_exact_bytes() {
        let mut out = Vec::new();
        let mut short = Short::new(b'\0', true);
        for value in [Value::from_bytes(b"a\xff\n"), "b\\ c".into()] {
            let cells = [Cell { value, tone: Tone::Plain }];
            short.row(&mut out, &cells).expect("memory takes every write");
        }
        assert_eq!(out, b"a\xff\n\0b\\ c\0");
    }
}
