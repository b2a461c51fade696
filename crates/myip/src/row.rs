//! What is known of an address, and how it is shown.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::rc::Rc;

use output::{Change, Column, Kind, Labelled, Part, Record, Tone, Value};

use crate::address::{Address, AddressFlags, FOREVER_S, Scope};
use crate::link::Link;
use crate::request::What;

/// An address of an interface, an interface without any, one with all of its addresses, or the
/// machine's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The interface; unknown for an address that no interface admits to.
    pub link: Option<Rc<Link>>,
    /// The address; an interface may have none.
    pub address: Option<Address>,
    /// All addresses, where the row is about an interface.
    pub addresses: Option<Vec<Address>>,
    /// The first router on the way to the outside.
    pub gateway: Option<IpAddr>,
    /// Which of all this is the answer.
    pub what: What,
    /// Whether it is the one answer, whatever that is at the moment.
    pub is_only: bool,
    /// The machine's name, where that was asked.
    pub hostname: Option<OsString>,
    /// Who said so, where somebody outside was asked.
    pub server: Option<String>,
    /// What became of it since the look before.
    pub change: Option<Change>,
    /// When that was, in seconds since 1970 UTC.
    pub time_s: Option<u64>,
}

impl Row {
    /// An address of an interface, or an interface without any.
    pub(crate) fn of(link: &Rc<Link>, address: Option<&Address>) -> Self {
        Self { link: Some(Rc::clone(link)), address: address.cloned(), ..Self::default() }
    }

    pub(crate) fn ip(&self) -> Option<IpAddr> {
        self.address.as_ref().map(|address| address.ip)
    }

    /// The answer, where there is one.
    pub(crate) fn answer(&self) -> Option<Value<'_>> {
        let address = self.address.as_ref();
        match self.what {
            What::Address => Some(self.zoned(address?)),
            What::Cidr => Some(Value::display(format_args!(
                "{}/{}",
                self.zoned(address?).to_text(),
                address?.prefix_length?
            ))),
            What::Netmask => Some(address?.network()?.mask().into()),
            What::Network => Some(address?.network()?.address().into()),
            What::NetworkCidr => Some(Value::display(address?.network()?)),
            What::Broadcast => Some(IpAddr::V4(address?.broadcast?).into()),
            What::Mac => self.link.as_ref()?.mac().map(Value::from),
            What::Mtu => self.link.as_ref()?.mtu.map(Value::from),
            What::Gateway => Some(self.router(self.gateway?)),
            What::Interface => self.link.as_ref().map(|link| Value::from_os(&link.name)),
            What::Hostname => self.hostname.as_deref().map(Value::from_os),
        }
    }

    /// The address as other programs take it: a link-local one of IPv6 with its zone.
    fn zoned(&self, address: &Address) -> Value<'_> {
        if address.needs_zone() { self.with_zone(address.ip) } else { address.ip.into() }
    }

    fn router(&self, ip: IpAddr) -> Value<'_> {
        if Address::bare(ip).needs_zone() { self.with_zone(ip) } else { ip.into() }
    }

    fn with_zone(&self, ip: IpAddr) -> Value<'_> {
        let Some(link) = &self.link else { return ip.into() };
        let mut zoned = OsString::from(format!("{ip}%"));
        zoned.push(&link.name);
        match zoned.into_string() {
            Ok(text) => text.into(),
            Err(bytes) => Value::Bytes(bytes.into_encoded_bytes().into()),
        }
    }

    fn tone(&self) -> Tone {
        let Some(address) = &self.address else { return Tone::Dim };
        let is_down = self.link.as_ref().is_some_and(|link| link.is_down());
        let is_avoided = address.flags.is_unusable() || address.flags.has(AddressFlags::DEPRECATED);
        match address.scope {
            _ if is_down || is_avoided => Tone::Dim,
            Scope::Global => Tone::Good,
            _ => Tone::Plain,
        }
    }

    fn link_value<'a>(&'a self, value: impl FnOnce(&'a Link) -> Value<'a>) -> Value<'a> {
        self.link.as_deref().map_or(Value::Null, value)
    }

    fn address_value<'a>(&'a self, value: impl FnOnce(&'a Address) -> Value<'a>) -> Value<'a> {
        self.address.as_ref().map_or(Value::Null, value)
    }

    /// Whether the address has a flag; only an address of one of the families may have it.
    fn flag<const FLAG: u32, const IS_OF_V4: bool, const IS_OF_V6: bool>(&self) -> Value<'_> {
        self.address_value(|it| {
            let is_of = if it.ip.is_ipv4() { IS_OF_V4 } else { IS_OF_V6 };
            (is_of && it.flags.has(AddressFlags(FLAG))).into()
        })
    }
}

/// A number of seconds, or that it never ends; in JSON the number that iproute2 has for that.
fn seconds(seconds: Option<u32>) -> Value<'static> {
    match seconds {
        Some(FOREVER_S) => Labelled { label: "forever".into(), exact: FOREVER_S.into() }.into(),
        other => other.map(u64::from).into(),
    }
}

/// What [`address_info`] is in JSON: no key for what is not known, and one for each flag that is set.
const ADDRESS_INFO: Kind = Kind::Map(&[
    Part::new("family", Kind::Text),
    Part::new("local", Kind::Text),
    Part::optional("address", Kind::Text),
    Part::optional("prefixlen", Kind::Whole),
    Part::optional("broadcast", Kind::Text),
    Part::optional("scope", Kind::Text),
    Part::optional("temporary", Kind::Bool),
    Part::optional("secondary", Kind::Bool),
    Part::optional("nodad", Kind::Bool),
    Part::optional("optimistic", Kind::Bool),
    Part::optional("dadfailed", Kind::Bool),
    Part::optional("home", Kind::Bool),
    Part::optional("deprecated", Kind::Bool),
    Part::optional("tentative", Kind::Bool),
    Part::optional("mngtmpaddr", Kind::Bool),
    Part::optional("noprefixroute", Kind::Bool),
    Part::optional("autojoin", Kind::Bool),
    Part::optional("stable-privacy", Kind::Bool),
    Part::optional("dynamic", Kind::Bool),
    Part::optional("label", Kind::Bytes),
    Part::optional("valid_life_time", Kind::Whole),
    Part::optional("preferred_life_time", Kind::Whole),
]);

/// An address of an interface as iproute2 has it in JSON.
fn address_info(address: &Address) -> Value<'_> {
    let mut fields: Vec<(&'static str, Value<'_>)> =
        vec![("family", family(address).into()), ("local", address.ip.into())];
    let of_ip = |ip: Option<IpAddr>| ip.map(Value::from);
    let optional = [
        ("address", of_ip(address.peer)),
        ("prefixlen", address.prefix_length.map(Value::from)),
        ("broadcast", of_ip(address.broadcast.map(IpAddr::V4))),
        ("scope", Some(address.scope.name().into())),
    ];
    fields.extend(optional.into_iter().filter_map(|(key, value)| Some((key, value?))));
    fields.extend(address.flag_names().map(|name| (name, true.into())));
    let rest = [
        ("label", address.label.as_deref().map(Value::from_os)),
        ("valid_life_time", address.valid_s.map(Value::from)),
        ("preferred_life_time", address.preferred_s.map(Value::from)),
    ];
    fields.extend(rest.into_iter().filter_map(|(key, value)| Some((key, value?))));
    let label = match address.prefix_length {
        Some(length) => Value::display(format_args!("{}/{length}", address.ip)),
        None => address.ip.into(),
    };
    Labelled { label, exact: Value::Map(fields) }.into()
}

const fn family(address: &Address) -> &'static str {
    if address.ip.is_ipv4() { "inet" } else { "inet6" }
}

/// JSON has iproute2's names where that has names for it.
impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("interface", "the interface", |it| {
            it.link_value(|link| Value::from_os(&link.name))
        })
        .key("ifname")
        .json(Kind::Bytes),
        Column::<Self>::new("family", "inet or inet6", |it| it.address.as_ref().map(family).into())
            .side(),
        Column::<Self>::new("address", "the address; link-local IPv6 with its zone", |it| {
            it.address_value(|address| it.zoned(address))
        })
        .key("local")
        .toned(Self::tone)
        .json(Kind::Bytes),
        Column::<Self>::new("prefixlen", "length of the network prefix, in bits", |it| {
            it.address_value(|address| address.prefix_length.into())
        })
        .side()
        .numeric(),
        Column::<Self>::new("scope", "how far it reaches: global, link, host", |it| {
            it.address_value(|address| address.scope.name().into())
        })
        .side(),
        Column::<Self>::new("state", "whether the interface works: UP, DOWN, UNKNOWN", |it| {
            it.link_value(|link| link.state.as_str().into())
        })
        .key("operstate")
        .side(),
        Column::<Self>::new("mac", "the interface's hardware address", |it| {
            it.link_value(|link| link.hardware_text().into())
        })
        .key("address")
        .side(),
        Column::<Self>::new("mtu", "the interface's longest packet, in octets", |it| {
            it.link_value(|link| link.mtu.map(u64::from).into())
        })
        .side()
        .numeric(),
        Column::<Self>::new("flags", "of the address: temporary, deprecated and the like", |it| {
            it.address_value(|address| address.flag_names().collect())
        })
        .key("address_flags")
        .json(Kind::List(&Kind::Text)),
        Column::<Self>::new("link_flags", "of the interface: UP, LOWER_UP and the like", |it| {
            it.link_value(|link| link.flags.map_or(Value::Null, |flags| flags.names().collect()))
        })
        .key("flags")
        .extra()
        .json(Kind::List(&Kind::Text)),
        Column::<Self>::new("netmask", "the network prefix as a mask", |it| {
            it.address_value(|address| address.network().map(|it| it.mask()).into())
        })
        .extra(),
        Column::<Self>::new("network", "the first address of the network", |it| {
            it.address_value(|address| address.network().map(|it| it.address()).into())
        })
        .extra(),
        Column::<Self>::new("broadcast", "the network's broadcast address (IPv4)", |it| {
            it.address_value(|address| address.broadcast.map(IpAddr::V4).into())
        })
        .extra(),
        Column::<Self>::new("peer", "the other end of a point-to-point link", |it| {
            it.address_value(|address| address.peer.into())
        })
        .extra(),
        Column::<Self>::new("label", "label of an IPv4 address (eth0:1)", |it| {
            it.address_value(|address| address.label.as_deref().map_or(Value::Null, Value::from_os))
        })
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("gateway", "first router on the way to the outside", |it| {
            it.gateway.map_or(Value::Null, |ip| it.router(ip))
        })
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("index", "the system's number of the interface", |it| {
            it.link_value(|link| link.index.map(u64::from).into())
        })
        .key("ifindex")
        .numeric()
        .extra(),
        Column::<Self>::new("alt_names", "other names of the interface", |it| {
            it.link_value(|link| link.alt_names.iter().map(|name| Value::from_os(name)).collect())
        })
        .key("altnames")
        .extra()
        .json(Kind::List(&Kind::Bytes)),
        Column::<Self>::new("link_type", "what hardware it is: ether, loopback, none", |it| {
            it.link_value(|link| link.hardware_name().into())
        })
        .extra(),
        Column::<Self>::new("kind", "what software made it: bridge, veth, wireguard", |it| {
            it.link_value(|link| link.kind.as_deref().into())
        })
        .key("info_kind")
        .extra(),
        Column::<Self>::new("temporary", "IPv6 that changes every few hours (RFC 8981)", |it| {
            it.flag::<{ AddressFlags::TEMPORARY.0 }, false, true>()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("stable", "IPv6 for the world that stays", |it| {
            it.address_value(|address| address.is_stable().into())
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("deprecated", "no longer to be used for what is new", |it| {
            it.flag::<{ AddressFlags::DEPRECATED.0 }, true, true>()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("tentative", "not yet known to be unique", |it| {
            it.flag::<{ AddressFlags::TENTATIVE.0 }, false, true>()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("dadfailed", "found in use by somebody else", |it| {
            it.flag::<{ AddressFlags::DAD_FAILED.0 }, false, true>()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("dynamic", "not there for good", |it| {
            it.address_value(|address| address.is_dynamic().into())
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("secondary", "IPv4 that is not the first of its network", |it| {
            it.flag::<{ AddressFlags::SECONDARY.0 }, true, false>()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("valid_s", "for how many seconds it is valid", |it| {
            it.address_value(|address| seconds(address.valid_s))
        })
        .key("valid_life_time")
        .numeric()
        .extra(),
        Column::<Self>::new("preferred_s", "for how many seconds it is preferred", |it| {
            it.address_value(|address| seconds(address.preferred_s))
        })
        .key("preferred_life_time")
        .numeric()
        .extra(),
        Column::<Self>::new("addresses", "all addresses of the interface (--list)", |it| {
            it.addresses.as_ref().map_or(Value::Null, |all| all.iter().map(address_info).collect())
        })
        .key("addr_info")
        .extra()
        .json(Kind::List(&ADDRESS_INFO)),
        Column::<Self>::new("hostname", "the machine's name (--hostname)", |it| {
            it.hostname.as_deref().map_or(Value::Null, Value::from_os)
        })
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("server", "who said so (--public)", |it| it.server.as_deref().into())
            .extra(),
        Column::<Self>::new("change", "added, changed or removed (--watch)", |it| {
            it.change.map(Change::as_str).into()
        })
        .extra(),
        Column::<Self>::new("time_s", "when, in seconds since 1970 UTC (--watch)", |it| {
            it.time_s.into()
        })
        .numeric()
        .extra(),
    ];

    fn short(&self) -> Option<Value<'_>> {
        // What went is not the answer any more.
        if self.change == Some(Change::Removed) { None } else { self.answer() }
    }

    fn change(&self) -> Option<Change> {
        self.change
    }

    /// An address of an interface stays the same while others come and go.
    fn identity(&self) -> u64 {
        if self.is_only {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        let label = self.address.as_ref().and_then(|address| address.label.as_ref());
        (self.link.as_ref().map(|link| (link.index, &link.name)), self.ip(), label)
            .hash(&mut hasher);
        hasher.finish()
    }
}
