//! From what was asked to rows: the one place that knows every way of asking.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use hickory_proto::rr::{Name, RecordType};
use output::{Notes, Rows, STANDARD_INPUT};

use crate::answer::Detail;
use crate::background::Waiting;
use crate::batch::{self, Batch};
use crate::check::{self, Checker};
use crate::cli::Cli;
use crate::encrypted::{Sessions, Trust};
use crate::exchange::{Encrypted, Limits, Question, Route};
use crate::failure::{Failure, FailureKind};
use crate::name::{self, ParsedAddress};
use crate::plan::{self, Plan, Whom};
use crate::programs::Programs;
use crate::request::{ListRequest, Request, Subject, Target, address_types};
use crate::resolve::Source;
use crate::row::Row;
use crate::server::{DNS_PORT, Server};
use crate::system::{self, Files, SystemConfig, SystemError};
use crate::trace::{self, Tracer, root_servers};
use crate::transfer::transfer;
use crate::watch::Watch;

/// Rows, whichever way they come.
pub(crate) type AnyRows = Box<dyn Rows<Item = Result<Row, Failure>>>;

/// So many messages of a zone transfer wait for the printer at most.
const MESSAGES_AHEAD_MAX: usize = 16;

/// Asks as the command line says.
pub(crate) fn rows(cli: &Cli, notes: &Notes) -> Result<AnyRows, FailureKind> {
    if let Some(file) = list(cli) {
        return listed(cli, &file, notes);
    }
    if cli.ways.in_order || cli.ways.rate.is_some() {
        return Err(FailureKind::ForListsOnly);
    }
    let Request { targets, servers } =
        Request::parse(&cli.words, &cli.types, cli.family.family(), cli.port())?;
    for target in &targets {
        mention_dropped_zone(&target.subject, notes);
    }
    let is_transfer = targets[0].types.contains(&RecordType::AXFR);
    if is_transfer && let Some(flag) = cli.flags_beside_transfer().next() {
        return Err(FailureKind::NotForTransfer(flag));
    }
    if cli.ways.trace {
        if !servers.is_empty() {
            return Err(FailureKind::TraceOfServer);
        }
        return traced(cli, targets);
    }
    if cli.ways.system {
        if !servers.is_empty() {
            return Err(FailureKind::SystemOfServer);
        }
        return as_programs_get_it(cli, targets);
    }
    if cli.ways.compare && servers.len() < 2 {
        return Err(FailureKind::NothingToCompare);
    }
    let whom = cli.whom(&servers)?;
    if is_transfer {
        return transferred(cli, &targets, &whom);
    }
    let (limits, manner) = (cli.limits(), cli.manner());
    if let Some(interval) = cli.ways.watch {
        let until_found = cli.ways.until_found;
        let settings = Watch { targets, whom, manner, limits, interval, until_found };
        let (sender, rows) = mpsc::sync_channel(MESSAGES_AHEAD_MAX);
        spawn("watch", move |waiting| {
            waiting.run(async {
                // Whoever does not want the rest has left.
                let _ = settings.run(&sender).await;
            });
        })?;
        return Ok(in_order(rows));
    }
    Ok(asked_once(&targets, &whom, manner, limits))
}

/// The file that the names come from: the one that was given, or standard input if no name was
/// and something is there to be read.
pub(crate) fn list(cli: &Cli) -> Option<PathBuf> {
    let stdin = || Some(PathBuf::from(STANDARD_INPUT));
    match &cli.ways.from {
        Some(file) => Some(file.clone()),
        None if cli.words.iter().any(|word| word == STANDARD_INPUT) => stdin(),
        None if cli.words.iter().all(|word| word.starts_with('@')) && has_input() => stdin(),
        None => None,
    }
}

/// Whether standard input is a pipe or a file, from which names are to be expected.
#[cfg(unix)]
fn has_input() -> bool {
    let Ok(status) = rustix::fs::fstat(std::io::stdin()) else { return false };
    let kind = rustix::fs::FileType::from_raw_mode(status.st_mode);
    kind.is_fifo() || kind.is_file()
}

/// Whether standard input is a pipe or a file, from which names are to be expected. Some terminals
/// are pipes here, and NUL is neither.
#[cfg(windows)]
fn has_input() -> bool {
    use std::io::IsTerminal as _;
    use winapi_util::{HandleRef, file};

    let is_terminal = std::io::stdin().is_terminal();
    !is_terminal && file::typ(HandleRef::stdin()).is_ok_and(|it| it.is_pipe() || it.is_disk())
}

fn listed(cli: &Cli, file: &Path, notes: &Notes) -> Result<AnyRows, FailureKind> {
    if let Some(flag) = cli.flags_of_other_ways().next() {
        return Err(FailureKind::NotForList(flag));
    }
    let is_said = |word: &str| cli.ways.from.is_none() && word == STANDARD_INPUT;
    let words: Vec<_> = cli.words.iter().filter(|word| !is_said(word)).cloned().collect();
    let ListRequest { types, servers } =
        ListRequest::parse(&words, &cli.types, cli.family.family(), cli.port())?;
    if types.contains(&RecordType::AXFR) {
        return Err(FailureKind::TransferAlone);
    }
    let whom = cli.whom(&servers)?.merged().ok_or(FailureKind::MixedServers)?;
    let settings = batch::Settings {
        types,
        address_types: address_types(cli.family.family()),
        rate: cli.ways.rate,
        in_order: cli.ways.in_order,
        limits: cli.limits(),
    };
    Ok(Box::new(Batch::open(file, whom, settings, notes)?))
}

fn asked_once(targets: &[Target], whom: &Whom, manner: plan::Manner, limits: Limits) -> AnyRows {
    let mut plan = Plan::new(targets, whom, manner);
    let landed = plan.ask(limits);
    Box::new(output::as_they_come(landed, move |index, arrival| {
        plan.land(index, arrival).into_iter().map(Ok)
    }))
}

fn as_programs_get_it(cli: &Cli, targets: Vec<Target>) -> Result<AnyRows, FailureKind> {
    let addresses = [RecordType::A, RecordType::AAAA, RecordType::PTR];
    if !targets.iter().flat_map(|target| &target.types).all(|it| addresses.contains(it)) {
        return Err(FailureKind::SystemOfType);
    }
    let system = cli.system()?;
    let services = system::services(cli.nsswitch_conf.as_deref()).map_err(|source| {
        let path = cli.nsswitch_conf.clone().unwrap_or_else(|| "/etc/nsswitch.conf".into());
        SystemError::Read { path, source }
    })?;
    let files = [&cli.resolv_conf, &cli.hosts, &cli.nsswitch_conf];
    let programs = Programs {
        source: cli.system_source(&system)?,
        system,
        services,
        asks_library: files.iter().all(|file| file.is_none()) && cli.port() == DNS_PORT,
        limits: cli.limits(),
    };
    let (sender, rows) = mpsc::channel();
    spawn("system", move |waiting| waiting.run(programs.run(&targets, &sender)))?;
    Ok(in_order(rows))
}

fn traced(cli: &Cli, targets: Vec<Target>) -> Result<AnyRows, FailureKind> {
    let roots = if cli.ways.root.is_empty() {
        root_servers(cli.port())
    } else {
        let resolved = cli.ways.root.iter().map(|root| root.resolve(cli.timeout));
        let mut roots = resolved.collect::<Result<Vec<_>, _>>()?.concat();
        for root in roots.iter_mut().filter(|root| root.port() == DNS_PORT) {
            root.set_port(cli.port());
        }
        roots
    };
    // Glue has no ports: a lab whose root is elsewhere has all of its servers there.
    let port = cli.port.unwrap_or(roots[0].port());
    let settings = trace::Settings {
        roots,
        port,
        manner: cli.asking.manner(),
        route: cli.plain_route(),
        limits: cli.limits(),
        is_difference_decisive: cli.ways.compare,
    };
    let (sender, rows) = mpsc::channel();
    spawn("trace", move |waiting| {
        waiting.run(async {
            let mut tracer = Tracer::new(&settings, &sender);
            for target in &targets {
                for record_type in &target.types {
                    tracer.trace(&name_of(&target.subject), *record_type).await;
                }
            }
        });
    })?;
    Ok(in_order(rows))
}

fn transferred(cli: &Cli, targets: &[Target], whom: &Whom) -> Result<AnyRows, FailureKind> {
    let (server, source): (SocketAddr, &Arc<Source>) = match whom {
        Whom::System(_, source) => (source.servers[0], source),
        Whom::Servers(sources) => match &sources[..] {
            [source] => (source.servers[0], source),
            _ => return Err(FailureKind::TransferAlone),
        },
    };
    if let Route::Encrypted(_) = source.route {
        return Err(FailureKind::TransferEncrypted);
    }
    let [target] = targets else { return Err(FailureKind::TransferAlone) };
    if target.types.len() > 1 {
        return Err(FailureKind::TransferAlone);
    }
    let question = Question {
        name: name_of(&target.subject),
        record_type: RecordType::AXFR,
        route: Route::Tcp,
        manner: source.manner.clone(),
    };
    let idle_timeout = cli.limits().deadline;
    let (sender, rows) = mpsc::sync_channel(MESSAGES_AHEAD_MAX);
    spawn("transfer", move |waiting| {
        waiting.run(transfer(server, &question, idle_timeout, &sender));
    })?;
    Ok(in_order(rows))
}

/// Rows as another thread sends them.
fn in_order(rows: Receiver<(usize, Vec<Row>)>) -> AnyRows {
    Box::new(output::as_they_come(rows, |_, rows| rows.into_iter().map(Ok)))
}

fn spawn(name: &str, work: impl FnOnce(Waiting) + Send + 'static) -> Result<(), FailureKind> {
    let waiting = Waiting::new().map_err(FailureKind::Start)?;
    let builder = thread::Builder::new().name(name.to_owned());
    builder.spawn(|| work(waiting)).map(drop).map_err(FailureKind::Start)
}

fn name_of(subject: &Subject) -> Name {
    match subject {
        Subject::Name(parsed) => parsed.name.clone(),
        Subject::Address(parsed) => name::reverse(parsed.address),
    }
}

fn mention_dropped_zone(subject: &Subject, notes: &Notes) {
    if let Subject::Address(ParsedAddress { address, dropped_zone: Some(zone) }) = subject {
        notes.note(format_args!("asking for {address}: the DNS knows no zones such as '{zone}'"));
    }
}

impl Cli {
    /// The flags that were given and make no sense for a list.
    fn flags_of_other_ways(&self) -> impl Iterator<Item = &'static str> {
        let ways = &self.ways;
        let flags = [
            ("--trace", ways.trace),
            ("--watch", ways.watch.is_some()),
            ("--system", ways.system),
            ("--compare", ways.compare),
            ("--verbose", self.verbose),
        ];
        flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag)
    }

    /// The flags that were given and make no sense for a zone transfer.
    fn flags_beside_transfer(&self) -> impl Iterator<Item = &'static str> {
        let ways = self.flags_of_other_ways().filter(|flag| *flag != "--verbose");
        ways.chain(self.dnssec.then_some("--dnssec"))
    }

    fn port(&self) -> u16 {
        self.port.unwrap_or(DNS_PORT)
    }

    fn limits(&self) -> Limits {
        Limits { deadline: self.timeout, ..Limits::default() }
    }

    fn manner(&self) -> plan::Manner {
        plan::Manner {
            detail: if self.verbose { Detail::Message } else { Detail::Answer },
            is_difference_decisive: self.ways.compare,
        }
    }

    fn whom(&self, servers: &[Server]) -> Result<Whom, FailureKind> {
        if servers.is_empty() {
            let system = self.system()?;
            let source = self.system_source(&system)?;
            return Ok(Whom::System(Box::new(system), source));
        }
        let trust = match &self.asking.ca {
            Some(file) => Trust::file(file)?,
            None => Trust::system(),
        };
        let sessions = Arc::new(Sessions::new(trust));
        let mut sources = Vec::new();
        for server in servers {
            let route = match server.encrypted.clone() {
                Some(endpoint) => {
                    let sessions = Arc::clone(&sessions);
                    Route::Encrypted(Arc::new(Encrypted { endpoint, sessions }))
                }
                None => self.plain_route(),
            };
            sources.push(self.source(server.resolve(self.timeout)?, route)?);
        }
        Ok(Whom::Servers(sources))
    }

    fn source(&self, servers: Vec<SocketAddr>, route: Route) -> Result<Arc<Source>, FailureKind> {
        let mut manner = self.asking.manner();
        if self.dnssec {
            manner.checking_disabled = true;
            manner.edns.get_or_insert_default().dnssec_ok = true;
        }
        if let (Route::Encrypted(_), Some(edns)) = (&route, &mut manner.edns) {
            edns.padding = true;
        }
        let source = Arc::new(Source { servers, route, manner, checker: None });
        if !self.dnssec {
            return Ok(source);
        }
        let anchors = check::anchors(self.trust_anchor.as_ref())?;
        let checker = Checker::new(Arc::clone(&source), self.limits(), anchors);
        Ok(Arc::new(Source { checker: Some(Arc::new(checker)), ..Source::clone(&source) }))
    }

    fn system_source(&self, system: &SystemConfig) -> Result<Arc<Source>, FailureKind> {
        let mut servers = system.servers.clone();
        if system.rotates {
            let first = rand::random_range(0..servers.len());
            servers.rotate_left(first);
        }
        let route = if system.over_tcp { Route::Tcp } else { self.plain_route() };
        self.source(servers, route)
    }

    const fn plain_route(&self) -> Route {
        if self.asking.tcp { Route::Tcp } else { Route::Udp }
    }

    fn system(&self) -> Result<SystemConfig, SystemError> {
        let files = Files { resolv_conf: self.resolv_conf.clone(), hosts: self.hosts.clone() };
        SystemConfig::read(&files, self.port())
    }
}
