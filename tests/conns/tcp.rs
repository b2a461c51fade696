//! What TCP knows of its connections, and of those that no process has.

use std::net::TcpStream;

use serde_json::Value;

use super::support::{Connection, listener_at, pids, send, wait_until};
use super::{at, cells, conns, only_row, rows};

/// Why nobody has the socket at this port, in the words of the table and of JSON.
fn ownerless(expression: &str) -> (String, Value) {
    let words = ["-tap", expression];
    let row = only_row(&words);
    assert_eq!((&row["process"], &row["pid"]), (&Value::Array(Vec::new()), &Value::Null), "{row}");
    assert_eq!((&row["owners_seen"], &row["inode"]), (&"complete".into(), &Value::Null), "{row}");
    (cells(&words).pop().expect("a cell"), row["ownerless"].clone())
}

fn state(expression: &str) -> Vec<Value> {
    rows(&["-ta", expression]).into_iter().map(|row| row["state"].clone()).collect()
}

#[test]
fn a_connection_in_time_wait_says_so() {
    let connection = Connection::new();
    let [client, _] = connection.ends();
    // Who closes first waits.
    drop(connection.client);
    wait_until("the other end hears of it", || state(&client) == ["FIN_WAIT2"]);
    drop(connection.server);
    wait_until("both ends are closed", || state(&client) == ["TIME_WAIT"]);
    assert_eq!(ownerless(&client), ("(time_wait)".to_owned(), "time_wait".into()));
    let row = only_row(&["-to", "--state", "time-wait", &client]);
    assert_eq!((&row["timer"], &row["uid"]), (&"timewait".into(), &Value::Null));
    assert!((1..=60_000).contains(&row["timer_ms"].as_u64().expect("a number")), "{row}");
}

#[test]
fn a_connection_that_nobody_accepted_says_so() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let client = TcpStream::connect(address).unwrap();
    let peer = client.local_addr().unwrap().port();
    let expression = format!("sport = :{} and dport = :{peer}", address.port());
    assert_eq!(ownerless(&expression), ("(unaccepted)".to_owned(), "unaccepted".into()));
    assert!(
        pids(&only_row(&["-tp", &format!("{} and dport = :{}", at(peer), address.port())]))
            .contains(&std::process::id().into())
    );
}

#[test]
fn a_connection_that_its_process_has_closed_says_so() {
    let connection = Connection::new();
    let [client, _] = connection.ends();
    drop(connection.client);
    wait_until("the other end hears of it", || state(&client) == ["FIN_WAIT2"]);
    assert_eq!(ownerless(&client), ("(orphaned)".to_owned(), "orphaned".into()));
}

#[test]
fn what_tcp_knows_are_numbers_to_sort_by() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let clients = [1000, 3000, 2000].map(|octets| {
        let client = TcpStream::connect(address).unwrap();
        send(&client, octets);
        client
    });
    let servers = [(); 3].map(|()| listener.accept().unwrap().0);
    let received = |sort: &str| -> Vec<u64> {
        let words = ["-ti", "--sort", sort, "--state", "established", &at(address.port())];
        rows(&words).iter().map(|row| row["bytes_received"].as_u64().expect("a number")).collect()
    };
    wait_until("all has come", || received("bytes_received") == [1000, 2000, 3000]);
    assert_eq!(received("-bytes_received"), [3000, 2000, 1000]);
    let client = at(clients[1].local_addr().unwrap().port());
    let client = only_row(&["-ti", &format!("{client} and dport = :{}", address.port())]);
    for key in ["rtt_ms", "rttvar_ms", "min_rtt_ms", "rto_ms"] {
        assert!(client[key].as_f64().is_some_and(|time| time > 0.0), "{key}: {client}");
    }
    for key in ["cwnd", "mss", "pmtu", "segs_out", "snd_wnd", "rcvbuf", "sndbuf"] {
        assert!(client[key].as_u64().is_some_and(|number| number > 0), "{key}: {client}");
    }
    assert!(client["bytes_acked"].as_u64().is_some_and(|octets| octets >= 3000), "{client}");
    assert!(client["congestion"].is_string() && client["tcp_options"].is_string(), "{client}");
    let rtt: Vec<_> = rows(&["-t4", "--sort", "-rtt_ms", &format!("port = :{}", address.port())])
        .iter()
        .map(|row| row["rtt_ms"].as_f64())
        .collect();
    // The listener has none, and is last.
    assert_eq!((rtt.len(), rtt[6]), (7, None), "{rtt:?}");
    assert!(
        rtt[..6].is_sorted_by(|a, b| a >= b) && rtt[..6].iter().all(Option::is_some),
        "{rtt:?}"
    );
    drop(servers);
}

#[test]
fn octets_that_nobody_reads_are_in_the_queue() {
    let connection = Connection::new();
    let [_, server] = connection.ends();
    send(&connection.client, 1234);
    wait_until("they have come", || cells(&["-t", &server])[2] == "1234");
    assert_eq!(only_row(&["-t", &server])["recv_q"], 1234);
}

#[test]
fn what_a_timer_waits_for_is_told() {
    let connection = Connection::new();
    let [client, server] = connection.ends();
    rustix::net::sockopt::set_socket_keepalive(&connection.client, true).unwrap();
    let row = only_row(&["-to", &client]);
    assert_eq!((&row["timer"], &row["retransmits"]), (&"keepalive".into(), &0.into()));
    assert!(row["timer_ms"].as_u64().is_some_and(|left| left > 0), "{row}");
    let quiet = only_row(&["-to", &server]);
    assert_eq!((&quiet["timer"], &quiet["timer_ms"]), (&Value::Null, &Value::Null));
    let cells = cells(&["-to", &server]);
    assert_eq!(cells[6..], ["-", "-", "-"]);
}

#[test]
fn json_has_real_numbers_and_null_for_what_is_not_known() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let output = conns(&["-tl", "-j", &at(address.port())]);
    let rows: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let row = &rows[0];
    for key in ["recv_q", "send_q", "local_port", "uid", "inode", "cookie", "backlog", "drops"] {
        assert!(row[key].is_u64(), "{key}: {row}");
    }
    for key in ["peer_address", "peer_port", "ownerless", "peer_inode", "timer", "rtt_ms", "change"]
    {
        assert!(row.get(key).is_some_and(Value::is_null), "{key}: {row}");
    }
    let owner = row["process"]
        .as_array()
        .and_then(|owners| owners.iter().find(|owner| owner["pid"] == std::process::id()))
        .expect("this process");
    let keys: Vec<_> = owner.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["pid", "fd", "name", "cmd", "user"]);
    assert!(owner["fd"].is_u64() && owner["name"].is_string() && owner["user"].is_string());
    let own = std::env::args().next().unwrap();
    assert!(owner["cmd"].as_str().is_some_and(|line| line.starts_with(&own)), "{owner}");
}
