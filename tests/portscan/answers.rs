//! What ports are found to be, why, and what else is known of them.

use serde_json::Value;
use testkit::{Conduct, Ending};

#[cfg(unix)]
use super::support::silence;
use super::support::{
    listener, nobody, only_row, portscan, row_of, rows, service, sooner_or_later, wait_until,
};

#[test]
fn an_open_port_is_connected() {
    let (_listener, port) = listener();
    let output = portscan(&["127.0.0.1", &port, "-H"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let words: Vec<_> = output.text().split_whitespace().collect();
    assert_eq!(words[..4], ["127.0.0.1", "127.0.0.1", &port, "open"]);
    assert_eq!(words.last(), Some(&"connected"));
}

#[test]
fn says_nobody_home_when_refused() {
    let (_listener, open) = listener();
    let closed = nobody();
    let output = portscan(&["127.0.0.1", &open, &closed]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(1), ""));
    // The open one may be known last.
    let row = output.text().lines().find(|row| row.contains(" closed ")).expect("its row");
    assert!(row.contains(&closed), "{row}");
    assert!(row.ends_with("connection refused: nobody home"), "{row}");
}

#[test]
#[cfg(unix)]
fn a_port_without_an_answer_holds_nobody_up() {
    let (_silent, silent) = silence();
    let (_listener, open) = listener();
    let rows = rows(&["-w", "0.5", "--tries", "1", "127.0.0.1", &silent, &open]);
    let (silent, open) = (row_of(&rows, &silent), row_of(&rows, &open));
    assert_eq!((&open["state"], &silent["state"]), (&"open".into(), &"filtered".into()));
    assert_eq!(silent["rtt_ms"], Value::Null);
    let reason = silent["reason"].as_str().unwrap();
    assert!(reason.starts_with("no answer within ") && reason.ends_with(" s"), "{reason}");
}

#[test]
#[cfg(unix)]
fn a_port_without_an_answer_is_tried_as_often_as_was_asked_for() {
    let (_silent, port) = silence();
    for tries in ["2", "3", "4"] {
        let row = only_row(&["-w", "0.6", "--tries", tries, "127.0.0.1", &port]);
        let reason = row["reason"].as_str().unwrap();
        assert!(reason.starts_with(&format!("no answer to {tries} tries in ")), "{reason}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_tried_is_unreachable_and_never_closed() {
    // Neither leaves this machine: one is a broadcast address of loopback, the other is bound to it.
    for host in ["127.255.255.255", "fe80::1%lo"] {
        let output = portscan(&[host, "1", "--json"]);
        let row = &super::support::objects(&output)[0];
        assert_eq!((output.code, &row["state"]), (Some(3), &"unreachable".into()), "{row}");
        assert!(row["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{row}");
        assert_eq!((&row["rtt_ms"], &row["host"]), (&Value::Null, &host.into()));
    }
}

#[test]
fn accepted_and_then_closed_at_once_is_said() {
    for (conduct, reason) in [
        (Conduct::Leaves, "accepted, then closed at once: a proxy with nobody behind it?"),
        (Conduct::Resets, "accepted, then reset"),
    ] {
        let (_service, port) = service(conduct);
        let row = sooner_or_later(
            || only_row(&["127.0.0.1", &port]),
            |row| row["reason"] == reason || cfg!(not(target_os = "linux")),
        );
        assert_eq!(row["state"], "open", "{row}");
        assert_eq!(portscan(&["-q", "127.0.0.1", &port]).code, Some(0));
    }
}

#[test]
fn an_open_port_is_connected_to_once_told_nothing_and_left_as_one_leaves() {
    for greeting in [&b""[..], b"220 mail.test ESMTP\r\n", &[b'x'; 5000]] {
        for flags in [&[][..], &["--banner", "-w", "0.3"]] {
            let (service, port) = service(Conduct::Greets(greeting));
            // Some of these have no answer to give, and none is asked a second time.
            let closed = nobody();
            let words = [flags, &["127.0.0.1", "1-20", &port, &closed]].concat();
            let found = rows(&words);
            assert_eq!(row_of(&found, &port)["state"], "open");
            wait_until("it is left", || !service.endings().is_empty());
            let what = format!("{flags:?} {} octets", greeting.len());
            assert_eq!(service.endings(), [Ending::Closed], "{what}");
            assert_eq!((service.accepted(), service.heard()), (1, vec![]), "{what}");
        }
    }
}

#[test]
fn a_port_that_is_open_among_many_is_connected_to_once() {
    let (service, port) = service(Conduct::Greets(b""));
    let output = portscan(&["-s", "127.0.0.1", "64000-65535", &port]);
    assert!(output.text().lines().any(|line| line == port), "{}", output.text());
    wait_until("it is left", || !service.endings().is_empty());
    assert_eq!((service.accepted(), service.endings()), (1, vec![Ending::Closed]));
}

#[test]
fn json_has_every_key_with_its_type() {
    let (_listener, open) = listener();
    let row = only_row(&["127.0.0.1", &open]);
    for (key, expected) in
        [("host", "127.0.0.1"), ("address", "127.0.0.1"), ("protocol", "tcp"), ("state", "open")]
    {
        assert_eq!(row[key], expected, "{key}");
    }
    assert_eq!((row["port"].to_string(), &row["reason"]), (open, &"connected".into()));
    assert!(row["rtt_ms"].as_f64().is_some_and(|rtt| rtt > 0.0 && rtt < 20_000.0), "{row}");
    assert!(row["icmp"].is_null() && row["banner"].is_null(), "{row}");
    assert!(row.as_object().unwrap().contains_key("service"), "{row}");
    let closed = only_row(&["127.0.0.1", &nobody()]);
    assert_eq!((&closed["state"], &closed["process"]), (&"closed".into(), &Value::Null));
    assert!(closed["rtt_ms"].is_number() && closed["icmp"].is_null(), "{closed}");
}

#[test]
fn every_port_has_the_name_of_its_service() {
    let rows = rows(&["127.0.0.1", "tcpmux", "17,2", "DISCARD"]);
    let told: Vec<_> =
        rows.iter().map(|row| format!("{} {}", row["port"], row["service"])).collect();
    assert_eq!(told, [r#"1 "tcpmux""#, r#"17 "qotd""#, "2 null", r#"9 "discard""#]);
}

#[test]
fn what_a_service_is_for_is_said_if_asked_for() {
    let output = portscan(&["127.0.0.1", "tcpmux", "2", "--service"]);
    let lines: Vec<_> = output.text().lines().collect();
    assert!(lines[0].ends_with(" DESCRIPTION"), "{}", lines[0]);
    assert!(lines[1].contains("RFC 1078") && lines[2].ends_with(" -"), "{lines:?}");
    assert!(!portscan(&["127.0.0.1", "tcpmux"]).text().contains("RFC 1078"));
}

#[test]
#[cfg(target_os = "linux")]
fn on_this_machine_it_is_said_who_listens() {
    let (_listener, port) = listener();
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    let (name, pid) = (name.trim_end(), std::process::id());
    let row = only_row(&["127.0.0.1", &port]);
    assert_eq!(row["process"], serde_json::json!({ "pid": pid, "name": name }), "{row}");
    let table = portscan(&["127.0.0.1", &port]);
    let label = format!("[{pid}]");
    assert!(table.text().split_whitespace().any(|cell| cell.ends_with(&label)), "{table:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn every_address_of_this_machine_is_told_from_the_one_that_answers() {
    // A listener on one address of loopback is not one on the next.
    let listener = std::net::TcpListener::bind("127.0.0.2:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let rows = rows(&["127.0.0.2/31", "127.0.0.2", &port]);
    let states: Vec<_> = rows.iter().map(|row| (&row["address"], &row["state"])).collect();
    assert_eq!(states[0], (&"127.0.0.2".into(), &"open".into()));
    assert_eq!(states[1].0, "127.0.0.3");
    assert_eq!(states.len(), 2);
}

#[test]
fn the_unspecified_address_is_said_to_be_this_machine() {
    let (_listener, port) = listener();
    let output = portscan(&["0.0.0.0", &port, "-H"]);
    assert!(output.stderr.contains("0.0.0.0 is this machine itself"), "{}", output.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn a_host_at_which_nearly_everything_is_open_is_called_a_tarpit() {
    let listeners: Vec<_> = (0..60).map(|_| listener()).collect();
    let ports: Vec<_> = listeners.iter().map(|(_, port)| port.as_str()).collect();
    let output = portscan(&["127.0.0.1", &ports.join(","), "--all"]);
    assert!(output.stderr.contains("60 of 60 ports are open: a tarpit"), "{}", output.stderr);
    let few = portscan(&["127.0.0.1", &ports[..10].join(",")]);
    assert_eq!(few.stderr, "");
}
