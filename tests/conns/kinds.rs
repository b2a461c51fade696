//! What kinds of sockets there are, and in which states.

use std::ffi::OsStr;
use std::net::UdpSocket;
use std::num::NonZeroU32;
use std::os::fd::{AsFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};

use rustix::io::Errno;
use rustix::net::{AddressFamily, Protocol, SocketFlags, SocketType, socket_with};
use serde_json::Value;

use super::support::{Connection, TempDir, as_nobody, listener_at, pids, wait_until};
use super::{at, cells, conns, objects, only_row, rows};

/// The row of a socket of this process.
fn row_of(rows: &[Value], socket: impl AsFd) -> Option<&Value> {
    let inode = rustix::fs::fstat(socket).expect("it is open").st_ino;
    rows.iter().find(|row| row["inode"] == inode)
}

#[test]
fn a_table_has_the_same_columns_in_the_same_order_whatever_is_asked_for() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let header = |words: &[&str]| {
        let output = conns(&[words, &[&at(address.port())]].concat());
        assert_eq!(output.code, Some(0), "{words:?}: {}", output.stderr);
        output
            .text()
            .lines()
            .next()
            .expect("a header")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let base = "PROTOCOL STATE RECV-Q SEND-Q LOCAL PEER";
    let timers = "TIMER TIMER-MS RETRANSMITS";
    let info = "RTT-MS RTTVAR-MS MIN-RTT-MS CWND MSS RETRANS LOST BYTES-ACKED BYTES-RECEIVED \
                DELIVERY-RATE-BPS CONGESTION";
    for words in [&[][..], &["-a"], &["-l"], &["-t"], &["-4"], &["-n"]] {
        assert_eq!(header(words), base, "{words:?}");
    }
    assert_eq!(header(&["-e"]), format!("{base} USER"));
    assert_eq!(header(&["-p"]), format!("{base} PROCESS"));
    assert_eq!(header(&["-o"]), format!("{base} {timers}"));
    assert_eq!(header(&["-i"]), format!("{base} {info}"));
    assert_eq!(header(&["-iope"]), format!("{base} USER PROCESS {timers} {info}"));
    assert_eq!(header(&["--columns", "inode,state,uid"]), "INODE STATE UID");
}

#[test]
fn every_socket_of_tcp_is_in_one_of_the_lists() {
    let (listener, _) = listener_at("127.0.0.1:0");
    let bound = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None);
    let bound = bound.expect("a socket");
    rustix::net::bind(&bound, &std::net::SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let connection = Connection::new();
    let lists = [&["-t"][..], &["-tl"], &["-ta"]].map(rows);
    let states = |socket: &dyn AsFd| {
        let state = |rows| row_of(rows, socket.as_fd())?["state"].as_str();
        lists.each_ref().map(|rows| state(rows).unwrap_or("-")).join(" ")
    };
    assert_eq!(states(&listener), "- LISTEN LISTEN");
    assert_eq!(states(&connection.client), "ESTABLISHED - ESTABLISHED");
    let is_told = kernel_tells_of_bound_sockets();
    assert_eq!(states(&bound), if is_told { "- - BOUND" } else { "- - -" });
}

/// Linux does since 6.8.
fn kernel_tells_of_bound_sockets() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("a release");
    let mut numbers = release.split(['.', '-']).map(|number| number.trim().parse::<u32>());
    let [major, minor] = [(); 2].map(|()| numbers.next().and_then(Result::ok).expect("a number"));
    (major, minor) >= (6, 8)
}

#[test]
fn a_backlog_is_shown_used_and_allowed() {
    let (listener, address) = listener_at("127.0.0.1:0");
    rustix::net::listen(&listener, 7).unwrap();
    let _waiting = [(); 2].map(|()| std::net::TcpStream::connect(address).unwrap());
    let words = ["-tl", &at(address.port())];
    wait_until("two connections wait", || cells(&words)[2] == "2");
    assert_eq!(cells(&words)[..4], ["tcp", "LISTEN", "2", "7"]);
    let row = only_row(&words);
    for (key, expected) in [("recv_q", 2), ("send_q", 7), ("backlog", 2), ("backlog_max", 7)] {
        assert_eq!(row[key], expected, "{key}");
    }
}

#[test]
fn udp_has_its_peer_and_state() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(server.local_addr().unwrap()).unwrap();
    let [server_port, client_port] = [&server, &client].map(|it| it.local_addr().unwrap().port());
    let [connected, open] = [client_port, server_port].map(|port| only_row(&["-ua", &at(port)]));
    assert_eq!(connected["state"], "ESTABLISHED");
    assert_eq!(connected["peer"], format!("127.0.0.1:{server_port}"));
    assert_eq!(connected["peer_port"], server_port);
    assert_eq!((&open["state"], &open["peer"]), (&"UNCONN".into(), &"0.0.0.0:*".into()));
    assert_eq!(open["peer_port"], Value::Null);
    let lists = [&["-u"][..], &["-ul"]].map(rows);
    assert!(row_of(&lists[0], &client).is_some() && row_of(&lists[0], &server).is_none());
    assert!(row_of(&lists[1], &client).is_none() && row_of(&lists[1], &server).is_some());
}

#[test]
fn unix_sockets_have_their_type_state_and_the_other_end() {
    let directory = TempDir::new();
    let path = directory.join("stream");
    let listener = UnixListener::bind(&path).unwrap();
    let client = UnixStream::connect(&path).unwrap();
    let (server, _) = listener.accept().unwrap();
    let datagram = UnixDatagram::bind(directory.join("datagram")).unwrap();
    let [all, connected, listening] = [&["-xa"][..], &["-x"], &["-xl"]].map(rows);
    let path = path.to_str().unwrap();
    let seen = row_of(&all, &listener).expect("listed");
    assert_eq!(
        [&seen["protocol"], &seen["state"], &seen["local"], &seen["family"]],
        ["u_str", "LISTEN", path, "unix"]
    );
    assert_eq!((&seen["local_port"], &seen["local_address"]), (&Value::Null, &Value::Null));
    let [near, far] = [&client, &server].map(|end| row_of(&connected, end).expect("listed"));
    assert_eq!([&near["state"], &far["state"]], ["ESTABLISHED"; 2]);
    assert_eq!(far["local"], path);
    assert_eq!([&near["peer_inode"], &far["peer_inode"]], [&far["inode"], &near["inode"]]);
    assert_eq!(row_of(&all, &datagram).expect("listed")["protocol"], "u_dgr");
    assert!(row_of(&listening, &listener).is_some() && row_of(&listening, &client).is_none());
    assert!(row_of(&connected, &listener).is_none());
    assert!(row_of(&rows(&["-a"]), &listener).is_none());
}

#[test]
fn a_hostile_path_is_one_row_and_can_be_read_back() {
    let directory = TempDir::new();
    let name = OsStr::from_bytes(b"a b\n\x1b[31m\xff\\x");
    let listener = UnixListener::bind(directory.join(name)).unwrap();
    let inode = rustix::fs::fstat(&listener).unwrap().st_ino;
    let output = conns(&["-xl", "-H", "--columns", "inode,local,peer"]);
    let is_hostile = |c: char| c != '\n' && output::is_unsafe(c);
    assert!(!output.text().contains(is_hostile), "{:?}", output.text());
    // Nothing in the lines of others is ours: each begins with a number and has three words.
    for line in output.text().lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        assert!(words.len() == 3 && words[0].parse::<u64>().is_ok(), "{line}");
        if words[0] == inode.to_string() {
            assert!(words[1].ends_with(r"/a\x20b\n\x1b[31m\xff\\x"), "{line}");
        }
    }
    let bare = conns(&["-xl", "-s", "-0"]);
    let path = directory.join(name);
    assert!(bare.stdout.split(|byte| *byte == 0).any(|it| it == path.as_os_str().as_bytes()));
}

#[test]
fn an_abstract_name_may_have_nul_in_it() {
    let name = format!("conns \0{}\n", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let listener = UnixListener::bind_addr(&address).unwrap();
    let rows = rows(&["-xl"]);
    let row = row_of(&rows, &listener).expect("listed");
    assert_eq!(row["local"], format!("@{name}"));
    let shown = format!(r"@conns\x20\x00{}\n", std::process::id());
    let output = conns(&["-xl"]);
    assert!(output.text().split_whitespace().any(|word| word == shown), "{}", output.text());
}

/// A socket that takes rights, where we have them.
fn privileged(family: AddressFamily, kind: SocketType, protocol: u32) -> Option<OwnedFd> {
    let protocol = Protocol::from_raw(NonZeroU32::new(protocol).expect("not zero"));
    match socket_with(family, kind, SocketFlags::CLOEXEC, Some(protocol)) {
        Ok(socket) => Some(socket),
        Err(error) => {
            assert!([Errno::PERM, Errno::ACCESS].contains(&error), "{error}");
            None
        }
    }
}

#[test]
fn raw_sockets_are_listed_for_everybody() {
    /// For experiments (RFC 3692).
    const PROTOCOL: u32 = 253;
    let socket = privileged(AddressFamily::INET, SocketType::RAW, PROTOCOL);
    for output in [conns(&["-wa", "-f", "jsonl"]), as_nobody(&["-wa", "-f", "jsonl"])] {
        assert!([Some(0), Some(1)].contains(&output.code), "{}", output.stderr);
        let Some(socket) = &socket else { continue };
        let rows = objects(&output);
        let row = row_of(&rows, socket).expect("listed");
        assert_eq!(
            [&row["protocol"], &row["state"], &row["local"], &row["peer"]],
            ["raw", "UNCONN", "0.0.0.0:253", "0.0.0.0:*"]
        );
    }
}

#[test]
fn packet_sockets_are_listed_for_everybody() {
    /// LLDP (IEEE 802.1AB), in network byte order as `socket(2)` wants it.
    const FRAMES: u32 = 0x88cc_u16.to_be() as u32;
    let socket = privileged(AddressFamily::PACKET, SocketType::DGRAM, FRAMES);
    for output in
        [conns(&["--packet", "-a", "-f", "jsonl"]), as_nobody(&["--packet", "-a", "-f", "jsonl"])]
    {
        assert!([Some(0), Some(1)].contains(&output.code), "{}", output.stderr);
        let Some(socket) = &socket else { continue };
        let rows = objects(&output);
        let row = row_of(&rows, socket).expect("listed");
        assert_eq!(
            [&row["protocol"], &row["state"], &row["local"], &row["family"]],
            ["p_dgr", "UNCONN", "lldp:*", "packet"]
        );
    }
}

#[test]
fn both_back_ends_tell_the_same_of_the_same_sockets() {
    const KEYS: [&str; 8] = [
        "protocol",
        "state",
        "local_address",
        "local_port",
        "peer_address",
        "peer_port",
        "inode",
        "uid",
    ];
    let (_listener, address) = listener_at("127.0.0.1:0");
    let connection = Connection::new();
    let [client, server] = connection.ends();
    let udp = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    udp[0].connect(udp[1].local_addr().unwrap()).unwrap();
    let udp = udp.each_ref().map(|socket| at(socket.local_addr().unwrap().port()));
    let told = |backend: &str, kind: &str, expression: &str| {
        let row = only_row(&["-a", kind, "--backend", backend, expression]);
        let pids = pids(&row);
        assert!(pids.contains(&std::process::id().into()), "{backend}: {row}");
        KEYS.map(|key| row[key].clone())
    };
    let listener = at(address.port());
    let sockets =
        [("-t", &listener), ("-t", &client), ("-t", &server), ("-u", &udp[0]), ("-u", &udp[1])];
    for (kind, expression) in sockets {
        assert_eq!(told("native", kind, expression), told("portable", kind, expression));
    }
    // One that is closed has no owner in either.
    drop(connection.client);
    drop(connection.server);
    let closed = |backend| rows(&["-ta", "--backend", backend, &client]);
    for backend in ["native", "portable"] {
        wait_until("the connection is closed", || {
            closed(backend).iter().all(|row| row["state"] == "TIME_WAIT" && row["inode"].is_null())
        });
    }
}

#[test]
fn a_back_end_says_what_it_cannot_tell() {
    for kind in ["-x", "-w", "--packet"] {
        let output = conns(&["-a", kind, "--backend", "portable"]);
        assert_eq!((output.code, output.text()), (Some(3), ""), "{kind}: {}", output.stderr);
        assert!(output.stderr.contains("tells of TCP and UDP only"), "{kind}: {}", output.stderr);
    }
    let (_listener, address) = listener_at("127.0.0.1:0");
    let output = conns(&["-txl", "--backend", "portable", "-s", &at(address.port())]);
    assert_eq!((output.code, output.text()), (Some(0), &*format!("{address}\n")));
    assert_eq!(output.stderr, "conns: the portable back end tells of TCP and UDP only\n");
}
