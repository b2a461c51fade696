//! Which of several addresses is the one that is meant.

use output::Family;

use crate::row::{Row, Scope};

/// Names of interfaces that software makes: containers, bridges, tunnels.
const VIRTUAL_PREFIXES: [&[u8]; 13] = [
    b"br-",
    b"cni",
    b"docker",
    b"flannel",
    b"lxc",
    b"podman",
    b"tailscale",
    b"tun",
    b"utun",
    b"veth",
    b"virbr",
    b"wg",
    b"zt",
];

/// The best address: loopback last; of a running interface and in good standing (neither deprecated
/// nor tentative) before others; global before link-local; hardware before software; IPv4 before
/// IPv6; of equals the first.
pub(crate) fn best<'a>(rows: impl IntoIterator<Item = &'a Row>, family: Family) -> Option<&'a Row> {
    rows.into_iter()
        .filter(|row| row.address.is_some_and(|address| family.admits(address)))
        .min_by_key(|row| rank(row))
}

fn rank(row: &Row) -> (bool, bool, Option<Scope>, bool, bool) {
    let scope = row.scope();
    (
        scope == Some(Scope::Host),
        !row.is_running || row.flags.is_avoided(),
        scope,
        is_virtual(row),
        row.address.is_some_and(|address| address.is_ipv6()),
    )
}

fn is_virtual(row: &Row) -> bool {
    row.interface.as_ref().is_some_and(|name| {
        VIRTUAL_PREFIXES.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Ipv6Flags;

    fn row(interface: &str, address: &str) -> Row {
        Row {
            interface: Some(interface.into()),
            address: Some(address.parse().expect("an address")),
            is_running: true,
            ..Row::default()
        }
    }

    fn chosen(rows: &[Row], family: Family) -> Option<String> {
        best(rows, family).and_then(|row| row.address).map(|address| address.to_string())
    }

    #[test]
    fn the_address_that_is_meant_is_chosen() {
        let down = Row { is_running: false, ..row("eth0", "10.0.0.1") };
        let deprecated = Row { flags: Ipv6Flags(0x20), ..row("eth0", "2001:db8::dead") };
        let cases: [(&str, Vec<Row>, Family, Option<&str>); 9] = [
            ("nothing at all", vec![], Family::Any, None),
            (
                "loopback last",
                vec![row("lo", "127.0.0.1"), row("e", "fe80::1")],
                Family::Any,
                Some("fe80::1"),
            ),
            (
                "loopback at last",
                vec![row("lo", "::1"), row("lo", "127.0.0.1")],
                Family::Any,
                Some("127.0.0.1"),
            ),
            (
                "global before 169.254",
                vec![row("e", "169.254.1.1"), row("e", "2001:db8::1")],
                Family::Any,
                Some("2001:db8::1"),
            ),
            (
                "IPv4 before IPv6",
                vec![row("e", "2001:db8::1"), row("e", "10.0.0.1")],
                Family::Any,
                Some("10.0.0.1"),
            ),
            ("up before down", vec![down, row("e", "10.0.0.2")], Family::Any, Some("10.0.0.2")),
            (
                "not deprecated",
                vec![deprecated, row("e", "2001:db8::1")],
                Family::Ipv6,
                Some("2001:db8::1"),
            ),
            (
                "hardware first",
                vec![row("docker0", "172.17.0.1"), row("e", "10.0.0.1")],
                Family::Any,
                Some("10.0.0.1"),
            ),
            ("family", vec![row("e", "10.0.0.1")], Family::Ipv6, None),
        ];
        for (case, rows, family, expected) in cases {
            assert_eq!(chosen(&rows, family).as_deref(), expected, "{case}");
        }
    }
}
