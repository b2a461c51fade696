//! Where every trace starts: the root servers.

use std::net::{IpAddr, SocketAddr};

/// Their addresses, from `a` to `m` (IANA, named.root of 2024): of each the IPv4 one; the IPv6 ones
/// are the same servers.
const ROOT_SERVERS: [[u8; 4]; 13] = [
    [198, 41, 0, 4],
    [170, 247, 170, 2],
    [192, 33, 4, 12],
    [199, 7, 91, 13],
    [192, 203, 230, 10],
    [192, 5, 5, 241],
    [192, 112, 36, 4],
    [198, 97, 190, 53],
    [192, 36, 148, 17],
    [192, 58, 128, 30],
    [193, 0, 14, 129],
    [199, 7, 83, 42],
    [202, 12, 27, 33],
];

/// The same over IPv6.
const ROOT_SERVERS_V6: [&str; 13] = [
    "2001:503:ba3e::2:30",
    "2801:1b8:10::b",
    "2001:500:2::c",
    "2001:500:2d::d",
    "2001:500:a8::e",
    "2001:500:2f::f",
    "2001:500:12::d0d",
    "2001:500:1::53",
    "2001:7fe::53",
    "2001:503:c27::2:30",
    "2001:7fd::1",
    "2001:500:9f::42",
    "2001:dc3::35",
];

/// The root servers at a port, IPv4 first.
pub(crate) fn root_servers(port: u16) -> Vec<SocketAddr> {
    let v4 = ROOT_SERVERS.iter().map(|octets| IpAddr::from(*octets));
    let v6 = ROOT_SERVERS_V6.iter().map(|text| text.parse().expect("the table has addresses"));
    v4.chain(v6).map(|address| SocketAddr::new(address, port)).collect()
}
