//! Sockets by netstat2, its faults worked around: on Linux it takes netlink's refusal for the end of
//! a list, leaves out the peer of UDP, and panics without /proc; elsewhere it tells a socket once for
//! each process that has it.

use std::collections::HashMap;
use std::net::IpAddr;

use netstat2::{
    AddressFamilyFlags, ProtocolFlags, ProtocolSocketInfo, SocketInfo, TcpState,
    iterate_sockets_info,
};
use output::{Family, Notes};
use thiserror::Error;

use super::{CollectError, Sockets};
use crate::endpoint::Endpoint;
use crate::protocol::{Protocol, Protocols};
use crate::request::Request;
use crate::socket::Socket;
use crate::state::State;

/// What went wrong.
#[derive(Debug, Error)]
pub enum PortableError {
    /// The library says why.
    #[error("the system does not tell its sockets")]
    System(#[from] netstat2::error::Error),
    /// Other kinds are not known here.
    #[error("the portable back end tells of TCP and UDP only")]
    OtherKinds,
    /// There is nothing to read.
    #[cfg(target_os = "linux")]
    #[error("/proc is not mounted")]
    NoProc,
    /// The library says that there are none.
    #[cfg(target_os = "linux")]
    #[error("the kernel has {0} sockets, and does not tell them by netlink (sock_diag)")]
    NetlinkSilent(&'static str),
}

/// Collects TCP and UDP. Where more was asked for by name a note says so; where nothing else was that
/// is an error.
pub(crate) fn collect(request: &Request, notes: &Notes) -> Result<Sockets, CollectError> {
    let is_asked_for = |kinds| request.protocols.among(kinds) != Protocols::NONE;
    if !is_asked_for(Protocols::TCP | Protocols::UDP) {
        return Err(PortableError::OtherKinds.into());
    }
    // Raw IP is asked for without a name, too.
    if is_asked_for(Protocols::UNIX | Protocols::PACKET) {
        notes.note(PortableError::OtherKinds);
    }
    #[cfg(target_os = "linux")]
    {
        Ok(Box::new(linux::collect(request)?.into_iter().map(|socket| Ok(Box::new(socket)))))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let sockets = merged(sockets(request)?.collect::<Result<Vec<_>, _>>()?);
        Ok(Box::new(sockets.into_iter().map(|socket| Ok(Box::new(socket)))))
    }
}

fn sockets(
    request: &Request,
) -> Result<impl Iterator<Item = Result<Socket, PortableError>>, PortableError> {
    let mut families = AddressFamilyFlags::empty();
    families.set(AddressFamilyFlags::IPV4, request.family != Family::Ipv6);
    families.set(AddressFamilyFlags::IPV6, request.family != Family::Ipv4);
    let mut protocols = ProtocolFlags::empty();
    protocols.set(ProtocolFlags::TCP, request.protocols.has(Protocols::TCP));
    protocols.set(ProtocolFlags::UDP, request.protocols.has(Protocols::UDP));
    Ok(iterate_sockets_info(families, protocols)?.map(|info| Ok(socket(info?))))
}

fn socket(info: SocketInfo) -> Socket {
    let mut socket = match info.protocol_socket_info {
        ProtocolSocketInfo::Tcp(tcp) => {
            let local = Endpoint::inet(tcp.local_addr, tcp.local_port);
            let peer = Endpoint::inet(tcp.remote_addr, tcp.remote_port);
            let mut socket = Socket::new(Protocol::Tcp, local, Some(peer));
            socket.state = state(tcp.state);
            socket
        }
        ProtocolSocketInfo::Udp(udp) => {
            Socket::new(Protocol::Udp, Endpoint::inet(udp.local_addr, udp.local_port), None)
        }
    };
    socket.pids = owners(info.associated_pids);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if info.inode != 0 {
        // The kernel has forgotten the user of a socket that outlives its process.
        socket.uid = Some(info.uid);
        socket.inode = Some(info.inode.into());
    }
    socket
}

/// No process owns what process 0 owns: Windows says so of connections that outlive theirs.
fn owners(mut pids: Vec<u32>) -> Vec<u32> {
    pids.retain(|pid| *pid != 0);
    pids.sort_unstable();
    pids.dedup();
    pids
}

/// What two rows have in common that are told of one socket: its number, or where there is none
/// what is known of it.
type Identity = (Protocol, Option<u64>, Option<State>, [Option<(IpAddr, u16)>; 2]);

/// The sockets, each told once with all of its owners. Connections without a number stay apart.
fn merged(sockets: Vec<Socket>) -> Vec<Socket> {
    let mut places: HashMap<Identity, usize> = HashMap::new();
    let mut merged: Vec<Socket> = Vec::with_capacity(sockets.len());
    for socket in sockets {
        let place = *places.entry(identity(&socket)).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(same) if is_same(same, &socket) => {
                same.pids.extend(&socket.pids);
                same.pids = owners(std::mem::take(&mut same.pids));
            }
            _ => merged.push(socket),
        }
    }
    merged
}

fn identity(socket: &Socket) -> Identity {
    let end = |endpoint: &Endpoint| Some((endpoint.ip()?, endpoint.port().unwrap_or(0)));
    let ends = [end(&socket.local), socket.peer.as_ref().and_then(end)];
    (socket.protocol, socket.inode, socket.state, ends)
}

/// Two rows without a number are of one socket only if they tell of different processes: a process
/// may well have two sockets with the same ends (`SO_REUSEPORT`).
fn is_same(told: &Socket, again: &Socket) -> bool {
    if cfg!(target_os = "linux") {
        return told.inode.is_some();
    }
    !again.pids.is_empty() && again.pids.iter().all(|pid| !told.pids.contains(pid))
}

/// `None` for what netstat2 does not know, and for sockets that are closed or bound only, which it
/// does not tell apart.
const fn state(state: TcpState) -> Option<State> {
    Some(match state {
        TcpState::Listen => State::Listen,
        TcpState::SynSent => State::SynSent,
        TcpState::SynReceived => State::SynReceived,
        TcpState::Established => State::Established,
        TcpState::FinWait1 => State::FinWait1,
        TcpState::FinWait2 => State::FinWait2,
        TcpState::CloseWait => State::CloseWait,
        TcpState::Closing => State::Closing,
        TcpState::LastAck => State::LastAck,
        TcpState::TimeWait => State::TimeWait,
        TcpState::Closed | TcpState::DeleteTcb | TcpState::Unknown => return None,
    })
}

/// What Linux tells beyond netstat2.
#[cfg(target_os = "linux")]
mod linux {
    use super::{
        Family, HashMap, PortableError, Protocol, Protocols, Request, Socket, merged, sockets,
    };
    use crate::backend::procnet::{self, Table};

    /// The sockets, the peers and states of UDP among them.
    pub(super) fn collect(request: &Request) -> Result<Vec<Socket>, PortableError> {
        // netstat2 panics without /proc.
        if !std::path::Path::new("/proc/self").exists() {
            return Err(PortableError::NoProc);
        }
        let udp = udp_by_inode(request);
        let all = sockets(request)?.collect::<Result<Vec<_>, _>>()?;
        let mut all = merged(all);
        for table in tables(request) {
            if !all.iter().any(|socket| is_of(table, socket)) && is_refused(table, request) {
                let name = if table.protocol == Protocols::TCP { "TCP" } else { "UDP" };
                return Err(PortableError::NetlinkSilent(name));
            }
        }
        for socket in all.iter_mut().filter(|socket| socket.protocol == Protocol::Udp) {
            if let Some(told) = socket.inode.and_then(|inode| udp.get(&inode)) {
                // Nobody has the address that this end would have, here as for TCP.
                let peer = told.peer.clone().filter(|peer| peer.port().is_some());
                socket.peer = Some(peer.unwrap_or_else(|| socket.local.nobody()));
                socket.state = told.state;
            }
        }
        Ok(all)
    }

    fn tables(request: &Request) -> impl Iterator<Item = Table> + use<> {
        let request = request.clone();
        let tables = [Protocols::TCP, Protocols::UDP]
            .map(|protocol| [false, true].map(|is_v6| Table { protocol, is_v6 }));
        tables.into_iter().flatten().filter(move |table| {
            let is_wanted = match request.family {
                Family::Any => true,
                Family::Ipv4 => !table.is_v6,
                Family::Ipv6 => table.is_v6,
            };
            is_wanted && request.protocols.has(table.protocol)
        })
    }

    fn is_of(table: Table, socket: &Socket) -> bool {
        let is_v6 = socket.local.ip().is_some_and(|address| address.is_ipv6());
        socket.protocol.group() == table.protocol && is_v6 == table.is_v6
    }

    /// Whether the kernel has such sockets and does not tell them. Asked twice, for one may have
    /// come after the list was made.
    fn is_refused(table: Table, request: &Request) -> bool {
        let has_sockets = || procnet::sockets(table).is_ok_and(|sockets| !sockets.is_empty());
        let is_told = |socket: &Result<Socket, PortableError>| {
            socket.as_ref().is_ok_and(|socket| is_of(table, socket))
        };
        let again = || sockets(request).is_ok_and(|sockets| !{ sockets }.any(|it| is_told(&it)));
        has_sockets() && again() && has_sockets()
    }

    fn udp_by_inode(request: &Request) -> HashMap<u64, Socket> {
        let of_udp = tables(request).filter(|table| table.protocol == Protocols::UDP);
        let told = of_udp.filter_map(|table| procnet::sockets(table).ok()).flatten();
        told.filter_map(|socket| Some((socket.inode?, socket))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(inode: Option<u64>, pids: &[u32]) -> Socket {
        let end = Endpoint::inet(IpAddr::from([127, 0, 0, 1]), 80);
        let mut socket = Socket::new(Protocol::Tcp, end.clone(), Some(end.nobody()));
        socket.state = Some(State::Listen);
        socket.inode = inode;
        socket.pids = pids.to_vec();
        socket
    }

    #[test]
    fn process_0_is_nobody() {
        for (pids, expected) in
            [(vec![0], vec![]), (vec![812, 7, 7], vec![7, 812]), (vec![], vec![])]
        {
            assert_eq!(owners(pids), expected);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_socket_that_is_told_twice_is_one() {
        let all = merged(vec![told(Some(5), &[7]), told(Some(6), &[7]), told(Some(5), &[9, 7])]);
        let pids: Vec<_> = all.iter().map(|socket| &socket.pids[..]).collect();
        assert_eq!(pids, [&[7, 9][..], &[7]]);
    }

    #[test]
    fn what_is_told_without_a_number_is_of_two_sockets_if_one_process_has_them_both() {
        let apart = merged(vec![told(None, &[7]), told(None, &[7])]);
        assert_eq!(apart.len(), 2);
    }

    #[test]
    #[cfg(not(target_os = "linux"))]
    fn a_socket_that_is_told_for_each_process_is_one() {
        let all = merged(vec![told(None, &[7]), told(None, &[9]), told(None, &[])]);
        let pids: Vec<_> = all.iter().map(|socket| &socket.pids[..]).collect();
        assert_eq!(pids, [&[7, 9][..], &[]]);
    }
}
