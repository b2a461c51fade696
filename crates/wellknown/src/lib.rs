//! What is that port? Service names and port numbers.

mod answers;
mod cli;
mod failure;
#[cfg(fuzzing)]
pub mod fuzzing;
mod key;
mod local;
pub mod packed;
mod port;
mod protocol;
mod questions;
mod row;
mod search;
mod services;
mod sources;
mod status;
mod table;

pub use cli::Cli;
pub use failure::Failure;
pub use port::{PortClass, PortError, excerpt, port_range};
pub use protocol::{Protocol, Protocols};
pub use row::Row;
pub use services::{
    Service, all, by_name, by_port, everyday_names, meant, name_of, names, near, without_port,
};
pub use sources::{NAMES, PORTS, REST, Source};
pub use status::Status;
