//! `-4` and `-6`, in every tool.

use std::net::IpAddr;

use clap::Args;

#[derive(Args, Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "clap would show it in place of the tool's own description")]
pub struct FamilyFlags {
    /// Only IPv4
    #[arg(short = '4', long)]
    ipv4: bool,

    /// Only IPv6
    #[arg(short = '6', long)]
    ipv6: bool,
}

/// The versions of IP that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4 and IPv6.
    Any,
    /// IPv4 alone.
    Ipv4,
    /// IPv6 alone.
    Ipv6,
}

impl FamilyFlags {
    /// What the flags say together: both are as good as none.
    #[must_use]
    pub const fn family(self) -> Family {
        match (self.ipv4, self.ipv6) {
            (true, false) => Family::Ipv4,
            (false, true) => Family::Ipv6,
            _ => Family::Any,
        }
    }
}

impl Family {
    /// Whether an address is wanted.
    #[must_use]
    pub const fn admits(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Ipv4 => address.is_ipv4(),
            Self::Ipv6 => address.is_ipv6(),
        }
    }

    /// What an address of this family is called in a sentence.
    #[must_use]
    pub const fn address_name(self) -> &'static str {
        match self {
            Self::Any => "address",
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
        }
    }
}
