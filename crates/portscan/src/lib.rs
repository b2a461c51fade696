//! Is anybody home? Try TCP ports and say what answered.

mod cli;
mod limits;
mod ports;
mod row;
mod scan;

pub use cli::{Cli, Failure};
pub use row::{Row, State};
