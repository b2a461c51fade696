//! Network namespaces, as far as nobody has to enter another.

use std::os::unix::fs::MetadataExt;

use super::support::{as_nobody, listener_at};
use super::{at, conns, only_row, rows};

/// The door to the namespace of whoever reads this.
const HERE: &str = "/proc/self/ns/net";

fn here() -> u64 {
    std::fs::metadata(HERE).expect("this process is in one").ino()
}

#[test]
fn our_own_namespace_can_be_named_by_anybody() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let own = at(address.port());
    let pid = std::process::id().to_string();
    for name in [HERE, &pid] {
        let row = only_row(&["-tl", "--netns", name, &own]);
        assert_eq!(
            (&row["netns_inode"], &row["local_port"]),
            (&here().into(), &address.port().into())
        );
    }
    let output = as_nobody(&["-tl", "--netns", HERE, "-s", &own]);
    assert_eq!((output.code, output.text()), (Some(0), &*format!("{address}\n")));
}

#[test]
fn all_namespaces_have_a_column_and_ours_is_among_them() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let own = at(address.port());
    let words = ["-tl", "--all-netns", &own];
    // Others may have the port too.
    let rows = rows(&words);
    let ours: Vec<_> = rows.iter().filter(|row| row["netns_inode"] == here()).collect();
    assert_eq!(ours.len(), 1, "{rows:?}");
    assert!(ours[0]["netns"].is_string(), "{}", ours[0]);
    let header = conns(&words).text().lines().next().map(str::to_owned).expect("a header");
    assert!(
        header
            .split_whitespace()
            .eq(["PROTOCOL", "STATE", "RECV-Q", "SEND-Q", "LOCAL", "PEER", "NETNS"])
    );
}

#[test]
fn a_namespace_that_is_not_there_is_told() {
    let output = conns(&["--netns", "no-such-namespace"]);
    assert_eq!((output.code, output.text()), (Some(3), ""));
    assert!(output.stderr.starts_with("conns: no network namespace 'no-such-namespace'"));
    for words in [&["--netns", HERE, "--all-netns"][..], &["--netns"]] {
        assert_eq!(conns(words).code, Some(2), "{words:?}");
    }
}
