//! Addresses that begin alike, in numbers.

use std::fmt::{self, Display, Formatter};
use std::net::IpAddr;

use output::Prefix;

use crate::targets::host::is_scoped;

/// The prefix length under which IPv6 has the addresses of IPv4 (RFC 4291, 2.5.5.2).
const MAPPED_PREFIX: u8 = 96;

/// A network of one address or more (RFC 4632, 3.1; RFC 4291, 2.3). IPv4 that is wrapped in IPv6 is
/// IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// The network that an address is in. The prefix is not greater than the bits of the address.
    pub(crate) fn new(address: IpAddr, prefix: u8) -> Self {
        let first = Prefix::containing(address, prefix).address();
        match (first.to_canonical(), prefix.checked_sub(MAPPED_PREFIX)) {
            (IpAddr::V4(first), Some(prefix)) if address.is_ipv6() => {
                Self { first: first.into(), prefix }
            }
            _ => Self { first, prefix },
        }
    }

    /// The one address.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self::new(address, bits(address))
    }

    /// The first address.
    pub(crate) const fn first(&self) -> IpAddr {
        self.first
    }

    /// How many bits all of its addresses begin with.
    pub(crate) const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// The address, if there is but one.
    pub(crate) fn single(&self) -> Option<IpAddr> {
        (self.prefix == bits(self.first)).then_some(self.first)
    }

    /// The first and the last address as numbers.
    pub(crate) fn bounds(&self) -> (u128, u128) {
        match self.first {
            IpAddr::V4(it) => {
                let hosts = u32::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
                (it.to_bits().into(), (it.to_bits() | hosts).into())
            }
            IpAddr::V6(it) => {
                let hosts = u128::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
                (it.to_bits(), it.to_bits() | hosts)
            }
        }
    }

    /// Whether an address is one of them.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv6() == self.first.is_ipv6() && Self::new(address, self.prefix) == *self
    }

    /// Whether nothing can be sent there without an interface: unicast of the link (RFC 4291, 2.5.6).
    pub(crate) const fn is_link_local(&self) -> bool {
        matches!(self.first, IpAddr::V6(first) if first.is_unicast_link_local())
    }

    /// Whether its addresses may need an interface.
    pub(crate) const fn may_have_zone(&self) -> bool {
        matches!(self.first, IpAddr::V6(first) if is_scoped(first))
    }
}

/// How many bits an address has.
pub(crate) const fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

impl Display for Network {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.first.fmt(formatter)?;
        self.single().map_or_else(|| write!(formatter, "/{}", self.prefix), |_| Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn network(address: &str, prefix: u8) -> Network {
        Network::new(address.parse().unwrap(), prefix)
    }

    #[test]
    fn host_bits_do_not_matter() {
        for (address, prefix, expected) in [
            ("192.0.2.77", 24, "192.0.2.0/24"),
            ("192.0.2.77", 0, "0.0.0.0/0"),
            ("192.0.2.77", 32, "192.0.2.77"),
            ("2001:db8::77", 64, "2001:db8::/64"),
            ("2001:db8::77", 0, "::/0"),
            ("2001:db8::77", 128, "2001:db8::77"),
            ("::ffff:10.1.2.3", 104, "10.0.0.0/8"),
            ("::ffff:10.1.2.3", 96, "0.0.0.0/0"),
            ("::ffff:10.1.2.3", 95, "::fffe:0:0/95"),
        ] {
            assert_eq!(network(address, prefix).to_string(), expected);
        }
    }

    #[test]
    fn an_address_is_in_the_networks_that_begin_like_it() {
        for (address, prefix, other, expected) in [
            ("192.0.2.0", 24, "192.0.2.255", true),
            ("192.0.2.0", 24, "192.0.3.0", false),
            ("0.0.0.0", 0, "192.0.2.1", true),
            ("0.0.0.0", 0, "::1", false),
            ("::", 0, "192.0.2.1", false),
            ("2001:db8::", 64, "2001:db8::77", true),
            ("2001:db8::", 128, "2001:db8::1", false),
        ] {
            let found = network(address, prefix).contains(other.parse().unwrap());
            assert_eq!(found, expected, "{address}/{prefix} {other}");
        }
    }

    #[test]
    fn bounds_are_the_first_and_the_last_address() {
        let four = |text: &str| u128::from(text.parse::<Ipv4Addr>().unwrap().to_bits());
        let cases = [
            (network("10.0.0.0", 8), four("10.0.0.0"), four("10.255.255.255")),
            (network("10.0.0.1", 32), four("10.0.0.1"), four("10.0.0.1")),
            (network("0.0.0.0", 0), 0, u32::MAX.into()),
            (network("::", 0), 0, u128::MAX),
            (network("::5", 128), 5, 5),
            (network("::", 64), 0, u64::MAX.into()),
        ];
        for (network, first, last) in cases {
            assert_eq!(network.bounds(), (first, last), "{network}");
        }
    }
}
