//! `portscan` as people and scripts run it.

use std::net::IpAddr;

use serde_json::Value;
use testkit::{Listener, Output, closed_port};

fn portscan(words: &[&str]) -> Output {
    testkit::run(env!("CARGO_BIN_EXE_portscan"), words)
}

fn listener() -> (Listener, String) {
    let listener = Listener::start().expect("a listener on loopback");
    let port = listener.addr().port().to_string();
    (listener, port)
}

fn nobody() -> String {
    closed_port().port().to_string()
}

fn rows(words: &[&str]) -> Vec<Value> {
    serde_json::from_slice(&portscan(&[words, &["--json"]].concat()).stdout).expect("JSON")
}

#[test]
fn an_open_port_is_yes() {
    let (_listener, port) = listener();
    let output = portscan(&["127.0.0.1", &port, "-H"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let words: Vec<_> = output.text().split_whitespace().collect();
    assert_eq!(words[..4], ["127.0.0.1", "127.0.0.1", &port, "open"]);
}

#[test]
fn a_closed_port_is_no_and_says_that_nobody_is_home() {
    let (_listener, open) = listener();
    let closed = nobody();
    let output = portscan(&["127.0.0.1", &open, &closed]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(1), ""));
    let row = output.text().lines().nth(2).unwrap();
    assert!(row.contains(&closed) && row.contains(" closed "), "{row}");
    assert!(row.ends_with("connection refused: nobody home"), "{row}");
}

#[test]
#[cfg(unix)]
fn no_answer_is_neither_yes_nor_no_and_holds_nobody_up() {
    let silent = testkit::full_backlog().unwrap();
    let silent_port = silent.addr().port();
    let (_listener, open) = listener();
    let words = ["-w", "0.5", "127.0.0.1", &silent_port.to_string(), &open];
    let output = portscan(&words);
    assert_eq!(output.code, Some(3));
    let rows = rows(&words);
    assert_eq!((&rows[0]["state"], &rows[1]["state"]), (&"open".into(), &"filtered".into()));
    assert_eq!(rows[1]["port"], silent_port);
    assert_eq!(
        (&rows[1]["rtt_ms"], &rows[1]["reason"]),
        (&Value::Null, &"no answer within 0.5 s".into())
    );
}

#[test]
fn a_row_has_all_that_is_known() {
    let (_listener, port) = listener();
    let row = &rows(&["127.0.0.1", &port])[0];
    assert_eq!(row["host"], "127.0.0.1");
    let address: IpAddr = row["address"].as_str().unwrap().parse().unwrap();
    assert!(address.is_loopback());
    assert_eq!(row["port"].to_string(), port);
    assert_eq!((&row["state"], &row["protocol"]), (&"open".into(), &"tcp".into()));
    assert!(row["rtt_ms"].as_f64().is_some_and(|rtt| rtt >= 0.0), "{row}");
}

#[test]
fn ports_can_be_named_in_every_way_and_have_their_services() {
    // Small services of old, which hardly any machine has.
    let rows = rows(&["127.0.0.1", "tcpmux", "17,2", "DISCARD", "9/tcp"]);
    let told: Vec<_> =
        rows.iter().map(|row| format!("{} {}", row["port"], row["service"])).collect();
    assert_eq!(told, [r#"1 "tcpmux""#, r#"17 "qotd""#, "2 null", r#"9 "discard""#]);
}

#[test]
fn short_prints_the_open_ports() {
    let (_one, first) = listener();
    let (_two, second) = listener();
    let output = portscan(&["-s", "127.0.0.1", &first, &nobody(), &second]);
    assert_eq!((output.code, output.text()), (Some(1), format!("{first}\n{second}\n").as_str()));
}

#[test]
fn a_range_is_reported_whole_and_in_order() {
    let rows = rows(&["127.0.0.1", "64000-64299"]);
    let ports: Vec<_> = rows.iter().map(|row| row["port"].as_u64().unwrap()).collect();
    assert_eq!(ports, (64000..=64299).collect::<Vec<_>>());
}

#[test]
#[cfg(unix)]
fn progress_is_for_a_terminal() {
    let silent = testkit::full_backlog().unwrap();
    let words = ["-s", "-w", "0.8", "127.0.0.1", &silent.addr().port().to_string()];
    let mut command = testkit::command(env!("CARGO_BIN_EXE_portscan"), words);
    command.env("TERM", "xterm-256color");
    let seen = testkit::run_on_terminal(command, 80, 24).unwrap();
    assert!(String::from_utf8_lossy(&seen.bytes).contains("1/1"), "{:?}", seen.bytes);
    assert_eq!(portscan(&words).stderr, "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_shortage_of_descriptors_is_not_a_state_of_the_port() {
    let (_listener, open) = listener();
    let program = env!("CARGO_BIN_EXE_portscan");
    let line = format!("ulimit -n 20; exec {program} -f csv -H 127.0.0.1 64000-64199 {open}");
    let output = testkit::run("sh", ["-c", &line]);
    assert_eq!(output.text().lines().count(), 201);
    assert!(!output.text().contains("unreachable"), "{}", output.text());
}

#[test]
fn a_mistake_says_what_would_be_right() {
    let cases = [
        (&["127.0.0.1", "0"][..], "1 to 65535"),
        (&["127.0.0.1", "65536"], "1 to 65535"),
        (&["127.0.0.1", "80-"], "80-65535"),
        (&["127.0.0.1", "90-80"], "80-90"),
        (&["127.0.0.1", "htpp"], "did you mean 'http'?"),
        (&["no..host", "80"], "a name or an address"),
        (&["127.0.0.1:80", "80"], "'127.0.0.1 80'"),
        (&["https://localhost/", "80"], "'localhost https'"),
    ];
    for (words, hint) in cases {
        let output = portscan(words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}");
        assert!(output.stderr.contains(hint), "{words:?}: {}", output.stderr);
    }
}
