//! A reader of record data as it is on the wire: everything it is asked for, or nothing.

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::rr::Name;

use crate::name::LABEL_MAX_OCTETS;

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of the whole of `octets`.
    pub fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// Whether everything is read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `length` octets.
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// All that is left, which is something.
    pub fn rest(&mut self) -> Option<&'a [u8]> {
        let rest = std::mem::take(&mut self.rest);
        (!rest.is_empty()).then_some(rest)
    }

    /// The next `N` octets.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    /// One octet.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    /// A number of two octets.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// A number of four octets.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// An IPv4 address.
    pub fn ipv4(&mut self) -> Option<Ipv4Addr> {
        self.array::<4>().map(Ipv4Addr::from)
    }

    /// An IPv6 address.
    pub fn ipv6(&mut self) -> Option<Ipv6Addr> {
        self.array::<16>().map(Ipv6Addr::from)
    }

    /// Octets behind an octet of their length: a character string (RFC 1035, 3.3).
    pub fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    /// A name without a pointer into the message (RFC 1035, 3.1; RFC 3597, 4).
    pub fn name(&mut self) -> Option<Name> {
        let mut labels = Vec::new();
        loop {
            match self.string()? {
                [] => break,
                label if label.len() <= LABEL_MAX_OCTETS => labels.push(label),
                _ => return None,
            }
        }
        let mut name = Name::from_labels(labels).ok()?;
        name.set_fqdn(true);
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::present;

    #[test]
    fn reads_in_order_and_never_beyond_the_end() {
        let mut reader = Reader::new(b"\x01\x02\x03\x02ab\xff");
        assert_eq!(reader.u8(), Some(1));
        assert_eq!(reader.u16(), Some(0x0203));
        assert_eq!(reader.string(), Some(&b"ab"[..]));
        assert_eq!(reader.u32(), None);
        assert_eq!(reader.take(2), None);
        assert_eq!(reader.rest(), Some(&b"\xff"[..]));
        assert_eq!(reader.rest(), None);
        assert!(reader.is_empty());
    }

    #[test]
    fn reads_names_within_the_limits() {
        let name = |octets: &[u8]| Reader::new(octets).name().map(|name| present(&name));
        assert_eq!(name(b"\0").as_deref(), Some("."));
        assert_eq!(name(b"\x01a\x02b.\0").as_deref(), Some(r"a.b\."));
        let label = |octets: u8| [&[octets][..], &vec![b'a'; octets.into()]].concat();
        let long = |last| [label(63), label(63), label(63), label(last), vec![0]].concat();
        assert!(name(&long(61)).is_some());
        for bad in [
            &b""[..],
            b"\x01a",
            b"\x02a\0",
            b"\x01a\xc0\0",
            b"\xc0\0",
            &long(62),
            &[label(64), vec![0]].concat(),
        ] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }
}
