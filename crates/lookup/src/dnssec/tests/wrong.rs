//! Zones and replies with something wrong in them, and what is said of it.

use hickory_proto::rr::RecordType;

use super::lab::{Denial, Key, Lab, NOW, Zone, blank, name};
use super::{answer, asked, is, judge, told, verdict, verdict_with, zones};
use crate::dnssec::Security::{Bogus, Indeterminate, Insecure, Secure};
use crate::dnssec::{AnchorError, Anchors};
use crate::message::{Damage, Message, Section};

/// A lab with one zone changed.
pub fn changed(zone: &str, change: impl FnOnce(&mut Zone)) -> Lab {
    let mut zones = zones();
    change(zones.iter_mut().find(|it| it.name == name(zone)).unwrap());
    Lab::new(zones)
}

/// Makes another answer to one question, and to all others the right one.
pub fn tampered(
    question: &'static str,
    tamper: impl Fn(&mut Message) + Send + Sync + 'static,
) -> Lab {
    let (owner, wanted) = asked(question);
    Lab::new(zones()).tampering(move |asked, asked_type, reply| {
        if (asked, asked_type) == (&owner, wanted) {
            tamper(reply);
        }
    })
}

pub fn without(wanted: RecordType) -> impl Fn(&mut Message) {
    move |reply| {
        reply.answers.retain(|record| record.record_type != wanted);
        reply.authorities.retain(|record| record.record_type != wanted);
    }
}

#[test]
fn times_and_keys_are_checked() {
    let is_one = |change: &dyn Fn(&mut Zone), state, reason| {
        is(&changed("one.test", change), "www.one.test A", state, reason);
    };
    is_one(
        &|zone| zone.expiration = NOW - 60,
        Bogus,
        "signature of one.test DNSKEY expired 2025-06-15T15:05:40Z",
    );
    is_one(
        &|zone| zone.inception = NOW + 60,
        Bogus,
        "signature of one.test DNSKEY is not yet valid: from 2025-06-15T15:07:40Z",
    );
    is_one(
        &|zone| zone.ksk = Key::new(13, 257),
        Bogus,
        "signature of one.test DNSKEY is by key N, which is no DNSKEY",
    );
    is_one(
        &|zone| zone.ds = vec![Key::new(13, 257).ds(&zone.name, 2)],
        Bogus,
        "no DNSKEY of one.test matches its DS (key N)",
    );
    is_one(
        &|zone| zone.zsk = Key::new(13, 256),
        Bogus,
        "signature of www.one.test A is by key N, which is no DNSKEY",
    );
    is_one(
        &|zone| drop(zone.nodes.get_mut(&zone.name).unwrap().remove(&RecordType::DNSKEY)),
        Bogus,
        "no DNSKEY at one.test, which has a DS",
    );
    is_one(&|zone| zone.signed = false, Bogus, "no RRSIG for one.test DNSKEY");
}

#[test]
fn algorithms_that_cannot_be_checked_are_insecure() {
    let ds = |algorithm, digest_type| {
        move |zone: &mut Zone| {
            for ds in &mut zone.ds {
                ds[2] = algorithm;
                ds[3] = digest_type;
            }
        }
    };
    for (algorithm, digest_type, reason) in [
        (16, 2, "one.test is signed with ED448 only: not supported"),
        (5, 2, "one.test is signed with RSASHA1 only: not supported"),
        (253, 2, "one.test is signed with algorithm 253 only: not supported"),
        (13, 3, "the DS at one.test is of digest type 3: not supported"),
    ] {
        let lab = changed("one.test", ds(algorithm, digest_type));
        is(&lab, "www.one.test A", Insecure, reason);
        is(&lab, "no.one.test A", Insecure, reason);
    }
    // One that can is enough, and SHA-1 is where there is nothing better.
    let secure = "signed by one.test (ECDSAP256SHA256, key N), chain complete to the root";
    for types in [&[1][..], &[4], &[2, 4]] {
        let lab = changed("one.test", |zone| {
            zone.ds = types.iter().map(|it| zone.ksk.ds(&zone.name, *it)).collect();
            zone.ds.push([&zone.ds[0][..2], b"\x10\x02", &[0; 32]].concat());
        });
        is(&lab, "www.one.test A", Secure, secure);
    }
    // A digest that is wrong is not made good by one of SHA-1.
    let lab = changed("one.test", |zone| {
        zone.ds = vec![zone.ksk.ds(&zone.name, 1), zone.ksk.ds(&zone.name, 2)];
        zone.ds[1][10] ^= 1;
    });
    assert_eq!(verdict(&lab, "www.one.test A").state, Bogus);
}

#[test]
fn revoked_keys_and_keys_of_others_sign_nothing() {
    for flags in [0, 385] {
        let lab = changed("one.test", |zone| {
            zone.zsk = Key::new(13, flags);
            let keys = [&zone.ksk, &zone.zsk].map(|key| key.dnskey.data().to_vec()).to_vec();
            zone.nodes.get_mut(&zone.name).unwrap().insert(RecordType::DNSKEY, keys);
        });
        is(
            &lab,
            "www.one.test A",
            Bogus,
            "signature of www.one.test A is by key N, which is revoked or no zone key",
        );
    }
}

#[test]
fn nsec3_with_many_iterations_is_insecure() {
    for (iterations, state) in [(150, Secure), (151, Insecure), (501, Insecure)] {
        let lab = changed("three.test", |zone| {
            zone.denial = Denial::Nsec3 { iterations, opt_out: false };
        });
        for question in ["no.three.test A", "www.three.test TXT", "a.wild.three.test A"] {
            assert_eq!(verdict(&lab, question).state, state, "{iterations} {question}");
        }
        assert_eq!(verdict(&lab, "www.three.test A").state, Secure);
    }
}

#[test]
fn what_was_taken_out_or_swapped_is_bogus() {
    let is_tampered = |question, tamper: Box<dyn Fn(&mut Message) + Send + Sync>, reason: &str| {
        is(&tampered(question, tamper), question, Bogus, reason);
    };
    is_tampered(
        "www.one.test A",
        Box::new(without(RecordType::RRSIG)),
        "no RRSIG for www.one.test A",
    );
    is_tampered(
        "www.one.test A",
        Box::new(|reply| {
            for record in &mut reply.answers {
                if record.record_type == RecordType::RRSIG {
                    record.data.truncate(18);
                }
            }
        }),
        "the RRSIG for www.one.test A is malformed",
    );
    is_tampered(
        "www.one.test A",
        Box::new(|reply| reply.answers[0].data = vec![192, 0, 2, 66]),
        "signature of www.one.test A does not verify with key N (ECDSAP256SHA256)",
    );
    is_tampered(
        "a.wild.one.test A",
        Box::new(without(RecordType::NSEC)),
        "denial not proved: a.wild.one.test A: no NSEC or NSEC3 that its zone signed",
    );
    is_tampered(
        "a.wild.three.test A",
        Box::new(without(RecordType::NSEC3)),
        "denial not proved: a.wild.three.test A: no NSEC or NSEC3 that its zone signed",
    );
    is_tampered(
        "no.one.test A",
        Box::new(without(RecordType::NSEC)),
        "denial not proved: no.one.test A: no NSEC or NSEC3 that its zone signed",
    );
    is_tampered(
        "no.three.test A",
        Box::new(without(RecordType::NSEC3)),
        "denial not proved: no.three.test A: no NSEC or NSEC3 that its zone signed",
    );
    is_tampered(
        "no.one.test A",
        Box::new(|reply| reply.rcode = 0),
        "denial not proved: no.one.test A: the NSEC says that there is no such name at all",
    );
    is_tampered(
        "www.one.test TXT",
        Box::new(|reply| reply.rcode = 3),
        "denial not proved: www.one.test TXT: the NSEC says that the name exists",
    );
    is_tampered(
        "www.three.test TXT",
        Box::new(|reply| reply.rcode = 3),
        "denial not proved: www.three.test TXT: the NSEC says that the name exists",
    );
}

#[test]
fn proofs_of_other_names_prove_nothing() {
    let lab = Lab::new(zones());
    for (question, of, rename, reason) in [
        // A wildcard's records where there is a name of its own.
        (
            "x.wild.one.test A",
            "a.wild.one.test A",
            Some("a.wild.one.test"),
            "denial not proved: x.wild.one.test A: nothing rules out names below wild.one.test",
        ),
        (
            "x.wild.three.test A",
            "a.wild.three.test A",
            Some("a.wild.three.test"),
            "denial not proved: x.wild.three.test A: nothing rules out names below wild.three.test",
        ),
        (
            "q.one.test A",
            "b.one.test A",
            None,
            "denial not proved: q.one.test A: no NSEC or NSEC3 is about the name",
        ),
        (
            "www.three.test A",
            "no.three.test A",
            None,
            "denial not proved: www.three.test A: no NSEC or NSEC3 is about the name",
        ),
        (
            "www.one.test MX",
            "www.one.test TXT",
            None,
            "denial not proved: www.one.test MX: the NSEC says that the records or an alias exist",
        ),
        (
            "two.three.test A",
            "two.three.test CNAME",
            Some("www.three.test"),
            "the reply does not say what is at www.three.test",
        ),
        // What a zone says of another below it is about the cut only.
        (
            "plain.three.test A",
            "plain.three.test DS",
            None,
            "no DS at plain.three.test, proved by NSEC3 of three.test",
        ),
        (
            "one.test A",
            "test DS",
            None,
            "denial not proved: one.test A: no NSEC or NSEC3 that its zone signed",
        ),
    ] {
        let mut reply = answer(&lab, of);
        if let Some(from) = rename {
            for record in reply.answers.iter_mut().filter(|record| record.name == name(from)) {
                record.name = asked(question).0;
            }
        }
        if reply.answers.is_empty() || rename.is_some() {
            let verdict = judge(&lab, question, &reply);
            assert_eq!(verdict.reason.to_string(), reason, "{question} {verdict:#?}");
            assert_ne!(verdict.state, Secure, "{question}");
        }
    }
}

/// What a zone says of a zone below it must not deny what is in there (RFC 6840, 4.1).
#[test]
fn a_cut_does_not_deny_what_is_below() {
    let lab = Lab::new(zones());
    for (zone, question) in
        [("test", "www.one.test A"), ("test", "zz.one.test A"), ("test", "one.test A")]
    {
        let zone = lab.zone(zone);
        let (owner, _) = asked(question);
        let mut reply = blank();
        zone.deny(&[&name("one.test"), &owner, &zone.name], &mut reply.authorities);
        for rcode in [0, 3] {
            reply.rcode = rcode;
            let verdict = judge(&lab, question, &reply);
            assert_eq!(verdict.state, Bogus, "{question} {rcode} {verdict:#?}");
        }
    }
    // Nor must what a zone says of itself deny its DS.
    let zone = lab.zone("one.test");
    let mut reply = blank();
    zone.deny(&[&zone.name], &mut reply.authorities);
    let verdict = judge(&lab, "one.test DS", &reply);
    assert_eq!(verdict.state, Bogus, "{verdict:#?}");
}

#[test]
fn chains_that_break_above_say_where() {
    for (question, tamper, state, reason) in [
        (
            "one.test DS",
            Box::new(without(RecordType::RRSIG)) as Box<dyn Fn(&mut Message) + Send + Sync>,
            Bogus,
            "no RRSIG for one.test DS",
        ),
        (
            "one.test DS",
            Box::new(|reply: &mut Message| reply.answers.clear()),
            Bogus,
            "denial not proved: one.test DS: no NSEC or NSEC3 that its zone signed",
        ),
        (
            "test DNSKEY",
            Box::new(|reply: &mut Message| reply.answers.truncate(1)),
            Bogus,
            "no RRSIG for test DNSKEY",
        ),
        (
            "one.test DS",
            Box::new(|reply: &mut Message| reply.rcode = 2),
            Indeterminate,
            "cannot get one.test DS: SERVFAIL",
        ),
        (
            "one.test DNSKEY",
            Box::new(|reply: &mut Message| {
                reply.damage = Some(Damage::BreaksOff(Section::Answer));
            }),
            Indeterminate,
            "cannot get one.test DNSKEY: the reply is not complete",
        ),
    ] {
        let lab = tampered(question, tamper);
        for asked in ["www.one.test A", "no.one.test A", "www.one.test TXT"] {
            is(&lab, asked, state, reason);
        }
    }
}

#[test]
fn a_server_that_strips_signatures_says_nothing_about_forgery() {
    let strip = |_: &_, _, reply: &mut Message| {
        without(RecordType::RRSIG)(reply);
        without(RecordType::NSEC)(reply);
        without(RecordType::NSEC3)(reply);
        reply.edns = None;
    };
    let lab = Lab::new(zones()).tampering(strip);
    for question in ["www.one.test A", "no.one.test A", "www.insecure.test A"] {
        is(&lab, question, Indeterminate, "the server sends no DNSSEC records (does not do DO)");
    }
}

#[test]
fn a_revoked_anchor_is_told_apart() {
    let zones =
        |flags| vec![Zone::new(".", 13, &["www A 192.0.2.1"]).with(|zone| zone.revoke(flags))];
    for (flags, state, reason) in [
        (257, Secure, "signed by . (ECDSAP256SHA256, key N), chain complete to the root"),
        (385, Bogus, "the trust anchor of . was revoked"),
        (256, Bogus, "no DNSKEY of . matches its trust anchor (key N)"),
    ] {
        let lab = Lab::new(zones(flags));
        let key = &lab.zones[0].ksk.dnskey.data()[4..];
        let key = data_encoding::BASE64.encode(key);
        let anchors: Result<_, AnchorError> = Anchors::read(&format!(". DNSKEY 257 3 13 {key}"));
        let verdict = verdict_with(&lab, anchors.unwrap(), "www A");
        assert_eq!(told(&verdict), (state, reason.to_owned()), "{flags}");
    }
}

#[test]
fn no_set_is_worth_more_than_so_many_checks() {
    // KeyTrap: many keys of one tag, and many signatures by it.
    let lab = tampered("www.one.test A", |reply| {
        let rrsig = reply.answers.iter().find(|it| it.record_type == RecordType::RRSIG).unwrap();
        let mut wrong = rrsig.clone();
        *wrong.data.last_mut().unwrap() ^= 1;
        reply.answers.retain(|it| it.record_type != RecordType::RRSIG);
        reply.answers.extend(vec![wrong; 1000]);
    });
    is(
        &lab,
        "www.one.test A",
        Indeterminate,
        "www.one.test A has more signatures or keys than are worth checking",
    );
}
