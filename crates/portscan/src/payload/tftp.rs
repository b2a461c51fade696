//! The Trivial File Transfer Protocol (RFC 1350).

use super::Probe;
use super::octets::{number16, quoted};

pub(super) const TFTP: Probe = Probe::new(&[69], question, answer).answers_elsewhere();

const READ_REQUEST: u16 = 1;
const DATA: u16 = 3;
const ERROR: u16 = 5;

/// Asks for a file that nobody has. The server answers from a port of its own choice (4).
fn question(nonce: u64) -> Vec<u8> {
    let request = format!("portscan-{nonce:016x}\0octet\0");
    [&READ_REQUEST.to_be_bytes(), request.as_bytes()].concat()
}

fn answer(octets: &[u8]) -> Option<String> {
    let code = number16(octets, 2)?;
    match number16(octets, 0)? {
        ERROR => Some(format!("TFTP error {code}, '{}'", quoted(&octets[4..]))),
        DATA => Some("TFTP, sends any file".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_nobody_has_is_asked_for() {
        assert_eq!(question(0xbeef), b"\0\x01portscan-000000000000beef\0octet\0");
    }

    #[test]
    fn errors_are_quoted() {
        for (octets, expected) in [
            (&b"\0\x05\0\x01File not found\0"[..], Some("TFTP error 1, 'File not found'")),
            (b"\0\x05\0\x02", Some("TFTP error 2, ''")),
            (b"\0\x03\0\x01data", Some("TFTP, sends any file")),
            (b"\0\x04\0\x01", None),
            (b"\0\x05\0", None),
        ] {
            assert_eq!(answer(octets).as_deref(), expected);
        }
    }
}
