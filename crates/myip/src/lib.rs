//! Who am I? This machine's addresses, interfaces and name.

mod choice;
mod cli;
mod row;
mod system;

pub use cli::{Cli, Failure};
pub use row::Row;
