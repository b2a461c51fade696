//! What was asked, and the way from there to sockets.

use clap::Parser;
use output::{Exit, FamilyFlags, Notes, Rows, Tool};
use thiserror::Error;

use crate::backend::{self, CollectError, Kinds};
use crate::socket::Socket;

/// List the sockets of this machine: who is connected, who listens
///
/// Without options: connections, and UDP sockets with a peer. Addresses and ports are numbers.
#[derive(Parser, Debug, Clone)]
#[command(name = "conns")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Cli {
    /// All sockets: connections and those that listen
    #[arg(short, long)]
    all: bool,

    /// Only those that listen (UDP: that have no peer)
    #[arg(short, long)]
    listening: bool,

    /// Only TCP, or with -u both
    #[arg(short, long)]
    tcp: bool,

    /// Only UDP, or with -t both
    #[arg(short, long)]
    udp: bool,

    #[command(flatten)]
    family: FamilyFlags,

    /// Numbers for addresses and ports, as always: for the habit of netstat -n
    #[arg(short, long)]
    numeric: bool,

    /// Owning processes, as always: for the habit of netstat -p
    #[arg(short, long)]
    processes: bool,
}

/// What can go wrong.
#[derive(Debug, Error)]
#[error("cannot list the sockets")]
pub struct Failure(#[source] CollectError);

impl output::Failure for Failure {}

impl Tool for Cli {
    type Row = Socket;
    type Failure = Failure;

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("conns", "who is connected"),
        ("conns -l", "who listens"),
        ("conns -a", "all sockets"),
        ("conns -lt4", "who listens on TCP over IPv4"),
        ("conns -l -f json", "who listens, for scripts"),
        ("conns -lt --columns local_port -s", "the TCP ports that are taken"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "there are such sockets"),
        (Exit::No, "there are none"),
        (Exit::Usage, "the command line makes no sense"),
        (Exit::Unknown, "the sockets could not be listed"),
    ];

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Socket, Failure>>, Failure> {
        let sockets = backend::collect(self.kinds()).map_err(Failure)?;
        let wanted = sockets
            .map(|socket| socket.map_err(Failure))
            .filter(move |socket| socket.as_ref().map_or(true, |socket| self.wants(socket)));
        Ok(output::at_once(MentionHidden { sockets: wanted, hidden: 0, notes: notes.clone() }))
    }
}

impl Cli {
    /// Neither TCP nor UDP means both.
    const fn kinds(&self) -> Kinds {
        Kinds {
            tcp: self.tcp || !self.udp,
            udp: self.udp || !self.tcp,
            family: self.family.family(),
        }
    }

    fn wants(&self, socket: &Socket) -> bool {
        self.all || self.listening == socket.is_listening()
    }
}

/// Counts the sockets whose owners could not be seen, and says so at the end.
struct MentionHidden<I> {
    sockets: I,
    hidden: usize,
    notes: Notes,
}

impl<I: Iterator<Item = Result<Socket, Failure>>> Iterator for MentionHidden<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let next = self.sockets.next();
        match &next {
            Some(Ok(socket)) if socket.owners.is_empty() && socket.inode.is_some() => {
                self.hidden += 1;
            }
            None if self.hidden > 0 => {
                let sockets = if self.hidden == 1 { "socket" } else { "sockets" };
                let why = if backend::is_root() {
                    "they belong to the kernel, or to processes of another namespace"
                } else {
                    "only root sees the processes of others"
                };
                self.notes.footnote_on(
                    "process",
                    format_args!(
                        "the owners of {} {sockets} could not be seen: {why}",
                        self.hidden
                    ),
                );
            }
            _ => {}
        }
        next
    }
}
