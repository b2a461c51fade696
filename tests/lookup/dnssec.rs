//! Answers that are checked here. Signed zones are the lab's; a server without signatures is ours.

use hickory_proto::op::Edns;
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};
use serde_json::Value;

use super::support::{Responder, TempFile, reply_to};
use super::{at, demo, lookup, rows, tells};

const ANCHOR: &str = "usfca.edu. IN DS 20326 8 2 \
    E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";

#[test]
fn where_nothing_is_signed_it_cannot_be_told() {
    let server = demo();
    let output = at(server.addr(), &["www.usfca.edu", "A", "--dnssec", "-j"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let row = &rows(&output)[0];
    assert_eq!(
        (&row["data"], &row["security"]),
        (&"104.239.221.147".into(), &"indeterminate".into())
    );
    let reason = row["security_reason"].as_str().unwrap();
    assert!(reason.contains(". DNSKEY"), "{reason}");
    assert!(output.stderr.contains("'www.usfca.edu' A is indeterminate: "), "{}", output.stderr);
    // Without it nothing is checked.
    let row = &rows(&at(server.addr(), &["www.usfca.edu", "A", "-j"]))[0];
    assert_eq!((&row["security"], &row["security_reason"]), (&Value::Null, &Value::Null));
}

/// A server that does DNSSEC and has no signatures.
fn unsigned() -> Responder {
    Responder::start(|query| {
        let mut reply = reply_to(query);
        reply.metadata.recursion_available = true;
        let mut edns = Edns::new();
        edns.set_dnssec_ok(true);
        reply.edns = Some(edns);
        let asked = &query.queries[0];
        if asked.query_type == RecordType::A {
            let data = RData::A(A::new(192, 0, 2, 1));
            reply.add_answer(Record::from_rdata(asked.name.clone(), 60, data));
        }
        Some(reply)
    })
}

#[test]
fn a_zone_that_should_be_signed_and_is_not_is_bogus_and_no_answer() {
    let server = unsigned();
    let anchor = TempFile::new("anchor", ANCHOR);
    let words = ["--dnssec", "--trust-anchor", anchor.path()];
    let output = at(server.addr(), &[&["www.usfca.edu", "A", "-j"], &words[..]].concat());
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    let row = &rows(&output)[0];
    assert_eq!((&row["status"], &row["security"]), (&"BOGUS".into(), &"bogus".into()));
    let short = at(server.addr(), &[&["www.usfca.edu", "A", "-s"], &words[..]].concat());
    assert_eq!((short.code, short.text()), (Some(3), ""));
    let whole = at(server.addr(), &[&["www.usfca.edu", "A", "-v"], &words[..]].concat());
    assert!(
        whole.text().contains("SECURITY") && whole.text().contains("bogus"),
        "{}",
        whole.text()
    );
    let list = TempFile::new("bogus-list", "www.usfca.edu A\n");
    let output = at(server.addr(), &[&["--from", list.path()], &words[..]].concat());
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    assert!(
        output.text().contains("SECURITY") && output.text().contains("bogus"),
        "{}",
        output.text()
    );
    assert!(output.stderr.contains("0 answered, 0 negative, 1 failed"), "{}", output.stderr);
}

#[test]
fn a_trust_anchor_that_makes_no_sense_is_told_with_its_line() {
    for (text, hint) in [
        (format!("; mine\n\n{ANCHOR}usfca.edu. IN A 192.0.2.1\n"), "line 4: "),
        ("nonsense\n".to_owned(), "line 1: "),
        (ANCHOR.replace("E06D", "ZZZZ"), "line 1: "),
    ] {
        let anchor = TempFile::new("bad-anchor", &text);
        let words = ["a.test", "--dnssec", "--trust-anchor", anchor.path(), "@127.0.0.1:9"];
        let output = lookup(&words);
        tells(&output, 3, "cannot understand the trust anchors in");
        assert!(output.stderr.contains(hint), "{text}: {}", output.stderr);
    }
    let words = ["a.test", "--dnssec", "--trust-anchor", "/nonexistent", "@127.0.0.1:9"];
    tells(&lookup(&words), 3, "cannot read '/nonexistent'");
    for words in [&["--trust-anchor", "/nonexistent"][..], &["--dnssec", "--no-edns"]] {
        tells(&lookup(&[words, &["a.test", "@127.0.0.1:9"]].concat()), 2, "--dnssec");
    }
}
