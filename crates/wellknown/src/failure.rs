//! Why there is no answer.

use output::Exit;
use thiserror::Error;

use crate::local::LocalError;
use crate::protocol::Protocol;
use crate::questions::{BadLine, InputError};
use crate::services::{self, near};

/// Why there is no answer.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct Failure(#[from] FailureKind);

#[derive(Debug, Error)]
pub(crate) enum FailureKind {
    #[error("no service is called '{name}'{}", over(*.protocol))]
    NoName { name: String, protocol: Option<Protocol> },
    #[error("no service has {}", quoted(.words))]
    NothingFound { words: Vec<String> },
    #[error("nothing to look up: give a port (80), a range (6000-6063) or a name (ssh)")]
    NothingAsked,
    #[error("a word to search for has no letters")]
    EmptyWord,
    #[error("standard input can be read once")]
    InputTwice,
    #[error(transparent)]
    Line(#[from] BadLine),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Local(#[from] LocalError),
}

impl Failure {
    pub(crate) fn no_name(name: &str, protocol: Option<Protocol>) -> Self {
        FailureKind::NoName { name: name.to_owned(), protocol }.into()
    }

    pub(crate) fn nothing_asked() -> Self {
        FailureKind::NothingAsked.into()
    }
}

impl From<BadLine> for Failure {
    fn from(error: BadLine) -> Self {
        FailureKind::from(error).into()
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        FailureKind::from(error).into()
    }
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self.0 {
            FailureKind::NoName { .. } | FailureKind::NothingFound { .. } => Exit::No,
            FailureKind::NothingAsked
            | FailureKind::EmptyWord
            | FailureKind::InputTwice
            | FailureKind::Line(_) => Exit::Usage,
            FailureKind::Input(_) | FailureKind::Local(_) => Exit::Unknown,
        }
    }

    fn hint(&self) -> Option<String> {
        match &self.0 {
            FailureKind::NoName { name, protocol } => hint_of_name(name, *protocol),
            FailureKind::NothingFound { words } => {
                suggestion(words.iter().flat_map(|it| near(it, |_| true)))
            }
            FailureKind::NothingAsked => Some("--search finds services by words".to_owned()),
            _ => None,
        }
    }
}

fn hint_of_name(name: &str, protocol: Option<Protocol>) -> Option<String> {
    let mut called = services::by_name(name).chain(services::without_port(name));
    if let (Some(protocol), Some(service)) = (protocol, called.next()) {
        let protocols = service.protocols();
        return Some(format!("'{name}' runs over {protocols}, not over {protocol}"));
    }
    suggestion(near(name, |_| true))
}

/// `did you mean 'http' or 'htcp'?`
fn suggestion(names: impl IntoIterator<Item = &'static str>) -> Option<String> {
    let mut names = names.into_iter().peekable();
    names.peek()?;
    Some(format!("did you mean {}?", output::any_of(names)))
}

fn over(protocol: Option<Protocol>) -> String {
    protocol.map(|it| format!(" over {it}")).unwrap_or_default()
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" and ")
}
