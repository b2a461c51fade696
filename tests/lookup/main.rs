//! `lookup` as people and scripts run it. Every run names its server or its configuration, so that
//! none asks the resolver of the machine.

mod asking;
mod dnssec;
mod encrypted;
mod lists;
mod misbehaving;
#[cfg(not(any(windows, target_vendor = "apple")))]
mod programs;
mod several;
mod support;
#[cfg(target_os = "linux")]
mod tracing;
mod transfer;
mod watching;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::{Behaviour, DnsServer, Misbehaving, Output, demo_zones};

fn lookup(words: &[&str]) -> Output {
    testkit::run(env!("CARGO_BIN_EXE_lookup"), words)
}

fn at(server: SocketAddr, words: &[&str]) -> Output {
    lookup(&[words, &[&format!("@{server}")]].concat())
}

fn demo() -> DnsServer {
    DnsServer::start(demo_zones()).expect("a DNS server on loopback")
}

fn rows(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The text under a key.
fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("no text under '{key}': {row}"))
}

/// The data of a record, or why there is none.
fn said(row: &Value) -> &str {
    row["data"].as_str().unwrap_or_else(|| text(row, "status"))
}

fn tells(output: &Output, code: i32, words: &str) {
    assert_eq!(output.code, Some(code), "{}", output.stderr);
    assert_eq!(output.text(), "");
    assert!(output.stderr.contains(words), "{}", output.stderr);
}

#[test]
fn a_name_is_asked_for_its_addresses() {
    let server = demo();
    let output = at(server.addr(), &["www.usfca.edu", "-H", "--columns", "name,type,ttl_s,data"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let words: Vec<_> = output.text().split_whitespace().collect();
    assert_eq!(words, ["www.usfca.edu", "A", "300", "104.239.221.147"]);
    assert_eq!(output.stderr, "");
    let both = at(server.addr(), &["dual.usfca.edu", "-s"]);
    assert_eq!(both.text(), "192.0.2.80\n2001:db8::80\n");
}

#[test]
fn the_server_its_port_and_its_authority_are_told() {
    let server = demo();
    let row = &rows(&at(server.addr(), &["www.usfca.edu", "-j"]))[0];
    assert_eq!(row["server"], "127.0.0.1");
    assert_eq!(row["port"], server.addr().port());
    assert_eq!(row["authoritative"], true);
    let other = Misbehaving::start(Behaviour::NonAuthoritative).unwrap();
    let row = &rows(&at(other.addr(), &["www.usfca.edu", "A", "-j"]))[0];
    assert_eq!(row["authoritative"], false);
    assert_eq!(row["data"], "192.0.2.1");
}

#[test]
fn an_address_is_asked_for_its_name() {
    let server = demo();
    let cases = [
        ("127.0.0.1", "localhost\n"),
        ("104.239.221.147", "www.usfca.edu\n"),
        ("::ffff:127.0.0.1", "localhost\n"),
        ("[2001:db8::147]", "ipv6.usfca.edu\n"),
    ];
    for (address, name) in cases {
        assert_eq!(at(server.addr(), &["-s", address]).text(), name, "{address}");
    }
}

#[test]
fn any_type_can_be_named() {
    let server = demo();
    let data = |words: &[&str]| at(server.addr(), &[words, &["-s"]].concat()).text().to_owned();
    assert_eq!(data(&["usfca.edu", "MX"]), "10 mx1.usfca.edu\n20 mx2.usfca.edu\n");
    assert_eq!(data(&["usfca.edu", "-t", "caa"]), "0 issue \"letsencrypt.org\"\n");
    assert_eq!(data(&["srv", "_ldap._tcp.usfca.edu"]), "0 5 389 ldap.usfca.edu\n");
    assert_eq!(data(&["usfca.edu", "TYPE15"]), data(&["usfca.edu", "MX"]));
}

#[test]
fn short_has_no_aliases() {
    let server = demo();
    assert_eq!(at(server.addr(), &["web.usfca.edu", "-s"]).text(), "104.239.221.147\n");
    let table = at(server.addr(), &["web.usfca.edu"]);
    assert_eq!(table.text().matches("CNAME").count(), 1, "{}", table.text());
}

#[test]
fn a_name_that_is_not_there_is_told_from_one_without_such_records() {
    let server = demo();
    let nobody = at(server.addr(), &["nobody.usfca.edu"]);
    tells(&nobody, 1, "no such name: 'nobody.usfca.edu'");
    assert_eq!(nobody.stderr.lines().count(), 1, "{}", nobody.stderr);
    tells(&at(server.addr(), &["www.usfca.edu", "MX"]), 1, "'www.usfca.edu' has no MX record");
    let bare = at(server.addr(), &["_tcp.usfca.edu"]);
    tells(&bare, 1, "'_tcp.usfca.edu' has no address");
    assert_eq!(bare.stderr.lines().count(), 1, "{}", bare.stderr);
    let json = rows(&at(server.addr(), &["nobody.usfca.edu", "-j"]));
    let told = |row: &Value| format!("{} {}", row["asked_type"], row["status"]);
    let told: Vec<_> = json.iter().map(told).collect();
    assert_eq!(told, [r#""A" "NXDOMAIN""#, r#""AAAA" "NXDOMAIN""#]);
    let json = rows(&at(server.addr(), &["www.usfca.edu", "MX", "-j"]));
    assert_eq!(json[0]["status"], "NODATA");
}

#[test]
fn an_alias_that_nobody_followed_is_no_answer() {
    let server = demo();
    let output = at(server.addr(), &["dangling.example.test", "-s"]);
    tells(&output, 3, "an alias of 'nobody.example.test', which");
}

#[test]
fn a_server_that_fails_is_told() {
    let cases = [
        (Behaviour::ServFail, "SERVFAIL", "says SERVFAIL"),
        (Behaviour::Refused, "REFUSED", "says REFUSED"),
    ];
    for (behaviour, status, words) in cases {
        let server = Misbehaving::start(behaviour).unwrap();
        tells(&at(server.addr(), &["www.usfca.edu"]), 3, words);
        let json = rows(&at(server.addr(), &["www.usfca.edu", "-j"]));
        assert_eq!(json[0]["status"], status);
    }
}

#[test]
fn where_nothing_listens_nobody_waits() {
    let start = Instant::now();
    tells(&at(testkit::closed_port(), &["www.usfca.edu"]), 3, "nothing listens at");
    // The answer is there at once; the rest of the deadline is for slow machines.
    assert!(start.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_silent_server_is_given_up() {
    let server = Misbehaving::start(Behaviour::Silent).unwrap();
    tells(&at(server.addr(), &["www.usfca.edu", "-w", "0.5"]), 3, "within 0.5 s");
    assert!(server.queries() > 0);
}

#[test]
fn what_was_not_asked_is_not_believed() {
    for behaviour in [Behaviour::WrongIdFirst, Behaviour::DropFirst(1)] {
        let server = Misbehaving::start(behaviour).unwrap();
        let output = at(server.addr(), &["www.usfca.edu", "A", "-s"]);
        assert_eq!(output.text(), "192.0.2.1\n", "{}", output.stderr);
    }
    for behaviour in [Behaviour::WrongIdOnly, Behaviour::WrongQuestion] {
        let server = Misbehaving::start(behaviour).unwrap();
        tells(&at(server.addr(), &["www.usfca.edu", "A", "-w", "0.5"]), 3, "no reply");
    }
}

#[test]
fn an_answer_that_is_cut_short_is_fetched_over_tcp() {
    let server = Misbehaving::start(Behaviour::Truncated).unwrap();
    let json = rows(&at(server.addr(), &["www.usfca.edu", "A", "-j"]));
    assert_eq!(json.len(), usize::from(testkit::TCP_ANSWERS));
    assert_eq!((&json[0]["transport"], &json[0]["truncated"]), (&"tcp".into(), &true.into()));
    let server = Misbehaving::start(Behaviour::TruncatedWithoutTcp).unwrap();
    tells(&at(server.addr(), &["www.usfca.edu", "A", "-w", "2"]), 3, "cut short");
}

#[test]
fn a_server_without_edns_is_asked_without() {
    let server = Misbehaving::start(Behaviour::FormErrToEdns).unwrap();
    let json = rows(&at(server.addr(), &["www.usfca.edu", "A", "-j"]));
    assert_eq!((&json[0]["data"], &json[0]["edns"]), (&"192.0.2.1".into(), &false.into()));
}

#[test]
fn a_slow_address_does_not_hold_the_other_up() {
    let delay = Duration::from_millis(500);
    let server = Misbehaving::start(Behaviour::SlowA { delay }).unwrap();
    let output = at(server.addr(), &["www.usfca.edu", "-s"]);
    assert_eq!(output.text(), "2001:db8::1\n192.0.2.1\n", "{}", output.stderr);
}

#[test]
fn hostile_answers_are_shown_harmless() {
    let server = Misbehaving::start(Behaviour::Hostile).unwrap();
    for words in [&["x.test", "TXT"][..], &["x.test", "A"], &["192.0.2.1"]] {
        for format in ["table", "tsv", "csv", "json", "jsonl"] {
            let output = at(server.addr(), &[words, &["-f", format]].concat());
            assert_eq!(output.code, Some(0), "{words:?}: {}", output.stderr);
            let is_hostile = |c: char| !['\n', '\t'].contains(&c) && output::is_unsafe(c);
            assert!(!output.text().contains(is_hostile), "{words:?} {format}: {}", output.text());
        }
    }
    let text = at(server.addr(), &["x.test", "TXT", "-s"]);
    assert!(text.text().contains(r"\027"), "{}", text.text());
}

#[test]
fn the_worst_of_several_decides_and_the_others_are_shown() {
    let server = demo();
    let output = at(server.addr(), &["nobody.usfca.edu", "www.usfca.edu", "-s"]);
    assert_eq!((output.code, output.text()), (Some(1), "104.239.221.147\n"));
    let output = at(server.addr(), &["refused.test", "nobody.usfca.edu", "www.usfca.edu", "-s"]);
    assert_eq!((output.code, output.text()), (Some(3), "104.239.221.147\n"));
}

#[test]
fn what_cannot_be_a_question_is_told_how_to_be_one() {
    let cases = [
        (&["https://www.usfca.edu/x"][..], "ask for 'www.usfca.edu'"),
        (&["www.usfca.edu:80"], "ask for 'www.usfca.edu'"),
        (&["a..b"], "empty label"),
        (&["127.1"], "127.0.0.1"),
        (&["www.usfca.edu", "@127.0.0.1:65536"], "1 to 65535"),
        (&["www.usfca.edu", "-t", "NOPE"], "TYPE65"),
    ];
    for (words, hint) in cases {
        // The last server is never asked: the words before it make no sense.
        tells(&lookup(&[words, &["@127.0.0.1:9"]].concat()), 2, hint);
    }
}

/// The system's resolver, where a file can stand for it.
#[cfg(not(any(windows, target_vendor = "apple")))]
mod system {
    use super::support::TempFile;
    use super::*;

    #[test]
    fn the_system_is_asked_as_it_is_configured() {
        let server = demo();
        let resolv =
            TempFile::new("resolv", "nameserver 127.0.0.1\nsearch example.test usfca.edu\n");
        let hosts = TempFile::new("hosts", "192.0.2.7 printer usfca.edu\n192.0.2.8 printer\n");
        let port = server.addr().port().to_string();
        let system = |words: &[&str]| {
            let files = ["--resolv-conf", resolv.path(), "--hosts", hosts.path(), "-p", &port];
            lookup(&[&files[..], words].concat())
        };
        assert_eq!(system(&["www", "-s", "-4"]).text(), "104.239.221.147\n");
        assert_eq!(system(&["www.usfca.edu", "-s"]).text(), "104.239.221.147\n");
        assert_eq!(system(&["printer", "-s"]).text(), "192.0.2.7\n192.0.2.8\n");
        assert_eq!(system(&["192.0.2.7", "-s"]).text(), "printer\n");
        // The file has an address; every other type that is named is asked for.
        let both = system(&["usfca.edu", "A", "MX", "-s"]);
        assert_eq!(both.text(), "192.0.2.7\n10 mx1.usfca.edu\n20 mx2.usfca.edu\n");
        assert_eq!(system(&["127.0.0.1", "-s"]).text(), "localhost\n");
        let row = &rows(&system(&["printer", "-j"]))[0];
        assert_eq!((&row["server"], &row["port"]), (&hosts.path().into(), &Value::Null));
        // A server that is named is asked and nothing else.
        let named = at(server.addr(), &["printer", "--hosts", hosts.path(), "-s"]);
        assert_eq!((named.code, named.text()), (Some(3), ""));
    }

    #[test]
    fn what_stands_in_the_hosts_file_is_asked_of_nobody() {
        let server = Misbehaving::start(Behaviour::Silent).unwrap();
        let resolv = TempFile::new("resolv-2", "nameserver 127.0.0.1\n");
        let hosts = TempFile::new("hosts-2", "2001:db8::7 printer\n");
        let port = server.addr().port().to_string();
        let files = ["--resolv-conf", resolv.path(), "--hosts", hosts.path(), "-p", &port];
        let output = lookup(&[&files[..], &["printer", "-s"]].concat());
        assert_eq!((output.code, output.text()), (Some(0), "2001:db8::7\n"));
        assert_eq!(server.queries(), 0);
    }
}
