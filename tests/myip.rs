//! `myip` as people and scripts run it.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;
use testkit::Output;

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
    let row = known.iter().find(|row| row["address"] == Ipv4Addr::LOCALHOST.to_string());
    row.expect("loopback has its address")["interface"].as_str().expect("a name").to_owned()
}

#[test]
fn the_primary_address_is_one_bare_line() {
    let output = myip(&[]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let address: IpAddr = output.text().strip_suffix('\n').unwrap().parse().unwrap();
    let known = rows(&["-a", "--json"]);
    assert!(known.iter().any(|row| row["address"] == address.to_string()), "{address}");
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
    let row = rows.iter().find(|row| row["address"] == own).unwrap();
    assert_eq!(row["interface"], name);
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
        assert!(listed.iter().any(|row| row["interface"] == name), "{name}");
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
