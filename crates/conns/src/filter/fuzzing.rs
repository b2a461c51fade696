//! What must hold for any expression and any socket. Fuzzing has no other way in.

use std::net::{IpAddr, Ipv6Addr};

use super::error::Problem;
use super::expression::Expression;
use super::machine::{Entry, is_sound, lets_through};
use super::{Kernel, Subject};
use crate::endpoint::{Endpoint, Interface};
use crate::protocol::Protocol;
use crate::socket::Socket;
use crate::state::State;

/// Any text is an expression or refused at a place in it; an expression is printed as it is read
/// again.
///
/// # Panics
///
/// When that is not so.
pub fn expression(text: &str) {
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            assert!(text.get(error.place()).is_some(), "{error:?}");
            return assert_eq!(error.to_string().lines().count(), 3, "{error:?}");
        }
    };
    let printed = expression.to_string();
    match Expression::parse(&printed) {
        Ok(again) => assert_eq!(again, expression, "{printed}"),
        // What precedence has spared is printed with parentheses, and without abbreviations.
        Err(error) => assert!(
            matches!(error.problem(), Problem::TooDeep { .. } | Problem::TooLong { .. }),
            "{printed}: {error}"
        ),
    }
}

/// Of any expression, the kernel takes its program, which lets through the socket that the first
/// octets are if it may be meant.
///
/// # Panics
///
/// When that is not so.
pub fn bytecode(octets: &[u8]) {
    let Some((socket, text)) = octets.split_first_chunk() else { return };
    let Some((socket, entry)) = socket_of(socket) else { return };
    let Ok(Ok(expression)) = str::from_utf8(text).map(Expression::parse) else { return };
    let kernel = Kernel { interface: &|_| None, cgroup: &|_| None, knows_marks: true };
    let program = expression.bytecode(&kernel);
    assert!(program.as_ref().is_none_or(|it| is_sound(it, true)), "{expression}");
    if expression.is_met(&socket) != Some(false) {
        assert!(program.is_none_or(|it| lets_through(&it, &entry)), "{expression} {entry:?}");
        assert!(socket.state.is_none_or(|state| expression.states().has(state)), "{expression}");
        assert!(expression.protocols().has(socket.protocol.group()), "{expression}");
    }
}

/// A socket of TCP, and what the kernel looks at of it.
fn socket_of(octets: &[u8; 40]) -> Option<(Socket, Entry)> {
    let (local, rest) = octets.split_first_chunk::<16>()?;
    let (peer, rest) = rest.split_first_chunk::<16>()?;
    let [flags, state, interface, mark, ports @ ..] = *rest.first_chunk::<8>()?;
    let address = |octets: [u8; 16]| {
        let [first, second, third, fourth, ..] = octets;
        let is_v4 = flags & 1 != 0;
        if is_v4 {
            IpAddr::from([first, second, third, fourth])
        } else {
            Ipv6Addr::from(octets).into()
        }
    };
    let [first, second, third, fourth] = ports;
    let local = (address(*local), u16::from_be_bytes([first, second]));
    let peer = (address(*peer), u16::from_be_bytes([third, fourth]));
    let ends = (Endpoint::inet(local.0, local.1), Endpoint::inet(peer.0, peer.1));
    let mut socket = Socket::new(Protocol::Tcp, ends.0, Some(ends.1));
    (socket.state, socket.mark) = (State::of_kernel(state), Some(mark.into()));
    let interface = u32::from(interface);
    *socket.local.interface_mut()? =
        (interface > 0).then_some(Interface { index: interface, name: None });
    let is_port_chosen = flags & 2 != 0 || socket.chosen_ports().contains(&local.1);
    let mark = mark.into();
    let entry = Entry { local, peer, interface, mark, cgroup: 0, is_port_chosen };
    Some((socket, entry))
}

#[cfg(test)]
mod tests {
    use testkit::with_seeds;

    use super::*;

    #[test]
    fn the_seeds_of_fuzzing_hold() {
        with_seeds("expression", |octets| expression(str::from_utf8(octets).unwrap()));
        with_seeds("bytecode", bytecode);
    }
}
