//! The services that this machine's own list has (services(5)).

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::key::{Key, What};
use crate::protocol::{Protocol, Protocols};

/// A list that is longer than this is no list of services.
const MAX_OCTETS: u64 = 16 * 1024 * 1024;

/// A service of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalService {
    /// The name, as the list writes it.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// The transports of all lines with this name and port.
    pub protocols: Protocols,
    /// Other names.
    pub aliases: Vec<String>,
    /// What the list remarks, if it does.
    pub remark: Option<String>,
}

/// A list of services.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LocalServices {
    pub services: Vec<LocalService>,
    /// So many lines made no sense.
    pub bad_lines: u64,
}

/// Why there is no list.
#[derive(Debug, Error)]
pub enum LocalError {
    /// The file cannot be read.
    #[error("cannot read '{}'", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("'{}' has more than {} MiB: it is no list of services", .path.display(), MAX_OCTETS >> 20)]
    TooLong {
        /// Which file.
        path: PathBuf,
    },
}

/// Where the system keeps its list.
pub(crate) const DEFAULT_PATH: &str =
    if cfg!(windows) { r"C:\Windows\System32\drivers\etc\services" } else { "/etc/services" };

/// Reads a list.
///
/// # Errors
///
/// The file cannot be read, or is too long for a list.
pub(crate) fn read(path: &Path) -> Result<LocalServices, LocalError> {
    let error = |source| LocalError::Read { path: path.to_owned(), source };
    let mut octets = Vec::new();
    let file = File::open(path).map_err(error)?;
    file.take(MAX_OCTETS + 1).read_to_end(&mut octets).map_err(error)?;
    if octets.len() as u64 > MAX_OCTETS {
        return Err(LocalError::TooLong { path: path.to_owned() });
    }
    Ok(parse(&octets))
}

pub(crate) fn parse(list: &[u8]) -> LocalServices {
    let mut found = LocalServices::default();
    let mut places = HashMap::new();
    for line in list.split(|octet| *octet == b'\n') {
        match str::from_utf8(line).ok().and_then(parse_line) {
            Some(Line::Service(service)) => found.add(service, &mut places),
            Some(Line::Other) => {}
            None => found.bad_lines += 1,
        }
    }
    found
}

enum Line {
    Service(LocalService),
    /// A remark, or a service of a transport without ports, such as `ddp`.
    Other,
}

/// `NAME PORT/TRANSPORT [ALIAS...] [# REMARK]`
fn parse_line(line: &str) -> Option<Line> {
    let (words, remark) = line.split_once('#').unwrap_or((line, ""));
    let mut words = words.split_ascii_whitespace();
    let Some(name) = words.next() else { return Some(Line::Other) };
    let (port, transport) = words.next()?.split_once('/')?;
    let port = port.parse().ok()?;
    let Ok(protocol) = transport.parse::<Protocol>() else {
        return transport.bytes().all(|it| it.is_ascii_alphanumeric()).then_some(Line::Other);
    };
    let remark = remark.trim();
    Some(Line::Service(LocalService {
        name: name.to_owned(),
        port,
        protocols: [protocol].into_iter().collect(),
        aliases: words.map(str::to_owned).collect(),
        remark: (!remark.is_empty()).then(|| remark.to_owned()),
    }))
}

impl LocalServices {
    /// Adds a service, or to one of the same name and port what it has more; `places` knows where
    /// each stands.
    fn add(&mut self, service: LocalService, places: &mut HashMap<(String, u16), usize>) {
        let place =
            *places.entry((service.name.clone(), service.port)).or_insert(self.services.len());
        let Some(same) = self.services.get_mut(place) else {
            return self.services.push(service);
        };
        same.protocols = same.protocols.iter().chain(service.protocols.iter()).collect();
        let new: Vec<_> =
            service.aliases.into_iter().filter(|it| !same.aliases.contains(it)).collect();
        same.aliases.extend(new);
        same.remark = same.remark.take().or(service.remark);
    }

    /// The services that a key asks for.
    pub(crate) fn of(&self, key: &Key) -> impl Iterator<Item = &LocalService> {
        let runs =
            |it: &&LocalService| key.protocol.is_none_or(|wanted| it.protocols.contains(wanted));
        let is_meant = |it: &&LocalService| match &key.what {
            What::Ports(ports) => ports.contains(&it.port),
            What::Name(name) => it.is_called(name),
        };
        self.services.iter().filter(runs).filter(is_meant)
    }
}

impl LocalService {
    /// Whether it goes by this name, in any case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let mut names = std::iter::once(&self.name).chain(&self.aliases);
        names.any(|it| it.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_is_written() {
        let list = b"# remark\n\nssh\t22/tcp\t# SSH Remote Login\nours 7001/tcp alias \nours 7001/UDP other alias#two\n\
            rtmp 1/ddp\nbad\nbad 22\nbad x/tcp\nbad 65536/tcp\nb\xffd 22/tcp\nlast 1/tcp";
        let found = parse(list);
        assert_eq!(found.bad_lines, 5);
        let told = found.services.iter().map(|it| {
            let LocalService { name, port, protocols, aliases, remark } = it;
            format!(
                "{name} {port} {protocols} {} {}",
                aliases.join("+"),
                remark.as_deref().unwrap_or("-")
            )
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            ["ssh 22 tcp  SSH Remote Login", "ours 7001 tcp,udp alias+other two", "last 1 tcp  -",]
        );
        for (key, count) in
            [("22", 1), ("7000-7002/udp", 1), ("ALIAS", 1), ("ours/sctp", 0), ("x", 0)]
        {
            assert_eq!(found.of(&key.parse().unwrap()).count(), count, "{key}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_by_name() {
        let error = read(Path::new("/nonexistent/services")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read '/nonexistent/services'");
    }
}
