//! What must hold for any reply of a server.

use super::{dns, stun};

/// Any octets are read as a reply of a DNS server and of a STUN server, without panic.
pub fn reply(octets: &[u8]) {
    let id = octets.first_chunk().map_or(0, |id| u16::from_be_bytes(*id));
    let _ = dns::address(octets, id);
    let transaction = octets.get(8..).and_then(|rest| rest.first_chunk().copied());
    let _ = stun::address(octets, transaction.unwrap_or_default());
}
