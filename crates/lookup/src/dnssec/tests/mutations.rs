//! Replies with something changed in them: never secure, and never a panic.

use hickory_proto::rr::{DNSClass, Name, RecordType};
use proptest::prelude::*;

use super::lab::{Lab, NOW, Zone, blank, name};
use super::{answer, asked, block_on, judge};
use crate::dnssec::{Policy, Security, Validator};
use crate::message::{Message, Record};

/// Small zones, so that every bit can be changed.
fn small() -> Lab {
    let records =
        |zone: &str| [format!("www.{zone} A 192.0.2.1"), format!("*.w.{zone} A 192.0.2.2")];
    let (one, three) = (records("one"), records("three"));
    Lab::new(vec![
        Zone::new(".", 15, &[]),
        Zone::new("one", 15, &one.each_ref().map(|it| &**it)),
        Zone::new("three", 13, &three.each_ref().map(|it| &**it)).nsec3(1, false),
    ])
}

/// All but the one that makes a small letter a capital.
const BITS: [u8; 7] = [0x01, 0x02, 0x04, 0x08, 0x10, 0x40, 0x80];

/// Calls with a reply for every octet of its data in which one bit is changed.
fn for_each_octet(reply: &Message, types: &[RecordType], mut judge: impl FnMut(&Message, &str)) {
    let sections: [fn(&mut Message) -> &mut Vec<Record>; 2] =
        [|it| &mut it.answers, |it| &mut it.authorities];
    for section in sections {
        let mut changed = reply.clone();
        for index in 0..section(&mut changed).len() {
            if !types.contains(&section(&mut changed)[index].record_type) {
                continue;
            }
            for octet in 0..section(&mut changed)[index].data.len() {
                let bit = BITS[octet % BITS.len()];
                section(&mut changed)[index].data[octet] ^= bit;
                let record_type = section(&mut changed)[index].record_type;
                judge(&changed, &format!("record {index} {record_type} octet {octet}"));
                section(&mut changed)[index].data[octet] ^= bit;
            }
        }
    }
}

#[test]
fn no_octet_of_an_answer_can_be_changed() {
    let lab = small();
    for question in ["www.one A", "www.three A"] {
        let validator = Validator::new(&lab, lab.anchors(), Policy::default());
        let (owner, wanted) = asked(question);
        let state =
            |reply: &Message| block_on(validator.validate(&owner, wanted, reply, NOW)).state;
        let reply = answer(&lab, question);
        assert_eq!(state(&reply), Security::Secure);
        for_each_octet(&reply, &[RecordType::A, RecordType::RRSIG], |changed, what| {
            assert_ne!(state(changed), Security::Secure, "{question} {what}");
        });
    }
}

#[test]
fn no_octet_of_a_proof_can_be_changed() {
    let lab = small();
    for question in ["no.one A", "a.w.one A", "a.w.one TXT", "a.w.three A", "no.three A"] {
        let validator = Validator::new(&lab, lab.anchors(), Policy::default());
        let (owner, wanted) = asked(question);
        let state =
            |reply: &Message| block_on(validator.validate(&owner, wanted, reply, NOW)).state;
        let mut reply = answer(&lab, question);
        // The SOA proves nothing, and one proof may be there twice.
        let soa = reply.authorities.iter().position(|it| it.record_type == RecordType::SOA);
        if let Some(index) = soa {
            reply.authorities.drain(index..=index + 1);
        }
        reply.authorities = needed(&reply, &state);
        let types = [RecordType::NSEC, RecordType::NSEC3, RecordType::RRSIG, RecordType::A];
        for_each_octet(&reply, &types, |changed, what| {
            assert_ne!(state(changed), Security::Secure, "{question} {what}");
        });
    }
}

/// The sets without which a proof is none: each a record and its signature.
fn needed(reply: &Message, state: &impl Fn(&Message) -> Security) -> Vec<Record> {
    let mut reply = reply.clone();
    let mut index = 0;
    while index < reply.authorities.len() {
        let taken: Vec<_> = reply.authorities.drain(index..index + 2).collect();
        if state(&reply) != Security::Secure {
            reply.authorities.splice(index..index, taken);
            index += 2;
        }
    }
    assert_eq!(state(&reply), Security::Secure);
    assert!(!reply.authorities.is_empty());
    reply.authorities
}

#[test]
fn no_octet_on_the_way_can_be_changed() {
    for (question, wanted) in
        [(".", RecordType::DNSKEY), ("one", RecordType::DS), ("one", RecordType::DNSKEY)]
    {
        let octets = answer(&small(), &format!("{question} {wanted}"))
            .answers
            .iter()
            .map(|it| it.data.len())
            .sum::<usize>();
        for target in (0..octets).step_by(3) {
            let lab = small().tampering(move |owner, asked_type, reply| {
                if (owner, asked_type) == (&name(question), wanted) {
                    let mut left = target;
                    for record in &mut reply.answers {
                        if left < record.data.len() {
                            record.data[left] ^= 0x40;
                            return;
                        }
                        left -= record.data.len();
                    }
                }
            });
            let verdict = super::verdict(&lab, "www.one A");
            assert_ne!(verdict.state, Security::Secure, "{question} {wanted} {target}");
        }
    }
}

#[test]
fn no_name_can_be_changed() {
    let lab = small();
    for question in ["www.one A", "no.one A", "no.three A", "a.w.one A"] {
        let reply = answer(&lab, question);
        let records = reply.answers.len() + reply.authorities.len();
        for index in 0..records {
            let mut changed = reply.clone();
            let record = changed.answers.iter_mut().chain(&mut changed.authorities).nth(index);
            let record = record.unwrap();
            let covered = &record.data[..2];
            if record.record_type == RecordType::SOA || covered == [0, 6] {
                continue;
            }
            let owner = record.name.clone();
            record.name = owner.prepend_label("zz").unwrap();
            let answers_anyway = judge(&lab, question, &reply_without(&reply, index)).state;
            if answers_anyway != Security::Secure {
                let state = judge(&lab, question, &changed).state;
                assert_ne!(state, Security::Secure, "{question} {index}");
            }
        }
    }
}

fn reply_without(reply: &Message, index: usize) -> Message {
    let mut reply = reply.clone();
    match index.checked_sub(reply.answers.len()) {
        None => drop(reply.answers.remove(index)),
        Some(index) => drop(reply.authorities.remove(index)),
    }
    reply
}

fn any_record() -> impl Strategy<Value = Record> {
    let names = vec!["one", "www.one", "a.w.one", ".", "three", "x.y.z", "*.w.one"];
    let types = vec![1_u16, 2, 5, 6, 15, 35, 39, 43, 46, 47, 48, 50, 255, 65280];
    let octet = prop_oneof![0_u8..4, Just(b'a'), Just(13), any::<u8>()];
    (
        prop::sample::select(names),
        prop::sample::select(types),
        any::<u32>(),
        prop::collection::vec(octet, 0..80),
    )
        .prop_map(|(owner, record_type, ttl, data)| Record {
            name: name(owner),
            record_type: RecordType::from(record_type),
            class: DNSClass::IN,
            ttl,
            data,
            is_malformed: false,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_reply_is_too_odd(
        answers in prop::collection::vec(any_record(), 0..8),
        authorities in prop::collection::vec(any_record(), 0..8),
        rcode in 0_u16..5,
        question in prop::sample::select(vec!["www.one A", "one DS", "a.w.one ANY", ". NS"]),
        everywhere in any::<bool>(),
    ) {
        let mut odd = blank();
        odd.answers = answers;
        odd.authorities = authorities;
        odd.rcode = rcode;
        let lab = small();
        let anchors = lab.anchors();
        let reply = odd.clone();
        let lab = lab.tampering(move |owner: &Name, wanted, it: &mut Message| {
            // The keys of the root stay, so that it goes on from there.
            if everywhere && !(owner.is_root() && wanted == RecordType::DNSKEY) {
                *it = odd.clone();
            }
        });
        let (owner, wanted) = asked(question);
        let validator = Validator::new(&lab, anchors, Policy::default());
        let verdict = block_on(validator.validate(&owner, wanted, &reply, NOW));
        prop_assert_ne!(verdict.state, Security::Secure);
        prop_assert!(!verdict.reason.to_string().is_empty());
    }
}
