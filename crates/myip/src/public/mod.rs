//! This machine's address as somebody outside sees it, from whoever is asked.

mod dns;
#[cfg(all(fuzzing, target_os = "linux"))]
pub mod fuzzing;
mod stun;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::str::FromStr;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use output::{Family, Pasted};
use thiserror::Error;

use crate::address::Address;
use crate::failure::Failure;
use crate::request::What;
use crate::row::Row;

/// A reply has so many octets at most: a name, and an address or a few.
const REPLY_MAX_OCTETS: usize = 1500;

/// How long one server is waited for before another is tried, or the same again.
const PATIENCE: Duration = Duration::from_secs(1);

/// How it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Method {
    /// A DNS server that answers with the address of whoever asks
    #[default]
    Dns,
    /// A STUN server, as telephones and browsers use (RFC 8489)
    Stun,
}

/// A server as typed behind the `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    host: String,
    port: Option<u16>,
}

/// Why a text is no server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ServerTextError {
    #[error("the server is empty: give an address or a name, such as '@192.0.2.53'")]
    Empty,
    #[error("'{0}' is not a port: write a number from 1 to 65535")]
    Port(String),
    #[error(
        "'{scheme}://' is not asked for an address: write '@{host}', or '--public=stun @{host}'"
    )]
    Scheme { scheme: String, host: String },
    #[error("'{0}' is not a server: write an address, a name, 'host:port' or '[address]:port'")]
    Malformed(String),
}

/// Why no server told the address.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The name of the server leads nowhere.
    #[error("cannot resolve '{host}'")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// The server has no address of the family that is asked for.
    #[error("it has no {0}")]
    NoAddress(&'static str),
    /// It cannot be asked.
    #[error("cannot ask it")]
    Ask(#[source] io::Error),
    /// It did not answer.
    #[error("no answer in {}", output::in_seconds(*.0))]
    Silent(Duration),
    /// It answered, and told no address.
    #[error("it answered without an address: {0}")]
    NoAnswer(String),
}

/// What is asked of which server.
#[derive(Debug, Clone, Copy)]
struct Query {
    server: SocketAddr,
    question: Question,
}

/// What makes a server tell the address that it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Dns(&'static dns::Question),
    Stun,
}

/// What came of asking once.
enum Outcome {
    Told(IpAddr),
    /// It answered something else: asking again is of no use.
    Refused(ServerError),
    Silent,
}

/// Servers that are asked where none is named: who they are, and what makes them tell. None of the
/// addresses is a resolver that would ask somebody else, who would see its address and not ours.
const DNS_SERVERS: [(IpAddr, &dns::Question); 6] = [
    (v4([1, 1, 1, 1]), &dns::CLOUDFLARE),
    (v4([216, 239, 32, 10]), &dns::GOOGLE),
    (v4([208, 67, 222, 222]), &dns::OPENDNS),
    (v6([0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111]), &dns::CLOUDFLARE),
    (v6([0x2001, 0x4860, 0x4802, 0x32, 0, 0, 0, 0xa]), &dns::GOOGLE),
    (v6([0x2620, 0x119, 0x35, 0, 0, 0, 0, 0x35]), &dns::OPENDNS),
];

/// STUN servers that are asked where none is named.
const STUN_SERVERS: [(&str, u16); 2] =
    [("stun.cloudflare.com", 3478), ("stun.l.google.com", 19302)];

const DNS_PORT: u16 = 53;

/// RFC 8489, 18.6.
const STUN_PORT: u16 = 3478;

const fn v4([a, b, c, d]: [u8; 4]) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

const fn v6(it: [u16; 8]) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(it[0], it[1], it[2], it[3], it[4], it[5], it[6], it[7]))
}

impl FromStr for Server {
    type Err = ServerTextError;

    fn from_str(text: &str) -> Result<Self, ServerTextError> {
        let pasted = Pasted::parse(text);
        let host = pasted.map_or(text, |it| it.host);
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        if let Some(scheme) = pasted.and_then(|it| it.scheme) {
            let (scheme, host) = (scheme.to_owned(), host.to_owned());
            return Err(ServerTextError::Scheme { scheme, host });
        }
        let port = match pasted.and_then(|it| it.port) {
            None => None,
            Some(port) => match port.parse() {
                Ok(0) | Err(_) => return Err(ServerTextError::Port(port.to_owned())),
                Ok(port) => Some(port),
            },
        };
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@');
        match host {
            "" => Err(ServerTextError::Empty),
            host if host.contains(is_odd) => Err(ServerTextError::Malformed(text.to_owned())),
            host => Ok(Self { host: host.to_owned(), port }),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_v6 = self.host.contains(':');
        let host = if is_v6 { format!("[{}]", self.host) } else { self.host.clone() };
        match self.port {
            Some(port) => write!(formatter, "{host}:{port}"),
            None => formatter.write_str(&host),
        }
    }
}

/// Asks until somebody tells an address, not longer than `timeout`.
pub(crate) fn ask(
    method: Method,
    server: Option<&Server>,
    family: Family,
    timeout: Duration,
) -> Result<Row, Failure> {
    let start = Instant::now();
    let name = || match (server, method) {
        (Some(server), _) => server.to_string(),
        (None, Method::Dns) => "the DNS".to_owned(),
        (None, Method::Stun) => "a STUN server".to_owned(),
    };
    let failed = |source| Failure::Public { server: name(), source };
    let queries = queries(method, server, family).map_err(failed)?;
    let (ip, query) = ask_all(queries, start + timeout, timeout).map_err(failed)?;
    Ok(Row {
        address: Some(Address::bare(ip)),
        server: Some(query.server.to_string()),
        what: What::Address,
        ..Row::default()
    })
}

/// Everything that may be asked, in the order in which it is.
fn queries(
    method: Method,
    server: Option<&Server>,
    family: Family,
) -> Result<Vec<Query>, ServerError> {
    let stun = |server| Query { server, question: Question::Stun };
    let servers: Vec<Query> = match (method, server) {
        (Method::Dns, None) => DNS_SERVERS
            .into_iter()
            .map(|(ip, question)| Query {
                server: SocketAddr::new(ip, DNS_PORT),
                question: Question::Dns(question),
            })
            .collect(),
        (Method::Dns, Some(server)) => addresses(&server.host, server.port.unwrap_or(DNS_PORT))?
            .into_iter()
            .flat_map(of_dns)
            .collect(),
        (Method::Stun, Some(server)) => {
            let found = addresses(&server.host, server.port.unwrap_or(STUN_PORT))?;
            found.into_iter().map(stun).collect()
        }
        (Method::Stun, None) => {
            let mut found = Vec::new();
            let mut failure = None;
            for (host, port) in STUN_SERVERS {
                match addresses(host, port) {
                    Ok(of_host) => found.extend(of_host.into_iter().map(stun)),
                    Err(error) => failure = Some(error),
                }
            }
            match failure {
                Some(failure) if found.is_empty() => return Err(failure),
                _ => found,
            }
        }
    };
    let mut admitted: Vec<_> =
        servers.into_iter().filter(|query| family.admits(query.server.ip())).collect();
    if admitted.is_empty() {
        return Err(ServerError::NoAddress(family.address_name()));
    }
    admitted.sort_by_key(|query| query.server.is_ipv6());
    Ok(admitted)
}

/// What a server is asked for: one that is known what it answers to, another one all of it.
fn of_dns(server: SocketAddr) -> Vec<Query> {
    let known = DNS_SERVERS.into_iter().find(|(ip, _)| *ip == server.ip());
    let questions = match known {
        Some((_, question)) => vec![question],
        None => vec![&dns::OPENDNS, &dns::GOOGLE, &dns::CLOUDFLARE],
    };
    questions.into_iter().map(|it| Query { server, question: Question::Dns(it) }).collect()
}

fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, ServerError> {
    let found = (host, port).to_socket_addrs();
    let source = match found {
        Ok(found) => return Ok(found.collect()),
        Err(source) => source,
    };
    Err(ServerError::Resolve { host: host.to_owned(), source })
}

/// Asks one after the other, those that are silent again and again.
fn ask_all(
    mut queries: Vec<Query>,
    deadline: Instant,
    timeout: Duration,
) -> Result<(IpAddr, Query), ServerError> {
    let mut failure = None;
    while !queries.is_empty() {
        let mut left = Vec::new();
        for query in queries {
            let now = Instant::now();
            if now >= deadline {
                return Err(ServerError::Silent(timeout));
            }
            match ask_once(query, (deadline - now).min(PATIENCE)) {
                Outcome::Told(ip) => return Ok((ip, query)),
                Outcome::Refused(error) => failure = Some(error),
                Outcome::Silent => left.push(query),
            }
        }
        queries = left;
    }
    Err(failure.unwrap_or(ServerError::Silent(timeout)))
}

fn ask_once(query: Query, patience: Duration) -> Outcome {
    match exchange(query, Instant::now() + patience) {
        Ok(outcome) => outcome,
        Err(error) if is_silence(&error) => Outcome::Silent,
        Err(error) => Outcome::Refused(ServerError::Ask(error)),
    }
}

fn exchange(query: Query, deadline: Instant) -> io::Result<Outcome> {
    let unbound: IpAddr = match query.server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((unbound, 0))?;
    socket.connect(query.server)?;
    let (request, id) = match query.question {
        Question::Dns(question) => {
            let id = u16::from_ne_bytes(random()?);
            (question.message(id, query.server.is_ipv6()), Id::Dns(id))
        }
        Question::Stun => {
            let id = random()?;
            (stun::request(id), Id::Stun(id))
        }
    };
    socket.send(&request)?;
    let mut reply = [0; REPLY_MAX_OCTETS];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        let count = socket.recv(&mut reply)?;
        let told = match id {
            Id::Dns(id) => dns::address(&reply[..count], id),
            Id::Stun(id) => stun::address(&reply[..count], id),
        };
        match told {
            // Not the answer to this question: it may still come.
            None => {}
            Some(Ok(ip)) => return Ok(Outcome::Told(ip)),
            Some(Err(why)) => return Ok(Outcome::Refused(ServerError::NoAnswer(why))),
        }
    }
}

/// Octets that nobody can guess who does not see them.
fn random<const COUNT: usize>() -> io::Result<[u8; COUNT]> {
    let mut octets = [0; COUNT];
    getrandom::fill(&mut octets).map_err(io::Error::other)?;
    Ok(octets)
}

/// What makes a reply the one to a request.
#[derive(Clone, Copy)]
enum Id {
    Dns(u16),
    Stun(stun::TransactionId),
}

fn is_silence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_with_a_port_or_without() {
        let cases = [
            ("192.0.2.53", "192.0.2.53", None),
            ("192.0.2.53:5353", "192.0.2.53", Some(5353)),
            ("[2001:db8::1]:5353", "2001:db8::1", Some(5353)),
            ("2001:db8::1", "2001:db8::1", None),
            ("stun.example", "stun.example", None),
        ];
        for (text, host, port) in cases {
            let server = Server { host: host.into(), port };
            assert_eq!(text.parse(), Ok(server.clone()), "{text}");
            assert_eq!(server.to_string().parse(), Ok(server), "{text}");
        }
        for (text, said) in [
            ("", "the server is empty: give an address or a name, such as '@192.0.2.53'"),
            ("a:0", "'0' is not a port: write a number from 1 to 65535"),
            ("a:x", "'x' is not a port: write a number from 1 to 65535"),
            ("tls://a", "'tls://' is not asked for an address: write '@a', or '--public=stun @a'"),
            (
                "a b",
                "'a b' is not a server: write an address, a name, 'host:port' or '[address]:port'",
            ),
        ] {
            assert_eq!(text.parse::<Server>().unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn a_server_that_is_known_is_asked_what_it_answers_to_and_ipv4_comes_first() {
        let asked = |server: Option<&str>, family| {
            let server = server.map(|it| it.parse().unwrap());
            let queries = queries(Method::Dns, server.as_ref(), family).unwrap();
            queries.into_iter().map(|it| (it.server.to_string(), it.question)).collect::<Vec<_>>()
        };
        let cloudflare = Question::Dns(&dns::CLOUDFLARE);
        assert_eq!(asked(Some("1.1.1.1"), Family::Any), [("1.1.1.1:53".to_owned(), cloudflare)]);
        let own = asked(Some("127.0.0.1:5353"), Family::Any);
        assert!(own.len() == 3 && own.iter().all(|(server, _)| server == "127.0.0.1:5353"));
        let all = asked(None, Family::Any);
        assert!(all.len() == 6 && all[..3].iter().all(|(server, _)| !server.starts_with('[')));
        assert!(asked(None, Family::Ipv6).iter().all(|(server, _)| server.starts_with('[')));
        let none = queries(Method::Dns, Some(&"127.0.0.1".parse().unwrap()), Family::Ipv6);
        assert!(matches!(none, Err(ServerError::NoAddress("IPv6 address"))));
    }
}
