//! Hosts and ports, in every way they can be named.

use testkit::Conduct;

use super::support::{
    ALONE, TempFile, asked, listener, only_row, portscan, portscan_on, rows, service, wait_until,
};

/// What is asked for these words, wherever else on loopback somebody listens.
fn asked_for(line: &str) -> String {
    let words: Vec<_> = ["-w", "0.3"].into_iter().chain(line.split(' ')).collect();
    asked(&rows(&words)).join(" ").replace("127.0.0.1:", ":")
}

#[test]
fn ports_are_asked_in_the_order_in_which_they_are_named() {
    for (line, expected) in [
        ("127.0.0.1 1", ":1"),
        ("127.0.0.1:1", ":1"),
        ("::ffff:127.0.0.1 1", ":1"),
        ("[::ffff:7f00:1]:1", ":1"),
        ("127.0.0.1 9 3-5 1", ":9 :3 :4 :5 :1"),
        ("127.0.0.1 9,3-5,1", ":9 :3 :4 :5 :1"),
        ("127.0.0.1:9,3-5,1", ":9 :3 :4 :5 :1"),
        ("127.0.0.1 tcpmux DISCARD 17/tcp", ":1 :9 :17"),
        ("127.0.0.1:discard,tcpmux", ":9 :1"),
        ("127.0.0.1 1-5 --exclude 2-4", ":1 :5"),
        ("--exclude 5,tcpmux 127.0.0.1 1-5 --exclude 3", ":2 :4"),
        ("127.0.0.1:1-5 --exclude 2-4", ":1 :5"),
    ] {
        assert_eq!(asked_for(line), expected, "{line}");
    }
}

#[test]
fn a_port_that_is_named_twice_is_asked_once() {
    for (line, expected) in [
        ("127.0.0.1 1 1", ":1"),
        ("127.0.0.1 2-4 3-5 1,4", ":2 :3 :4 :5 :1"),
        ("127.0.0.1 1 tcpmux 1/tcp", ":1"),
        ("127.0.0.1 127.0.0.1 1", ":1"),
        ("127.0.0.1:1 127.0.0.1:1,2 127.0.0.1 2 3", ":1 :2 :3"),
    ] {
        assert_eq!(asked_for(line), expected, "{line}");
    }
}

#[test]
fn a_host_with_its_own_ports_does_not_take_those_of_the_others() {
    for line in ["127.0.0.1 [::1]:1 9", "127.0.0.1 9 [::1]:1", "[::1]:tcpmux 127.0.0.1 discard"] {
        let mut asked: Vec<_> =
            asked_for(line).split(' ').map(|it| it.replace("::1:", "six:")).collect();
        asked.sort();
        assert_eq!(asked, [":9", "six:1"], "{line}");
    }
}

#[test]
fn ipv6_is_asked_where_there_is_any() {
    let Ok(listener) = testkit::Listener::start_on(std::net::Ipv6Addr::LOCALHOST.into()) else {
        let row = only_row(&["::1", "1"]);
        return assert_eq!(
            (&row["address"], &row["state"]),
            (&"::1".into(), &"unreachable".into())
        );
    };
    let port = listener.addr().port().to_string();
    let own = format!("[::1]:{port}");
    for words in [&["::1", &port][..], &[&own], &["-6", "::1", &port], &["[::1]", &port]] {
        let row = only_row(words);
        assert_eq!((&row["address"], &row["state"]), (&"::1".into(), &"open".into()), "{words:?}");
    }
    assert_eq!(portscan(&["-s", "::1", "127.0.0.1", &port]).text().lines().next(), Some(&*own));
}

#[test]
fn without_ports_the_everyday_ones_are_asked() {
    // What takes its time comes in the order in which it becomes known.
    let sorted = |words: &[&str]| {
        let mut asked = asked(&rows(words));
        asked.sort();
        asked
    };
    let everyday = sorted(&["127.0.0.1"]);
    assert_eq!(everyday.len(), 100);
    assert_eq!(sorted(&["127.0.0.1", "--top", "100"]), everyday);
    let mut top = sorted(&["127.0.0.1", "--top", "3"]);
    assert!(top.iter().all(|port| everyday.contains(port)), "{top:?}");
    top.push("127.0.0.1:1".to_owned());
    top.sort();
    assert_eq!(sorted(&["127.0.0.1", "--top", "3", "1"]), top);
}

#[test]
fn a_hyphen_is_all_ports_each_once() {
    let output = portscan(&[ALONE, "-", "-f", "tsv", "-H", "--columns", "port"]);
    let mut ports: Vec<u16> =
        output.text().lines().map(|line| line.parse::<u16>().unwrap()).collect();
    ports.sort_unstable();
    assert!(ports.iter().copied().eq(1..=u16::MAX), "{} ports", ports.len());
}

#[test]
#[cfg(target_os = "linux")]
fn a_network_is_each_of_its_addresses() {
    let expected: Vec<_> = (0..8).map(|nth| format!("127.0.0.{nth}:1")).collect();
    for network in ["127.0.0.0/29", "127.0.0.5/29"] {
        let rows = rows(&[network, "1"]);
        assert_eq!(asked(&rows), expected, "{network}");
        assert!(rows.iter().all(|row| row["host"] == row["address"]), "{rows:?}");
    }
    // What is asked twice is asked where it is named first.
    let several = asked(&rows(&["127.0.0.2", "127.0.0.0/30:1", "127.0.0.0/31", "1"]));
    assert_eq!(several, ["2", "0", "1", "3"].map(|nth| format!("127.0.0.{nth}:1")));
    assert_eq!(asked(&rows(&["127.0.0.0/30:1", "127.0.0.2", "2"])).len(), 5);
}

#[test]
fn every_address_of_a_name_is_asked_and_one_that_answers_is_enough() {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

    let (_listener, port) = listener();
    let has_ipv6 = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    let six = has_ipv6.then_some(IpAddr::from(Ipv6Addr::LOCALHOST));
    let known: Vec<_> = [IpAddr::from(Ipv4Addr::LOCALHOST)].into_iter().chain(six).collect();
    let rows = rows(&["localhost", &port]);
    let mut told: Vec<IpAddr> =
        rows.iter().map(|row| row["address"].as_str().unwrap().parse().unwrap()).collect();
    told.sort();
    assert_eq!(told, known);
    assert!(rows.iter().all(|row| row["host"] == "localhost"));
    let four = rows.iter().find(|row| row["address"] == "127.0.0.1").expect("it is the usual one");
    assert_eq!(four["state"], "open");
    assert_eq!(portscan(&["-q", "localhost", &port]).code, Some(0));
    let four = only_row(&["-4", "localhost", &port]);
    assert_eq!(four["address"], "127.0.0.1");
}

#[test]
fn a_service_of_this_machine_is_found_on_either_family() {
    let Ok(listener) = testkit::Listener::start_on(std::net::Ipv6Addr::LOCALHOST.into()) else {
        return assert_eq!(only_row(&["localhost", "1"])["address"], "127.0.0.1");
    };
    let port = listener.addr().port().to_string();
    for name in ["localhost", "localhost.", "db.LocalHost"] {
        assert_eq!(portscan(&["-q", name, &port]).code, Some(0), "{name}");
        let row = only_row(&["-6", name, &port]);
        assert_eq!((&row["address"], &row["state"]), (&"::1".into(), &"open".into()), "{name}");
    }
}

#[test]
fn one_address_behind_two_names_is_asked_once_and_told_twice() {
    let (service, port) = service(Conduct::Greets(b""));
    let own = format!("127.0.0.1:{port}");
    let rows = rows(&["-4", "localhost", "127.0.0.1", &own, "LOCALHOST", &port]);
    let mut told: Vec<_> = rows.iter().map(|row| row["host"].as_str().unwrap()).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!((rows.len(), told.len() >= 2, told[0]), (told.len(), true, "127.0.0.1"));
    assert!(rows.iter().all(|row| row["state"] == "open" && row["address"] == "127.0.0.1"));
    wait_until("it is left", || !service.endings().is_empty());
    assert_eq!(service.accepted(), 1);
}

#[test]
fn hosts_may_come_from_a_file_or_a_pipe() {
    let text = "# hosts\n127.0.0.1   # plain\n\n127.0.0.1:3,4\r\n  [::1]:5\n127.0.0.1 6 7-8\n";
    let expected = "127.0.0.1:1 127.0.0.1:3 127.0.0.1:4 127.0.0.1:6 127.0.0.1:7 127.0.0.1:8 ::1:5";
    let file = TempFile::with(text);
    let sorted = |output: &testkit::Output| {
        assert_eq!(output.stderr, "");
        let mut asked = asked(&super::support::objects(output));
        asked.sort();
        asked.join(" ")
    };
    let from_file = portscan(&["--json", "--from", file.name(), "1"]);
    assert_eq!(sorted(&from_file), expected);
    assert_eq!(sorted(&portscan_on(text, &["--json", "--from", "-", "1"])), expected);
    let more = portscan_on("127.0.0.1:2\n", &["--json", "127.0.0.1", "1", "--from", "-"]);
    assert_eq!(sorted(&more), "127.0.0.1:1 127.0.0.1:2");
}

#[test]
fn a_line_that_makes_no_sense_is_told_and_the_others_are_asked() {
    let (_listener, port) = listener();
    let file = TempFile::with(format!("127.0.0.1\nno..host\n127.0.0.1:65536\n127.0.0.1:{port}\n"));
    let output = portscan(&["--from", file.name(), &port, "-s"]);
    assert_eq!((output.code, output.text()), (Some(2), format!("{port}\n").as_str()));
    let notes: Vec<_> = output.stderr.lines().collect();
    let begins = |nth: usize, text: &str| {
        let start = format!("portscan: '{}', {text}", file.path().display());
        assert!(notes[nth].starts_with(&start), "{notes:?}");
    };
    begins(0, "line 2: ");
    begins(1, "line 3: ");
    assert_eq!(notes.len(), 2, "{notes:?}");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let output = portscan(&["--from", "/no/such/file", "80"]);
    assert_eq!((output.code, output.text()), (Some(3), ""));
    assert!(output.stderr.contains("cannot read '/no/such/file': "), "{}", output.stderr);
}

#[test]
fn a_list_without_hosts_is_nothing_to_do() {
    for flags in [&[][..], &["--any"], &["--wait", "0.1"], &["--wait", "--until", "closed"]] {
        let words = [&["--from", "-", "80"], flags].concat();
        let output = portscan_on("# nobody\n\n", &words);
        assert_eq!((output.code, output.text()), (Some(3), ""), "{words:?}");
        assert_eq!(output.stderr, "portscan: no host is named: nothing is asked\n", "{words:?}");
        let output = portscan_on("", &[&words[..], &["--", "echo", "run"]].concat());
        assert_eq!((output.code, output.text()), (Some(3), ""), "{words:?}");
    }
}

#[test]
fn ports_that_no_host_of_a_list_takes_are_refused() {
    let output = portscan_on("127.0.0.1:1\n127.0.0.1 2\n", &["--from", "-", "7001"]);
    assert_eq!((output.code, output.text()), (Some(2), ""), "{output:?}");
    let hint = "'7001' has no host, as '127.0.0.1:2' has its own ports: write '127.0.0.1:2,7001'";
    assert!(output.stderr.contains(hint), "{}", output.stderr);
    // A line that makes no sense may have been the host.
    let output = portscan_on("127.0.0.1:1\nno..host\n", &["--from", "-", "7001"]);
    assert_eq!(output.code, Some(2), "{output:?}");
}

#[test]
fn only_this_machine_has_processes_to_name() {
    let columns = |host: &str| {
        let output = portscan(&[host, "1", "-w", "0.1"]);
        output.text().lines().next().unwrap_or_default().contains("PROCESS")
    };
    for host in ["localhost", "127.9.9.9", "[::1]", "::ffff:127.0.0.1", "0.0.0.0", "127.0.0.0/30"] {
        assert!(columns(host), "{host}");
    }
}

#[test]
fn a_mistake_says_what_would_be_right() {
    for (line, hint) in [
        ("127.0.0.1 0", "1 to 65535"),
        ("127.0.0.1 65536", "1 to 65535"),
        ("127.0.0.1 80-", "80-65535"),
        ("127.0.0.1 90-80", "80-90"),
        ("127.0.0.1 htpp", "did you mean 'http'?"),
        ("127.0.0.1:htpp", "did you mean 'http'?"),
        ("127.0.0.1 --exclude htpp", "did you mean 'http'?"),
        ("no..host 80", "a name or an address"),
        ("80", "'80' has no host: write '127.0.0.1 80'"),
        (":80", "write '127.0.0.1:80'"),
        ("127.0.0.1: 80", "write '127.0.0.1:80'"),
        ("127.0.0.1:80 81", "write '127.0.0.1:80,81'"),
        ("127.0.0.1 80 127.0.0.2 81", "write '127.0.0.2:81'"),
        ("127.0.0.1 80 127.0.0.2", "write '127.0.0.1 127.0.0.2 80'"),
        ("https://localhost/ 80", "'localhost https'"),
        ("127.0.0.0/33 80", "from 0 to 32"),
        ("127.0.0.1 --top 0", "--top"),
        ("127.0.0.1 --tries 0 80", "--tries <N>': tries go from 1 to 16"),
        ("127.0.0.1 --tries 17 80", "--tries <N>': tries go from 1 to 16"),
        ("127.0.0.1 --rate 0 80", "--rate <N>': whole numbers from 1 on make sense"),
        ("127.0.0.1 --max-inflight 0 80", "--max-inflight <N>': whole numbers from 1 on"),
        ("127.0.0.1 80 --open --all", "--all"),
        ("127.0.0.1 80 --banner --udp", "--udp"),
        ("--wait 5", "'--wait 5 HOST PORT'"),
        ("--wait 30s 127.0.0.1 80", "'30s' is no time to wait: write seconds, as in '--wait 30'"),
        ("127.0.0.1 80 --wait 5m", "'5m' is no time to wait: write seconds, as in '--wait 300'"),
        ("127.0.0.1 80 --wait 500ms", "write seconds, as in '--wait 0.5'"),
        ("127.0.0.1 80 --wait 0", "'0' is no time to wait: write seconds from 0.001 to 86400"),
        ("127.0.0.1 80 --wait 1e9", "'1e9' is no time to wait: write seconds from 0.001 to 86400"),
        ("127.0.0.1 80 --wait 99h", "'99h' is no time to wait: write seconds from 0.001 to 86400"),
        (
            "127.0.0.1 --wait 7001",
            "write '127.0.0.1 7001 --wait' if that is the port, and else '--wait=7001 127.0.0.1 80'",
        ),
        ("127.0.0.1 --wait 0.5", "as '0.5' is the time: write '--wait=0.5 127.0.0.1 80'"),
        ("127.0.0.1 -p 80", "ports are words: write 'portscan 127.0.0.1 80'"),
        ("127.0.0.1 -p80", "ports are words: write 'portscan 127.0.0.1 80'"),
        ("127.0.0.1 +7001", "'+7001' is no port: write '7001'"),
        ("+7001", "'+7001' is no host: write a name or an address"),
        ("127.0.0.1 80-90 --wait", "--any"),
        ("127.0.0.1 80 --wait --watch", "--watch"),
        ("127.0.0.1 80 --until shut", "open"),
        ("127.0.0.1 80 --exclude 80", "no port is left"),
        ("", "HOST"),
    ] {
        let words: Vec<_> = line.split_whitespace().collect();
        let output = portscan(&words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{line}: {}", output.stderr);
        assert!(output.stderr.contains(hint), "{line}: {}", output.stderr);
    }
}

#[test]
fn huge_networks_are_refused_at_once_with_their_count() {
    for (network, count) in
        [("2001:db8::/64", "18,446,744,073,709,551,616"), ("127.0.0.0/8", "16,777,216")]
    {
        let output = portscan(&[network, "80"]);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{network}");
        assert!(output.stderr.contains(count) && output.stderr.contains("--yes"), "{output:?}");
    }
}

#[test]
fn long_lists_are_refused_before_their_end() {
    use std::fmt::Write;

    let mut lines = String::new();
    for nth in 0..65_537 {
        writeln!(lines, "127.{}.{}.{}", nth >> 16, nth >> 8 & 255, nth & 255).unwrap();
    }
    let file = TempFile::with(lines);
    let output = portscan(&["--from", file.name(), "1"]);
    assert_eq!((output.code, output.text()), (Some(2), ""), "{output:?}");
    let hint = "has more than 65,536 hosts: give --yes to ask so many";
    assert!(output.stderr.contains(hint), "{}", output.stderr);
    // The same hosts again are no more of them.
    let output = portscan(&["--from", TempFile::with("127.0.0.1\n".repeat(70_000)).name(), "1"]);
    assert_eq!(output.code, Some(1), "{output:?}");
}

#[test]
fn an_interface_that_is_not_there_is_told() {
    let output = portscan(&["fe80::1%no-such-if", "80", "--json"]);
    assert_eq!(output.code, Some(3));
    assert!(output.stderr.contains("no interface 'no-such-if': there are "), "{}", output.stderr);
}

#[test]
fn a_host_without_an_address_of_the_family_is_told_and_the_others_are_asked() {
    let (_listener, port) = listener();
    let output = portscan(&["-4", "::1", "127.0.0.1", &port, "-s"]);
    let found = format!("127.0.0.1:{port}\n");
    assert_eq!(output.code, Some(3));
    assert!([found.as_str(), &found[10..]].contains(&output.text()), "{output:?}");
    assert!(output.stderr.contains("'::1' has no IPv4 address"), "{}", output.stderr);
}
