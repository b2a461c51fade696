//! What is known of an address, and how it is shown.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};

use output::{Column, Record, Tone, Value};

/// An address of an interface, an interface without any, or the machine's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The interface; unknown for an address that no interface admits to.
    pub interface: Option<OsString>,
    /// The kernel's number of the interface.
    pub index: Option<u32>,
    /// The address; an interface may have none.
    pub address: Option<IpAddr>,
    /// The length of the network prefix, in bits.
    pub prefix_length: Option<u8>,
    /// Where a packet to all of the network goes.
    pub broadcast: Option<Ipv4Addr>,
    /// The label of an IPv4 address, where it is not the interface's name (`eth0:1`).
    pub label: Option<OsString>,
    /// Whether the interface is up and has a carrier.
    pub is_running: bool,
    /// What the kernel says of an IPv6 address.
    pub flags: Ipv6Flags,
    /// The machine's name, where that was asked.
    pub hostname: Option<OsString>,
}

/// Flags of an IPv6 address (`IFA_F_*` of linux/if_addr.h); none where the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ipv6Flags(pub(crate) u8);

impl Ipv6Flags {
    const NAMES: [(u8, &'static str); 5] = [
        (0x01, "temporary"),
        (0x08, "dadfailed"),
        (0x20, "deprecated"),
        (0x40, "tentative"),
        (0x80, "permanent"),
    ];

    /// Whether the address is not to be chosen: deprecated, tentative, or found in use elsewhere.
    pub(crate) const fn is_avoided(self) -> bool {
        self.0 & (0x08 | 0x20 | 0x40) != 0
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(bit, _)| self.0 & bit != 0).map(|(_, name)| name)
    }
}

/// How far an address reaches, in the words of iproute2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Global,
    Link,
    Host,
}

impl Row {
    pub(crate) fn scope(&self) -> Option<Scope> {
        Some(match self.address? {
            address if address.is_loopback() => Scope::Host,
            IpAddr::V4(address) if address.is_link_local() => Scope::Link,
            IpAddr::V6(address) if address.is_unicast_link_local() => Scope::Link,
            _ => Scope::Global,
        })
    }

    /// The address as other programs take it: a link-local IPv6 address with its zone.
    fn bare_address(&self) -> Option<Value<'_>> {
        let address = self.address?;
        match (address, self.scope(), &self.interface) {
            (IpAddr::V6(_), Some(Scope::Link), Some(interface)) => {
                let mut zoned = OsString::from(format!("{address}%"));
                zoned.push(interface);
                Some(match zoned.into_string() {
                    Ok(text) => text.into(),
                    Err(bytes) => Value::Bytes(bytes.into_encoded_bytes().into()),
                })
            }
            _ => Some(address.into()),
        }
    }

    fn family(&self) -> Option<&'static str> {
        self.address.map(|address| if address.is_ipv4() { "inet" } else { "inet6" })
    }

    fn tone(&self) -> Tone {
        match self.scope() {
            _ if !self.is_running || self.flags.is_avoided() => Tone::Dim,
            Some(Scope::Global) => Tone::Good,
            _ => Tone::Plain,
        }
    }
}

impl Scope {
    const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Link => "link",
            Self::Host => "host",
        }
    }
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("interface", "the interface", |it| os_value(it.interface.as_ref())),
        Column::<Self>::new("family", "inet or inet6", |it| it.family().into()).side(),
        Column::<Self>::new("address", "the address; link-local IPv6 with its zone", |it| {
            it.bare_address().unwrap_or(Value::Null)
        })
        .toned(Row::tone),
        Column::<Self>::new("prefixlen", "length of the network prefix, in bits", |it| {
            it.prefix_length.into()
        })
        .side()
        .numeric(),
        Column::<Self>::new("scope", "how far it reaches: global, link or host", |it| {
            it.scope().map(Scope::name).into()
        })
        .side(),
        Column::<Self>::new("broadcast", "the network's broadcast address (IPv4)", |it| {
            it.broadcast.map(IpAddr::V4).into()
        })
        .extra(),
        Column::<Self>::new("running", "whether the interface is up and has a carrier", |it| {
            it.interface.is_some().then_some(it.is_running).into()
        })
        .extra(),
        Column::<Self>::new(
            "flags",
            "of an IPv6 address: temporary, deprecated and the like",
            |it| match it.address {
                Some(IpAddr::V6(_)) => it.flags.names().collect(),
                _ => Value::Null,
            },
        )
        .extra(),
        Column::<Self>::new("label", "label of an IPv4 address (eth0:1)", |it| {
            os_value(it.label.as_ref())
        })
        .extra(),
        Column::<Self>::new("index", "the kernel's number of the interface", |it| it.index.into())
            .numeric()
            .extra(),
        Column::<Self>::new("hostname", "the machine's name (--hostname)", |it| {
            os_value(it.hostname.as_ref())
        })
        .extra(),
    ];

    fn short(&self) -> Option<Value<'_>> {
        self.bare_address().or_else(|| self.hostname.as_deref().map(Value::from_os))
    }
}

fn os_value(text: Option<&OsString>) -> Value<'_> {
    text.map_or(Value::Null, |text| Value::from_os(text))
}
