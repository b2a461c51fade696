//! Verdicts over zones that are signed here, right and wrong.

mod lab;
mod mutations;
mod vectors;
mod wrong;

use hickory_proto::rr::{DNSClass, Name, RecordType};

use self::lab::{Lab, NOW, Zone, name};
use self::wrong::{changed, tampered, without};
use super::Security::{Bogus, Indeterminate, Insecure, Secure};
use super::keys::Algorithm;
use super::{Anchors, Policy, Reason, Security, Validator, Verdict};
use crate::message::{Damage, Message, Record};
use crate::rdata::{record_type, type_name};

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Asks the lab as a program does, and checks what comes.
fn verdict_with(lab: &Lab, anchors: Anchors, question: &str) -> Verdict {
    let (owner, wanted) = asked(question);
    let reply = lab.answer(&owner, wanted);
    let validator = Validator::new(lab, anchors, Policy::default());
    block_on(validator.validate(&owner, wanted, &reply, NOW))
}

/// Checks a reply that a lab might have sent.
fn judge(lab: &Lab, question: &str, reply: &Message) -> Verdict {
    let (owner, wanted) = asked(question);
    let validator = Validator::new(lab, lab.anchors(), Policy::default());
    block_on(validator.validate(&owner, wanted, reply, NOW))
}

fn asked(question: &str) -> (Name, RecordType) {
    let (owner, wanted) = question.split_once(' ').unwrap();
    (name(owner), record_type(wanted).unwrap())
}

fn answer(lab: &Lab, question: &str) -> Message {
    let (owner, wanted) = asked(question);
    lab.answer(&owner, wanted)
}

fn verdict(lab: &Lab, question: &str) -> Verdict {
    verdict_with(lab, lab.anchors(), question)
}

/// The state and the reason, with key tags taken out.
fn told(verdict: &Verdict) -> (Security, String) {
    (verdict.state, without_tags(&verdict.reason.to_string()))
}

fn without_tags(text: &str) -> String {
    let mut words = Vec::new();
    let mut after_key = false;
    for word in text.split(' ') {
        let digits = word.chars().take_while(char::is_ascii_digit).count();
        words.push(if after_key { format!("N{}", &word[digits..]) } else { word.to_owned() });
        after_key = word.trim_start_matches('(') == "key";
    }
    words.join(" ")
}

/// A root, a zone below it, and several of all kinds below that.
fn zones() -> Vec<Zone> {
    let records = |zone: &str| {
        [
            "www. A 192.0.2.1",
            "www. A 192.0.2.2",
            "www. MX 10 mail.",
            "two. CNAME www.",
            "far. CNAME www.three.test",
            "out. CNAME www.insecure.test",
            "gone. CNAME no-such.",
            "a.b.c. TXT deep",
            "*.wild. A 192.0.2.3",
            "x.wild. A 192.0.2.4",
            "*.alias. CNAME www.",
            "dname. DNAME target.",
            "a.target. A 192.0.2.5",
            "loop. CNAME pool.",
            "pool. CNAME loop.",
        ]
        .map(|line| {
            line.split(' ')
                .map(|word| match word.strip_suffix('.') {
                    Some(label) => format!("{label}.{zone}"),
                    None => word.to_owned(),
                })
                .collect::<Vec<_>>()
                .join(" ")
        })
    };
    let signed = |zone: &str, algorithm| {
        let records = records(zone);
        Zone::new(zone, algorithm, &records.each_ref().map(|it| &**it))
    };
    vec![
        Zone::new(".", 13, &[]),
        Zone::new("test", 14, &[]),
        signed("one.test", 13),
        signed("three.test", 15).nsec3(5, false),
        signed("opt.test", 13).nsec3(0, true),
        Zone::new("plain.opt.test", 13, &["www.plain.opt.test A 192.0.2.6"]).unsigned(),
        signed("insecure.test", 13).unsigned(),
        Zone::new("below.insecure.test", 13, &["www.below.insecure.test A 192.0.2.7"]),
        Zone::new("plain.three.test", 13, &["www.plain.three.test A 192.0.2.8"]).unsigned(),
    ]
}

fn is(lab: &Lab, question: &str, state: Security, reason: &str) {
    let verdict = verdict(lab, question);
    assert_eq!(told(&verdict), (state, reason.to_owned()), "{question} {verdict:#?}");
}

#[test]
fn answers_of_signed_zones_are_secure() {
    let lab = Lab::new(zones());
    let root = "chain complete to the root";
    let one = format!("signed by one.test (ECDSAP256SHA256, key N), {root}");
    let three = format!("signed by three.test (ED25519, key N), {root}");
    for (question, reason) in [
        ("www.one.test A", &*one),
        ("WWW.One.Test MX", &one),
        ("www.one.test ANY", &one),
        ("two.one.test A", &one),
        ("two.one.test CNAME", &one),
        ("one.test SOA", &one),
        ("one.test DNSKEY", &one),
        ("far.one.test A", &three),
        ("www.three.test A", &three),
        ("one.test DS", &format!("signed by test (ECDSAP384SHA384, key N), {root}")),
        ("test DS", &format!("signed by . (ECDSAP256SHA256, key N), {root}")),
        (". DNSKEY", &format!("signed by . (ECDSAP256SHA256, key N), {root}")),
        (
            "a.wild.one.test A",
            &format!(
                "signed by one.test (ECDSAP256SHA256, key N) as *.wild.one.test, which rightly stands for it, {root}"
            ),
        ),
        (
            "a.b.wild.three.test A",
            &format!(
                "signed by three.test (ED25519, key N) as *.wild.three.test, which rightly stands for it, {root}"
            ),
        ),
        ("*.wild.one.test A", &one),
        (
            "q.alias.three.test CNAME",
            &format!(
                "signed by three.test (ED25519, key N) as *.alias.three.test, which rightly stands for it, {root}"
            ),
        ),
        ("a.dname.one.test A", &one),
        ("a.dname.three.test A", &three),
        (
            "a.dname.three.test CNAME",
            &format!("follows from the DNAME at dname.three.test, {root}"),
        ),
        ("dname.three.test DNAME", &three),
        ("q.alias.three.test A", &three),
        ("loop.one.test A", &one),
    ] {
        is(&lab, question, Secure, reason);
    }
}

#[test]
fn what_does_not_exist_is_proved() {
    let lab = Lab::new(zones());
    let root = "chain complete to the root";
    for (question, reason) in [
        ("no.one.test A", "no such name, proved by NSEC of one.test"),
        ("zz.no.one.test A", "no such name, proved by NSEC of one.test"),
        ("no.three.test A", "no such name, proved by NSEC3 of three.test"),
        ("zz.no.three.test A", "no such name, proved by NSEC3 of three.test"),
        ("gone.one.test A", "no such name, proved by NSEC of one.test"),
        ("no.test A", "no such name, proved by NSEC of test"),
        ("no A", "no such name, proved by NSEC of ."),
        ("no.a.dname.one.test A", "no such name, proved by NSEC of one.test"),
        ("www.one.test TXT", "no such records, proved by NSEC of one.test"),
        ("www.three.test TXT", "no such records, proved by NSEC3 of three.test"),
        ("one.test TXT", "no such records, proved by NSEC of one.test"),
        ("two.one.test TXT", "no such records, proved by NSEC of one.test"),
        ("b.c.one.test A", "no such records, proved by NSEC of one.test"),
        ("b.c.three.test A", "no such records, proved by NSEC3 of three.test"),
        ("c.three.test ANY", "no such records, proved by NSEC3 of three.test"),
        ("a.wild.one.test TXT", "no such records, proved by NSEC of one.test"),
        ("a.wild.three.test TXT", "no such records, proved by NSEC3 of three.test"),
        ("www.one.test DS", "no such records, proved by NSEC of one.test"),
        (". DS", "no such records, proved by NSEC of ."),
        ("insecure.test DS", "no such records, proved by NSEC of test"),
        ("plain.three.test DS", "no such records, proved by NSEC3 of three.test"),
        ("www.opt.test TXT", "no such records, proved by NSEC3 of opt.test"),
    ] {
        let verdict = verdict(&lab, question);
        let expected = format!("{reason}, {root}");
        let denial = verdict.denial.as_ref().map(ToString::to_string);
        assert_eq!(denial, Some(expected), "{question} {verdict:#?}");
        assert_eq!(verdict.state, Secure, "{question}");
    }
}

#[test]
fn what_need_not_be_signed_is_insecure() {
    let lab = Lab::new(zones());
    for (question, reason) in [
        ("www.insecure.test A", "no DS at insecure.test, proved by NSEC of test"),
        ("no.insecure.test A", "no DS at insecure.test, proved by NSEC of test"),
        ("www.insecure.test TXT", "no DS at insecure.test, proved by NSEC of test"),
        ("www.below.insecure.test A", "no DS at insecure.test, proved by NSEC of test"),
        ("below.insecure.test DS", "no DS at insecure.test, proved by NSEC of test"),
        ("www.plain.three.test A", "no DS at plain.three.test, proved by NSEC3 of three.test"),
        ("out.one.test A", "no DS at insecure.test, proved by NSEC of test"),
        (
            "www.plain.opt.test A",
            "no DS at plain.opt.test: opt.test does not list unsigned names (NSEC3 opt-out)",
        ),
        (
            "no.opt.test A",
            "no DS at no.opt.test: opt.test does not list unsigned names (NSEC3 opt-out)",
        ),
        (
            "a.wild.opt.test A",
            "no DS at a.wild.opt.test: opt.test does not list unsigned names (NSEC3 opt-out)",
        ),
    ] {
        is(&lab, question, Insecure, reason);
    }
}

#[test]
fn each_link_of_a_chain_has_its_own_state() {
    let lab = Lab::new(zones());
    for (question, expected) in [
        ("out.one.test A", "out.one.test CNAME secure, www.insecure.test A insecure"),
        ("far.one.test A", "far.one.test CNAME secure, www.three.test A secure"),
        (
            "a.dname.one.test A",
            "dname.one.test DNAME secure, a.dname.one.test CNAME secure, \
             a.target.one.test A secure",
        ),
        ("www.one.test ANY", "www.one.test A secure, www.one.test MX secure"),
    ] {
        let verdict = verdict(&lab, question);
        let states = verdict.sets.iter().map(|set| {
            let owner = crate::name::present(&set.name);
            format!("{owner} {} {}", type_name(set.record_type), set.state.as_str())
        });
        assert_eq!(states.collect::<Vec<_>>().join(", "), expected, "{question}");
    }
}

#[test]
fn without_an_anchor_nothing_is_known() {
    let lab = Lab::new(zones());
    let anchors = lab.anchors_at("three.test");
    for (question, state, reason) in [
        ("www.one.test A", Indeterminate, "no trust anchor at one.test or above"),
        ("three.test DS", Indeterminate, "no trust anchor at test or above"),
        (
            "www.three.test A",
            Secure,
            "signed by three.test (ED25519, key N), chain complete to the trust anchor three.test",
        ),
        (
            "www.plain.three.test A",
            Insecure,
            "no DS at plain.three.test, proved by NSEC3 of three.test",
        ),
    ] {
        let verdict = verdict_with(&lab, anchors.clone(), question);
        assert_eq!(told(&verdict), (state, reason.to_owned()), "{question}");
    }
    let verdict = verdict_with(&lab, Anchors::default(), "www.one.test A");
    let reason = "no DNSKEY of . matches its trust anchor (key N, 38696)";
    assert_eq!(told(&verdict), (Bogus, reason.to_owned()));
}

#[test]
fn failures_and_referrals_are_not_judged() {
    let lab = Lab::new(zones());
    let owner = name("www.one.test");
    let validator = Validator::new(&lab, lab.anchors(), Policy::default());
    let judge = |reply: &Message, wanted| {
        let verdict = block_on(validator.validate(&owner, wanted, reply, NOW));
        (verdict.state, verdict.reason.to_string())
    };
    let mut failed = lab::blank();
    failed.rcode = 2;
    assert_eq!(
        judge(&failed, RecordType::A),
        (Indeterminate, "the server answers SERVFAIL".to_owned())
    );
    let mut broken = lab.answer(&owner, RecordType::A);
    broken.damage = Some(Damage::Data(RecordType::A));
    assert_eq!(
        judge(&broken, RecordType::A),
        (Indeterminate, "the reply is not complete".to_owned())
    );
    let mut referral = lab::blank();
    referral.authorities.push(Record {
        name: name("test"),
        record_type: RecordType::NS,
        class: DNSClass::IN,
        ttl: 60,
        is_malformed: false,
        data: b"\0".to_vec(),
    });
    let unfinished = "the reply does not say what is at www.one.test";
    assert_eq!(judge(&referral, RecordType::A), (Indeterminate, unfinished.to_owned()));
    let mut signatures = lab.answer(&owner, RecordType::A);
    without(RecordType::A)(&mut signatures);
    assert_eq!(
        judge(&signatures, RecordType::RRSIG),
        (Indeterminate, "signatures are not signed themselves".to_owned())
    );
}

#[test]
fn what_was_found_on_the_way_is_remembered() {
    let lab = Lab::new(zones());
    let validator = Validator::new(&lab, lab.anchors(), Policy::default());
    let ask = |question: &str, now| {
        lab.asked.lock().unwrap().clear();
        let (owner, wanted) = asked(question);
        let reply = lab.answer(&owner, wanted);
        let verdict = block_on(validator.validate(&owner, wanted, &reply, now));
        assert_eq!(verdict.state, Secure, "{question}");
        lab.asked.lock().unwrap().join(", ")
    };
    let all = ". DNSKEY, test DS, test DNSKEY, one.test DS, one.test DNSKEY";
    assert_eq!(ask("www.one.test A", NOW), all);
    assert_eq!(ask("www.one.test AAAA", NOW), "");
    assert_eq!(ask("www.three.test A", NOW + 3600), "three.test DS, three.test DNSKEY");
    assert_eq!(ask("www.one.test A", NOW + 3601), all);
}

#[test]
fn two_questions_at_once_go_the_same_way_once() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let lab = Lab::new(zones());
    let validator = Validator::new(&lab, lab.anchors(), Policy::default());
    let (owner, _) = asked("www.one.test A");
    let [one, other] = [RecordType::A, RecordType::MX].map(|it| (it, lab.answer(&owner, it)));
    let (one, other) = block_on(async {
        tokio::join!(
            sent(validator.validate(&owner, one.0, &one.1, NOW)),
            sent(validator.validate(&owner, other.0, &other.1, NOW)),
        )
    });
    assert_eq!((one.state, other.state), (Secure, Secure));
    assert_eq!(lab.asked.lock().unwrap().len(), 5);
}

#[test]
fn no_chain_is_worth_more_than_so_many_questions() {
    let lab = Lab::new(vec![
        Zone::new(".", 13, &[]),
        Zone::new("test", 13, &[&format!("{}test A 192.0.2.1", "a.".repeat(120))]),
    ]);
    let long = format!("{}test", "a.".repeat(120));
    let lab = lab.tampering(|_, wanted, reply| {
        if wanted == RecordType::A {
            without(RecordType::RRSIG)(reply);
        }
    });
    is(&lab, &format!("{long} A"), Indeterminate, "the chain takes too many questions or checks");
    assert!(lab.asked.lock().unwrap().len() <= 100);
}

#[test]
fn ttls_are_no_longer_than_what_was_signed() {
    let lab = tampered("www.one.test A", |reply| {
        for record in &mut reply.answers {
            record.ttl = 1_000_000;
        }
    });
    let verdict = verdict(&lab, "www.one.test A");
    assert_eq!((verdict.state, verdict.sets[0].ttl_max_s), (Secure, Some(3600)));
    let lab = changed("one.test", |zone| zone.expiration = NOW + 10);
    assert_eq!(self::verdict(&lab, "www.one.test A").sets[0].ttl_max_s, Some(10));
}

#[test]
fn reasons_have_codes() {
    let zone = || name("test");
    for (reason, code) in [
        (Reason::NoDnssec, Some(5)),
        (Reason::NoDnskey(zone()), Some(9)),
        (Reason::UnsupportedAlgorithms { zone: zone(), algorithms: vec![Algorithm(16)] }, Some(1)),
        (Reason::TooManyIterations { zone: zone(), iterations: 151 }, Some(27)),
        (Reason::NotSignable, None),
    ] {
        assert_eq!(reason.extended_error(), code, "{reason:?}");
    }
}
