//! The exit code, which a script can trust.

#[cfg(unix)]
use super::support::silence;
use super::support::{listener, nobody, portscan, rows};

fn code(words: &[&str]) -> Option<i32> {
    let output = portscan(&[&["-q", "-w", "0.4", "--tries", "1"], words].concat());
    assert_eq!((output.text(), output.stderr.as_str()), ("", ""), "{words:?}");
    output.code
}

#[test]
#[cfg(unix)]
fn every_named_port_has_to_be_open_unless_any_is_enough() {
    let (_listener, open) = listener();
    let (_other, open_too) = listener();
    let (closed, closed_too) = (nobody(), nobody());
    let (_silent, silent) = silence();
    let (every, any) = (0, 1);
    for (ports, expected) in [
        (vec![&open], [Some(0), Some(0)]),
        (vec![&open, &open_too], [Some(0), Some(0)]),
        (vec![&closed], [Some(1), Some(1)]),
        (vec![&closed, &closed_too], [Some(1), Some(1)]),
        (vec![&open, &closed], [Some(1), Some(0)]),
        (vec![&silent], [Some(3), Some(3)]),
        (vec![&open, &silent], [Some(3), Some(0)]),
        (vec![&closed, &silent], [Some(3), Some(3)]),
        (vec![&open, &closed, &silent], [Some(3), Some(0)]),
    ] {
        let mut words = vec!["127.0.0.1"];
        words.extend(ports.iter().map(|port| port.as_str()));
        assert_eq!(code(&words), expected[every], "{words:?}");
        assert_eq!(code(&[&words[..], &["--any"]].concat()), expected[any], "{words:?}");
    }
}

#[test]
fn of_a_range_one_open_port_is_enough() {
    let (_listener, open) = listener();
    let next = open.parse::<u16>().unwrap().saturating_add(1);
    assert_eq!(code(&["127.0.0.1", &format!("{open}-{next}"), &nobody()]), Some(0));
    assert_eq!(code(&["127.0.0.1", "--top", "3", &open]), Some(0));
    // A range of which nothing is left but two closed ports.
    let mut ends = [nobody(), nobody()].map(|port| port.parse::<u16>().unwrap());
    ends.sort_unstable();
    let [first, last] = ends;
    let range = format!("{first}-{last}");
    if last > first + 1 {
        let between = format!("{}-{}", first + 1, last - 1);
        assert_eq!(code(&["127.0.0.1", &range, "--exclude", &between]), Some(1));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn of_a_network_one_open_port_is_enough() {
    let (_listener, open) = listener();
    assert_eq!(code(&["127.0.0.0/30", &open, &nobody()]), Some(0));
    assert_eq!(code(&["127.0.0.0/30", &nobody()]), Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn a_range_does_not_stand_in_for_other_hosts() {
    let (_listener, open) = listener();
    let (own, closed) = (format!("127.0.0.1:{open}"), format!("127.0.0.1:{}", nobody()));
    let next = open.parse::<u16>().unwrap().saturating_add(1);
    let (range, network) = (format!("127.0.0.1:{open}-{next}"), format!("127.0.0.0/30:{open}"));
    let closed_range = "127.7.7.7:1-2";
    for (words, expected) in [
        ([&*own, &*range], 0),
        ([&closed, &range], 1),
        ([&closed, &network], 1),
        ([&own, &network], 0),
        ([&own, closed_range], 1),
        ([&range, closed_range], 1),
        (["[fe80::1%no-such-if]:22", &range], 3),
    ] {
        assert_eq!(code(&words), Some(expected), "{words:?}");
        assert_eq!(code(&[&words[..], &["--any"]].concat()), Some(0), "{words:?}");
    }
}

#[test]
fn each_host_has_to_be_open() {
    let (_listener, open) = listener();
    let (closed, own) = (nobody(), format!("127.0.0.1:{open}"));
    assert_eq!(code(&[&own, "localhost", &open]), Some(0));
    assert_eq!(code(&[&own, "localhost", &closed]), Some(1));
    assert_eq!(code(&[&own, "localhost", &closed, "--any"]), Some(0));
}

#[test]
fn a_host_that_cannot_be_asked_is_not_known() {
    let (_listener, open) = listener();
    let own = format!("127.0.0.1:{open}");
    for host in ["fe80::1%no-such-if", "fe80::1%0"] {
        assert_eq!(code(&[&own, host, "1"]), Some(3), "{host}");
        assert_eq!(code(&[&own, host, "1", "--any"]), Some(0), "{host}");
    }
}

#[test]
fn what_is_shown_does_not_change_the_code() {
    let (_listener, open) = listener();
    let closed = nobody();
    for flags in [
        &[][..],
        &["-s"],
        &["--open"],
        &["--open", "--json"],
        &["--count-by", "state"],
        &["--map"],
        &["--sort", "port"],
        &["--columns", "port"],
        &["-f", "tsv"],
    ] {
        let words = [flags, &["127.0.0.1", &open, &closed]].concat();
        assert_eq!(portscan(&words).code, Some(1), "{words:?}");
        let words = [flags, &["127.0.0.1", &open]].concat();
        assert_eq!(portscan(&words).code, Some(0), "{words:?}");
    }
    assert!(rows(&["--open", "127.0.0.1", &closed]).is_empty());
}
