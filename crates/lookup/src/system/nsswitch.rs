//! In which order programs look for a host: the `hosts` line of `nsswitch.conf(5)`.

use std::fs;
use std::io;
use std::path::Path;

const SYSTEM_PATH: &str = "/etc/nsswitch.conf";

/// The order where no file says otherwise (glibc since 2.37).
const DEFAULT_ORDER: &str = "files dns";

/// A service that is asked for hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// `files`, `dns`, `myhostname`, …
    pub name: String,
    /// Whether no other is asked once this one says that there is no such host
    /// (`[NOTFOUND=return]`).
    pub ends_when_not_found: bool,
}

/// Reads a file, or else the system's, which may be missing.
///
/// # Errors
///
/// The file cannot be read.
pub fn read(path: Option<&Path>) -> io::Result<Vec<Service>> {
    match fs::read(path.unwrap_or(Path::new(SYSTEM_PATH))) {
        Err(error) if path.is_none() && error.kind() == io::ErrorKind::NotFound => {
            Ok(services(DEFAULT_ORDER))
        }
        text => Ok(parse(&String::from_utf8_lossy(&text?))),
    }
}

pub(super) fn parse(text: &str) -> Vec<Service> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut of_hosts = lines.filter_map(|line| line.trim_start().strip_prefix("hosts:"));
    services(of_hosts.next_back().unwrap_or(DEFAULT_ORDER))
}

fn services(order: &str) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let spaced = order.replace('[', " [").replace(']', "] ");
    let mut is_action = false;
    for word in spaced.split_whitespace() {
        is_action |= word.starts_with('[');
        if is_action {
            let action = word.trim_matches(['[', ']']).to_ascii_lowercase();
            // '!' turns a condition round: all but that one.
            let returns = match action.strip_prefix('!') {
                Some(other) => other.ends_with("=return") && other != "notfound=return",
                None => action == "notfound=return",
            };
            if let Some(last) = services.last_mut() {
                last.ends_when_not_found |= returns;
            }
            is_action = !word.ends_with(']');
        } else {
            services.push(Service { name: word.to_owned(), ends_when_not_found: false });
        }
    }
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let of = |service: &Service| {
            let end = if service.ends_when_not_found { "!" } else { "" };
            format!("{}{end}", service.name)
        };
        parse(text).iter().map(of).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_order_is_that_of_the_file() {
        for (text, expected) in [
            ("", "files dns"),
            ("passwd: files\nhosts: dns files # x\n", "dns files"),
            (
                "hosts:\tfiles mdns4_minimal [NOTFOUND=return] dns myhostname",
                "files mdns4_minimal! dns myhostname",
            ),
            ("hosts: resolve [!UNAVAIL=return] files", "resolve! files"),
            ("hosts: files[NOTFOUND=return]dns", "files! dns"),
            ("hosts: dns [SUCCESS=return UNAVAIL=continue] files", "dns files"),
            ("hosts: dns [!NOTFOUND=return] files", "dns files"),
            ("# hosts: nothing\nhosts:", ""),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
