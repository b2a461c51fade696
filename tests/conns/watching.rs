//! Looking again and again.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::Session;

use super::support::{PATIENCE, listener_at, pids, reset_when_closed};
use super::{PROGRAM, at, conns};

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
        Self::run(&[&["--watch=0.05"], words].concat())
    }

    fn run(words: &[&str]) -> Self {
        let mut command = testkit::command(PROGRAM, words);
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
fn what_comes_changes_and_goes_is_an_event_with_the_cookie() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let mut watch = Watch::start(&["-ta", "-f", "jsonl", &at(address.port())]);
    let told = |event: &Value| format!("{} {}", event["change"], event["state"]).replace('"', "");
    let first = watch.event();
    assert_eq!(told(&first), "null LISTEN");
    assert!(first["time_s"].is_u64() && first["cookie"].is_u64(), "{first}");

    let client = TcpStream::connect(address).unwrap();
    let (server, _) = listener.accept().unwrap();
    let came = watch.event();
    assert_eq!(told(&came), "added ESTABLISHED");
    assert_ne!(came["cookie"], first["cookie"]);
    // It may have been seen before it was accepted.
    let next = || {
        let event = watch.event();
        if told(&event) == "changed ESTABLISHED" { watch.event() } else { event }
    };
    reset_when_closed(&server);
    drop(client);
    let changed = next();
    assert_eq!(
        (told(&changed), &changed["cookie"]),
        ("changed CLOSE_WAIT".to_owned(), &came["cookie"])
    );
    drop(server);
    let went = next();
    assert_eq!((told(&went), &went["cookie"]), ("removed CLOSE_WAIT".to_owned(), &came["cookie"]));
    drop(listener);
    let last = next();
    assert_eq!((told(&last), &last["cookie"]), ("removed LISTEN".to_owned(), &first["cookie"]));
    assert_eq!(watch.end(), (Some(2), Vec::new()));
}

#[test]
fn a_socket_that_is_new_comes_with_its_owner() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let mut watch = Watch::start(&["-ta", "-f", "jsonl", &at(address.port())]);
    assert_eq!(watch.event()["state"], "LISTEN");
    let _client = TcpStream::connect(address).unwrap();
    let mut came = watch.event();
    assert_eq!(came["change"], "added");
    let _server = listener.accept().unwrap();
    if came["ownerless"] == "unaccepted" {
        came = watch.event();
    }
    assert!(pids(&came).contains(&std::process::id().into()), "{came}");
    assert_eq!(watch.end().0, Some(2));
}

#[test]
fn a_pipe_gets_what_is_there_at_once() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    for format in ["table", "tsv", "csv", "jsonl", "json"] {
        let mut watch =
            Watch::start(&["-tl", "-f", format, "--columns", "local,change", &at(address.port())]);
        let mut line = watch.line();
        while !line.contains(&address.to_string()) {
            line = watch.line();
        }
        assert_eq!(watch.end().0, Some(2), "{format}");
    }
}

#[test]
fn what_cannot_be_drawn_on_gets_json_lines_unless_a_format_is_asked_for() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let own = at(address.port());
    let mut watch = Watch::start(&["-tl", "--columns", "change,local", &own]);
    let first = watch.event();
    assert!(first["change"].is_null() && first["local"] == address.to_string(), "{first}");
    let mut dumb = testkit::command(PROGRAM, ["--watch=0.05", "-tl", "--columns", "change", &own]);
    dumb.env("TERM", "dumb");
    let mut session = Session::start(dumb, 100, 24).unwrap();
    session.wait_for(r#"{"change":null}"#).unwrap();
    drop(listener);
    assert_eq!(watch.event()["change"], "removed");
    assert_eq!(watch.end().0, Some(2));
    session.wait_for(r#"{"change":"removed"}"#).unwrap();
    interrupt(session.id());
    assert_eq!(session.finish().unwrap().status.signal(), Some(2));
}

#[test]
fn the_seconds_may_be_a_word_of_their_own() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let own = at(address.port());
    for words in [["--watch", "0.05", "-tls", &own], ["-tls", "--watch", "0.05", &own]] {
        let mut watch = Watch::run(&words);
        assert_eq!(watch.line(), address.to_string(), "{words:?}");
        assert_eq!(watch.end().0, Some(2), "{words:?}");
    }
    drop(listener);
}

#[test]
fn a_terminal_gets_a_table_that_lives() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let mut command = testkit::command(PROGRAM, ["--watch=0.05", "-tl", &at(address.port())]);
    command.env("TERM", "xterm");
    let mut session = Session::start(command, 100, 24).unwrap();
    session.wait_for(&address.to_string()).unwrap();
    drop(listener);
    session.wait_for("1 went").unwrap();
    interrupt(session.id());
    let seen = session.finish().unwrap();
    assert_eq!(seen.status.signal(), Some(2));
    let text = String::from_utf8(seen.bytes).expect("UTF-8");
    assert!(text.starts_with("\x1b[?1049h") && text.ends_with("\x1b[?1049l"), "{text:?}");
}

#[test]
fn a_watch_that_makes_no_sense_is_refused() {
    for words in [&["--watch=0"][..], &["--watch=x"], &["--watch=-1"], &["--watch", "--summary"]] {
        let output = conns(words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}");
    }
}
