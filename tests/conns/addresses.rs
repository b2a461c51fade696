//! How ends of sockets are written.

use std::ffi::OsString;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, OwnedFd};

use nix::sys::socket::{setsockopt, sockopt};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, getsockname, listen, socket_with};
use serde_json::Value;

use super::support::listener_at;
use super::{PROGRAM, at, cells, conns, only_row};

/// A listener on a port that the system chooses, made in a way that std has not.
struct Raw(OwnedFd);

impl Raw {
    fn new(family: AddressFamily) -> Self {
        let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None);
        Self(socket.expect("a socket"))
    }

    fn listen(&self, address: &str) -> u16 {
        bind(&self.0, &address.parse::<SocketAddr>().expect("an address")).expect("a port");
        listen(&self.0, 1).expect("it listens");
        let address = getsockname(self.0.as_fd()).expect("it is bound");
        SocketAddr::try_from(address).expect("of IP").port()
    }
}

fn has_ipv6() -> bool {
    std::fs::read_to_string("/proc/net/if_inet6").is_ok_and(|it| it.contains(" lo\n"))
}

/// Both ends of the only row at this port.
fn ends(family: &str, port: u16) -> [String; 2] {
    let cells = cells(&["-ta", family, &format!("sport = :{port}")]);
    [cells[4].clone(), cells[5].clone()]
}

#[test]
fn any_address_is_written_as_ss_does() {
    let (_v4, address) = listener_at("0.0.0.0:0");
    let port = address.port();
    assert_eq!(ends("-4", port), [format!("0.0.0.0:{port}"), "0.0.0.0:*".to_owned()]);
    let row = only_row(&["-tl4", &format!("sport = :{port}")]);
    assert_eq!((&row["local_address"], &row["scope"]), (&Value::Null, &"any".into()));
    if !has_ipv6() {
        return;
    }
    let [dual, v6_only] = [false, true].map(|is_v6_only| {
        let socket = Raw::new(AddressFamily::INET6);
        rustix::net::sockopt::set_ipv6_v6only(&socket.0, is_v6_only).expect("it can be set");
        let port = socket.listen("[::]:0");
        (socket, port)
    });
    assert_eq!(ends("-6", dual.1), [format!("*:{}", dual.1), "*:*".to_owned()]);
    assert_eq!(ends("-6", v6_only.1), [format!("[::]:{}", v6_only.1), "[::]:*".to_owned()]);
    for ((_, port), expected) in [(&dual, false), (&v6_only, true)] {
        let row = only_row(&["-tl6", &format!("sport = :{port}")]);
        assert_eq!((&row["v6only"], &row["family"]), (&expected.into(), &"inet6".into()));
    }
}

#[test]
fn an_ipv4_address_in_ipv6_says_so() {
    if !has_ipv6() {
        return;
    }
    let (listener, address) = listener_at("[::]:0");
    let client = TcpStream::connect(("127.0.0.1", address.port())).unwrap();
    let (server, peer) = listener.accept().unwrap();
    let port = client.local_addr().unwrap().port();
    let words = ["-t6", &format!("sport = :{} and dport = :{port}", address.port())];
    let expected =
        [format!("[::ffff:127.0.0.1]:{}", address.port()), format!("[{}]:{port}", peer.ip())];
    assert_eq!(cells(&words)[4..6], expected);
    // The other end is of IPv4, whatever it talks to.
    assert_eq!(
        cells(&["-t4", &format!("{} and dport = :{}", at(port), address.port())])[5],
        format!("127.0.0.1:{}", address.port())
    );
    assert_eq!(server.local_addr().unwrap().port(), address.port());
}

#[test]
fn the_interface_that_a_socket_is_bound_to_stands_after_a_percent_sign() {
    let socket = Raw::new(AddressFamily::INET);
    // Linux lets everybody do so since 5.7.
    setsockopt(&socket.0, sockopt::BindToDevice, &OsString::from("lo")).expect("lo is there");
    let port = socket.listen("0.0.0.0:0");
    assert_eq!(ends("-4", port), [format!("0.0.0.0%lo:{port}"), "0.0.0.0:*".to_owned()]);
    let row = only_row(&["-tl4", "--interface", "lo", &format!("sport = :{port}")]);
    assert_eq!((&row["interface"], &row["local_port"]), (&"lo".into(), &port.into()));
    let other = conns(&["-tl4", "--interface", "no-such-interface", &format!("sport = :{port}")]);
    assert_eq!((other.code, other.text()), (Some(1), ""), "{}", other.stderr);
}

#[test]
fn ports_are_numbers_unless_names_are_wanted() {
    // A service that nobody listens for on loopback: the other end of a connected UDP socket.
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect("127.0.0.1:5353").unwrap();
    let port = socket.local_addr().unwrap().port();
    let peer = |more: &[&str]| cells(&[&["-u", &at(port)], more].concat())[5].clone();
    for numeric in [&[][..], &["-n"], &["--numeric"]] {
        assert_eq!(peer(numeric), "127.0.0.1:5353", "{numeric:?}");
    }
    assert_eq!(peer(&["--services"]), "127.0.0.1:mdns");
    // Programs get the exact end whatever people are shown.
    assert_eq!(only_row(&["-u", "--services", &at(port)])["peer"], "127.0.0.1:5353");
    // Of two that say the contrary the last is meant: an alias may have said the first.
    assert_eq!(peer(&["-n", "--services"]), "127.0.0.1:mdns");
    assert_eq!(peer(&["--services", "-n"]), "127.0.0.1:5353");
}

#[test]
fn addresses_have_names_where_they_are_wanted() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let port = address.port();
    let [local, peer] = [4, 5].map(|at_column| cells(&["-tlr", &at(port)])[at_column].clone());
    let (host, number) = local.rsplit_once(':').expect("a port");
    assert!(host.starts_with("localhost") && number == port.to_string(), "{local}");
    assert_eq!(peer, "0.0.0.0:*");
    assert_eq!(only_row(&["-tlr", &at(port)])["local"], format!("127.0.0.1:{port}"));
}

#[test]
fn nothing_is_cut_in_a_pipe() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let own = at(address.port());
    let mut command =
        testkit::command(PROGRAM, ["-tl", "--columns", "process,cmd,cookie,local", &own]);
    command.env("COLUMNS", "20");
    let output = testkit::finish(command);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(!output.text().contains('…'), "{}", output.text());
    assert!(output.text().ends_with(&format!(" {address}\n")), "{}", output.text());
}
