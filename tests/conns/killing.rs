//! Ending who has a socket open. All processes here are these tests' own.

use std::net::{TcpListener, TcpStream};

use serde_json::Value;
use testkit::Session;

use super::support::{Holder, as_nobody, listener_at, wait_for_owners, wait_until};
use super::{PROGRAM, at, conns, objects};

/// A process that listens, alone, and an expression for its socket.
fn victim(hold: impl FnOnce(TcpListener) -> Holder) -> (Holder, String) {
    let (listener, address) = listener_at("127.0.0.1:0");
    let holder = hold(listener);
    let own = at(address.port());
    wait_for_owners(&["-tl", &own], &[&holder]);
    (holder, own)
}

/// What became of the processes of each socket.
fn outcomes(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["outcome"].as_str().expect("a word")).collect()
}

#[test]
fn nobody_is_ended_without_being_asked_about() {
    let (mut holder, own) = victim(Holder::of);
    for words in
        [&["kill", "-t", &own][..], &["kill", "-t", "-q", &own], &["kill", "-t", "-j", &own]]
    {
        let output = conns(words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}: {}", output.stderr);
    }
    let output = conns(&["kill", "-t", &own]);
    let shown = format!("conns: TERM for sleep[{}]: tcp LISTEN 127.0.0.1:", holder.id());
    assert!(output.stderr.starts_with(&shown), "{}", output.stderr);
    assert!(output.stderr.contains("there is nobody to ask"), "{}", output.stderr);
    assert!(output.stderr.contains("--yes"), "{}", output.stderr);
    assert!(holder.is_alive());
}

#[test]
fn who_says_yes_ends_it() {
    let (mut holder, own) = victim(Holder::of);
    let output = conns(&["kill", "-t", &own, "--yes"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let lines: Vec<Vec<_>> =
        output.text().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["PROTOCOL", "STATE", "LOCAL", "USER", "PROCESS", "OUTCOME"]);
    let name = format!("sleep[{}]", holder.id());
    assert_eq!((lines.len(), lines[1][4], lines[1][5]), (2, &*name, "ended"));
    assert!(!holder.is_alive());
    // Nobody is left.
    assert_eq!(conns(&["kill", "-t", &own, "--yes"]).code, Some(1));
}

#[test]
fn any_signal_that_ends_can_be_sent() {
    // INT and HUP may be ignored by whoever runs this, and so by all that it starts.
    for signal in ["KILL", "SIGUSR1", "usr2", "15"] {
        let (mut holder, own) = victim(Holder::of);
        let output = conns(&["kill", "-t", "-y", "--signal", signal, "-f", "jsonl", &own]);
        assert_eq!(outcomes(&objects(&output)), ["ended"], "{signal}: {}", output.stderr);
        assert!(!holder.is_alive(), "{signal}");
    }
    let output = conns(&["kill", "-t", "-y", "--signal", "STOP", ":1"]);
    assert_eq!((output.code, output.text()), (Some(2), ""), "{}", output.stderr);
    assert!(output.stderr.contains("there are TERM, KILL"), "{}", output.stderr);
}

#[test]
fn a_terminal_is_asked() {
    for (answer, code, outcome) in
        [("y", 0, "ended"), ("yes", 0, "ended"), ("n", 1, "spared"), ("", 1, "spared")]
    {
        let (mut holder, own) = victim(Holder::of);
        let command =
            testkit::command(PROGRAM, ["kill", "-t", "-f", "tsv", "--columns", "outcome", &own]);
        let mut session = Session::start(command, 120, 24).unwrap();
        session.wait_for("send TERM to this process? [y/N] ").unwrap();
        assert!(holder.is_alive());
        session.enter(answer).unwrap();
        let seen = session.finish().unwrap();
        let text = String::from_utf8(seen.bytes).expect("UTF-8");
        assert_eq!(seen.status.code(), Some(code), "{answer}: {text}");
        assert!(text.ends_with(&format!("outcome\r\n{outcome}\r\n")), "{answer}: {text}");
        assert_eq!(holder.is_alive(), outcome == "spared", "{answer}");
    }
}

#[test]
fn all_who_share_a_listener_are_ended() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let mut holders = [(); 3].map(|()| Holder::of(listener.try_clone().unwrap()));
    drop(listener);
    let own = at(address.port());
    wait_for_owners(&["-tl", &own], &holders.each_ref());
    let output = conns(&["kill", "-t", "--yes", "-f", "jsonl", &own]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert_eq!(outcomes(&objects(&output)), ["ended"]);
    assert!(holders.iter_mut().all(|holder| !holder.is_alive()));
}

#[test]
fn who_does_not_end_is_told_as_running() {
    let (mut holder, own) = victim(Holder::deaf);
    let output = conns(&["kill", "-t", "--yes", "-f", "jsonl", &own]);
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    assert_eq!(outcomes(&objects(&output)), ["running"]);
    assert!(holder.is_alive());
    let output = conns(&["kill", "-t", "--yes", "--signal", "KILL", "-f", "jsonl", &own]);
    assert_eq!((output.code, outcomes(&objects(&output))), (Some(0), vec!["ended"]));
}

#[test]
fn who_is_only_connected_is_ended_only_if_all_are_meant() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let client = TcpStream::connect(address).unwrap();
    let _server = listener.accept().unwrap();
    let mut holder = Holder::of(client);
    // Not sport: this process has that.
    let client = format!("dport = :{}", address.port());
    wait_for_owners(&["-t", &client], &[&holder]);
    for words in [&["kill", "-t", "--yes", &client][..], &["kill", "-t", "--yes", "-al", &client]] {
        let output = conns(words);
        assert_eq!((output.code, output.text().lines().count()), (Some(1), 0), "{}", output.stderr);
    }
    assert!(holder.is_alive());
    let output = conns(&["kill", "-t", "--yes", "--all", "-f", "jsonl", &client]);
    assert_eq!((output.code, outcomes(&objects(&output))), (Some(0), vec!["ended"]));
    assert!(!holder.is_alive());
}

#[test]
fn who_does_not_say_which_ends_nobody() {
    for words in [&["kill"][..], &["kill", "-t", "--yes"], &["kill", "--yes", "-t"]] {
        let output = conns(words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}: {}", output.stderr);
        assert!(output.stderr.contains("name a port"), "{words:?}: {}", output.stderr);
    }
}

#[test]
fn who_may_not_be_seen_is_not_ended() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let mut holder = Holder::hidden(listener);
    let own = at(address.port());
    wait_until("others let go of it", || {
        as_nobody(&["-tlp", "-H", &own]).text().contains("(hidden")
    });
    let output = as_nobody(&["kill", "-t", "--yes", "-f", "jsonl", &own]);
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    assert_eq!(outcomes(&objects(&output)), ["hidden"]);
    assert!(output.stderr.contains("could not be seen"), "{}", output.stderr);
    assert!(holder.is_alive());
}
