//! A question as it is sent: header, question and EDNS.

use std::net::IpAddr;

use hickory_proto::rr::{DNSClass, Name, RecordType};

use super::edns::option;
use super::{Flags, OPT, push_name};

/// The UDP answer that we ask for at most: it is not fragmented anywhere (DNS flag day 2020).
pub const PAYLOAD_OCTETS: u16 = 1232;

/// Encrypted questions are padded to a multiple of this, in octets (RFC 8467, 4.1).
const PADDING_BLOCK_OCTETS: usize = 128;

/// How a question is asked, beside its name and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// The class: IN, or CH for questions about the server itself.
    pub class: DNSClass,
    /// Whether the server is to ask others on our behalf (RD).
    pub recursion_desired: bool,
    /// Whether we want to know what the server found to be authentic (AD; RFC 6840, 5.7).
    pub authentic_data: bool,
    /// Whether the server is to hand over what it could not validate (CD).
    pub checking_disabled: bool,
    /// EDNS; none to ask without.
    pub edns: Option<EdnsRequest>,
}

/// What is asked for by EDNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdnsRequest {
    /// The UDP answer that we take at most, in octets.
    pub payload_octets: u16,
    /// Whether we want the signatures (DO).
    pub dnssec_ok: bool,
    /// Whether the server is to name itself (RFC 5001).
    pub nsid: bool,
    /// On whose behalf we ask (RFC 7871).
    pub client_subnet: Option<ClientSubnet>,
    /// Our cookie, and the server's if it gave us one (RFC 7873).
    pub cookie: Option<Vec<u8>>,
    /// Whether to pad, so that the length of what is encrypted tells nothing (RFC 7830).
    pub padding: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            class: DNSClass::IN,
            recursion_desired: true,
            authentic_data: true,
            checking_disabled: false,
            edns: Some(EdnsRequest::default()),
        }
    }
}

impl Default for EdnsRequest {
    fn default() -> Self {
        Self {
            payload_octets: PAYLOAD_OCTETS,
            dnssec_ok: false,
            nsid: false,
            client_subnet: None,
            cookie: None,
            padding: false,
        }
    }
}

/// A network on whose behalf we ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSubnet {
    address: IpAddr,
    prefix_bits: u8,
}

/// Why a text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a network: write an address and a prefix length, such as '192.0.2.0/24'")]
pub struct SubnetError(String);

impl std::str::FromStr for ClientSubnet {
    type Err = SubnetError;

    fn from_str(text: &str) -> Result<Self, SubnetError> {
        let error = || SubnetError(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let (usual, max) = if address.is_ipv4() { (24, 32) } else { (56, 128) };
        let prefix_bits = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|bits| *bits <= max).ok_or_else(error)?,
            // RFC 7871, 11.1: no more than that is anybody's business.
            None => usual,
        };
        Ok(Self { address, prefix_bits })
    }
}

impl ClientSubnet {
    /// Family, prefix length, and as many octets of the address as it takes (RFC 7871, 6).
    fn octets(self) -> Vec<u8> {
        let (family, mut address) = match self.address {
            IpAddr::V4(address) => (1, address.octets().to_vec()),
            IpAddr::V6(address) => (2, address.octets().to_vec()),
        };
        address.truncate(usize::from(self.prefix_bits).div_ceil(8));
        let spare = self.prefix_bits.wrapping_neg() % 8;
        if let Some(last) = address.last_mut() {
            *last &= 0xff << spare;
        }
        [&[0, family, self.prefix_bits, 0], &*address].concat()
    }
}

/// The octets of a question.
#[must_use]
pub fn query(id: u16, name: &Name, record_type: RecordType, manner: &Manner) -> Vec<u8> {
    let mut octets = Vec::with_capacity(super::HEADER_OCTETS + name.len() + 16);
    let bit = |is_set, bit| if is_set { bit } else { 0 };
    let flags = bit(manner.recursion_desired, Flags::RECURSION_DESIRED)
        | bit(manner.authentic_data, Flags::AUTHENTIC_DATA)
        | bit(manner.checking_disabled, Flags::CHECKING_DISABLED);
    for word in [id, flags, 1, 0, 0, u16::from(manner.edns.is_some())] {
        octets.extend(word.to_be_bytes());
    }
    push_name(&mut octets, name);
    octets.extend(u16::from(record_type).to_be_bytes());
    octets.extend(u16::from(manner.class).to_be_bytes());
    if let Some(edns) = &manner.edns {
        push_edns(&mut octets, edns);
    }
    octets
}

fn push_edns(octets: &mut Vec<u8>, edns: &EdnsRequest) {
    octets.push(0);
    octets.extend(OPT.to_be_bytes());
    octets.extend(edns.payload_octets.to_be_bytes());
    let flags: u32 = if edns.dnssec_ok { 0x8000 } else { 0 };
    octets.extend(flags.to_be_bytes());
    let mut options = Vec::new();
    if edns.nsid {
        push_option(&mut options, option::NSID, &[]);
    }
    if let Some(subnet) = edns.client_subnet {
        push_option(&mut options, option::CLIENT_SUBNET, &subnet.octets());
    }
    if let Some(cookie) = &edns.cookie {
        push_option(&mut options, option::COOKIE, cookie);
    }
    if edns.padding {
        // What is there, the length of all options, and the head of this one.
        let before = octets.len() + 2 + options.len() + 4;
        let padding = before.next_multiple_of(PADDING_BLOCK_OCTETS) - before;
        push_option(&mut options, option::PADDING, &vec![0; padding]);
    }
    octets.extend(u16::try_from(options.len()).expect("they are few and short").to_be_bytes());
    octets.extend(options);
}

fn push_option(options: &mut Vec<u8>, code: u16, data: &[u8]) {
    options.extend(code.to_be_bytes());
    options.extend(u16::try_from(data.len()).expect("none of ours is that long").to_be_bytes());
    options.extend_from_slice(data);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Flags, Message, Question};

    fn sent(manner: &Manner) -> Message {
        let name = crate::name::parse("www.test").unwrap().name;
        Message::read(&query(7, &name, RecordType::TXT, manner)).unwrap()
    }

    #[test]
    fn a_question_is_what_was_to_be_asked() {
        let message = sent(&Manner { class: DNSClass::CH, ..Manner::default() });
        assert_eq!((message.id, message.damage), (7, None));
        assert_eq!(message.flags.names(), ["rd", "ad"]);
        let name = crate::name::parse("www.test").unwrap().name;
        let question = Question { name, record_type: RecordType::TXT, class: DNSClass::CH };
        assert_eq!(message.questions, [question]);
        let edns = message.edns.unwrap();
        assert_eq!((edns.payload_octets, edns.version, edns.dnssec_ok), (1232, 0, false));
        assert_eq!(edns.options, []);
        let bare = Manner {
            recursion_desired: false,
            authentic_data: false,
            checking_disabled: true,
            edns: None,
            ..Manner::default()
        };
        let message = sent(&bare);
        assert_eq!((message.flags, message.edns), (Flags(0x0010), None));
    }

    #[test]
    fn what_edns_asks_for_is_in_its_options() {
        let edns = EdnsRequest {
            payload_octets: 4096,
            dnssec_ok: true,
            nsid: true,
            client_subnet: Some("192.0.2.77/20".parse().unwrap()),
            cookie: Some(vec![1; 8]),
            padding: true,
        };
        let message = sent(&Manner { edns: Some(edns), ..Manner::default() });
        assert_eq!(message.octets % 128, 0);
        let edns = message.edns.unwrap();
        assert!(edns.dnssec_ok);
        assert_eq!(edns.payload_octets, 4096);
        let words = edns.options_in_words();
        let expected = ["NSID  \"\"", "client-subnet 192.0.0.0/20/0", "cookie 0101010101010101"];
        assert_eq!(&words[..3], expected);
        assert!(words[3].starts_with("padding of "), "{words:?}");
    }

    #[test]
    fn networks_are_read_as_people_write_them() {
        for (text, expected) in [
            ("192.0.2.0/24", Some(&[0, 1, 24, 0, 192, 0, 2][..])),
            ("192.0.2.77", Some(&[0, 1, 24, 0, 192, 0, 2])),
            ("0.0.0.0/0", Some(&[0, 1, 0, 0])),
            ("255.255.255.255/9", Some(&[0, 1, 9, 0, 255, 128])),
            ("2001:db8::/32", Some(&[0, 2, 32, 0, 0x20, 0x01, 0x0d, 0xb8])),
            ("192.0.2.0/33", None),
            ("192.0.2/24", None),
            ("192.0.2.0/", None),
            ("x", None),
        ] {
            let subnet = text.parse().map(ClientSubnet::octets).ok();
            assert_eq!(subnet.as_deref(), expected, "{text}");
        }
    }
}
