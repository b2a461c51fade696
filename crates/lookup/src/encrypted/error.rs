//! What can go wrong with encrypted DNS, in words.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError};

use super::TrustError;

/// Names of a certificate beyond these are not told.
const NAMES_TOLD_MAX: usize = 5;

/// Why there is no reply. It may be told to all who waited for the same connection.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot ask {server} over {}", .transport.to_ascii_uppercase())]
pub struct EncryptedError {
    /// The server.
    pub server: SocketAddr,
    /// `tls`, `https`, `quic`.
    pub transport: &'static str,
    /// What happened.
    #[source]
    pub reason: Reason,
}

impl EncryptedError {
    /// One word for scripts.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self.reason {
            Reason::NothingListens(_) => "CONNREFUSED",
            Reason::Unreachable(_) => "UNREACHABLE",
            Reason::NoReply { .. } => "TIMEOUT",
            Reason::WrongName { .. }
            | Reason::Expired { .. }
            | Reason::NotYetValid { .. }
            | Reason::UnknownIssuer { .. }
            | Reason::Certificate(_)
            | Reason::Trust(_) => "CERTIFICATE",
            Reason::NotTls | Reason::NotThisProtocol { .. } | Reason::Handshake(_) => "HANDSHAKE",
            Reason::Closed { .. } => "CLOSED",
            Reason::Http { .. } | Reason::ContentType { .. } => "HTTP",
            Reason::TooLong | Reason::OtherId | Reason::Protocol(_) => "MALFORMED",
            Reason::Socket(_) | Reason::NotAMessage { .. } => "FAILED",
        }
    }
}

/// How far it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing came back to the first packet.
    Connecting,
    /// Connected, and no end of the TLS handshake.
    Handshake,
    /// A question was sent.
    Asking,
}

impl Stage {
    fn in_words(self, waited: Duration) -> String {
        let waited = output::in_seconds(waited);
        match self {
            Self::Connecting => format!(
                "nothing answers there within {waited}: perhaps nothing listens, or a filter is \
                 on the way"
            ),
            Self::Handshake => format!("no reply to the TLS handshake within {waited}"),
            Self::Asking => format!("no reply to the question within {waited}"),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Reason {
    /// The host is there, and nothing listens at that port.
    #[error("nothing listens there")]
    NothingListens(#[source] Arc<io::Error>),
    /// The network or the host is not there, or does not let us.
    #[error("it cannot be reached")]
    Unreachable(#[source] Arc<io::Error>),
    /// No socket, before anything was sent.
    #[error("there is no socket to be had")]
    Socket(#[source] Arc<io::Error>),
    /// The time is up.
    #[error("{}", .stage.in_words(*.waited))]
    NoReply {
        /// How far it went.
        stage: Stage,
        /// How long it was waited for.
        waited: Duration,
    },
    /// What came is not TLS.
    #[error("what answers there does not speak TLS")]
    NotTls,
    /// TLS with no such protocol in it (ALPN, RFC 7301).
    #[error("the server speaks TLS, but not '{protocol}' in it")]
    NotThisProtocol {
        /// The protocol's name: `dot`, `h2`, `doq`.
        protocol: &'static str,
    },
    /// The certificate is of another.
    #[error("its certificate is not valid for '{name}'{}", names_in_words(.presented))]
    WrongName {
        /// Whom we wanted.
        name: String,
        /// Whom the certificate is for.
        presented: Vec<String>,
    },
    /// The certificate was valid once.
    #[error("its certificate expired{}", age_in_words(*.since, " ago"))]
    Expired {
        /// For how long, if that is known.
        since: Option<Duration>,
    },
    /// The certificate is not valid yet, or the clock of this machine is late.
    #[error("its certificate is not valid yet{}: is the clock right?", age_in_words(*.for_now, " to go"))]
    NotYetValid {
        /// For how long, if that is known.
        for_now: Option<Duration>,
    },
    /// Nobody that is trusted signed the certificate.
    #[error("{}", issuer_in_words(.ca.as_ref()))]
    UnknownIssuer {
        /// The file that says who is trusted; `None` is the system.
        ca: Option<PathBuf>,
    },
    /// Something else is wrong with the certificate.
    #[error("its certificate is not valid: {0}")]
    Certificate(String),
    /// It is not known whom to trust.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The handshake failed for another reason.
    #[error("the TLS handshake failed: {0}")]
    Handshake(String),
    /// The connection ended before the reply did.
    #[error("it closed the connection {}", if *.midway { "in the middle of a reply" } else { "without a reply" })]
    Closed {
        /// Whether a part of a reply had come.
        midway: bool,
        /// What the system or the server says, if it says anything.
        #[source]
        source: Option<Arc<io::Error>>,
    },
    /// HTTP without success.
    #[error("HTTP status {status}{}{}", phrase(*.status), .location.as_ref().map_or(String::new(), |it| format!(", see '{it}'")))]
    Http {
        /// The status.
        status: u16,
        /// Where to go instead; we do not.
        location: Option<String>,
    },
    /// HTTP with success, and something that is not DNS.
    #[error("the reply is no DNS message but '{found}': is the path right?")]
    ContentType {
        /// The media type.
        found: String,
    },
    /// A reply of more than 65535 octets.
    #[error("the reply is too long for a DNS message")]
    TooLong,
    /// A reply whose id is not 0, as the question's was.
    #[error("the reply is to another question")]
    OtherId,
    /// The server breaks the rules of the protocol.
    #[error("protocol error: {0}")]
    Protocol(String),
    /// What was to be sent is no message.
    #[error("a message of {octets} octets cannot be sent")]
    NotAMessage {
        /// Its length.
        octets: usize,
    },
}

impl Reason {
    /// What connecting over TCP came to.
    pub(super) fn of_connecting(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::NothingListens(Arc::new(error)),
            _ => Self::Unreachable(Arc::new(error)),
        }
    }

    /// The connection ended, as the system tells it.
    pub(super) fn closed(midway: bool, error: io::Error) -> Self {
        // That it ended is all that this kind says.
        let is_plain_end = error.kind() == io::ErrorKind::UnexpectedEof;
        Self::Closed { midway, source: (!is_plain_end).then(|| Arc::new(error)) }
    }

    /// What a handshake over TCP came to. The certificate's faults are the witness's to tell.
    pub(super) fn of_handshake(error: io::Error, protocol: &'static str) -> Self {
        let Some(tls) = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>()) else {
            return Self::closed(false, error);
        };
        match tls {
            rustls::Error::InvalidMessage(_) => Self::NotTls,
            rustls::Error::NoApplicationProtocol
            | rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
                Self::NotThisProtocol { protocol }
            }
            other => Self::Handshake(other.to_string()),
        }
    }

    /// What is wrong with a certificate, in the eyes of those who trust `ca`.
    pub(super) fn of_certificate(error: CertificateError, ca: Option<PathBuf>) -> Self {
        match error {
            CertificateError::NotValidForNameContext { expected, presented } => {
                let presented = presented.iter().map(|name| bare_name(name)).collect();
                Self::WrongName { name: expected.to_str().into_owned(), presented }
            }
            CertificateError::ExpiredContext { time, not_after } => {
                Self::Expired { since: between(not_after, time) }
            }
            CertificateError::Expired => Self::Expired { since: None },
            CertificateError::NotValidYetContext { time, not_before } => {
                Self::NotYetValid { for_now: between(time, not_before) }
            }
            CertificateError::NotValidYet => Self::NotYetValid { for_now: None },
            // By another key of the same name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Self::UnknownIssuer { ca }
            }
            other => Self::Certificate(other.to_string()),
        }
    }
}

/// `dns.test` of webpki's `DnsName("dns.test")`.
fn bare_name(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"').to_owned()
}

fn between(earlier: UnixTime, later: UnixTime) -> Option<Duration> {
    later.as_secs().checked_sub(earlier.as_secs()).map(Duration::from_secs)
}

fn names_in_words(names: &[String]) -> String {
    if names.is_empty() {
        return ", nor for any other name".to_owned();
    }
    let more = if names.len() > NAMES_TOLD_MAX { " and others" } else { "" };
    let told: Vec<_> = names.iter().take(NAMES_TOLD_MAX).map(|name| format!("'{name}'")).collect();
    format!(", but for {}{more}", told.join(", "))
}

fn age_in_words(age: Option<Duration>, suffix: &str) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "days"), (3600, "hours"), (60, "minutes")];
    let Some(seconds) = age.map(|age| age.as_secs()) else {
        return String::new();
    };
    let unit = UNITS.iter().find(|(length, _)| seconds >= 2 * length);
    let (length, name) = *unit.unwrap_or(&(1, "seconds"));
    format!(" ({} {name}{suffix})", seconds / length)
}

fn issuer_in_words(ca: Option<&PathBuf>) -> String {
    match ca {
        None => "its certificate is signed by nobody that this system trusts: \
                 give the signer's certificate with '--ca FILE' if you do"
            .to_owned(),
        Some(ca) => format!("its certificate is signed by nobody in '{}'", ca.display()),
    }
}

fn phrase(status: u16) -> String {
    let status = http::StatusCode::from_u16(status).ok();
    let phrase = status.and_then(|status| status.canonical_reason());
    phrase.map_or(String::new(), |phrase| format!(" ({phrase})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let names = |count: u8| (0..count).map(|it| format!("n{it}.test")).collect();
        let days = |count| Some(Duration::from_secs(count * 86_400_u64));
        for (reason, message) in [
            (
                Reason::WrongName { name: "a.test".to_owned(), presented: names(2) },
                "its certificate is not valid for 'a.test', but for 'n0.test', 'n1.test'",
            ),
            (
                Reason::WrongName { name: "a.test".to_owned(), presented: names(6) },
                "its certificate is not valid for 'a.test', but for 'n0.test', 'n1.test', \
                 'n2.test', 'n3.test', 'n4.test' and others",
            ),
            (
                Reason::WrongName { name: "a.test".to_owned(), presented: vec![] },
                "its certificate is not valid for 'a.test', nor for any other name",
            ),
            (Reason::Expired { since: days(30) }, "its certificate expired (30 days ago)"),
            (
                Reason::Expired { since: Some(Duration::from_secs(119)) },
                "its certificate expired (119 seconds ago)",
            ),
            (Reason::Expired { since: None }, "its certificate expired"),
            (
                Reason::NotYetValid { for_now: days(1) },
                "its certificate is not valid yet (24 hours to go): is the clock right?",
            ),
            (
                Reason::NoReply { stage: Stage::Asking, waited: Duration::from_millis(2500) },
                "no reply to the question within 2.5 s",
            ),
            (
                Reason::UnknownIssuer { ca: Some("ca.pem".into()) },
                "its certificate is signed by nobody in 'ca.pem'",
            ),
            (Reason::Http { status: 404, location: None }, "HTTP status 404 (Not Found)"),
            (
                Reason::Http { status: 301, location: Some("/dns".to_owned()) },
                "HTTP status 301 (Moved Permanently), see '/dns'",
            ),
            (Reason::Http { status: 799, location: None }, "HTTP status 799"),
            (
                Reason::Closed { midway: true, source: None },
                "it closed the connection in the middle of a reply",
            ),
        ] {
            assert_eq!(reason.to_string(), message);
        }
    }

    #[test]
    fn a_signer_of_the_same_name_is_another() {
        for fault in [CertificateError::UnknownIssuer, CertificateError::BadSignature] {
            let reason = Reason::of_certificate(fault, None);
            assert!(matches!(reason, Reason::UnknownIssuer { ca: None }), "{reason:?}");
        }
    }

    #[test]
    fn names_of_certificates_are_bare() {
        for (name, expected) in [
            (r#"DnsName("dns.test")"#, "dns.test"),
            ("IpAddress(127.0.0.1)", "127.0.0.1"),
            ("odd", "odd"),
        ] {
            assert_eq!(bare_name(name), expected);
        }
    }
}
