//! Several servers side by side.

use std::net::SocketAddr;

use serde_json::Value;
use testkit::{Behaviour, DnsServer, Misbehaving, Output, Zone};

use super::{demo, lookup, rows, said, tells};

const SOA: &str = "$TTL 60\n@ IN SOA ns h 1 3600 600 86400 60\n@ IN NS ns\n";

fn serve(records: &str) -> DnsServer {
    let text = format!("{SOA}{records}");
    DnsServer::start(&[Zone { origin: "zone.test.", text: &text }]).expect("a zone on loopback")
}

fn ask(servers: &[SocketAddr], words: &[&str]) -> Output {
    let servers: Vec<_> = servers.iter().map(|server| format!("@{server}")).collect();
    let servers: Vec<_> = servers.iter().map(String::as_str).collect();
    lookup(&[words, &servers].concat())
}

fn marks(output: &Output) -> Vec<(u64, String, Value)> {
    let mark = |row: &Value| {
        (row["port"].as_u64().expect("a port"), said(row).to_owned(), row["agrees"].clone())
    };
    rows(output).iter().map(mark).collect()
}

#[test]
fn what_all_say_and_what_one_says_is_marked() {
    let (one, other) =
        (serve("www IN A 192.0.2.1\n"), serve("www IN A 192.0.2.1\nwww IN A 192.0.2.2\n"));
    let servers = [one.addr(), other.addr()];
    let output = ask(&servers, &["www.zone.test", "A", "-j"]);
    let [first, second] = servers.map(|server| u64::from(server.port()));
    let mut marked = marks(&output);
    marked[1..].sort_by(|a, b| a.1.cmp(&b.1));
    let expected =
        [(first, "192.0.2.1", true), (second, "192.0.2.1", true), (second, "192.0.2.2", false)];
    assert_eq!(marked, expected.map(|(port, data, agrees)| (port, data.to_owned(), agrees.into())));
    assert_eq!(output.code, Some(0));
    assert!(
        output.stderr.contains("the servers do not agree on 'www.zone.test'"),
        "{}",
        output.stderr
    );
    let decided = ask(&servers, &["www.zone.test", "A", "--compare", "-q"]);
    assert_eq!((decided.code, decided.text(), &*decided.stderr), (Some(1), "", ""));
}

#[test]
fn servers_that_agree_are_a_yes_in_any_order_of_records_and_for_any_ttl() {
    let one = serve("www 60 IN A 192.0.2.1\nwww 60 IN A 192.0.2.2\n");
    let other = serve("www 77 IN A 192.0.2.2\nwww 77 IN A 192.0.2.1\n");
    let output = ask(&[one.addr(), other.addr()], &["www.zone.test", "A", "--compare", "-j"]);
    assert_eq!((output.code, &*output.stderr), (Some(0), ""));
    assert!(marks(&output).iter().all(|(_, _, agrees)| *agrees == true));
}

#[test]
fn no_such_name_here_and_an_address_there_is_a_difference() {
    let (one, other) = (serve("www IN A 192.0.2.1\n"), serve(""));
    let output = ask(&[one.addr(), other.addr()], &["www.zone.test", "A", "--compare", "-j"]);
    assert_eq!(output.code, Some(1));
    let said: Vec<_> = marks(&output).into_iter().map(|(_, said, agrees)| (said, agrees)).collect();
    let expected = ["192.0.2.1", "NXDOMAIN"].map(|it| (it.to_owned(), false.into()));
    assert_eq!(said, expected);
    // In the table it is a row as well, and no sentence.
    let table = ask(&[one.addr(), other.addr()], &["www.zone.test", "A"]);
    assert!(table.text().contains("NXDOMAIN"), "{}", table.text());
    assert!(!table.stderr.contains("no such name"), "{}", table.stderr);
}

#[test]
fn who_does_not_answer_disagrees_with_nobody() {
    let one = serve("www IN A 192.0.2.1\n");
    let silent = Misbehaving::start(Behaviour::Silent).unwrap();
    for (dead, status) in [(silent.addr(), "TIMEOUT"), (testkit::closed_port(), "CONNREFUSED")] {
        let words = ["www.zone.test", "A", "--compare", "-j", "-w", "0.5"];
        let output = ask(&[dead, one.addr()], &words);
        assert_eq!(output.code, Some(3), "{status}");
        let said: Vec<_> =
            marks(&output).into_iter().map(|(_, said, agrees)| (said, agrees)).collect();
        assert_eq!(said, [status, "192.0.2.1"].map(|it| (it.to_owned(), Value::Null)));
    }
}

#[test]
fn one_server_or_none_is_nothing_to_compare() {
    let server = demo();
    tells(&ask(&[server.addr()], &["www.usfca.edu", "--compare"]), 2, "two servers or more");
    let nobody = ["www.usfca.edu", "--compare", "--resolv-conf", "/nonexistent"];
    tells(&lookup(&nobody), 2, "two servers or more");
    assert_eq!(ask(&[server.addr(); 2], &["www.usfca.edu", "--compare"]).code, Some(0));
}

#[test]
fn whole_messages_say_whose_they_are() {
    let (one, other) = (serve("www IN A 192.0.2.1\n"), serve("www IN A 192.0.2.2\n"));
    let servers = [one.addr(), other.addr()];
    let output = ask(&servers, &["www.zone.test", "A", "-v"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    for (server, data) in servers.iter().zip(["192.0.2.1", "192.0.2.2"]) {
        let port = server.port().to_string();
        let is_said = |line: &str| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.contains(&&*port) && words.contains(&"answer") && words.contains(&data)
        };
        assert!(output.text().lines().any(is_said), "{}", output.text());
    }
}
