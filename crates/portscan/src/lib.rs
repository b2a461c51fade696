//! Is anybody home? Try ports and say what answered.

mod cli;
mod diff;
mod engine;
mod failure;
#[cfg(fuzzing)]
pub mod fuzzing;
mod icmp;
mod limits;
mod payload;
mod policy;
mod ports;
mod reasons;
mod request;
mod row;
mod run;
mod scan;
mod targets;
mod verdict;
mod wait;
mod watch;
mod wire;

pub use cli::Cli;
pub use failure::Failure;
pub use icmp::{Icmp, Version};
pub use row::{Address, Listener, More, Row};
pub use verdict::{Reason, State};
