//! What open ports say first, to whom asks for it.

use serde_json::{Value, json};
use testkit::Conduct;

use super::support::{nobody, objects, only_row, portscan, service, sooner_or_later};

/// Long enough for a service on a busy machine.
const PATIENCE_S: &str = "10";

fn banner(greeting: &'static [u8]) -> Value {
    let (_service, port) = service(Conduct::Greets(greeting));
    only_row(&["-w", PATIENCE_S, "--banner", "127.0.0.1", &port])["banner"].clone()
}

#[test]
fn what_a_service_says_is_kept_as_it_is() {
    for text in ["SSH-2.0-test\r\n", "220-one\r\n220 two\r\n", "\u{1b}]0;owned\u{7}\u{202e}x", "é"]
    {
        assert_eq!(banner(text.as_bytes()), text);
    }
    assert_eq!(banner(b"\xff\xfb\x01\x00"), json!({ "hex": "fffb0100" }));
}

#[test]
fn no_banner_is_longer_than_what_is_kept() {
    let long = banner("x".repeat(100_000).leak().as_bytes());
    let length = long.as_str().map(str::len);
    assert!(length.is_some_and(|length| (512..=65_536).contains(&length)), "{length:?}");
}

#[test]
fn a_hostile_banner_does_not_reach_the_terminal() {
    let hostile = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\r\n\u{0}end".as_bytes();
    let (_service, port) = service(Conduct::Greets(hostile));
    for format in ["table", "tsv", "csv"] {
        let words = ["-w", PATIENCE_S, "--banner", "127.0.0.1", &port, "-f", format];
        let output = portscan(&words);
        let is_hostile = |c: char| !matches!(c, '\n' | '\t') && output::is_unsafe(c);
        assert!(!output.text().contains(is_hostile), "{:?}", output.text());
        assert_eq!(output.text().lines().count(), 2, "{}", output.text());
        assert!(output.text().contains(r"\x1b[2J") && output.text().contains("end"), "{output:?}");
    }
}

#[test]
fn who_says_nothing_has_no_banner() {
    for conduct in [Conduct::Greets(b""), Conduct::Leaves, Conduct::Resets] {
        let (_service, port) = service(conduct);
        let row = only_row(&["-w", "0.2", "--banner", "127.0.0.1", &port]);
        assert_eq!((&row["state"], &row["banner"]), (&"open".into(), &Value::Null), "{conduct:?}");
    }
    let row = only_row(&["--banner", "127.0.0.1", &nobody()]);
    assert_eq!((&row["state"], &row["banner"]), (&"closed".into(), &Value::Null));
}

#[test]
fn a_service_that_speaks_and_then_leaves_is_one() {
    let (_service, port) = service(Conduct::Tells(b"12:00\r\n"));
    let row = only_row(&["-w", PATIENCE_S, "--banner", "127.0.0.1", &port]);
    assert_eq!((&row["banner"], &row["reason"]), (&"12:00\r\n".into(), &"connected".into()));
    assert_eq!(only_row(&["127.0.0.1", &port])["reason"], "connected");
}

#[test]
fn no_banner_is_shown_that_was_not_asked_for() {
    let (_service, port) = service(Conduct::Greets(b"hello\r\n"));
    let output = portscan(&["127.0.0.1", &port, "--json"]);
    assert_eq!(objects(&output)[0]["banner"], Value::Null);
    assert!(!portscan(&["127.0.0.1", &port]).text().contains("hello"));
}

#[test]
fn the_silent_do_not_hold_up_those_who_speak() {
    let (_speaks, first) = service(Conduct::Greets(b"hello\r\n"));
    let (_silent, second) = service(Conduct::Greets(b""));
    let words = ["-w", "0.5", "--banner", "127.0.0.1", &first, &second, "-j"];
    // A service that is held up for half a second is not heard.
    let banners = sooner_or_later(
        || objects(&portscan(&words)).iter().map(|row| row["banner"].clone()).collect::<Vec<_>>(),
        |banners| banners[0] == "hello\r\n",
    );
    assert_eq!(banners, [json!("hello\r\n"), Value::Null]);
}
