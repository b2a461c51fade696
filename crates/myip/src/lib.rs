//! Who am I? This machine's addresses, interfaces and name.

mod address;
mod answer;
mod choice;
mod cli;
mod failure;
mod hostname;
mod link;
mod public;
mod request;
mod row;
mod system;
mod toward;
mod wait;
mod watch;

#[cfg(all(fuzzing, target_os = "linux"))]
pub mod fuzzing;

pub use address::{Address, AddressFlags, Scope};
pub use cli::Cli;
pub use failure::Failure;
pub use link::{Link, LinkFlags, State};
pub use row::Row;
