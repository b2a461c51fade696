//! Lists of names: from a file, from standard input, and what is no list.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::{Behaviour, DnsServer, Misbehaving, Output, TCP_ANSWERS, Zone};

use super::support::{TempFile, with_input};
use super::{at, demo, lookup, rows, said, tells, text};

/// For what comes at once on any machine that is not standing still.
const PATIENCE: Duration = Duration::from_secs(20);

fn word(server: SocketAddr) -> String {
    format!("@{server}")
}

/// The list from a file, as JSON.
fn listed(test: &str, list: &str, server: SocketAddr, words: &[&str]) -> Output {
    let file = TempFile::new(test, list);
    at(server, &[&["--from", file.path(), "-j"], words].concat())
}

/// Each row as its name, its type, and its data or its status.
fn told(output: &Output) -> Vec<String> {
    let told = |row: &Value| {
        let of_type = row["type"].as_str().unwrap_or("-");
        format!("{} {of_type} {}", text(row, "name"), said(row))
    };
    rows(output).iter().map(told).collect()
}

#[test]
fn lines_are_asked_as_people_write_them() {
    let server = demo();
    let list = "\u{feff}www.usfca.edu A\r\n\r\n# a comment\n   \n\tusfca.edu  mx  CAA \n\
                127.0.0.1\nb\u{fc}cher.example.test A\nnobody.usfca.edu A\nipv6.usfca.edu";
    let output = listed("people", list, server.addr(), &["--in-order"]);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    let mut told = told(&output);
    // The types of a line come as they are answered.
    told[1..4].sort_unstable();
    assert_eq!(
        told,
        [
            "www.usfca.edu A 104.239.221.147",
            "usfca.edu CAA 0 issue \"letsencrypt.org\"",
            "usfca.edu MX 10 mx1.usfca.edu",
            "usfca.edu MX 20 mx2.usfca.edu",
            "1.0.0.127.in-addr.arpa PTR localhost",
            "xn--bcher-kva.example.test A 192.0.2.4",
            "nobody.usfca.edu A NXDOMAIN",
            "ipv6.usfca.edu AAAA 2001:db8::147",
        ]
    );
    assert!(output.stderr.contains("lookup: 8 questions: "), "{}", output.stderr);
}

#[test]
fn the_types_beside_a_list_are_those_of_lines_without_one() {
    let server = demo();
    let list = "usfca.edu\nwww.usfca.edu A\n";
    let output = listed("types", list, server.addr(), &["--in-order", "MX"]);
    let expected = [
        "usfca.edu MX 10 mx1.usfca.edu",
        "usfca.edu MX 20 mx2.usfca.edu",
        "www.usfca.edu A 104.239.221.147",
    ];
    assert_eq!(told(&output), expected);
}

#[test]
fn a_bad_line_is_a_row_and_the_others_are_asked() {
    let server = demo();
    let list = "a..b\nwww.usfca.edu NOPE\nhttps://www.usfca.edu/\nwww.usfca.edu AXFR\n\
                www.usfca.edu A\n127.1\n@127.0.0.1\n";
    let file = TempFile::new("bad", [list.as_bytes(), b"caf\xe9.test\n\x00\x1b[31m A\n"].concat());
    let output = at(server.addr(), &["--from", file.path(), "-j", "--in-order"]);
    assert_eq!(output.code, Some(2), "{}", output.stderr);
    let rows = rows(&output);
    assert_eq!(rows.len(), 9);
    assert_eq!(rows[4]["data"], "104.239.221.147");
    for row in rows.iter().filter(|row| row["data"].is_null()) {
        assert_eq!((&row["status"], &row["type"]), (&"BADLINE".into(), &Value::Null), "{row}");
        assert_ne!(row["reason"], Value::Null, "{row}");
    }
    assert_eq!(rows[0]["reason"], "'a..b' has an empty label: there is one dot too many");
    // Each is told with its number; lines that were asked and comments count as well.
    for words in ["line 1: 'a..b'", "line 6: '127.1'", "line 9: ", "; 8 bad lines"] {
        assert!(output.stderr.contains(words), "{words}: {}", output.stderr);
    }
    let table = at(server.addr(), &["--from", file.path()]);
    assert!(!table.text().contains('\x1b'), "{}", table.text());
}

#[test]
fn standard_input_is_read_if_it_is_a_pipe_or_a_file_or_asked_for() {
    let demo = demo();
    let server = word(demo.addr());
    let expected = "104.239.221.147\n";
    for words in
        [&[server.as_str()][..], &["-", &server], &[&server, "-"], &["--from", "-", &server]]
    {
        let output = with_input(&[words, &["-s"]].concat(), "www.usfca.edu A\n");
        assert_eq!(
            (output.code, output.text()),
            (Some(0), expected),
            "{words:?}: {}",
            output.stderr
        );
    }
    let output = with_input(&["-", "MX", &server, "-s"], "usfca.edu");
    assert_eq!(output.text().lines().count(), 2, "{}", output.stderr);
    // A name on the command line: the pipe is left alone.
    let output = with_input(&["www.usfca.edu", "A", "-s", &server], "nobody.usfca.edu");
    assert_eq!((output.code, output.text()), (Some(0), expected));
    let file = TempFile::new("stdin", "www.usfca.edu A\n");
    let mut command = testkit::command(env!("CARGO_BIN_EXE_lookup"), [&server, "-s"]);
    command.stdin(std::fs::File::open(file.path()).unwrap());
    assert_eq!(testkit::finish(command).text(), expected);
}

#[test]
fn no_words_are_a_usage_error_unless_there_is_something_to_read() {
    for words in [&[][..], &["@127.0.0.1:9"], &["-q"]] {
        tells(&lookup(words), 2, "there is no name to look up");
    }
    let empty = with_input(&["@127.0.0.1:9"], "");
    tells(&empty, 1, "0 questions");
}

#[test]
#[cfg(unix)]
fn no_words_on_a_terminal_are_a_usage_error() {
    for words in [&[][..], &["@127.0.0.1:9"]] {
        let command = testkit::command(env!("CARGO_BIN_EXE_lookup"), words);
        let seen = testkit::run_on_terminal(command, 100, 24).unwrap();
        assert_eq!(seen.status.code(), Some(2), "{}", seen.bytes.escape_ascii());
    }
}

#[test]
fn what_makes_no_sense_beside_a_list_is_a_usage_error() {
    for (words, hint) in [
        (&["--from", "-", "www.test"][..], "leave 'www.test' out"),
        (&["--from", "/dev/null", "-"], "leave '-' out"),
        (&["--from", "-", "AXFR"], "a zone transfer is"),
        (&["--from", "-", "MX", "-4"], "-4 and -6 choose among addresses"),
        (&["--from", "-", "--trace"], "cannot be used with"),
        (&["--from", "-", "--rate", "0"], "from 1"),
        (&["--trace", "--root", "127.0.0.1:9"], "--trace is for names on the command line"),
        (&["--watch"], "--watch is for names on the command line"),
        (&["--compare"], "--compare is for names on the command line"),
        (&["-v", "-"], "--verbose is for names on the command line"),
    ] {
        tells(&with_input(&[words, &["@127.0.0.1:9"]].concat(), "www.test"), 2, hint);
    }
    // No server here: whoever is asked by this finds nobody.
    let words = ["--system", "--resolv-conf", "/nonexistent"];
    tells(&with_input(&words, "www.test"), 2, "--system is for names on the command line");
}

#[test]
#[cfg(unix)]
fn a_list_that_cannot_be_read_is_told() {
    // Whether the error comes at once or while one waits is a matter of chance.
    for _ in 0..10 {
        tells_first(&lookup(&["--from", "/", "@127.0.0.1:9", "-s"]), "cannot read '/'");
    }
    tells(&lookup(&["--from", "/nonexistent", "@127.0.0.1:9"]), 3, "cannot read '/nonexistent'");
}

#[cfg(unix)]
fn tells_first(output: &Output, words: &str) {
    assert_eq!((output.code, output.text()), (Some(3), ""), "{}", output.stderr);
    assert!(output.stderr.contains(words), "{}", output.stderr);
}

#[test]
fn of_many_names_none_is_lost_and_each_is_answered_once() {
    const NAMES: usize = 20_000;
    let zone = "$TTL 60\n@ IN SOA ns h 1 3600 600 86400 60\n@ IN NS ns\n* IN A 192.0.2.1\n";
    let server = DnsServer::start(&[Zone { origin: "many.test.", text: zone }]).unwrap();
    let list: String =
        (0..NAMES).flat_map(|index| [format!("n{index}.many.test"), " A\n".to_owned()]).collect();
    let file = TempFile::new("many", &list);
    let words = ["--from", file.path(), "-f", "tsv", "--columns", "name", "-H"];
    let output = at(server.addr(), &words);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let names: HashSet<_> = output.text().lines().collect();
    assert_eq!((output.text().lines().count(), names.len()), (NAMES, NAMES));
    assert!(output.stderr.contains("20000 answered, 0 negative, 0 failed"), "{}", output.stderr);
    let in_order = at(server.addr(), &[&words[..], &["--in-order"]].concat());
    let expected: Vec<_> = list.lines().map(|line| line.strip_suffix(" A").unwrap()).collect();
    assert!(in_order.text().lines().eq(expected), "{}", in_order.stderr);
}

#[test]
fn the_same_line_twice_is_two_answers() {
    let server = demo();
    let list = "www.usfca.edu A\n".repeat(500);
    let output = listed("twice", &list, server.addr(), &[]);
    assert_eq!((output.code, rows(&output).len()), (Some(0), 500), "{}", output.stderr);
}

#[test]
fn an_answer_that_is_cut_short_is_fetched_over_tcp() {
    let server = Misbehaving::start(Behaviour::Truncated).unwrap();
    let output = listed("cut", "a.test A\nb.test A\n", server.addr(), &[]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let rows = rows(&output);
    assert_eq!(rows.len(), 2 * usize::from(TCP_ANSWERS));
    assert!(rows.iter().all(|row| row["transport"] == "tcp" && row["truncated"] == true));
}

#[test]
fn a_server_without_edns_is_asked_without() {
    let server = Misbehaving::start(Behaviour::FormErrToEdns).unwrap();
    let output = listed("edns", "a.test A\nb.test AAAA\n", server.addr(), &["--in-order"]);
    assert_eq!(told(&output), ["a.test A 192.0.2.1", "b.test AAAA 2001:db8::1"]);
    assert_eq!(rows(&output)[0]["edns"], false);
}

#[test]
fn a_server_that_fails_is_told_for_each_name() {
    let silent = Misbehaving::start(Behaviour::Silent).unwrap();
    let failing = Misbehaving::start(Behaviour::ServFail).unwrap();
    for (server, status) in [
        (silent.addr(), "TIMEOUT"),
        (failing.addr(), "SERVFAIL"),
        (testkit::closed_port(), "CONNREFUSED"),
    ] {
        let output = listed("failing", "a.test A\nb.test A\n", server, &["--in-order", "-w", "1"]);
        assert_eq!(output.code, Some(3), "{status}");
        assert_eq!(told(&output), [format!("a.test A {status}"), format!("b.test A {status}")]);
        assert!(rows(&output).iter().all(|row| row["reason"].is_string()));
        assert!(output.stderr.contains("0 answered, 0 negative, 2 failed"), "{}", output.stderr);
    }
}

#[test]
fn a_dead_server_among_several_costs_no_answer() {
    let server = Misbehaving::start(Behaviour::NonAuthoritative).unwrap();
    let failing = Misbehaving::start(Behaviour::ServFail).unwrap();
    let list: String =
        (0..100).flat_map(|index| [format!("n{index}.test"), " A\n".to_owned()]).collect();
    for dead in [testkit::closed_port(), failing.addr()] {
        let file = TempFile::new("several-list", &list);
        let servers = [word(dead), word(server.addr())];
        let output = lookup(&["--from", file.path(), "-s", &servers[0], &servers[1]]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        assert_eq!(output.text(), "192.0.2.1\n".repeat(100));
    }
}

#[test]
fn a_rate_holds_over_udp_and_over_tcp() {
    let server = demo();
    let list = "www.usfca.edu A\n".repeat(8);
    for words in [&["--rate", "20"][..], &["--rate", "20", "--tcp"]] {
        let started = Instant::now();
        let output = listed("rate", &list, server.addr(), words);
        assert_eq!((output.code, rows(&output).len()), (Some(0), 8), "{}", output.stderr);
        // The first goes at once; the others a twentieth of a second after each other.
        assert!(started.elapsed() >= Duration::from_millis(300), "{words:?}");
    }
}

#[test]
fn quiet_is_quiet() {
    let server = demo();
    for (list, code) in
        [("www.usfca.edu A\n", 0), ("nobody.usfca.edu A\n", 1), ("a..b\n", 2), ("x.test A\n", 3)]
    {
        let file = TempFile::new("quiet", list);
        let output = at(server.addr(), &["--from", file.path(), "-q"]);
        assert_eq!((output.code, output.text(), &*output.stderr), (Some(code), "", ""), "{list}");
    }
}

#[test]
fn short_is_the_data_and_nothing_else() {
    let server = demo();
    let list = "web.usfca.edu A\nnobody.usfca.edu A\na..b\n";
    let file = TempFile::new("short", list);
    let output = at(server.addr(), &["--from", file.path(), "-s"]);
    assert_eq!((output.code, output.text()), (Some(2), "104.239.221.147\n"), "{}", output.stderr);
}

fn started(words: &[&str]) -> Child {
    let mut command = testkit::command(env!("CARGO_BIN_EXE_lookup"), words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().expect("lookup starts")
}

#[test]
fn the_lines_of_a_slow_pipe_are_answered_when_they_come() {
    let server = demo();
    let mut child = started(&["-", "A", "-s", &word(server.addr())]);
    let mut input = child.stdin.take().unwrap();
    let (sender, lines) = mpsc::channel();
    let output = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || output.lines().try_for_each(|line| sender.send(line.unwrap())));
    for (name, address) in [("www.usfca.edu", "104.239.221.147"), ("dual.usfca.edu", "192.0.2.80")]
    {
        writeln!(input, "{name}").unwrap();
        assert_eq!(lines.recv_timeout(PATIENCE).as_deref(), Ok(address));
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn whoever_reads_one_line_ends_the_list() {
    let server = demo();
    let mut child = started(&["-", "A", "-s", &word(server.addr())]);
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    let feeding = thread::spawn(move || {
        let started = Instant::now();
        // It ends when nobody reads any more.
        while writeln!(input, "www.usfca.edu").is_ok() {
            assert!(started.elapsed() < PATIENCE, "it reads on");
        }
    });
    let mut first = [0; 16];
    output.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"104.239.221.147\n");
    drop(output);
    feeding.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Without room for a socket nothing is asked, and everything is told.
#[test]
#[cfg(target_os = "linux")]
fn without_file_descriptors_nobody_waits_for_ever() {
    let server = demo();
    let file = TempFile::new("no-descriptors", "www.usfca.edu A\nusfca.edu MX\n");
    let limited = |words: &str| {
        let program = env!("CARGO_BIN_EXE_lookup");
        let server = word(server.addr());
        testkit::run("sh", ["-c", &format!("ulimit -n 4; exec {program} {words} {server}")])
    };
    let list = limited(&format!("--from {} --tcp -j --in-order", file.path()));
    assert_eq!(list.code, Some(3), "{}", list.stderr);
    assert_eq!(told(&list), ["www.usfca.edu A FAILED", "usfca.edu MX FAILED"]);
    tells(&limited(&format!("--from {}", file.path())), 3, "cannot open sockets to ask");
    for words in ["usfca.edu AXFR", "usfca.edu --watch", "usfca.edu"] {
        tells(&limited(words), 3, "cannot start to ask");
    }
}
