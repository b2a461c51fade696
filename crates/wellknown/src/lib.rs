//! What is that port? Service names and port numbers.

mod answers;
mod cli;
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

pub use cli::{Cli, Failure};
pub use key::{Key, KeyError, What};
pub use local::{LocalError, LocalService};
pub use port::{PortClass, PortError, excerpt, is_reserved, port, port_range};
pub use protocol::{Protocol, Protocols, UnknownProtocol};
pub use questions::{BadLine, InputError, LineError, Word};
pub use row::{Entry, Match, Row};
pub use services::{
    Service, all, all_without_port, by_name, by_port, by_ports, everyday_names, meant, name_of,
    names, near, without_port,
};
pub use sources::{NAMES, OVERLAY, PORTS, REGISTRY, REST, SOURCES, Source};
pub use status::{Status, takes_privilege};
