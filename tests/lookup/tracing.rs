//! From a root of our own down. Servers of several zones have one port and an address each, which
//! Linux has enough of on loopback.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME, NS, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use serde_json::Value;
use testkit::Output;

use super::support::{Responder, reply_to};
use super::{lookup, rows, said, tells, text};

/// How often a port is tried for that is free on all addresses.
const PORTS_MAX: usize = 20;

fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name")
}

fn record(owner: &str, data: RData) -> Record {
    Record::from_rdata(name(owner), 60, data)
}

fn a(owner: &str, address: Ipv4Addr) -> Record {
    record(owner, RData::A(A(address)))
}

/// Refers to servers of a zone; those with an address come with glue.
fn refer(query: &Message, zone: &str, servers: &[(&str, Option<Ipv4Addr>)]) -> Message {
    let mut reply = reply_to(query);
    for (server, address) in servers {
        reply.add_authority(record(zone, RData::NS(NS(name(server)))));
        reply.add_additionals(address.map(|address| a(server, address)));
    }
    reply
}

fn answer(query: &Message, records: impl IntoIterator<Item = Record>) -> Message {
    let mut reply = reply_to(query);
    reply.metadata.authoritative = true;
    reply.add_answers(records);
    reply
}

fn no_such_name(query: &Message, zone: &str) -> Message {
    let mut reply = answer(query, []);
    reply.metadata.response_code = ResponseCode::NXDomain;
    let soa = SOA::new(name("ns."), name("h."), 1, 1, 1, 1, 1);
    reply.add_authority(record(zone, RData::SOA(soa)));
    reply
}

fn refuse(query: &Message) -> Message {
    let mut reply = reply_to(query);
    reply.metadata.response_code = ResponseCode::Refused;
    reply
}

/// What a server says, if anything; it knows the addresses of all.
type Say = fn(&Message, &[Ipv4Addr]) -> Vec<Message>;

/// Servers with an address of their own each, and one port.
struct Internet {
    servers: Vec<Responder>,
}

impl Internet {
    fn start(says: &'static [Say]) -> Self {
        static TESTS: AtomicU8 = AtomicU8::new(1);

        let test = TESTS.fetch_add(1, Ordering::SeqCst);
        let last = 1..=u8::try_from(says.len()).expect("a few servers");
        let addresses: Vec<_> = last.map(|last| Ipv4Addr::new(127, 84, test, last)).collect();
        let start = |port: u16| {
            let mut servers: Vec<Responder> = Vec::new();
            for (index, say) in says.iter().enumerate() {
                let all = addresses.clone();
                let port = servers.first().map_or(port, |first| first.addr().port());
                let addr = SocketAddr::new(IpAddr::V4(addresses[index]), port);
                servers.push(Responder::start_at(addr, move |query| say(query, &all).pop())?);
            }
            Ok::<_, std::io::Error>(servers)
        };
        let servers = (0..PORTS_MAX).find_map(|_| start(0).ok()).expect("a port that is free");
        Self { servers }
    }

    fn trace(&self, words: &[&str]) -> Output {
        let root = self.servers[0].addr();
        let (root, port) = (root.ip().to_string(), root.port().to_string());
        lookup(&[&["--trace", "--root", &root, "-p", &port], words].concat())
    }
}

/// A root, a zone `test.` below it, and a zone `a.test.` with two servers below that.
fn root(query: &Message, all: &[Ipv4Addr]) -> Vec<Message> {
    vec![refer(query, "test.", &[("ns.test.", Some(all[1]))])]
}

fn top(query: &Message, all: &[Ipv4Addr]) -> Vec<Message> {
    vec![refer(query, "a.test.", &[("ns1.a.test.", Some(all[2])), ("ns2.a.test.", Some(all[3]))])]
}

fn zone(query: &Message, _: &[Ipv4Addr]) -> Vec<Message> {
    let asked = &query.queries[0];
    let www = a("www.a.test.", Ipv4Addr::new(192, 0, 2, 1));
    vec![match asked.name.to_ascii().as_str() {
        "www.a.test." if asked.query_type == RecordType::A => answer(query, [www]),
        "www.a.test." => answer(query, []),
        "alias.a.test." => {
            let alias = record("alias.a.test.", RData::CNAME(CNAME(name("www.a.test."))));
            answer(query, [alias, www])
        }
        "out.a.test." => {
            answer(query, [record("out.a.test.", RData::CNAME(CNAME(name("www.b.test."))))])
        }
        "one.a.test." => {
            answer(query, [record("one.a.test.", RData::CNAME(CNAME(name("two.b.test."))))])
        }
        _ => no_such_name(query, "a.test."),
    }]
}

fn other_zone(query: &Message, all: &[Ipv4Addr]) -> Vec<Message> {
    let other = a("www.a.test.", Ipv4Addr::new(192, 0, 2, 2));
    match query.queries[0].name.to_ascii().as_str() {
        "www.a.test." => vec![answer(query, [other])],
        _ => zone(query, all),
    }
}

fn silent(_: &Message, _: &[Ipv4Addr]) -> Vec<Message> {
    Vec::new()
}

fn refusing(query: &Message, _: &[Ipv4Addr]) -> Vec<Message> {
    vec![refuse(query)]
}

/// Each row as its step, its zone, and its data or its status.
fn steps(output: &Output) -> Vec<String> {
    let step = |row: &Value| format!("{} {} {}", row["step"], text(row, "zone"), said(row));
    rows(output).iter().map(step).collect()
}

#[test]
fn a_trace_goes_from_the_root_down_and_asks_all_servers_of_the_last_zone() {
    let net = Internet::start(&[root, top, zone, zone]);
    let output = net.trace(&["www.a.test", "A", "-j"]);
    assert_eq!((output.code, &*output.stderr), (Some(0), ""));
    let expected = [
        "1 . ns.test",
        "2 test ns1.a.test",
        "2 test ns2.a.test",
        "3 a.test 192.0.2.1",
        "3 a.test 192.0.2.1",
    ];
    assert_eq!(steps(&output), expected);
    let rows = rows(&output);
    assert_eq!((&rows[0]["server_name"], &rows[0]["status"]), (&Value::Null, &"REFERRAL".into()));
    assert_eq!((&rows[3]["server_name"], &rows[3]["agrees"]), (&"ns1.a.test".into(), &true.into()));
    assert!(rows.iter().all(|row| row["rtt_ms"].is_f64()));
    // Nobody is asked to recurse.
    for server in &net.servers {
        assert!(server.queries().iter().all(|query| !query.metadata.recursion_desired));
    }
    assert_eq!(net.trace(&["www.a.test", "A", "-s"]).text(), "192.0.2.1\n192.0.2.1\n");
}

#[test]
fn servers_of_a_zone_that_do_not_agree_are_marked() {
    let net = Internet::start(&[root, top, zone, other_zone]);
    let output = net.trace(&["www.a.test", "A", "-j"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let marks: Vec<_> = rows(&output)[3..].iter().map(|row| row["agrees"].clone()).collect();
    assert_eq!(marks, [false, false]);
    assert!(
        output.stderr.contains("the servers do not agree on 'www.a.test'"),
        "{}",
        output.stderr
    );
    assert_eq!(net.trace(&["www.a.test", "A", "--compare", "-q"]).code, Some(1));
}

#[test]
fn an_answer_without_a_record_is_the_end_as_well() {
    let net = Internet::start(&[root, top, zone, zone]);
    let nobody = net.trace(&["nobody.a.test", "A", "-j"]);
    assert_eq!(nobody.code, Some(1), "{}", nobody.stderr);
    assert_eq!(steps(&nobody)[3..], ["3 a.test NXDOMAIN", "3 a.test NXDOMAIN"]);
    let no_data = net.trace(&["www.a.test", "MX", "-j"]);
    assert_eq!((no_data.code, &*steps(&no_data)[3]), (Some(1), "3 a.test NODATA"));
}

#[test]
fn a_dead_server_is_a_row_and_the_next_is_asked() {
    const SILENT: &[Say] = &[root, top, silent, zone];
    const REFUSING: &[Say] = &[root, top, refusing, zone];
    for (says, status) in [(SILENT, "TIMEOUT"), (REFUSING, "REFUSED")] {
        let net = Internet::start(says);
        let output = net.trace(&["www.a.test", "A", "-j", "-w", "0.4"]);
        assert_eq!(output.code, Some(0), "{status}: {}", output.stderr);
        let steps = steps(&output);
        assert_eq!(steps[3], format!("3 a.test {status}"), "{steps:?}");
        assert!(steps.contains(&"3 a.test 192.0.2.1".to_owned()), "{steps:?}");
        // Nobody waits twice for a server that is dead.
        let times = steps.iter().filter(|step| step.ends_with("TIMEOUT")).count();
        assert_eq!(times, usize::from(status == "TIMEOUT"), "{steps:?}");
    }
}

#[test]
fn a_trace_that_leads_nowhere_is_told() {
    let net = Internet::start(&[root, top, silent, refusing]);
    let output = net.trace(&["www.a.test", "A", "-j", "-w", "0.4"]);
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    assert_eq!(steps(&output)[3..], ["3 a.test TIMEOUT", "3 a.test REFUSED", "3 a.test FAILED"]);
    assert!(output.stderr.contains("no server of 'a.test' is of use"), "{}", output.stderr);
    let net = Internet::start(&[silent]);
    let output = net.trace(&["www.a.test", "A", "-w", "0.4", "-s"]);
    tells(&output, 3, "no server of '.' is of use");
}

/// The server with glue is dead; the other stands in a zone of its own.
fn top_of_two(query: &Message, all: &[Ipv4Addr]) -> Vec<Message> {
    let asked = &query.queries[0].name;
    vec![if name("b.test.").zone_of(asked) {
        refer(query, "b.test.", &[("ns.b.test.", Some(all[3]))])
    } else {
        refer(query, "a.test.", &[("ns.a.test.", Some(all[2])), ("www.b.test.", None)])
    }]
}

/// Serves `b.test.`, in which `www` is this server itself, and `a.test.` as well.
fn both_zones(query: &Message, all: &[Ipv4Addr]) -> Vec<Message> {
    match query.queries[0].name.to_ascii().as_str() {
        "www.b.test." => vec![answer(query, [a("www.b.test.", all[3])])],
        "two.b.test." => {
            let back = record("two.b.test.", RData::CNAME(CNAME(name("one.a.test."))));
            vec![answer(query, [back])]
        }
        _ => zone(query, all),
    }
}

#[test]
fn a_server_without_glue_is_looked_up_where_those_with_glue_are_dead() {
    let net = Internet::start(&[root, top_of_two, silent, both_zones]);
    let output = net.trace(&["www.a.test", "A", "-j", "-w", "0.4"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let rows = rows(&output);
    let found = rows.iter().find(|row| row["data"] == "192.0.2.1").expect("an answer");
    assert_eq!(found["server_name"], "www.b.test");
}

#[test]
fn an_alias_into_another_zone_is_followed_and_a_circle_is_told() {
    let net = Internet::start(&[root, top_of_two, zone, both_zones]);
    let last = net.servers[3].addr().ip().to_string();
    let output = net.trace(&["out.a.test", "A", "-j", "-w", "0.4"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let rows = rows(&output);
    assert!(rows.iter().any(|row| row["data"] == "www.b.test" && row["type"] == "CNAME"));
    assert_eq!(rows.last().unwrap()["data"], *last);
    let alias = net.trace(&["alias.a.test", "A", "-s"]);
    assert!(alias.text().lines().all(|line| line == "192.0.2.1"), "{}", alias.text());
    let circle = net.trace(&["one.a.test", "A", "-w", "0.4", "-s"]);
    tells(&circle, 3, "its aliases go round in a circle");
}

#[test]
fn a_referral_upwards_or_to_itself_is_of_no_use() {
    fn upwards(query: &Message, all: &[Ipv4Addr]) -> Vec<Message> {
        vec![refer(query, ".", &[("root.", Some(all[0]))])]
    }
    fn to_itself(query: &Message, all: &[Ipv4Addr]) -> Vec<Message> {
        vec![refer(query, "a.test.", &[("ns1.a.test.", Some(all[2]))])]
    }
    let net = Internet::start(&[root, top, upwards, to_itself]);
    let output = net.trace(&["www.a.test", "A", "-j", "-w", "0.4"]);
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    assert_eq!(steps(&output)[3..], ["3 a.test LAME", "3 a.test LAME", "3 a.test FAILED"]);
}

#[test]
fn a_trace_that_makes_no_sense_is_a_usage_error() {
    for (words, hint) in [
        (&["www.test", "--trace", "@127.0.0.1:9"][..], "leave '@' out"),
        (&["www.test", "@127.0.0.1:9", "--root", "127.0.0.1:9"], "--trace"),
        (&["www.test", "--trace", "--root", "tls://127.0.0.1:9"], "leave the '://' out"),
        (&["www.test", "--trace", "--root", "127.0.0.1:0"], "is not a port"),
        (&["www.test", "--trace", "--root", "127.0.0.1:9", "--dnssec"], "cannot be used with"),
    ] {
        tells(&lookup(words), 2, hint);
    }
}
