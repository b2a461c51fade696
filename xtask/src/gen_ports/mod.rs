//! Packs `crates/wellknown/data/services.txt` into `crates/wellknown/src/table.rs`.

use std::collections::HashMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, bail, ensure};

use crate::generated::{Generated, read, write_or_check};

const SOURCE: &str = "crates/wellknown/data/services.txt";
const TABLE: &str = "crates/wellknown/src/table.rs";
const COMMAND: &str = "cargo xtask gen-ports";

/// The transports in the order of the source, with the names of their flags in the table.
const TRANSPORTS: [(&str, &str); 4] =
    [("tcp", "TCP"), ("udp", "UDP"), ("sctp", "SCTP"), ("dccp", "DCCP")];

/// The mark of a service that is not registered with IANA.
const UNOFFICIAL: &str = "unofficial";

/// Writes the table, or only checks that the one there is what the source says.
pub fn run(check: bool) -> Result<()> {
    let text = render(&parse(&read(SOURCE)?)?)?;
    write_or_check(&[Generated { path: TABLE.into(), text }], check, COMMAND)
}

/// One line of the source.
#[derive(Debug, PartialEq, Eq)]
struct Service {
    name: String,
    first: u16,
    last: u16,
    /// Whether it runs over each of [`TRANSPORTS`].
    transports: [bool; TRANSPORTS.len()],
    unofficial: bool,
    aliases: Vec<String>,
    description: String,
}

impl Service {
    /// Name and aliases.
    fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}

/// Reads the whole source into the order of the table. The grammar stands in its head.
fn parse(source: &str) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    let mut ports_of = HashMap::<String, Vec<(u16, u16)>>::new();
    let mut previous = [0; 2];
    for (line, number) in source.lines().zip(1..) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let place = || format!("{SOURCE}:{number}");
        let service = parse_line(line).with_context(place)?;
        check_order(&service, &mut previous).with_context(place)?;
        check_unique(&service, &mut ports_of).with_context(place)?;
        services.push(service);
    }
    services.sort_by_key(|it| (it.first, it.unofficial));
    Ok(services)
}

/// `NAME PORTS/TRANSPORTS [unofficial] [ALIAS...] | DESCRIPTION`
fn parse_line(line: &str) -> Result<Service> {
    let (words, description) =
        line.split_once('|').context("no `|` between the names and the description")?;
    let mut words = words.split_ascii_whitespace().peekable();
    let name = words.next().context("no name")?;
    let place = words.next().context("no PORTS/TRANSPORTS after the name")?;
    let (ports, transports) = place
        .split_once('/')
        .with_context(|| format!("'{place}' has no `/` between ports and transports"))?;
    let (first, last) = parse_ports(ports)?;
    let service = Service {
        name: name.to_owned(),
        first,
        last,
        transports: parse_transports(transports)?,
        unofficial: words.next_if_eq(&UNOFFICIAL).is_some(),
        aliases: words.map(str::to_owned).collect(),
        description: description.trim().to_owned(),
    };
    check_texts(&service)?;
    Ok(service)
}

fn parse_ports(text: &str) -> Result<(u16, u16)> {
    let port = |text: &str| match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => bail!("'{text}' is not a port from 1 to 65535"),
    };
    let Some((first, last)) = text.split_once('-') else {
        return port(text).map(|port| (port, port));
    };
    let (first, last) = (port(first)?, port(last)?);
    ensure!(first < last, "range {first}-{last} does not go upwards");
    Ok((first, last))
}

fn parse_transports(text: &str) -> Result<[bool; TRANSPORTS.len()]> {
    let mut found = [false; TRANSPORTS.len()];
    if text == "-" {
        return Ok(found);
    }
    let mut from = 0;
    for word in text.split(',') {
        let Some(nth) = TRANSPORTS.iter().position(|(name, _)| *name == word) else {
            bail!("'{word}' is not a transport: they are tcp, udp, sctp, dccp, or - for none");
        };
        ensure!(nth >= from, "transports '{text}' are not in the order tcp,udp,sctp,dccp");
        found[nth] = true;
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
        ensure!(name != UNOFFICIAL, "`{UNOFFICIAL}` stands before the aliases");
    }
    let mut names = service.names().map(|it| it.to_ascii_lowercase()).collect::<Vec<_>>();
    names.sort_unstable();
    let repeated = names.windows(2).find(|pair| pair[0] == pair[1]);
    ensure!(repeated.is_none(), "a name stands twice: {names:?}");
    let description = &service.description;
    ensure!(!description.is_empty(), "no description after the `|`");
    ensure!(!description.contains(char::is_control), "a control character in the description");
    Ok(())
}

/// Registered and unofficial services have a previous port each, at 0 and 1.
fn check_order(service: &Service, previous: &mut [u16; 2]) -> Result<()> {
    let previous = &mut previous[usize::from(service.unofficial)];
    let port = service.first;
    ensure!(port >= *previous, "port {port} stands after port {previous}: sort the lines");
    *previous = port;
    Ok(())
}

fn check_unique(service: &Service, seen: &mut HashMap<String, Vec<(u16, u16)>>) -> Result<()> {
    let Service { name, first, last, .. } = service;
    let ports = seen.entry(name.to_ascii_lowercase()).or_default();
    let twice = ports.iter().any(|(from, to)| first <= to && from <= last);
    ensure!(!twice, "'{name}' has a line for port {first} already: one line has all transports");
    ports.push((*first, *last));
    Ok(())
}

/// The table as Rust source.
fn render(services: &[Service]) -> Result<String> {
    u16::try_from(services.len()).context("more services than a row number can count")?;
    let (mut rows, mut texts, mut index) = (String::new(), String::new(), Vec::new());
    let mut offset = 0;
    for (service, nth) in services.iter().zip(0..) {
        let Service { name, aliases, description, .. } = service;
        let joined = aliases.join(" ");
        let parts = [name, &joined, description];
        for part in parts {
            ensure!(part.len() <= 255, "port {}: '{part}' has over 255 bytes", service.first);
        }
        writeln!(texts, "    {name:?}, {joined:?}, {description:?},")?;
        let at = grouped(offset);
        let (first, last, flags, lens) =
            (service.first, service.last, flags(service), parts.map(String::len));
        writeln!(rows, "    row([{first}, {last}], {flags}, {at}, {lens:?}), // {name}")?;
        let mut start = offset;
        for (it, alias) in service.names().zip(0..) {
            let key = (it.to_ascii_lowercase(), alias > 0, service.unofficial, nth);
            index.push((key, start, it));
            // The name has no blank behind it, each alias has one.
            start += it.len() + usize::from(alias > 0);
        }
        offset += parts.map(String::len).iter().sum::<usize>();
    }
    index.sort();
    let mut names = String::new();
    for ((.., nth), start, name) in &index {
        writeln!(names, "    name({nth}, {}, {}), // {name}", grouped(*start), name.len())?;
    }
    let widest = services.iter().map(|it| it.last - it.first).max().unwrap_or(0);
    let (row_count, name_count) = (services.len(), index.len());
    Ok(format!(
        "\
//! The services as packed rows. Generated from `{SOURCE}`
//! by `{COMMAND}`: change that file, not this one.

use crate::packed::{{DCCP, Name, Row, SCTP, TCP, UDP, UNOFFICIAL, name, row}};

/// How far the last port of a row is from its first at most.
pub(crate) const WIDEST: u16 = {widest};

/// First and last port, flags, offset into the text, lengths of name, aliases and description;
/// in order of the first port, registered services first.
#[rustfmt::skip]
pub(crate) static ROWS: [Row; {row_count}] = [
{rows}];

/// Row, offset into the text, length; in alphabetical order of the lower-case names, for equal
/// ones names before aliases.
#[rustfmt::skip]
pub(crate) static NAMES: [Name; {name_count}] = [
{names}];

/// Name, aliases and description of each row.
#[rustfmt::skip]
pub(crate) static TEXT: &str = concat!(
{texts});
"
    ))
}

fn flags(service: &Service) -> String {
    let transports = TRANSPORTS.iter().zip(service.transports);
    let mut flags =
        transports.filter(|(_, runs)| *runs).map(|((_, flag), _)| *flag).collect::<Vec<_>>();
    if service.unofficial {
        flags.push("UNOFFICIAL");
    }
    if flags.is_empty() { "0".to_owned() } else { flags.join(" | ") }
}

/// A number as clippy wants to read it: `12_345`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checked_in_table_is_fresh() -> Result<()> {
        run(true)
    }

    #[test]
    fn reads_every_part_of_a_line() -> Result<()> {
        let service = parse_line("X 6000-6063/tcp,sctp unofficial y z | what | it is")?;
        let expected = Service {
            name: "X".into(),
            first: 6000,
            last: 6063,
            transports: [true, false, true, false],
            unofficial: true,
            aliases: vec!["y".into(), "z".into()],
            description: "what | it is".into(),
        };
        assert_eq!(service, expected);
        Ok(())
    }

    #[test]
    fn registered_services_come_first_on_a_port() -> Result<()> {
        let source = "b 2/tcp | b\nc 2/udp | c\n# comment\n\na 1/tcp unofficial | a\nd 2/tcp unofficial | d\n";
        let services = parse(source)?;
        let names = services.iter().map(|it| it.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names, ["a", "b", "c", "d"]);
        Ok(())
    }

    #[test]
    fn errors_name_the_line_and_the_reason() {
        let cases = [
            ("http 80/tcp", "no `|`"),
            ("| web", "no name"),
            ("http | web", "no PORTS/TRANSPORTS"),
            ("http 80 | web", "'80' has no `/`"),
            ("http 0/tcp | web", "'0' is not a port"),
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
            ("http 80/tcp |", "no description"),
            ("http 80/tcp | a\u{7}b", "control character"),
            (
                "first 1/tcp | one\nhttp 80/tcp | web\nHTTP 79-81/udp | web",
                "79 stands after port 80",
            ),
            ("http 80/tcp | web\nHTTP 80/udp | web", "has a line for port 80 already"),
        ];
        for (source, reason) in cases {
            let error = parse(source).expect_err(source);
            let message = format!("{error:#}");
            let place = format!("{SOURCE}:{}: ", source.lines().count());
            assert!(message.starts_with(&place) && message.contains(reason), "{source}: {message}");
        }
    }

    #[test]
    fn refuses_a_text_that_does_not_fit_its_row() -> Result<()> {
        let source = format!("http 80/tcp | {}", "x".repeat(256));
        let error = render(&parse(&source)?).expect_err("too long");
        assert!(error.to_string().ends_with("over 255 bytes"), "{error}");
        Ok(())
    }

    #[test]
    fn groups_digits() {
        let cases = [(0, "0"), (999, "999"), (1000, "1_000"), (1_234_567, "1_234_567")];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }
}
