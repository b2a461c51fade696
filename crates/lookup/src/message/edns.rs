//! EDNS as it was received (RFC 6891), and what its options say.

use hickory_proto::rr::Name;

/// Option codes (IANA, DNS EDNS0 Option Codes).
pub(super) mod option {
    pub const NSID: u16 = 3;
    pub const CLIENT_SUBNET: u16 = 8;
    pub const COOKIE: u16 = 10;
    pub const PADDING: u16 = 12;
    pub const EXTENDED_ERROR: u16 = 15;
}

/// What stands in an OPT record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edns {
    /// The UDP answer that the sender takes at most, in octets.
    pub payload_octets: u16,
    /// The upper eight bits of the response code.
    pub rcode_high: u8,
    /// 0 is the only one there is.
    pub version: u8,
    /// Whether the sender wants or sends DNSSEC records (DO).
    pub dnssec_ok: bool,
    /// The options in their order: code and data.
    pub options: Vec<(u16, Vec<u8>)>,
}

/// Why a server answers as it does (RFC 8914).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedError {
    /// INFO-CODE.
    pub code: u16,
    /// EXTRA-TEXT, which is for people; it is what the server sent.
    pub text: String,
}

impl Edns {
    /// Reads the fixed part of an OPT record and its data. `None`: it is malformed.
    pub(super) fn read(name: &Name, class: u16, ttl: u32, data: &[u8]) -> Option<Self> {
        if !name.is_root() {
            return None;
        }
        let [rcode_high, version, high, _] = ttl.to_be_bytes();
        let mut options = Vec::new();
        let mut rest = data;
        while let Some((head, after)) = rest.split_first_chunk::<4>() {
            let code = u16::from_be_bytes([head[0], head[1]]);
            let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let (value, after) = after.split_at_checked(length)?;
            options.push((code, value.to_vec()));
            rest = after;
        }
        let dnssec_ok = high & 0x80 != 0;
        rest.is_empty().then_some(Self {
            payload_octets: class,
            rcode_high,
            version,
            dnssec_ok,
            options,
        })
    }

    fn option(&self, code: u16) -> Option<&[u8]> {
        self.options.iter().find(|(it, _)| *it == code).map(|(_, data)| &**data)
    }

    /// The name of the server itself among those that share its address (RFC 5001).
    #[must_use]
    pub fn nsid(&self) -> Option<&[u8]> {
        self.option(option::NSID)
    }

    /// Our cookie, and the server's after it (RFC 7873, 4).
    #[must_use]
    pub fn cookie(&self) -> Option<&[u8]> {
        self.option(option::COOKIE)
    }

    /// Every reason that the server gives.
    #[must_use]
    pub fn extended_errors(&self) -> Vec<ExtendedError> {
        let errors = self.options.iter().filter(|(code, _)| *code == option::EXTENDED_ERROR);
        errors
            .filter_map(|(_, data)| {
                let (code, text) = data.split_first_chunk()?;
                // Some servers end it with NUL, which RFC 8914, 2 allows for.
                let text = String::from_utf8_lossy(text.strip_suffix(b"\0").unwrap_or(text));
                Some(ExtendedError { code: u16::from_be_bytes(*code), text: text.into_owned() })
            })
            .collect()
    }

    /// What each option says, with its name: `NSID "ns1"`, `cookie 0102…`.
    #[must_use]
    pub fn options_in_words(&self) -> Vec<String> {
        self.options.iter().map(|(code, data)| option_in_words(*code, data)).collect()
    }
}

/// Names of options that have nothing to be taken apart.
const OPTION_NAMES: [(u16, &str); 13] = [
    (1, "LLQ"),
    (2, "UL"),
    (5, "DAU"),
    (6, "DHU"),
    (7, "N3U"),
    (9, "EXPIRE"),
    (11, "keepalive"),
    (13, "chain"),
    (14, "key-tag"),
    (16, "client-tag"),
    (17, "server-tag"),
    (18, "report-channel"),
    (19, "zone-version"),
];

fn option_in_words(code: u16, data: &[u8]) -> String {
    let hex = data_encoding::HEXLOWER.encode(data);
    match code {
        option::NSID => format!("NSID {hex} {}", crate::rdata::quoted(data)),
        option::CLIENT_SUBNET => format!("client-subnet {}", subnet(data).unwrap_or(hex)),
        option::COOKIE => format!("cookie {hex}"),
        option::PADDING => format!("padding of {} octets", data.len()),
        option::EXTENDED_ERROR => match data.split_first_chunk() {
            Some((code, text)) => {
                let code = u16::from_be_bytes(*code);
                let text = crate::rdata::quoted(text);
                format!("EDE {code} ({}) {text}", extended_error_name(code))
            }
            None => format!("EDE {hex}"),
        },
        code => match OPTION_NAMES.iter().find(|(it, _)| *it == code) {
            Some((_, name)) => format!("{name} {hex}"),
            None => format!("option {code} {hex}"),
        },
    }
}

/// `192.0.2.0/24/0`: address, prefix length, and the length that the answer is good for (RFC 7871).
fn subnet(data: &[u8]) -> Option<String> {
    let (&[_, family, source, scope], address) = data.split_first_chunk::<4>()?;
    let address: std::net::IpAddr = match family {
        1 => padded::<4>(address)?.into(),
        2 => padded::<16>(address)?.into(),
        _ => return None,
    };
    Some(format!("{address}/{source}/{scope}"))
}

/// Octets, and zeros after them.
fn padded<const N: usize>(octets: &[u8]) -> Option<[u8; N]> {
    let mut address = [0; N];
    address.get_mut(..octets.len())?.copy_from_slice(octets);
    Some(address)
}

/// What an INFO-CODE means (IANA, Extended DNS Error Codes; RFC 8914, 4 and its successors).
#[must_use]
pub fn extended_error_name(code: u16) -> &'static str {
    const NAMES: [&str; 31] = [
        "other",
        "unsupported DNSKEY algorithm",
        "unsupported DS digest type",
        "stale answer",
        "forged answer",
        "DNSSEC indeterminate",
        "DNSSEC bogus",
        "signature expired",
        "signature not yet valid",
        "DNSKEY missing",
        "RRSIGs missing",
        "no zone key bit set",
        "NSEC missing",
        "cached error",
        "not ready",
        "blocked",
        "censored",
        "filtered",
        "prohibited",
        "stale NXDOMAIN answer",
        "not authoritative",
        "not supported",
        "no reachable authority",
        "network error",
        "invalid data",
        "signature expired before valid",
        "too early",
        "unsupported NSEC3 iterations value",
        "unable to conform to policy",
        "synthesized",
        "invalid query type",
    ];
    NAMES.get(usize::from(code)).copied().unwrap_or("a code without a name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_told_in_words() {
        for (code, data, expected) in [
            (3, &b"ns\x1b"[..], r#"NSID 6e731b "ns\027""#),
            (8, b"\0\x01\x18\x00\xc0\0\x02", "client-subnet 192.0.2.0/24/0"),
            (8, b"\0\x02\x20\x10\x20\x01\x0d\xb8", "client-subnet 2001:db8::/32/16"),
            (8, b"\0\x09\x20", "client-subnet 000920"),
            (10, b"\x01\x02\x03\x04\x05\x06\x07\x08", "cookie 0102030405060708"),
            (12, b"\0\0\0", "padding of 3 octets"),
            (15, b"\0\x06no\nsig", r#"EDE 6 (DNSSEC bogus) "no\010sig""#),
            (15, b"\0", "EDE 00"),
            (18, b"\0", "report-channel 00"),
            (65001, b"\xab", "option 65001 ab"),
        ] {
            assert_eq!(option_in_words(code, data), expected);
        }
    }

    #[test]
    fn an_opt_record_is_read_whole_or_not_at_all() {
        let data = b"\0\x0f\0\x04\0\x09no\0\x03\0\0";
        let edns = Edns::read(&Name::root(), 1232, 0x0100_8000, data).unwrap();
        assert_eq!((edns.payload_octets, edns.rcode_high, edns.version), (1232, 1, 0));
        assert!(edns.dnssec_ok);
        assert_eq!(edns.nsid(), Some(&b""[..]));
        assert_eq!(edns.extended_errors(), [ExtendedError { code: 9, text: "no".to_owned() }]);
        let odd = Name::from_labels([&b"a"[..]]).unwrap();
        assert_eq!(Edns::read(&odd, 1232, 0, b""), None);
        for cut in 1..data.len() - 4 {
            let is_whole = cut == 8;
            let read = Edns::read(&Name::root(), 1232, 0, &data[..cut]);
            assert_eq!(read.is_some(), is_whole, "{cut}");
        }
    }

    #[test]
    fn every_reason_has_a_name() {
        assert_eq!(extended_error_name(0), "other");
        assert_eq!(extended_error_name(22), "no reachable authority");
        assert_eq!(extended_error_name(30), "invalid query type");
        assert_eq!(extended_error_name(49_152), "a code without a name");
    }
}
