//! Routes as the kernel tells them (`struct rtmsg` of linux/rtnetlink.h).

use std::net::IpAddr;

use netlink::{AF_INET, AF_INET6, Attributes, number_at, push_attribute, short_at};

use super::ip_of;
use crate::system::Route;

/// The octets of `struct rtmsg`.
const HEAD_OCTETS: usize = 12;

const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;
const RTA_PREFSRC: u16 = 7;
const RTA_MULTIPATH: u16 = 9;
const RTA_VIA: u16 = 18;

/// The octets of `struct rtnexthop`, which stands before the attributes of one way of several.
const NEXT_HOP_OCTETS: usize = 8;

/// `RTM_F_FIB_MATCH`, and where in `struct rtmsg` flags stand.
const FIB_MATCH: u32 = 0x2000;
const FLAGS_AT: usize = 8;

/// What of a way is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// The way itself, as a packet would take it.
    Way,
    /// The entry of the routing table that leads to it, which has a metric.
    Entry,
}

/// Asks for the way to an address, out of that interface if one is given.
pub(crate) fn request(to: IpAddr, interface: Option<u32>, aspect: Aspect) -> Vec<u8> {
    let mut octets = vec![0; HEAD_OCTETS];
    let (family, address) = match to {
        IpAddr::V4(ip) => (AF_INET, ip.octets().to_vec()),
        IpAddr::V6(ip) => (AF_INET6, ip.octets().to_vec()),
    };
    octets[0] = family;
    if aspect == Aspect::Entry {
        octets[FLAGS_AT..].copy_from_slice(&FIB_MATCH.to_ne_bytes());
    }
    octets[1] = u8::try_from(8 * address.len()).expect("an address is short");
    push_attribute(&mut octets, RTA_DST, &address);
    if let Some(interface) = interface {
        push_attribute(&mut octets, RTA_OIF, &interface.to_ne_bytes());
    }
    octets
}

/// Reads a route; `None` where the octets are none.
pub(crate) fn route(octets: &[u8]) -> Option<Route> {
    let mut route = Route::default();
    take(&mut route, octets.get(HEAD_OCTETS..)?);
    Some(route)
}

fn take(route: &mut Route, attributes: &[u8]) {
    for (kind, payload) in Attributes(attributes) {
        match kind {
            RTA_OIF => route.interface = number_at(payload, 0),
            RTA_GATEWAY => route.gateway = ip_of(payload),
            RTA_PRIORITY => route.metric = number_at(payload, 0),
            RTA_PREFSRC => route.source = ip_of(payload),
            // A router of another family (RFC 5549): the family stands before its address.
            RTA_VIA => route.gateway = payload.get(2..).and_then(ip_of),
            RTA_MULTIPATH => {
                let length = short_at(payload, 0).map_or(0, usize::from);
                route.interface = number_at(payload, 4);
                take(route, payload.get(NEXT_HOP_OCTETS..length).unwrap_or_default());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(attributes: &[(u16, &[u8])]) -> Option<Route> {
        let mut octets = vec![0; HEAD_OCTETS];
        for (kind, payload) in attributes {
            push_attribute(&mut octets, *kind, payload);
        }
        route(&octets)
    }

    #[test]
    fn a_router_is_told_in_three_ways() {
        let four = 4u32.to_ne_bytes();
        let v4 = Some(IpAddr::from([10, 0, 0, 9]));
        let expected = Some(Route { gateway: v4, interface: Some(4), ..Route::default() });
        assert_eq!(told(&[(RTA_OIF, &four), (RTA_GATEWAY, &[10, 0, 0, 9])]), expected);
        let via = [&AF_INET6.to_ne_bytes()[..], &[0], &[0; 15], &[1]].concat();
        let gateway = Some("::1".parse().unwrap());
        let far = Route { gateway, interface: Some(4), ..Route::default() };
        assert_eq!(told(&[(RTA_VIA, &via), (RTA_OIF, &four)]), Some(far));
        let mut hop = vec![0; NEXT_HOP_OCTETS];
        hop[4..8].copy_from_slice(&four);
        push_attribute(&mut hop, RTA_GATEWAY, &[10, 0, 0, 9]);
        hop[..2].copy_from_slice(&16u16.to_ne_bytes());
        // Of several ways the first counts.
        hop.extend([16, 0, 0, 0, 7, 0, 0, 0]);
        push_attribute(&mut hop, RTA_GATEWAY, &[10, 0, 0, 8]);
        assert_eq!(told(&[(RTA_MULTIPATH, &hop)]), expected);
        let near = Route { interface: Some(4), source: v4, metric: Some(4), gateway: None };
        let told_near =
            told(&[(RTA_OIF, &four), (RTA_PREFSRC, &[10, 0, 0, 9]), (RTA_PRIORITY, &four)]);
        assert_eq!(told_near, Some(near));
        assert_eq!(route(&[0; HEAD_OCTETS - 1]), None);
    }
}
