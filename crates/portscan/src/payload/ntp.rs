//! The Network Time Protocol (RFC 5905).

use super::Probe;
use super::octets::quoted;

pub(super) const NTP: Probe = Probe::new(&[123], question, answer);

/// The octets of a message without extensions (7.3).
const MESSAGE_OCTETS: usize = 48;

/// The place of the transmit timestamp.
const TRANSMIT_TIMESTAMP: usize = 40;

/// The place of the reference ID, in which a server that is not to be asked says why (7.4).
const REFERENCE_ID: usize = 12;

const VERSION: u8 = 4;
const MODE_CLIENT: u8 = 3;
const MODE_SERVER: u8 = 4;

/// The leap indicator of a server that does not know the time.
const LEAP_UNKNOWN: u8 = 3;

/// The stratum of one that does not know it, too (figure 11).
const UNSYNCHRONIZED: u8 = 16;

/// Asks for the time. Our own is nobody's business: the timestamp is the nonce, which the server
/// repeats.
fn question(nonce: u64) -> Vec<u8> {
    let mut octets = vec![0; MESSAGE_OCTETS];
    octets[0] = VERSION << 3 | MODE_CLIENT;
    octets[TRANSMIT_TIMESTAMP..].copy_from_slice(&nonce.to_be_bytes());
    octets
}

fn answer(octets: &[u8]) -> Option<String> {
    let message = octets.first_chunk::<MESSAGE_OCTETS>()?;
    let [first, stratum, ..] = *message;
    let (leap, version, mode) = (first >> 6, first >> 3 & 7, first & 7);
    if mode != MODE_SERVER {
        return None;
    }
    let code = &message[REFERENCE_ID..REFERENCE_ID + 4];
    Some(match stratum {
        0 if code.iter().all(u8::is_ascii_uppercase) => {
            format!("NTPv{version}, turned away with {}", quoted(code))
        }
        stratum if leap == LEAP_UNKNOWN || stratum == 0 || stratum >= UNSYNCHRONIZED => {
            format!("NTPv{version}, not synchronized")
        }
        stratum => format!("NTPv{version}, stratum {stratum}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_one_of_a_client() {
        let octets = question(0x0102_0304_0506_0708);
        assert_eq!((octets.len(), octets[0]), (48, 0x23));
        assert!(octets[1..40].iter().all(|octet| *octet == 0));
        assert_eq!(octets[40..], [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn answers_tell_how_far_the_clock_is() {
        let answered = |first, stratum, code: &[u8; 4]| {
            let mut octets = [0; 48];
            (octets[0], octets[1]) = (first, stratum);
            octets[12..16].copy_from_slice(code);
            answer(&octets)
        };
        for (first, stratum, code, expected) in [
            (0x24, 2, &[127, 0, 0, 1], Some("NTPv4, stratum 2")),
            (0x1c, 1, b"GPS\0", Some("NTPv3, stratum 1")),
            (0xe4, 0, b"INIT", Some("NTPv4, turned away with INIT")),
            (0xe4, 0, b"RATE", Some("NTPv4, turned away with RATE")),
            (0xe4, 0, &[0; 4], Some("NTPv4, not synchronized")),
            (0x24, 16, &[0; 4], Some("NTPv4, not synchronized")),
            (0xe4, 3, &[127, 0, 0, 1], Some("NTPv4, not synchronized")),
            (0x23, 2, &[0; 4], None),
        ] {
            assert_eq!(answered(first, stratum, code).as_deref(), expected);
        }
        assert_eq!(answer(&[0x24; 47]), None);
    }
}
