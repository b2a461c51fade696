//! Questions that are asked again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record};
use serde_json::Value;

use super::support::{Responder, reply_to};
use super::{at, lookup, rows, said, tells, text};

/// What a server says in one round.
#[derive(Clone, Copy)]
enum Say {
    Address(u8),
    NxDomain,
    ServFail,
    Nothing,
}

/// Says one after the other, and the last for ever.
fn saying(rounds: &'static [Say]) -> Responder {
    let round = Arc::new(AtomicUsize::new(0));
    Responder::start(move |query| {
        let round = round.fetch_add(1, Ordering::SeqCst).min(rounds.len() - 1);
        let mut reply = reply_to(query);
        reply.metadata.recursion_available = true;
        match rounds[round] {
            Say::Address(last) => {
                let name = query.queries[0].name.clone();
                reply.add_answer(Record::from_rdata(name, 60, RData::A(A::new(192, 0, 2, last))));
            }
            Say::NxDomain => reply.metadata.response_code = ResponseCode::NXDomain,
            Say::ServFail => reply.metadata.response_code = ResponseCode::ServFail,
            Say::Nothing => {}
        }
        Some(reply)
    })
}

fn watched(server: &Responder, words: &[&str]) -> (Option<i32>, Vec<String>) {
    let output = at(server.addr(), &[&["www.test", "A", "--watch=0.05", "-j"], words].concat());
    let told = |row: &Value| {
        assert!(row["time_s"].as_u64() > Some(0), "{row}");
        format!("{} {}", text(row, "change"), said(row))
    };
    (output.code, rows(&output).iter().map(told).collect())
}

#[test]
fn a_watch_ends_with_what_went_and_what_came() {
    use Say::{Address, NxDomain, ServFail};
    for (rounds, expected) in [
        (
            &[Address(1), Address(1), Address(2)][..],
            &["added 192.0.2.1", "removed 192.0.2.1", "added 192.0.2.2"][..],
        ),
        // A failure in between is no change.
        (
            &[Address(1), ServFail, Address(1), Address(2)],
            &["added 192.0.2.1", "removed 192.0.2.1", "added 192.0.2.2"],
        ),
        (&[NxDomain, NxDomain, Address(1)], &["added NXDOMAIN", "added 192.0.2.1"]),
        (&[Address(1), NxDomain], &["added 192.0.2.1", "removed 192.0.2.1", "added NXDOMAIN"]),
    ] {
        let server = saying(rounds);
        let (code, told) = watched(&server, &[]);
        assert_eq!(
            (code, &told[..]),
            (Some(0), &expected.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..])
        );
        assert_eq!(server.queries().len(), rounds.len());
    }
}

#[test]
fn a_watch_until_found_waits_through_everything_else() {
    use Say::{Address, Nothing, NxDomain, ServFail};
    let server = saying(&[NxDomain, NxDomain, ServFail, Nothing, Address(1)]);
    let (code, told) = watched(&server, &["--until-found"]);
    assert_eq!(
        (code, told),
        (
            Some(0),
            ["added NXDOMAIN", "added SERVFAIL", "added NODATA", "added 192.0.2.1"]
                .map(str::to_owned)
                .to_vec()
        )
    );
    let there = saying(&[Address(1)]);
    assert_eq!(watched(&there, &["--until-found"]), (Some(0), vec!["added 192.0.2.1".to_owned()]));
    assert_eq!(there.queries().len(), 1);
}

#[test]
fn a_watch_that_makes_no_sense_is_a_usage_error() {
    for (words, hint) in [
        (&["--watch=0"][..], "seconds go from"),
        (&["--until-found"], "--watch"),
        (&["--watch", "--trace"], "cannot be used with"),
        (&["--watch", "--from", "/dev/null"], "cannot be used with"),
    ] {
        tells(&lookup(&[words, &["www.test", "@127.0.0.1:9"]].concat()), 2, hint);
    }
}

#[test]
fn what_went_is_told_in_a_word() {
    let server = saying(&[Say::Address(1), Say::Address(2)]);
    let words = ["www.test", "A", "--watch=0.05", "-H", "--columns", "change,data"];
    let output = at(server.addr(), &words);
    let lines: Vec<Vec<_>> =
        output.text().lines().map(|line| line.split_whitespace().collect()).collect();
    let expected = [["added", "192.0.2.1"], ["removed", "192.0.2.1"], ["added", "192.0.2.2"]];
    assert_eq!(lines, expected, "{}", output.text());
}
