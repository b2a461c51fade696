//! From what came back to rows.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use hickory_proto::rr::{DNSClass, Name, RecordType};
use output::Exit;

use crate::check::{Checked, Finding};
use crate::dnssec::Security;
use crate::exchange::AskError;
use crate::hosts::HostsFile;
use crate::message::{Edns, Record, Section, extended_error_name};
use crate::name::{self, present};
use crate::rcode::Rcode;
use crate::rdata::{self, type_name};
use crate::request::Subject;
use crate::resolve::{Found, Outcome, ResolveError};
use crate::row::{About, Reply, Row, Source};

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
    detail: Detail,
}

/// How much of a message is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Detail {
    /// The records that were asked for.
    #[default]
    Answer,
    /// All of it, section by section.
    Message,
}

/// A row, and for one without a record of its type what is said if there is no address at all.
struct Told {
    row: Row,
    without_address: Option<String>,
}

impl Group {
    pub(crate) fn new(needs_one: bool, detail: Detail) -> Self {
        Self {
            waiting: 0,
            needs_one,
            has_answer: false,
            held: Vec::new(),
            aliases: HashSet::new(),
            detail,
        }
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
                Ok(outcome) => told(&outcome, self.detail),
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
        self.detail == Detail::Message
            || !matches!(row.record_type, RecordType::CNAME | RecordType::DNAME)
            || row.record_type == row.about.asked_type
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
            && rest.iter().all(|told| told.row.about.status == first.row.about.status)
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
    let row = |name: &Name, data| {
        let about = Arc::new(About {
            asked_name: present(name),
            asked_type: record_type,
            status: Cow::Borrowed("NOERROR"),
            canonical_name: None,
            source: Some(Source::Hosts(hosts.path.clone())),
        });
        Row { data: Some(data), ..Row::without_record(about, DNSClass::IN, Exit::Yes) }
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

/// The rows of one outcome by itself.
pub(crate) fn rows(outcome: &Outcome) -> Vec<Row> {
    told(outcome, Detail::Answer).into_iter().map(|told| told.row).collect()
}

fn told(outcome: &Outcome, detail: Detail) -> Vec<Told> {
    let found = outcome.found();
    let absence = absence(outcome);
    let status = match &absence {
        _ if found.is_bogus() => Cow::Borrowed("BOGUS"),
        Some(absence) => absence.status.clone(),
        None => Cow::Borrowed("NOERROR"),
    };
    let about = Arc::new(about(found, status));
    let mut rows: Vec<Row> = match detail {
        // Aliases that lead nowhere are shown all the same.
        Detail::Answer => found
            .records
            .iter()
            .map(|record| {
                let row = of_record(&about, Section::Answer, record);
                checked(row, found, |checked| checked.of(record))
            })
            .collect(),
        Detail::Message => whole_message(found, &about),
    };
    let mut without_address = None;
    if let Some(absence) = absence {
        without_address = absence.without_address;
        let row = Row {
            exit: absence.exit,
            absence: Some(absence.sentence),
            ..of_question(&about, found)
        };
        rows.push(checked(row, found, |checked| &checked.whole));
    }
    if let Some(first) = rows.first_mut() {
        first.preface = preface(found, detail);
    }
    let mut told: Vec<_> = rows.into_iter().map(Told::from).collect();
    if let Some(last) = told.last_mut() {
        last.without_address = without_address;
    }
    told
}

/// A row with what DNSSEC says of it. What is bogus is no answer.
fn checked<'a>(row: Row, found: &'a Found, of: impl Fn(&'a Checked) -> &'a Finding) -> Row {
    let Some(checked) = &found.checked else { return row };
    let exit = match checked.whole.state {
        Security::Bogus => Exit::Unknown,
        _ => row.exit,
    };
    Row { security: Some(of(checked).clone()), exit, ..row }
}

/// Why a question has no answer.
struct Absence {
    status: Cow<'static, str>,
    exit: Exit,
    sentence: String,
    /// The sentence if there is no address of either family.
    without_address: Option<String>,
}

fn absence(outcome: &Outcome) -> Option<Absence> {
    let found = outcome.found();
    let server = found.reply.server;
    let asked = present(&found.name);
    let what = type_name(found.record_type);
    let target = present(&found.canonical_name);
    let via = if target == asked { String::new() } else { format!(", to which '{asked}' leads,") };
    let why = extended_errors(found);
    let failed = |status: Cow<'static, str>, reason: String| Absence {
        status,
        exit: Exit::Unknown,
        sentence: format!("cannot resolve '{asked}' ({what}): {reason}{why}"),
        without_address: None,
    };
    let besides = proved(found) + &also_tried(found);
    let no_data =
        |what: &str| format!("'{target}'{via} has no {what} (says {server}){why}{besides}");
    Some(match outcome {
        Outcome::Answer(_) => return None,
        Outcome::NoSuchName(_) => Absence {
            status: "NXDOMAIN".into(),
            exit: Exit::No,
            sentence: format!(
                "no such name: '{target}'{} (says {server}){why}{besides}",
                via.trim_end_matches(',')
            ),
            without_address: None,
        },
        Outcome::NoData(_) => Absence {
            status: "NODATA".into(),
            exit: Exit::No,
            sentence: no_data(&format!("{what} record")),
            without_address: Some(no_data("address")),
        },
        Outcome::AliasLoop(_) => {
            failed("ALIASLOOP".into(), format!("its aliases go round in a circle, says {server}"))
        }
        Outcome::Referral(_) if target != asked => failed(
            "REFERRAL".into(),
            format!("an alias of '{target}', which {server} does not look up"),
        ),
        Outcome::Referral(_) => failed(
            "REFERRAL".into(),
            format!("{server} does not know, and refers to other servers"),
        ),
        Outcome::Damaged(_) => {
            let damage = found.reply.message.damage.map(|it| it.to_string()).unwrap_or_default();
            let reason = format!("the reply from {server} is malformed: {damage}");
            failed("MALFORMED".into(), reason)
        }
        Outcome::Failed(_, rcode) => {
            failed(rcode.name.clone(), format!("{server} says {}: {}", rcode.name, rcode.meaning))
        }
    })
}

/// The reasons that the server itself gives (RFC 8914).
fn extended_errors(found: &Found) -> String {
    let mut text = String::new();
    for error in found.reply.message.edns.iter().flat_map(Edns::extended_errors) {
        let name = extended_error_name(error.code);
        let _ = write!(text, "; EDE {} ({name})", error.code);
        if !error.text.is_empty() {
            // In one line: a line end of the server's starts no line of ours.
            let _ = write!(text, ": '{}'", error.text.replace(['\r', '\n'], " "));
        }
    }
    text
}

/// What is worth saying of a reply before its records are shown.
fn preface(found: &Found, detail: Detail) -> Option<String> {
    let reply = &found.reply;
    let message = &reply.message;
    let mut lines = Vec::new();
    if detail == Detail::Message {
        lines.extend(header(found));
    }
    if let Some(checked) = &found.checked
        && (detail == Detail::Message || checked.whole.state != Security::Secure)
    {
        let asked = present(&found.name);
        let what = type_name(found.record_type);
        let Finding { state, reason, .. } = &checked.whole;
        lines.push(format!("'{asked}' {what} is {}: {reason}", state.as_str()));
    }
    if message.rcode == 0 && detail == Detail::Answer {
        let why = extended_errors(found);
        if !why.is_empty() {
            lines.push(format!("{} adds{}", reply.server, why.trim_start_matches(';')));
        }
    }
    if let Some(damage) = message.damage {
        lines.push(format!("the reply from {} is damaged: {damage}", reply.server));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Who answered, and how, in the manner of nslookup.
fn header(found: &Found) -> Vec<String> {
    let reply = &found.reply;
    let message = &reply.message;
    let server = reply.server;
    let rcode = Rcode::from(message.rcode);
    let rtt_ms = reply.rtt.as_secs_f64() * 1e3;
    let retried = if reply.tcp_because_truncated { ", after UDP cut it short" } else { "" };
    let mut lines = vec![
        format!("Server:   {}", server.ip()),
        format!(
            "Address:  {}#{} ({}{retried}, {rtt_ms:.3} ms, {} octets)",
            server.ip(),
            server.port(),
            reply.transport.as_str(),
            message.octets
        ),
        format!(
            "{}: {}; id {}, flags {}",
            rcode.name,
            rcode.meaning,
            message.id,
            message.flags.names().join(" ")
        ),
    ];
    if let Some(edns) = &message.edns {
        let dnssec_ok = if edns.dnssec_ok { ", flags do" } else { "" };
        let (version, payload) = (edns.version, edns.payload_octets);
        lines.push(format!("EDNS: version {version}{dnssec_ok}, udp {payload} octets"));
        lines.extend(edns.options_in_words().into_iter().map(|it| format!("EDNS: {it}")));
    }
    if message.rcode == 0 && !message.flags.is_authoritative() {
        lines.push("Non-authoritative answer:".to_owned());
    }
    lines
}

/// That there is nothing is proved: no record shows it.
fn proved(found: &Found) -> String {
    match found.checked.as_ref().map(|checked| &checked.whole) {
        Some(Finding { state: Security::Secure, reason, .. }) => format!("; secure: {reason}"),
        _ => String::new(),
    }
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

fn whole_message(found: &Found, about: &Arc<About>) -> Vec<Row> {
    let message = &found.reply.message;
    let questions = message.questions.iter().map(|question| Row {
        name: present(&question.name),
        record_type: question.record_type,
        class: question.class,
        section: Section::Question,
        ..of_question(about, found)
    });
    let records = message.records().map(|(section, record)| {
        let row = of_record(about, section, record);
        if section == Section::Answer {
            checked(row, found, |checked| checked.of(record))
        } else {
            row
        }
    });
    questions.chain(records).collect()
}

pub(crate) fn of_record(about: &Arc<About>, section: Section, record: &Record) -> Row {
    Row {
        name: present(&record.name),
        record_type: record.record_type,
        ttl: Some(record.ttl),
        data: Some(rdata::present(record.record_type, &record.data)),
        section,
        ..Row::without_record(Arc::clone(about), record.class, Exit::Yes)
    }
}

/// A row without a record.
pub(crate) fn of_question(about: &Arc<About>, found: &Found) -> Row {
    Row::without_record(Arc::clone(about), found.class, Exit::Yes)
}

pub(crate) fn about(found: &Found, status: Cow<'static, str>) -> About {
    About {
        asked_name: present(&found.name),
        asked_type: found.record_type,
        status,
        canonical_name: (found.canonical_name != found.name)
            .then(|| present(&found.canonical_name)),
        source: Some(source(found)),
    }
}

fn source(found: &Found) -> Source {
    let reply = &found.reply;
    let edns = reply.message.edns.as_ref();
    Source::Server(Reply {
        server: reply.server,
        transport: reply.transport,
        rtt: reply.rtt,
        sent: reply.sent,
        was_truncated: reply.tcp_because_truncated,
        has_edns: !reply.edns_refused,
        flags: reply.message.flags,
        rcode: reply.message.rcode,
        octets: reply.message.octets,
        extended_errors: edns.map(Edns::extended_errors).unwrap_or_default(),
        nsid: edns.and_then(Edns::nsid).map(<[u8]>::to_vec),
    })
}

/// A question that got no reply.
fn unanswered(error: &ResolveError) -> Row {
    let about = match error {
        ResolveError::NoReply { name, record_type, source, .. } => {
            let server = Some(Source::Silent(source.server()));
            About::unanswered(name, *record_type, status(source), server)
        }
        ResolveError::Start { asked, .. } if !asked.candidates.is_empty() => {
            About::unanswered(&asked.candidates[0], asked.record_type, "FAILED", None)
        }
        _ => About::unanswered(&Name::root(), RecordType::ANY, "FAILED", None),
    };
    let row = Row::without_record(Arc::new(about), DNSClass::IN, Exit::Unknown);
    Row { absence: Some(in_words(error)), ..row }
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
pub(crate) const fn status(error: &AskError) -> &'static str {
    match error {
        AskError::NothingListens { .. } => "CONNREFUSED",
        AskError::Timeout { .. } | AskError::GivenUp { .. } => "TIMEOUT",
        AskError::Unreachable { .. } => "UNREACHABLE",
        AskError::OtherQuestion { .. } => "MALFORMED",
        AskError::Truncated { .. } => "TRUNCATED",
        AskError::Encrypted(error) => error.status(),
        _ => "FAILED",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn row(record_type: RecordType, asked_type: RecordType, data: &str) -> Row {
        Row {
            record_type,
            ttl: Some(60),
            data: Some(data.to_owned()),
            ..Row::without_record(about(asked_type, "NOERROR"), DNSClass::IN, Exit::Yes)
        }
    }

    fn about(asked_type: RecordType, status: &'static str) -> Arc<About> {
        Arc::new(About {
            asked_name: "www.test".to_owned(),
            asked_type,
            status: status.into(),
            canonical_name: None,
            source: Some(Source::Server(reply())),
        })
    }

    fn reply() -> Reply {
        Reply {
            server: "127.0.0.1:53".parse().unwrap(),
            transport: crate::exchange::Transport::Udp,
            rtt: std::time::Duration::ZERO,
            sent: 1,
            was_truncated: false,
            has_edns: true,
            flags: crate::message::Flags::default(),
            rcode: 0,
            octets: 0,
            extended_errors: vec![],
            nsid: None,
        }
    }

    pub(crate) fn absent(asked_type: RecordType, status: &'static str, exit: Exit) -> Row {
        Row {
            data: None,
            about: about(asked_type, status),
            exit,
            absence: Some(status.to_owned()),
            ..row(asked_type, asked_type, "")
        }
    }

    /// The data of what is shown, or what is said, and the exit code of all of it.
    fn shown(arrivals: Vec<Vec<Row>>, needs_one: bool) -> (Vec<String>, Option<Exit>) {
        let mut group = Group::new(needs_one, Detail::Answer);
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

    /// A question without an answer, behind an alias or not, as it was checked or not.
    fn without_answer(leads_to: &str, security: Option<Security>) -> Found {
        let name = |text: &str| Name::from_ascii(text).unwrap();
        // A header that says NXDOMAIN, and nothing after it.
        let message = [0, 0, 0x81, 0x83, 0, 0, 0, 0, 0, 0, 0, 0];
        let finding =
            |state| Finding { state, reason: "proved by NSEC of test".to_owned(), code: None };
        Found {
            name: name("www.test."),
            record_type: RecordType::A,
            class: DNSClass::IN,
            reply: crate::exchange::Reply {
                message: crate::message::Message::read(&message).unwrap(),
                server: "127.0.0.1:53".parse().unwrap(),
                transport: crate::exchange::Transport::Udp,
                rtt: std::time::Duration::ZERO,
                sent: 1,
                tcp_because_truncated: false,
                edns_refused: false,
            },
            records: vec![],
            canonical_name: name(leads_to),
            checked: security.map(|state| finding(state).into()),
            tried: vec![],
        }
    }

    #[test]
    fn that_there_is_no_answer_is_said_with_its_proof() {
        use Security::{Insecure, Secure};
        let proof = "; secure: proved by NSEC of test";
        for (leads_to, security, via, end) in [
            ("www.test.", None, "", ""),
            ("www.test.", Some(Insecure), "", ""),
            ("www.test.", Some(Secure), "", proof),
            ("real.test.", Some(Secure), ", to which 'www.test' leads", proof),
        ] {
            let found = || without_answer(leads_to, security);
            let name = leads_to.trim_end_matches('.');
            let sentence = |outcome| rows(&outcome)[0].absence.clone().unwrap();
            assert_eq!(
                sentence(Outcome::NoSuchName(found())),
                format!("no such name: '{name}'{via} (says 127.0.0.1:53){end}")
            );
            let comma = if via.is_empty() { "" } else { "," };
            assert_eq!(
                sentence(Outcome::NoData(found())),
                format!("'{name}'{via}{comma} has no A record (says 127.0.0.1:53){end}")
            );
        }
    }

    #[test]
    fn only_aliases_are_shown_once() {
        use RecordType::{ANY, HINFO, TXT};
        let same = vec![row(TXT, ANY, "\"x\""), row(HINFO, ANY, "\"x\"")];
        assert_eq!(shown(vec![same], false).0.len(), 2);
    }
}
