//! The hosts file: what `getent hosts` knows without asking anybody.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use hickory_proto::rr::{Name, RecordType};

use crate::name;

/// The lines of a hosts file that have an address and a name, in file order.
///
/// Not `hickory_resolver::Hosts`: its names for an address come in the order of a hash map and
/// not the file's, names with underscores are lost, and one octet that is not UTF-8 is an error
/// for the whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostsFile {
    /// Where it is.
    pub path: PathBuf,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    address: IpAddr,
    names: Vec<Name>,
}

impl HostsFile {
    /// Reads `hosts(5)`: an address and its names on each line, `#` for the rest of a line.
    /// Lines and names that are not so are passed over, as the C library does.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let lines = text
            .split(|&octet| octet == b'\n')
            .filter_map(|line| parse_line(&String::from_utf8_lossy(line)))
            .collect();
        Self { path: PathBuf::new(), lines }
    }

    /// Reads a file, or else the system's. The system may have none, which is an empty one.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read(path: Option<&Path>) -> io::Result<Self> {
        let file = path.map_or_else(system_path, Path::to_owned);
        let text = match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_none() => Vec::new(),
            text => text?,
        };
        Ok(Self { path: file, ..Self::parse(&text) })
    }

    /// The addresses of a name in file order; none for other types than A and AAAA.
    #[must_use]
    pub fn lookup(&self, name: &Name, record_type: RecordType) -> Vec<IpAddr> {
        self.lines
            .iter()
            .filter(|line| match record_type {
                RecordType::A => line.address.is_ipv4(),
                RecordType::AAAA => line.address.is_ipv6(),
                _ => false,
            })
            .filter(|line| line.names.iter().any(|it| it.eq_ignore_root(name)))
            .map(|line| line.address)
            .collect()
    }

    /// The name of an address: the first one of its first line. The others are aliases.
    #[must_use]
    pub fn name_of(&self, address: IpAddr) -> Option<&Name> {
        self.lines
            .iter()
            .find(|line| line.address == address.to_canonical())
            .and_then(|line| line.names.first())
    }
}

/// Where the system keeps its hosts file.
#[must_use]
pub fn system_path() -> PathBuf {
    if cfg!(windows) {
        let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
        PathBuf::from(root).join(r"System32\drivers\etc\hosts")
    } else {
        PathBuf::from("/etc/hosts")
    }
}

fn parse_line(line: &str) -> Option<Line> {
    let line = line.split('#').next()?;
    let mut words = line.split_whitespace();
    let address = words.next()?.parse::<IpAddr>().ok()?.to_canonical();
    let names: Vec<Name> =
        words.filter_map(|word| name::parse(word).ok()).map(|parsed| parsed.name).collect();
    (!names.is_empty()).then_some(Line { address, names })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: &[u8] = b"\xef\xbb\xbf127.0.0.1\tlocalhost loop # comment\r\n\
        ::1 localhost ip6-localhost\n\
        # 192.0.2.9 nobody\n\
        192.0.2.2 web.test WWW.test my_host\n\
        192.0.2.1 www.test\n\
        192.0.2.2 second-name.test\n\
        ::ffff:192.0.2.3 mapped.test\n\
        fe80::1%lo0 scoped.test\n\
        192.0.2.4\n\
        010.0.0.1 octal.test\n\
        192.0.2.5 caf\xe9.test\n\
        not a line\n\
        192.0.2.6 last.test";

    fn addresses(name: &str, record_type: RecordType) -> Vec<String> {
        HostsFile::parse(HOSTS)
            .lookup(&name::parse(name).unwrap().name, record_type)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn gives_all_addresses_in_file_order() {
        for (name, record_type, expected) in [
            ("localhost", RecordType::A, vec!["127.0.0.1"]),
            ("localhost", RecordType::AAAA, vec!["::1"]),
            ("localhost", RecordType::MX, vec![]),
            ("LOOP.", RecordType::A, vec!["127.0.0.1"]),
            ("www.test", RecordType::A, vec!["192.0.2.2", "192.0.2.1"]),
            ("my_host", RecordType::A, vec!["192.0.2.2"]),
            ("mapped.test", RecordType::A, vec!["192.0.2.3"]),
            ("last.test", RecordType::A, vec!["192.0.2.6"]),
            ("nobody", RecordType::A, vec![]),
            ("octal.test", RecordType::A, vec![]),
            ("scoped.test", RecordType::AAAA, vec![]),
            ("comment", RecordType::A, vec![]),
        ] {
            assert_eq!(addresses(name, record_type), expected, "{name}");
        }
    }

    #[test]
    fn names_an_address_by_its_first_line() {
        let hosts = HostsFile::parse(HOSTS);
        for (address, expected) in [
            ("127.0.0.1", Some("localhost")),
            ("::1", Some("localhost")),
            ("192.0.2.2", Some("web.test")),
            ("::ffff:192.0.2.2", Some("web.test")),
            ("192.0.2.4", None),
            ("192.0.2.99", None),
        ] {
            let name = hosts.name_of(address.parse().unwrap()).map(name::present);
            assert_eq!(name.as_deref(), expected, "{address}");
        }
    }
}
