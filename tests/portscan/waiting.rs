//! Waiting until somebody is home, or nobody is any more, and what is run then.

use serde_json::Value;
use testkit::{Conduct, LatePort};

#[cfg(target_os = "linux")]
use super::support::sooner_or_later;
#[cfg(unix)]
use super::support::{PROGRAM, silence};
use super::support::{
    Running, listener, nobody, objects, only_row, portscan, portscan_on, service, wait_until,
};

/// Longer than any test waits.
const LONG_S: &str = "60";

fn late() -> (LatePort, String) {
    let late = LatePort::reserve().expect("a port on loopback");
    let port = late.addr().port().to_string();
    (late, port)
}

#[test]
fn what_is_there_is_not_waited_for() {
    let (_listener, port) = listener();
    let own = format!("127.0.0.1:{port}");
    for words in [
        &["--wait", LONG_S, "127.0.0.1", &port][..],
        &["--wait", "127.0.0.1", &port],
        &["127.0.0.1", &port, "--wait"],
        &["127.0.0.1", &port, "--wait", LONG_S],
        &["--wait=60", "127.0.0.1", &port],
        &["--wait", &own],
        &["--wait", LONG_S, &own],
        &["--until", "open", &own],
    ] {
        let output = portscan(&[words, &["--json"]].concat());
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{words:?}");
        let rows = objects(&output);
        assert_eq!((rows.len(), &rows[0]["state"]), (1, &"open".into()), "{words:?}");
        assert!(rows[0]["waited_ms"].is_number(), "{}", rows[0]);
    }
    assert_eq!(only_row(&["127.0.0.1", &port])["waited_ms"], Value::Null);
}

#[test]
fn a_port_is_waited_for_until_it_opens() {
    let (late, port) = late();
    let running = Running::start(&["--wait", LONG_S, "127.0.0.1", &port, "-H"]);
    let note = running.note();
    assert!(note.starts_with(&format!("portscan: waiting for 127.0.0.1 {port}: ")), "{note}");
    let _listener = late.open().unwrap();
    let row = running.row();
    assert!(row.contains(&port) && row.contains(" open "), "{row}");
    let ended = running.end();
    assert_eq!((ended.status.code(), ended.rows), (Some(0), vec![]));
}

#[test]
fn what_opens_first_is_told_while_the_others_are_waited_for() {
    let (first, one) = late();
    let (second, two) = late();
    let running =
        Running::start(&["--wait", LONG_S, "-s", "127.0.0.1", &one, &format!("127.0.0.1:{two}")]);
    let _notes = [running.note(), running.note()];
    let _two = second.open().unwrap();
    assert!(running.row().ends_with(&two));
    let _one = first.open().unwrap();
    assert!(running.row().ends_with(&one));
    assert_eq!(running.end().status.code(), Some(0));
}

#[test]
fn when_time_is_up_it_is_said_what_is_missing() {
    let (_listener, open) = listener();
    let closed = nobody();
    let output = portscan(&["--wait", "0.3", "127.0.0.1", &open, &closed, "--json"]);
    assert_eq!(output.code, Some(1));
    let states: Vec<_> = objects(&output).iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["open", "closed"]);
    let last = output.stderr.lines().last();
    assert_eq!(last, Some("portscan: time is up after 0.3 s: 1 port is not open"));
}

#[test]
#[cfg(unix)]
fn a_port_that_never_answered_is_not_known_when_time_is_up() {
    let (_silent, silent) = silence();
    let (_listener, open) = listener();
    for (words, code) in [
        (vec!["127.0.0.1", &silent], 3),
        (vec!["127.0.0.1", &open, &silent], 3),
        (vec!["127.0.0.1", &open, &silent, "--any"], 0),
        (vec!["127.0.0.1", &open, &nobody(), "--any"], 0),
        (vec!["127.0.0.1", &nobody(), "--any"], 1),
        (vec!["fe80::1%no-such-if", &open], 3),
    ] {
        let output = portscan(&[&["-q", "--wait", "0.4"], &words[..]].concat());
        assert_eq!((output.code, output.text()), (Some(code), ""), "{words:?}");
    }
}

#[test]
fn a_host_that_cannot_be_asked_is_named_when_time_is_up() {
    let output = portscan(&["--wait", "0.3", "fe80::1%no-such-if", "80"]);
    let notes: Vec<_> = output.stderr.lines().collect();
    assert_eq!((output.code, output.text()), (Some(3), ""));
    assert!(notes[0].starts_with("portscan: waiting for fe80::1%no-such-if 80: "), "{notes:?}");
    assert!(notes[1].starts_with("portscan: no interface 'no-such-if'"), "{notes:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn who_accepts_and_leaves_at_once_is_not_ready() {
    for conduct in [Conduct::Leaves, Conduct::Resets] {
        let (_service, port) = service(conduct);
        let words = ["--wait", "0.5", "127.0.0.1", &port, "--json"];
        let output = sooner_or_later(|| portscan(&words), |output| output.code == Some(1));
        let row = &objects(&output)[0];
        assert_eq!(row["state"], "open", "{row}");
        assert!(row["reason"].as_str().unwrap().starts_with("accepted, then "), "{row}");
        assert!(output.stderr.contains("not open") || output.stderr.contains("not ready"));
    }
    let (_service, port) = service(Conduct::Tells(b"hello\r\n"));
    assert_eq!(portscan(&["-q", "--wait", LONG_S, "127.0.0.1", &port]).code, Some(0));
}

#[test]
fn a_port_is_waited_for_until_nobody_listens() {
    let (listener, port) = listener();
    let running =
        Running::start(&["--until", "closed", "--wait", LONG_S, "127.0.0.1", &port, "-H"]);
    let note = running.note();
    assert!(note.starts_with(&format!("portscan: waiting for 127.0.0.1 {port}: ")), "{note}");
    drop(listener);
    assert!(running.row().contains(" closed "));
    let ended = running.end();
    assert_eq!((ended.status.code(), ended.rows), (Some(0), vec![]));
}

#[test]
fn where_nobody_is_that_is_not_waited_for() {
    let output = portscan(&["--until", "closed", "127.0.0.1", &nobody(), "--json"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    assert_eq!(objects(&output)[0]["state"], "closed");
    let (_listener, port) = listener();
    let output = portscan(&["--until", "closed", "--wait", "0.3", "127.0.0.1", &port]);
    assert_eq!(output.code, Some(1));
    let last = output.stderr.lines().last();
    assert_eq!(last, Some("portscan: time is up after 0.3 s: 1 port is still open"));
}

#[test]
#[cfg(unix)]
fn a_host_that_is_gone_does_not_listen() {
    let (_silent, silent) = silence();
    let words = ["--until", "closed", "--wait", LONG_S, "127.0.0.1", &silent, "--json"];
    let output = portscan(&words);
    assert_eq!((output.code, &objects(&output)[0]["state"]), (Some(0), &"filtered".into()));
}

#[test]
fn what_to_wait_for_may_come_from_a_file() {
    let (_listener, open) = listener();
    let list = format!("127.0.0.1:{open}\n127.0.0.1 {open}\n");
    let output = portscan_on(&list, &["--from", "-", "--wait", LONG_S, "--json"]);
    assert_eq!((output.code, objects(&output).len()), (Some(0), 1), "{output:?}");
    // What makes no sense never comes.
    let output = portscan_on(&(list + "no..host\n"), &["--from", "-", "--wait", LONG_S, "-s"]);
    assert_eq!((output.code, output.text()), (Some(2), format!("{open}\n").as_str()));
    assert!(output.stderr.starts_with("portscan: '-', line 3: "), "{}", output.stderr);
}

#[test]
fn of_a_range_only_one_can_be_waited_for() {
    let (_listener, port) = listener();
    let next = port.parse::<u16>().unwrap().saturating_add(1);
    let range = format!("{port}-{next}");
    let output = portscan(&["--wait", LONG_S, "127.0.0.1", &range]);
    assert_eq!((output.code, output.text()), (Some(2), ""));
    assert!(output.stderr.contains("--any"), "{}", output.stderr);
    assert_eq!(portscan(&["-q", "--wait", LONG_S, "127.0.0.1", &range, "--any"]).code, Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn of_a_network_only_one_can_be_waited_for() {
    let (_listener, port) = listener();
    let output = portscan(&["--wait", LONG_S, "--any", "127.0.0.0/30", &port, "--json"]);
    let rows = objects(&output);
    assert_eq!((output.code, rows.len(), &rows[0]["state"]), (Some(0), 1, &"open".into()));
    assert_eq!((&rows[0]["host"], &rows[0]["address"]), (&"127.0.0.1".into(), &"127.0.0.1".into()));
    let short = portscan(&["--wait", LONG_S, "--any", "127.0.0.0/30", &port, "-s"]);
    assert_eq!(short.text(), format!("127.0.0.1:{port}\n"));
    let output = portscan(&["--wait", "0.3", "--any", "127.0.0.0/30", &nobody(), "--json"]);
    assert_eq!((output.code, objects(&output).len()), (Some(1), 4), "{}", output.stderr);
}

#[test]
fn a_port_that_is_named_twice_is_waited_for_once() {
    let (service, port) = service(Conduct::Greets(b""));
    let own = format!("127.0.0.1:{port}");
    let output = portscan(&["--wait", LONG_S, "127.0.0.1", &own, &own, &port, "--json"]);
    assert_eq!((output.code, objects(&output).len()), (Some(0), 1));
    wait_until("it is left", || !service.endings().is_empty());
    assert_eq!(service.accepted(), 1);
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_waiting_and_prints_what_is_known() {
    use std::os::unix::process::ExitStatusExt;

    let closed = nobody();
    let running = Running::start(&["--wait", LONG_S, "127.0.0.1", &closed, "-H"]);
    let _waiting = running.note();
    running.interrupt();
    let ended = running.end();
    assert_eq!(ended.status.signal(), Some(2), "{ended:?}");
    assert!(ended.rows.len() == 1 && ended.rows[0].contains(" closed "), "{ended:?}");
}

#[cfg(unix)]
mod commands {
    use super::*;

    /// `portscan` on an open port, and then a script.
    fn then(flags: &[&str], script: &str) -> testkit::Output {
        let (_listener, port) = listener();
        portscan(&[flags, &["127.0.0.1", &port, "--", "sh", "-c", script]].concat())
    }

    #[test]
    fn a_command_is_run_when_the_answer_is_yes_and_has_the_streams_and_the_code() {
        for flags in [&[][..], &["--wait"], &["--wait", LONG_S], &["-q"]] {
            let output = then(flags, "echo out; echo err >&2; exit 7");
            let seen = (output.code, output.text(), output.stderr.as_str());
            assert_eq!(seen, (Some(7), "out\n", "err\n"), "{flags:?}");
        }
    }

    #[test]
    fn a_command_is_run_once_its_port_opens() {
        let (late, port) = late();
        let words = ["--wait", LONG_S, "127.0.0.1", &port, "--", "echo", "ready"];
        let running = Running::start(&words);
        assert!(running.note().contains("waiting for"));
        let _listener = late.open().unwrap();
        assert_eq!(running.row(), "ready");
        assert_eq!(running.end().status.code(), Some(0));
    }

    #[test]
    fn a_command_is_run_when_a_port_is_free_or_one_of_several_is_open() {
        let (_listener, open) = listener();
        for words in [
            &["--until", "closed", "127.0.0.1", &nobody()][..],
            &["--any", "127.0.0.1", &open, &nobody()],
            &["--wait", "--any", "127.0.0.1", &nobody(), &open],
        ] {
            let output = portscan(&[words, &["--", "echo", "run"]].concat());
            assert_eq!((output.code, output.text()), (Some(0), "run\n"), "{words:?}");
        }
    }

    #[test]
    fn a_command_takes_the_place_of_portscan() {
        let (_listener, port) = listener();
        let running = Running::start(&["127.0.0.1", &port, "--", "sh", "-c", "echo $$"]);
        assert_eq!(running.row(), running.id().to_string());
    }

    #[test]
    fn a_command_is_not_run_when_the_answer_is_no() {
        let (_silent, silent) = silence();
        let (_listener, open) = listener();
        for (words, code) in [
            (vec!["127.0.0.1", &nobody()], 1),
            (vec!["127.0.0.1", &open, &nobody()], 1),
            (vec!["--wait", "0.2", "127.0.0.1", &nobody()], 1),
            (vec!["-w", "0.2", "127.0.0.1", &silent], 3),
            (vec!["127.0.0.1", "0"], 2),
        ] {
            let output = portscan(&[&words[..], &["--", "echo", "run"]].concat());
            assert_eq!((output.code, output.text()), (Some(code), ""), "{words:?}");
        }
    }

    #[test]
    fn a_command_is_not_run_after_ctrl_c() {
        use std::os::unix::process::ExitStatusExt;

        let (_late, port) = late();
        let words = ["--wait", LONG_S, "--until", "open", "127.0.0.1", &port, "--", "echo", "run"];
        let running = Running::start(&words);
        let _waiting = running.note();
        running.interrupt();
        let ended = running.end();
        assert_eq!((ended.status.signal(), ended.rows), (Some(2), vec![]));
    }

    #[test]
    fn a_command_that_is_not_there_is_told() {
        let (_listener, port) = listener();
        for flags in [&[][..], &["-q"]] {
            let words = [flags, &["127.0.0.1", &port, "--", "/no/such/program"]].concat();
            let output = portscan(&words);
            assert_eq!((output.code, output.text()), (Some(3), ""), "{flags:?}");
            let expected = "portscan: cannot run '/no/such/program': no such file or directory\n";
            assert_eq!(output.stderr, expected);
        }
    }

    #[test]
    fn a_command_may_have_as_many_descriptors_as_before() {
        let (_listener, port) = listener();
        let line =
            format!("ulimit -Sn 77; exec {PROGRAM} 127.0.0.1 {port} 1-9 -- sh -c 'ulimit -Sn'");
        assert_eq!(testkit::run("sh", ["-c", &line]).text(), "77\n");
        let line = format!(
            "ulimit -Sn 77; exec {PROGRAM} --wait 60 127.0.0.1 {port} -- sh -c 'ulimit -Sn'"
        );
        assert_eq!(testkit::run("sh", ["-c", &line]).text(), "77\n");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_command_has_no_descriptor_and_no_signal_otherwise_than_without_portscan() {
        let descriptors = "exec ls /proc/self/fd";
        let signals = "exec sed -n 's/^Sig[BI].*\\t//p' /proc/self/status";
        // Those above 31 are of no use to programs, and two of them are the C library's.
        let everyday = |output: &testkit::Output| -> Vec<u64> {
            let sets =
                output.text().lines().map(|set| u64::from_str_radix(set, 16).expect("a set"));
            sets.map(|set| set & 0x7fff_ffff).collect()
        };
        let [alone, signals_alone] =
            [descriptors, signals].map(|script| testkit::run("sh", ["-c", script]));
        assert_eq!(everyday(&signals_alone).len(), 2, "{signals_alone:?}");
        for flags in [&[][..], &["--wait"]] {
            assert_eq!(then(flags, descriptors).text(), alone.text(), "{flags:?}");
            let signals = everyday(&then(flags, signals));
            assert_eq!(signals, everyday(&signals_alone), "{flags:?}");
        }
    }

    #[test]
    fn rows_are_printed_before_a_command_if_they_are_asked_for() {
        let output = then(&["-s"], "echo run");
        let lines: Vec<_> = output.text().lines().collect();
        assert!(lines.len() == 2 && lines[0].parse::<u16>().is_ok(), "{lines:?}");
        assert_eq!((lines[1], output.code), ("run", Some(0)));
    }

    #[test]
    fn a_command_without_ports_to_wait_for_is_a_mistake() {
        for words in [&["--wait", "5", "--", "true"][..], &["--", "true"]] {
            let output = portscan(words);
            assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}");
        }
    }
}
