//! `myip` as people and scripts run it.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::Output;

/// A server waits no longer for its questions.
const SERVER_PATIENCE: Duration = Duration::from_secs(10);

fn myip(words: &[&str]) -> Output {
    testkit::run(env!("CARGO_BIN_EXE_myip"), words)
}

fn rows(words: &[&str]) -> Vec<Value> {
    let output = myip(words);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The loopback interface: `lo` on Linux, `lo0` on the BSDs, a sentence on Windows.
fn loopback() -> String {
    let known = rows(&["-a", "-j"]);
    let row = known.iter().find(|row| row["local"] == Ipv4Addr::LOCALHOST.to_string());
    row.expect("loopback has its address")["ifname"].as_str().expect("a name").to_owned()
}

/// A server on loopback that answers questions until there is an answer that is not empty; `@` and
/// its address.
fn server(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> String {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
    socket.set_read_timeout(Some(SERVER_PATIENCE)).expect("the time is not zero");
    let name = format!("@{}", socket.local_addr().expect("it is bound"));
    thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            let answer = answer(&question[..length]);
            // Who asks hears it or asks again.
            let _ = socket.send_to(&answer, from);
        }
    });
    name
}

/// A DNS reply to a question: its flags, and one record of this type.
fn dns_reply(question: &[u8], flags: [u8; 2], record_type: u8, data: &[u8]) -> Vec<u8> {
    let mut reply = question.to_vec();
    reply[2..4].copy_from_slice(&flags);
    reply[7] = 1;
    reply.extend([0xc0, 12, 0, record_type, 0, 1, 0, 0, 0, 0, 0]);
    reply.push(u8::try_from(data.len()).expect("the data is short"));
    reply.extend(data);
    reply
}

#[test]
fn the_primary_address_is_one_bare_line() {
    let output = myip(&[]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let address: IpAddr = output.text().strip_suffix('\n').unwrap().parse().unwrap();
    let known = rows(&["-a", "--json"]);
    assert!(known.iter().any(|row| row["local"] == address.to_string()), "{address}");
}

#[test]
fn an_interface_has_its_address_bare() {
    let name = loopback();
    let output = myip(&[&name]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    // Loopback may have more addresses than its own, and one of those may be the better one.
    let addresses = myip(&["-a", "-s", &name]);
    let address = output.text().strip_suffix('\n').unwrap();
    assert!(addresses.text().lines().any(|line| line == address), "{address}");
}

#[test]
fn of_several_interfaces_the_first_that_has_an_address_answers() {
    let name = loopback();
    let output = myip(&["no-such0", &name, "no-such1"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    assert_eq!(output.text(), myip(&[&name]).text());
}

#[test]
fn all_lists_the_loopback_interface() {
    let name = loopback();
    let rows = rows(&["-a", &name, "-4", "-j"]);
    let own = Ipv4Addr::LOCALHOST.to_string();
    let row = rows.iter().find(|row| row["local"] == own).unwrap();
    assert_eq!(row["ifname"], name);
    assert_eq!((&row["prefixlen"], &row["scope"]), (&8.into(), &"host".into()));
    assert_eq!(row["broadcast"], Value::Null);
}

#[test]
fn a_family_can_be_chosen() {
    for row in rows(&["-a", "-4", "-j"]) {
        assert_eq!(row["family"], "inet", "{row}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn every_interface_of_the_kernel_is_listed() {
    let dev = std::fs::read_to_string("/proc/net/dev").unwrap();
    let listed = rows(&["-a", "-j"]);
    for line in dev.lines().skip(2) {
        let name = line.split(':').next().unwrap().trim();
        assert!(listed.iter().any(|row| row["ifname"] == name), "{name}");
    }
}

#[test]
fn an_unknown_interface_is_told_with_those_there_are() {
    let name = loopback();
    let output = myip(&[&format!("{name}x")]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
    assert!(output.stderr.contains("there are "), "{}", output.stderr);
    assert!(output.stderr.contains(&format!("did you mean '{name}'?")), "{}", output.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn the_name_is_the_kernels() {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(myip(&["--hostname"]).text(), name);
    assert_eq!(rows(&["--hostname", "-j"])[0]["hostname"], name.trim_end());
}

#[test]
fn of_an_address_there_is_more_to_print() {
    let name = loopback();
    for (flag, expected) in
        [("--cidr", "127.0.0.1/8\n"), ("--netmask", "255.0.0.0\n"), ("--network", "127.0.0.0\n")]
    {
        let output = myip(&["--in", "127.0.0.1/32", &name, flag]);
        assert_eq!((output.code, output.text()), (Some(0), expected), "{flag}");
    }
    let output = myip(&["--in", "127.0.0.1/32", &name, "--cidr", "--network"]);
    assert_eq!(output.text(), "127.0.0.0/8\n");
    for flag in ["--broadcast", "--mac"] {
        let output = myip(&["--in", "127.0.0.1/32", &name, flag]);
        assert_eq!((output.code, output.text()), (Some(1), ""), "{flag}: {}", output.stderr);
        assert!(output.stderr.contains("has no "), "{flag}: {}", output.stderr);
    }
}

#[test]
fn one_thing_is_printed_at_a_time() {
    for flags in [["--mac", "--mtu"], ["--cidr", "--gateway"], ["--netmask", "--network"]] {
        let output = myip(&flags);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{flags:?}");
    }
}

#[test]
fn an_address_is_found_by_its_network_and_an_interface_by_its_address() {
    let name = loopback();
    let output = myip(&["--in", "127/8"]);
    assert_eq!((output.code, output.text()), (Some(0), "127.0.0.1\n"), "{}", output.stderr);
    assert_eq!(myip(&["--of", "127.0.0.1"]).text(), format!("{name}\n"));
    let output = myip(&["--in", "192.0.2.255/32"]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
    assert!(output.stderr.contains("no address in 192.0.2.255/32"), "{}", output.stderr);
    let output = myip(&["--of", "127.255.3.7"]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
    let near = format!("it is in the network 127.0.0.0/8 of '{name}'");
    assert!(output.stderr.contains(&near), "{}", output.stderr);
    for words in [["--in", "127.0.0.0/33"], ["--of", "lo"], ["--in", "lo"]] {
        assert_eq!(myip(&words).code, Some(2), "{words:?}");
    }
}

#[test]
fn the_way_to_a_host_begins_at_an_address() {
    for host in ["127.0.0.1", "127.0.0.1:80", "http://127.0.0.1/", "localhost"] {
        let output = myip(&["-4", "--to", host]);
        assert_eq!((output.code, output.text()), (Some(0), "127.0.0.1\n"), "{}", output.stderr);
    }
    let output = myip(&["-6", "--to", "127.0.0.1"]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
    assert!(output.stderr.contains("'127.0.0.1' has no IPv6 address"), "{}", output.stderr);
    for words in [&["--to", ""][..], &["--to", "10.0.0.0/8"], &["--to", "127.0.0.1", "lo"]] {
        assert_eq!(myip(words).code, Some(2), "{words:?}");
    }
}

#[test]
fn interfaces_are_listed_with_their_addresses() {
    let name = loopback();
    assert!(myip(&["-l"]).text().lines().any(|line| line == name));
    let listed = rows(&["-l", "-j"]);
    let row = listed.iter().find(|row| row["ifname"] == name).unwrap();
    let addresses = row["addr_info"].as_array().unwrap();
    let own = addresses.iter().find(|it| it["local"] == "127.0.0.1").unwrap();
    assert_eq!((&own["family"], &own["prefixlen"]), (&"inet".into(), &8.into()));
    assert_eq!(myip(&["-l", &name]).text(), format!("{name}\n"));
}

#[test]
fn who_waits_gets_a_good_address_at_once_and_else_what_there_is() {
    let name = loopback();
    let start = Instant::now();
    // What follows --wait is a time, or an interface.
    let output = myip(&["--wait", &name]);
    assert_eq!((output.code, output.text()), (Some(0), myip(&[&name]).text()));
    assert!(start.elapsed() < Duration::from_secs(20), "it has waited");
    let output = myip(&["--wait", "0.3", "no-such0"]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
    assert!(output.stderr.contains("no good address has come in 0.3 s"), "{}", output.stderr);
}

#[test]
fn the_hostname_has_a_short_form() {
    let whole = myip(&["--hostname"]);
    let short = myip(&["--hostname=short"]);
    assert_eq!(short.text().trim_end(), whole.text().trim_end().split('.').next().unwrap());
    assert_eq!(myip(&["--hostname=long"]).code, Some(2));
}

#[test]
fn a_dns_server_tells_the_public_address() {
    let v4 = server(|question| dns_reply(question, [0x81, 0x80], 1, &[203, 0, 113, 7]));
    let output = myip(&["--public", &v4]);
    assert_eq!((output.code, output.text()), (Some(0), "203.0.113.7\n"), "{}", output.stderr);
    let row = &rows(&["--public", "-j", &v4])[0];
    assert_eq!((&row["local"], &row["server"]), (&"203.0.113.7".into(), &v4[1..].into()));
    assert_eq!(row["ifname"], Value::Null);
    // One that does not know the first name may know another.
    let text = server(|question| match question[12] {
        3 => dns_reply(question, [0x81, 0x80], 16, b"\x0b203.0.113.8"),
        _ => dns_reply(question, [0x81, 0x83], 16, b"\0"),
    });
    assert_eq!(myip(&["--public", &text]).text(), "203.0.113.8\n");
}

#[test]
fn a_stun_server_tells_the_public_address() {
    let stun = server(|question| {
        let mut reply = vec![1, 1, 0, 12];
        reply.extend(&question[4..20]);
        // XOR-MAPPED-ADDRESS of 203.0.113.9 (RFC 8489, 14.2).
        let masked = [0xcb ^ 0x21, 0x12, 0x71 ^ 0xa4, 0x09 ^ 0x42];
        reply.extend([0, 0x20, 0, 8, 0, 1, 0, 0]);
        reply.extend(masked);
        reply
    });
    let output = myip(&["--public=stun", &stun]);
    assert_eq!((output.code, output.text()), (Some(0), "203.0.113.9\n"), "{}", output.stderr);
}

#[test]
fn a_server_that_does_not_tell_is_told() {
    let refusing = server(|question| dns_reply(question, [0x81, 0x85], 1, &[]));
    let output = myip(&["--public", &refusing]);
    assert_eq!((output.code, output.text()), (Some(3), ""));
    assert!(output.stderr.contains("REFUSED"), "{}", output.stderr);
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let name = format!("@{}", silent.local_addr().unwrap());
    let output = myip(&["--public", &name, "-w", "0.2"]);
    assert_eq!((output.code, output.text()), (Some(3), ""));
    assert!(output.stderr.contains("no answer in 0.2 s"), "{}", output.stderr);
    // What comes from elsewhere, or answers another question, is not the answer.
    let wrong = server(|question| {
        let mut reply = dns_reply(question, [0x81, 0x80], 1, &[203, 0, 113, 7]);
        reply[0] ^= 1;
        reply
    });
    assert_eq!(myip(&["--public", &wrong, "-w", "0.2"]).code, Some(3));
}

#[test]
fn a_server_is_named_only_where_one_is_asked() {
    for words in [
        &["@127.0.0.1"][..],
        &["--public", "lo"],
        &["--public", "@127.0.0.1:0"],
        &["--public", "@"],
        &["--public", "@127.0.0.1", "@127.0.0.2"],
        &["-w", "1"],
        &["--public", "--lan"],
    ] {
        let output = myip(words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}: {}", output.stderr);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn both_back_ends_tell_the_same_addresses() {
    let told = |backend: &str| {
        let rows = rows(&["-a", "-j", "--backend", backend]);
        let with_address = rows.into_iter().filter(|row| !row["local"].is_null());
        let told = with_address.map(|row| {
            ["ifname", "ifindex", "family", "local", "prefixlen", "broadcast"]
                .map(|key| row[key].clone())
                .to_vec()
        });
        told.collect::<Vec<_>>()
    };
    let native = told("native");
    assert!(!native.is_empty());
    assert_eq!(native, told("portable"));
}
