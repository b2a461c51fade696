//! Looking again and again.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::Session;

use crate::support::{PATIENCE, PROGRAM, change_told as told, listener, nobody, portscan, silence};

/// Ctrl-C.
fn interrupt(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::INT).expect("it runs");
}

/// The program as it watches, and what it tells.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(words: &[&str]) -> Self {
        let mut command = testkit::command(PROGRAM, [&["--watch=0.05"], words].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        // It ends with the program, or when nobody wants to hear more.
        thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|it| sender.send(it))
        });
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("something happens in time")
    }

    fn event(&self) -> Value {
        serde_json::from_str(&self.line()).expect("JSON")
    }

    /// Ctrl-C; the number of the signal that ended it, and what else it told.
    fn end(&mut self) -> (Option<i32>, Vec<String>) {
        interrupt(self.child.id());
        let status = self.child.wait().expect("our own child can be waited for");
        (status.signal(), self.lines.iter().collect())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_pipe_hears_what_there_is_and_then_only_what_changes() {
    let (listener, port) = listener();
    let closed = nobody();
    let mut watch = Watch::start(&["127.0.0.1", &port, &closed]);
    let first = [watch.event(), watch.event()];
    assert_eq!(first.each_ref().map(told), ["null null open", "null null closed"]);
    assert!(first[0]["time_s"].is_u64(), "{}", first[0]);
    assert_eq!(first[0]["port"].to_string(), port);
    drop(listener);
    let changed = watch.event();
    assert_eq!((told(&changed), changed["port"].to_string()), ("changed open closed".into(), port));
    assert!(changed["rtts_ms"].as_array().is_some_and(|it| it.len() > 1), "{changed}");
    assert_eq!(watch.end(), (Some(2), Vec::new()));
}

#[test]
fn a_silent_port_does_not_hold_up_the_others() {
    let (_silent, silent) = silence();
    let (listener, port) = listener();
    let mut watch = Watch::start(&["-w", "5", "127.0.0.1", &silent, &port]);
    let begin = Instant::now();
    assert_eq!(told(&watch.event()), "null null open");
    assert_eq!(told(&watch.event()), "null null filtered");
    drop(listener);
    assert_eq!(told(&watch.event()), "changed open closed");
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_eq!(watch.end().0, Some(2));
}

#[test]
fn open_ports_come_and_go_where_only_those_are_listed() {
    let (listener, port) = listener();
    let closed = nobody();
    let mut watch = Watch::start(&["--open", "127.0.0.1", &closed, &port]);
    assert_eq!(told(&watch.event()), "null null open");
    drop(listener);
    assert_eq!(told(&watch.event()), "removed open closed");
    assert_eq!(watch.end(), (Some(2), Vec::new()));
}

#[test]
fn a_port_that_opens_is_told_in_every_format() {
    for format in ["table", "tsv", "csv", "jsonl", "json"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let port = address.port().to_string();
        let words = ["-f", format, "--columns", "port,state,change", "127.0.0.1", &port];
        let mut watch = Watch::start(&words);
        let mut line = watch.line();
        while !line.contains("open") {
            line = watch.line();
        }
        drop(listener);
        while !line.contains("changed") {
            line = watch.line();
        }
        assert!(line.contains("closed"), "{line}");
        assert_eq!(watch.end().0, Some(2), "{format}");
    }
}

#[test]
fn a_terminal_sees_the_round_trips_of_every_look() {
    let (listener, port) = listener();
    let words = ["--color", "never", "--columns", "state,rtts_ms", "127.0.0.1", &port];
    let mut command = testkit::command(PROGRAM, [&["--watch=0.05"][..], &words].concat());
    command.env("TERM", "xterm");
    let mut session = Session::start(command, 100, 24).unwrap();
    session.wait_for("  open      #\x1b").unwrap();
    session.wait_for("1 row, 0 came, 0 went").unwrap();
    drop(listener);
    session.wait_for("closed").unwrap();
    interrupt(session.id());
    let seen = session.finish().unwrap();
    assert_eq!(seen.status.signal(), Some(2));
    let text = String::from_utf8(seen.bytes).expect("UTF-8");
    assert!(text.starts_with("\x1b[?1049h") && text.ends_with("\x1b[?1049l"), "{text:?}");
    assert!(text.contains('~'), "the change is marked: {text:?}");
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_gets_changes_alone() {
    let (listener, port) = listener();
    let words = ["--watch=0.05", "127.0.0.1", &port, "-f", "table", "--columns", "state,change"];
    let mut command = testkit::command(PROGRAM, words);
    command.env("TERM", "dumb");
    let mut session = Session::start(command, 100, 24).unwrap();
    session.wait_for("open").unwrap();
    drop(listener);
    session.wait_for("changed").unwrap();
    interrupt(session.id());
    let seen = String::from_utf8(session.finish().unwrap().bytes).expect("UTF-8");
    assert_eq!(seen.matches("open").count(), 1, "{seen:?}");
}

#[test]
fn a_watch_that_makes_no_sense_is_refused() {
    for words in [
        &["--watch=0", "127.0.0.1", "80"][..],
        &["--watch", "10.0.0.0/16", "1-100"],
        &["--watch", "--wait", "1", "127.0.0.1", "80"],
        &["--watch", "--diff", "x", "127.0.0.1", "80"],
    ] {
        let output = portscan(words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}");
    }
}
