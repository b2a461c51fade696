//! Servers that answer wrongly: what is believed, what is told, and how long it takes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{
    Aliases, Behaviour, Damage, EXTRA_TEXT, HOSTILE_TEXT, Misbehaving, Misfit, Oddity, Output,
    Refusal, Stream,
};

use super::{at, rows, tells};

/// What is asked of a server that may never answer: one type, and not for long.
const BRIEFLY: [&str; 4] = ["www.usfca.edu", "A", "-w", "0.4"];

const WWW: [&str; 2] = ["www.usfca.edu", "A"];

fn start(behaviour: Behaviour) -> Misbehaving {
    Misbehaving::start(behaviour).expect("a DNS server on loopback")
}

/// The answer's data, one a line, and what is said beside it.
fn short(behaviour: Behaviour, words: &[&str]) -> Output {
    at(start(behaviour).addr(), &[words, &["-s"]].concat())
}

fn json_rows(behaviour: Behaviour, words: &[&str]) -> Vec<Value> {
    rows(&at(start(behaviour).addr(), &[words, &["-j"]].concat()))
}

/// No octet of it moves a cursor, changes a colour, or turns the direction of writing.
fn assert_harmless(text: &str) {
    let is_hostile = |c: char| !['\n', '\t'].contains(&c) && output::is_unsafe(c);
    assert!(!text.contains(is_hostile), "{text:?}");
}

#[test]
fn a_reply_to_something_else_is_not_believed() {
    for misfit in [
        Misfit::OtherPort,
        Misfit::Echo,
        Misfit::NoQuestion { rcode: 0 },
        Misfit::TwoQuestions,
        Misfit::OtherType,
        Misfit::OtherClass,
        Misfit::OtherOpcode { opcode: 4 },
        Misfit::OtherOpcode { opcode: 15 },
    ] {
        let output = short(Behaviour::Misfit(misfit), &BRIEFLY);
        assert_eq!((output.code, output.text()), (Some(3), ""), "{misfit:?}: {}", output.stderr);
        assert!(output.stderr.contains("no reply from"), "{misfit:?}: {}", output.stderr);
        // What comes from elsewhere never reaches us, all else is told of.
        let is_told = output.stderr.contains("no reply to this question");
        assert_eq!(is_told, misfit != Misfit::OtherPort, "{misfit:?}: {}", output.stderr);
    }
}

#[test]
fn over_tcp_a_reply_to_something_else_is_told_at_once() {
    for misfit in [Misfit::Echo, Misfit::TwoQuestions, Misfit::OtherType, Misfit::OtherClass] {
        let server = start(Behaviour::Misfit(misfit));
        let output = at(server.addr(), &["www.usfca.edu", "A", "--tcp"]);
        tells(&output, 3, "is to another question");
    }
}

#[test]
fn a_reply_to_this_question_is_believed_whatever_came_before_it() {
    for misfit in [Misfit::OtherPortFirst, Misfit::OtherCase] {
        let output = short(Behaviour::Misfit(misfit), &WWW);
        assert_eq!(output.text(), "192.0.2.1\n", "{misfit:?}: {}", output.stderr);
    }
}

#[test]
fn the_records_of_another_name_are_no_answer() {
    let output = short(Behaviour::Misfit(Misfit::OtherOwner), &WWW);
    tells(&output, 1, "'www.usfca.edu' has no A record");
}

#[test]
fn a_refusal_need_not_repeat_the_question() {
    for (rcode, name) in [(1, "FORMERR"), (2, "SERVFAIL"), (4, "NOTIMP"), (5, "REFUSED")] {
        let refusal = || Behaviour::Misfit(Misfit::NoQuestion { rcode });
        tells(&short(refusal(), &WWW), 3, &format!("says {name}"));
        assert_eq!(json_rows(refusal(), &WWW)[0]["status"], name);
    }
}

#[test]
fn what_is_no_message_is_no_reply() {
    for damage in [Damage::ThreeOctets, Damage::EmptyHeader] {
        tells(&short(Behaviour::Damaged(damage), &BRIEFLY), 3, "no reply");
    }
    for damage in [Damage::HeaderOnly, Damage::CutInQuestion] {
        let output = short(Behaviour::Damaged(damage), &BRIEFLY);
        assert_eq!((output.code, output.text()), (Some(3), ""), "{damage:?}: {}", output.stderr);
    }
    tells(&short(Behaviour::Garbage, &BRIEFLY), 3, "no reply");
}

/// Everything before the damage is good; where what comes after it can be found, that is as well.
#[test]
fn the_good_records_of_a_damaged_message_are_shown_and_the_damage_is_told() {
    let (first, both) = ("192.0.2.1\n", "192.0.2.1\n192.0.2.2\n");
    for (damage, expected) in [
        (Damage::CutInRecord, first),
        (Damage::LengthTooLong, first),
        (Damage::LengthTooShort, first),
        (Damage::CountTooLarge, first),
        (Damage::PointerLoop, first),
        (Damage::PointerForward, first),
        (Damage::PointerBeyond, first),
        (Damage::LabelKind, first),
        (Damage::LongName, first),
        (Damage::ShortData, both),
        (Damage::NoData, both),
        (Damage::TrailingJunk, first),
    ] {
        let output = short(Behaviour::Damaged(damage), &BRIEFLY);
        assert_eq!(output.text(), expected, "{damage:?}: {}", output.stderr);
        assert_eq!(output.code, Some(0), "{damage:?}: {}", output.stderr);
        assert!(output.stderr.contains("damaged"), "{damage:?}: {}", output.stderr);
    }
}

#[test]
fn one_empty_record_does_not_hide_the_others() {
    for (record_type, expected) in [
        ("AAAA", "2001:db8::1\n2001:db8::2\n"),
        ("MX", "10 mail.example\n20 mail.example\n"),
        ("TXT", "\"good\"\n\"fine\"\n"),
    ] {
        let words = ["www.usfca.edu", record_type, "-w", "0.4"];
        let output = short(Behaviour::Damaged(Damage::NoData), &words);
        assert_eq!(output.text(), expected, "{record_type}: {}", output.stderr);
    }
}

#[test]
fn aliases_that_go_round_in_a_circle_are_told() {
    for aliases in [Aliases::Loop, Aliases::SelfLoop] {
        let server = start(Behaviour::Aliases(aliases));
        let output = at(server.addr(), &["www.usfca.edu", "-s"]);
        tells(&output, 3, "its aliases go round in a circle");
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        let json = json_rows(Behaviour::Aliases(aliases), &WWW);
        assert_eq!(json.last().unwrap()["status"], "ALIASLOOP");
    }
}

#[test]
fn a_long_chain_of_aliases_is_followed_to_its_end() {
    for (hops, transport) in [(1, "udp"), (9, "udp"), (20, "udp"), (300, "tcp"), (1000, "tcp")] {
        let server = start(Behaviour::Aliases(Aliases::Chain(hops)));
        assert_eq!(at(server.addr(), &["www.usfca.edu", "A", "-s"]).text(), "192.0.2.1\n");
        let json = rows(&at(server.addr(), &["www.usfca.edu", "A", "-j"]));
        assert_eq!(json.len(), usize::from(hops) + 1);
        let last = json.last().unwrap();
        assert_eq!(last["canonical_name"], format!("hop{hops}.example"));
        assert_eq!((&last["type"], &last["transport"]), (&"A".into(), &transport.into()));
    }
}

#[test]
fn an_alias_of_nothing_is_told_by_its_target() {
    let nobody = || Behaviour::Aliases(Aliases::ToNobody);
    tells(&short(nobody(), &WWW), 1, "no such name: 'nobody.example', to which 'www.usfca.edu'");
    let json = json_rows(nobody(), &WWW);
    assert_eq!((&json[0]["type"], &json[0]["data"]), (&"CNAME".into(), &"nobody.example".into()));
    assert_eq!(json[1]["status"], "NXDOMAIN");
    let bare = Behaviour::Aliases(Aliases::ToNoData);
    tells(&short(bare, &WWW), 1, "'bare.example', to which 'www.usfca.edu' leads");
}

#[test]
fn a_name_server_that_knows_others_is_told() {
    for refusal in [Refusal::Upward, Refusal::Lame] {
        tells(&short(Behaviour::Refusal(refusal), &WWW), 3, "refers to other servers");
        assert_eq!(json_rows(Behaviour::Refusal(refusal), &WWW)[0]["status"], "REFERRAL");
    }
}

#[test]
fn any_response_code_is_told_by_name_or_number() {
    for (code, name) in [(6, "YXDOMAIN"), (15, "RCODE15"), (23, "BADCOOKIE"), (3841, "RCODE3841")] {
        let refusal = || Behaviour::Refusal(Refusal::Code(code));
        tells(&short(refusal(), &WWW), 3, &format!("says {name}"));
        assert_eq!(json_rows(refusal(), &WWW)[0]["status"], name);
    }
}

#[test]
fn the_reason_that_a_server_gives_is_told() {
    let cases = [
        (Refusal::Bogus, 3, json!([[6, EXTRA_TEXT]])),
        (Refusal::TwoErrors, 3, json!([[22, ""], [23, "192.0.2.53 does not reply"]])),
        (Refusal::Blocked, 1, json!([[15, ""]])),
        (Refusal::BrokenError, 3, json!([])),
    ];
    for (refusal, code, expected) in cases {
        let row = &json_rows(Behaviour::Refusal(refusal), &WWW)[0];
        let errors = row["ede"].as_array().unwrap_or_else(|| panic!("{refusal:?}: {row}"));
        let told = errors.iter().map(|error| json!([error["code"], error["text"]]));
        assert_eq!(told.collect::<Value>(), expected, "{refusal:?}");
        let output = short(Behaviour::Refusal(refusal), &WWW);
        assert_eq!((output.code, output.text()), (Some(code), ""), "{refusal:?}");
        for error in errors {
            let name = error["name"].as_str().unwrap();
            assert!(!name.is_empty() && output.stderr.contains(name), "{refusal:?}: {output:?}");
            let text = error["text"].as_str().unwrap();
            assert!(output.stderr.contains(text), "{refusal:?}: {}", output.stderr);
        }
    }
}

#[test]
fn a_reason_beside_an_answer_is_told_and_changes_nothing() {
    let row = &json_rows(Behaviour::Oddity(Oddity::Stale), &WWW)[0];
    assert_eq!((&row["data"], &row["ede"][0]["code"]), (&"192.0.2.1".into(), &3.into()));
    let output = short(Behaviour::Oddity(Oddity::Stale), &WWW);
    assert_eq!((output.code, output.text()), (Some(0), "192.0.2.1\n"));
    let output = short(Behaviour::Oddity(Oddity::Options), &WWW);
    assert_eq!((output.text(), &*output.stderr), ("192.0.2.1\n", ""));
}

#[test]
fn a_hostile_reason_is_shown_harmless() {
    for (behaviour, code) in
        [(Behaviour::Refusal(Refusal::HostileText), 3), (Behaviour::Oddity(Oddity::HostileText), 0)]
    {
        for format in ["table", "tsv", "csv", "json", "jsonl"] {
            let server = start(behaviour.clone());
            let output = at(server.addr(), &["www.usfca.edu", "A", "-f", format]);
            assert_eq!(output.code, Some(code), "{}", output.stderr);
            assert_harmless(output.text());
            assert_harmless(&output.stderr);
            assert!(output.stderr.contains("red"), "{}", output.stderr);
            // The line end in the text starts no line of its own.
            assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        }
        let text = &json_rows(behaviour, &WWW)[0]["ede"][0]["text"];
        assert_eq!(*text, *String::from_utf8_lossy(HOSTILE_TEXT));
    }
}

#[test]
fn a_server_that_does_not_take_edns_is_asked_without() {
    for behaviour in
        [Behaviour::SilentToEdns, Behaviour::FormErrToEdns, Behaviour::Refusal(Refusal::BadVers)]
    {
        let json = json_rows(behaviour.clone(), &WWW);
        assert_eq!(json[0]["data"], "192.0.2.1", "{behaviour:?}");
        assert_eq!(json[0]["edns"], false, "{behaviour:?}");
    }
}

#[test]
fn a_late_or_repeated_reply_is_one_answer() {
    let delay = Duration::from_millis(600);
    let late = json_rows(Behaviour::Oddity(Oddity::Late { delay }), &WWW);
    assert_eq!((late.len(), &late[0]["data"]), (1, &"192.0.2.1".into()));
    assert_eq!(late[0]["queries"], 2);
    assert_eq!(short(Behaviour::Oddity(Oddity::Twice), &WWW).text(), "192.0.2.1\n");
}

#[test]
fn any_time_to_live_is_told_as_it_came() {
    for ttl in [0, 2_147_483_647, 4_294_967_295_u32] {
        assert_eq!(json_rows(Behaviour::Oddity(Oddity::Ttl(ttl)), &WWW)[0]["ttl_s"], ttl);
    }
}

#[test]
fn many_addresses_are_all_shown() {
    for (count, transport) in [(60, "udp"), (1000, "tcp")] {
        let json = json_rows(Behaviour::Oddity(Oddity::Addresses(count)), &WWW);
        assert_eq!(json.len(), usize::from(count));
        assert_eq!(json[0]["transport"], transport);
        assert_eq!(json[59]["data"], "198.18.0.60");
    }
}

#[test]
fn an_answer_in_pieces_is_put_together() {
    let json = json_rows(Behaviour::Stream(Stream::Dribble), &WWW);
    assert_eq!((&json[0]["data"], &json[0]["transport"]), (&"192.0.2.1".into(), &"tcp".into()));
}

#[test]
fn a_part_of_an_answer_is_not_taken_for_the_whole() {
    for stream in [Stream::ClosedInside, Stream::ClosedAtOnce, Stream::Silent, Stream::Empty] {
        let output = short(Behaviour::Stream(stream), &BRIEFLY);
        assert_eq!((output.code, output.text()), (Some(3), ""), "{stream:?}: {}", output.stderr);
        assert!(output.stderr.contains("cut short"), "{stream:?}: {}", output.stderr);
        assert_eq!(json_rows(Behaviour::Stream(stream), &BRIEFLY)[0]["status"], "TRUNCATED");
    }
}

#[test]
fn an_answer_that_is_cut_short_over_tcp_as_well_is_told() {
    for words in [&["www.usfca.edu", "A"][..], &["www.usfca.edu", "A", "--tcp"]] {
        let output = short(Behaviour::Stream(Stream::TruncatedToo), words);
        assert_eq!((output.code, output.text()), (Some(0), "192.0.2.1\n"), "{words:?}");
        assert!(output.stderr.contains("cut short even over a connection"), "{}", output.stderr);
    }
    // Where nothing is left of it, nobody knows whether there is an address.
    let nothing = short(Behaviour::Stream(Stream::TruncatedToo), &["www.usfca.edu", "AAAA"]);
    tells(&nothing, 3, "cut short even over a connection");
}

#[test]
fn a_connection_that_ends_early_is_told_at_once() {
    for stream in [Stream::ClosedInside, Stream::ClosedAtOnce] {
        let begin = Instant::now();
        let server = start(Behaviour::Stream(stream));
        let output = at(server.addr(), &["www.usfca.edu", "A", "--tcp"]);
        tells(&output, 3, "closed the connection before its answer was complete");
        assert!(begin.elapsed() < Duration::from_secs(4));
    }
}
