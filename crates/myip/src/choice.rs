//! Which of several addresses is the one that is meant.

use std::net::IpAddr;

use crate::address::{Address, AddressFlags, Scope};
use crate::row::Row;

/// How well an address serves, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Others can reach it.
    Good,
    /// Others can, but it is not to be used for what is new.
    Deprecated,
    /// Neighbours can: it is link-local.
    LinkLocal,
    /// Nobody can yet, or somebody else has it.
    Unusable,
    /// Its interface is down.
    Down,
    /// This machine alone can.
    Loopback,
}

impl Standing {
    pub(crate) fn of(row: &Row) -> Option<Self> {
        let standing = Self::of_address(row.address.as_ref()?);
        let is_down = row.link.as_ref().is_some_and(|link| link.is_down());
        Some(if is_down { standing.max(Self::Down) } else { standing })
    }

    /// What an address is by itself, if its interface is up.
    pub(crate) fn of_address(address: &Address) -> Self {
        match address.scope.max(Scope::of(address.ip)) {
            Scope::Host | Scope::Nowhere => Self::Loopback,
            _ if address.flags.is_unusable() => Self::Unusable,
            Scope::Link => Self::LinkLocal,
            _ if address.flags.has(AddressFlags::DEPRECATED) => Self::Deprecated,
            Scope::Global | Scope::Site | Scope::Other(_) => Self::Good,
        }
    }

    /// What is wrong with it, for a sentence.
    pub(crate) const fn fault(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Deprecated => "deprecated",
            Self::LinkLocal => "link-local",
            Self::Unusable => "not usable yet",
            Self::Down => "down",
            Self::Loopback => "loopback",
        }
    }
}

/// The best address: by its standing; then by what `preference` has least of; hardware before
/// software; IPv4 before IPv6, of which addresses for all the world come first; of equals the first.
pub(crate) fn best<P: Ord>(
    rows: impl IntoIterator<Item = Row>,
    preference: impl Fn(&Row) -> P,
) -> Option<Row> {
    rows.into_iter().filter(|row| row.address.is_some()).min_by_key(|row| {
        (
            Standing::of(row),
            preference(row),
            row.link.as_ref().is_some_and(|link| link.is_virtual()),
            row.ip().is_some_and(|ip| ip.is_ipv6()),
            row.ip().is_some_and(is_local_to_site),
        )
    })
}

/// Addresses of IPv6 that lead nowhere outside a site (RFC 4193).
fn is_local_to_site(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.is_unique_local())
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::link::{Link, LinkFlags, State};

    fn row(interface: &str, address: &str) -> Row {
        let link = Link {
            name: interface.into(),
            flags: Some(LinkFlags::UP),
            state: State::Up,
            ..Link::default()
        };
        Row::of(&Rc::new(link), Some(&Address::bare(address.parse().unwrap())))
    }

    fn with_flags(row: Row, flags: u32) -> Row {
        let address = row.address.map(|it| Address { flags: AddressFlags(flags), ..it });
        Row { address, ..row }
    }

    fn down(row: Row) -> Row {
        let link = Link { state: State::Down, ..Link::clone(row.link.as_ref().unwrap()) };
        Row { link: Some(Rc::new(link)), ..row }
    }

    fn chosen(rows: Vec<Row>) -> Option<String> {
        best(rows, |_| ()).and_then(|row| row.ip()).map(|ip| ip.to_string())
    }

    #[test]
    fn the_address_that_is_meant_is_chosen() {
        let loopback = || row("lo", "127.0.0.1");
        let deprecated = || with_flags(row("e", "2001:db8::dead"), 0x20);
        let tentative = || with_flags(row("e", "2001:db8::7e"), 0x40);
        let cases: [(&str, Vec<Row>, Option<&str>); 13] = [
            ("nothing at all", vec![], None),
            ("loopback last", vec![loopback(), row("e", "fe80::1")], Some("fe80::1")),
            ("loopback after down", vec![loopback(), down(row("e", "10.0.0.1"))], Some("10.0.0.1")),
            ("loopback at last", vec![row("lo", "::1"), loopback()], Some("127.0.0.1")),
            (
                "global before 169.254",
                vec![row("e", "169.254.1.1"), row("e", "2001:db8::1")],
                Some("2001:db8::1"),
            ),
            (
                "IPv4 before IPv6",
                vec![row("e", "2001:db8::1"), row("e", "10.0.0.1")],
                Some("10.0.0.1"),
            ),
            (
                "up before down",
                vec![down(row("e", "10.0.0.1")), row("f", "10.0.0.2")],
                Some("10.0.0.2"),
            ),
            ("not deprecated", vec![deprecated(), row("e", "2001:db8::1")], Some("2001:db8::1")),
            (
                "deprecated before link-local",
                vec![row("e", "fe80::1"), deprecated()],
                Some("2001:db8::dead"),
            ),
            (
                "link-local before tentative",
                vec![tentative(), row("e", "fe80::1")],
                Some("fe80::1"),
            ),
            (
                "hardware first",
                vec![row("docker0", "172.17.0.1"), row("e", "10.0.0.1")],
                Some("10.0.0.1"),
            ),
            (
                "software that works before hardware that is down",
                vec![down(row("e", "10.0.0.1")), row("docker0", "172.17.0.1")],
                Some("172.17.0.1"),
            ),
            (
                "the world before the site",
                vec![row("e", "fd00::1"), row("e", "2001:db8::1")],
                Some("2001:db8::1"),
            ),
        ];
        for (case, rows, expected) in cases {
            assert_eq!(chosen(rows).as_deref(), expected, "{case}");
        }
    }

    #[test]
    fn an_interface_that_is_preferred_wins_among_equals() {
        let rows = || vec![row("e", "10.0.0.1"), row("f", "10.0.0.2"), row("f", "169.254.0.1")];
        let on_f = |row: &Row| row.link.as_ref().is_none_or(|link| link.name != "f");
        assert_eq!(best(rows(), on_f).unwrap().ip(), Some([10, 0, 0, 2].into()));
        let rows = vec![row("e", "10.0.0.1"), row("f", "169.254.0.1")];
        assert_eq!(best(rows, on_f).unwrap().ip(), Some([10, 0, 0, 1].into()));
    }

    #[test]
    fn the_kernel_may_call_an_address_narrower_than_it_looks() {
        let scoped = |scope| {
            let address = Address { scope, ..Address::bare([10, 0, 0, 1].into()) };
            Standing::of_address(&address)
        };
        assert_eq!(scoped(Scope::Global), Standing::Good);
        assert_eq!(scoped(Scope::Link), Standing::LinkLocal);
        assert_eq!(scoped(Scope::Host), Standing::Loopback);
        let far = Address { scope: Scope::Global, ..Address::bare([169, 254, 0, 1].into()) };
        assert_eq!(Standing::of_address(&far), Standing::LinkLocal);
    }
}
