//! The NAT Port Mapping Protocol (RFC 6886).

use std::net::Ipv4Addr;

use super::Probe;
use super::octets::{number16, number32};

pub(super) const NAT_PMP: Probe = Probe::new(&[5351], question, answer);

const VERSION: u8 = 0;
const EXTERNAL_ADDRESS: u8 = 0;

/// What is added to the opcode in an answer.
const ANSWER: u8 = 128;

/// Asks for the external address (3.2): nothing is mapped.
fn question(_: u64) -> Vec<u8> {
    vec![VERSION, EXTERNAL_ADDRESS]
}

fn answer(octets: &[u8]) -> Option<String> {
    // A server of PCP alone says which version it speaks (RFC 6887, 9).
    let &[version @ ..=2, opcode, ..] = octets else { return None };
    if opcode < ANSWER {
        return None;
    }
    let name = if version == VERSION { "NAT-PMP" } else { "PCP" };
    Some(match number16(octets, 2)? {
        0 if version == VERSION => {
            format!("NAT-PMP, external address {}", Ipv4Addr::from(number32(octets, 8)?))
        }
        0 => format!("{name} answer"),
        code => format!("{name}, error {code}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_external_address_is_asked_for_and_told() {
        assert_eq!(question(7), [0, 0]);
        for (octets, expected) in [
            (
                &[0, 128, 0, 0, 0, 0, 1, 0, 192, 0, 2, 1][..],
                Some("NAT-PMP, external address 192.0.2.1"),
            ),
            (&[0, 128, 0, 3, 0, 0, 1, 0, 0, 0, 0, 0], Some("NAT-PMP, error 3")),
            (&[2, 128, 0, 1, 0, 0, 0, 0], Some("PCP, error 1")),
            (&[0, 128, 0, 0, 0, 0, 1, 0, 192], None),
            (&[0, 0, 0, 0], None),
            (&[3, 128, 0, 0], None),
        ] {
            assert_eq!(answer(octets).as_deref(), expected);
        }
    }
}
