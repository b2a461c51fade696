//! The rows of an earlier run, read from their JSON.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use output::Change;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use thiserror::Error;
use wellknown::Protocol;

use crate::ports::{LOWEST, Ports};
use crate::row::Address;
use crate::targets::host::{Host, HostError};
use crate::targets::words::Target;
use crate::verdict::State;

/// A file that is larger than this is not read, in octets. A row takes about 300.
const MAX_FILE_OCTETS: u64 = MAX_FILE_MIB * 1024 * 1024;
const MAX_FILE_MIB: u64 = 256;

/// The octets that JSON has between values (RFC 8259, 2).
const BLANKS: &[u8] = b" \t\r\n";

/// What some systems put before text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What an earlier run found.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// Each host that was named, once.
    pub hosts: Vec<Host>,
    /// In the order of the file; of several about one port the last.
    pub ports: Vec<Was>,
}

/// A port as it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Was {
    /// The place of its host.
    pub host: usize,
    pub address: Address,
    pub port: u16,
    pub state: State,
}

/// Why there is nothing to compare with.
#[derive(Debug, Error)]
pub(crate) enum EarlierError {
    #[error("cannot read '{}'", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("'{}' has more than {MAX_FILE_MIB} MiB", .path.display())]
    TooLarge { path: PathBuf },
    #[error("'{}' is not the JSON of an earlier run", .path.display())]
    NotJson { path: PathBuf, source: serde_json::Error },
    #[error("'{}', row {number}: {mistake}", .path.display())]
    Row {
        path: PathBuf,
        /// From 1.
        number: u64,
        /// Not a source: it is part of the sentence.
        mistake: RowError,
    },
    #[error("'{}' has no rows: name the hosts to ask", .path.display())]
    Empty { path: PathBuf },
}

/// Why a row is none of this program.
#[derive(Debug, PartialEq, Error)]
pub(crate) enum RowError {
    #[error("it has no '{key}'")]
    Missing { key: &'static str },
    #[error("its '{key}' cannot be {value}")]
    Wrong { key: &'static str, value: String },
    #[error("its 'host' makes no sense: {0}")]
    Host(Box<HostError>),
    #[error("it is of {was} and not of {now}: {}", if *.was == Protocol::Udp {
        "give --udp to ask that again"
    } else {
        "leave out --udp to ask that again"
    })]
    Transport { was: Protocol, now: Protocol },
}

impl EarlierError {
    /// Whether the command line is what has to be changed.
    pub(crate) const fn is_usage(&self) -> bool {
        let is_transport = matches!(self, Self::Row { mistake: RowError::Transport { .. }, .. });
        is_transport || matches!(self, Self::Empty { .. })
    }
}

impl Earlier {
    /// Reads a file, or standard input for `-`: the JSON array or the JSON lines of a run over this
    /// transport.
    ///
    /// # Errors
    ///
    /// It cannot be read, is too large, or has something else in it.
    pub(crate) fn read(path: &Path, protocol: Protocol) -> Result<Self, EarlierError> {
        let error = |source| EarlierError::Read { path: path.to_owned(), source };
        let reader = output::open(path).map_err(error)?;
        Self::parse(reader, protocol).map_err(|mistake| mistake.of(path))
    }

    fn parse(reader: impl Read, protocol: Protocol) -> Result<Self, Mistake> {
        let mut reader = BufReader::new(Limited { reader, left: MAX_FILE_OCTETS });
        let is_array = skip_to_value(&mut reader)? == Some(b'[');
        let mut reading = Reading::over(protocol);
        let mut take = |entry: &Entry| reading.take(entry);
        let mut json = serde_json::Deserializer::from_reader(reader);
        let read = if is_array {
            json.deserialize_seq(Array(&mut take)).and_then(|()| json.end())
        } else {
            json.into_iter().try_for_each(|entry| take(&entry?).map_err(serde_json::Error::custom))
        };
        match (reading.mistake, read) {
            (Some(mistake), _) => Err(Mistake::Row(reading.number, mistake)),
            (None, Err(error)) => Err(error.into()),
            (None, Ok(())) => {
                let ports = reading.ports.into_iter().flatten().collect();
                Ok(Self { hosts: reading.hosts, ports })
            }
        }
    }

    /// Whether nothing was asked.
    pub(crate) const fn is_empty(&self) -> bool {
        self.ports.is_empty()
    }

    /// What has to be asked again: the hosts in the order of the file, each with its ports.
    pub(crate) fn targets(&self) -> Vec<Target> {
        let mut ports: Vec<Vec<u16>> = vec![Vec::new(); self.hosts.len()];
        for port in &self.ports {
            ports[port.host].push(port.port);
        }
        let targets = self.hosts.iter().zip(ports).filter(|(_, ports)| !ports.is_empty());
        let target = |(host, ports): (&Host, _)| Target {
            host: host.clone(),
            ports: Some(Ports::of_numbers(ports)),
        };
        targets.map(target).collect()
    }
}

/// Rows on their way in.
struct Reading {
    protocol: Protocol,
    /// How many there were.
    number: u64,
    /// What is wrong with the last.
    mistake: Option<RowError>,
    hosts: Vec<Host>,
    /// None for those that were asked no more in the end.
    ports: Vec<Option<Was>>,
    /// Where each host is.
    host_places: HashMap<Host, usize>,
    /// Where each port of a host at an address is.
    port_places: HashMap<(usize, Address, u16), usize>,
}

impl Reading {
    fn over(protocol: Protocol) -> Self {
        Self {
            protocol,
            number: 0,
            mistake: None,
            hosts: Vec::new(),
            ports: Vec::new(),
            host_places: HashMap::new(),
            port_places: HashMap::new(),
        }
    }

    /// # Errors
    ///
    /// The row is not one of such a run; what is wrong with it is kept.
    fn take(&mut self, entry: &Entry) -> Result<(), &'static str> {
        self.number += 1;
        match self.put(entry) {
            Ok(()) => Ok(()),
            Err(mistake) => {
                self.mistake = Some(mistake);
                Err("no row of portscan")
            }
        }
    }

    fn put(&mut self, entry: &Entry) -> Result<(), RowError> {
        let host = entry.host()?;
        let (address, port) = (entry.address()?, entry.port()?);
        let was = entry.protocol()?;
        if was != self.protocol {
            return Err(RowError::Transport { was, now: self.protocol });
        }
        let state = entry.state()?;
        let host = *self.host_places.entry(host).or_insert_with_key(|host| {
            self.hosts.push(host.clone());
            self.hosts.len() - 1
        });
        let place = self.port_places.entry((host, address.clone(), port));
        let place = *place.or_insert(self.ports.len());
        if place == self.ports.len() {
            self.ports.push(None);
        }
        self.ports[place] = (!entry.is_gone()).then_some(Was { host, address, port, state });
        Ok(())
    }
}

/// What of a row is compared, as it stands in the file.
#[derive(Default)]
struct Entry {
    host: Option<Value>,
    address: Option<Value>,
    port: Option<Value>,
    protocol: Option<Value>,
    state: Option<Value>,
    change: Option<Value>,
}

impl Entry {
    fn host(&self) -> Result<Host, RowError> {
        text("host", self.host.as_ref())?
            .parse()
            .map_err(|mistake| RowError::Host(Box::new(mistake)))
    }

    fn address(&self) -> Result<Address, RowError> {
        parsed("address", self.address.as_ref(), address)
    }

    fn port(&self) -> Result<u16, RowError> {
        let value = given("port", self.port.as_ref())?;
        let port = value.as_u64().and_then(|port| port.try_into().ok());
        port.filter(|port| *port >= LOWEST).ok_or_else(|| wrong("port", value))
    }

    fn protocol(&self) -> Result<Protocol, RowError> {
        parsed("protocol", self.protocol.as_ref(), |text| text.parse().ok())
    }

    fn state(&self) -> Result<State, RowError> {
        parsed("state", self.state.as_ref(), |text| {
            State::ALL.into_iter().find(|state| state.as_str() == text)
        })
    }

    /// Whether the port was asked no more.
    fn is_gone(&self) -> bool {
        self.change.as_ref().and_then(Value::as_str) == Some(Change::Removed.as_str())
    }
}

fn given<'a>(key: &'static str, value: Option<&'a Value>) -> Result<&'a Value, RowError> {
    value.filter(|value| !value.is_null()).ok_or(RowError::Missing { key })
}

fn text<'a>(key: &'static str, value: Option<&'a Value>) -> Result<&'a str, RowError> {
    let value = given(key, value)?;
    value.as_str().ok_or_else(|| wrong(key, value))
}

fn parsed<T>(
    key: &'static str,
    value: Option<&Value>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, RowError> {
    let text = text(key, value)?;
    parse(text)
        .ok_or_else(|| RowError::Wrong { key, value: format!("'{}'", wellknown::excerpt(text)) })
}

fn wrong(key: &'static str, value: &Value) -> RowError {
    RowError::Wrong { key, value: wellknown::excerpt(&value.to_string()) }
}

pub(crate) fn address(text: &str) -> Option<Address> {
    let (ip, zone) = match text.split_once('%') {
        Some((ip, zone)) => (ip, Some(zone)),
        None => (text, None),
    };
    let ip: IpAddr = ip.parse().ok()?;
    Some(Address { ip, zone: zone.map(Arc::from) })
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

/// Takes the keys that are compared, and passes over the others.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row of portscan")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entry, M::Error> {
        let mut entry = Entry::default();
        while let Some(key) = map.next_key::<String>()? {
            let value = match key.as_str() {
                "host" => &mut entry.host,
                "address" => &mut entry.address,
                "port" => &mut entry.port,
                "protocol" => &mut entry.protocol,
                "state" => &mut entry.state,
                "change" => &mut entry.change,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *value = Some(map.next_value()?);
        }
        Ok(entry)
    }
}

/// Takes the rows of an array one by one: a list of all of them would be many times as large.
struct Array<F>(F);

impl<'de, F: FnMut(&Entry) -> Result<(), &'static str>> Visitor<'de> for Array<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows of portscan")
    }

    fn visit_seq<S: SeqAccess<'de>>(mut self, mut rows: S) -> Result<(), S::Error> {
        while let Some(entry) = rows.next_element()? {
            (self.0)(&entry).map_err(S::Error::custom)?;
        }
        Ok(())
    }
}

/// What is wrong, before it is said with which file.
#[derive(Debug)]
enum Mistake {
    Read(io::Error),
    Json(serde_json::Error),
    Row(u64, RowError),
}

impl Mistake {
    fn of(self, path: &Path) -> EarlierError {
        let path = path.to_owned();
        match self {
            Self::Read(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                EarlierError::TooLarge { path }
            }
            Self::Read(source) => EarlierError::Read { path, source },
            Self::Json(source) => EarlierError::NotJson { path, source },
            Self::Row(number, mistake) => EarlierError::Row { path, number, mistake },
        }
    }
}

impl From<io::Error> for Mistake {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<serde_json::Error> for Mistake {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() { Self::Read(error.into()) } else { Self::Json(error) }
    }
}

/// A reader that fails where there is more than so much.
struct Limited<R> {
    reader: R,
    /// In octets.
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.checked_sub(count as u64);
        self.left = left.ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(count)
    }
}

/// Passes over what is before the first value; the octet that it begins with, if there is one.
fn skip_to_value(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    if reader.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    loop {
        let octets = reader.fill_buf()?;
        let blanks = octets.iter().take_while(|octet| BLANKS.contains(octet)).count();
        let next = octets.get(blanks).copied();
        let is_over = octets.is_empty();
        reader.consume(blanks);
        if next.is_some() || is_over {
            return Ok(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Earlier {
        /// Of rows: host, address, port and state.
        pub(crate) fn of<const N: usize>(rows: [(&str, &str, u16, State); N]) -> Self {
            let rows =
                rows.map(|(host, address, port, state)| json(host, address, port, state.as_str()));
            parse(rows.join("\n")).unwrap()
        }
    }

    const TCP: Protocol = Protocol::Tcp;

    fn parse(text: impl AsRef<[u8]>) -> Result<Earlier, String> {
        let path = Path::new("before.json");
        let earlier = Earlier::parse(text.as_ref(), TCP);
        earlier.map_err(|mistake| output::with_causes(&mistake.of(path)))
    }

    fn json(host: &str, address: &str, port: u16, state: &str) -> String {
        format!(
            r#"{{"host":"{host}","address":"{address}","port":{port},"state":"{state}","rtt_ms":0.1,"icmp":{{"type":3}},"protocol":"tcp"}}"#
        )
    }

    fn told(earlier: &Earlier) -> Vec<String> {
        let told = earlier.ports.iter().map(|port| {
            let state = port.state.as_str();
            format!("{} {} {} {state}", earlier.hosts[port.host], port.address, port.port)
        });
        told.collect()
    }

    #[test]
    fn an_earlier_run_is_read_from_an_array_or_from_lines() {
        let [a, b] = [
            json("a.test", "192.0.2.1", 80, "open"),
            json("fe80::1%eth0", "fe80::1%eth0", 443, "filtered"),
        ];
        let expected = ["a.test 192.0.2.1 80 open", "fe80::1%eth0 fe80::1%eth0 443 filtered"];
        for text in [
            format!("[\n{a},\n{b}\n]\n"),
            format!("{a}\n{b}\n"),
            format!("\u{feff} \r\n[{a}, {b}]"),
            format!("{a}{b}"),
            // Later rows about a port are what it was in the end.
            format!("{}\n{b}\n{a}", json("a.test", "192.0.2.1", 80, "closed")),
        ] {
            assert_eq!(told(&parse(&text).unwrap()), expected, "{text}");
        }
        for text in ["", " \n", "[]", "\u{feff}"] {
            assert!(parse(text).unwrap().is_empty(), "{text:?}");
        }
        let gone = b.replace("\"rtt_ms\"", "\"change\":\"removed\",\"rtt_ms\"");
        assert_eq!(told(&parse(format!("{a}\n{b}\n{gone}")).unwrap()), expected[..1]);
        assert_eq!(told(&parse(format!("{a}\n{gone}\n{b}")).unwrap()), expected);
    }

    #[test]
    fn the_same_is_asked_again() {
        let rows = [
            json("db", "192.0.2.1", 443, "open"),
            json("DB", "192.0.2.1", 1, "open"),
            json("db", "2001:db8::1", 443, "closed"),
            json("db", "192.0.2.1", 80, "filtered"),
            json("192.0.2.7", "192.0.2.7", 80, "open"),
            json("192.0.2.7", "192.0.2.7", 81, "open"),
        ];
        let targets = parse(rows.join("\n")).unwrap().targets();
        let told: Vec<_> = targets.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["db:443,443,80", "DB:1", "192.0.2.7:80-81"]);
    }

    #[test]
    fn what_is_no_earlier_run_is_refused_with_what_is_wrong() {
        let good = json("a.test", "192.0.2.1", 80, "open");
        let without = |key: &str| good.replace(&format!("\"{key}\""), "\"other\"");
        let with = |from: &str, to: &str| good.replace(from, to);
        let row = |mistake: &str| format!("'before.json', row 2: {mistake}");
        let no_json = "'before.json' is not the JSON of an earlier run: ";
        let second = |text: String| format!("[{good},{text}]");
        let cases = [
            ("PORT STATE".to_owned(), format!("{no_json}expected value at line 1 column 1")),
            (
                "3".to_owned(),
                format!(
                    "{no_json}invalid type: integer `3`, expected a row of portscan at line 1 column 1"
                ),
            ),
            (
                "[3]".to_owned(),
                format!(
                    "{no_json}invalid type: integer `3`, expected a row of portscan at line 1 column 3"
                ),
            ),
            (
                format!("[{good}"),
                format!("{no_json}EOF while parsing a list at line 1 column {}", good.len() + 1),
            ),
            (
                format!("[{good}] x"),
                format!("{no_json}trailing characters at line 1 column {}", good.len() + 4),
            ),
            (
                format!("{good}\n{{"),
                format!("{no_json}EOF while parsing an object at line 2 column 1"),
            ),
            (second(without("host")), row("it has no 'host'")),
            (second(without("address")), row("it has no 'address'")),
            (format!("{good}\n{}", without("port")), row("it has no 'port'")),
            (second(without("protocol")), row("it has no 'protocol'")),
            (second(without("state")), row("it has no 'state'")),
            (second("{}".to_owned()), row("it has no 'host'")),
            (second(with(":80", ":null")), row("it has no 'port'")),
            (second(with(":80", ":0")), row("its 'port' cannot be 0")),
            (second(with(":80", ":65536")), row("its 'port' cannot be 65536")),
            (second(with(":80", ":\"80\"")), row("its 'port' cannot be \"80\"")),
            (second(with("192.0.2.1", "192.0.2")), row("its 'address' cannot be '192.0.2'")),
            (second(with("open", "ajar")), row("its 'state' cannot be 'ajar'")),
            (second(with("tcp", "icmp")), row("its 'protocol' cannot be 'icmp'")),
            (
                second(with("a.test", "a b")),
                row(
                    "its 'host' makes no sense: 'a b' is no host: write a name or an address, as in 'localhost' or '127.0.0.1'",
                ),
            ),
            (
                second(with("\"tcp\"", "\"udp\"")),
                row("it is of udp and not of tcp: give --udp to ask that again"),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(&text).unwrap_err(), expected, "{text}");
        }
        assert!(parse(b"\xff\xfe").unwrap_err().starts_with(no_json));
        let deep = parse("[".repeat(100_000)).unwrap_err();
        assert!(deep.starts_with(no_json), "{deep}");
    }

    #[test]
    fn only_what_the_command_line_can_mend_is_a_usage_error() {
        let usage = |text: &str, protocol| {
            let mistake = Earlier::parse(text.as_bytes(), protocol).unwrap_err();
            mistake.of(Path::new("x")).is_usage()
        };
        let row = json("a.test", "192.0.2.1", 80, "open");
        assert!(usage(&row, Protocol::Udp));
        assert!(!usage("x", TCP));
        assert!(!usage("{}", TCP));
    }

    #[test]
    fn a_file_has_an_end() {
        let mut octets = Vec::new();
        let mut read = |left| {
            octets.clear();
            Limited { reader: &b"0123456789"[..], left }.read_to_end(&mut octets)
        };
        assert_eq!(read(10).unwrap(), 10);
        assert_eq!(read(9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let endless = Limited { reader: io::repeat(b' '), left: 1 << 20 };
        let error = skip_to_value(&mut BufReader::new(endless)).unwrap_err();
        let told = Mistake::from(error).of(Path::new("x")).to_string();
        assert_eq!(told, "'x' has more than 256 MiB");
    }
}
