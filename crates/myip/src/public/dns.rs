//! Questions to DNS servers that answer with the address of whoever asks (RFC 1035, 4).

use std::net::IpAddr;

const TYPE_A: u16 = 1;
const TYPE_TXT: u16 = 16;
const TYPE_AAAA: u16 = 28;
const CLASS_IN: u16 = 1;
const CLASS_CH: u16 = 3;

/// The octets of a header: number, flags, and how many entries each of four sections has.
const HEADER_OCTETS: usize = 12;

/// A question of one entry, with recursion desired.
const FLAGS_QUERY: u16 = 0x0100;
const FLAG_RESPONSE: u16 = 0x8000;
const RCODE_MASK: u16 = 0x000f;

/// A label has so many octets at most; what has more is a pointer to the rest of the name.
const LABEL_MAX_OCTETS: u8 = 63;

/// A question whose answer is the address of whoever asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    labels: &'static [&'static str],
    class: u16,
    /// `None` is an address of the family that the server is asked over.
    record_type: Option<u16>,
}

pub(super) static OPENDNS: Question =
    Question { labels: &["myip", "opendns", "com"], class: CLASS_IN, record_type: None };

pub(super) static GOOGLE: Question = Question {
    labels: &["o-o", "myaddr", "l", "google", "com"],
    class: CLASS_IN,
    record_type: Some(TYPE_TXT),
};

pub(super) static CLOUDFLARE: Question =
    Question { labels: &["whoami", "cloudflare"], class: CLASS_CH, record_type: Some(TYPE_TXT) };

impl Question {
    /// The message that asks it.
    pub(super) fn message(&self, id: u16, is_v6: bool) -> Vec<u8> {
        let of_family = if is_v6 { TYPE_AAAA } else { TYPE_A };
        let mut octets = Vec::with_capacity(64);
        for number in [id, FLAGS_QUERY, 1, 0, 0, 0] {
            octets.extend(number.to_be_bytes());
        }
        for label in self.labels {
            octets.push(u8::try_from(label.len()).expect("the labels above are short"));
            octets.extend(label.as_bytes());
        }
        octets.push(0);
        for number in [self.record_type.unwrap_or(of_family), self.class] {
            octets.extend(number.to_be_bytes());
        }
        octets
    }
}

/// The address in a reply, or why there is none; `None` where it is no reply to this question.
pub(super) fn address(reply: &[u8], id: u16) -> Option<Result<IpAddr, String>> {
    let number = |at| short_at(reply, at);
    let flags = number(2)?;
    if number(0)? != id || flags & FLAG_RESPONSE == 0 {
        return None;
    }
    let (questions, answers) = (number(4)?, number(6)?);
    let rcode = flags & RCODE_MASK;
    if rcode != 0 {
        return Some(Err(rcode_name(rcode)));
    }
    let mut rest = reply.get(HEADER_OCTETS..)?;
    for _ in 0..questions {
        rest = after_name(rest)?.get(4..)?;
    }
    for _ in 0..answers {
        // Behind the name: type, class, time to live, and the length of the data.
        let record = after_name(rest)?;
        let length = usize::from(short_at(record, 8)?);
        let data = record.get(10..10 + length)?;
        if let Some(ip) = ip(short_at(record, 0)?, data) {
            return Some(Ok(ip));
        }
        rest = &record[10 + length..];
    }
    Some(Err("no such record".to_owned()))
}

/// What follows a name, which may end in a pointer (RFC 1035, 4.1.4).
fn after_name(mut octets: &[u8]) -> Option<&[u8]> {
    loop {
        let (length, rest) = octets.split_first()?;
        match *length {
            0 => return Some(rest),
            length if length > LABEL_MAX_OCTETS => return rest.get(1..),
            length => octets = rest.get(usize::from(length)..)?,
        }
    }
}

/// The address in the data of a record.
fn ip(record_type: u16, data: &[u8]) -> Option<IpAddr> {
    match record_type {
        TYPE_A => Some(<[u8; 4]>::try_from(data).ok()?.into()),
        TYPE_AAAA => Some(<[u8; 16]>::try_from(data).ok()?.into()),
        // The first text of those in it.
        TYPE_TXT => {
            let (length, rest) = data.split_first()?;
            str::from_utf8(rest.get(..usize::from(*length))?).ok()?.trim().parse().ok()
        }
        _ => None,
    }
}

fn rcode_name(rcode: u16) -> String {
    match rcode {
        1 => "FORMERR".to_owned(),
        2 => "SERVFAIL".to_owned(),
        3 => "NXDOMAIN".to_owned(),
        4 => "NOTIMP".to_owned(),
        5 => "REFUSED".to_owned(),
        other => format!("RCODE{other}"),
    }
}

fn short_at(octets: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*octets.get(offset..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: u16 = 7;

    /// A reply to the first question, with records of these types; their names are pointers.
    fn reply(rcode: u16, records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut octets = OPENDNS.message(ID, false);
        octets[2..4].copy_from_slice(&(FLAG_RESPONSE | FLAGS_QUERY | rcode).to_be_bytes());
        octets[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
        for (record_type, data) in records {
            octets.extend([0xc0, 12]);
            octets.extend(record_type.to_be_bytes());
            octets.extend([0, 1, 0, 0, 0, 60]);
            octets.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            octets.extend(*data);
        }
        octets
    }

    fn told(records: &[(u16, &[u8])]) -> Option<Result<IpAddr, String>> {
        address(&reply(0, records), ID)
    }

    #[test]
    fn an_address_is_told_by_records_of_three_types() {
        let v4 = IpAddr::from([203, 0, 113, 7]);
        let v6: IpAddr = "2001:db8::7".parse().unwrap();
        let IpAddr::V6(octets) = v6 else { panic!("it is one of IPv6") };
        assert_eq!(told(&[(TYPE_A, &[203, 0, 113, 7])]), Some(Ok(v4)));
        let subnet = (TYPE_TXT, &b"\x10edns0-client-sub"[..]);
        assert_eq!(told(&[subnet, (TYPE_AAAA, &octets.octets())]), Some(Ok(v6)));
        assert_eq!(told(&[(5, b"\0"), (TYPE_TXT, b"\x0b203.0.113.7")]), Some(Ok(v4)));
        let none = Some(Err("no such record".to_owned()));
        assert_eq!((told(&[subnet]), told(&[])), (none.clone(), none));
        assert_eq!(address(&reply(5, &[]), ID), Some(Err("REFUSED".to_owned())));
    }

    #[test]
    fn what_is_no_reply_to_the_question_is_waited_past() {
        let good = reply(0, &[(TYPE_A, &[203, 0, 113, 7])]);
        assert_eq!(address(&good, ID + 1), None);
        assert_eq!(address(&OPENDNS.message(ID, false), ID), None);
        for length in 0..good.len() {
            assert_eq!(address(&good[..length], ID), None, "{length}");
        }
    }

    #[test]
    fn a_question_is_of_the_family_that_the_server_is_asked_over() {
        let end = |question: &Question, is_v6| {
            let message = question.message(ID, is_v6);
            message[message.len() - 4..].to_vec()
        };
        assert_eq!(end(&OPENDNS, false), [0, 1, 0, 1]);
        assert_eq!(end(&OPENDNS, true), [0, 28, 0, 1]);
        assert_eq!(end(&CLOUDFLARE, true), [0, 16, 0, 3]);
        let name = b"\x04myip\x07opendns\x03com\0";
        assert!(OPENDNS.message(ID, false)[HEADER_OCTETS..].starts_with(name));
    }
}
