//! What is no longer as it was in an earlier run.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{PROGRAM, TempFile, change_told as told, listener, nobody, portscan};

#[test]
fn what_is_as_it_was_is_yes_and_what_is_not_is_listed() {
    let (listener, open) = listener();
    let closed = nobody();
    for format in ["json", "jsonl"] {
        let before = portscan(&["-f", format, "127.0.0.1", &open, &closed]);
        let before = TempFile::with(&before.stdout);
        let same = portscan(&["--diff", before.name(), "-f", "jsonl"]);
        assert_eq!((same.code, same.text(), same.stderr.as_str()), (Some(0), "", ""), "{format}");
    }
    let before = TempFile::with(&portscan(&["-j", "127.0.0.1", &open, &closed]).stdout);
    drop(listener);
    let other = portscan(&["--diff", before.name(), "-f", "jsonl"]);
    let rows: Vec<Value> = serde_json::Deserializer::from_slice(&other.stdout)
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("JSON");
    assert_eq!((other.code, rows.len()), (Some(1), 1), "{}", other.text());
    assert_eq!((told(&rows[0]), rows[0]["port"].to_string()), ("changed open closed".into(), open));
    assert_eq!(portscan(&["-q", "--diff", before.name()]).code, Some(1));
}

#[test]
fn a_port_that_was_not_asked_is_news_when_it_is_open() {
    let (_listener, open) = listener();
    let closed = nobody();
    let nothing = TempFile::with("[]");
    let words = ["--diff", nothing.name(), "127.0.0.1", &closed, &open];
    let output = portscan(&[&words[..], &["--columns", "change,was,port,state"]].concat());
    let lines: Vec<Vec<_>> =
        output.text().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1..], [["added", "-", &open, "open"]], "{}", output.text());
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.ends_with("0 changed, 1 added, 0 removed\n"), "{}", output.stderr);
    assert_eq!(portscan(&["--diff", nothing.name(), "127.0.0.1", &closed]).code, Some(0));
}

#[test]
fn an_address_that_a_name_does_not_have_any_more_is_gone() {
    let closed = nobody();
    let row = format!(
        r#"{{"host":"localhost","address":"192.0.2.1","port":{closed},"protocol":"tcp","state":"open"}}"#
    );
    let before = TempFile::with(row);
    let output = portscan(&["--diff", before.name(), "-f", "jsonl"]);
    let row: Value = serde_json::from_slice(&output.stdout).expect("one row");
    assert_eq!((output.code, told(&row).as_str()), (Some(1), "removed open unreachable"));
    assert_eq!(row["address"], "192.0.2.1");
}

#[test]
fn an_earlier_run_may_come_through_a_pipe() {
    let closed = nobody();
    let before = portscan(&["-j", "127.0.0.1", &closed]).stdout;
    let mut command = testkit::command(PROGRAM, ["--diff", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&before).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn what_is_no_earlier_run_is_told_and_reaches_no_terminal_as_it_is() {
    let row = |host: &str, protocol: &str| {
        format!(
            r#"{{"host":"{host}","address":"192.0.2.1","port":1,"protocol":"{protocol}","state":"open"}}"#
        )
    };
    let cases = [
        ("PORT STATE".to_owned(), 3, "is not the JSON of an earlier run: expected value at line 1"),
        (r#"[{"host":"a"}]"#.to_owned(), 3, "row 1: it has no 'address'"),
        (row(r"\u001b[2Jx y", "tcp"), 3, r"'\x1b[2Jx y' is no host"),
        (row("127.0.0.1", "udp"), 2, "give --udp to ask that again"),
        ("[]".to_owned(), 2, "has no rows: name the hosts to ask"),
    ];
    for (text, code, message) in cases {
        let before = TempFile::with(&text);
        let output = portscan(&["--diff", before.name()]);
        assert_eq!((output.code, output.text()), (Some(code), ""), "{text}: {}", output.stderr);
        assert!(output.stderr.contains(message), "{text}: {}", output.stderr);
        assert!(!output.stderr.contains('\x1b'), "{}", output.stderr);
    }
    let absent = portscan(&["--diff", "/nonexistent/before.json"]);
    assert_eq!(absent.code, Some(3));
    assert!(absent.stderr.contains("no such file"), "{}", absent.stderr);
}
