//! What the server receives, and what is told of its reply.

use hickory_proto::op::{Edns, Message, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::{DNSClass, RecordType};
use serde_json::{Value, json};
use testkit::{Behaviour, EXTRA_TEXT, Misbehaving, Oddity, Refusal};

use super::support::{Responder, reply_to};
use super::{at, demo, lookup, rows};

/// A server of nothing.
fn empty() -> Responder {
    Responder::start(|query| {
        let mut reply = reply_to(query);
        reply.metadata.recursion_available = true;
        reply.edns = query.edns.is_some().then(Edns::new);
        Some(reply)
    })
}

/// The query that the server receives for these words.
fn received(words: &[&str]) -> Message {
    let server = empty();
    let output = at(server.addr(), &[&["www.test", "A"], words].concat());
    assert_eq!(output.code, Some(1), "{words:?}: {}", output.stderr);
    let [query] = &server.queries()[..] else { panic!("{words:?}: not one query") };
    query.clone()
}

fn option(query: &Message, code: EdnsCode) -> Option<EdnsOption> {
    query.edns.as_ref().expect("EDNS").option(code).cloned()
}

#[test]
fn a_question_is_asked_as_a_resolver_expects_it() {
    let query = received(&[]);
    let flags = &query.metadata;
    assert!(flags.recursion_desired && flags.authentic_data && !flags.checking_disabled);
    let edns = query.edns.as_ref().unwrap();
    assert_eq!((edns.max_payload(), edns.version(), edns.flags().dnssec_ok), (1232, 0, false));
    assert_eq!(edns.options().as_ref().len(), 0);
    assert_eq!(query.queries[0].query_class, DNSClass::IN);
    assert_eq!(query.queries[0].query_type, RecordType::A);
}

#[test]
fn each_flag_changes_what_it_says() {
    assert!(!received(&["--no-recurse"]).metadata.recursion_desired);
    assert!(received(&["--cd"]).metadata.checking_disabled);
    assert!(received(&["--do"]).edns.unwrap().flags().dnssec_ok);
    assert_eq!(received(&["--bufsize", "4096"]).edns.unwrap().max_payload(), 4096);
    assert!(received(&["--no-edns"]).edns.is_none());
    assert_eq!(received(&["-c", "ch"]).queries[0].query_class, DNSClass::CH);
    assert!(option(&received(&["--nsid"]), EdnsCode::NSID).is_some());
    assert!(option(&received(&[]), EdnsCode::NSID).is_none());
    let subnet = option(&received(&["--ecs", "192.0.2.77/24"]), EdnsCode::Subnet);
    let Some(EdnsOption::Subnet(subnet)) = subnet else { panic!("{subnet:?}") };
    assert_eq!((subnet.addr().to_string(), subnet.source_prefix()), ("192.0.2.0".to_owned(), 24));
    let Some(EdnsOption::Unknown(_, cookie)) = option(&received(&["--cookie"]), EdnsCode::Cookie)
    else {
        panic!("no cookie");
    };
    assert_eq!(cookie.len(), 8);
    // Checking here needs the signatures, also where the server finds them wrong.
    let server = demo();
    assert_eq!(at(server.addr(), &["www.usfca.edu", "A", "--dnssec", "-q"]).code, Some(0));
}

#[test]
fn flags_with_values_that_make_no_sense_are_usage_errors() {
    for (words, hint) in [
        (&["--bufsize", "511"][..], "512"),
        (&["--bufsize", "65536"], "65535"),
        (&["--ecs", "nowhere/24"], "is not a network"),
        (&["--ecs", "192.0.2.0/33"], "is not a network"),
        (&["-c", "NOPE"], "is not a class"),
        (&["--no-edns", "--do"], "cannot be used with"),
        (&["--no-edns", "--cookie"], "cannot be used with"),
        (&["-p", "0"], "1..=65535"),
        (&["-w", "0"], "seconds go from"),
    ] {
        let output = lookup(&[words, &["www.test", "@127.0.0.1:9"]].concat());
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}: {}", output.stderr);
        assert!(output.stderr.contains(hint), "{words:?}: {}", output.stderr);
    }
}

#[test]
fn the_class_of_the_question_is_that_of_the_row() {
    let server = empty();
    let output = at(server.addr(), &["version.bind", "TXT", "-c", "CH", "-j"]);
    assert_eq!((output.code, &rows(&output)[0]["class"]), (Some(1), &"CH".into()));
}

#[test]
fn a_server_tells_its_name_to_who_asks_for_it() {
    let server = Misbehaving::start(Behaviour::Oddity(Oddity::Options)).unwrap();
    let row = &rows(&at(server.addr(), &["www.test", "A", "-j", "--nsid"]))[0];
    assert_ne!(row["nsid"], Value::Null, "{row}");
    let silent = empty();
    let row = &rows(&at(silent.addr(), &["www.test", "A", "-j", "--nsid"]))[0];
    assert_eq!(row["nsid"], Value::Null);
}

#[test]
fn every_row_has_every_key() {
    let server = demo();
    let columns = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let positive = rows(&at(server.addr(), &["www.usfca.edu", "A", "-j"]));
    let negative = rows(&at(server.addr(), &["nobody.usfca.edu", "A", "-j"]));
    let failed = rows(&at(testkit::closed_port(), &["www.usfca.edu", "A", "-j"]));
    assert_eq!(columns(&positive[0]), columns(&negative[0]));
    assert_eq!(columns(&positive[0]), columns(&failed[0]));
}

#[test]
fn a_positive_row_tells_how_it_was_learnt() {
    let server = demo();
    let row = &rows(&at(server.addr(), &["www.usfca.edu", "A", "-j"]))[0];
    for (key, value) in [
        ("status", json!("NOERROR")),
        ("rcode", json!(0)),
        ("flags", json!(["qr", "aa", "rd"])),
        ("ede", json!([])),
        ("transport", json!("udp")),
        ("queries", json!(1)),
        ("truncated", json!(false)),
        ("edns", json!(true)),
        ("reason", Value::Null),
        ("asked_name", json!("www.usfca.edu")),
        ("canonical_name", json!("www.usfca.edu")),
        ("class", json!("IN")),
        ("section", json!("answer")),
        ("agrees", Value::Null),
        ("security", Value::Null),
    ] {
        assert_eq!(row[key], value, "{key}");
    }
    assert!(row["rtt_ms"].as_f64().unwrap() > 0.0, "{row}");
    assert!(row["octets"].as_u64().unwrap() > 40, "{row}");
    let over_tcp = &rows(&at(server.addr(), &["www.usfca.edu", "A", "-j", "--tcp"]))[0];
    assert_eq!((&over_tcp["transport"], &over_tcp["truncated"]), (&"tcp".into(), &false.into()));
    let alias = &rows(&at(server.addr(), &["web.usfca.edu", "A", "-j"]))[0];
    assert_eq!(alias["canonical_name"], "www.usfca.edu");
}

#[test]
fn a_negative_row_has_all_but_the_record() {
    let server = demo();
    let row = &rows(&at(server.addr(), &["nobody.usfca.edu", "A", "-j"]))[0];
    assert_eq!(
        (&row["status"], &row["rcode"], &row["data"]),
        (&"NXDOMAIN".into(), &3.into(), &Value::Null)
    );
    assert_eq!((&row["transport"], &row["ttl_s"]), (&"udp".into(), &Value::Null));
    assert!(row["reason"].as_str().unwrap().contains("no such name"), "{row}");
    assert!(row["rtt_ms"].is_f64() && row["flags"].is_array(), "{row}");
}

#[test]
fn a_failed_row_has_the_reasons() {
    let server = Misbehaving::start(Behaviour::Refusal(Refusal::Bogus)).unwrap();
    let output = at(server.addr(), &["www.test", "A", "-j"]);
    assert_eq!(output.code, Some(3), "{}", output.stderr);
    let row = &rows(&output)[0];
    assert_eq!((&row["status"], &row["rcode"]), (&"SERVFAIL".into(), &2.into()));
    assert!(row["ede"][0]["code"].is_u64() && row["ede"][0]["name"].is_string(), "{row}");
    assert!(row["ede"].to_string().contains(EXTRA_TEXT), "{row}");
    let row = &rows(&at(testkit::closed_port(), &["www.test", "A", "-j"]))[0];
    assert_eq!(
        (&row["status"], &row["transport"], &row["rtt_ms"]),
        (&"CONNREFUSED".into(), &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&row["flags"], &row["rcode"], &row["ede"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(row["server"], "127.0.0.1");
    assert!(row["reason"].as_str().unwrap().contains("nothing listens"), "{row}");
}

#[test]
fn a_whole_message_is_shown_section_by_section_and_its_header_on_stderr() {
    let server = demo();
    let output = at(server.addr(), &["nobody.usfca.edu", "A", "-v", "-H"]);
    assert_eq!(output.code, Some(1));
    let line = |line: &str| line.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
    let lines: Vec<_> = output.text().lines().map(line).collect();
    assert_eq!(lines, ["question nobody.usfca.edu IN A", "authority usfca.edu IN SOA"]);
    let port = server.addr().port();
    for words in
        [&format!("127.0.0.1#{port} (udp, ")[..], "NXDOMAIN: ", "flags qr aa rd", "EDNS: version 0"]
    {
        assert!(output.stderr.contains(words), "{words}: {}", output.stderr);
    }
    let json = rows(&at(server.addr(), &["usfca.edu", "NS", "-v", "-j"]));
    let sections: Vec<_> = json.iter().map(|row| row["section"].as_str().unwrap()).collect();
    assert_eq!(&sections[..3], ["question", "answer", "answer"]);
    assert!(sections[3..].iter().all(|section| *section == "additional"), "{sections:?}");
}

#[test]
fn an_international_name_is_shown_both_ways() {
    let server = demo();
    let output = at(server.addr(), &["b\u{fc}cher.example.test", "A", "-H"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let words: Vec<_> = output.text().split_whitespace().collect();
    assert_eq!(words[..3], ["xn--bcher-kva.example.test", "b\u{fc}cher.example.test", "A"]);
    let row = &rows(&at(server.addr(), &["xn--bcher-kva.example.test", "A", "-j"]))[0];
    assert_eq!(row["unicode_name"], "b\u{fc}cher.example.test");
    let plain = &rows(&at(server.addr(), &["a.example.test", "A", "-j"]))[0];
    assert_eq!(plain["unicode_name"], Value::Null);
}

#[test]
fn an_unknown_response_code_is_a_failure_with_its_number() {
    let server = Responder::start(|query| {
        let mut reply = reply_to(query);
        reply.metadata.response_code = ResponseCode::from(0, 12);
        Some(reply)
    });
    let output = at(server.addr(), &["www.test", "A", "-j"]);
    assert_eq!(
        (output.code, &rows(&output)[0]["rcode"]),
        (Some(3), &12.into()),
        "{}",
        output.stderr
    );
}
