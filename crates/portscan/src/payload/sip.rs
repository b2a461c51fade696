//! The Session Initiation Protocol (RFC 3261).

use super::Probe;
use super::text::{field, status, with};

pub(super) const SIP: Probe = Probe::new(&[5060], question, answer);

/// Asks what can be done (11). It may not be handed on (`Max-Forwards`), and is answered to where it
/// came from (`rport`; RFC 3581).
fn question(nonce: u64) -> Vec<u8> {
    let request = format!(
        "OPTIONS sip:portscan.invalid SIP/2.0\r\n\
         Via: SIP/2.0/UDP portscan.invalid;branch=z9hG4bK{nonce:016x};rport\r\n\
         Max-Forwards: 0\r\n\
         To: <sip:portscan.invalid>\r\n\
         From: <sip:portscan.invalid>;tag={nonce:016x}\r\n\
         Call-ID: {nonce:016x}\r\n\
         CSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\
         \r\n"
    );
    request.into()
}

fn answer(octets: &[u8]) -> Option<String> {
    let status = status(octets, "SIP/2.0")?;
    Some(with(format!("SIP {status}"), field(octets, &["Server", "User-Agent"])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_has_the_fields_that_it_must_have() {
        let request = question(0xbeef);
        for name in ["Via", "Max-Forwards", "To", "From", "Call-ID", "CSeq", "Content-Length"] {
            assert!(field(&request, &[name]).is_some(), "{name}");
        }
        let via = "\r\nVia: SIP/2.0/UDP portscan.invalid;branch=z9hG4bK000000000000beef;rport\r\n";
        assert!(str::from_utf8(&request).unwrap().contains(via));
        assert_eq!(field(&request, &["Max-Forwards"]).unwrap(), "0");
        assert!(request.ends_with(b"\r\n\r\n"));
    }

    #[test]
    fn answers_tell_their_status_and_their_program() {
        for (octets, expected) in [
            (
                &b"SIP/2.0 200 OK\r\nVia: x\r\nServer: kamailio (5.6.3)\r\n\r\n"[..],
                Some("SIP 200 OK, kamailio (5.6.3)"),
            ),
            (b"SIP/2.0 483 Too Many Hops\r\n\r\n", Some("SIP 483 Too Many Hops")),
            (b"OPTIONS sip:x SIP/2.0\r\n\r\n", None),
        ] {
            assert_eq!(answer(octets).as_deref(), expected);
        }
    }
}
