//! Programs as the kernel of this machine takes and runs them, on sockets of our own.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};

use output::{Family, Notes};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::samples::{exact_expression, expression};
use crate::backend::native;
use crate::filter::{Expression, Kernel};
use crate::protocol::Protocols;
use crate::request::{Request, Wanted};
use crate::socket::Socket;
use crate::state::States;

/// How many programs the kernel is given.
const PROGRAMS: u32 = 300;

const KERNEL: Kernel<'static> = Kernel {
    interface: &|name| (name == "lo").then_some(1),
    cgroup: &|_| None,
    knows_marks: false,
};

/// Sockets in several states, which are there until it is dropped.
struct Sockets {
    _listeners: Vec<TcpListener>,
    _streams: Vec<TcpStream>,
    _datagrams: Vec<UdpSocket>,
    ports: BTreeSet<u16>,
}

impl Sockets {
    fn open() -> Self {
        let mut ports = BTreeSet::new();
        let (mut listeners, mut streams) = (Vec::new(), Vec::new());
        let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
        let any = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        // A machine without IPv6 has the first kind alone.
        for (listening, connecting) in [(v4, v4), (v6, v6), (any, v4)] {
            let Ok(listener) = TcpListener::bind((listening, 0)) else { continue };
            let port = listener.local_addr().unwrap().port();
            let stream = TcpStream::connect((connecting, port)).unwrap();
            ports.extend([port, stream.local_addr().unwrap().port()]);
            streams.extend([listener.accept().unwrap().0, stream]);
            listeners.push(listener);
        }
        let datagrams = [(); 2].map(|()| UdpSocket::bind((v4, 0)).unwrap());
        ports.extend(datagrams.iter().map(|it| it.local_addr().unwrap().port()));
        datagrams[1].connect(datagrams[0].local_addr().unwrap()).unwrap();
        Self { _listeners: listeners, _streams: streams, _datagrams: datagrams.into(), ports }
    }

    /// Those of ours that the kernel tells of.
    fn told(&self, program: Option<&[u8]>) -> Vec<Socket> {
        let said = Said::default();
        let request = Request {
            protocols: Protocols::TCP | Protocols::UDP,
            family: Family::Any,
            states: States::ALL,
            bytecode: program.map(Arc::from),
            details: Wanted::default(),
        };
        let told = native::Sockets::new(&request, &Notes::to("conns", said.clone()));
        let mut told: Vec<_> = told.map(|it| *it.unwrap()).filter(|it| self.has(it)).collect();
        // A program that is refused makes it read what it was refused.
        assert_eq!(String::from_utf8_lossy(&said.0.lock().unwrap()), "");
        told.sort_unstable_by_key(|it| it.cookie);
        told
    }

    fn has(&self, socket: &Socket) -> bool {
        let port = |end: Option<&crate::Endpoint>| end?.port();
        let is_ours = |port: u16| self.ports.contains(&port);
        port(Some(&socket.local)).is_some_and(is_ours)
            && port(socket.peer.as_ref()).is_none_or(is_ours)
    }

    /// An expression as it is, or about ports that we have.
    fn adapt(&self, expression: &Expression) -> Expression {
        let port = |index: u16| {
            self.ports.iter().nth(usize::from(index) % self.ports.len()).map_or(0, |it| *it)
        };
        let mut text = expression.to_string();
        for index in 0..6 {
            text = text.replace(&format!(":{index} "), &format!(":{} ", port(index)));
            text = text.replace(&format!(":{index}-"), &format!(":{}-", port(index)));
        }
        Expression::parse(&text).unwrap_or_else(|_| expression.clone())
    }
}

/// What was said, to be read.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(octets)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_kernel_takes_every_program_and_leaves_out_nothing_that_is_meant() {
    let sockets = Sockets::open();
    let all = sockets.told(None);
    assert!(all.len() >= 5, "{all:?}");
    let config = ProptestConfig { cases: PROGRAMS, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&expression(), |expression| {
        let expression = sockets.adapt(&expression);
        let program = expression.bytecode(&KERNEL);
        let told = sockets.told(program.as_deref());
        let may_be_met = |it: &&Socket| expression.is_met(*it) != Some(false);
        for socket in all.iter().filter(may_be_met) {
            prop_assert!(told.contains(socket), "{expression}: {socket:?}");
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn the_kernel_leaves_out_all_else_where_it_can() {
    let sockets = Sockets::open();
    let all = sockets.told(None);
    let config = ProptestConfig { cases: PROGRAMS, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&exact_expression(), |expression| {
        let expression = sockets.adapt(&expression);
        // Neither is told to those who are not root.
        let text = expression.to_string();
        if text.contains("fwmark") || text.contains("cgroup") {
            return Ok(());
        }
        let told = sockets.told(expression.bytecode(&KERNEL).as_deref());
        let meant = all.iter().filter(|it| expression.is_met(*it) == Some(true)).cloned();
        prop_assert_eq!(told, meant.collect::<Vec<_>>(), "{}", text);
        Ok(())
    });
    outcome.unwrap();
}
