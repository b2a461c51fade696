//! From the root down: which server of which zone says what.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};
use output::Exit;
use tokio::task::JoinSet;

use crate::answer::{self, of_record};
use crate::compare::Comparison;
use crate::exchange::{AskError, Limits, Question, Route, ask};
use crate::message::{Manner, Message, Record, Section};
use crate::name::present;
use crate::rdata;
use crate::resolve::{Found, Outcome, classify};
use crate::row::{About, Row, Source, Step};

mod root;

pub(crate) use root::root_servers;

/// No trace goes through more zones and aliases than this.
const STEPS_MAX: u32 = 64;

/// No trace asks more questions than this, those for addresses of name servers included.
const QUESTIONS_MAX: u32 = 300;

/// Name servers whose own name has to be looked up may have such name servers in turn, so often.
const DEPTH_MAX: u32 = 4;

/// How long a server of several is waited for at most.
const SERVER_TIMEOUT: Duration = Duration::from_secs(2);

/// What is traced, and how.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where to start.
    pub roots: Vec<SocketAddr>,
    /// The port of all servers below.
    pub port: u16,
    /// How they are asked.
    pub manner: Manner,
    /// Over what.
    pub route: Route,
    /// Limits on each question.
    pub limits: Limits,
    /// Whether the exit code says no where the servers of the last zone do not agree.
    pub is_difference_decisive: bool,
}

/// A name server of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Server {
    name: Option<Name>,
    address: SocketAddr,
}

/// The servers of a zone.
#[derive(Debug, Clone)]
struct Zone {
    name: Name,
    servers: Vec<Server>,
    /// The names of servers whose addresses are not known.
    unknown: Vec<Name>,
}

/// What a server said.
enum Said {
    /// Others know: the servers of a zone further down.
    Referral(Zone, Vec<Row>),
    /// The end: an answer, or that there is none.
    Answer(Box<Outcome>, Vec<Row>),
    /// The name is an alias of one that this server does not know.
    Alias(Name, Vec<Row>),
    /// Nothing of use.
    Nothing(Row),
}

/// A walk from the root to one answer after another; what it learns of zones serves the next.
pub(crate) struct Tracer<'a> {
    settings: &'a Settings,
    /// Where rows go, an index higher each time.
    rows: &'a Sender<(usize, Vec<Row>)>,
    sent: usize,
    steps: u32,
    questions: u32,
    zones: HashMap<Name, Zone>,
    /// Which servers did not reply in this step: they are not waited for twice.
    silent: Vec<Server>,
}

/// Nobody wants the rows any more.
struct Gone;

impl<'a> Tracer<'a> {
    pub(crate) fn new(settings: &'a Settings, rows: &'a Sender<(usize, Vec<Row>)>) -> Self {
        let servers =
            settings.roots.iter().map(|address| Server { name: None, address: *address }).collect();
        let root = Zone { name: Name::root(), servers, unknown: Vec::new() };
        let zones = HashMap::from([(Name::root(), root)]);
        Self { settings, rows, sent: 0, steps: 0, questions: 0, zones, silent: Vec::new() }
    }

    /// Traces a name to records of a type. Every step is a row or more.
    pub(crate) async fn trace(&mut self, name: &Name, record_type: RecordType) {
        self.steps = 0;
        self.questions = 0;
        // Whoever does not want the rest has what is wanted.
        let _ = self.walk(name, record_type).await;
    }

    async fn walk(&mut self, name: &Name, record_type: RecordType) -> Result<(), Gone> {
        let mut name = name.clone();
        let mut aliases = vec![name.clone()];
        let mut zone = self.deepest_zone(&name);
        while self.steps < STEPS_MAX {
            self.steps += 1;
            let Some((server, said)) = self.ask_one(&mut zone, &name, record_type).await? else {
                let why = format!("no server of '{}' is of use", present(&zone.name));
                return self.give_up(&zone, &name, record_type, &why);
            };
            match said {
                Said::Referral(next, rows) => {
                    self.send(rows)?;
                    self.zones.insert(next.name.clone(), next.clone());
                    zone = next;
                }
                Said::Alias(target, rows) => {
                    self.send(rows)?;
                    if aliases.contains(&target) {
                        let why = "its aliases go round in a circle";
                        return self.give_up(&zone, &name, record_type, why);
                    }
                    aliases.push(target.clone());
                    zone = self.deepest_zone(&target);
                    name = target;
                }
                Said::Answer(_, rows) => {
                    let question = self.question(&name, record_type);
                    return self.ask_the_others(&zone, &server, question, rows).await;
                }
                Said::Nothing(row) => self.send(vec![row])?,
            }
        }
        self.give_up(&zone, &name, record_type, &format!("no end after {STEPS_MAX} steps"))
    }

    /// The deepest zone known that holds a name; the root at least.
    fn deepest_zone(&self, name: &Name) -> Zone {
        let holding = self.zones.values().filter(|zone| zone.name.zone_of(name));
        let deepest = holding.max_by_key(|zone| zone.name.num_labels());
        deepest.unwrap_or(&self.zones[&Name::root()]).clone()
    }

    /// The first server of a zone that says something of use; the rows of the others are sent.
    /// Servers that came without an address are looked up where those with one are of no use.
    async fn ask_one(
        &mut self,
        zone: &mut Zone,
        name: &Name,
        record_type: RecordType,
    ) -> Result<Option<(Server, Said)>, Gone> {
        let mut asked = 0;
        self.silent.clear();
        loop {
            for server in &zone.servers[asked..] {
                if self.questions >= QUESTIONS_MAX {
                    return Ok(None);
                }
                self.questions += 1;
                match self.said(zone, server, name, record_type).await {
                    Said::Nothing(row) => {
                        if let Some(Source::Silent(_)) = row.about.source {
                            self.silent.push(server.clone());
                        }
                        self.send(vec![row])?;
                    }
                    said => return Ok(Some((server.clone(), said))),
                }
            }
            asked = zone.servers.len();
            if zone.unknown.is_empty() {
                return Ok(None);
            }
            self.find_servers(zone, DEPTH_MAX).await;
        }
    }

    async fn said(&self, zone: &Zone, server: &Server, name: &Name, of: RecordType) -> Said {
        let question = self.question(name, of);
        let limits = self.limits();
        let reply = ask(server.address, &question, &limits).await;
        self.judge(zone, server, &question, reply)
    }

    fn judge(
        &self,
        zone: &Zone,
        server: &Server,
        question: &Question,
        reply: Result<crate::exchange::Reply, AskError>,
    ) -> Said {
        let step = Arc::new(Step {
            number: self.steps,
            zone: present(&zone.name),
            server_name: server.name.as_ref().map(present),
        });
        let with_step = |mut rows: Vec<Row>| {
            for row in &mut rows {
                row.step = Some(Arc::clone(&step));
            }
            rows
        };
        let outcome = match reply {
            Ok(reply) => classify(question, reply),
            Err(error) => {
                let mut row = silent(question, &error);
                row.step = Some(step);
                return Said::Nothing(row);
            }
        };
        let found = outcome.found();
        match &outcome {
            Outcome::Answer(_) | Outcome::NoSuchName(_) | Outcome::NoData(_) if is_final(found) => {
                let rows = with_step(answer::rows(&outcome));
                Said::Answer(Box::new(outcome), rows)
            }
            _ if found.canonical_name != found.name => {
                let about = Arc::new(answer::about(found, Cow::Borrowed("ALIAS")));
                let of = |record| of_record(&about, Section::Answer, record);
                let rows = found.records.iter().map(of).collect();
                Said::Alias(found.canonical_name.clone(), with_step(rows))
            }
            _ => match self.referral(zone, found) {
                Some(next) => {
                    let about = Arc::new(answer::about(found, Cow::Borrowed("REFERRAL")));
                    let is_ns = |record: &&Record| {
                        record.record_type == RecordType::NS && record.name == next.name
                    };
                    let ns = found.reply.message.authorities.iter().filter(is_ns);
                    let rows = ns.map(|it| of_record(&about, Section::Authority, it)).collect();
                    Said::Referral(next, with_step(rows))
                }
                None => Said::Nothing(Row { step: Some(step), ..useless(&outcome) }),
            },
        }
    }

    /// The zone further down that a reply refers to.
    fn referral(&self, zone: &Zone, found: &Found) -> Option<Zone> {
        let message = &found.reply.message;
        let is_below = |record: &&Record| {
            record.record_type == RecordType::NS
                && record.name.zone_of(&found.name)
                && zone.name.zone_of(&record.name)
                && record.name != zone.name
        };
        let name = message.authorities.iter().find(is_below)?.name.clone();
        let of_zone = message.authorities.iter().filter(|it| it.record_type == RecordType::NS);
        let names = of_zone.filter(|it| it.name == name).filter_map(|it| rdata::target(&it.data));
        let mut servers = Vec::new();
        let mut unknown = Vec::new();
        for server in names {
            let addresses = addresses_of(&server, message);
            if addresses.is_empty() {
                unknown.push(server.clone());
            }
            servers.extend(self.servers(&server, addresses));
        }
        // IPv4 first: not every machine has IPv6, and every zone has IPv4.
        servers.sort_by_key(|server| server.address.is_ipv6());
        Some(Zone { name, servers, unknown })
    }

    /// Looks up the addresses of the servers that came without.
    async fn find_servers(&mut self, zone: &mut Zone, depth: u32) {
        for name in std::mem::take(&mut zone.unknown) {
            let addresses = Box::pin(self.addresses(name.clone(), depth)).await;
            zone.servers.extend(self.servers(&name, addresses));
        }
        self.zones.insert(zone.name.clone(), zone.clone());
    }

    fn servers(&self, name: &Name, addresses: Vec<IpAddr>) -> impl Iterator<Item = Server> {
        let (name, port) = (name.clone(), self.settings.port);
        addresses.into_iter().map(move |address| Server {
            name: Some(name.clone()),
            address: SocketAddr::new(address, port),
        })
    }

    /// The IPv4 addresses of a name server, looked up from the root down without telling.
    async fn addresses(&mut self, name: Name, depth: u32) -> Vec<IpAddr> {
        let mut zone = self.deepest_zone(&name);
        for _ in 0..STEPS_MAX {
            let mut found = None;
            if zone.servers.is_empty() && depth > 0 {
                self.find_servers(&mut zone, depth - 1).await;
            }
            for server in &zone.servers {
                if self.questions >= QUESTIONS_MAX {
                    return Vec::new();
                }
                self.questions += 1;
                match self.said(&zone, server, &name, RecordType::A).await {
                    Said::Nothing(_) => {}
                    said => {
                        found = Some(said);
                        break;
                    }
                }
            }
            match found {
                Some(Said::Referral(next, _)) => {
                    self.zones.insert(next.name.clone(), next.clone());
                    zone = next;
                }
                Some(Said::Answer(outcome, _)) => return addresses_in(&outcome.found().records),
                // RFC 2181, 10.3: the name of a server is no alias.
                _ => return Vec::new(),
            }
        }
        Vec::new()
    }

    /// Asks all other servers of the last zone, and marks where they do not agree.
    async fn ask_the_others(
        &mut self,
        zone: &Zone,
        first: &Server,
        question: Question,
        rows: Vec<Row>,
    ) -> Result<(), Gone> {
        let mut zone = zone.clone();
        self.find_servers(&mut zone, DEPTH_MAX).await;
        let zone = &zone;
        let is_other = |it: &&Server| *it != first && !self.silent.contains(it);
        let others: Vec<_> = zone.servers.iter().filter(is_other).collect();
        let limits = self.limits();
        let mut running = JoinSet::new();
        for (index, server) in others.iter().enumerate() {
            let (address, question) = (server.address, question.clone());
            running.spawn(async move { (index, ask(address, &question, &limits).await) });
        }
        let mut replies = Vec::new();
        while let Some(Ok(reply)) = running.join_next().await {
            replies.push(reply);
        }
        replies.sort_by_key(|(index, _)| *index);
        let mut comparison =
            Comparison::new(1 + others.len(), self.settings.is_difference_decisive);
        let mut of_servers = vec![rows];
        for (index, reply) in replies {
            let said = self.judge(zone, others[index], &question, reply);
            of_servers.push(match said {
                Said::Answer(_, rows) | Said::Referral(_, rows) | Said::Alias(_, rows) => rows,
                Said::Nothing(row) => vec![row],
            });
        }
        for _ in &of_servers {
            comparison.add_question();
        }
        let mut last = Vec::new();
        for (server, rows) in of_servers.into_iter().enumerate() {
            last = comparison.land(server, rows);
        }
        self.send(last)
    }

    /// The end of a trace that leads nowhere.
    fn give_up(
        &mut self,
        zone: &Zone,
        name: &Name,
        record_type: RecordType,
        why: &str,
    ) -> Result<(), Gone> {
        let question = self.question(name, record_type);
        let mut row = absent(&question, "FAILED", None, Exit::Unknown);
        row.absence = Some(format!("cannot trace '{}' to an answer: {why}", present(name)));
        row.preface.clone_from(&row.absence);
        row.step = Some(Arc::new(Step {
            number: self.steps,
            zone: present(&zone.name),
            server_name: None,
        }));
        self.send(vec![row])
    }

    fn question(&self, name: &Name, record_type: RecordType) -> Question {
        let Settings { manner, route, .. } = self.settings;
        let manner = Manner { recursion_desired: false, ..manner.clone() };
        Question { name: name.clone(), record_type, route: route.clone(), manner }
    }

    fn limits(&self) -> Limits {
        let limits = self.settings.limits;
        Limits { deadline: limits.deadline.min(SERVER_TIMEOUT), ..limits }
    }

    fn send(&mut self, rows: Vec<Row>) -> Result<(), Gone> {
        self.sent += 1;
        self.rows.send((self.sent - 1, rows)).map_err(|_| Gone)
    }
}

/// Whether a server says so of its own zone, or looked it up.
fn is_final(found: &Found) -> bool {
    let flags = found.reply.message.flags;
    flags.is_authoritative() || flags.recursion_available()
}

fn addresses_of(server: &Name, message: &Message) -> Vec<IpAddr> {
    let of_server: Vec<_> =
        message.additionals.iter().filter(|it| it.name == *server).cloned().collect();
    addresses_in(&of_server)
}

fn addresses_in(records: &[Record]) -> Vec<IpAddr> {
    let address = |record: &Record| match record.record_type {
        RecordType::A => <[u8; 4]>::try_from(&*record.data).ok().map(IpAddr::from),
        RecordType::AAAA => <[u8; 16]>::try_from(&*record.data).ok().map(IpAddr::from),
        _ => None,
    };
    records.iter().filter_map(address).collect()
}

/// A server that did not reply: worth a row, and no harm where another does.
fn silent(question: &Question, error: &AskError) -> Row {
    let source = Some(Source::Silent(error.server()));
    let mut row = absent(question, answer::status(error), source, Exit::Yes);
    row.absence = Some(output::with_causes(error));
    row
}

/// A server that replied and is of no use: it fails, refuses, or refers to where we come from.
fn useless(outcome: &Outcome) -> Row {
    let rows = answer::rows(outcome);
    let mut row = rows.into_iter().rfind(|row| row.absence.is_some()).unwrap_or_else(|| {
        let found = outcome.found();
        let about = Arc::new(answer::about(found, Cow::Borrowed("LAME")));
        let mut row = answer::of_question(&about, found);
        row.absence = Some(format!("{} is no authority for the zone", found.reply.server));
        row
    });
    if let Outcome::Referral(_) = outcome {
        Arc::make_mut(&mut row.about).status = Cow::Borrowed("LAME");
    }
    row.exit = Exit::Yes;
    row
}

fn absent(question: &Question, status: &'static str, source: Option<Source>, exit: Exit) -> Row {
    let about = About::unanswered(&question.name, question.record_type, status, source);
    Row::without_record(Arc::new(about), question.manner.class, exit)
}
