//! What can go wrong.

use std::io;

use output::Exit;
use thiserror::Error;

use crate::cli::DEFAULT_WAIT;
use crate::diff::earlier::EarlierError;
use crate::ports::{Ports, PortsError};
use crate::targets::extent::TooManyAddresses;
use crate::targets::from::{BadLine, ListError};
use crate::targets::resolve::ResolveError;
use crate::targets::words::WordsError;
use crate::watch::MAX_WATCHED;

/// What can go wrong.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct Failure(#[from] pub(crate) FailureKind);

#[derive(Debug, Error)]
pub(crate) enum FailureKind {
    #[error(transparent)]
    Words(Box<WordsError>),
    #[error(transparent)]
    Ports(#[from] PortsError),
    #[error(transparent)]
    TooManyAddresses(#[from] TooManyAddresses),
    #[error("--wait takes the ports to wait for: '--wait {seconds} HOST PORT'")]
    NothingToWaitFor { seconds: String },
    #[error("'{value}' is no time to wait: write seconds{}", as_seconds(.value))]
    NoTime { value: String },
    #[error("no port is named to wait for, as '{value}' is the time: write {}", ways_to_wait(.value, .host))]
    NoPortToWaitFor { value: String, host: String },
    #[error(
        "--wait and --until take named ports, or --any: who waits for all of a range waits for ever"
    )]
    WaitForRange,
    #[error(transparent)]
    Earlier(#[from] EarlierError),
    #[error("standard input can be read once: give a file to --from or to --diff")]
    InputTwice,
    #[error(transparent)]
    List(#[from] ListError),
    #[error("'{file}', {bad_line}")]
    BadLine { file: String, bad_line: Box<BadLine> },
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error("these are {ports} ports: no more than {MAX_WATCHED} can be watched")]
    TooManyToWatch { ports: u128 },
    #[error("cannot start to scan")]
    Start(#[source] io::Error),
    #[error("cannot wait for answers")]
    Wait(#[source] io::Error),
}

impl From<WordsError> for FailureKind {
    fn from(error: WordsError) -> Self {
        Self::Words(Box::new(error))
    }
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self.0 {
            FailureKind::Words(_)
            | FailureKind::Ports(_)
            | FailureKind::TooManyAddresses(_)
            | FailureKind::NothingToWaitFor { .. }
            | FailureKind::NoTime { .. }
            | FailureKind::NoPortToWaitFor { .. }
            | FailureKind::WaitForRange
            | FailureKind::InputTwice
            | FailureKind::BadLine { .. }
            | FailureKind::List(ListError::TooManyHosts { .. })
            | FailureKind::TooManyToWatch { .. } => Exit::Usage,
            FailureKind::Earlier(ref error) if error.is_usage() => Exit::Usage,
            _ => Exit::Unknown,
        }
    }
}

/// What seconds to write for a time with a unit, or what they go to.
fn as_seconds(value: &str) -> String {
    let (number, unit) = value.split_at(value.trim_end_matches(char::is_alphabetic).len());
    let seconds = match unit {
        "ms" => 1e-3,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => 1.0,
    };
    let meant = number.parse::<f64>().map(|number| (number * seconds).to_string());
    match meant.map(|meant| output::seconds(&meant).map(|_| meant)) {
        Ok(Ok(meant)) => format!(", as in '--wait {meant}'"),
        _ => format!(" from 0.001 to 86400, as in '--wait {}'", DEFAULT_WAIT.as_secs()),
    }
}

/// What to write where a time may have been meant as a port.
fn ways_to_wait(value: &str, host: &str) -> String {
    let timed = format!("'--wait={value} {host} 80'");
    match value.parse::<Ports>() {
        Ok(port) => format!("'{host} {port} --wait' if that is the port, and else {timed}"),
        Err(_) => timed,
    }
}
