//! Addresses by the crate if-addrs, as the C library lists them, with its faults made up for.

use std::ffi::OsString;
use std::io;
use std::net::Ipv4Addr;

use if_addrs::{IfAddr, Ifv4Addr, Interface};

use super::Inventory;
use crate::address::{Address, Scope};
use crate::link::{Link, LinkFlags, State};

pub(super) fn inventory() -> io::Result<Inventory> {
    Ok(arranged(&if_addrs::get_if_addrs()?))
}

/// An interface without an address is not told.
fn arranged(interfaces: &[Interface]) -> Inventory {
    let mut links: Vec<Link> = Vec::new();
    let mut addresses = Vec::new();
    for interface in interfaces {
        let (device, label) = device_and_label(&interface.name);
        // Names that are not UTF-8 may look the same, and numbers never; but Windows may have a number
        // for each family.
        let is_it =
            |link: &Link| link.name == device && (cfg!(windows) || link.index == interface.index);
        let place = links.iter().position(is_it).unwrap_or_else(|| {
            links.push(link(interface, device));
            links.len() - 1
        });
        addresses.push((place, address(interface, label)));
    }
    let mut order: Vec<_> = (0..links.len()).collect();
    order.sort_by_key(|place| links[*place].index);
    let places = |place: usize| order.iter().position(|it| *it == place).unwrap_or(place);
    let addresses = addresses.into_iter().map(|(place, it)| (places(place), it)).collect();
    let links = order.iter().map(|place| links[*place].clone()).collect();
    Inventory::new(links, addresses)
}

/// Linux gives the label of an IPv4 address for its interface; no name of one has a colon there.
fn device_and_label(name: &str) -> (&str, Option<OsString>) {
    match name.split_once(':') {
        Some((device, _)) if cfg!(target_os = "linux") => (device, Some(name.into())),
        _ => (name, None),
    }
}

fn link(interface: &Interface, device: &str) -> Link {
    let mut flags = 0;
    if interface.is_loopback() {
        flags |= LinkFlags::LOOPBACK.0;
    }
    if interface.is_p2p() {
        flags |= LinkFlags::POINT_TO_POINT.0;
    }
    // On Unix it is told whether an interface runs, and "unknown" where it does not.
    let runs = interface.is_oper_up();
    if runs {
        flags |= LinkFlags::UP.0;
    }
    Link {
        index: interface.index,
        name: device.into(),
        flags: Some(LinkFlags(flags)),
        state: if runs { State::Up } else { State::Down },
        ..Link::default()
    }
}

fn address(interface: &Interface, label: Option<OsString>) -> Address {
    let ip = interface.ip();
    let (prefix_length, broadcast) = match &interface.addr {
        IfAddr::V4(address) => (Some(address.prefixlen), broadcast(address)),
        IfAddr::V6(address) => (Some(address.prefixlen), None),
    };
    Address { prefix_length, broadcast, label, scope: Scope::of(ip), ..Address::bare(ip) }
}

/// Where there is no broadcast address, the C library gives the address itself, or that of the
/// other end of a point-to-point link: only the last address of the network is one.
fn broadcast(address: &Ifv4Addr) -> Option<Ipv4Addr> {
    let hosts = u32::MAX.checked_shr(address.prefixlen.into()).unwrap_or(0);
    let is_last = |broadcast: &Ipv4Addr| broadcast.to_bits() & hosts == hosts;
    // A network of two addresses has none (RFC 3021).
    address
        .broadcast
        .filter(|broadcast| hosts > 1 && is_last(broadcast) && *broadcast != address.ip)
}

#[cfg(test)]
mod tests {
    use if_addrs::IfOperStatus;

    use super::*;

    fn interface(name: &str, index: u32, ip: [u8; 4], broadcast: [u8; 4]) -> Interface {
        Interface {
            name: name.to_owned(),
            addr: IfAddr::V4(Ifv4Addr {
                ip: ip.into(),
                netmask: Ipv4Addr::new(255, 255, 255, 0),
                prefixlen: 24,
                broadcast: Some(broadcast.into()),
            }),
            index: Some(index),
            oper_status: IfOperStatus::Up,
            is_p2p: false,
            #[cfg(windows)]
            adapter_name: String::new(),
        }
    }

    #[test]
    fn only_the_last_address_of_a_network_is_its_broadcast() {
        let broadcast = |ip, prefixlen, broadcast: [u8; 4]| {
            let mut interface = interface("eth0", 2, ip, broadcast);
            if let IfAddr::V4(address) = &mut interface.addr {
                address.prefixlen = prefixlen;
            }
            address(&interface, None).broadcast
        };
        let last = [10, 0, 0, 255];
        assert_eq!(broadcast([10, 0, 0, 1], 24, last), Some(last.into()));
        // None is configured; the other end of a link; a link of two addresses.
        assert_eq!(broadcast([10, 0, 0, 1], 24, [10, 0, 0, 1]), None);
        assert_eq!(broadcast([10, 0, 0, 1], 32, [10, 0, 0, 2]), None);
        assert_eq!(broadcast([10, 0, 0, 1], 24, [10, 0, 0, 2]), None);
        assert_eq!(broadcast([10, 0, 0, 255], 24, last), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn addresses_are_grouped_by_device_in_the_order_of_their_numbers() {
        let told = [
            interface("eth0", 3, [10, 0, 0, 1], [10, 0, 0, 255]),
            interface("lo", 1, [127, 0, 0, 1], [127, 0, 0, 1]),
            interface("eth0:1", 3, [10, 0, 0, 2], [10, 0, 0, 255]),
        ];
        let inventory = arranged(&told);
        let shown: Vec<_> = inventory
            .addresses()
            .map(|(link, address)| (link.name.to_str(), address.label.as_deref(), address.ip))
            .collect();
        let label = OsString::from("eth0:1");
        assert_eq!(
            shown,
            [
                (Some("lo"), None, [127, 0, 0, 1].into()),
                (Some("eth0"), None, [10, 0, 0, 1].into()),
                (Some("eth0"), Some(label.as_os_str()), [10, 0, 0, 2].into()),
            ]
        );
        let counts: Vec<_> = inventory.by_link().map(|(_, addresses)| addresses.len()).collect();
        assert_eq!(counts, [1, 2]);
    }
}
