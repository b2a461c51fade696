//! Servers of DNS over TLS, HTTPS and QUIC.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::{EncryptedBehaviour, EncryptedServer};

use super::support::TempFile;
use super::{lookup, rows, tells};

/// A server as it is written for each protocol.
fn words(server: &EncryptedServer) -> [(&'static str, String); 3] {
    let addr = server.addr();
    [
        ("tls", format!("@tls://{addr}#dns.test")),
        ("https", format!("@https://{addr}/dns-query#dns.test")),
        ("quic", format!("@quic://{addr}#dns.test")),
    ]
}

fn start(behaviour: EncryptedBehaviour) -> EncryptedServer {
    EncryptedServer::start(behaviour).expect("a server on loopback")
}

#[test]
fn both_addresses_come_over_one_connection_that_ends_as_it_should() {
    let server = start(EncryptedBehaviour::Proper);
    let ca = server.ca_file().to_str().unwrap();
    for (count, (transport, word)) in (1..).zip(words(&server)) {
        let output = lookup(&["www.example.test", "-j", "--ca", ca, &word]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let told = |row: &Value| format!("{} {}", row["transport"], row["data"]);
        let told: Vec<_> = rows(&output).iter().map(told).collect();
        let expected = ["192.0.2.1", "2001:db8::1"].map(|it| format!("\"{transport}\" \"{it}\""));
        assert_eq!(told, expected);
        assert_eq!((server.connections(), server.queries()), (count, 2 * count), "{transport}");
        let started = Instant::now();
        while server.farewells() < count {
            assert!(started.elapsed() < Duration::from_secs(20), "{transport}: just left");
            sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn a_server_without_a_name_is_known_by_its_address() {
    let server = start(EncryptedBehaviour::Proper);
    let ca = server.ca_file().to_str().unwrap();
    let word = format!("@tls://{}", server.addr());
    let output = lookup(&["a.test", "A", "-s", "--ca", ca, &word]);
    assert_eq!((output.code, output.text()), (Some(0), "192.0.2.1\n"), "{}", output.stderr);
}

#[test]
fn a_server_that_cannot_prove_who_it_is_is_not_asked() {
    let server = start(EncryptedBehaviour::WrongName);
    let ca = server.ca_file().to_str().unwrap();
    for (_, word) in words(&server) {
        let output = lookup(&["a.test", "A", "--ca", ca, &word]);
        tells(&output, 3, "its certificate is not valid for 'dns.test', but for 'other.test'");
        tells(&lookup(&["a.test", "A", &word]), 3, "--ca FILE");
    }
    assert_eq!(server.queries(), 0);
    for behaviour in [EncryptedBehaviour::Expired, EncryptedBehaviour::NotYetValid] {
        let server = start(behaviour);
        let ca = server.ca_file().to_str().unwrap();
        for (_, word) in words(&server) {
            tells(&lookup(&["a.test", "A", "--ca", ca, &word]), 3, "certificate");
        }
        assert_eq!(server.queries(), 0, "{behaviour:?}");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    for behaviour in [EncryptedBehaviour::Silent, EncryptedBehaviour::ClosesAtOnce] {
        let server = start(behaviour);
        let ca = server.ca_file().to_str().unwrap();
        for (transport, word) in words(&server) {
            let output = lookup(&["a.test", "A", "-j", "-w", "1", "--ca", ca, &word]);
            assert_eq!(output.code, Some(3), "{transport}: {}", output.stderr);
            assert_eq!(rows(&output)[0]["data"], Value::Null, "{transport}");
            assert!(output.stderr.contains("cannot resolve 'a.test'"), "{}", output.stderr);
        }
    }
}

#[test]
fn a_file_without_certificates_is_told() {
    let word = "@tls://127.0.0.1:9";
    let output = lookup(&["a.test", "--ca", "/nonexistent.pem", word]);
    tells(&output, 3, "cannot read '/nonexistent.pem'");
    let empty = TempFile::new("ca", "");
    tells(&lookup(&["a.test", "--ca", empty.path(), word]), 3, "has no certificate in it");
}

#[test]
fn a_list_goes_over_one_way_only() {
    let server = start(EncryptedBehaviour::Proper);
    let ca = server.ca_file().to_str().unwrap();
    let list = TempFile::new("encrypted-list", "a.test A\nb.test A\nc.test AAAA\n");
    for (transport, word) in words(&server) {
        let output = lookup(&["--from", list.path(), "--in-order", "-s", "--ca", ca, &word]);
        assert_eq!(output.code, Some(0), "{transport}: {}", output.stderr);
        assert_eq!(output.text(), "192.0.2.1\n192.0.2.1\n2001:db8::1\n", "{transport}");
        let mixed = lookup(&["--from", list.path(), "--ca", ca, &word, "@127.0.0.1:9"]);
        tells(&mixed, 2, "a list is asked for in one way");
    }
}

#[test]
fn a_url_that_is_no_server_is_told() {
    for (word, hint) in [
        ("@http://127.0.0.1/dns-query", "is not encrypted"),
        ("@h3://127.0.0.1", "HTTP/3"),
        ("@tls://127.0.0.1/dns-query", "is a path"),
        ("@sdns://AgcAAAA", "DNS stamp"),
        ("@ftp://127.0.0.1", "is a URL"),
    ] {
        tells(&lookup(&["a.test", word]), 2, hint);
    }
}
