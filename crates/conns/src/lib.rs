//! Who is connected, who listens? The sockets of this machine and their owners.

mod backend;
mod cli;
mod endpoint;
mod failure;
mod filter;
#[cfg(target_os = "linux")]
mod kill;
mod listeners;
mod names;
mod namespace;
mod owner;
#[cfg_attr(not(target_os = "linux"), path = "owners/elsewhere.rs")]
mod owners;
mod protocol;
mod request;
mod row;
mod socket;
mod state;
mod study;
mod survey;
mod tcp_info;
#[cfg_attr(not(target_os = "linux"), path = "unknown/elsewhere.rs")]
mod unknown;
mod watch;

#[cfg(all(target_os = "linux", any(fuzzing, test)))]
#[doc(hidden)]
pub mod fuzzing;

pub use backend::{Backend, CollectError};
pub use cli::Cli;
pub use endpoint::{Endpoint, Interface, UnixName};
pub use failure::Failure;
pub use filter::{
    Comparison, Device, End, Expression, Fact, Filter, Flags, Holder, Kernel, Needs, ParseError,
    Pattern, PortList, Ports, Problem, Quantity, ResolveError, Subject, Term,
};
pub use listeners::Listeners;
pub use namespace::Namespace;
pub use owner::{Group, Owner, Process, Seen};
pub use protocol::{Protocol, Protocols};
pub use row::{More, Named, Outcome, Ownerless, Row};
pub use socket::{Details, Memory, Socket, Timer, TimerKind};
pub use state::{State, States};
pub use tcp_info::TcpInfo;
