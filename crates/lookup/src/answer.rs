//! From what came back to rows.

use std::collections::HashSet;
use std::path::Path;

use hickory_proto::rr::{Name, RData, Record, RecordType};
use output::Exit;

use crate::exchange::AskError;
use crate::name::{self, present};
use crate::rdata::{self, type_name};
use crate::request::{Subject, Target};
use crate::resolve::{Found, Outcome, ResolveError};
use crate::row::{Reply, Row, Source};
use crate::system::SystemConfig;

/// What came of a question.
pub(crate) enum Arrival {
    /// It stands in the hosts file.
    Hosts(Vec<Row>),
    /// A server was asked.
    Server(Box<Result<Outcome, ResolveError>>),
}

/// What came of the question with this index.
pub(crate) type Landed = (usize, Arrival);

/// The questions whose answers belong together.
pub(crate) struct Group {
    /// How many have not landed.
    pub waiting: usize,
    /// Whether one answer is enough: a name with an IPv4 address needs no IPv6 one.
    pub needs_one: bool,
    has_answer: bool,
    /// What is not said until it is known whether another question of the group has an answer.
    held: Vec<Row>,
    /// Aliases that were shown: A and AAAA come over the same ones.
    aliases: HashSet<(String, Option<String>)>,
}

impl Group {
    pub(crate) fn new(questions: usize, needs_one: bool) -> Self {
        Self {
            waiting: questions,
            needs_one,
            has_answer: false,
            held: Vec::new(),
            aliases: HashSet::new(),
        }
    }

    /// What is to be shown now that this has landed.
    pub(crate) fn land(&mut self, arrival: Arrival) -> Vec<Row> {
        self.waiting = self.waiting.saturating_sub(1);
        let mut rows = match arrival {
            Arrival::Hosts(rows) => rows,
            Arrival::Server(outcome) => match *outcome {
                Ok(outcome) => rows(&outcome),
                Err(error) => vec![unanswered(&error)],
            },
        };
        self.has_answer |= rows.iter().any(|row| row.exit == Exit::Yes);
        rows.retain(|row| {
            row.record_type == row.asked_type
                || row.absence.is_some()
                || self.aliases.insert((row.name.clone(), row.data.clone()))
        });
        if !self.needs_one {
            return rows;
        }
        let (absences, mut rows): (Vec<_>, _) =
            rows.into_iter().partition(|row| row.absence.is_some());
        self.held.extend(absences);
        if self.waiting == 0 {
            rows.extend(self.release());
        }
        rows
    }

    /// Beside an answer, only failures are worth a word, and none of them makes it less of one.
    /// Without any, what holds of all questions is said once.
    fn release(&mut self) -> Vec<Row> {
        let mut held = std::mem::take(&mut self.held);
        if self.has_answer {
            held.retain(|row| row.exit != Exit::No);
            for row in &mut held {
                row.exit = Exit::Yes;
            }
        }
        if held.len() > 1 && held.iter().all(|row| row.status == held[0].status) {
            held.truncate(1);
        }
        held
    }
}

/// What the hosts file has for a target: nothing if the DNS is to be asked.
pub(crate) fn from_hosts(target: &Target, config: &SystemConfig, path: &Path) -> Vec<Row> {
    let row = |name: &Name, record_type, data| Row {
        name: present(name),
        record_type,
        ttl: None,
        source: Some(Source::Hosts(path.to_owned())),
        canonical_name: None,
        data: Some(data),
        status: "NOERROR".to_owned(),
        asked_type: record_type,
        exit: Exit::Yes,
        absence: None,
    };
    match &target.subject {
        Subject::Address(address) if target.types == [RecordType::PTR] => {
            let found = config.hosts.name_of(*address);
            let rows = found.map(|it| row(&name::reverse(*address), RecordType::PTR, present(it)));
            rows.into_iter().collect()
        }
        Subject::Address(_) => Vec::new(),
        Subject::Name(parsed) => target
            .types
            .iter()
            .flat_map(|record_type| {
                let addresses = config.hosts.lookup(&parsed.name, *record_type);
                addresses.into_iter().map(|it| row(&parsed.name, *record_type, it.to_string()))
            })
            .collect(),
    }
}

fn rows(outcome: &Outcome) -> Vec<Row> {
    let found = outcome.found();
    let asked = present(&found.name);
    let what = type_name(found.record_type);
    let says = format!("says {}", found.reply.server);
    let records = || found.records.iter().map(|record| of_record(found, record));
    let absent = |status: &str, exit, sentence| absence(found, status, exit, sentence);
    let without_records = match outcome {
        Outcome::Answer(_) => return records().collect(),
        Outcome::NoSuchName(_) => {
            let tried = also_tried(found);
            absent("NXDOMAIN", Exit::No, format!("no such name: '{asked}' ({says}){tried}"))
        }
        Outcome::NoData(_) => {
            let tried = also_tried(found);
            absent("NODATA", Exit::No, format!("'{asked}' has no {what} record ({says}){tried}"))
        }
        Outcome::AliasLoop(_) => {
            let sentence = format!("the aliases of '{asked}' go round in a circle ({says})");
            absent("ALIASLOOP", Exit::Unknown, sentence)
        }
        Outcome::Referral(_) => {
            let sentence = format!(
                "cannot resolve '{asked}' ({what}): {} does not know, and refers to other servers",
                found.reply.server
            );
            absent("REFERRAL", Exit::Unknown, sentence)
        }
        Outcome::Failed(_, rcode) => {
            let sentence = format!(
                "cannot resolve '{asked}' ({what}): {} says {}: {}",
                found.reply.server, rcode.name, rcode.meaning
            );
            absent(&rcode.name, Exit::Unknown, sentence)
        }
    };
    // Aliases that lead nowhere are shown all the same.
    let on_the_way = records().map(|row| Row { exit: without_records.exit, ..row });
    on_the_way.chain([without_records.clone()]).collect()
}

/// What was asked for besides, because of the search list.
fn also_tried(found: &Found) -> String {
    let others: Vec<_> = found
        .tried
        .iter()
        .filter(|name| **name != found.name)
        .map(|name| format!("'{}'", present(name)))
        .collect();
    if others.is_empty() { String::new() } else { format!("; also tried {}", others.join(", ")) }
}

fn of_record(found: &Found, record: &Record<RData>) -> Row {
    Row {
        name: present(&record.name),
        record_type: record.record_type(),
        ttl: Some(record.ttl),
        source: Some(source(found)),
        canonical_name: Some(present(&found.canonical_name)),
        data: Some(rdata::present(&record.data)),
        status: "NOERROR".to_owned(),
        asked_type: found.record_type,
        exit: Exit::Yes,
        absence: None,
    }
}

fn absence(found: &Found, status: &str, exit: Exit, sentence: String) -> Row {
    Row {
        name: present(&found.name),
        record_type: found.record_type,
        ttl: None,
        source: Some(source(found)),
        canonical_name: Some(present(&found.canonical_name)),
        data: None,
        status: status.to_owned(),
        asked_type: found.record_type,
        exit,
        absence: Some(sentence),
    }
}

fn source(found: &Found) -> Source {
    Source::Server(Reply {
        server: found.reply.server,
        transport: found.reply.transport,
        is_authoritative: found.reply.authoritative(),
        rtt: found.reply.rtt,
        sent: found.reply.sent,
        was_truncated: found.reply.tcp_because_truncated,
        has_edns: !found.reply.edns_refused,
    })
}

/// A question that got no reply.
fn unanswered(error: &ResolveError) -> Row {
    let (name, record_type, status) = match error {
        ResolveError::NoReply { name, record_type, source, .. } => {
            (present(name), *record_type, status(source))
        }
        _ => (String::new(), RecordType::ANY, "FAILED"),
    };
    Row {
        name,
        record_type,
        ttl: None,
        source: None,
        canonical_name: None,
        data: None,
        status: status.to_owned(),
        asked_type: record_type,
        exit: Exit::Unknown,
        absence: Some(output::with_causes(error)),
    }
}

/// One word for scripts.
const fn status(error: &AskError) -> &'static str {
    match error {
        AskError::NothingListens { .. } => "CONNREFUSED",
        AskError::Timeout { .. } => "TIMEOUT",
        AskError::Unreachable { .. } => "UNREACHABLE",
        AskError::Garbled { .. } | AskError::OtherQuestion { .. } => "MALFORMED",
        AskError::Truncated { .. } => "TRUNCATED",
        _ => "FAILED",
    }
}
