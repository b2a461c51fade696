//! An address of an interface.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};

use output::Prefix;

/// A time that never ends, in seconds (`INFINITY_LIFE_TIME` of net/addrconf.h).
pub(crate) const FOREVER_S: u32 = u32::MAX;

/// An address, as far as the system tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address itself.
    pub ip: IpAddr,
    /// The length of the network prefix, in bits; of the peer's where there is one.
    pub prefix_length: Option<u8>,
    /// The other end of a point-to-point link.
    pub peer: Option<IpAddr>,
    /// Where a packet to all of the network goes.
    pub broadcast: Option<Ipv4Addr>,
    /// The label of an IPv4 address: the interface's name, or one that begins with it (`eth0:1`).
    pub label: Option<OsString>,
    /// How far it reaches.
    pub scope: Scope,
    /// What the system says of it; nothing where it does not tell.
    pub flags: AddressFlags,
    /// For how many seconds it is valid.
    pub valid_s: Option<u32>,
    /// For how many seconds it is preferred to others.
    pub preferred_s: Option<u32>,
}

impl Address {
    /// An address of which nothing else is known.
    pub(crate) fn bare(ip: IpAddr) -> Self {
        Self {
            ip,
            prefix_length: None,
            peer: None,
            broadcast: None,
            label: None,
            scope: Scope::of(ip),
            flags: AddressFlags::default(),
            valid_s: None,
            preferred_s: None,
        }
    }

    /// The network that it is in.
    pub(crate) fn network(&self) -> Option<Prefix> {
        Some(Prefix::containing(self.peer.unwrap_or(self.ip), self.prefix_length?))
    }

    /// Whether it is a link-local IPv6 address, which means nothing without its interface.
    pub(crate) const fn needs_zone(&self) -> bool {
        matches!(self.ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
    }

    /// Whether it is an IPv6 address for all the world or for a site, which may be temporary or not.
    const fn is_global_v6(&self) -> bool {
        self.ip.is_ipv6() && matches!(self.scope, Scope::Global)
    }

    /// Whether it is an IPv6 address that changes every few hours (RFC 8981).
    pub(crate) const fn is_temporary(&self) -> bool {
        self.is_global_v6() && self.flags.has(AddressFlags::TEMPORARY)
    }

    /// Whether it is an IPv6 address that stays.
    pub(crate) const fn is_stable(&self) -> bool {
        self.is_global_v6() && !self.flags.has(AddressFlags::TEMPORARY)
    }

    /// What the system says of it, in the words of iproute2.
    pub(crate) fn flag_names(&self) -> impl Iterator<Item = &'static str> {
        let first = if self.ip.is_ipv6() { "temporary" } else { "secondary" };
        let dynamic = self.is_dynamic().then_some("dynamic");
        let names = AddressFlags::NAMES.into_iter();
        let names =
            names.map(move |(flag, name)| (flag, if name.is_empty() { first } else { name }));
        let told = names.filter(|(flag, _)| self.flags.has(*flag)).map(|(_, name)| name);
        told.chain(dynamic)
    }

    /// Whether it is not there for good, where the system tells.
    pub(crate) const fn is_dynamic(&self) -> bool {
        self.valid_s.is_some() && !self.flags.has(AddressFlags::PERMANENT)
    }
}

/// Flags of an address (`IFA_F_*` of linux/if_addr.h).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AddressFlags(pub(crate) u32);

impl AddressFlags {
    /// Of IPv6.
    pub(crate) const TEMPORARY: Self = Self(0x01);
    /// Of IPv4: the same bit. Not the first of its network.
    pub(crate) const SECONDARY: Self = Self(0x01);
    /// Somebody else has it already.
    pub(crate) const DAD_FAILED: Self = Self(0x08);
    /// No longer to be used for what is new.
    pub(crate) const DEPRECATED: Self = Self(0x20);
    /// Not yet known to be unique.
    pub(crate) const TENTATIVE: Self = Self(0x40);
    const PERMANENT: Self = Self(0x80);

    /// Those that have a name; the first has one in each family.
    const NAMES: [(Self, &'static str); 11] = [
        (Self(0x01), ""),
        (Self(0x02), "nodad"),
        (Self(0x04), "optimistic"),
        (Self::DAD_FAILED, "dadfailed"),
        (Self(0x10), "home"),
        (Self::DEPRECATED, "deprecated"),
        (Self::TENTATIVE, "tentative"),
        (Self(0x100), "mngtmpaddr"),
        (Self(0x200), "noprefixroute"),
        (Self(0x400), "autojoin"),
        (Self(0x800), "stable-privacy"),
    ];

    /// Whether all of `flags` are set.
    pub(crate) const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Whether nobody can be reached from it: it may be somebody else's.
    pub(crate) const fn is_unusable(self) -> bool {
        self.0 & (Self::DAD_FAILED.0 | Self::TENTATIVE.0) != 0
    }
}

/// How far an address reaches, in the words of iproute2 (`RT_SCOPE_*` of linux/rtnetlink.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// The site.
    Site,
    /// A number that the system has no name for.
    Other(u8),
    /// The link.
    Link,
    /// This machine.
    Host,
    /// Nowhere.
    Nowhere,
}

impl Scope {
    /// What the kernel calls it.
    #[cfg(target_os = "linux")]
    pub(crate) const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Global,
            200 => Self::Site,
            253 => Self::Link,
            254 => Self::Host,
            255 => Self::Nowhere,
            other => Self::Other(other),
        }
    }

    /// What the address alone says.
    pub(crate) fn of(ip: IpAddr) -> Self {
        match ip {
            _ if ip.is_loopback() => Self::Host,
            IpAddr::V4(ip) if ip.is_link_local() => Self::Link,
            IpAddr::V6(ip) if ip.is_unicast_link_local() => Self::Link,
            // Deprecated by RFC 3879, and still there.
            IpAddr::V6(ip) if ip.segments()[0] & 0xffc0 == 0xfec0 => Self::Site,
            _ => Self::Global,
        }
    }

    /// The name; a number where there is none.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Global => "global".to_owned(),
            Self::Site => "site".to_owned(),
            Self::Other(number) => number.to_string(),
            Self::Link => "link".to_owned(),
            Self::Host => "host".to_owned(),
            Self::Nowhere => "nowhere".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_the_names_of_iproute2() {
        let names = |ip: &str, flags, valid_s| {
            let ip = ip.parse().unwrap();
            let address = Address { flags: AddressFlags(flags), valid_s, ..Address::bare(ip) };
            address.flag_names().collect::<Vec<_>>().join(",")
        };
        assert_eq!(names("2001:db8::1", 0x80, Some(FOREVER_S)), "");
        assert_eq!(names("2001:db8::1", 0x21, Some(60)), "temporary,deprecated,dynamic");
        assert_eq!(names("10.0.0.2", 0x81, Some(FOREVER_S)), "secondary");
        assert_eq!(
            names("fe80::1", 0x848, Some(FOREVER_S)),
            "dadfailed,tentative,stable-privacy,dynamic"
        );
        assert_eq!(names("10.0.0.2", 0, None), "");
    }

    #[test]
    fn an_ipv6_address_for_the_world_is_stable_or_temporary() {
        let of = |ip: &str, flags| {
            let ip = ip.parse().unwrap();
            let address = Address { flags: AddressFlags(flags), ..Address::bare(ip) };
            (address.is_stable(), address.is_temporary())
        };
        assert_eq!(of("2001:db8::1", 0x80), (true, false));
        assert_eq!(of("2001:db8::1", 0x01), (false, true));
        for none in [of("fe80::1", 0x80), of("10.0.0.2", 0x01), of("::1", 0x80)] {
            assert_eq!(none, (false, false));
        }
    }

    #[test]
    fn the_network_of_a_link_to_a_peer_is_the_peers() {
        let address = Address {
            peer: Some("10.9.0.2".parse().unwrap()),
            prefix_length: Some(31),
            ..Address::bare("10.0.0.1".parse().unwrap())
        };
        assert_eq!(address.network().unwrap().to_string(), "10.9.0.2/31");
        let address = Address { prefix_length: Some(9), peer: None, ..address };
        assert_eq!(address.network().unwrap().to_string(), "10.0.0.0/9");
    }
}
