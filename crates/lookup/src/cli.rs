//! What was asked, and the way from there to rows.

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use clap::Parser;
use hickory_proto::rr::RecordType;
use output::{Exit, FamilyFlags, Notes, Rows, Tool};
use thiserror::Error;

use crate::answer::{self, Arrival, Group};
use crate::background::ask_all;
use crate::exchange::Limits;
use crate::hosts;
use crate::name;
use crate::rdata::record_type;
use crate::request::{Request, RequestError, Subject, Target};
use crate::resolve::{Asked, Source};
use crate::row::Row;
use crate::server::{DNS_PORT, ServerAddress, ServerError};
use crate::system::{Files, SystemConfig, SystemError};

/// Ask the DNS: the addresses of a name, the name of an address, or any other record
///
/// Without @SERVER the system's resolver is used as it is configured: hosts file, servers, search
/// list. With it, only that server is asked. A name is asked for A and AAAA, an address for PTR.
#[derive(Parser, Debug, Clone)]
#[command(name = "lookup")]
pub struct Cli {
    /// Names, addresses, record types (MX, TYPE65) and servers (@127.0.0.1, @[::1]:5353), in any order
    #[arg(value_name = "NAME|ADDRESS|TYPE|@SERVER", required = true)]
    words: Vec<String>,

    /// Ask for this type, also where it could be a name
    #[arg(short = 't', long = "type", value_name = "TYPE", value_parser = record_type)]
    types: Vec<RecordType>,

    #[command(flatten)]
    family: FamilyFlags,

    /// Seconds to wait for an answer, all tries and servers included
    #[arg(short = 'w', long, value_name = "SECONDS", default_value = "5", value_parser = output::seconds)]
    timeout: Duration,

    /// Port of the servers that come without one
    #[arg(short, long, default_value_t = DNS_PORT, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,

    /// Ask over TCP from the start
    #[arg(long)]
    tcp: bool,

    /// Read servers and search list from this file, not /etc/resolv.conf
    #[arg(long, value_name = "FILE")]
    resolv_conf: Option<PathBuf>,

    /// Read this hosts file, not /etc/hosts
    #[arg(long, value_name = "FILE")]
    hosts: Option<PathBuf>,
}

/// What can go wrong before anything is asked.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct Failure(#[from] FailureKind);

#[derive(Debug, Error)]
enum FailureKind {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error(transparent)]
    System(#[from] SystemError),
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self.0 {
            FailureKind::Request(_) => Exit::Usage,
            FailureKind::Server(_) | FailureKind::System(_) => Exit::Unknown,
        }
    }
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("lookup www.usfca.edu", "its addresses, from the system's resolver"),
        ("lookup -s www.usfca.edu", "the same, bare"),
        ("lookup 127.0.0.1", "the name of an address"),
        ("lookup usfca.edu MX TXT", "other records"),
        ("lookup www.usfca.edu @127.0.0.1:5353", "ask this server and no other"),
        ("lookup --json www.usfca.edu", "for scripts, also why there is no answer"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "every question has an answer"),
        (Exit::No, "one has none: no such name, or no such record"),
        (Exit::Usage, "the command line makes no sense, or a name cannot be one"),
        (Exit::Unknown, "of one it could not be found out: no reply, or the server failed"),
    ];

    fn rows(self, _: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        self.ask().map_err(Failure)
    }
}

impl Cli {
    fn ask(self) -> Result<impl Rows<Item = Result<Row, Failure>>, FailureKind> {
        let Request { targets, servers } =
            Request::parse(&self.words, &self.types, self.family.family(), self.port)?;
        let system = if servers.is_empty() { Some(self.system()?) } else { None };
        let servers = if let Some(system) = &system {
            system.servers.clone()
        } else {
            let resolved = servers.iter().map(ServerAddress::resolve);
            resolved.collect::<Result<Vec<_>, _>>()?.concat()
        };
        let source = Source { tcp_only: self.tcp, ..Source::new(servers) };
        let limits = Limits { deadline: self.timeout, ..Limits::default() };

        let hosts_path = self.hosts.clone().unwrap_or_else(hosts::system_path);
        let (sender, landed) = mpsc::channel();
        let (mut groups, mut group_of, mut questions) = (Vec::new(), Vec::new(), Vec::new());
        for target in &targets {
            let in_hosts = system
                .as_ref()
                .map(|system| answer::from_hosts(target, system, &hosts_path))
                .filter(|rows| !rows.is_empty());
            let count = if in_hosts.is_some() { 1 } else { target.types.len() };
            let first = group_of.len();
            group_of.extend(std::iter::repeat_n(groups.len(), count));
            groups.push(Group::new(count, target.is_for_any_address));
            match in_hosts {
                Some(rows) => {
                    // The receiver lives: it is ours.
                    let _ = sender.send((first, Arrival::Hosts(rows)));
                }
                None => questions.extend((first..).zip(asked(target, system.as_ref()))),
            }
        }
        ask_all(questions, source, limits, sender);
        Ok(output::as_they_come(landed, move |index, arrival| {
            groups[group_of[index]].land(arrival).into_iter().map(Ok).collect()
        }))
    }

    fn system(&self) -> Result<SystemConfig, SystemError> {
        let files = Files { resolv_conf: self.resolv_conf.clone(), hosts: self.hosts.clone() };
        SystemConfig::read(&files, self.port)
    }
}

/// The questions of a target; only the system's resolver has a search list.
fn asked(target: &Target, system: Option<&SystemConfig>) -> Vec<Asked> {
    let candidates = match (&target.subject, system) {
        (Subject::Address(address), _) => vec![name::reverse(*address)],
        (Subject::Name(parsed), Some(system)) => system.candidates(parsed),
        (Subject::Name(parsed), None) => vec![parsed.name.clone()],
    };
    let asked = |record_type| Asked { candidates: candidates.clone(), record_type };
    target.types.iter().copied().map(asked).collect()
}
