//! Addresses as the kernel tells them (`include/uapi/linux/if_addr.h`).

use std::net::IpAddr;

use netlink::{AF_INET, AF_INET6, Attributes, number_at};

use super::{ip_of, os_string, text};
use crate::address::{Address, AddressFlags, Scope};

/// The octets of `struct ifaddrmsg`: family, prefix length, flags, scope, index.
const HEAD_OCTETS: usize = 8;

const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_LABEL: u16 = 3;
const IFA_BROADCAST: u16 = 4;
const IFA_CACHEINFO: u16 = 6;
const IFA_FLAGS: u16 = 8;

/// Asks for all addresses, or for those of the family of one.
pub(crate) fn request(like: Option<IpAddr>) -> Vec<u8> {
    let mut octets = vec![0; HEAD_OCTETS];
    octets[0] = match like {
        None => 0,
        Some(IpAddr::V4(_)) => AF_INET,
        Some(IpAddr::V6(_)) => AF_INET6,
    };
    octets
}

/// The address alone.
pub(crate) fn ip(octets: &[u8]) -> Option<IpAddr> {
    let (mut local, mut far) = (None, None);
    for (kind, payload) in Attributes(octets.get(HEAD_OCTETS..)?) {
        match kind {
            IFA_LOCAL => local = ip_of(payload),
            IFA_ADDRESS => far = ip_of(payload),
            _ => {}
        }
    }
    local.or(far)
}

/// Reads an address, with the number of its interface; `None` where the octets are none.
pub(crate) fn address(octets: &[u8]) -> Option<(u32, Address)> {
    let [_, prefix_length, flags, scope] = *octets.first_chunk()?;
    let index = number_at(octets, 4)?;
    let mut address = Address {
        prefix_length: Some(prefix_length),
        scope: Scope::from_number(scope),
        flags: AddressFlags(flags.into()),
        ..Address::bare(ip(octets)?)
    };
    for (kind, payload) in Attributes(octets.get(HEAD_OCTETS..)?) {
        match kind {
            // IPv4 always has it; where it is not the address, it is the other end.
            IFA_ADDRESS => address.peer = ip_of(payload).filter(|peer| *peer != address.ip),
            IFA_LABEL => address.label = Some(os_string(text(payload))),
            IFA_BROADCAST => {
                address.broadcast = ip_of(payload).and_then(|ip| match ip {
                    IpAddr::V4(ip) => Some(ip),
                    IpAddr::V6(_) => None,
                });
            }
            IFA_CACHEINFO => {
                address.preferred_s = number_at(payload, 0);
                address.valid_s = number_at(payload, 4);
            }
            IFA_FLAGS => address.flags = AddressFlags(number_at(payload, 0)?),
            _ => {}
        }
    }
    Some((index, address))
}

#[cfg(test)]
mod tests {
    use netlink::push_attribute;

    use super::*;

    fn head(family: u8, prefix_length: u8, scope: u8) -> Vec<u8> {
        let mut octets = vec![family, prefix_length, 0x80, scope];
        octets.extend(4u32.to_ne_bytes());
        octets
    }

    fn v4() -> Vec<u8> {
        let mut octets = head(AF_INET, 24, 0);
        push_attribute(&mut octets, IFA_ADDRESS, &[10, 0, 0, 2]);
        push_attribute(&mut octets, IFA_LOCAL, &[10, 0, 0, 1]);
        push_attribute(&mut octets, IFA_BROADCAST, &[10, 0, 0, 255]);
        push_attribute(&mut octets, IFA_LABEL, b"eth0:1\0");
        push_attribute(&mut octets, IFA_FLAGS, &0x281u32.to_ne_bytes());
        let times = [60u32, 90, 0, 0].map(u32::to_ne_bytes).concat();
        push_attribute(&mut octets, IFA_CACHEINFO, &times);
        octets
    }

    #[test]
    fn an_address_of_ipv4_is_the_local_one_and_the_other_is_the_peer() {
        let expected = Address {
            ip: [10, 0, 0, 1].into(),
            prefix_length: Some(24),
            peer: Some([10, 0, 0, 2].into()),
            broadcast: Some([10, 0, 0, 255].into()),
            label: Some("eth0:1".into()),
            scope: Scope::Global,
            flags: AddressFlags(0x281),
            valid_s: Some(90),
            preferred_s: Some(60),
        };
        assert_eq!(address(&v4()), Some((4, expected)));
    }

    #[test]
    fn an_address_of_ipv6_has_a_peer_only_where_it_has_a_local_one() {
        let far: IpAddr = "2001:db8::2".parse().unwrap();
        let near: IpAddr = "2001:db8::1".parse().unwrap();
        let octets_of = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let mut octets = head(AF_INET6, 128, 253);
        push_attribute(&mut octets, IFA_ADDRESS, &octets_of(far));
        let alone = address(&octets).unwrap().1;
        assert_eq!((alone.ip, alone.peer, alone.scope), (far, None, Scope::Link));
        push_attribute(&mut octets, IFA_LOCAL, &octets_of(near));
        let linked = address(&octets).unwrap().1;
        assert_eq!((linked.ip, linked.peer), (near, Some(far)));
    }

    #[test]
    fn what_is_cut_is_no_address_or_has_less_to_say() {
        let told = v4();
        for length in 0..told.len() {
            let read = address(&told[..length]);
            assert_eq!(read.is_some(), length >= HEAD_OCTETS + 8, "{length}");
        }
    }
}
