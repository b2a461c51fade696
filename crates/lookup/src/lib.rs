//! What is that name? Ask the DNS, one question or many.

mod answer;
mod asking;
mod background;
mod batch;
mod bulk;
mod cli;
mod compare;
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the command line does not use it yet")
)]
mod dnssec;
mod encrypted;
mod exchange;
mod framed;
mod hosts;
mod message;
mod name;
mod plan;
mod programs;
mod rcode;
mod rdata;
mod request;
mod resolve;
mod row;
mod run;
mod server;
mod system;
mod trace;
mod transfer;
mod watch;
mod ways;

#[cfg(test)]
mod fake;

pub use cli::{Cli, Failure};
pub use row::Row;
