//! What can go wrong.

use output::Exit;
use thiserror::Error;

use crate::backend::CollectError;
use crate::filter::ResolveError;
#[cfg(target_os = "linux")]
use crate::kill::KillError;
#[cfg(target_os = "linux")]
use crate::namespace::NamespaceError;

/// What can go wrong.
#[derive(Debug, Error)]
pub enum Failure {
    /// The sockets are not to be had.
    #[error("cannot list the sockets")]
    Collect(#[from] CollectError),
    /// A host of the expression has no address.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The namespace is not to be looked into.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Namespace(#[from] NamespaceError),
    /// Nobody was ended.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Kill(#[from] KillError),
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self {
            #[cfg(target_os = "linux")]
            Self::Kill(error) => error.exit(),
            #[cfg(target_os = "linux")]
            Self::Namespace(error) => error.exit(),
            _ => Exit::Unknown,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Kill(error) => error.hint(),
            #[cfg(target_os = "linux")]
            Self::Namespace(error) => error.hint(),
            _ => None,
        }
    }
}
