//! Systems of which no back end knows the sockets.

use output::Notes;
use thiserror::Error;

use super::{CollectError, Sockets};
use crate::request::Request;

/// What went wrong.
#[derive(Debug, Error)]
#[error("not known how on {}", std::env::consts::OS)]
pub struct PortableError;

/// Fails, and says so.
pub(crate) fn collect(_: &Request, _: &Notes) -> Result<Sockets, CollectError> {
    Err(PortableError.into())
}
