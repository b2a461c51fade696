//! What can go wrong, and what would have been right.

use std::ffi::{OsStr, OsString};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use output::{Blanks, Exit};
use thiserror::Error;

use crate::public::ServerError;
use crate::system::SystemError;
use crate::toward::is_temporary;

/// So many interfaces are named at most where one is not found.
const MAX_NAMED: usize = 40;

/// What can go wrong.
#[derive(Debug, Error)]
pub enum Failure {
    /// The system does not tell its interfaces.
    #[error("cannot list the network interfaces")]
    Interfaces(#[source] SystemError),
    /// The system does not tell its routes.
    #[error("cannot find out the gateway")]
    Gateway(#[source] SystemError),
    /// The system does not tell its name.
    #[error("cannot find out this machine's name")]
    Hostname(#[source] io::Error),
    /// The machine's name is empty.
    #[error("this machine has no name")]
    NoHostname,
    /// The machine's name has no domain, and nobody knows one.
    #[error("no qualified name is known for '{}'", shown(.0))]
    NoQualifiedName(OsString),
    /// The resolver could not be asked for it.
    #[error("cannot find out the qualified name of '{}'", shown(.name))]
    QualifiedName {
        /// The name without a domain.
        name: OsString,
        /// What the resolver said.
        source: io::Error,
    },
    /// The command line makes no sense in a way that its parser does not see.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What would be right.
        hint: Option<String>,
    },
    /// There is no such interface.
    #[error("no interface '{}': there are {}", shown(.name), listed(.known))]
    NoInterface {
        /// What was asked for.
        name: OsString,
        /// What there is.
        known: Vec<String>,
    },
    /// The interface has no such address.
    #[error("interface '{}' has no {what}", shown(.name))]
    NoAddress {
        /// The interface.
        name: OsString,
        /// What it does not have.
        what: String,
    },
    /// No interface has such an address.
    #[error("this machine has no {0}")]
    NoAddressAtAll(String),
    /// What was waited for did not come.
    #[error("no {what} has come in {}", output::in_seconds(*.time))]
    InVain {
        /// What was waited for.
        what: String,
        /// How long.
        time: Duration,
        /// What there is instead.
        there: Option<String>,
    },
    /// The primary address has nothing of the kind.
    #[error("{address}{} has no {what}", of(.interface))]
    NoAnswer {
        /// The address.
        address: String,
        /// Its interface.
        interface: OsString,
        /// What it does not have.
        what: String,
    },
    /// No interface has the address.
    #[error("no interface has {ip}")]
    NoHolder {
        /// The address.
        ip: IpAddr,
        /// An interface whose network it is in.
        neighbour: Option<String>,
    },
    /// The host has no address.
    #[error("cannot resolve '{host}'")]
    Resolve {
        /// The host.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// The host has no address of the family.
    #[error("'{host}' has no {what}")]
    NoAddressOfHost {
        /// The host.
        host: String,
        /// What it does not have.
        what: &'static str,
    },
    /// No route leads there.
    #[error("no way leads to '{host}'")]
    NoWay {
        /// The host.
        host: String,
        /// Whether its address means nothing without an interface.
        needs_zone: bool,
        /// What the system said.
        source: io::Error,
    },
    /// The server does not tell.
    #[error("cannot find out the public address from {server}")]
    Public {
        /// Who was asked.
        server: String,
        /// What came of it.
        source: ServerError,
    },
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Interfaces(_)
            | Self::Gateway(_)
            | Self::Hostname(_)
            | Self::QualifiedName { .. }
            | Self::Public { .. } => Exit::Unknown,
            Self::Resolve { source, .. } if is_temporary(source) => Exit::Unknown,
            Self::Usage { .. } => Exit::Usage,
            Self::NoHostname
            | Self::NoQualifiedName(_)
            | Self::NoInterface { .. }
            | Self::NoAddress { .. }
            | Self::NoAddressAtAll(_)
            | Self::InVain { .. }
            | Self::NoAnswer { .. }
            | Self::NoHolder { .. }
            | Self::Resolve { .. }
            | Self::NoAddressOfHost { .. }
            | Self::NoWay { .. } => Exit::No,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::NoInterface { name, known } => {
                let near = output::nearest(name.to_str()?, known.iter().map(String::as_str))?;
                Some(format!("did you mean '{near}'?"))
            }
            Self::NoHolder { neighbour, .. } => neighbour.clone(),
            Self::InVain { there, .. } => {
                there.as_ref().map(|there| format!("without --wait it is {there}"))
            }
            Self::NoWay { host, needs_zone: true, .. } => {
                Some(format!("a link-local address needs its interface: '{host}%eth0'"))
            }
            Self::NoQualifiedName(_) => {
                Some("/etc/hosts may tell it: '127.0.1.1 name.example.org name'".to_owned())
            }
            _ => None,
        }
    }
}

/// A name that may have any bytes, as a part of a sentence.
pub(crate) fn shown(name: &OsStr) -> String {
    output::escape_bytes(name.as_encoded_bytes(), Blanks::Kept)
}

fn of(interface: &OsStr) -> String {
    if interface.is_empty() { String::new() } else { format!(" of '{}'", shown(interface)) }
}

fn listed(known: &[String]) -> String {
    match known.len() {
        0 => "none".to_owned(),
        count if count > MAX_NAMED => {
            let more = count - MAX_NAMED;
            format!("{} and {more} more ('myip -l' lists them)", known[..MAX_NAMED].join(", "))
        }
        _ => known.join(", "),
    }
}
