//! SNMPv3, which tells the engine behind it without a password (RFC 3414, 4).

use std::fmt::Write;

use super::Probe;
use super::ber::{self, INTEGER, OCTET_STRING, SEQUENCE};
use super::octets::positive32;

pub(super) const SNMP: Probe = Probe::new(&[161], question, answer)
    .silent_if("an agent of SNMPv1 or SNMPv2c alone answers only to its community");

/// `msgVersion` (RFC 3412, 6).
const VERSION_3: u32 = 3;

/// The least that everybody has to take, in octets (`msgMaxSize`).
const MESSAGE_MAX_OCTETS: u32 = 484;

/// `msgFlags`: without authentication and privacy, to be answered with a report.
const REPORTABLE: u8 = 0x04;

/// The user-based security model (`msgSecurityModel`).
const USER_BASED: u32 = 3;

/// The tag of a GetRequest-PDU (RFC 3416, 3).
const GET_REQUEST: u8 = ber::context(0);

/// The most octets of the name of an engine (RFC 3411, 5).
const ENGINE_ID_MAX_OCTETS: usize = 32;

/// A request of nobody to an engine without a name, which it answers with its name.
fn question(nonce: u64) -> Vec<u8> {
    let id = positive32(nonce);
    let nothing = || ber::element(OCTET_STRING, &[]);
    let number = |number| ber::integer(INTEGER, number);
    let header = [
        number(id),
        number(MESSAGE_MAX_OCTETS),
        ber::element(OCTET_STRING, &[REPORTABLE]),
        number(USER_BASED),
    ];
    let [engine, boots, time] = [nothing(), number(0), number(0)];
    let [user, authentication, privacy] = [nothing(), nothing(), nothing()];
    let security =
        ber::constructed(SEQUENCE, &[engine, boots, time, user, authentication, privacy]);
    let [error_status, error_index] = [number(0), number(0)];
    let no_variables = ber::constructed(SEQUENCE, &[]);
    let request =
        ber::constructed(GET_REQUEST, &[number(id), error_status, error_index, no_variables]);
    let [context_engine, context_name] = [nothing(), nothing()];
    let message = [
        number(VERSION_3),
        ber::constructed(SEQUENCE, &header),
        ber::element(OCTET_STRING, &security),
        ber::constructed(SEQUENCE, &[context_engine, context_name, request]),
    ];
    ber::constructed(SEQUENCE, &message)
}

fn answer(octets: &[u8]) -> Option<String> {
    let mut message = ber::take(&mut { octets }, SEQUENCE)?;
    match ber::take_number(&mut message, INTEGER)? {
        0 => return Some("SNMPv1 answer".to_owned()),
        1 => return Some("SNMPv2c answer".to_owned()),
        VERSION_3 => {}
        _ => return None,
    }
    ber::take(&mut message, SEQUENCE)?;
    let mut security = ber::take(&mut message, OCTET_STRING)?;
    let mut security = ber::take(&mut security, SEQUENCE)?;
    let engine = ber::take(&mut security, OCTET_STRING)?;
    if engine.is_empty() || engine.len() > ENGINE_ID_MAX_OCTETS {
        return None;
    }
    let mut words = "SNMPv3 engine ".to_owned();
    for octet in engine {
        write!(words, "{octet:02x}").ok()?;
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_asks_for_the_engine() {
        #[rustfmt::skip]
        let expected = [
            0x30, 0x3d, 2, 1, 3,
            0x30, 0x10, 2, 4, 0x41, 2, 3, 4, 2, 2, 0x01, 0xe4, 4, 1, 4, 2, 1, 3,
            4, 0x10, 0x30, 0x0e, 4, 0, 2, 1, 0, 2, 1, 0, 4, 0, 4, 0, 4, 0,
            0x30, 0x14, 4, 0, 4, 0, 0xa0, 0x0e, 2, 4, 0x41, 2, 3, 4, 2, 1, 0, 2, 1, 0, 0x30, 0,
        ];
        assert_eq!(question(0x0102_0304 << 32), expected);
    }

    #[test]
    fn the_answer_tells_the_engine() {
        let report = |version, engine: &[u8]| {
            let security = ber::constructed(SEQUENCE, &[ber::element(OCTET_STRING, engine)]);
            let header = ber::constructed(SEQUENCE, &[]);
            let security = ber::element(OCTET_STRING, &security);
            let version = ber::integer(INTEGER, version);
            answer(&ber::constructed(SEQUENCE, &[version, header, security]))
        };
        let engine = [0x80, 0, 0x1f, 0x88, 0x80];
        assert_eq!(report(3, &engine).as_deref(), Some("SNMPv3 engine 80001f8880"));
        assert_eq!(report(1, &[]).as_deref(), Some("SNMPv2c answer"));
        assert_eq!(report(3, &[]), None);
        assert_eq!(report(3, &[1; 33]), None);
        assert_eq!(report(7, &engine), None);
    }
}
