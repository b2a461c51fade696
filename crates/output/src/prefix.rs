//! Networks as people write them.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// An IPv4 address that stands for a prefix may have fewer octets: `10/8`.
const IPV4_OCTETS: usize = 4;

/// Addresses that begin alike (RFC 4632, 3.1; RFC 4291, 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

/// Why a text is no prefix.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PrefixError {
    /// There is no text.
    #[error("no address given")]
    Empty,
    /// What stands before the `/` is no address.
    #[error("'{text}' is no address: write 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32")]
    Address {
        /// What was typed.
        text: String,
    },
    /// What follows the `/` is no number of bits.
    #[error("'/{length}' is no length of a prefix: an {family} address has {bits} bits")]
    Length {
        /// What was typed.
        length: String,
        /// IPv4 or IPv6.
        family: &'static str,
        /// How many bits its addresses have.
        bits: u8,
    },
}

impl Prefix {
    /// Every address of IPv4.
    pub const IPV4: Self = Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), length: 0 };
    /// Every address of IPv6.
    pub const IPV6: Self = Self { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED), length: 0 };

    /// The one address.
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        let length = if address.is_ipv4() { 32 } else { 128 };
        Self { address, length }
    }

    /// The prefix of so many bits that an address is in; no more bits than an address has.
    #[must_use]
    pub fn containing(address: IpAddr, length: u8) -> Self {
        let length = length.min(Self::of(address).length);
        let address = match address {
            IpAddr::V4(it) => (it & mask_v4(length)).into(),
            IpAddr::V6(it) => (it & mask_v6(length)).into(),
        };
        Self { address, length }
    }

    /// The first of the addresses.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits are alike.
    #[must_use]
    pub const fn length(&self) -> u8 {
        self.length
    }

    /// The mask of the bits that are alike.
    #[must_use]
    pub const fn mask(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => IpAddr::V4(mask_v4(self.length)),
            IpAddr::V6(_) => IpAddr::V6(mask_v6(self.length)),
        }
    }

    /// Whether an address is in it. IPv6 addresses that stand for one of IPv4 (RFC 4291, 2.5.5.2)
    /// are in prefixes of both families, as for the kernel.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        let is_v4 = self.address.is_ipv4();
        let address = match address {
            IpAddr::V6(it) if is_v4 => it.to_ipv4_mapped().map_or(address, IpAddr::V4),
            _ => address,
        };
        address.is_ipv4() == is_v4 && Self::containing(address, self.length).address == self.address
    }

    /// Reads an address, or what comes before and after a `/`.
    fn parse(address: &str, length: Option<&str>) -> Result<Self, PrefixError> {
        let no_address = || PrefixError::Address { text: address.to_owned() };
        let Some(length) = length else {
            return address.parse().map(Self::of).map_err(|_| no_address());
        };
        let full = whole_ipv4(address).unwrap_or_else(|| address.to_owned());
        let address: IpAddr = full.parse().map_err(|_| no_address())?;
        let (family, bits) = if address.is_ipv4() { ("IPv4", 32) } else { ("IPv6", 128) };
        let is_number = length.bytes().all(|it| it.is_ascii_digit());
        match length.parse::<u8>() {
            Ok(length) if length <= bits && is_number => Ok(Self::containing(address, length)),
            _ => Err(PrefixError::Length { length: length.to_owned(), family, bits }),
        }
    }
}

const fn mask_v4(length: u8) -> Ipv4Addr {
    let host_bits = Ipv4Addr::BITS - length as u32;
    Ipv4Addr::from_bits(match u32::MAX.checked_shl(host_bits) {
        Some(mask) => mask,
        None => 0,
    })
}

const fn mask_v6(length: u8) -> Ipv6Addr {
    let host_bits = Ipv6Addr::BITS - length as u32;
    Ipv6Addr::from_bits(match u128::MAX.checked_shl(host_bits) {
        Some(mask) => mask,
        None => 0,
    })
}

/// `10` and `193.233.7`, with the octets that were left out.
fn whole_ipv4(text: &str) -> Option<String> {
    let octets = text.split('.').count();
    let is_short = octets < IPV4_OCTETS && text.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    (is_short && !text.is_empty()).then(|| format!("{text}{}", ".0".repeat(IPV4_OCTETS - octets)))
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        if text.is_empty() {
            return Err(PrefixError::Empty);
        }
        let text = unbracketed(text);
        match text.split_once('/') {
            Some((address, length)) => Self::parse(unbracketed(address), Some(length)),
            None => Self::parse(text, None),
        }
    }
}

fn unbracketed(text: &str) -> &str {
    text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text)
}

impl Display for Prefix {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_prefix_from_its_first_address_on() {
        let cases = [
            ("10.1.2.3/8", "10.0.0.0/8", "255.0.0.0"),
            ("10/8", "10.0.0.0/8", "255.0.0.0"),
            ("193.233.7/24", "193.233.7.0/24", "255.255.255.0"),
            ("192.0.2.1", "192.0.2.1/32", "255.255.255.255"),
            ("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0"),
            ("[2001:db8::1]/33", "2001:db8::/33", "ffff:ffff:8000::"),
            ("[2001:db8::1/64]", "2001:db8::/64", "ffff:ffff:ffff:ffff::"),
            ("::/0", "::/0", "::"),
        ];
        for (text, shown, mask) in cases {
            let prefix: Prefix = text.parse().unwrap();
            assert_eq!(
                (prefix.to_string(), prefix.mask().to_string()),
                (shown.into(), mask.into())
            );
            assert_eq!(shown.parse(), Ok(prefix));
        }
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        for (text, said) in [
            ("", "no address given"),
            ("10", "'10' is no address: write 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32"),
            ("10.0.0.0/33", "'/33' is no length of a prefix: an IPv4 address has 32 bits"),
            ("::/+8", "'/+8' is no length of a prefix: an IPv6 address has 128 bits"),
            ("::/", "'/' is no length of a prefix: an IPv6 address has 128 bits"),
        ] {
            assert_eq!(text.parse::<Prefix>().unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn an_address_is_in_a_prefix_of_its_family_and_mapped_ones_in_both() {
        let has = |prefix: &str, address: &str| {
            prefix.parse::<Prefix>().unwrap().has(address.parse().unwrap())
        };
        assert!(has("10.0.0.0/8", "10.255.0.1") && !has("10.0.0.0/8", "11.0.0.0"));
        assert!(has("10.0.0.0/8", "::ffff:10.0.0.1") && has("::ffff:0:0/96", "::ffff:10.0.0.1"));
        assert!(has("::/0", "::1") && !has("::/0", "10.0.0.1") && !has("0.0.0.0/0", "::1"));
    }
}
