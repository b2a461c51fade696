//! What people paste where a bare host belongs.

/// A URL, a host with a port, or a user at a host, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pasted<'a> {
    /// `https` of a URL.
    pub scheme: Option<&'a str>,
    /// The host, an IPv6 address without its brackets; it may be empty.
    pub host: &'a str,
    /// The port or service after the colon.
    pub port: Option<&'a str>,
}

impl<'a> Pasted<'a> {
    /// Takes a text apart; `None` for one that is a host by itself, as an IPv6 address is.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        let authority = match scheme {
            Some(_) => rest.split(['/', '?', '#']).next().unwrap_or(rest),
            None => rest,
        };
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, authority),
        };
        let (host, port) = split_port(authority);
        let is_pasted = scheme.is_some() || user.is_some() || port.is_some();
        is_pasted.then_some(Self { scheme, host, port })
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    if let Some((address, rest)) = authority.strip_prefix('[').and_then(|it| it.split_once(']')) {
        return (address, rest.strip_prefix(':').filter(|port| !port.is_empty()));
    }
    match authority.split_once(':') {
        Some((host, port)) if !port.is_empty() && !port.contains(':') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_taken_apart() {
        let cases: [(&str, Option<&str>, &str, Option<&str>); 11] = [
            ("https://a.test/x?y#z", Some("https"), "a.test", None),
            ("http://me:pw@a.test:8080/", Some("http"), "a.test", Some("8080")),
            ("https://[::1]:8443/", Some("https"), "::1", Some("8443")),
            ("http://", Some("http"), "", None),
            ("http://:80/", Some("http"), "", Some("80")),
            (":80", None, "", Some("80")),
            ("a.test:80", None, "a.test", Some("80")),
            ("a.test:http", None, "a.test", Some("http")),
            ("[::1]:80", None, "::1", Some("80")),
            ("me@a.test", None, "a.test", None),
            ("me@[::1]:22", None, "::1", Some("22")),
        ];
        for (text, scheme, host, port) in cases {
            assert_eq!(Pasted::parse(text), Some(Pasted { scheme, host, port }), "{text}");
        }
    }

    #[test]
    fn a_host_is_left_alone() {
        for text in ["a.test", "::1", "[::1]", "fe80::1%eth0", "2001:db8::80", "a:", ""] {
            assert_eq!(Pasted::parse(text), None, "{text}");
        }
    }
}
