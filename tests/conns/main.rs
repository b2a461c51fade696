//! `conns` as people and scripts run it. Every test looks at its own sockets only: the machine has
//! others, which come and go.

#[cfg(target_os = "linux")]
mod addresses;
mod filters;
#[cfg(target_os = "linux")]
mod killing;
#[cfg(target_os = "linux")]
mod kinds;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod owners;
#[cfg(target_os = "linux")]
mod support;
#[cfg(target_os = "linux")]
mod tcp;
#[cfg(target_os = "linux")]
mod vanishing;
mod views;
#[cfg(target_os = "linux")]
mod watching;

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};

use serde_json::Value;
use testkit::Output;

const PROGRAM: &str = env!("CARGO_BIN_EXE_conns");

fn conns(words: &[&str]) -> Output {
    testkit::run(PROGRAM, words)
}

fn rows(words: &[&str]) -> Vec<Value> {
    objects(&conns(&[words, &["-f", "jsonl"]].concat()))
}

/// The objects of `-f jsonl`.
fn objects(output: &Output) -> Vec<Value> {
    output.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// An expression for what has this port of 127.0.0.1 at this end. A listener has it alone among TCP,
/// and what is bound among UDP; other tests may have the number there, or at other addresses.
fn at(port: u16) -> String {
    format!("src 127.0.0.1:{port}")
}

/// The only row of these words.
fn only_row(words: &[&str]) -> Value {
    let mut rows = rows(words);
    assert_eq!(rows.len(), 1, "{words:?}: {rows:?}");
    rows.remove(0)
}

/// The cells of the only row of a table.
#[cfg(target_os = "linux")]
fn cells(words: &[&str]) -> Vec<String> {
    let output = conns(&[words, &["-H"]].concat());
    assert_eq!((output.code, output.text().lines().count()), (Some(0), 1), "{words:?}: {output:?}");
    output.text().split_whitespace().map(str::to_owned).collect()
}

/// The sockets with this local port.
fn at_port(rows: &[Value], port: u16) -> Vec<&Value> {
    rows.iter().filter(|row| row["local_port"] == port).collect()
}

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener on loopback");
    let port = listener.local_addr().expect("a listener has an address").port();
    (listener, port)
}

#[test]
fn a_listener_is_listed_with_its_owner() {
    let (_listener, port) = listener();
    let rows = rows(&["-l"]);
    let found = at_port(&rows, port);
    assert_eq!(found.len(), 1, "{found:?}");
    let row = found[0];
    assert_eq!(row["protocol"], "tcp");
    assert_eq!(row["state"], "LISTEN");
    assert_eq!(row["local"], format!("127.0.0.1:{port}"));
    assert_eq!(row["peer"], "0.0.0.0:*");
    assert_eq!((&row["peer_address"], &row["peer_port"]), (&Value::Null, &Value::Null));
    let owners = row["process"].as_array().expect("our own process can be seen");
    assert!(owners.iter().any(|owner| owner["pid"] == std::process::id()), "{owners:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn an_owner_has_its_name() {
    let (_listener, port) = listener();
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    let output = conns(&["-ltp"]);
    let row = output.text().lines().find(|line| line.contains(&format!(":{port} "))).unwrap();
    let label = format!("{}[{}]", name.trim_end(), std::process::id());
    assert!(row.split_whitespace().next_back().unwrap().contains(&label), "{row}");
}

#[test]
fn a_connection_is_listed_from_both_ends() {
    let (listener, port) = listener();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _accepted = listener.accept().unwrap();
    let client: SocketAddr = client.local_addr().unwrap();
    let rows = rows(&[]);
    let state = |local: u16, peer: u16| {
        at_port(&rows, local)
            .into_iter()
            .find(|row| row["peer_port"] == peer)
            .map(|row| row["state"].clone())
    };
    assert_eq!(state(port, client.port()), Some("ESTABLISHED".into()));
    assert_eq!(state(client.port(), port), Some("ESTABLISHED".into()));
}

#[test]
fn listeners_connections_and_all_are_told_apart() {
    let (listener, port) = listener();
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _accepted = listener.accept().unwrap();
    let states = |words: &[&str]| {
        let rows = rows(words);
        let mut states: Vec<_> =
            at_port(&rows, port).iter().map(|row| row["state"].to_string()).collect();
        states.sort();
        states.join(" ")
    };
    assert_eq!(states(&[]), r#""ESTABLISHED""#);
    assert_eq!(states(&["-l"]), r#""LISTEN""#);
    assert_eq!(states(&["-a"]), r#""ESTABLISHED" "LISTEN""#);
}

#[test]
fn protocols_and_families_can_be_chosen() {
    let (_listener, port) = listener();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let udp_port = udp.local_addr().unwrap().port();
    let has = |words: &[&str], port, protocol| {
        at_port(&rows(words), port).iter().any(|row| row["protocol"] == protocol)
    };
    assert!(has(&["-a"], port, "tcp") && has(&["-a"], udp_port, "udp"));
    assert!(has(&["-at"], port, "tcp") && !has(&["-at"], udp_port, "udp"));
    assert!(!has(&["-au"], port, "tcp") && has(&["-au"], udp_port, "udp"));
    assert!(has(&["-atu4"], port, "tcp") && !has(&["-a6"], port, "tcp"));
}

#[test]
#[cfg(target_os = "linux")]
fn udp_has_its_peer_and_state() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(server.local_addr().unwrap()).unwrap();
    let port = |socket: &UdpSocket| socket.local_addr().unwrap().port();
    let rows = rows(&["-au"]);
    let client = at_port(&rows, port(&client))[0];
    assert_eq!(
        (&client["state"], &client["peer_port"]),
        (&"ESTABLISHED".into(), &port(&server).into())
    );
    let server = at_port(&rows, port(&server))[0];
    assert_eq!((&server["state"], &server["peer_port"]), (&"UNCONN".into(), &Value::Null));
}

#[test]
#[cfg(target_os = "linux")]
fn ipv6_is_listed_where_there_is_any() {
    let has_ipv6 = std::fs::read_to_string("/proc/net/if_inet6").is_ok_and(|it| it.contains("lo"));
    match TcpListener::bind("[::1]:0") {
        Err(error) => assert!(!has_ipv6, "{error}"),
        Ok(listener) => {
            let port = listener.local_addr().unwrap().port();
            let rows = rows(&["-l6"]);
            assert_eq!(at_port(&rows, port)[0]["local"], format!("[::1]:{port}"));
        }
    }
}

#[test]
fn bare_values_are_local_endpoints() {
    let (_listener, port) = listener();
    let output = conns(&["-lt", "-s"]);
    assert!(output.text().lines().any(|line| line == format!("127.0.0.1:{port}")));
    let ports = conns(&["-lt", "-s", "--columns", "local_port"]);
    assert!(ports.text().lines().any(|line| line == port.to_string()));
}
