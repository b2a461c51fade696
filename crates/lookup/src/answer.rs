//! From what came back to rows.

use std::collections::HashSet;

use hickory_proto::rr::{Name, RData, Record, RecordType};
use output::Exit;

use crate::exchange::AskError;
use crate::hosts::HostsFile;
use crate::name::{self, present};
use crate::rdata::{self, type_name};
use crate::request::Subject;
use crate::resolve::{Found, Outcome, ResolveError};
use crate::row::{Reply, Row, Source};

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
    waiting: usize,
    /// Whether one answer is enough: a name with an IPv4 address needs no IPv6 one.
    needs_one: bool,
    has_answer: bool,
    /// What is not said until it is known whether another question of the group has an answer.
    held: Vec<Told>,
    /// Aliases that were shown: A and AAAA come over the same ones.
    aliases: HashSet<(String, Option<String>)>,
}

/// A row, and for one without a record of its type what is said if there is no address at all.
struct Told {
    row: Row,
    without_address: Option<String>,
}

impl Group {
    pub(crate) fn new(needs_one: bool) -> Self {
        Self { waiting: 0, needs_one, has_answer: false, held: Vec::new(), aliases: HashSet::new() }
    }

    /// One more question belongs to it.
    pub(crate) const fn add_question(&mut self) {
        self.waiting += 1;
    }

    /// What is to be shown now that this has landed.
    pub(crate) fn land(&mut self, arrival: Arrival) -> Vec<Row> {
        self.waiting = self.waiting.saturating_sub(1);
        let mut told = match arrival {
            Arrival::Hosts(rows) => rows.into_iter().map(Told::from).collect(),
            Arrival::Server(outcome) => match *outcome {
                Ok(outcome) => told(&outcome),
                Err(error) => vec![unanswered(&error).into()],
            },
        };
        let is_answer = told.iter().all(|told| told.row.absence.is_none());
        self.has_answer |= is_answer;
        if self.needs_one {
            if !is_answer {
                self.held.append(&mut told);
            }
            if self.waiting == 0 {
                told.extend(self.release());
            }
        }
        told.into_iter().map(|told| told.row).filter(|row| self.is_new(row)).collect()
    }

    /// Whether it is anything but an alias that was shown.
    fn is_new(&mut self, row: &Row) -> bool {
        !matches!(row.record_type, RecordType::CNAME | RecordType::DNAME)
            || row.record_type == row.asked_type
            || self.aliases.insert((row.name.clone(), row.data.clone()))
    }

    /// Beside an answer, only failures are worth a word, and none of them makes it less of one.
    /// Without any, what holds of all questions is said in the same words.
    fn release(&mut self) -> Vec<Told> {
        let mut held = std::mem::take(&mut self.held);
        if self.has_answer {
            held.retain(|told| told.row.absence.is_none() || told.row.exit != Exit::No);
            for told in &mut held {
                told.row.exit = Exit::Yes;
            }
        }
        let mut absent: Vec<_> =
            held.iter_mut().filter(|told| told.row.absence.is_some()).collect();
        if let [first, rest @ ..] = &mut absent[..]
            && !rest.is_empty()
            && rest.iter().all(|told| told.row.status == first.row.status)
        {
            let sentence = first.without_address.take().or_else(|| first.row.absence.take());
            first.row.absence.clone_from(&sentence);
            for told in rest {
                told.row.absence.clone_from(&sentence);
            }
        }
        held
    }
}

impl From<Row> for Told {
    fn from(row: Row) -> Self {
        Self { row, without_address: None }
    }
}

/// What the hosts file has for a question: nothing if the DNS is to be asked.
pub(crate) fn from_hosts(
    subject: &Subject,
    record_type: RecordType,
    hosts: &HostsFile,
) -> Vec<Row> {
    let row = |name: &Name, data| Row {
        name: present(name),
        record_type,
        ttl: None,
        source: Some(Source::Hosts(hosts.path.clone())),
        canonical_name: None,
        data: Some(data),
        status: "NOERROR".to_owned(),
        asked_type: record_type,
        exit: Exit::Yes,
        absence: None,
    };
    match subject {
        Subject::Address(parsed) if record_type == RecordType::PTR => {
            let found = hosts.name_of(parsed.address);
            let row = |name| row(&name::reverse(parsed.address), present(name));
            found.map(row).into_iter().collect()
        }
        Subject::Address(_) => Vec::new(),
        Subject::Name(parsed) => {
            let addresses = hosts.lookup(&parsed.name, record_type);
            addresses.into_iter().map(|address| row(&parsed.name, address.to_string())).collect()
        }
    }
}

fn told(outcome: &Outcome) -> Vec<Told> {
    let found = outcome.found();
    let server = found.reply.server;
    let asked = present(&found.name);
    let what = type_name(found.record_type);
    let target = present(&found.canonical_name);
    let via = if target == asked { String::new() } else { format!(", to which '{asked}' leads") };
    let absent = |status: &str, exit, sentence| absence(found, status, exit, sentence);
    let failed = |status: &str, reason: String| {
        absent(status, Exit::Unknown, format!("cannot resolve '{asked}' ({what}): {reason}"))
    };
    let tried = also_tried(found);
    let no_data = |what: &str| format!("'{target}'{via} has no {what} (says {server}){tried}");
    let absence = match outcome {
        Outcome::Answer(_) => None,
        Outcome::NoSuchName(_) => {
            let sentence = format!("no such name: '{target}'{via} (says {server}){tried}");
            Some(absent("NXDOMAIN", Exit::No, sentence))
        }
        Outcome::NoData(_) => Some(absent("NODATA", Exit::No, no_data(&format!("{what} record")))),
        Outcome::AliasLoop(_) => {
            Some(failed("ALIASLOOP", format!("its aliases go round in a circle, says {server}")))
        }
        Outcome::Referral(_) if target != asked => {
            let reason = format!("an alias of '{target}', which {server} does not look up");
            Some(failed("REFERRAL", reason))
        }
        Outcome::Referral(_) => {
            let reason = format!("{server} does not know, and refers to other servers");
            Some(failed("REFERRAL", reason))
        }
        Outcome::Failed(_, rcode) => {
            let reason = format!("{server} says {}: {}", rcode.name, rcode.meaning);
            Some(failed(&rcode.name, reason))
        }
    };
    // Aliases that lead nowhere are shown all the same.
    let records = found.records.iter().map(|record| of_record(found, record).into());
    let is_without = matches!(outcome, Outcome::NoData(_));
    let without_address = is_without.then(|| no_data("address"));
    records.chain(absence.map(|row| Told { row, without_address })).collect()
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
    let (name, record_type, status, source) = match error {
        ResolveError::NoReply { name, record_type, source, .. } => {
            (present(name), *record_type, status(source), Some(Source::Silent(source.server())))
        }
        _ => (String::new(), RecordType::ANY, "FAILED", None),
    };
    Row {
        name,
        record_type,
        ttl: None,
        source,
        canonical_name: None,
        data: None,
        status: status.to_owned(),
        asked_type: record_type,
        exit: Exit::Unknown,
        absence: Some(in_words(error)),
    }
}

/// What each server did, the one that is told of first at the head.
fn in_words(error: &ResolveError) -> String {
    let mut sentence = output::with_causes(error);
    if let ResolveError::NoReply { others, .. } = error {
        for other in others {
            sentence.push_str("; ");
            sentence.push_str(&output::with_causes(other));
        }
    }
    sentence
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Duration;

    use super::*;
    use crate::exchange::Transport;

    fn row(record_type: RecordType, asked_type: RecordType, data: &str) -> Row {
        Row {
            name: "www.test".to_owned(),
            record_type,
            ttl: Some(60),
            source: Some(Source::Server(Reply {
                server: SocketAddr::from((Ipv4Addr::LOCALHOST, 53)),
                transport: Transport::Udp,
                is_authoritative: false,
                rtt: Duration::ZERO,
                sent: 1,
                was_truncated: false,
                has_edns: true,
            })),
            canonical_name: None,
            data: Some(data.to_owned()),
            status: "NOERROR".to_owned(),
            asked_type,
            exit: Exit::Yes,
            absence: None,
        }
    }

    fn absent(asked_type: RecordType, status: &str, exit: Exit) -> Row {
        Row {
            data: None,
            status: status.to_owned(),
            exit,
            absence: Some(status.to_owned()),
            ..row(asked_type, asked_type, "")
        }
    }

    /// The data of what is shown, or what is said, and the exit code of all of it.
    fn shown(arrivals: Vec<Vec<Row>>, needs_one: bool) -> (Vec<String>, Option<Exit>) {
        let mut group = Group::new(needs_one);
        for _ in &arrivals {
            group.add_question();
        }
        let rows: Vec<_> =
            arrivals.into_iter().flat_map(|rows| group.land(Arrival::Hosts(rows))).collect();
        let exit = rows.iter().map(|row| row.exit).max();
        (rows.into_iter().filter_map(|row| row.data.or(row.absence)).collect(), exit)
    }

    #[test]
    fn one_address_is_enough_whichever_question_lands_first() {
        use RecordType::{A, AAAA, CNAME};
        let a = || vec![row(CNAME, A, "real.test"), row(A, A, "192.0.2.1")];
        for (status, exit) in [("NODATA", Exit::No), ("SERVFAIL", Exit::Unknown)] {
            let aaaa = || vec![row(CNAME, AAAA, "real.test"), absent(AAAA, status, exit)];
            for arrivals in [vec![a(), aaaa()], vec![aaaa(), a()]] {
                let (told, exit) = shown(arrivals, true);
                assert_eq!(exit, Some(Exit::Yes), "{told:?}");
                assert!(told.contains(&"192.0.2.1".to_owned()), "{told:?}");
                let at = |word| told.iter().position(|it| it == word);
                assert!(at("real.test") < at("192.0.2.1"), "{told:?}");
                assert_eq!(told.iter().filter(|it| *it == "real.test").count(), 1, "{told:?}");
                assert_eq!(told.contains(&status.to_owned()), status == "SERVFAIL", "{told:?}");
            }
        }
    }

    #[test]
    fn what_holds_of_both_questions_is_said_in_the_same_words() {
        use RecordType::{A, AAAA};
        let mut refused = [A, AAAA].map(|it| absent(it, "REFUSED", Exit::Unknown));
        refused[1].absence = Some("REFUSED as well".to_owned());
        let words = ["REFUSED", "REFUSED"].map(str::to_owned).to_vec();
        let refused = refused.map(|row| vec![row]).to_vec();
        assert_eq!(shown(refused, true), (words, Some(Exit::Unknown)));
        let mixed =
            vec![vec![absent(A, "NODATA", Exit::No)], vec![absent(AAAA, "TIMEOUT", Exit::Unknown)]];
        let words = ["NODATA", "TIMEOUT"].map(str::to_owned).to_vec();
        assert_eq!(shown(mixed, true), (words, Some(Exit::Unknown)));
    }

    #[test]
    fn types_that_were_named_each_have_their_say() {
        use RecordType::{A, MX};
        let arrivals = vec![vec![row(A, A, "192.0.2.1")], vec![absent(MX, "NODATA", Exit::No)]];
        let words = ["192.0.2.1", "NODATA"].map(str::to_owned).to_vec();
        assert_eq!(shown(arrivals, false), (words, Some(Exit::No)));
    }

    #[test]
    fn only_aliases_are_shown_once() {
        use RecordType::{ANY, HINFO, TXT};
        let same = vec![row(TXT, ANY, "\"x\""), row(HINFO, ANY, "\"x\"")];
        assert_eq!(shown(vec![same], false).0.len(), 2);
    }
}
