//! What is that port? Service names and port numbers.

mod cli;
mod key;
mod packed;
mod port;
mod protocol;
mod row;
mod services;
mod table;

pub use cli::{Cli, Failure};
pub use key::{Key, KeyError, What};
pub use port::{PortClass, PortError, excerpt, is_reserved, port, port_range};
pub use protocol::{Protocol, Protocols, UnknownProtocol};
pub use row::Row;
pub use services::{Service, all, by_name, by_port, by_ports, name_of, names};
