//! Interfaces, addresses and routes by Linux' own interface, rtnetlink(7).

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;

use netlink::{Channel, DumpError, Family, push_attribute};

use self::route::Aspect;
use super::{Inventory, Route, SystemError};
use crate::address::Address;

pub(crate) mod address;
pub(crate) mod link;
pub(crate) mod route;

/// What messages ask for (`include/uapi/linux/rtnetlink.h`).
const RTM_GETLINK: u16 = 18;
const RTM_GETADDR: u16 = 22;
const RTM_GETROUTE: u16 = 26;

/// `RTMGRP_LINK`, and the addresses and routes of IPv4 and IPv6.
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// A list that changes while it is told is asked for again, so many times.
const TRIES: usize = 4;

/// A name of an interface has fewer octets than this (`IFNAMSIZ` of linux/if.h); other names of it
/// may be longer.
const NAME_MAX_OCTETS: usize = 16;

/// Every interface with its addresses.
pub(super) fn inventory() -> Result<Inventory, SystemError> {
    let channel = Channel::open(Family::Route).map_err(DumpError::Netlink)?;
    let (links, channel) = list(channel, RTM_GETLINK, &link::request(None), link::link)?;
    let (addresses, _) = list(channel, RTM_GETADDR, &address::request(None), address::address)?;
    let places: HashMap<u32, usize> =
        links.iter().zip(0..).filter_map(|(link, place)| Some((link.index?, place))).collect();
    // An address of an interface that has come since the interfaces were told waits for the next look.
    let at_its_place = |(index, address)| Some((*places.get(&index)?, address));
    let addresses = addresses.into_iter().filter_map(at_its_place).collect();
    Ok(Inventory::new(links, addresses))
}

/// One interface with its addresses.
pub(super) fn interface(name: &OsStr) -> Result<Inventory, DumpError> {
    let channel = Channel::open(Family::Route).map_err(DumpError::Netlink)?;
    let told = channel.get(RTM_GETLINK, &link::request(Some(name)))?;
    let link = link::link(&told).ok_or(DumpError::Malformed)?;
    let (addresses, _) = list(channel, RTM_GETADDR, &address::request(None), |octets| {
        let (index, address) = address::address(octets)?;
        (Some(index) == link.index).then_some((0, address))
    })?;
    Ok(Inventory::new(vec![link], addresses))
}

/// What the kernel knows of one of this machine's addresses.
pub(super) fn address(ip: IpAddr) -> Result<Option<Address>, DumpError> {
    let channel = Channel::open(Family::Route).map_err(DumpError::Netlink)?;
    let (found, _) = list(channel, RTM_GETADDR, &address::request(Some(ip)), |octets| {
        address::ip(octets).filter(|it| *it == ip).and_then(|_| address::address(octets))
    })?;
    Ok(found.into_iter().next().map(|(_, address)| address))
}

/// The way to an address; `None` where there is none.
pub(super) fn route(ip: IpAddr, interface: Option<u32>) -> Result<Option<Route>, DumpError> {
    let channel = Channel::open(Family::Route).map_err(DumpError::Netlink)?;
    let ask = |aspect| match channel.get(RTM_GETROUTE, &route::request(ip, interface, aspect)) {
        Ok(octets) => {
            let route = route::route(&octets).ok_or(DumpError::Malformed)?;
            let is_there = interface.is_none() || route.interface == interface;
            Ok(Some(route).filter(|_| is_there))
        }
        Err(DumpError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    };
    let Some(way) = ask(Aspect::Way)? else { return Ok(None) };
    // An older kernel does not know what an entry is.
    let entry = ask(Aspect::Entry)?.unwrap_or_default();
    Ok(Some(Route { metric: entry.metric, ..way }))
}

/// A channel that hears of changes.
pub(super) fn changes() -> io::Result<Channel> {
    Channel::listen(GROUPS)
}

/// A whole list, and the channel for the next; parts that are no `T` are left out.
fn list<T>(
    mut channel: Channel,
    message_type: u16,
    payload: &[u8],
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<(Vec<T>, Channel), DumpError> {
    let mut tries = 1;
    loop {
        let mut dump = channel.dump(message_type, payload)?;
        let mut found = Vec::new();
        while let Some(part) = dump.next_part() {
            found.extend(read(part?));
        }
        if !dump.is_torn() || tries == TRIES {
            return Ok((found, dump.into_channel()));
        }
        tries += 1;
        channel = dump.into_channel();
    }
}

/// Appends text that ends in NUL.
fn push_text(octets: &mut Vec<u8>, kind: u16, text: &OsStr) {
    push_attribute(octets, kind, &[text.as_bytes(), b"\0"].concat());
}

/// The octets of a text that may end in NUL.
fn text(octets: &[u8]) -> &[u8] {
    octets.split(|octet| *octet == 0).next().unwrap_or_default()
}

/// Text of the system, which may have any octets.
fn os_string(octets: &[u8]) -> OsString {
    OsStr::from_bytes(octets).to_owned()
}

/// An address of either family, by the number of its octets.
fn ip_of(octets: &[u8]) -> Option<IpAddr> {
    match octets.len() {
        4 => Some(<[u8; 4]>::try_from(octets).ok()?.into()),
        16 => Some(<[u8; 16]>::try_from(octets).ok()?.into()),
        _ => None,
    }
}
