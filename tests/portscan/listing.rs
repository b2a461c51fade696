//! Which rows are listed, in which form, and what is said of them all.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[cfg(unix)]
use serde_json::Value;
use testkit::Output;

#[cfg(target_os = "linux")]
use super::support::only_row;
use super::support::{
    ALONE, PROGRAM, listener, nobody, objects, portscan, row_of, rows, wait_until,
};
#[cfg(unix)]
use super::support::{Running, silence};

/// So many ports that a table does not list them all, and hardly any machine has services there.
const MANY: &str = "64000-64299";
const MANY_PORTS: u64 = 300;

/// What the summary counts: ports by their states, and addresses.
fn summary(output: &Output) -> (u64, Vec<(u64, String)>, String) {
    let line = output.stderr.lines().last().expect("there is a summary");
    let told = line.strip_prefix("portscan: ").expect("it says who speaks");
    let (states, rest) = told.split_once("; ").expect("states, and then addresses");
    let states: Vec<_> = states
        .split(", ")
        .map(|it| it.split_once(' ').expect("a count and a state"))
        .map(|(count, state)| (count.parse().expect("a count"), state.to_owned()))
        .collect();
    (states.iter().map(|it| it.0).sum(), states, rest.to_owned())
}

#[test]
fn of_many_ports_a_table_lists_the_open_ones_and_counts_the_rest() {
    let (_listener, port) = listener();
    let output = portscan(&["127.0.0.1", MANY, &port, "--columns", "port,state"]);
    assert_eq!(output.code, Some(0));
    let lines: Vec<Vec<_>> =
        output.text().lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert!(lines.iter().all(|cells| cells[1] == "open"), "{lines:?}");
    assert!(lines.iter().any(|cells| cells[0] == port), "{lines:?}");
    let (total, states, rest) = summary(&output);
    assert_eq!((total, &states[0]), (MANY_PORTS + 1, &(lines.len() as u64, "open".to_owned())));
    assert!(rest.starts_with("1 address in ") && rest.ends_with(" s"), "{rest}");
}

#[test]
#[cfg(target_os = "linux")]
fn why_ports_were_turned_away_that_are_not_listed_is_told() {
    let broadcast = "127.255.255.255";
    let why = only_row(&[broadcast, "64000"])["reason"].as_str().expect("a reason").to_owned();
    let output = portscan(&[broadcast, MANY]);
    assert_eq!(output.code, Some(3), "{output:?}");
    let told: Vec<_> = output.stderr.lines().collect();
    let expected = format!("portscan: {MANY_PORTS} unreachable: {why}");
    assert_eq!((told.len(), told[0]), (2, &*expected), "{told:?}");
    let rows = portscan(&[broadcast, MANY, "-f", "tsv"]);
    assert_eq!(rows.stderr, "", "the rows say it themselves");
}

#[test]
fn all_of_them_are_listed_where_that_is_asked_for_or_programs_read() {
    let (_listener, port) = listener();
    let count = |flags: &[&str]| {
        let words = [&["127.0.0.1", MANY, &port, "-H"], flags].concat();
        let output = portscan(&words);
        assert_eq!(output.code, Some(0), "{words:?}");
        let ports = output.text().lines().filter(|line| !["[", "]"].contains(line));
        ports.count() as u64
    };
    for flags in [
        &["--all"][..],
        &["-a"],
        &["-f", "tsv"],
        &["-f", "csv"],
        &["-f", "jsonl"],
        &["--json"],
        &["--all", "--sort", "port"],
    ] {
        assert_eq!(count(flags), MANY_PORTS + 1, "{flags:?}");
    }
}

#[test]
fn few_ports_are_all_listed_without_a_word_more() {
    let (_listener, port) = listener();
    let output = portscan(&["127.0.0.1", &port, &nobody(), "1-8", "-H"]);
    assert_eq!((output.text().lines().count(), output.stderr.as_str()), (10, ""));
    let more = portscan(&["127.0.0.1", "1-32", "-H"]);
    assert_eq!((more.text().lines().count(), summary(&more).0), (32, 32));
}

#[test]
fn only_open_ones_are_listed_in_every_format_if_that_is_asked_for() {
    let (_listener, port) = listener();
    let closed = nobody();
    let words = ["--open", "127.0.0.1", &closed, &port, "-H"];
    for format in ["table", "tsv", "csv", "jsonl"] {
        let output = portscan(&[&words[..], &["-f", format]].concat());
        let lines: Vec<_> = output.text().lines().collect();
        assert!(lines.len() == 1 && lines[0].contains(&port), "{format}: {lines:?}");
        assert_eq!(output.code, Some(1));
    }
    let found = rows(&["--open", "127.0.0.1", &closed, &port]);
    assert!(found.len() == 1 && *row_of(&found, &port) == found[0], "{found:?}");
}

#[test]
fn a_summary_is_said_of_a_table_only() {
    for flags in [&["--json"][..], &["-f", "tsv"], &["-s"], &["-q"]] {
        let output = portscan(&[&["127.0.0.1", MANY], flags].concat());
        assert_eq!(output.stderr, "", "{flags:?}");
    }
}

#[test]
fn every_port_is_counted_also_of_those_that_are_not_listed() {
    let (_listener, port) = listener();
    let output = portscan(&["127.0.0.1", MANY, &port, "--count-by", "state", "--json"]);
    let counts: Vec<_> =
        objects(&output).iter().map(|group| group["count"].as_u64().unwrap()).collect();
    assert_eq!(counts.iter().sum::<u64>(), MANY_PORTS + 1);
    let table = portscan(&["127.0.0.1", MANY, &port, "--count-by", "state", "-H"]);
    let counts = table.text().lines().map(|line| {
        line.split_whitespace().last().and_then(|count| count.parse::<u64>().ok()).unwrap()
    });
    assert_eq!(counts.sum::<u64>(), MANY_PORTS + 1);
}

#[test]
fn rows_are_in_the_order_of_the_question_or_sorted() {
    let ports = |words: &[&str]| -> Vec<u64> {
        rows(words).iter().map(|row| row["port"].as_u64().unwrap()).collect()
    };
    // Of many the usual ones are tried first, and nothing known is held back for long.
    assert!(ports(&["127.0.0.1", MANY, "--sort", "port"]).into_iter().eq(64000..=64299));
    assert_eq!(ports(&["127.0.0.1", "3,1,2"]), [3, 1, 2]);
    assert_eq!(ports(&["127.0.0.1", "3,1,2", "--sort=-port"]), [3, 2, 1]);
}

#[test]
fn short_prints_the_open_ports() {
    let (_one, first) = listener();
    let (_two, second) = listener();
    let output = portscan(&["-s", "127.0.0.1", &first, &nobody(), &second]);
    let mut ports: Vec<_> = output.text().lines().collect();
    ports.sort_unstable();
    let mut expected = [first.as_str(), &second];
    expected.sort_unstable();
    assert_eq!((output.code, &ports[..]), (Some(1), &expected[..]));
    let nul = portscan(&["-s0", "127.0.0.1", &first, &nobody()]);
    assert_eq!(nul.text(), format!("{first}\0"));
    let none = portscan(&["-s", "127.0.0.1", &nobody()]);
    assert_eq!((none.code, none.text(), none.stderr.as_str()), (Some(1), "", ""));
}

#[test]
#[cfg(target_os = "linux")]
fn short_has_the_addresses_where_there_are_several() {
    let (_listener, port) = listener();
    let output = portscan(&["-s", "127.0.0.1", "127.0.0.3", &port]);
    assert_eq!(output.text().lines().next(), Some(format!("127.0.0.1:{port}").as_str()));
    let chosen = portscan(&["-s", "--columns", "state", "127.0.0.1", &port]);
    assert_eq!(chosen.text(), "open\n");
}

#[test]
fn quiet_says_nothing_at_all() {
    let (_listener, port) = listener();
    for (words, code) in [
        (vec!["127.0.0.1", &port], 0),
        (vec!["127.0.0.1", MANY], 1),
        (vec!["fe80::1%no-such-if", "1"], 3),
    ] {
        let output = portscan(&[&["-q"], &words[..]].concat());
        assert_eq!((output.text(), output.stderr.as_str()), ("", ""), "{words:?}");
        // Of a range one may be open.
        assert!(output.code == Some(code) || words.contains(&MANY), "{words:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_map_draws_hosts_by_ports() {
    let (_one, first) = listener();
    let (_two, second) = listener();
    let closed = nobody();
    let output = portscan(&["--map", "127.0.0.1", "127.0.0.3", &first, &second, &closed]);
    let lines: Vec<_> = output.text().lines().collect();
    assert_eq!(output.code, Some(1));
    let row = lines.iter().find(|line| line.starts_with("127.0.0.1 ")).expect("its line");
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["127.0.0.1", "O", "O"]);
    // The numbers of ports are written downwards, the least first.
    let header: Vec<_> = lines.iter().take_while(|line| !line.starts_with("127.")).collect();
    let number = |column: usize| -> String {
        header.iter().map(|line| line.chars().nth(column).unwrap_or(' ')).collect()
    };
    let place = row.find('O').expect("a cell");
    let mut ports = [first.parse::<u16>().unwrap(), second.parse().unwrap()];
    ports.sort_unstable();
    assert_eq!(number(place).trim(), ports[0].to_string());
    assert_eq!(number(place + 2).trim(), ports[1].to_string());
    let text = output.text();
    assert!(text.contains("\n127.0.0.3: closed at every port\n"), "{text}");
    assert!(text.contains(&format!("\n{closed}: closed everywhere\n")), "{text}");
    assert!(text.ends_with("\nO open\n"), "{text}");
}

#[test]
fn a_map_is_drawn_only_and_never_a_list() {
    let (_listener, port) = listener();
    let words = ["--map", "127.0.0.1", &port];
    let objects = rows(&words);
    assert_eq!(objects[0]["state"], "open", "programs get rows: {objects:?}");
    for more in [["--watch"], ["--open"]] {
        assert_eq!(portscan(&[&words[..], &more].concat()).code, Some(2), "{more:?}");
    }
}

#[test]
fn who_reads_one_line_only_is_no_trouble() {
    let mut command = testkit::command(PROGRAM, [ALONE, "-", "-f", "tsv", "--columns", "port"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let child = std::cell::RefCell::new(child);
    wait_until("it ends", || child.borrow_mut().try_wait().unwrap().is_some());
    let output = child.into_inner().wait_with_output().unwrap();
    assert_eq!((first.as_str(), output.stderr.as_slice()), ("port\n", &b""[..]));
    assert!(output.status.code().is_some_and(|code| [0, 1].contains(&code)), "{output:?}");
}

#[test]
#[cfg(unix)]
fn a_row_is_printed_as_soon_as_it_is_known() {
    let (_listener, open) = listener();
    // This port is waited for much longer than this test is.
    let (_silent, silent) = silence();
    let running = Running::start(&["-w", "60", "-f", "jsonl", "127.0.0.1", &silent, &open]);
    let row: Value = serde_json::from_str(&running.row()).unwrap();
    assert_eq!((row["port"].to_string(), &row["state"]), (open, &"open".into()));
}
