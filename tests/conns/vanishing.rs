//! Processes and sockets that come and go while they are read.

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::support::reset_when_closed;
use super::{conns, objects};

/// How long the storm lasts.
const STORM: Duration = Duration::from_secs(2);

/// What it does at most.
const MOST: usize = 20_000;

/// Does this again and again until it is over.
fn while_it_lasts(is_over: &AtomicBool, act: impl Fn()) {
    for _ in 0..MOST {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        act();
    }
}

fn start_and_end_a_process() {
    let mut command = Command::new("true");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().expect("it starts").success());
}

fn connect_and_part(listener: &TcpListener) {
    let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
    let (server, _) = listener.accept().expect("a connection");
    reset_when_closed(&client);
    reset_when_closed(&server);
}

#[test]
fn a_storm_of_processes_and_connections_is_no_error() {
    let is_over = AtomicBool::new(false);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener on loopback");
    let runs = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| while_it_lasts(&is_over, start_and_end_a_process));
        }
        scope.spawn(|| while_it_lasts(&is_over, || connect_and_part(&listener)));
        let deadline = Instant::now() + STORM;
        let mut runs = Vec::new();
        while runs.is_empty() || Instant::now() < deadline {
            runs.push(conns(&["-tap", "-f", "jsonl"]));
            runs.push(conns(&["-xap", "-f", "jsonl"]));
        }
        is_over.store(true, Ordering::Relaxed);
        runs
    });
    let is_expected = |line: &str| line.starts_with("conns: the owners of ");
    for run in runs {
        assert!([Some(0), Some(1)].contains(&run.code), "{}", run.stderr);
        assert!(
            run.stderr.lines().count() <= 1 && run.stderr.lines().all(is_expected),
            "{}",
            run.stderr
        );
        assert!(objects(&run).iter().all(|row| row["protocol"].is_string()));
    }
}
