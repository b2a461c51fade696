//! Kerberos 5 (RFC 4120).

use super::Probe;
use super::ber::{
    self, BIT_STRING, GENERAL_STRING, GENERALIZED_TIME, INTEGER, SEQUENCE, application, context,
};
use super::octets::{positive32, quoted};
use super::text::with;

pub(super) const KERBEROS: Probe = Probe::new(&[88], question, answer);

const PROTOCOL_VERSION: u32 = 5;

/// Types of messages, which are also their numbers as elements (5.10).
const AS_REQ: u8 = 10;
const KRB_ERROR: u8 = 30;

/// A service (`KRB_NT_SRV_INST`, 6.2).
const SERVICE_INSTANCE: u32 = 2;

/// AES with 128 bits (`aes128-cts-hmac-sha1-96`, RFC 3962, 7).
const ENCRYPTION: u32 = 17;

/// Nobody's realm (RFC 2606, 2).
const NOBODYS_REALM: &str = "INVALID";

/// Asks for a ticket in a realm that there is not, for nobody (5.4.1): no account is touched.
fn question(nonce: u64) -> Vec<u8> {
    let number = |number| ber::integer(INTEGER, number);
    let string = |text: &str| ber::element(GENERAL_STRING, text.as_bytes());
    let field = |place: u8, value: &[u8]| ber::element(context(place), value);
    let no_options = ber::element(BIT_STRING, &[0; 5]);
    let names = ber::constructed(SEQUENCE, &[string("krbtgt"), string(NOBODYS_REALM)]);
    let service = [field(0, &number(SERVICE_INSTANCE)), field(1, &names)];
    let till = ber::element(GENERALIZED_TIME, b"19700101000000Z");
    let body = [
        field(0, &no_options),
        field(2, &string(NOBODYS_REALM)),
        field(3, &ber::constructed(SEQUENCE, &service)),
        field(5, &till),
        field(7, &number(positive32(nonce))),
        field(8, &ber::constructed(SEQUENCE, &[number(ENCRYPTION)])),
    ];
    let request = [
        field(1, &number(PROTOCOL_VERSION)),
        field(2, &number(AS_REQ.into())),
        field(4, &ber::constructed(SEQUENCE, &body)),
    ];
    ber::element(application(AS_REQ), &ber::constructed(SEQUENCE, &request))
}

fn answer(octets: &[u8]) -> Option<String> {
    const ERROR_CODE: u8 = context(6);
    const REALM: u8 = context(9);

    let mut error = ber::take(&mut { octets }, application(KRB_ERROR))?;
    let mut fields = ber::take(&mut error, SEQUENCE)?;
    let (mut code, mut realm) = (None, None);
    while let Some((tag, mut value)) = ber::take_any(&mut fields) {
        match tag {
            ERROR_CODE => code = Some(ber::take_number(&mut value, INTEGER)?),
            REALM => realm = ber::take(&mut value, GENERAL_STRING).map(quoted),
            _ => {}
        }
    }
    // Some repeat the realm that they do not know.
    let realm = realm
        .filter(|realm| !realm.is_empty() && realm != NOBODYS_REALM)
        .map(|realm| format!("realm {realm}"));
    Some(with(format!("Kerberos, {}", name(code?)), realm))
}

/// The name of an error (7.5.9).
fn name(code: u32) -> String {
    match code {
        6 => "KDC_ERR_C_PRINCIPAL_UNKNOWN".to_owned(),
        7 => "KDC_ERR_S_PRINCIPAL_UNKNOWN".to_owned(),
        11 => "KDC_ERR_NEVER_VALID".to_owned(),
        14 => "KDC_ERR_ETYPE_NOSUPP".to_owned(),
        25 => "KDC_ERR_PREAUTH_REQUIRED".to_owned(),
        60 => "KRB_ERR_GENERIC".to_owned(),
        68 => "KDC_ERR_WRONG_REALM".to_owned(),
        other => format!("error {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_for_no_account() {
        let octets = question(0);
        let mut request = ber::take(&mut &*octets, 0x6a).unwrap();
        let mut request = ber::take(&mut request, SEQUENCE).unwrap();
        let mut field = |tag| ber::take(&mut request, tag).unwrap();
        assert_eq!((field(0xa1), field(0xa2)), (&[2, 1, 5][..], &[2, 1, 10][..]));
        let mut body = ber::take(&mut field(0xa4), SEQUENCE).unwrap();
        let mut tags = Vec::new();
        while let Some((tag, _)) = ber::take_any(&mut body) {
            tags.push(tag);
        }
        // Everything that may not be left out, and no name of a client (1).
        assert_eq!(tags, [0xa0, 0xa2, 0xa3, 0xa5, 0xa7, 0xa8]);
        assert_eq!(question(u64::MAX).len(), octets.len());
    }

    #[test]
    fn errors_tell_their_name_and_the_realm() {
        let error = |code: &[u8], realm: &str| {
            let code = ber::element(context(6), code);
            let realm = ber::element(GENERAL_STRING, realm.as_bytes());
            let fields = [code, ber::element(context(9), &realm)];
            answer(&ber::element(application(30), &ber::constructed(SEQUENCE, &fields)))
        };
        for (code, realm, expected) in [
            (
                &[2, 1, 68][..],
                "EXAMPLE.ORG",
                Some("Kerberos, KDC_ERR_WRONG_REALM, realm EXAMPLE.ORG"),
            ),
            (&[2, 1, 6], "INVALID", Some("Kerberos, KDC_ERR_C_PRINCIPAL_UNKNOWN")),
            (&[2, 1, 99], "", Some("Kerberos, error 99")),
            (&[4, 0], "EXAMPLE.ORG", None),
        ] {
            assert_eq!(error(code, realm).as_deref(), expected);
        }
    }
}
