//! The configuration of systems that keep it in `/etc/resolv.conf`: Linux and the BSDs.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use hickory_resolver::system_conf::parse_resolv_conf;

use super::{SystemConfig, SystemError, config_error, from_hickory};
use crate::server::{interface_index, scoped};

const SYSTEM_PATH: &str = "/etc/resolv.conf";

/// No more servers are asked (`MAXNS` of the C library).
const SERVERS_MAX: usize = 3;

/// Reads a file, or else the system's, which may be missing.
pub(super) fn read(path: Option<&Path>, port: u16) -> Result<SystemConfig, SystemError> {
    let place = path.unwrap_or(Path::new(SYSTEM_PATH));
    let text = match fs::read(place) {
        Ok(text) => text,
        Err(error) if path.is_none() && error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => {
            return Err(SystemError::Read { path: place.to_owned(), source });
        }
    };
    let environment = Environment {
        search: std::env::var("LOCALDOMAIN").ok(),
        options: std::env::var("RES_OPTIONS").ok(),
    };
    parse(&text, &environment, port).map_err(|source| config_error(place, source))
}

/// What the environment says against the file, as for the C library (`resolv.conf(5)`).
#[derive(Default)]
struct Environment {
    /// `LOCALDOMAIN`: the search list.
    search: Option<String>,
    /// `RES_OPTIONS`: more options.
    options: Option<String>,
}

/// Reads `resolv.conf(5)`.
///
/// hickory reads the search list and the options. The servers are read here: hickory drops their
/// scope, and takes a file without one for an error where the C library asks 127.0.0.1. Its
/// `domain()` is not used either: without such a line that is the machine's own domain.
fn parse(
    text: &[u8],
    environment: &Environment,
    port: u16,
) -> Result<SystemConfig, hickory_resolver::net::NetError> {
    let mut lines = [text, b"\nnameserver 127.0.0.1\n"].concat();
    let said = [("search", &environment.search), ("options", &environment.options)];
    for (keyword, words) in said {
        if let Some(words) = words.as_deref().filter(|words| !words.trim().is_empty()) {
            lines.extend(format!("{keyword} {}\n", words.replace('\n', " ")).into_bytes());
        }
    }
    let (config, options) = parse_resolv_conf(&lines)?;
    let mut servers: Vec<SocketAddr> = text
        .split(|&octet| octet == b'\n')
        .filter_map(|line| str::from_utf8(line).ok())
        .filter_map(|line| nameserver(line, port))
        .take(SERVERS_MAX)
        .collect();
    if servers.is_empty() {
        servers.push(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let has = |option| has_option(&lines, option);
    Ok(SystemConfig {
        over_tcp: has("use-vc"),
        rotates: has("rotate"),
        no_aaaa: has("no-aaaa"),
        ..from_hickory(config.search(), &options, servers)
    })
}

/// What holds for any octets in the place of the file.
#[cfg(any(fuzzing, test))]
pub(super) fn holds(octets: &[u8]) {
    let Ok(config) = parse(octets, &Environment::default(), 53) else { return };
    assert!((1..=SERVERS_MAX).contains(&config.servers.len()), "{config:?}");
}

/// Whether an option that hickory does not know is set.
fn has_option(lines: &[u8], option: &str) -> bool {
    let lines = lines.split(|&octet| octet == b'\n').filter_map(|line| str::from_utf8(line).ok());
    lines
        .map(str::split_whitespace)
        .any(|mut words| words.next() == Some("options") && words.any(|word| word == option))
}

fn nameserver(line: &str, port: u16) -> Option<SocketAddr> {
    let line = line.split([';', '#']).next()?;
    let mut words = line.split_whitespace();
    if words.next()? != "nameserver" {
        return None;
    }
    let word = words.next()?;
    match scoped(word, port, interface_index) {
        Ok(address) => address,
        // No such interface: the C library keeps the address without its scope.
        Err(_) => scoped(word.split('%').next()?, port, interface_index).ok()?,
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::name::present;

    fn read(text: &str) -> SystemConfig {
        parse(text.as_bytes(), &Environment::default(), 5353).unwrap()
    }

    fn servers(text: &str) -> Vec<String> {
        read(text).servers.iter().map(ToString::to_string).collect()
    }

    fn search(text: &str) -> Vec<String> {
        read(text).search.iter().map(present).collect()
    }

    #[test]
    fn reads_servers_in_order_with_their_scope() {
        for (text, expected) in [
            ("", vec!["127.0.0.1:5353"]),
            ("# nameserver 192.0.2.1\n;nameserver 192.0.2.2\n", vec!["127.0.0.1:5353"]),
            ("nameserver\nnameserver localhost\n", vec!["127.0.0.1:5353"]),
            ("search a.test", vec!["127.0.0.1:5353"]),
            (
                "nameserver 192.0.2.1\r\nnameserver\t2001:db8::1 # x",
                vec!["192.0.2.1:5353", "[2001:db8::1]:5353"],
            ),
            ("nameserver fe80::1%3", vec!["[fe80::1%3]:5353"]),
            ("nameserver fe80::1%no-such-interface", vec!["[fe80::1]:5353"]),
            (
                "nameserver 127.0.0.4\nnameserver 127.0.0.3\nnameserver 127.0.0.2\nnameserver 127.0.0.1\n",
                vec!["127.0.0.4:5353", "127.0.0.3:5353", "127.0.0.2:5353"],
            ),
            ("nameserver 127.0.0.1\nnameserver 127.0.0.1", vec!["127.0.0.1:5353"; 2]),
            ("\u{fffd}\nnameserver 127.0.0.2", vec!["127.0.0.2:5353"]),
        ] {
            assert_eq!(servers(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_search_list_is_the_last_search_or_domain() {
        for (text, expected) in [
            ("", vec![]),
            ("nameserver 127.0.0.1", vec![]),
            ("domain a.test", vec!["a.test"]),
            ("search a.test b_b.test.\n", vec!["a.test", "b_b.test"]),
            ("domain a.test\nsearch b.test c.test", vec!["b.test", "c.test"]),
            ("search b.test c.test\ndomain a.test", vec!["a.test"]),
            ("search .", vec!["."]),
        ] {
            assert_eq!(search(text), expected, "{text:?}");
            assert!(read(text).search.iter().all(hickory_proto::rr::Name::is_fqdn));
        }
    }

    #[test]
    fn ndots_has_the_limits_of_the_c_library() {
        let ndots = |text: &str| read(text).ndots;
        assert_eq!(ndots(""), 1);
        assert_eq!(ndots("options ndots:3 attempts:4 timeout:2 edns0"), 3);
        assert_eq!(ndots("options ndots:99"), 15);
        assert_eq!(ndots("options ndots:0"), 0);
        assert_eq!(ndots("options ndots:x"), 1);
    }

    #[test]
    fn options_that_hickory_does_not_know_are_read() {
        for (text, expected) in [
            ("", (false, false, false)),
            ("options use-vc\noptions ndots:2 rotate", (true, true, false)),
            ("options no-aaaa", (false, false, true)),
            ("# options use-vc\nsearch rotate", (false, false, false)),
        ] {
            let config = read(text);
            assert_eq!((config.over_tcp, config.rotates, config.no_aaaa), expected, "{text}");
        }
    }

    #[test]
    fn the_environment_has_the_last_word() {
        let environment = Environment {
            search: Some("c.test d.test".to_owned()),
            options: Some("ndots:4 use-vc".to_owned()),
        };
        let config = parse(b"search a.test\noptions ndots:2", &environment, 53).unwrap();
        assert_eq!(config.search.iter().map(present).collect::<Vec<_>>(), ["c.test", "d.test"]);
        assert_eq!((config.ndots, config.over_tcp), (4, true));
        let empty = Environment { search: Some(" ".to_owned()), options: None };
        let config = parse(b"search a.test", &empty, 53).unwrap();
        assert_eq!(config.search.iter().map(present).collect::<Vec<_>>(), ["a.test"]);
    }

    #[test]
    fn an_illegal_search_domain_is_an_error_not_a_panic() {
        assert!(parse(b"search a..b", &Environment::default(), 53).is_err());
    }
}
