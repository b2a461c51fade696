//! Interfaces as the kernel tells them (`include/uapi/linux/if_link.h`).

use std::ffi::OsStr;

use netlink::{Attributes, number_at, push_attribute, short_at};

use super::{NAME_MAX_OCTETS, os_string, push_text, text};
use crate::link::{Link, LinkFlags, State};

/// The octets of `struct ifinfomsg`: family, type, index, flags, change.
const HEAD_OCTETS: usize = 16;

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_OPERSTATE: u16 = 16;
const IFLA_LINKINFO: u16 = 18;
const IFLA_EXT_MASK: u16 = 29;
const IFLA_PROP_LIST: u16 = 52;
const IFLA_ALT_IFNAME: u16 = 53;
const IFLA_INFO_KIND: u16 = 1;

/// `RTEXT_FILTER_SKIP_STATS`: counters are most of what an interface has to say.
const SKIP_COUNTERS: u32 = 1 << 3;

/// Asks for all interfaces, or for the one of this name.
pub(crate) fn request(name: Option<&OsStr>) -> Vec<u8> {
    let mut octets = vec![0; HEAD_OCTETS];
    if let Some(name) = name {
        let is_short = name.len() < NAME_MAX_OCTETS;
        let kind = if is_short { IFLA_IFNAME } else { IFLA_ALT_IFNAME };
        push_text(&mut octets, kind, name);
    }
    push_attribute(&mut octets, IFLA_EXT_MASK, &SKIP_COUNTERS.to_ne_bytes());
    octets
}

/// Reads an interface; `None` where the octets are none.
pub(crate) fn link(octets: &[u8]) -> Option<Link> {
    let mut link = Link {
        hardware_type: Some(short_at(octets, 2)?),
        index: Some(number_at(octets, 4)?),
        flags: Some(LinkFlags(number_at(octets, 8)?)),
        ..Link::default()
    };
    for (kind, payload) in Attributes(octets.get(HEAD_OCTETS..)?) {
        match kind {
            IFLA_ADDRESS => link.hardware = payload.to_vec(),
            IFLA_IFNAME => link.name = os_string(text(payload)),
            IFLA_MTU => link.mtu = number_at(payload, 0),
            IFLA_OPERSTATE => link.state = State::from_number(*payload.first()?),
            IFLA_LINKINFO => link.kind = info_kind(payload),
            IFLA_PROP_LIST => {
                let names = Attributes(payload).filter(|(kind, _)| *kind == IFLA_ALT_IFNAME);
                link.alt_names.extend(names.map(|(_, name)| os_string(text(name))));
            }
            _ => {}
        }
    }
    Some(link)
}

fn info_kind(octets: &[u8]) -> Option<String> {
    let (_, kind) = Attributes(octets).find(|(kind, _)| *kind == IFLA_INFO_KIND)?;
    Some(String::from_utf8_lossy(text(kind)).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An interface as the kernel tells it, made by hand.
    fn told() -> Vec<u8> {
        let mut octets = vec![0; HEAD_OCTETS];
        octets[2..4].copy_from_slice(&1u16.to_ne_bytes());
        octets[4..8].copy_from_slice(&4u32.to_ne_bytes());
        octets[8..12].copy_from_slice(&0x1_1043u32.to_ne_bytes());
        push_attribute(&mut octets, IFLA_IFNAME, b"b\xffd\0");
        push_attribute(&mut octets, IFLA_MTU, &1400u32.to_ne_bytes());
        push_attribute(&mut octets, IFLA_OPERSTATE, &[6]);
        push_attribute(&mut octets, IFLA_ADDRESS, &[2, 0, 0, 0, 0, 9]);
        let mut info = Vec::new();
        push_attribute(&mut info, IFLA_INFO_KIND, b"veth\0");
        push_attribute(&mut octets, IFLA_LINKINFO, &info);
        let mut names = Vec::new();
        push_attribute(&mut names, IFLA_ALT_IFNAME, b"enp0s31f6\0");
        push_attribute(&mut names, IFLA_ALT_IFNAME, b"a name that is long\0");
        push_attribute(&mut octets, IFLA_PROP_LIST, &names);
        octets
    }

    #[test]
    fn an_interface_is_read_with_all_that_is_told_of_it() {
        let expected = Link {
            index: Some(4),
            name: os_string(b"b\xffd"),
            alt_names: vec!["enp0s31f6".into(), "a name that is long".into()],
            flags: Some(LinkFlags(0x1_1043)),
            state: State::Up,
            mtu: Some(1400),
            hardware: vec![2, 0, 0, 0, 0, 9],
            hardware_type: Some(1),
            kind: Some("veth".to_owned()),
        };
        assert_eq!(link(&told()), Some(expected));
    }

    #[test]
    fn what_is_cut_is_read_as_far_as_it_goes() {
        let told = told();
        for length in 0..told.len() {
            let link = link(&told[..length]);
            assert_eq!(link.is_some(), length >= HEAD_OCTETS, "{length}");
        }
    }

    #[test]
    fn an_interface_is_asked_for_by_the_name_that_it_can_have() {
        let kinds = |name| {
            let octets = request(name);
            Attributes(&octets[HEAD_OCTETS..]).map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(None), [IFLA_EXT_MASK]);
        assert_eq!(kinds(Some(OsStr::new("eth0"))), [IFLA_IFNAME, IFLA_EXT_MASK]);
        assert_eq!(kinds(Some(OsStr::new("a-name-of-16-oct"))), [IFLA_ALT_IFNAME, IFLA_EXT_MASK]);
    }
}
