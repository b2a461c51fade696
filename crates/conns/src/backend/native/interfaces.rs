//! Names of interfaces by number.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use rustix::net::netdevice::index_to_name_inlined;
use rustix::net::{AddressFamily, SocketType, socket};

use crate::endpoint::Interface;
use crate::socket::Socket;

/// The interfaces that were asked for so far: few sockets are bound to one.
#[derive(Debug, Default)]
pub(super) struct Interfaces(Vec<Interface>);

impl Interfaces {
    /// The interface of this number, in the network namespace that the socket `fd` is of; 0 is none.
    pub(super) fn by_index(&mut self, index: u32, fd: impl AsFd) -> Option<Interface> {
        if index == 0 {
            return None;
        }
        if let Some(known) = self.0.iter().find(|interface| interface.index == index) {
            return Some(known.clone());
        }
        let name = index_to_name_inlined(fd, index).ok();
        let name = name.map(|name| Arc::from(OsStr::from_bytes(name.as_bytes())));
        self.0.push(Interface { index, name });
        self.0.last().cloned()
    }

    /// Adds the names where sockets, which are of this thread's network namespace, have the numbers
    /// only.
    pub(super) fn name(&mut self, sockets: &mut [Socket]) {
        let places = sockets.iter_mut().filter_map(|socket| socket.local.interface_mut()?.as_mut());
        let mut nameless = places.filter(|interface| interface.name.is_none()).peekable();
        if nameless.peek().is_none() {
            return;
        }
        // A socket of any kind will do, and of this kind there are always some to be had.
        let Ok(any) = socket(AddressFamily::UNIX, SocketType::DGRAM, None) else { return };
        for interface in nameless {
            if let Some(named) = self.by_index(interface.index, &any) {
                *interface = named;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::protocol::Protocol;

    /// In every network namespace the loopback interface is number 1.
    #[test]
    fn numbers_get_the_names_that_they_have() {
        let bound = |index| {
            let interface = Some(Interface { index, name: None });
            Socket::new(Protocol::PacketRaw, Endpoint::Packet { ethertype: 3, interface }, None)
        };
        let mut sockets = [bound(1), bound(u32::MAX), bound(1)];
        Interfaces::default().name(&mut sockets);
        let names = sockets.each_ref().map(|socket| socket.local.interface()?.name.as_deref());
        let loopback = Some(OsStr::new("lo"));
        assert_eq!(names, [loopback, None, loopback]);
    }
}
