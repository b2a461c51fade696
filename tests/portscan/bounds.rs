//! Bounds: those that were asked for, those of the process, and Ctrl-C.

#[cfg(unix)]
use std::os::unix::process::ExitStatusExt;
#[cfg(unix)]
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use serde_json::Value;

#[cfg(unix)]
use testkit::Conduct;

#[cfg(target_os = "linux")]
use super::support::PROGRAM;
#[cfg(unix)]
use super::support::{Running, service, silence, wait_until};
use super::support::{listener, nobody, row_of, rows};

/// From the end of a connection until what it was is among the rows, at the most.
#[cfg(unix)]
const SETTLING: Duration = Duration::from_millis(500);

#[test]
fn no_more_is_asked_in_a_second_than_was_allowed() {
    let begin = Instant::now();
    let found = rows(&["--rate", "20", "127.0.0.1", "64000-64019"]);
    // The first need not wait for anybody, nor does what there is room for at once.
    assert!(begin.elapsed() >= Duration::from_millis(500), "{:?}", begin.elapsed());
    assert_eq!(found.len(), 20);
}

#[test]
fn one_at_a_time_is_enough() {
    let (_listener, port) = listener();
    let words = ["--max-inflight", "1", "127.0.0.1", "64000-64099", &port, &nobody()];
    let found = rows(&words);
    assert_eq!((found.len(), &row_of(&found, &port)["state"]), (102, &"open".into()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_shortage_of_descriptors_is_not_a_state_of_the_port() {
    let (_listener, open) = listener();
    for limit in [18, 20, 64] {
        let line =
            format!("ulimit -n {limit}; exec {PROGRAM} -f csv -H 127.0.0.1 64000-64199 {open}");
        let output = testkit::run("sh", ["-c", &line]);
        assert_eq!(output.text().lines().count(), 201, "{limit}: {}", output.stderr);
        assert!(!output.text().contains("unreachable"), "{limit}: {}", output.text());
        assert!(output.text().contains(&format!(",{open},open,")), "{limit}: {}", output.text());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn with_next_to_no_descriptors_it_says_so_and_does_not_call_anything_closed() {
    for limit in [4, 8, 12] {
        let line = format!("ulimit -n {limit}; exec {PROGRAM} -f csv -H 127.0.0.1 {}", nobody());
        let output = testkit::run("sh", ["-c", &line]);
        let is_told = output.text().contains(",closed,") && output.code == Some(1);
        let is_said = output.code == Some(3) && !output.text().contains(",closed,");
        assert!(is_told || is_said, "{limit}: {output:?}");
        assert!(!output.stderr.contains("panicked"), "{limit}: {}", output.stderr);
    }
}

/// So many listeners, and their ports.
#[cfg(target_os = "linux")]
fn listeners(count: usize) -> (Vec<testkit::Listener>, String) {
    let (listeners, ports): (Vec<_>, Vec<_>) = (0..count).map(|_| listener()).unzip();
    (listeners, ports.join(","))
}

#[test]
#[cfg(target_os = "linux")]
fn open_ports_that_say_nothing_need_no_more_descriptors_than_there_are() {
    let (_listeners, ports) = listeners(150);
    let words = format!("-f csv -H --banner -w 0.1 127.0.0.1 {ports}");
    let output = testkit::run("sh", ["-c", &format!("ulimit -n 40; exec {PROGRAM} {words}")]);
    let open = output.text().lines().filter(|row| row.contains(",open,")).count();
    assert_eq!((open, output.text().lines().count()), (150, 150), "{}", output.text());
}

#[test]
#[cfg(target_os = "linux")]
fn connections_that_stand_are_among_those_that_were_asked_for() {
    let (_listeners, ports) = listeners(60);
    let running =
        Running::start(&["--banner", "-w", "0.2", "--max-inflight", "10", "127.0.0.1", &ports]);
    let descriptors = format!("/proc/{}/fd", running.id());
    let sockets = || {
        let found = std::fs::read_dir(&descriptors).ok();
        let links =
            found.into_iter().flatten().flatten().filter_map(|it| it.path().read_link().ok());
        links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
    };
    let (mut most, begin) = (0, Instant::now());
    while begin.elapsed() < Duration::from_millis(500) {
        most = most.max(sockets());
        thread::sleep(Duration::from_millis(2));
    }
    assert!((2..=12).contains(&most), "{most}");
    assert_eq!(running.end().status.code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn without_any_descriptor_nobody_waits_for_one() {
    let line = format!("ulimit -n 4; exec {PROGRAM} -f csv -H 127.0.0.1 {}", nobody());
    let begin = Instant::now();
    let output = testkit::run("sh", ["-c", &line]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
#[cfg(unix)]
fn ctrl_c_prints_what_is_known_and_how_far_that_is() {
    let (_listener, open) = listener();
    let (_silent, silent) = silence();
    for format in ["table", "jsonl", "tsv"] {
        let words = ["-H", "-w", "60", "-f", format, "127.0.0.1", &open, &silent];
        let running = Running::start(&words);
        let row = running.row();
        assert!(row.contains(&open) && row.contains("open"), "{format}: {row}");
        running.interrupt();
        let ended = running.end();
        assert_eq!(ended.status.signal(), Some(2), "{format}: {ended:?}");
        let stopped = "portscan: stopped: 1 of 2 ports are known";
        assert!(ended.notes.iter().any(|note| note == stopped), "{format}: {ended:?}");
        assert_eq!(ended.rows, [""; 0], "{format}");
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_leaves_whole_json() {
    let (_listener, open) = listener();
    let (_silent, silent) = silence();
    let running = Running::start(&["-w", "60", "--json", "127.0.0.1", &open, &silent]);
    let begin = [running.row(), running.row()];
    running.interrupt();
    let ended = running.end();
    assert_eq!(ended.status.signal(), Some(2), "{ended:?}");
    let text = [&begin[..], &ended.rows].concat().join("\n");
    let known: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    assert_eq!((known.len(), known[0]["port"].to_string()), (1, open));
}

#[test]
#[cfg(unix)]
fn ctrl_c_prints_what_would_have_been_sorted_or_counted() {
    let (_silent, silent) = silence();
    for flags in [["--sort", "port"], ["--count-by", "state"]] {
        let (service, open) = service(Conduct::Greets(b""));
        let words = ["-w", "60", "-H", "-f", "tsv", "127.0.0.1", &open, &silent];
        let running = Running::start(&[&words[..], &flags].concat());
        // Nothing is printed that would tell when it is known.
        wait_until("the open port is left", || !service.endings().is_empty());
        thread::sleep(SETTLING);
        running.interrupt();
        let ended = running.end();
        assert_eq!(ended.status.signal(), Some(2), "{flags:?}: {ended:?}");
        assert!(ended.rows.len() == 1 && ended.rows[0].contains("open"), "{flags:?}: {ended:?}");
    }
}
