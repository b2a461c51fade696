//! The Simple Service Discovery Protocol (UPnP Device Architecture 2.0, 1.3).

use super::Probe;
use super::text::{field, status, with};

pub(super) const SSDP: Probe = Probe::new(&[1900], question, answer).answers_elsewhere();

/// Searches for root devices, of which there is one for each of the many things that it could be
/// asked for. There is no maximum wait: to a single host it is not sent (1.3.2).
const SEARCH: &str = "M-SEARCH * HTTP/1.1\r\n\
    HOST: 239.255.255.250:1900\r\n\
    MAN: \"ssdp:discover\"\r\n\
    ST: upnp:rootdevice\r\n\
    \r\n";

fn question(_: u64) -> Vec<u8> {
    SEARCH.into()
}

fn answer(octets: &[u8]) -> Option<String> {
    let status = status(octets, "HTTP/1.1")?;
    Some(match field(octets, &["SERVER"]) {
        Some(server) => format!("UPnP, {server}"),
        None => with("UPnP".to_owned(), Some(status)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_device_is_searched_for() {
        let lines: Vec<_> = SEARCH.split("\r\n").collect();
        assert_eq!(lines[0], "M-SEARCH * HTTP/1.1");
        assert_eq!(lines[lines.len() - 2..], ["", ""]);
        assert!(lines[1..lines.len() - 2].iter().all(|line| line.contains(": ")));
    }

    #[test]
    fn devices_tell_what_they_are() {
        for (octets, expected) in [
            (
                &b"HTTP/1.1 200 OK\r\nServer: Linux/6 UPnP/1.1 miniupnpd/2\r\n\r\n"[..],
                Some("UPnP, Linux/6 UPnP/1.1 miniupnpd/2"),
            ),
            (b"HTTP/1.1 200 OK\r\n\r\n", Some("UPnP, 200 OK")),
            (b"NOTIFY * HTTP/1.1\r\n\r\n", None),
        ] {
            assert_eq!(answer(octets).as_deref(), expected);
        }
    }
}
