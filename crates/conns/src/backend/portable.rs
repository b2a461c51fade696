//! Sockets by netstat2, with what it leaves out on Linux read from /proc.

use std::net::SocketAddr;

use netstat2::{
    AddressFamilyFlags, ProtocolFlags, ProtocolSocketInfo, SocketInfo, TcpState,
    iterate_sockets_info,
};
use output::Family;
use thiserror::Error;

use super::Kinds;
use crate::socket::{Endpoint, Owner, Protocol, Socket, State};

/// What went wrong.
#[derive(Debug, Error)]
pub(crate) enum CollectError {
    #[error("the system does not tell its sockets")]
    System(#[from] netstat2::error::Error),
    #[cfg(target_os = "linux")]
    #[error("/proc is not mounted")]
    NoProc,
    #[cfg(target_os = "linux")]
    #[error("the kernel has {0} sockets, and does not tell them by netlink (sock_diag)")]
    NetlinkSilent(&'static str),
}

type Collected = Box<dyn Iterator<Item = Result<Socket, CollectError>>>;

#[cfg(target_os = "linux")]
pub(crate) fn collect(kinds: Kinds) -> Result<Collected, CollectError> {
    use super::procfs::Facts;

    // netstat2 panics without /proc.
    if !std::path::Path::new("/proc/self").exists() {
        return Err(CollectError::NoProc);
    }
    let facts = Facts::read(kinds);
    let sockets = sockets(kinds)?.map(move |socket| Ok(facts.complete(socket?)));
    Ok(Box::new(Checked { sockets, unseen: kinds.each().collect(), is_refused }))
}

/// Whether the kernel has such sockets and does not tell them. Asked twice, for one may have come
/// after the list was made.
#[cfg(target_os = "linux")]
fn is_refused(kind: Kinds) -> bool {
    super::procfs::has_sockets(kind)
        && sockets(kind).is_ok_and(|mut sockets| sockets.next().is_none())
        && super::procfs::has_sockets(kind)
}

/// Tells at the end of which kinds of sockets the kernel did not tell, though it has some: netstat2
/// takes netlink's refusal for the end of a list.
#[cfg(target_os = "linux")]
struct Checked<I> {
    sockets: I,
    /// The kinds of which no socket was seen.
    unseen: Vec<Kinds>,
    is_refused: fn(Kinds) -> bool,
}

#[cfg(target_os = "linux")]
impl<I: Iterator<Item = Result<Socket, CollectError>>> Iterator for Checked<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        match self.sockets.next() {
            Some(next) => {
                if let Ok(socket) = &next {
                    self.unseen.retain(|kind| !kind.is_of(socket));
                }
                Some(next)
            }
            None => loop {
                let kind = self.unseen.pop()?;
                if (self.is_refused)(kind) {
                    return Some(Err(CollectError::NetlinkSilent(kind.protocol_name())));
                }
            },
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn collect(kinds: Kinds) -> Result<Collected, CollectError> {
    Ok(Box::new(sockets(kinds)?))
}

fn sockets(
    kinds: Kinds,
) -> Result<impl Iterator<Item = Result<Socket, CollectError>>, CollectError> {
    let mut families = AddressFamilyFlags::empty();
    families.set(AddressFamilyFlags::IPV4, kinds.family != Family::Ipv6);
    families.set(AddressFamilyFlags::IPV6, kinds.family != Family::Ipv4);
    let mut protocols = ProtocolFlags::empty();
    protocols.set(ProtocolFlags::TCP, kinds.tcp);
    protocols.set(ProtocolFlags::UDP, kinds.udp);
    Ok(iterate_sockets_info(families, protocols)?.map(|info| Ok(socket(info?))))
}

fn socket(info: SocketInfo) -> Socket {
    let (protocol, state, local, peer) = match info.protocol_socket_info {
        ProtocolSocketInfo::Tcp(tcp) => (
            Protocol::Tcp,
            state(tcp.state),
            (tcp.local_addr, tcp.local_port),
            Some((tcp.remote_addr, tcp.remote_port)),
        ),
        ProtocolSocketInfo::Udp(udp) => {
            (Protocol::Udp, None, (udp.local_addr, udp.local_port), None)
        }
    };
    Socket {
        protocol,
        state,
        local: Endpoint(SocketAddr::from(local)),
        peer: peer.map(|peer| Endpoint(SocketAddr::from(peer))),
        owners: owners(info.associated_pids),
        // The kernel has forgotten the user of a socket that outlives its process.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        uid: (info.inode != 0).then_some(info.uid),
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        uid: None,
        #[cfg(any(target_os = "linux", target_os = "android"))]
        inode: Some(info.inode).filter(|inode| *inode != 0),
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        inode: None,
    }
}

/// No process owns what process 0 owns: Windows says so of connections that outlive theirs.
fn owners(mut pids: Vec<u32>) -> Vec<Owner> {
    pids.sort_unstable();
    pids.into_iter().filter(|pid| *pid != 0).map(|pid| Owner { pid, name: None }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_list_that_was_refused_is_told_from_an_empty_one() {
        let kinds = Kinds { tcp: true, udp: true, family: Family::Ipv4 };
        let is_refused: fn(Kinds) -> bool = |kind| kind.udp;
        let sockets = std::iter::empty();
        let list = Checked { sockets, unseen: kinds.each().collect(), is_refused };
        let told: Vec<_> = list.collect();
        assert!(matches!(told[..], [Err(CollectError::NetlinkSilent("UDP"))]), "{told:?}");
    }

    #[test]
    fn process_0_is_nobody() {
        let owner = |pid| Owner { pid, name: None };
        for (pids, expected) in
            [(vec![0], vec![]), (vec![812, 7], vec![owner(7), owner(812)]), (vec![], vec![])]
        {
            assert_eq!(owners(pids), expected);
        }
    }
}
