//! What the system tells of its interfaces.

use std::ffi::OsString;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use if_addrs::{IfAddr, Ifv4Addr, Interface};
use output::Family;

use crate::row::{Ipv6Flags, Row};

#[cfg_attr(not(any(target_os = "linux", test)), expect(dead_code, reason = "Linux reads it"))]
mod procfs;

/// Addresses far away, so that the way there is the way to the outside. They are public resolvers,
/// not documentation addresses: some machines live in a documentation network.
const OUTSIDE: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)), 53),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111)), 53),
];

/// Facts that if-addrs does not have.
#[derive(Debug, Default, PartialEq, Eq)]
struct Extra {
    /// The names of all interfaces, in the order of the system.
    interfaces: Vec<OsString>,
    /// The standing of each IPv6 address, by address and interface index.
    flags: Vec<(Ipv6Addr, u32, Ipv6Flags)>,
}

/// Every address, by interface, in the order of the system; an interface without any is one row.
pub(crate) fn addresses() -> io::Result<Vec<Row>> {
    Ok(assemble(&if_addrs::get_if_addrs()?, &extra()))
}

/// The source address that the kernel would use towards the outside. Nothing is sent: connecting a
/// UDP socket only looks up the route.
pub(crate) fn source_address(family: Family) -> Option<IpAddr> {
    OUTSIDE.into_iter().filter(|outside| family.admits(outside.ip())).find_map(|outside| {
        let unbound: IpAddr = match outside {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((unbound, 0)).ok()?;
        socket.connect(outside).ok()?;
        let address = socket.local_addr().ok()?.ip();
        (!address.is_unspecified()).then_some(address)
    })
}

#[cfg(target_os = "linux")]
fn extra() -> Extra {
    // Where /proc is not mounted, if-addrs' facts have to do.
    let interfaces = std::fs::read("/proc/net/dev").unwrap_or_default();
    let flags = std::fs::read("/proc/net/if_inet6").unwrap_or_default();
    Extra { interfaces: procfs::interface_names(&interfaces), flags: procfs::ipv6_flags(&flags) }
}

#[cfg(not(target_os = "linux"))]
fn extra() -> Extra {
    Extra::default()
}

fn assemble(interfaces: &[Interface], extra: &Extra) -> Vec<Row> {
    let mut rows: Vec<_> = interfaces.iter().map(|interface| row(interface, extra)).collect();
    for name in &extra.interfaces {
        if !rows.iter().any(|row| row.interface.as_ref() == Some(name)) {
            rows.push(Row { interface: Some(name.clone()), ..Row::default() });
        }
    }
    let place =
        |row: &Row| extra.interfaces.iter().position(|name| Some(name) == row.interface.as_ref());
    rows.sort_by_key(|row| (place(row), row.index));
    rows
}

fn row(interface: &Interface, extra: &Extra) -> Row {
    // Linux gives the label of an IPv4 address for its interface; no name of one has a colon there.
    let (device, label) = match interface.name.split_once(':') {
        Some((device, _)) if cfg!(target_os = "linux") => {
            (device, Some(OsString::from(&interface.name)))
        }
        _ => (interface.name.as_str(), None),
    };
    let mut row = Row {
        interface: Some(exact_name(device, extra)),
        index: interface.index,
        address: Some(interface.ip()),
        label,
        is_running: interface.is_oper_up(),
        ..Row::default()
    };
    match &interface.addr {
        IfAddr::V4(address) => {
            row.prefix_length = Some(address.prefixlen);
            row.broadcast = broadcast(address);
        }
        IfAddr::V6(address) => {
            row.prefix_length = Some(address.prefixlen);
            row.flags = extra
                .flags
                .iter()
                .find(|(ip, index, _)| *ip == address.ip && Some(*index) == interface.index)
                .map(|(.., flags)| *flags)
                .unwrap_or_default();
        }
    }
    row
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

/// The name with its exact bytes: if-addrs replaces those that are not UTF-8.
fn exact_name(name: &str, extra: &Extra) -> OsString {
    extra
        .interfaces
        .iter()
        .find(|exact| exact.to_string_lossy() == name)
        .cloned()
        .unwrap_or_else(|| name.into())
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
            row(&interface, &Extra::default()).broadcast
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
    fn rows_are_grouped_by_device_and_none_is_missing() {
        let told = [
            interface("eth0", 3, [10, 0, 0, 1], [10, 0, 0, 255]),
            interface("lo", 1, [127, 0, 0, 1], [127, 0, 0, 1]),
            interface("eth0:1", 3, [10, 0, 0, 2], [10, 0, 0, 255]),
        ];
        let names = ["lo", "idle0", "eth0"].map(OsString::from).to_vec();
        let rows = assemble(&told, &Extra { interfaces: names, flags: vec![] });
        let shown: Vec<_> = rows
            .iter()
            .map(|row| {
                let name = |text: &Option<OsString>| {
                    text.as_ref().map(|text| text.to_string_lossy().into_owned())
                };
                (name(&row.interface), name(&row.label), row.address.is_some())
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            shown,
            [
                (some("lo"), None, true),
                (some("idle0"), None, false),
                (some("eth0"), None, true),
                (some("eth0"), some("eth0:1"), true),
            ]
        );
    }
}
