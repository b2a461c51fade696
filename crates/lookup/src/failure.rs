//! What can go wrong before anything is asked.

use std::io;

use output::Exit;
use thiserror::Error;

use crate::batch::InputError;
use crate::check::TrustAnchorError;
use crate::encrypted::TrustError;
use crate::request::RequestError;
use crate::server::ServerError;
use crate::system::SystemError;

/// What can go wrong before anything is asked.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct Failure(#[from] FailureKind);

#[derive(Debug, Error)]
pub(crate) enum FailureKind {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error(transparent)]
    System(#[from] SystemError),
    #[error("a trace asks from the root down: leave '@' out, or start elsewhere with --root")]
    TraceOfServer,
    #[error("--system asks as programs on this machine do: leave '@' out")]
    SystemOfServer,
    #[error(
        "programs ask the system for addresses and for the names of addresses: leave types out"
    )]
    SystemOfType,
    #[error("a zone transfer is one zone from one server: ask for nothing else beside it")]
    TransferAlone,
    #[error("--rate and --in-order are for lists: name one with --from")]
    ForListsOnly,
    #[error("{0} is for names on the command line: leave it out, or name what to look up")]
    NotForList(&'static str),
    #[error("--compare takes two servers or more: name them, as in '@127.0.0.1 @127.0.0.2'")]
    NothingToCompare,
    #[error("a zone transfer is asked for once, and taken as it is: leave {0} out")]
    NotForTransfer(&'static str),
    #[error("a zone is transferred over TCP: write '@ADDRESS' without '://'")]
    TransferEncrypted,
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    TrustAnchor(#[from] TrustAnchorError),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("cannot open sockets to ask")]
    Sockets(#[source] io::Error),
    #[error("a list is asked for in one way: name servers with the same '://', or without")]
    MixedServers,
    #[error("cannot start to ask")]
    Start(#[source] io::Error),
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self.0 {
            // The machine does not say; the command line may make sense.
            FailureKind::Request(RequestError::Server(ServerError::Interfaces { .. }))
            | FailureKind::Server(_)
            | FailureKind::System(_)
            | FailureKind::Trust(_)
            | FailureKind::TrustAnchor(_)
            | FailureKind::Input(_)
            | FailureKind::Sockets(_)
            | FailureKind::Start(_) => Exit::Unknown,
            FailureKind::Request(_)
            | FailureKind::TraceOfServer
            | FailureKind::SystemOfServer
            | FailureKind::SystemOfType
            | FailureKind::MixedServers
            | FailureKind::TransferEncrypted
            | FailureKind::ForListsOnly
            | FailureKind::NotForList(_)
            | FailureKind::NothingToCompare
            | FailureKind::NotForTransfer(_)
            | FailureKind::TransferAlone => Exit::Usage,
        }
    }
}
