//! Hosts and ports from the words of a command line, or of a line of a list.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use thiserror::Error;
use wellknown::Protocol;

use crate::ports::usual;
use crate::ports::{Ports, PortsError};
use crate::targets::host::{Host, HostError};

/// Words that are shorter than this are too often a letter away from a service to be a slip.
const SLIP_MIN_OCTETS: usize = 4;

/// What words ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// In the order named.
    pub targets: Vec<Target>,
    /// The ports of hosts that have none of their own.
    pub ports: Option<Ports>,
}

/// A host, with its own ports if it has some: `db`, `db:5432,6432`, `[::1]:ssh`, `192.0.2.0/24:80`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub host: Host,
    pub ports: Option<Ports>,
}

/// Why a text is no target, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TargetError {
    #[error(transparent)]
    Host(#[from] HostError),
    #[error(transparent)]
    Ports(#[from] PortsError),
    #[error("'{text}' has no host: write '127.0.0.1{text}'")]
    NoHost { text: String },
    #[error("'{text}' has no port after the colon: write '{text}80'")]
    NoPort { text: String },
}

/// Why words make no sense together, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum WordsError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Ports(#[from] PortsError),
    #[error("no host given: write a name or an address, as in '127.0.0.1 80'")]
    NoHosts,
    /// `+80`.
    #[error("'{word}' is no port: write '{near}'")]
    NearPorts { word: String, near: Ports },
    #[error("'{ports}' has no host: write '127.0.0.1 {ports}'")]
    NoHostBefore { ports: String },
    #[error("'{ports}' has no host, as '{target}' has its own ports: write '{target},{ports}'")]
    NoPlainHost { ports: String, target: String },
    #[error("'{host}' comes after a port: write '{own}'")]
    LateHost { host: String, own: String },
    #[error("'{host}' comes after a port, and hosts come first: write '{order}'")]
    LastHost { host: String, order: String },
    /// `htpp`.
    #[error(
        "'{name}' is no {} service: did you mean '{near}'? for a host of that name write '{name}.'",
        .protocol.as_str().to_uppercase()
    )]
    Slip { name: String, near: &'static str, protocol: Protocol },
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (host, ports) = match split(text) {
            (host, None) => return Ok(Self { host: host.parse()?, ports: None }),
            (host, Some(ports)) => (host, ports),
        };
        let text = || wellknown::excerpt(text);
        if host.is_empty() {
            return Err(TargetError::NoHost { text: text() });
        }
        let host = host.parse()?;
        if ports.is_empty() {
            return Err(TargetError::NoPort { text: text() });
        }
        Ok(Self { host, ports: Some(ports.parse()?) })
    }
}

/// Parts a host from its own ports. What has more in it than these goes to the host, which tells.
fn split(text: &str) -> (&str, Option<&str>) {
    let is_pasted = text.contains("://") || text.contains('@');
    let colon = match text.find(']') {
        _ if is_pasted => None,
        Some(end) if text.starts_with('[') => text[end..].find(':').map(|colon| end + colon),
        // More than one colon is an IPv6 address.
        _ => text.find(':').filter(|colon| !text[colon + 1..].contains(':')),
    };
    match colon {
        Some(colon) => (&text[..colon], Some(&text[colon + 1..])),
        None => (text, None),
    }
}

impl Display for Target {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match &self.ports {
            None => self.host.fmt(formatter),
            Some(ports) => write!(formatter, "{}:{ports}", self.host.before_ports()),
        }
    }
}

/// Where words stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// What services are named for.
    pub protocol: Protocol,
    /// Whether hosts come from elsewhere too, so that the first word may be a port.
    pub has_more_hosts: bool,
}

/// A word that is not the first.
enum Word {
    Ports(Ports),
    Target(Target),
}

impl Words {
    /// Reads words: hosts, then ports; a host with its own ports anywhere. A word that can be ports
    /// is ports, but for the first, which is a host.
    ///
    /// # Errors
    ///
    /// A word is neither, or stands where it makes no sense.
    pub(crate) fn read<T: AsRef<str>>(words: &[T], context: Context) -> Result<Self, WordsError> {
        let (mut targets, mut ports) = (Vec::new(), Vec::new());
        for (nth, word) in words.iter().map(AsRef::as_ref).enumerate() {
            let word = match nth {
                0 if !context.has_more_hosts => Word::Target(first(word)?),
                _ => Word::read(word)?,
            };
            match word {
                Word::Ports(more) => ports.push(more),
                Word::Target(target) if target.ports.is_none() && !ports.is_empty() => {
                    return Err(late(&target.host, &targets, &ports, &words[nth + 1..], context));
                }
                Word::Target(target) => targets.push(target),
            }
        }
        let words = Self { targets, ports: (!ports.is_empty()).then(|| Ports::join(ports)) };
        words.check(context).map(|()| words)
    }

    /// Whether the words make sense together.
    fn check(&self, context: Context) -> Result<(), WordsError> {
        if !context.has_more_hosts {
            if self.targets.is_empty() {
                return Err(WordsError::NoHosts);
            }
            all_taken(self.ports.as_ref(), &self.targets)?;
        }
        if self.ports.is_some() {
            return Ok(());
        }
        // The first word is a host, whatever it looks like.
        let certain = usize::from(!context.has_more_hosts);
        let plain = self.targets.iter().skip(certain).filter(|target| target.ports.is_none());
        let mut slips = plain.filter_map(|target| slip(&target.host, context.protocol));
        slips.next().map_or(Ok(()), Err)
    }

    /// The targets, each with the ports that it is asked for, as far as any were named.
    pub(crate) fn into_targets(self) -> impl Iterator<Item = Target> {
        let Self { targets, ports } = self;
        targets.into_iter().map(move |Target { host, ports: own }| Target {
            host,
            ports: own.or_else(|| ports.clone()),
        })
    }
}

/// Whether there is a host that takes the ports of the line, if there are any hosts at all.
///
/// # Errors
///
/// Each host has its own.
pub(crate) fn all_taken(ports: Option<&Ports>, targets: &[Target]) -> Result<(), WordsError> {
    let (Some(ports), Some(last)) = (ports, targets.last()) else { return Ok(()) };
    if targets.iter().any(|target| target.ports.is_none()) {
        return Ok(());
    }
    let [ports, target] = [ports.to_string(), last.to_string()];
    let [ports, target] = [ports, target].map(|text| wellknown::excerpt(&text));
    Err(WordsError::NoPlainHost { ports, target })
}

/// The first word, which is a host even where it could be a service.
fn first(word: &str) -> Result<Target, WordsError> {
    if is_like_ports(word) {
        // A great number may be an address in the eyes of others.
        let mistake = word.parse::<Host>().err().filter(|_| word.parse::<Ports>().is_err());
        return Err(match mistake {
            Some(mistake) => TargetError::from(mistake).into(),
            None => WordsError::NoHostBefore { ports: wellknown::excerpt(word) },
        });
    }
    Ok(word.parse()?)
}

impl Word {
    fn read(word: &str) -> Result<Self, WordsError> {
        match word.parse::<Ports>() {
            Ok(ports) if ports.are_everyday() => Ok(Self::Ports(ports)),
            Err(mistake) if is_like_ports(word) => Err(WordsError::Ports(mistake)),
            ports => match (word.parse(), ports) {
                (Ok(target), _) => Ok(Self::Target(target)),
                (Err(_), Ok(ports)) => Ok(Self::Ports(ports)),
                (Err(mistake), Err(_)) => {
                    Err(near_ports(word).unwrap_or_else(|| WordsError::from(mistake)))
                }
            },
        }
    }
}

/// Ports with more around them than belongs to them.
fn near_ports(word: &str) -> Option<WordsError> {
    let near = word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).parse().ok()?;
    Some(WordsError::NearPorts { word: wellknown::excerpt(word), near })
}

/// Whether a word is meant as ports, be they right or wrong: numbers and hyphens, or a list of which
/// something is ports.
fn is_like_ports(word: &str) -> bool {
    let is_number = |item: &str| {
        let is_transport = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let number =
            item.split_once('/').filter(|(_, it)| is_transport(it)).map_or(item, |it| it.0);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    };
    let is_ports = |item: &str| is_number(item) || item.parse::<Ports>().is_ok();
    is_number(word) || (word.contains(',') && !word.contains(':') && word.split(',').any(is_ports))
}

/// What is wrong with a plain host that comes after ports.
fn late<T: AsRef<str>>(
    host: &Host,
    targets: &[Target],
    ports: &[Ports],
    rest: &[T],
    context: Context,
) -> WordsError {
    if let Some(slip) = slip(host, context.protocol) {
        return slip;
    }
    let own = rest.first().and_then(|word| word.as_ref().parse::<Ports>().ok());
    if let Some(own) = own.filter(Ports::are_everyday) {
        let own = format!("{}:{own}", host.before_ports());
        return WordsError::LateHost { host: host.to_string(), own };
    }
    let before = targets.iter().find(|target| target.ports.is_none());
    let before = before.map(|target| format!("{} ", target.host)).unwrap_or_default();
    let order = format!("{before}{host} {}", ports[0]);
    WordsError::LastHost { host: host.to_string(), order }
}

/// What is wrong with a host that is one slip of the fingers away from an everyday service. A name
/// with a dot in it is a host.
fn slip(host: &Host, protocol: Protocol) -> Option<WordsError> {
    let Host::Name(name) = host else { return None };
    if name.contains('.') || name.eq_ignore_ascii_case("localhost") {
        return None;
    }
    let word = name.to_lowercase();
    let mut near = wellknown::everyday_names().filter(|near| is_slip(&word, near));
    let near = near.find(|near| usual::has_service(near, protocol))?;
    Some(WordsError::Slip { name: name.clone(), near, protocol })
}

/// Whether a letter is missing, wrong or too many, or two are swapped. A machine may be called
/// after its service, with a number: `ldap2`.
fn is_slip(word: &str, service: &str) -> bool {
    let (mut one, mut other) = (word.as_bytes(), service.as_bytes());
    while let ([first, one_rest @ ..], [second, other_rest @ ..]) = (one, other) {
        if first != second {
            break;
        }
        (one, other) = (one_rest, other_rest);
    }
    while let ([one_rest @ .., last], [other_rest @ .., second]) = (one, other) {
        if last != second {
            break;
        }
        (one, other) = (one_rest, other_rest);
    }
    let is_numbered = word.ends_with(|c: char| c.is_ascii_digit());
    match (one, other) {
        ([a, b], [c, d]) => a == d && b == c,
        ([_], [] | [_]) | ([], [_]) => word.len() >= SLIP_MIN_OCTETS && !is_numbered,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CONTEXT: Context = Context { protocol: Protocol::Tcp, has_more_hosts: false };

    fn told(line: &str, context: Context) -> String {
        let words: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
        match Words::read(&words, context) {
            Ok(Words { targets, ports }) => {
                let targets: Vec<_> = targets.iter().map(ToString::to_string).collect();
                format!("{} | {}", targets.join(" "), ports.map_or("-".into(), |it| it.to_string()))
            }
            Err(mistake) => mistake.to_string(),
        }
    }

    #[test]
    fn hosts_come_first_and_ports_after_them() {
        for (line, expected) in [
            ("localhost", "localhost | -"),
            ("localhost 80", "localhost | 80"),
            ("localhost 80 443 8000-8080", "localhost | 80,443,8000-8080"),
            ("a b.test 192.0.2.0/24 ::1 80 ssh", "a b.test 192.0.2.0/24 ::1 | 80,ssh"),
            ("a b c", "a b c | -"),
            ("ssh", "ssh | -"),
            ("ssh ssh", "ssh | ssh"),
            ("redis 6379", "redis | 6379"),
            ("localhost -", "localhost | 1-65535"),
            ("localhost 80/tcp,53/udp", "localhost | 80/tcp,53/udp"),
            ("db:5432", "db:5432 | -"),
            ("db:5432,6432 web:80 cache", "db:5432,6432 web:80 cache | -"),
            ("db:ssh mail:8000-8010 a 80 b:443 81", "db:ssh mail:8000-8010 a b:443 | 80,81"),
            ("[::1]:80 [fe80::1%eth0]:-", "[::1]:80 [fe80::1%eth0]:1-65535 | -"),
            ("192.0.2.0/24:80 [2001:db8::]/120:443", "192.0.2.0/24:80 [2001:db8::/120]:443 | -"),
            ("a localhost", "a localhost | -"),
            ("ldap1 ldap2 http9", "ldap1 ldap2 http9 | -"),
            ("a htpp.", "a htpp. | -"),
            ("a htpp 80", "a htpp | 80"),
            ("htpp", "htpp | -"),
            ("a nas web app box master", "a nas web app box master | -"),
            ("a hermes octopus helix ssm-els", "a hermes octopus helix ssm-els | -"),
            ("a ssh-mgmt", "a ssh-mgmt | -"),
            ("a b:ssh-mgmt 80,ssh-mgmt", "a b:ssh-mgmt | 80,ssh-mgmt"),
            ("a ssh-mgmt/tcp", "a | ssh-mgmt/tcp"),
        ] {
            assert_eq!(told(line, CONTEXT), expected, "{line}");
        }
    }

    #[test]
    fn with_a_list_of_hosts_the_first_word_may_be_a_port() {
        let context = Context { has_more_hosts: true, ..CONTEXT };
        for (line, expected) in [
            ("", " | -"),
            ("80 443", " | 80,443"),
            ("ssh", " | ssh"),
            ("a 80", "a | 80"),
            ("a:1 80", "a:1 | 80"),
            (
                "htpp",
                "'htpp' is no TCP service: did you mean 'http'? for a host of that name write 'htpp.'",
            ),
        ] {
            assert_eq!(told(line, context), expected, "{line}");
        }
    }

    #[test]
    fn a_mistake_says_what_to_write() {
        for (line, message) in [
            ("", "no host given: write a name or an address, as in '127.0.0.1 80'"),
            ("80", "'80' has no host: write '127.0.0.1 80'"),
            ("80-", "'80-' has no host: write '127.0.0.1 80-'"),
            ("- a", "'-' has no host: write '127.0.0.1 -'"),
            ("22,ssh", "'22,ssh' has no host: write '127.0.0.1 22,ssh'"),
            (":80", "':80' has no host: write '127.0.0.1:80'"),
            ("a:", "'a:' has no port after the colon: write 'a:80'"),
            ("a:1 b:2 80", "'80' has no host, as 'b:2' has its own ports: write 'b:2,80'"),
            ("a 80 b 443", "'b' comes after a port: write 'b:443'"),
            ("a 80 ::1 443-444 445", "'::1' comes after a port: write '[::1]:443-444'"),
            ("a 80 b", "'b' comes after a port, and hosts come first: write 'a b 80'"),
            (
                "127.0.0.1 htpp",
                "'htpp' is no TCP service: did you mean 'http'? for a host of that name write 'htpp.'",
            ),
            ("127.0.0.1 hsh", "127.0.0.1 hsh | -"),
            (
                "127.0.0.1 shs",
                "'shs' is no TCP service: did you mean 'ssh'? for a host of that name write 'shs.'",
            ),
            (
                "127.0.0.1 80 htpp",
                "'htpp' is no TCP service: did you mean 'http'? for a host of that name write 'htpp.'",
            ),
            ("127.0.0.1 80,htpp", "no service is called 'htpp': did you mean 'http'?"),
            ("127.0.0.1:htpp", "no service is called 'htpp': did you mean 'http'?"),
            ("127.0.0.1 0", "port 0 is reserved: ports go from 1 to 65535"),
            ("127.0.0.1 65536", "'65536' is out of range: ports go from 1 to 65535"),
            ("127.0.0.1 80- 81", "'80-' has no end: write 80-65535 for all ports from 80 on"),
            ("127.0.0.1 90-80", "'90-80' runs backwards: write 80-90"),
            (
                "2130706433",
                "'2130706433' is not an address everywhere: write '127.0.0.1' if that is meant",
            ),
            ("127.0.0.1 +7001", "'+7001' is no port: write '7001'"),
            ("127.0.0.1 :7001", "':7001' is no port: write '7001'"),
            ("127.0.0.1 80 =ssh", "'=ssh' is no port: write 'ssh'"),
            (
                "127.0.0.1 +a",
                "'+a' is no host: write a name or an address, as in 'localhost' or '127.0.0.1'",
            ),
            ("a 10.0.0.0/33", "'10.0.0.0/33' has no such prefix: it goes from 0 to 32 for IPv4"),
            (
                "a b,c",
                "'b,c' is no host: write a name or an address, as in 'localhost' or '127.0.0.1'",
            ),
            (
                "no..host 80",
                "'no..host' is no host: write a name or an address, as in 'localhost' or '127.0.0.1'",
            ),
            (
                "https://localhost/ 80",
                "'https://localhost/' is more than a host: give host and port apart, as in 'localhost https'",
            ),
        ] {
            assert_eq!(told(line, CONTEXT), message, "{line}");
        }
    }

    #[test]
    fn one_slip_is_told_from_another_word() {
        for word in ["hhttp", "httpx", "htpp", "xttp", "hpttp", "thtp", "htpt"] {
            assert!(is_slip(word, "http"), "{word}");
        }
        for word in ["http", "htp", "ht", "", "pttph", "http2", "thpt", "htttpp"] {
            assert!(!is_slip(word, "http"), "{word}");
        }
        assert!(is_slip("mysq", "mysql") && is_slip("shs", "ssh") && !is_slip("shh", "ssh"));
    }

    #[test]
    fn services_are_those_of_the_transport() {
        let udp = Context { protocol: Protocol::Udp, ..CONTEXT };
        assert_eq!(
            told("a wiregard", udp),
            "'wiregard' is no UDP service: did you mean 'wireguard'? for a host of that name write 'wiregard.'"
        );
        assert_eq!(told("a wiregard", CONTEXT), "a wiregard | -");
    }

    #[test]
    fn plain_hosts_take_the_ports_of_the_line() {
        let words = Words::read(&["a", "b:1", "80"], CONTEXT).unwrap();
        let targets: Vec<_> = words.into_targets().map(|target| target.to_string()).collect();
        assert_eq!(targets, ["a:80", "b:1"]);
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_again(text in r"[0-9a-f:./%\[\],\-]{0,16}|[a-z.]{1,5}:[0-9a-z,\-]{1,8}|.{0,16}") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse(), Ok(target));
            }
        }

        #[test]
        fn any_words_make_sense_or_are_a_mistake(words in prop::collection::vec("[a-z0-9:,-]{0,6}", 0..5)) {
            let _ = Words::read(&words, CONTEXT);
            let _ = Words::read(&words, Context { has_more_hosts: true, ..CONTEXT });
        }
    }
}
