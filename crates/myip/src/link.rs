//! An interface.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An interface, as far as the system tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The system's number of it.
    pub index: Option<u32>,
    /// Its name.
    pub name: OsString,
    /// Other names of it.
    pub alt_names: Vec<OsString>,
    /// What the system says of it; `None` where it does not tell.
    pub flags: Option<LinkFlags>,
    /// Whether it works.
    pub state: State,
    /// The longest packet, in octets.
    pub mtu: Option<u32>,
    /// The hardware's address, in octets.
    pub hardware: Vec<u8>,
    /// What hardware it is (`ARPHRD_*` of linux/if_arp.h).
    pub hardware_type: Option<u16>,
    /// What software made it, in the words of iproute2: `bridge`, `veth`, `wireguard`.
    pub kind: Option<String>,
}

/// Flags of an interface (`IFF_*` of linux/if.h).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkFlags(pub(crate) u32);

/// Whether an interface works (RFC 2863, 3.1.13).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// Its driver does not say; or the system.
    #[default]
    Unknown,
    /// It has no hardware.
    NotPresent,
    /// It is off, or nothing is at the other end of the wire.
    Down,
    /// What it stands upon does not work.
    LowerLayerDown,
    /// It is tested.
    Testing,
    /// It waits for something, as for a login.
    Dormant,
    /// It works.
    Up,
}

impl LinkFlags {
    /// Somebody has turned it on.
    pub(crate) const UP: Self = Self(0x1);
    pub(crate) const LOOPBACK: Self = Self(0x8);
    pub(crate) const POINT_TO_POINT: Self = Self(0x10);
    const RUNNING: Self = Self(0x40);

    /// Those that iproute2 names, in its order and its words.
    const NAMES: [(Self, &'static str); 18] = [
        (Self::LOOPBACK, "LOOPBACK"),
        (Self(0x2), "BROADCAST"),
        (Self::POINT_TO_POINT, "POINTOPOINT"),
        (Self(0x1000), "MULTICAST"),
        (Self(0x80), "NOARP"),
        (Self(0x200), "ALLMULTI"),
        (Self(0x100), "PROMISC"),
        (Self(0x400), "MASTER"),
        (Self(0x800), "SLAVE"),
        (Self(0x4), "DEBUG"),
        (Self(0x8000), "DYNAMIC"),
        (Self(0x4000), "AUTOMEDIA"),
        (Self(0x2000), "PORTSEL"),
        (Self(0x20), "NOTRAILERS"),
        (Self::UP, "UP"),
        (Self(0x10000), "LOWER_UP"),
        (Self(0x20000), "DORMANT"),
        (Self(0x40000), "ECHO"),
    ];

    /// Whether all of `flags` are set.
    pub(crate) const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// The names, `NO-CARRIER` first, where it is up and nothing is at the other end.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let no_carrier = self.has(Self::UP) && !self.has(Self::RUNNING);
        let names = Self::NAMES.into_iter().filter(move |(flag, _)| self.has(*flag));
        no_carrier.then_some("NO-CARRIER").into_iter().chain(names.map(|(_, name)| name))
    }
}

impl State {
    /// The word of iproute2.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::NotPresent => "NOTPRESENT",
            Self::Down => "DOWN",
            Self::LowerLayerDown => "LOWERLAYERDOWN",
            Self::Testing => "TESTING",
            Self::Dormant => "DORMANT",
            Self::Up => "UP",
        }
    }

    /// What the kernel calls it (`IF_OPER_*` of linux/if.h).
    #[cfg(target_os = "linux")]
    pub(crate) const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::NotPresent,
            2 => Self::Down,
            3 => Self::LowerLayerDown,
            4 => Self::Testing,
            5 => Self::Dormant,
            6 => Self::Up,
            _ => Self::Unknown,
        }
    }
}

/// Kinds of interfaces that tunnel, or that containers are connected by.
const VIRTUAL_KINDS: [&str; 26] = [
    "dummy",
    "erspan",
    "geneve",
    "gre",
    "gretap",
    "ifb",
    "ip6erspan",
    "ip6gre",
    "ip6gretap",
    "ip6tnl",
    "ipip",
    "ipoac",
    "netkit",
    "nlmon",
    "ovpn",
    "ppp",
    "sit",
    "tun",
    "vcan",
    "vrf",
    "vti",
    "vti6",
    "vxlan",
    "wireguard",
    "xfrm",
    "zt",
];

/// Names that software gives to the interfaces of containers, virtual machines and tunnels, where
/// the kind does not say it: a bridge may be the way to the office as well.
const VIRTUAL_PREFIXES: [&[u8]; 24] = [
    b"cali",
    b"cilium",
    b"cni",
    b"docker",
    b"flannel",
    b"ipsec",
    b"kube-",
    b"lxc",
    b"lxdbr",
    b"nerdctl",
    b"nordlynx",
    b"podman",
    b"ppp",
    b"tailscale",
    b"tap",
    b"tun",
    b"utun",
    b"vEthernet",
    b"vboxnet",
    b"veth",
    b"virbr",
    b"vmnet",
    b"wg",
    b"zt",
];

/// Docker calls a bridge `br-` and so many digits of the number of its network; others are people's.
const DOCKER_BRIDGE_DIGITS: usize = 12;

impl Link {
    /// Whether this is its name, or another name of it.
    pub(crate) fn goes_by(&self, name: &OsStr) -> bool {
        self.name == name || self.alt_names.iter().any(|it| it == name)
    }

    /// Whether it leads back to this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.flags.is_some_and(|flags| flags.has(LinkFlags::LOOPBACK))
    }

    /// Whether nothing goes over it, as far as the system tells.
    pub(crate) fn is_down(&self) -> bool {
        self.flags.is_some_and(|flags| !flags.has(LinkFlags::UP))
            || matches!(self.state, State::Down | State::LowerLayerDown | State::NotPresent)
    }

    /// Whether it is a tunnel, or made for containers or virtual machines.
    pub(crate) fn is_virtual(&self) -> bool {
        let is_of_kind = |kind: &String| VIRTUAL_KINDS.contains(&kind.as_str());
        self.kind.as_ref().is_some_and(is_of_kind)
            || self.flags.is_some_and(|flags| flags.has(LinkFlags::POINT_TO_POINT))
            || has_virtual_name(&self.name)
    }

    /// The hardware's address as iproute2 writes it.
    pub(crate) fn hardware_text(&self) -> Option<String> {
        const TUNNELS_OVER_IPV4: [u16; 3] = [768, 776, 778];
        const TUNNELS_OVER_IPV6: [u16; 2] = [769, 823];
        let is_of = |types: &[u16]| self.hardware_type.is_some_and(|it| types.contains(&it));
        if self.hardware.is_empty() {
            return None;
        }
        if let Ok(octets) = <[u8; 4]>::try_from(&*self.hardware)
            && is_of(&TUNNELS_OVER_IPV4)
        {
            return Some(Ipv4Addr::from(octets).to_string());
        }
        if let Ok(octets) = <[u8; 16]>::try_from(&*self.hardware)
            && is_of(&TUNNELS_OVER_IPV6)
        {
            return Some(Ipv6Addr::from(octets).to_string());
        }
        let mut text = String::with_capacity(3 * self.hardware.len());
        for (index, octet) in self.hardware.iter().enumerate() {
            let colon = if index > 0 { ":" } else { "" };
            let _ = write!(text, "{colon}{octet:02x}");
        }
        Some(text)
    }

    /// The address of hardware that has one: loopback has none but zeros, a tunnel one of IP.
    pub(crate) fn mac(&self) -> Option<String> {
        let is_real = self.hardware.iter().any(|octet| *octet != 0);
        let text = self.hardware_text().filter(|_| is_real)?;
        (text.len() == 3 * self.hardware.len() - 1).then_some(text)
    }

    /// What hardware it is, in the words of iproute2.
    pub(crate) fn hardware_name(&self) -> Option<String> {
        Some(match self.hardware_type? {
            1 => "ether".to_owned(),
            32 => "infiniband".to_owned(),
            280 => "can".to_owned(),
            512 => "ppp".to_owned(),
            768 => "ipip".to_owned(),
            769 => "tunnel6".to_owned(),
            772 => "loopback".to_owned(),
            776 => "sit".to_owned(),
            778 => "gre".to_owned(),
            801 => "ieee802.11".to_owned(),
            823 => "gre6".to_owned(),
            824 => "netlink".to_owned(),
            65534 => "none".to_owned(),
            other => format!("[{other}]"),
        })
    }
}

fn has_virtual_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let is_bridge =
        |id: &[u8]| id.len() == DOCKER_BRIDGE_DIGITS && id.iter().all(u8::is_ascii_hexdigit);
    name.strip_prefix(b"br-").is_some_and(is_bridge)
        || VIRTUAL_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tunnels_or_connects_containers_is_virtual() {
        let named = |name: &str, kind: Option<&str>| Link {
            name: name.into(),
            kind: kind.map(str::to_owned),
            ..Link::default()
        };
        for (name, kind) in [
            ("docker0", Some("bridge")),
            ("br-12ab34cd56ef", Some("bridge")),
            ("virbr0", Some("bridge")),
            ("veth12ab", Some("veth")),
            ("office", Some("wireguard")),
            ("wg0", None),
            ("ztabcdef", None),
            ("tailscale0", Some("tun")),
            ("corp", Some("tun")),
            ("flannel.1", Some("vxlan")),
            ("utun4", None),
        ] {
            assert!(named(name, kind).is_virtual(), "{name}");
        }
        for (name, kind) in [
            ("eth0", None),
            ("eth0", Some("veth")),
            ("br0", Some("bridge")),
            ("bond0", Some("bond")),
            ("wlan0", None),
            ("enp0s31f6", None),
            ("eth0.7", Some("vlan")),
            ("br-lan", Some("bridge")),
        ] {
            assert!(!named(name, kind).is_virtual(), "{name}");
        }
        let flags = Some(LinkFlags(0x11));
        assert!(Link { flags, ..named("dsl", None) }.is_virtual());
    }

    #[test]
    fn an_interface_is_down_by_its_flags_or_its_state() {
        let link = |flags, state| Link { flags: Some(LinkFlags(flags)), state, ..Link::default() };
        assert!(link(0x1002, State::Down).is_down() && link(0x1002, State::Unknown).is_down());
        assert!(link(0x1003, State::Down).is_down());
        assert!(!link(0x49, State::Unknown).is_down() && !link(0x11043, State::Up).is_down());
        assert!(!Link::default().is_down());
    }

    #[test]
    fn flags_have_the_names_and_the_order_of_iproute2() {
        let names = |flags| LinkFlags(flags).names().collect::<Vec<_>>().join(",");
        assert_eq!(names(0x1_1043), "BROADCAST,MULTICAST,UP,LOWER_UP");
        assert_eq!(names(0x1_0049), "LOOPBACK,UP,LOWER_UP");
        assert_eq!(names(0x1003), "NO-CARRIER,BROADCAST,MULTICAST,UP");
        assert_eq!(names(0x1002), "BROADCAST,MULTICAST");
        assert_eq!(names(0x1_10d1), "POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP");
    }

    #[test]
    fn hardware_has_an_address_and_loopback_and_tunnels_have_none() {
        let link = |hardware: &[u8], hardware_type| Link {
            hardware: hardware.to_vec(),
            hardware_type: Some(hardware_type),
            ..Link::default()
        };
        let texts = |link: Link| (link.hardware_text(), link.mac());
        let some = |text: &str| Some(text.to_owned());
        let ether = link(&[2, 0xfc, 0, 0, 0, 1], 1);
        assert_eq!(texts(ether), (some("02:fc:00:00:00:01"), some("02:fc:00:00:00:01")));
        assert_eq!(texts(link(&[0; 6], 772)), (some("00:00:00:00:00:00"), None));
        assert_eq!(texts(link(&[10, 0, 0, 1], 768)), (some("10.0.0.1"), None));
        let mut far = [0; 16];
        far[15] = 1;
        assert_eq!(texts(link(&far, 823)), (some("::1"), None));
        assert_eq!(texts(link(&[], 65534)), (None, None));
    }
}
