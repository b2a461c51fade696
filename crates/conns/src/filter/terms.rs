//! Terms from their words: a key, an operator and a value, or an end without a key.

use std::ops::Range;

use super::error::Problem;
use super::expression::{Device, Expression, Term};
use super::host::{self, End, Family, Host, Place, PortList, Ports, written};
use super::names;
use super::number::{Comparison, QUANTITIES, Quantity};
use super::pattern::{Character, Manner, Pattern};
use crate::state::States;

/// A word that a value follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Address(End),
    Port(End),
    State,
    Exclude,
    Device,
    Mark,
    Cgroup,
    Unit,
    Pid,
    Process,
    User,
    Number(&'static Quantity),
}

/// Every key with its names, the first of which is its own, and an example.
const KEYS: [(Key, &[&str], &str); 15] = [
    (Key::Address(End::Peer), &["dst", "peer"], "dst 10.0.0.0/8"),
    (Key::Address(End::Local), &["src", "local"], "src 127.0.0.1"),
    (Key::Address(End::Either), &["addr", "address"], "addr 10.0.0.0/8"),
    (Key::Port(End::Peer), &["dport", "rport", "peer_port"], "dport = :443"),
    (Key::Port(End::Local), &["sport", "lport", "local_port"], "sport = :22"),
    (Key::Port(End::Either), &["port"], "port = :443"),
    (Key::State, &["state"], "state listening"),
    (Key::Exclude, &["exclude", "excl"], "exclude time-wait"),
    (Key::Device, &["dev", "interface"], "dev eth0"),
    (Key::Mark, &["fwmark", "mark"], "fwmark = 0x10/0xff"),
    (Key::Cgroup, &["cgroup"], "cgroup = /system.slice/ssh.service"),
    (Key::Unit, &["unit"], "unit = ssh.service"),
    (Key::Pid, &["pid"], "pid = 812"),
    (Key::Process, &["name", "process"], "name = 'nginx*'"),
    (Key::User, &["user"], "user = www-data"),
];

/// Where control groups are by convention (cgroups(7)); where those of both versions are in use, the
/// second is mounted below.
pub(crate) const CGROUP_MOUNT: &str = "/sys/fs/cgroup";

/// The word that no value follows.
pub(super) const AUTOBOUND: &str = "autobound";

/// What is between a key and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// Nothing, which means the same as `=`.
    None,
    Compared(Comparison),
    NotEqual,
}

/// A value: its characters, where quoted ones stand for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) characters: Vec<Character>,
    pub(super) place: Range<usize>,
}

impl Value {
    pub(super) fn text(&self) -> String {
        self.characters.iter().map(|(character, _)| character).collect()
    }

    fn pattern(&self, manner: Manner) -> Pattern {
        Pattern::new(&self.characters, manner)
    }
}

impl Key {
    /// Whether its values have an order.
    pub(super) const fn is_ordered(self) -> bool {
        matches!(self, Self::Port(_) | Self::Number(_))
    }
}

impl Operator {
    pub(super) fn is_equality(self) -> bool {
        matches!(self, Self::None | Self::NotEqual | Self::Compared(Comparison::Equal))
    }

    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::None => "",
            Self::NotEqual => "!=",
            Self::Compared(comparison) => comparison.symbol(),
        }
    }

    const fn comparison(self) -> Comparison {
        match self {
            Self::None | Self::NotEqual => Comparison::Equal,
            Self::Compared(comparison) => comparison,
        }
    }

    pub(super) fn applied(self, key: Key, value: &Value) -> Result<Expression, Problem> {
        let expression = expression(key, self.comparison(), value)?;
        let is_negated = (self == Self::NotEqual) != (key == Key::Exclude);
        Ok(if is_negated { expression.negated() } else { expression })
    }
}

pub(super) fn key(word: &str) -> Option<Key> {
    let keys = KEYS.iter().find(|(_, names, _)| names.contains(&word));
    keys.map(|(key, ..)| *key).or_else(|| Quantity::by_name(word).map(Key::Number))
}

/// The name of a key, and an example.
pub(super) fn described(key: Key) -> (&'static str, &'static str) {
    if let Key::Number(quantity) = key {
        return (quantity.name, "recv_q > 1000");
    }
    let entry = KEYS.iter().find(|(it, ..)| *it == key);
    entry.map_or(("", ""), |(_, names, example)| (names[0], example))
}

fn expression(key: Key, comparison: Comparison, value: &Value) -> Result<Expression, Problem> {
    let text = value.text();
    if text.is_empty() && !matches!(key, Key::Process | Key::Unit) {
        return Err(Problem::Empty { what: described(key).0 });
    }
    Ok(match key {
        Key::Address(end) => address(end, value)?,
        Key::Port(end) => port(end, comparison, &text)?,
        Key::State | Key::Exclude => Term::State(parse_states(&text)?).into(),
        Key::Device => Term::Device(text.parse()?).into(),
        Key::Mark => mark(&text)?,
        Key::Cgroup => Term::Cgroup(cgroup(&text)).into(),
        Key::Unit => Term::Unit(value.pattern(Manner::Name)).into(),
        Key::Pid => any_of(text.split(',').map(|it| parse_pid(it).map(Term::Pid)))?,
        Key::Process => Term::Process(value.pattern(Manner::Name)).into(),
        Key::User => user(&text),
        Key::Number(quantity) => numbers(*quantity, comparison, &text)?,
    })
}

fn any_of(terms: impl Iterator<Item = Result<Term, Problem>>) -> Result<Expression, Problem> {
    let terms: Vec<_> = terms.map(|it| it.map(Expression::Term)).collect::<Result<_, _>>()?;
    Ok(Expression::any(terms))
}

/// An end by its address, in any family.
pub(super) fn address(end: End, value: &Value) -> Result<Expression, Problem> {
    let text = value.text();
    let named = Family::strip(&text)?;
    match named {
        Some((Family::Link, rest)) => return frames(rest),
        Some((Family::Unix, _)) => {
            let behind = Family::Unix.name().chars().count() + 1;
            let pattern = Pattern::new(&value.characters[behind..], Manner::Path);
            return Ok(Term::Unix { end, pattern }.into());
        }
        None if text.starts_with(['/', '@']) => {
            return Ok(Term::Unix { end, pattern: value.pattern(Manner::Path) }.into());
        }
        _ => {}
    }
    let family = named.map(|(family, _)| family);
    let host: Host = named.map_or(text.as_str(), |(_, rest)| rest).parse()?;
    let hosts = host_of_family(end, host.place, family, &host.ports)?;
    Ok(match host.interface {
        Some(name) => Expression::All(vec![hosts, Term::Device(name.parse()?).into()]),
        None => hosts,
    })
}

fn host_of_family(
    end: End,
    place: Place,
    family: Option<Family>,
    ports: &[Ports],
) -> Result<Expression, Problem> {
    let of_family = family.and_then(Family::prefix);
    let prefix = match place {
        Place::Name(name) => {
            let named = |ports: &Ports| Term::Named { end, name: name.clone(), ports: *ports };
            let hosts = any_of(ports.iter().map(|it| Ok(named(it))))?;
            let Some(prefix) = of_family else { return Ok(hosts) };
            let of_family = Term::Host { end, prefix: Some(prefix), ports: Ports::ANY };
            return Ok(Expression::All(vec![hosts, of_family.into()]));
        }
        Place::Any => of_family,
        Place::Prefix(prefix) => Some(prefix),
    };
    if let (Some(family), Some(of_family), Some(prefix)) = (family, of_family, prefix)
        && of_family.address().is_ipv4() != prefix.address().is_ipv4()
    {
        return Err(Problem::Family { text: written(prefix), family: family.name() });
    }
    any_of(ports.iter().map(|ports| Ok(Term::Host { end, prefix, ports: *ports })))
}

/// A port, or ports, after `sport` and the like; a family may come before them.
fn port(end: End, comparison: Comparison, text: &str) -> Result<Expression, Problem> {
    let named = Family::strip(text)?;
    let (family, text) = named.map_or((None, text), |(family, rest)| (Some(family), rest));
    if let Some(family @ (Family::Unix | Family::Link)) = family {
        return Err(Problem::Family { text: text.to_owned(), family: family.name() });
    }
    let PortList(ports) = text.parse()?;
    let ports = match (comparison, &ports[..]) {
        (Comparison::Equal, _) => ports,
        (_, [one]) => vec![compared(comparison, *one)?],
        _ => return Err(Problem::Several { operator: comparison.symbol() }),
    };
    let prefix = family.and_then(Family::prefix);
    any_of(ports.into_iter().map(|ports| Ok(Term::Host { end, prefix, ports })))
}

/// The ports that compare to one in this way.
fn compared(comparison: Comparison, to: Ports) -> Result<Ports, Problem> {
    let operator = comparison.symbol();
    if to.first != to.last {
        return Err(Problem::Several { operator });
    }
    let port = to.first;
    let nothing = || Problem::NoSuchPort { operator, port };
    Ok(match comparison {
        Comparison::Equal => to,
        Comparison::GreaterOrEqual => Ports { first: port, ..Ports::ANY },
        Comparison::LessOrEqual => Ports { last: port, ..Ports::ANY },
        Comparison::Greater => {
            Ports { first: port.checked_add(1).ok_or_else(nothing)?, ..Ports::ANY }
        }
        Comparison::Less => Ports { last: port.checked_sub(1).ok_or_else(nothing)?, ..Ports::ANY },
    })
}

/// `TYPE[:INTERFACE]` of a packet socket.
fn frames(text: &str) -> Result<Expression, Problem> {
    let (kind, device) = text.split_once(':').map_or((text, None), |(it, rest)| (it, Some(rest)));
    let ethertype =
        if kind == "*" || kind.is_empty() { None } else { Some(host::ethertype(kind)?) };
    let device = match device {
        None | Some("*") => None,
        Some(device) => Some(device.parse()?),
    };
    Ok(Term::Frames { ethertype, device }.into())
}

/// States with commas between them.
pub(crate) fn parse_states(text: &str) -> Result<States, Problem> {
    text.split(',').try_fold(States::NONE, |all, name| {
        let unknown = || Problem::State { name: name.to_owned(), near: names::nearest(name) };
        Ok(all | names::states(name).ok_or_else(unknown)?)
    })
}

/// A number of a process.
pub(crate) fn parse_pid(text: &str) -> Result<u32, Problem> {
    /// A process has a positive `pid_t`.
    const MAX: u32 = i32::MAX.cast_unsigned();
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let pid = text.parse().ok().filter(|pid| *pid <= MAX && is_number);
    let no_pid = || Problem::Number { text: text.to_owned(), what: "process", max: MAX.into() };
    pid.ok_or_else(no_pid)
}

impl std::str::FromStr for Device {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Err(Problem::Empty { what: "interface" });
        }
        if !text.bytes().all(|it| it.is_ascii_digit()) {
            return Ok(Self::Name(text.to_owned()));
        }
        let max = u32::MAX.into();
        let no_index = |_| Problem::Number { text: text.to_owned(), what: "interface", max };
        text.parse().map(Self::Index).map_err(no_index)
    }
}

/// `MARK[/MASK]`, in decimal or hexadecimal.
fn mark(text: &str) -> Result<Expression, Problem> {
    let number = |text: &str| {
        let digits = text.strip_prefix("0x");
        let radix = if digits.is_some() { 16 } else { 10 };
        let digits = digits.unwrap_or(text);
        u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))
    };
    let numbers = match text.split_once('/') {
        Some((bits, of)) => number(bits).zip(number(of)),
        None => number(text).zip(Some(u32::MAX)),
    };
    let mark = numbers.map(|(mark, of)| Term::Mark { mark, mask: of });
    mark.map(Expression::Term).ok_or_else(|| Problem::Mark { text: text.to_owned() })
}

/// A path under the mount of the control groups, from a path of any kind.
pub(crate) fn cgroup(text: &str) -> String {
    let mounts = ["/sys/fs/cgroup/unified", CGROUP_MOUNT];
    let inside = mounts
        .into_iter()
        .filter_map(|mount| text.strip_prefix(mount))
        .find(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = inside.unwrap_or(text);
    let names: Vec<_> = path.split('/').filter(|name| !name.is_empty()).collect();
    format!("/{}", names.join("/"))
}

/// A user by name or by number.
pub(crate) fn user(text: &str) -> Expression {
    let uid = Quantity::by_name("uid").zip(text.parse::<u32>().ok());
    let is_number = text.bytes().all(|it| it.is_ascii_digit());
    match uid.filter(|_| is_number) {
        Some((quantity, uid)) => {
            let (comparison, number) = (Comparison::Equal, uid.into());
            Term::Number { quantity: *quantity, comparison, number }.into()
        }
        None => Term::User(text.to_owned()).into(),
    }
}

fn numbers(quantity: Quantity, comparison: Comparison, text: &str) -> Result<Expression, Problem> {
    if comparison != Comparison::Equal && text.contains(',') {
        return Err(Problem::Several { operator: comparison.symbol() });
    }
    any_of(text.split(',').map(|item| {
        let no_number =
            || Problem::Number { text: item.to_owned(), what: quantity.name, max: u64::MAX };
        let number = quantity.parse(item).ok_or_else(no_number)?;
        Ok(Term::Number { quantity, comparison, number })
    }))
}

/// Whether a word without a key can be an end of a socket. A name alone is none: it is a slip.
pub(super) fn is_host(text: &str) -> bool {
    let is_family = matches!(Family::strip(text), Err(_) | Ok(Some(_)));
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    let (name, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let is_named = host::is_name(name) && !port.is_empty() && key(name).is_none();
    is_family
        || is_named
        || text.starts_with([':', '*', '[', '/', '@'])
        || address.contains('.') && !host::is_name(address)
        || address.matches(':').count() > 1
        || text.contains('/') && address.bytes().all(|it| it.is_ascii_digit())
        || text.contains(':') && !host::is_name(name)
}

/// What was probably meant by a word that begins no term.
pub(super) fn hint(word: &str) -> Option<String> {
    if word == "kill" {
        let is_there = cfg!(target_os = "linux");
        let hint =
            if is_there { "it comes first, and flags behind it" } else { "only Linux has it" };
        return Some(hint.to_owned());
    }
    let (name, value) = word.split_once(':').unwrap_or((word, ""));
    if !value.is_empty() && key(name).is_some() {
        return Some(format!("write '{name} = :{value}'"));
    }
    if names::states(word).is_some() {
        return Some(format!("write 'state {word}'"));
    }
    if !word.is_empty() && word.bytes().all(|it| it.is_ascii_digit() || it == b'-' || it == b',') {
        return Some(format!("write ':{word}' for a port, 'pid {word}' for a process"));
    }
    if wellknown::by_name(word).any(wellknown::Service::is_everyday) {
        return Some(format!("write ':{word}' for the port, 'name {word}' for the process"));
    }
    if host::is_name(word) && word.contains('.') {
        return Some(format!("write 'addr {word}' for a host"));
    }
    let keys = KEYS.iter().flat_map(|(_, names, _)| names.iter().copied());
    let words = keys.chain(QUANTITIES.iter().map(|it| it.name)).chain([AUTOBOUND]);
    output::nearest(word, words).map(|near| format!("did you mean '{near}'?"))
}
