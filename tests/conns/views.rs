//! Rows sorted, counted and summed up.

use std::net::TcpStream;

use serde_json::{Value, json};

use super::{conns, listener, rows};

/// A listener with two connections, whose ends are all of this process, and its port.
fn stage() -> (impl Sized, u16) {
    let (listener, port) = listener();
    let connect = |()| {
        let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
        (client, listener.accept().expect("a connection"))
    };
    let connections = [(); 2].map(connect);
    ((listener, connections), port)
}

fn counted(words: &[&str]) -> Vec<Value> {
    let output = conns(&[words, &["-f", "jsonl"]].concat());
    assert_eq!((output.code, &*output.stderr), (Some(0), ""), "{words:?}");
    output.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn sockets_are_counted_by_state_port_and_peer() {
    let (_stage, port) = stage();
    let own = format!(":{port}");
    assert_eq!(
        counted(&["-t4", "--count-by", "state", &own]),
        [json!({"state": "ESTABLISHED", "count": 4}), json!({"state": "LISTEN", "count": 1})]
    );
    let ports = counted(&["-t4", "--count-by", "port", &own]);
    assert_eq!(ports[0], json!({"local_port": port, "count": 3}));
    assert_eq!(ports.len(), 3, "{ports:?}");
    let peers = counted(&["-t4", "--count-by", "peer", "--state", "established", &own]);
    assert_eq!(peers[0], json!({"peer": format!("127.0.0.1:{port}"), "count": 2}));
    let table = conns(&["-t4", "--count-by", "state", &own]);
    let lines: Vec<Vec<_>> =
        table.text().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines, [["STATE", "COUNT"], ["ESTABLISHED", "4"], ["LISTEN", "1"]]);
}

#[test]
fn sockets_are_counted_by_process() {
    let (_stage, port) = stage();
    let output = conns(&["-t4", "--count-by", "process", "-H", &format!(":{port}")]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    // The number alone where the system does not tell the name.
    let pid = std::process::id().to_string();
    let label = format!("[{pid}]");
    let is_ours = |line: &&str| line.contains(&label) || line.split([' ', ',']).any(|it| it == pid);
    // Others may have some of them for a moment: every process that another test starts.
    let ours = output.text().lines().filter(is_ours);
    let counts = ours.map(|line| line.split_whitespace().last().unwrap().parse::<u32>().unwrap());
    assert_eq!(counts.sum::<u32>(), 5, "{}", output.text());
}

#[test]
fn a_summary_has_protocol_family_and_state() {
    let (_stage, port) = stage();
    let row =
        |state, count| json!({"protocol": "tcp", "family": "inet", "state": state, "count": count});
    assert_eq!(
        counted(&["-t4", "--summary", &format!(":{port}")]),
        [row("ESTABLISHED", 4), row("LISTEN", 1)]
    );
    let all = counted(&["--summary", "-a"]);
    let total: u64 = all.iter().map(|row| row["count"].as_u64().expect("a number")).sum();
    assert!(total >= 5, "{all:?}");
    assert_eq!(conns(&["--summary", "--watch"]).code, Some(2));
}

#[test]
fn rows_are_sorted_by_any_column() {
    let (_stage, port) = stage();
    let own = format!(":{port}");
    let ports = |sort: &str| -> Vec<u64> {
        let rows = rows(&["-t4", "--sort", sort, &own]);
        rows.iter().map(|row| row["local_port"].as_u64().expect("a number")).collect()
    };
    let rising = ports("local_port");
    assert!(rising.len() == 5 && rising.is_sorted(), "{rising:?}");
    let falling = ports("-port");
    assert!(falling.len() == 5 && falling.is_sorted_by(|a, b| a >= b), "{falling:?}");
    let output = conns(&["--sort", "rtt", &own]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("rtt_ms"), "{}", output.stderr);
}
