//! What is that name? Ask the DNS, one question or many.

mod answer;
mod asking;
mod background;
mod cli;
mod compare;
mod exchange;
mod hosts;
mod message;
mod name;
mod plan;
mod rcode;
mod rdata;
mod request;
mod resolve;
mod row;
mod server;
mod system;

#[cfg(test)]
mod fake;

pub use cli::{Cli, Failure};
pub use row::Row;
