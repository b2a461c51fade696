//! What must hold for any octets from outside. Fuzzing has no other way in.

use std::net::IpAddr;
use std::rc::Rc;

use netlink::{Body, next_message};
use output::Record;

pub use crate::public::fuzzing::reply;
use crate::row::Row;
use crate::system::native::{address, link, route};

/// Any octets are read as messages of the kernel, and each of these as an interface, an address and
/// a route, without panic; what is read can be shown.
///
/// # Panics
///
/// When that is not so.
pub fn rtnetlink(octets: &[u8]) {
    let mut rest = octets;
    while let Some(message) = next_message(&mut rest) {
        let Body::Part(part) = message.body else { continue };
        let link = Rc::new(link::link(part).unwrap_or_default());
        let address = address::address(part).map(|(_, address)| address);
        assert_eq!(
            address.as_ref().map(|it| it.ip),
            address::ip(part).filter(|_| address.is_some())
        );
        let gateway: Option<IpAddr> = route::route(part).and_then(|route| route.gateway);
        let row = Row { gateway, ..Row::of(&link, address.as_ref()) };
        for column in Row::COLUMNS {
            let shown = column.value_of(&row).to_text();
            assert!(!shown.contains(char::is_control), "{}: {shown:?}", column.name());
        }
    }
}
