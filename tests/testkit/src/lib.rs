//! What the tests and the tour talk to: DNS servers good and bad, encrypted or not, listeners, a terminal, a clean run.
//!
//! Everything here lives on loopback, on ports the system chose, and ends when its value is dropped.

mod background;
mod command;
mod deadline;
mod dns;
mod encrypted;
mod listener;
mod misbehave;
mod schema;
mod seeds;
mod service;
mod sockets;
#[cfg(unix)]
mod terminal;
mod zone;

#[cfg(test)]
mod client;

pub use command::{Output, command, finish, run};
pub use dns::DnsServer;
pub use encrypted::{CERTIFICATE_NAMES, EncryptedBehaviour, EncryptedServer, HTTPS_PATH};
#[cfg(unix)]
pub use listener::{FullBacklog, full_backlog};
pub use listener::{LatePort, Listener, closed_port};
pub use misbehave::{
    Aliases, Behaviour, Damage, EXTRA_TEXT, HOSTILE_LABEL, HOSTILE_TEXT, Misbehaving, Misfit, NSID,
    Oddity, Refusal, SERVER_COOKIE, Stream, TCP_ANSWERS,
};
pub use schema::conforms;
pub use seeds::with_seeds;
pub use service::{Conduct, Ending, Service, UdpService};
#[cfg(unix)]
pub use terminal::{Session, Transcript, run_on_terminal};
pub use zone::{Zone, demo_zones};
