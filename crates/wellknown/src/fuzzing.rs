//! What must hold for any text from outside. Fuzzing has no other way in.

use crate::key::Key;
use crate::local;

/// Any octets are read as a machine's list of services, without panic: no more services than it has
/// lines, and each is found by its own name and port.
///
/// # Panics
///
/// When that is not so.
pub fn list(octets: &[u8]) {
    let lines = octets.split(|octet| *octet == b'\n').count();
    let list = local::parse(octets);
    assert!(list.services.len() <= lines && list.bad_lines <= lines as u64);
    for service in &list.services {
        let key = service.port.to_string().parse::<Key>().expect("a number of a port is a key");
        assert!(list.of(&key).any(|it| it == service));
    }
}

/// Any text is a key or a mistake, without panic; a key has services of its transport only.
///
/// # Panics
///
/// When that is not so.
pub fn key(text: &str) {
    let Ok(key) = text.parse::<Key>() else { return };
    for service in key.services() {
        assert!(key.protocol.is_none_or(|wanted| service.protocols().contains(wanted)));
    }
}
