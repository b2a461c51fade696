//! Whole zones (AXFR).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use hickory_proto::op::Message;
use hickory_proto::rr::rdata::{A, SOA};
use hickory_proto::rr::{Name, RData, Record};
use serde_json::Value;
use testkit::{Behaviour, DnsServer, Misbehaving, Output, Zone};

use super::support::reply_to;
use super::{at, demo, lookup, rows, tells};

const ZONE: Zone<'static> = Zone {
    origin: "zone.test.",
    text: "$TTL 60\n@ IN SOA ns h 7 3600 600 86400 60\n@ IN NS ns\nns IN A 192.0.2.53\n\
           alias IN CNAME ns\n@ IN TXT \"two words\"\n",
};

#[test]
fn a_zone_comes_whole_from_soa_to_soa() {
    let server = DnsServer::start(&[ZONE]).unwrap();
    let output = at(server.addr(), &["zone.test", "AXFR", "-j"]);
    assert_eq!((output.code, &*output.stderr), (Some(0), ""));
    let rows = rows(&output);
    let types: Vec<_> = rows.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!((types.first(), types.last()), (Some(&"SOA"), Some(&"SOA")));
    let mut between: Vec<_> = types[1..types.len() - 1].to_vec();
    between.sort_unstable();
    assert_eq!(between, ["A", "CNAME", "NS", "TXT"]);
    for row in &rows {
        assert_eq!((&row["asked_type"], &row["transport"]), (&"AXFR".into(), &"tcp".into()));
        assert_eq!((&row["status"], &row["reason"]), (&"NOERROR".into(), &Value::Null));
    }
    let short = at(server.addr(), &["zone.test", "-t", "axfr", "-s"]);
    assert_eq!(short.text().lines().count(), 6, "{}", short.text());
}

/// A server over TCP that sends these records to the first that asks, a message each, and closes.
fn sends(messages: Vec<Vec<Record>>, change: fn(&mut Message)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let addr = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut query)?;
        let query = Message::from_vec(&query).expect("a query");
        for records in messages {
            let mut message = reply_to(&query);
            message.metadata.authoritative = true;
            message.add_answers(records);
            change(&mut message);
            let octets = message.to_vec().expect("a reply encodes");
            let length = u16::try_from(octets.len()).expect("a short message");
            stream.write_all(&[&length.to_be_bytes()[..], &octets].concat())?;
        }
        Ok::<_, std::io::Error>(())
    });
    addr
}

fn soa() -> Record {
    let name = |text: &str| Name::from_ascii(text).expect("a name");
    let soa = SOA::new(name("ns.zone.test."), name("h.zone.test."), 7, 1, 1, 1, 1);
    Record::from_rdata(name("zone.test."), 60, RData::SOA(soa))
}

fn address(last: u8) -> Record {
    let name = Name::from_ascii(format!("n{last}.zone.test.")).expect("a name");
    Record::from_rdata(name, 60, RData::A(A::new(192, 0, 2, last)))
}

#[test]
fn a_zone_in_many_messages_comes_whole() {
    let mut messages: Vec<_> = (0..200).map(|last| vec![address(last)]).collect();
    messages.insert(0, vec![soa()]);
    messages.push(vec![soa()]);
    let output = at(sends(messages, |_| {}), &["zone.test", "AXFR", "-s"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert_eq!(output.text().lines().count(), 202);
    let one = at(sends(vec![vec![soa(), address(1), soa()]], |_| {}), &["zone.test", "AXFR", "-s"]);
    assert_eq!((one.code, one.text().lines().count()), (Some(0), 3));
}

/// What came is shown; that it is not all is told, and makes the exit code.
#[test]
fn a_zone_that_does_not_come_to_its_end_is_told() {
    let part = vec![vec![soa(), address(1)], vec![address(2)]];
    let shown = |output: &Output| output.text().lines().count();
    let cut = at(sends(part.clone(), |_| {}), &["zone.test", "AXFR", "-s"]);
    assert_eq!((cut.code, shown(&cut)), (Some(3), 3), "{}", cut.stderr);
    assert!(
        cut.stderr.contains("cannot transfer 'zone.test' (after 3 records): "),
        "{}",
        cut.stderr
    );
    let headless = at(sends(vec![vec![address(1), soa()]], |_| {}), &["zone.test", "AXFR"]);
    tells(&headless, 3, "does not begin with the zone's SOA");
    let other = at(sends(part.clone(), |it| it.metadata.id ^= 1), &["zone.test", "AXFR"]);
    tells(&other, 3, "cannot transfer 'zone.test': ");
    let empty = at(sends(vec![vec![]], |_| {}), &["zone.test", "AXFR"]);
    tells(&empty, 3, "gave no records");
}

#[test]
fn a_transfer_that_is_refused_or_fails_is_told() {
    let server = demo();
    let elsewhere = at(server.addr(), &["elsewhere.test", "AXFR"]);
    tells(&elsewhere, 3, "cannot transfer 'elsewhere.test': ");
    let refusing = Misbehaving::start(Behaviour::Refused).unwrap();
    let output = at(refusing.addr(), &["zone.test", "AXFR", "-j"]);
    assert_eq!(output.code, Some(3));
    assert!(output.stderr.contains("says REFUSED"), "{}", output.stderr);
    assert_eq!(rows(&output)[0]["status"], "REFUSED");
    let silent = Misbehaving::start(Behaviour::Silent).unwrap();
    tells(&at(silent.addr(), &["zone.test", "AXFR", "-w", "0.5"]), 3, "within 0.5 s");
    let closed = testkit::closed_port();
    tells(&at(closed, &["zone.test", "AXFR"]), 3, "nothing listens at");
}

#[test]
fn what_a_transfer_cannot_have_beside_it_is_a_usage_error() {
    for (words, hint) in [
        (&["zone.test", "AXFR", "MX"][..], "ask for nothing else beside it"),
        (&["zone.test", "other.test", "AXFR"], "ask for nothing else beside it"),
        (&["zone.test", "AXFR", "@127.0.0.2:9"], "ask for nothing else beside it"),
        (&["zone.test", "AXFR", "--watch"], "leave --watch out"),
        (&["zone.test", "AXFR", "--compare"], "leave --compare out"),
        (&["zone.test", "AXFR", "--dnssec"], "leave --dnssec out"),
        (&["zone.test", "AXFR", "--system"], "leave --system out"),
        (&["zone.test", "AXFR", "--trace", "--root", "127.0.0.1:9"], "leave --trace out"),
    ] {
        tells(&lookup(&[words, &["@127.0.0.1:9"]].concat()), 2, hint);
    }
    tells(&lookup(&["zone.test", "AXFR", "@tls://127.0.0.1:9"]), 2, "without '://'");
}
