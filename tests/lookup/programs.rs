//! What programs get, and from where (`--system`).

use std::net::SocketAddr;

use serde_json::Value;
use testkit::{Behaviour, Misbehaving, Output};

use super::support::TempFile;
use super::{demo, lookup, rows, tells};

const HOSTS: &str = "192.0.2.7 printer\n";

/// With files of its own: the system's library is not asked, and no server but this.
fn programs(test: &str, order: &str, server: SocketAddr, words: &[&str]) -> Output {
    let resolv =
        TempFile::new(&format!("{test}-resolv"), "nameserver 127.0.0.1\nsearch usfca.edu\n");
    let hosts = TempFile::new(&format!("{test}-hosts"), HOSTS);
    let order = TempFile::new(&format!("{test}-nsswitch"), order);
    let port = server.port().to_string();
    let files = [
        "--system",
        "--resolv-conf",
        resolv.path(),
        "--hosts",
        hosts.path(),
        "--nsswitch-conf",
        order.path(),
        "-p",
        &port,
    ];
    lookup(&[&files[..], words].concat())
}

#[test]
fn services_are_asked_in_their_order_until_one_knows() {
    let server = demo();
    let found = programs("order", "hosts: files dns\n", server.addr(), &["printer", "-j"]);
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    assert_eq!(rows(&found)[0]["data"], "192.0.2.7");
    assert!(
        found.stderr.contains("1 found") && !found.stderr.contains("dns ("),
        "{}",
        found.stderr
    );
    // The search list holds.
    let found = programs("order-2", "hosts: files dns\n", server.addr(), &["www", "-s"]);
    assert_eq!((found.code, found.text()), (Some(0), "104.239.221.147\n"), "{}", found.stderr);
    assert!(found.stderr.contains("): nothing\n"), "{}", found.stderr);
    assert!(
        found.stderr.contains(&format!("dns ({}): 1 found", server.addr())),
        "{}",
        found.stderr
    );
    let name = programs("order-3", "hosts: files dns\n", server.addr(), &["192.0.2.7", "-s"]);
    assert_eq!((name.code, name.text()), (Some(0), "printer\n"));
}

#[test]
fn an_order_may_end_early_and_name_services_that_are_not_ours() {
    let server = demo();
    let order = "hosts: files [NOTFOUND=return] dns\n";
    let ended = programs("early", order, server.addr(), &["www.usfca.edu"]);
    tells(&ended, 1, "nobody else is asked after 'files'");
    let order = "passwd: files\nhosts: mymachines dns # and no files\n";
    let other = programs("other", order, server.addr(), &["www.usfca.edu", "-s"]);
    assert_eq!((other.code, other.text()), (Some(0), "104.239.221.147\n"), "{}", other.stderr);
    assert!(other.stderr.contains("mymachines: not asked"), "{}", other.stderr);
}

#[test]
fn what_programs_do_not_get_is_told() {
    let server = demo();
    let order = "hosts: files dns\n";
    let nobody = programs("nobody", order, server.addr(), &["nobody.usfca.edu.", "-j"]);
    assert_eq!(nobody.code, Some(1), "{}", nobody.stderr);
    assert_eq!(
        (&rows(&nobody)[0]["data"], &rows(&nobody)[0]["status"]),
        (&Value::Null, &"NXDOMAIN".into())
    );
    let silent = Misbehaving::start(Behaviour::Silent).unwrap();
    let timeout = programs("timeout", order, silent.addr(), &["www.usfca.edu.", "-w", "0.4"]);
    tells(&timeout, 3, "cannot tell");
    let quiet = programs("quiet-system", order, server.addr(), &["nobody.usfca.edu.", "-q"]);
    assert_eq!((quiet.code, quiet.text(), &*quiet.stderr), (Some(1), "", ""));
}

#[test]
fn what_programs_cannot_ask_is_a_usage_error() {
    let server = demo();
    let order = "hosts: files dns\n";
    let server_named = format!("@{}", server.addr());
    for (words, hint) in [
        (&["www.usfca.edu", "MX"][..], "leave types out"),
        (&["www.usfca.edu", &server_named], "leave '@' out"),
        (&["www.usfca.edu", "-v"], "cannot be used with"),
    ] {
        tells(&programs("usage", order, server.addr(), words), 2, hint);
    }
    let files = ["--system", "--resolv-conf", "/nonexistent", "--nsswitch-conf", "/nonexistent"];
    tells(&lookup(&[&files[..], &["a.test"]].concat()), 3, "cannot read '/nonexistent'");
}
