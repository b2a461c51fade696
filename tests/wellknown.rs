//! `wellknown` as people and scripts run it.

use serde_json::Value;
use testkit::Output;

fn wellknown(words: &[&str]) -> Output {
    testkit::run(env!("CARGO_BIN_EXE_wellknown"), words)
}

#[test]
fn a_port_and_a_name_lead_to_the_same_service() {
    for key in ["22", "ssh", "SSH", "22/tcp", "ssh/udp"] {
        let output = wellknown(&[key, "-H"]);
        let words: Vec<_> = output.text().split_whitespace().take(3).collect();
        assert_eq!(
            (output.code, &words[..]),
            (Some(0), &["ssh", "22", "tcp,udp,sctp"][..]),
            "{key}"
        );
    }
}

#[test]
fn bare_is_the_other_half() {
    let cases = [("ssh", "22\n"), ("22", "ssh\n"), ("www", "80\n"), ("x11", "6000-6063\n")];
    for (key, answer) in cases {
        assert_eq!(wellknown(&["-s", key]).text(), answer);
    }
}

#[test]
fn a_port_is_a_number_for_programs() {
    let output = wellknown(&["x11", "5173", "--json"]);
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&rows[0]["port"], &rows[0]["last_port"]), (&6000.into(), &6063.into()));
    assert_eq!((&rows[0]["official"], &rows[1]["official"]), (&true.into(), &false.into()));
    let output = wellknown(&["x11", "-f", "tsv", "-H", "--columns", "port,last_port"]);
    assert_eq!(output.text(), "6000\t6063\n");
}

#[test]
fn what_is_not_known_is_told_and_the_rest_is_found() {
    let output = wellknown(&["80", "htpp", "49152"]);
    assert_eq!((output.code, output.text().lines().count()), (Some(1), 2));
    assert!(output.stderr.contains("no service is called 'htpp'"), "{}", output.stderr);
    assert!(output.stderr.contains("did you mean 'http'?"), "{}", output.stderr);
    assert!(output.stderr.contains("49152-65535"), "{}", output.stderr);
}

#[test]
fn a_mistake_says_what_would_be_right() {
    let cases = [
        ("65536", "0 to 65535"),
        ("80-", "80-65535"),
        ("90-80", "80-90"),
        ("80/foo", "tcp, udp, sctp, dccp"),
        ("80,443", "blanks"),
        ("", "80"),
    ];
    for (key, hint) in cases {
        let output = wellknown(&[key]);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{key}");
        assert!(output.stderr.contains(hint), "{key}: {}", output.stderr);
    }
}
