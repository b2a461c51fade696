//! Who is connected, who listens? The sockets of this machine and their owners.

mod backend;
mod cli;
mod socket;

pub use cli::{Cli, Failure};
pub use socket::{Endpoint, Owner, Protocol, Socket, State};
