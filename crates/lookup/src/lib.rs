//! What is that name? Ask the DNS, one question or many.

mod answer;
mod asking;
mod background;
mod batch;
mod bulk;
mod check;
mod cli;
mod compare;
mod dnssec;
mod encrypted;
mod exchange;
mod failure;
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

#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;

pub use cli::Cli;
pub use failure::Failure;
pub use row::Row;
