//! Which sockets are asked for.

use std::net::{TcpStream, UdpSocket};

use super::{at, conns, listener, only_row, rows};

/// How often to look for a port that is free twice.
const TRIES: usize = 100;

/// How many rows there are, and the exit code.
fn found(words: &[&str]) -> (usize, Option<i32>) {
    let output = conns(&[words, &["-H"]].concat());
    assert_eq!(output.stderr, "", "{words:?}");
    (output.text().lines().count(), output.code)
}

#[test]
fn every_filter_finds_what_it_means_and_nothing_else() {
    let (listener, port) = listener();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _server = listener.accept().unwrap();
    let client = client.local_addr().unwrap().port();
    let [own, other] = [port, client].map(|port| port.to_string());
    let range = format!("{port}-{port}");
    let cases: [(&[&str], usize); 24] = [
        (&["--port", &own], 3),
        (&["--lport", &own], 2),
        (&["--sport", &own], 2),
        (&["--rport", &own], 1),
        (&["--dport", &own], 1),
        (&["--lport", &format!("{own},{other}")], 3),
        (&["--lport", &range], 2),
        (&["-l", "--port", &own], 1),
        (&["--lport", &own, "--rport", &other], 1),
        (&["--port", &own, "--addr", "127.0.0.0/8"], 3),
        (&["--port", &own, "--addr", "127.0.0.1"], 3),
        (&["--port", &own, "--addr", "10.0.0.0/8"], 0),
        (&["--port", &own, "--state", "listen"], 1),
        (&["--port", &own, "--state", "LISTEN,ESTABLISHED"], 3),
        (&["--port", &own, "--state", "connected"], 2),
        (&["--port", &own, "--state", "time-wait"], 0),
        (&[&format!(":{own}")], 3),
        (&["-l", &format!(":{own}")], 1),
        (&[&format!("127.0.0.1:{own}")], 3),
        (&[&format!("( sport = :{own} or sport = :{other} ) and not state listening")], 2),
        (&["(", "sport", "=", &format!(":{own}"), ")", "and", "not", "dst", "127.0.0.0/8"], 1),
        (&[&format!("sport = :{own} and state established")], 1),
        (&[&format!("src localhost and sport = :{own}")], 2),
        (&[&format!("dport = :{own}"), "--addr", "127.0.0.1", "--state", "established"], 1),
    ];
    for (words, count) in cases {
        let code = i32::from(count == 0);
        assert_eq!(found(&[&["-t4"], words].concat()), (count, Some(code)), "{words:?}");
    }
}

#[test]
fn a_filter_by_process_finds_what_it_has_open() {
    let (_listener, port) = listener();
    let own = at(port);
    let row = only_row(&["-tl", &own]);
    let owner = row["process"]
        .as_array()
        .and_then(|owners| owners.iter().find(|owner| owner["pid"] == std::process::id()))
        .expect("this process");
    let pid = std::process::id().to_string();
    // Only Linux tells what processes are called.
    let name = owner["name"].as_str();
    assert_eq!(name.is_some(), cfg!(target_os = "linux"), "{owner}");
    let beginning = name.map(|name| format!("{}*", &name[..name.len() / 2]));
    let named = name.into_iter().chain(beginning.as_deref()).map(|name| (["--name", name], 1));
    for (words, count) in named.chain([
        (["--pid", &*pid], 1),
        (["--name", "no-such-process"], 0),
        (["--pid", "2147483647"], 0),
    ]) {
        let words = [&words[..], &["-tl", "-H", &own]].concat();
        assert_eq!(conns(&words).text().lines().count(), count, "{words:?}");
    }
}

#[test]
fn kinds_and_families_add_up() {
    // Nobody else can have a port of both.
    let both = || {
        let (listener, port) = listener();
        UdpSocket::bind(("127.0.0.1", port)).map(|socket| (listener, socket, port))
    };
    let (_listener, _socket, port) = (0..TRIES).find_map(|_| both().ok()).expect("a free port");
    let both = at(port);
    for (words, count) in [
        (&["-a"][..], 2),
        (&["-l"], 2),
        (&["-at"], 1),
        (&["-au"], 1),
        (&["-atu"], 2),
        (&["-tunl"], 2),
        // As netstat is asked by habit: -a is more than -l.
        (&["-tulpan"], 2),
        (&["-atu", "-4"], 2),
        (&["-atu", "-6"], 0),
    ] {
        let code = i32::from(count == 0);
        assert_eq!(found(&[words, &[&both]].concat()), (count, Some(code)), "{words:?}");
    }
}

#[test]
fn a_filter_that_nothing_meets_is_a_no_in_every_format() {
    let (listener, port) = listener();
    drop(listener);
    // Nobody else is at this port with this state.
    let nothing = format!("sport = :{port} and state closing");
    for (more, text) in
        [(&["-H"][..], ""), (&["-s"], ""), (&["-j"], "[]\n"), (&["-f", "jsonl"], "")]
    {
        let output = conns(&[more, &[&nothing]].concat());
        assert_eq!((output.code, output.text(), &*output.stderr), (Some(1), text, ""), "{more:?}");
    }
}

#[test]
fn a_bad_filter_points_at_the_place() {
    let cases = [
        ("dprot = :9", "'dprot' is no term: did you mean 'dport'?\n  dprot = :9\n  ^^^^^\n"),
        ("( dport = :9", "this parenthesis is not closed\n  ( dport = :9\n  ^\n"),
        ("dport = :9 )", "no parenthesis is open here\n  dport = :9 )\n             ^\n"),
        (":9 and", "a term is missing here, like ':22' or 'dst 10.0.0.0/8'\n  :9 and\n        ^\n"),
        (
            "state listne",
            "'listne' is no state: did you mean 'listening'?\n  state listne\n        ^^^^^^\n",
        ),
        (
            "dst 10.0.0.0/33",
            "'/33' is no length of a prefix: an IPv4 address has 32 bits\n  dst 10.0.0.0/33\n      ^^^^^^^^^^^\n",
        ),
        (
            "sport = :65536",
            "'65536' is out of range: ports go from 0 to 65535\n  sport = :65536\n          ^^^^^^\n",
        ),
    ];
    for (expression, message) in cases {
        for words in [
            &[expression][..],
            &["-q", expression],
            #[cfg(target_os = "linux")]
            &["kill", expression, "--yes"],
        ] {
            let output = conns(words);
            assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}");
            let expected = format!("conns: {message}");
            assert!(output.stderr.starts_with(&expected), "{words:?}: {}", output.stderr);
        }
    }
}

#[test]
fn a_bad_value_of_a_flag_is_refused() {
    for (words, hint) in [
        (["--port", "65536"], "ports go from 0 to 65535"),
        (["--lport", "htpps"], "did you mean 'https'?"),
        (["--addr", "10.0.0.0/33"], "an IPv4 address has 32 bits"),
        (["--state", "listne"], "did you mean 'listening'?"),
        (["--pid", "x"], "'x' is no process"),
        (["--backend", "netlink"], "portable"),
    ] {
        let output = conns(&words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}");
        assert!(output.stderr.contains(hint), "{words:?}: {}", output.stderr);
    }
}

#[test]
fn the_ports_that_are_taken_are_bare_numbers() {
    let (_listener, port) = listener();
    for (words, expected) in [
        (&["-tl", "-s"][..], format!("127.0.0.1:{port}\n")),
        (&["-tl", "-s", "--columns", "local_port"], format!("{port}\n")),
        (&["-tl", "-s", "--columns", "port"], format!("{port}\n")),
        (&["-tl", "-s", "-0"], format!("127.0.0.1:{port}\0")),
    ] {
        assert_eq!(conns(&[words, &[&at(port)]].concat()).text(), expected, "{words:?}");
    }
    assert_eq!(rows(&["-tl", &at(port)]).len(), 1);
}
