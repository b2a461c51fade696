//! What was asked, with everything typed understood.

use std::ffi::OsString;
use std::net::IpAddr;

use output::{Family, Prefix};

use crate::address::Address;
use crate::link::Link;
use crate::system::Backend;
use crate::toward::Destination;

/// What of an address, or of its interface, is the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum What {
    /// The address itself.
    #[default]
    Address,
    /// The address with the length of its prefix.
    Cidr,
    /// The prefix as a mask.
    Netmask,
    /// The first address of the network.
    Network,
    /// The network with the length of its prefix.
    NetworkCidr,
    /// The broadcast address of the network.
    Broadcast,
    /// The hardware's address.
    Mac,
    /// The longest packet.
    Mtu,
    /// The first router.
    Gateway,
    /// The interface.
    Interface,
    /// The machine's name.
    Hostname,
}

impl What {
    /// Whether it is the same for all addresses of an interface.
    pub(crate) const fn is_of_link(self) -> bool {
        matches!(self, Self::Mac | Self::Mtu | Self::Interface)
    }

    /// Whether an address tells it without its interface.
    pub(crate) const fn is_of_address(self) -> bool {
        matches!(
            self,
            Self::Address
                | Self::Cidr
                | Self::Netmask
                | Self::Network
                | Self::NetworkCidr
                | Self::Broadcast
        )
    }
}

/// Whom it is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The one address that packets to the outside come from.
    Primary,
    /// The first of these interfaces that has an answer.
    FirstOf(Vec<OsString>),
    /// Every address, of these interfaces if any are named.
    Addresses(Vec<OsString>),
    /// Every interface, or these.
    Links(Vec<OsString>),
    /// The address that packets to somebody come from.
    Toward(Destination),
    /// The interface that has an address; of a link-local one perhaps by its zone.
    Holder(IpAddr, Option<OsString>),
}

/// Which of IPv6's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// Those that stay.
    Stable,
    /// Those that change.
    Temporary,
}

/// Which addresses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) family: Family,
    pub(crate) prefix: Option<Prefix>,
    /// Whether tunnels and the interfaces of containers are left out.
    pub(crate) is_lan: bool,
    pub(crate) age: Option<Age>,
}

impl Filter {
    /// Whether any address of the family will do.
    pub(crate) const fn is_open(&self) -> bool {
        self.prefix.is_none() && self.age.is_none() && !self.is_lan
    }

    /// Whether an interface without an address counts.
    pub(crate) fn admits_none(&self) -> bool {
        self.prefix.is_none() && self.age.is_none() && self.family == Family::Any
    }

    pub(crate) fn admits_link(&self, link: &Link) -> bool {
        !self.is_lan || !link.is_virtual()
    }

    pub(crate) fn admits_address(&self, address: &Address) -> bool {
        self.family.admits(address.ip)
            && self.prefix.is_none_or(|prefix| prefix.has(address.ip))
            && match self.age {
                None => true,
                Some(Age::Stable) => address.is_stable(),
                Some(Age::Temporary) => address.is_temporary(),
            }
    }

    /// What counts, in words: `IPv4 address in 10.0.0.0/8`.
    pub(crate) fn words(&self) -> String {
        let age = match self.age {
            None => "",
            Some(Age::Stable) => "stable ",
            Some(Age::Temporary) => "temporary ",
        };
        let inside = self.prefix.map(|prefix| format!(" in {prefix}")).unwrap_or_default();
        let lan = if self.is_lan { " outside tunnels and containers" } else { "" };
        format!("{age}{}{inside}{lan}", self.family.address_name())
    }
}

/// A question about this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) subject: Subject,
    pub(crate) what: What,
    pub(crate) filter: Filter,
    pub(crate) backend: Backend,
    /// Whether nothing but the answer itself will be shown.
    pub(crate) is_bare: bool,
    /// Whether the router of every row will be shown.
    pub(crate) wants_gateways: bool,
}

impl Request {
    /// What is asked for, in words.
    pub(crate) fn words(&self) -> String {
        match self.what {
            What::Address | What::Cidr | What::Hostname => self.filter.words(),
            What::Netmask | What::Network | What::NetworkCidr => {
                format!("{} with a network", self.filter.words())
            }
            What::Broadcast => "broadcast address".to_owned(),
            What::Mac => "MAC address".to_owned(),
            What::Mtu => "MTU".to_owned(),
            What::Gateway => "gateway".to_owned(),
            What::Interface => "interface".to_owned(),
        }
    }
}
