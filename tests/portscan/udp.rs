//! UDP, where silence says little.

use serde_json::Value;
use testkit::{DnsServer, UdpService, demo_zones};

use super::support::{nobody, only_row, portscan, wait_until};

fn udp(more: &[&str]) -> Value {
    only_row(&[&["--udp", "-w", "0.5", "--tries", "2", "127.0.0.1"], more].concat())
}

#[test]
fn what_answers_is_open() {
    let service = UdpService::start(Some(b"pong")).unwrap();
    let port = service.addr().port().to_string();
    let row = only_row(&["--udp", "-w", "10", "127.0.0.1", &port]);
    assert_eq!((&row["state"], &row["protocol"]), (&"open".into(), &"udp".into()));
    assert!(row["reason"].as_str().is_some_and(|it| it.starts_with("answered")), "{row}");
    assert!(row["rtt_ms"].is_number() && row["icmp"].is_null(), "{row}");
    // Nobody knows what a service speaks that has a port of its own: an empty datagram has to do.
    assert!(service.heard().iter().all(Vec::is_empty), "{:?}", service.heard());
    assert_eq!(portscan(&["--udp", "-q", "-w", "10", "127.0.0.1", &port]).code, Some(0));
    assert_eq!(portscan(&["--udp", "-s", "-w", "10", "127.0.0.1", &port]).text(), port + "\n");
}

#[test]
fn what_does_not_answer_is_silent_and_that_is_neither_yes_nor_no() {
    let service = UdpService::start(None).unwrap();
    let port = service.addr().port().to_string();
    let row = udp(&[&port]);
    assert_eq!((&row["state"], &row["rtt_ms"]), (&"silent".into(), &Value::Null));
    assert!(row["reason"].as_str().is_some_and(|it| it.starts_with("no answer to 2 tries")));
    wait_until("both tries have come", || service.heard().len() == 2);
    assert_eq!(portscan(&["--udp", "-q", "-w", "0.3", "127.0.0.1", &port]).code, Some(3));
}

#[test]
fn a_name_server_at_a_port_of_its_own_is_not_known_to_be_one() {
    let server = DnsServer::start(demo_zones()).unwrap();
    let row = udp(&[&server.addr().port().to_string()]);
    assert_eq!(row["state"], "silent");
}

#[test]
fn nobody_home_is_said_by_the_host() {
    let row = only_row(&["--udp", "-w", "10", "127.0.0.1", &nobody()]);
    assert_eq!((&row["state"], &row["protocol"]), (&"closed".into(), &"udp".into()), "{row}");
    if cfg!(target_os = "linux") {
        let icmp = serde_json::json!({ "type": 3, "code": 3, "from": "127.0.0.1" });
        assert_eq!(row["icmp"], icmp);
        let reason = "nobody home: port unreachable (ICMP 3/3), says 127.0.0.1";
        assert_eq!(row["reason"], reason);
    }
    assert_eq!(portscan(&["--udp", "-q", "-w", "10", "127.0.0.1", &nobody()]).code, Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn nobody_home_is_said_over_ipv6_too() {
    // Where there is no IPv6 it cannot be tried.
    let row = only_row(&["--udp", "-w", "10", "::1", "1"]);
    match row["state"].as_str() {
        Some("closed") => {
            let icmp = serde_json::json!({ "type": 1, "code": 4, "from": "::1" });
            assert_eq!(row["icmp"], icmp);
        }
        state => assert!(["unreachable", "open", "silent"].contains(&state.unwrap()), "{row}"),
    }
}

#[test]
fn services_are_those_of_udp() {
    let row = udp(&["syslog"]);
    assert_eq!((&row["port"], &row["service"]), (&514.into(), &"syslog".into()));
    let output = portscan(&["127.0.0.1", "syslog"]);
    assert_ne!(output.code, Some(0), "it is no service of TCP: {output:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn who_has_a_port_of_udp_is_said() {
    let service = UdpService::start(Some(b"pong")).unwrap();
    let row = only_row(&["--udp", "-w", "10", "127.0.0.1", &service.addr().port().to_string()]);
    assert_eq!(row["process"]["pid"], std::process::id(), "{row}");
}
