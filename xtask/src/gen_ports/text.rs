//! The texts that the table of services is made of, a service a line.

use std::fmt::{self, Display, Formatter};

use anyhow::{Context, Result, bail, ensure};
use wellknown::packed::{DCCP, SCTP, TCP, UDP};

/// The transports in the order of the texts, with their flags in the table.
pub const TRANSPORTS: [(&str, u8); 4] =
    [("tcp", TCP), ("udp", UDP), ("sctp", SCTP), ("dccp", DCCP)];

/// The mark of a service that is not registered with IANA.
const UNOFFICIAL: &str = "unofficial";

/// The mark of the port that is meant where a name has several.
const PREFERRED: &str = "preferred";

/// What stands in place of a name for ports that are kept free.
const NO_NAME: &str = "-";

/// What a text says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Text {
    pub services: Vec<Service>,
    pub kept: Vec<Kept>,
}

/// A service at its ports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    pub name: String,
    /// First and last; 0 where it has none.
    pub ports: (u16, u16),
    /// Flags of [`TRANSPORTS`].
    pub transports: u8,
    pub is_unofficial: bool,
    pub is_preferred: bool,
    pub aliases: Vec<String>,
    pub description: String,
}

/// Ports that no service gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub ports: (u16, u16),
    pub transports: u8,
    /// Why, in IANA's words.
    pub why: String,
}

impl Service {
    /// Name and aliases.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.aliases)
    }

    /// Whether it goes by this name.
    pub fn is_called(&self, name: &str) -> bool {
        self.names().any(|it| it.eq_ignore_ascii_case(name))
    }

    /// Whether it has ports at all.
    pub const fn has_ports(&self) -> bool {
        self.ports.0 != 0
    }
}

/// Reads a whole text; its grammar stands in the head of `overlay.txt`.
pub fn parse(path: &str, source: &str) -> Result<Text> {
    let mut text = Text::default();
    let mut previous = [0; 2];
    for (line, number) in source.lines().zip(1..) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let place = || format!("{path}:{number}");
        let service = parse_line(line).with_context(place)?;
        if service.name == NO_NAME {
            let Service { ports, transports, description: why, .. } = service;
            text.kept.push(Kept { ports, transports, why });
            continue;
        }
        check_texts(&service).with_context(place)?;
        check_order(&service, &mut previous).with_context(place)?;
        text.services.push(service);
    }
    Ok(text)
}

/// `NAME PORTS/TRANSPORTS [unofficial] [preferred] [ALIAS...] | DESCRIPTION`
fn parse_line(line: &str) -> Result<Service> {
    let (words, description) =
        line.split_once('|').context("no `|` between the names and the description")?;
    let mut words = words.split_ascii_whitespace().peekable();
    let name = words.next().context("no name")?;
    let place = words.next().context("no PORTS/TRANSPORTS after the name")?;
    let (ports, transports) = place
        .split_once('/')
        .with_context(|| format!("'{place}' has no `/` between ports and transports"))?;
    Ok(Service {
        name: name.to_owned(),
        ports: parse_ports(ports)?,
        transports: parse_transports(transports)?,
        is_unofficial: words.next_if_eq(&UNOFFICIAL).is_some(),
        is_preferred: words.next_if_eq(&PREFERRED).is_some(),
        aliases: words.map(str::to_owned).collect(),
        description: description.trim().to_owned(),
    })
}

fn parse_ports(text: &str) -> Result<(u16, u16)> {
    if text == "-" {
        return Ok((0, 0));
    }
    let port = |text: &str| match text.parse() {
        Ok(port) => Ok(port),
        _ => bail!("'{text}' is not a port from 0 to 65535"),
    };
    let Some((first, last)) = text.split_once('-') else {
        return port(text).map(|port| (port, port));
    };
    let (first, last) = (port(first)?, port(last)?);
    ensure!(first < last, "range {first}-{last} does not go upwards");
    Ok((first, last))
}

fn parse_transports(text: &str) -> Result<u8> {
    let (mut found, mut from) = (0, 0);
    if text == "-" {
        return Ok(found);
    }
    for word in text.split(',') {
        let Some(nth) = TRANSPORTS.iter().position(|(name, _)| *name == word) else {
            bail!("'{word}' is not a transport: they are tcp, udp, sctp, dccp, or - for none");
        };
        ensure!(nth >= from, "transports '{text}' are not in the order tcp,udp,sctp,dccp");
        found |= TRANSPORTS[nth].1;
        from = nth + 1;
    }
    Ok(found)
}

fn check_texts(service: &Service) -> Result<()> {
    for name in service.names() {
        let whole = name.bytes().all(|it| it.is_ascii_graphic() && !b",:".contains(&it));
        ensure!(whole, "name '{name}' is not printable ASCII without comma and colon");
        let number = name.bytes().all(|it| it.is_ascii_digit() || it == b'-');
        ensure!(!number, "name '{name}' would be taken for a port");
        let slash = name.split_once('/').into_iter().chain(name.rsplit_once('/'));
        let parts = slash.flat_map(<[&str; 2]>::from);
        let transport = parts.into_iter().find(|part| TRANSPORTS.iter().any(|(it, _)| it == part));
        ensure!(transport.is_none(), "name '{name}' would be taken for a transport");
        let is_mark = [UNOFFICIAL, PREFERRED].contains(&name.as_str());
        ensure!(!is_mark, "`{name}` stands before the aliases");
    }
    let mut names = service.names().map(|it| it.to_ascii_lowercase()).collect::<Vec<_>>();
    names.sort_unstable();
    let repeated = names.windows(2).find(|pair| pair[0] == pair[1]);
    ensure!(repeated.is_none(), "a name stands twice: {names:?}");
    let controls = service.description.contains(char::is_control);
    ensure!(!controls, "a control character in the description");
    Ok(())
}

/// Registered and unofficial services have a previous port each, at 0 and 1.
fn check_order(service: &Service, previous: &mut [u16; 2]) -> Result<()> {
    let previous = &mut previous[usize::from(service.is_unofficial)];
    let port = service.ports.0;
    ensure!(port >= *previous, "port {port} stands after port {previous}: sort the lines");
    *previous = port;
    Ok(())
}

impl Display for Service {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let place = Place(self.has_ports().then_some(self.ports), self.transports);
        write!(formatter, "{} {place}", self.name)?;
        for alias in &self.aliases {
            write!(formatter, " {alias}")?;
        }
        write!(
            formatter,
            " |{}{}",
            if self.description.is_empty() { "" } else { " " },
            self.description
        )
    }
}

impl Display for Kept {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{NO_NAME} {} | {}", Place(Some(self.ports), self.transports), self.why)
    }
}

/// `PORTS/TRANSPORTS`
struct Place(Option<(u16, u16)>, u8);

impl Display for Place {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => formatter.write_str("-")?,
            Some((first, last)) if first == last => write!(formatter, "{first}")?,
            Some((first, last)) => write!(formatter, "{first}-{last}")?,
        }
        let names = TRANSPORTS.iter().filter(|(_, flag)| self.1 & flag != 0).map(|(name, _)| *name);
        let names = names.collect::<Vec<_>>().join(",");
        write!(formatter, "/{}", if names.is_empty() { "-" } else { &names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> String {
        format!("{:#}", parse("text", source).expect_err(source))
    }

    #[test]
    fn reads_every_part_of_a_line() -> Result<()> {
        let text = parse("text", "X 6000-6063/tcp,sctp unofficial preferred y z | what | it is")?;
        let service = Service {
            name: "X".into(),
            ports: (6000, 6063),
            transports: TCP | SCTP,
            is_unofficial: true,
            is_preferred: true,
            aliases: vec!["y".into(), "z".into()],
            description: "what | it is".into(),
        };
        assert_eq!(text, Text { services: vec![service], kept: Vec::new() });
        Ok(())
    }

    #[test]
    fn what_is_written_reads_the_same_again() -> Result<()> {
        let source = "arp -/- | Address Resolution Protocol\n\
            b 1/tcp,udp c d |\n\
            - 0/tcp,udp | Reserved\n\
            - 24-25/dccp | any private mail system\n";
        let Text { services, kept } = parse("text", source)?;
        let services = services.iter().map(ToString::to_string);
        let lines: Vec<_> = services.chain(kept.iter().map(ToString::to_string)).collect();
        assert_eq!(lines.join("\n") + "\n", source);
        Ok(())
    }

    #[test]
    fn errors_name_the_line_and_the_reason() {
        let cases = [
            ("http 80/tcp", "no `|`"),
            ("| web", "no name"),
            ("http | web", "no PORTS/TRANSPORTS"),
            ("http 80 | web", "'80' has no `/`"),
            ("http 65536/tcp | web", "'65536' is not a port"),
            ("http -80/tcp | web", "'' is not a port"),
            ("http 90-80/tcp | web", "does not go upwards"),
            ("http 80-80/tcp | web", "does not go upwards"),
            ("http 80/foo | web", "'foo' is not a transport"),
            ("http 80/ | web", "'' is not a transport"),
            ("http 80/udp,tcp | web", "not in the order"),
            ("http 80/tcp,tcp | web", "not in the order"),
            ("http 80/tcp www WWW | web", "stands twice"),
            ("http 80/tcp www unofficial | web", "before the aliases"),
            ("http 80/tcp 8080 | web", "taken for a port"),
            ("a/udp 80/tcp | web", "taken for a transport"),
            ("tcp/a 80/tcp | web", "taken for a transport"),
            ("a,b 80/tcp | web", "without comma"),
            ("http 80/tcp | a\u{7}b", "control character"),
            ("first 1/tcp | one\nhttp 80/tcp | web\nlast 79/udp | web", "79 stands after port 80"),
        ];
        for (source, reason) in cases {
            let place = format!("text:{}: ", source.lines().count());
            let message = told(source);
            assert!(message.starts_with(&place) && message.contains(reason), "{source}: {message}");
        }
    }
}
