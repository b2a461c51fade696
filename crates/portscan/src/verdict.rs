//! What a port is found to be, and why.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use output::{Exit, Show, Text, Tone};

use crate::icmp::Icmp;
use crate::limits;

/// What a port said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Somebody listens.
    Open,
    /// The host answered: nobody listens.
    Closed,
    /// No answer: a firewall drops what comes, or there is no host.
    Filtered,
    /// Turned away by ICMP.
    Rejected,
    /// It could not be tried.
    Unreachable,
    /// No answer over UDP, where many a service keeps silent.
    Silent,
}

/// Why a port is found to be what it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The handshake was completed, and the connection stood.
    Connected,
    /// The handshake was completed, and the other side left at once.
    ClosedAtOnce,
    /// The handshake was completed, and then reset.
    ResetAtOnce,
    /// A datagram came back.
    Answered {
        /// What it was, where that is known.
        what: Option<String>,
    },
    /// A reset.
    Refused,
    /// A connection to a port of this machine met itself.
    MetItself,
    /// Nothing came back.
    NoAnswer {
        /// How often the port was tried.
        tries: u8,
        /// How long that was waited for altogether.
        waited: Duration,
        /// Why there may be somebody all the same, over UDP.
        although: Option<&'static str>,
    },
    /// A UDP port of which the host itself says that nobody has it.
    PortUnreachable(Icmp),
    /// An ICMP error.
    Icmp(Icmp),
    /// An ICMP error that this machine sent itself.
    OwnIcmp(Icmp),
    /// This machine could not try it.
    Failed {
        /// Why not, in the system's words.
        why: String,
    },
    /// The name of the host has no address.
    NoAddress {
        /// Why not.
        why: String,
    },
}

impl State {
    /// All that there are.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Closed, Self::Filtered, Self::Rejected, Self::Unreachable, Self::Silent];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Filtered => "filtered",
            Self::Rejected => "rejected",
            Self::Unreachable => "unreachable",
            Self::Silent => "silent",
        }
    }

    pub(crate) const fn tone(self) -> Tone {
        match self {
            Self::Open => Tone::Good,
            Self::Closed => Tone::Bad,
            Self::Filtered | Self::Rejected | Self::Unreachable | Self::Silent => Tone::Warn,
        }
    }

    /// Whether somebody is home, as far as is known.
    #[must_use]
    pub const fn exit(self) -> Exit {
        match self {
            Self::Open => Exit::Yes,
            Self::Closed => Exit::No,
            Self::Filtered | Self::Rejected | Self::Unreachable | Self::Silent => Exit::Unknown,
        }
    }
}

impl Reason {
    /// Why an attempt there could not be made.
    pub(crate) fn failed(error: &io::Error, to: SocketAddr) -> Self {
        let is = |errno: i32| error.raw_os_error() == Some(errno);
        let why = match error.kind() {
            io::ErrorKind::NetworkUnreachable => "no route to this network".to_owned(),
            io::ErrorKind::HostUnreachable => "no route to this host".to_owned(),
            // Firewalls say EPERM.
            #[cfg(unix)]
            _ if is(rustix::io::Errno::ACCESS.raw_os_error()) => {
                "a broadcast address, or prohibited by this machine's routes".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "this machine's firewall does not let it out".to_owned()
            }
            io::ErrorKind::AddrNotAvailable if limits::has_source(to) => {
                "out of local ports".to_owned()
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine has no address to come from".to_owned()
            }
            #[cfg(unix)]
            _ if is(rustix::io::Errno::MFILE.raw_os_error()) => "out of descriptors".to_owned(),
            #[cfg(unix)]
            _ if is(rustix::io::Errno::NFILE.raw_os_error()) => {
                "this machine is out of descriptors".to_owned()
            }
            _ => output::system_words(error),
        };
        let _ = is;
        Self::Failed { why }
    }

    /// What the port is found to be.
    #[must_use]
    pub const fn state(&self, is_udp: bool) -> State {
        match self {
            Self::Connected | Self::ClosedAtOnce | Self::ResetAtOnce | Self::Answered { .. } => {
                State::Open
            }
            Self::Refused | Self::MetItself | Self::PortUnreachable(_) => State::Closed,
            Self::NoAnswer { .. } if is_udp => State::Silent,
            Self::NoAnswer { .. } => State::Filtered,
            Self::Icmp(_) => State::Rejected,
            Self::OwnIcmp(_) | Self::Failed { .. } | Self::NoAddress { .. } => State::Unreachable,
        }
    }

    /// The ICMP error, if it was one.
    #[must_use]
    pub const fn icmp(&self) -> Option<Icmp> {
        match self {
            Self::PortUnreachable(icmp) | Self::Icmp(icmp) | Self::OwnIcmp(icmp) => Some(*icmp),
            _ => None,
        }
    }

    /// Whether a service is there to be used: it did not leave at once.
    pub(crate) const fn is_ready(&self) -> bool {
        matches!(self, Self::Connected | Self::Answered { .. })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::ClosedAtOnce => {
                f.write_str("accepted, then closed at once: a proxy with nobody behind it?")
            }
            Self::ResetAtOnce => f.write_str("accepted, then reset"),
            Self::Answered { what: Some(what) } => write!(f, "answered: {what}"),
            Self::Answered { what: None } => f.write_str("answered"),
            Self::Refused => f.write_str("connection refused: nobody home"),
            Self::MetItself => f.write_str("the connection met itself: nobody home"),
            Self::NoAnswer { tries, waited, although } => {
                match tries {
                    1 => write!(f, "no answer within {}", rounded(*waited))?,
                    _ => write!(f, "no answer to {tries} tries in {}", rounded(*waited))?,
                }
                although.map_or(Ok(()), |although| write!(f, ": {although}"))
            }
            Self::PortUnreachable(icmp) => write!(f, "nobody home: {icmp}"),
            Self::Icmp(icmp) => icmp.fmt(f),
            Self::OwnIcmp(icmp) if icmp.is_host_unreachable() => {
                write!(f, "no host with this address answers on this network: {icmp}, this machine")
            }
            Self::OwnIcmp(icmp) => write!(f, "this machine's firewall: {icmp}, this machine"),
            Self::Failed { why } | Self::NoAddress { why } => f.write_str(why),
        }
    }
}

impl Show for Reason {
    fn show(&self, text: &mut Text<'_>) {
        match self {
            Self::Connected => text.push_own("connected"),
            Self::Refused => text.push_own("connection refused: nobody home"),
            _ => text.push_str(&self.to_string()),
        }
    }
}

/// To the hundredth of a second: nobody measures silence more exactly.
fn rounded(duration: Duration) -> String {
    let hundredths = (duration.as_millis() + 5) / 10;
    let rounded = Duration::from_millis(u64::try_from(hundredths * 10).unwrap_or(u64::MAX));
    output::in_seconds(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icmp::Version;

    #[test]
    fn a_reason_says_what_the_port_is() {
        let icmp = |kind, code| Icmp {
            version: Version::V4,
            kind,
            code,
            from: Some("10.0.0.1".parse().unwrap()),
        };
        let silent =
            |tries| Reason::NoAnswer { tries, waited: Duration::from_millis(1996), although: None };
        let cases = [
            (Reason::Connected, State::Open, "connected"),
            (Reason::ResetAtOnce, State::Open, "accepted, then reset"),
            (Reason::Refused, State::Closed, "connection refused: nobody home"),
            (Reason::MetItself, State::Closed, "the connection met itself: nobody home"),
            (silent(1), State::Filtered, "no answer within 2 s"),
            (silent(3), State::Filtered, "no answer to 3 tries in 2 s"),
            (
                Reason::Icmp(icmp(3, 10)),
                State::Rejected,
                "host prohibited (ICMP 3/10), says 10.0.0.1",
            ),
            (
                Reason::OwnIcmp(icmp(3, 3)),
                State::Unreachable,
                "this machine's firewall: port unreachable (ICMP 3/3), says 10.0.0.1, this machine",
            ),
            (
                Reason::OwnIcmp(icmp(3, 1)),
                State::Unreachable,
                "no host with this address answers on this network: \
                 host unreachable (ICMP 3/1), says 10.0.0.1, this machine",
            ),
        ];
        for (reason, state, text) in cases {
            assert_eq!((reason.state(false), reason.to_string().as_str()), (state, text));
        }
        assert_eq!(silent(1).state(true), State::Silent);
    }

    #[test]
    fn what_fails_here_is_never_called_closed() {
        let cases = vec![
            (io::ErrorKind::HostUnreachable.into(), "no route to this host"),
            (io::ErrorKind::NetworkUnreachable.into(), "no route to this network"),
            (io::ErrorKind::PermissionDenied.into(), "this machine's firewall does not let it out"),
            (io::ErrorKind::OutOfMemory.into(), "out of memory"),
            (io::ErrorKind::AddrNotAvailable.into(), "out of local ports"),
            #[cfg(unix)]
            (rustix::io::Errno::PERM.into(), "this machine's firewall does not let it out"),
            #[cfg(unix)]
            (
                rustix::io::Errno::ACCESS.into(),
                "a broadcast address, or prohibited by this machine's routes",
            ),
        ];
        for (error, why) in cases {
            let reason = Reason::failed(&error, "127.0.0.1:1".parse().unwrap());
            assert_eq!(
                (reason.state(false), reason.to_string().as_str()),
                (State::Unreachable, why)
            );
        }
    }
}
