//! One name to an answer: over its candidates, its servers, and the aliases in the reply.

use std::collections::{HashMap, HashSet};
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::sync::Arc;

use hickory_proto::rr::{DNSClass, Name, RecordType};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::check::{Checked, Checker};
use crate::dnssec::Security;
use crate::exchange::{AskError, Limits, Question, Reply, Route, after, ask};
use crate::message::{Manner, Record};
use crate::name::present;
use crate::rcode::Rcode;
use crate::rdata;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The names to try in their order, such as [`crate::system::SystemConfig::candidates`] has.
    pub candidates: Vec<Name>,
    /// The type.
    pub record_type: RecordType,
}

/// Who is asked, and how.
#[derive(Debug, Clone)]
pub struct Source {
    /// The servers in their order.
    pub servers: Vec<SocketAddr>,
    /// Over what they are asked.
    pub route: Route,
    /// Flags, class, EDNS.
    pub manner: Manner,
    /// What checks the answers by DNSSEC, if they are to be.
    pub checker: Option<Arc<Checker>>,
}

#[cfg(test)]
impl Source {
    /// Servers that are asked as a program asks its resolver: with recursion, over UDP first.
    #[must_use]
    pub fn new(servers: Vec<SocketAddr>) -> Self {
        Self { servers, route: Route::Udp, manner: Manner::default(), checker: None }
    }
}

/// A reply, and what in it belongs to the question.
#[derive(Debug, Clone)]
pub struct Found {
    /// The candidate that this is about.
    pub name: Name,
    /// The type that was asked for.
    pub record_type: RecordType,
    /// The class that was asked for.
    pub class: DNSClass,
    /// The reply.
    pub reply: Reply,
    /// The records of the answer section that belong to the question, in their order: the
    /// aliases (CNAME, DNAME) on the way, and the records of the type.
    pub records: Vec<Record>,
    /// Where the aliases lead: `name` itself if it is none.
    pub canonical_name: Name,
    /// What DNSSEC says of it, if that was checked.
    pub checked: Option<Checked>,
    /// All candidates that were asked for until now, this one included.
    pub tried: Vec<Name>,
}

impl Found {
    /// Whether it is forged or broken, as far as DNSSEC can tell.
    #[must_use]
    pub fn is_bogus(&self) -> bool {
        self.checked.as_ref().is_some_and(|checked| checked.whole.state == Security::Bogus)
    }
}

/// How a question ended that got a reply.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// There are such records.
    Answer(Found),
    /// There is no such name (NXDOMAIN), or none where its alias leads.
    NoSuchName(Found),
    /// The name exists and has no such records.
    NoData(Found),
    /// The aliases go round in a circle: no program gets an address from this.
    AliasLoop(Found),
    /// The server does not know, and names other servers or an alias instead.
    Referral(Found),
    /// The server says that it failed, or does not want to.
    Failed(Found, Rcode),
    /// The reply cannot be read to the end, and the answer is not in the part that can.
    Damaged(Found),
}

impl Outcome {
    /// The reply, and what in it belongs to the question.
    #[must_use]
    pub fn found(&self) -> &Found {
        match self {
            Self::Answer(found)
            | Self::NoSuchName(found)
            | Self::NoData(found)
            | Self::AliasLoop(found)
            | Self::Referral(found)
            | Self::Damaged(found)
            | Self::Failed(found, _) => found,
        }
    }

    fn found_mut(&mut self) -> &mut Found {
        match self {
            Self::Answer(found)
            | Self::NoSuchName(found)
            | Self::NoData(found)
            | Self::AliasLoop(found)
            | Self::Referral(found)
            | Self::Damaged(found)
            | Self::Failed(found, _) => found,
        }
    }
}

/// Why a question got no reply.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// No server to ask.
    #[error("there is no server to ask")]
    NoServers,
    /// No name to ask for.
    #[error("there is no name to ask for")]
    NoNames,
    /// No server replied.
    #[error("cannot resolve '{}' ({})", present(.name), crate::rdata::type_name(*.record_type))]
    NoReply {
        /// The candidate that this is about.
        name: Name,
        /// The type that was asked for.
        record_type: RecordType,
        /// What the first server that failed did.
        source: AskError,
        /// What the others did.
        others: Vec<AskError>,
    },
    /// Asking could not begin.
    #[error("cannot start to ask")]
    Start {
        /// What was to be asked.
        asked: Asked,
        /// Why.
        source: io::Error,
    },
}

/// Asks for the candidates in their order until one has an answer.
///
/// The next candidate comes only after NXDOMAIN or no data: a server that fails ends the search,
/// for the name might exist; that a name before it exists without such records holds all the same
/// (as `res_search(3)` has it). The next server comes after a failure, or beside the one before it
/// when that takes longer than the retransmit interval. Of several names without an answer, the
/// outcome is one that exists, or else the name as it was typed (the shortest).
///
/// # Errors
///
/// No server replied.
pub async fn resolve(
    asked: &Asked,
    source: &Source,
    limits: &Limits,
) -> Result<Outcome, ResolveError> {
    if source.servers.is_empty() {
        return Err(ResolveError::NoServers);
    }
    let end = after(limits.deadline);
    let mut servers = source.servers.clone();
    let mut tried = Vec::new();
    let mut negative: Option<Outcome> = None;
    for name in &asked.candidates {
        let question = Question {
            name: name.clone(),
            record_type: asked.record_type,
            route: source.route.clone(),
            manner: source.manner.clone(),
        };
        let reply = ask_servers(&servers, &question, limits, end).await?;
        prefer(&mut servers, reply.server);
        tried.push(name.clone());
        let mut outcome = classify(&question, reply);
        if let Some(checker) = &source.checker {
            let found = outcome.found_mut();
            let reply = &found.reply.message;
            let checked = checker.check(name, asked.record_type, reply, end).await;
            found.checked = Some(checked);
        }
        outcome.found_mut().tried.clone_from(&tried);
        match outcome {
            Outcome::NoSuchName(_) | Outcome::NoData(_) => {
                negative = Some(match negative.take() {
                    Some(kept) => more_telling(kept, outcome),
                    None => outcome,
                });
            }
            Outcome::Failed(..) | Outcome::Referral(_) | Outcome::Damaged(_)
                if matches!(negative, Some(Outcome::NoData(_))) =>
            {
                break;
            }
            conclusive => return Ok(conclusive),
        }
    }
    let mut outcome = negative.ok_or(ResolveError::NoNames)?;
    outcome.found_mut().tried = tried;
    Ok(outcome)
}

/// The server that replied is asked first from now on: a dead one costs its time once.
fn prefer(servers: &mut [SocketAddr], server: SocketAddr) {
    if let Some(position) = servers.iter().position(|it| *it == server) {
        servers.rotate_left(position);
    }
}

/// Which of two outcomes without an answer is to be told.
fn more_telling(kept: Outcome, new: Outcome) -> Outcome {
    let exists = |outcome: &Outcome| matches!(outcome, Outcome::NoData(_));
    let labels = |outcome: &Outcome| outcome.found().name.iter().count();
    match (exists(&kept), exists(&new)) {
        (true, false) => kept,
        (false, true) => new,
        _ if labels(&new) < labels(&kept) => new,
        _ => kept,
    }
}

/// The first reply that settles the question, or else the first that does not.
pub(crate) async fn ask_servers(
    servers: &[SocketAddr],
    question: &Question,
    limits: &Limits,
    end: Instant,
) -> Result<Reply, ResolveError> {
    let mut waiting = servers.iter();
    let mut running = JoinSet::new();
    let mut unsettled = None;
    let mut errors = Vec::new();
    let mut start_next = true;
    let remaining = || end.saturating_duration_since(Instant::now());
    // However little time there is, every server gets its turn.
    let count = u32::try_from(servers.len()).unwrap_or(u32::MAX).max(1);
    let interval = limits.retransmit_interval.min(remaining() / count);
    loop {
        if start_next
            && !remaining().is_zero()
            && let Some(&server) = waiting.next()
        {
            let question = question.clone();
            let limits = Limits { deadline: remaining(), ..*limits };
            running.spawn(async move { ask(server, &question, &limits).await });
        }
        let last = waiting.as_slice().is_empty();
        let too_slow = async {
            if last {
                pending::<()>().await;
            } else {
                sleep_until(after(interval)).await;
            }
        };
        let ended = tokio::select! {
            ended = running.join_next() => ended,
            () = too_slow => {
                start_next = true;
                continue;
            }
        };
        match ended {
            // Also when the time is up before the last server had its turn.
            None => break,
            Some(Ok(Ok(reply))) if settles(&reply) => return Ok(reply),
            Some(Ok(Ok(reply))) => {
                unsettled.get_or_insert(reply);
            }
            Some(Ok(Err(error))) => errors.push(error),
            Some(Err(error)) => resume_unwind(error.into_panic()),
        }
        start_next = true;
    }
    if let Some(reply) = unsettled {
        return Ok(reply);
    }
    let mut errors = errors.into_iter();
    let source = errors.next().unwrap_or(AskError::Timeout {
        server: servers[0],
        waited: limits.deadline,
        disbelieved: 0,
    });
    Err(ResolveError::NoReply {
        name: question.name.clone(),
        record_type: question.record_type,
        source,
        others: errors.collect(),
    })
}

const NOERROR: u16 = 0;
const NXDOMAIN: u16 = 3;

/// Whether another server could not know better.
fn settles(reply: &Reply) -> bool {
    let message = &reply.message;
    matches!(message.rcode, NOERROR | NXDOMAIN) && !message.lost_answers()
}

/// What a reply says about its question.
pub(crate) fn classify(question: &Question, reply: Reply) -> Outcome {
    let chain = Chain::follow(question, &reply.message.answers);
    let records: Vec<Record> = reply
        .message
        .answers
        .iter()
        .filter(|record| chain.holds(question, record))
        .cloned()
        .collect();
    let answered = records.iter().any(|record| is_asked(question.record_type, record.record_type));
    let aliased = !records.is_empty();
    let looped = chain.looped;
    let found = Found {
        name: question.name.clone(),
        record_type: question.record_type,
        class: question.manner.class,
        checked: None,
        records,
        canonical_name: chain.canonical_name.clone(),
        tried: vec![question.name.clone()],
        reply,
    };

    let message = &found.reply.message;
    let in_authority =
        |record_type| message.authorities.iter().any(|record| record.record_type == record_type);
    match message.rcode {
        NXDOMAIN => Outcome::NoSuchName(found),
        NOERROR if answered => Outcome::Answer(found),
        NOERROR if message.lost_answers() => Outcome::Damaged(found),
        NOERROR if looped => Outcome::AliasLoop(found),
        NOERROR if in_authority(RecordType::SOA) => Outcome::NoData(found),
        NOERROR if aliased && !message.flags.recursion_available() => Outcome::Referral(found),
        // RFC 2308, 2.2: without a SOA, name servers make the difference to no data.
        NOERROR
            if !aliased && !message.flags.is_authoritative() && in_authority(RecordType::NS) =>
        {
            Outcome::Referral(found)
        }
        NOERROR => Outcome::NoData(found),
        code => Outcome::Failed(found, code.into()),
    }
}

fn is_asked(asked: RecordType, record_type: RecordType) -> bool {
    asked == RecordType::ANY || record_type == asked
}

/// The names that the aliases of an answer lead through. Its length has no limit of its own: each
/// step takes a record of its own, and a message holds so many.
struct Chain {
    names: HashSet<Name>,
    canonical_name: Name,
    looped: bool,
}

impl Chain {
    fn follow(question: &Question, answers: &[Record]) -> Self {
        let mut chain = Self {
            names: HashSet::from([question.name.clone()]),
            canonical_name: question.name.clone(),
            looped: false,
        };
        if is_asked(question.record_type, RecordType::CNAME) {
            return chain;
        }
        let mut targets: HashMap<&Name, Name> = HashMap::new();
        for record in answers.iter().filter(|it| it.record_type == RecordType::CNAME) {
            if let Some(target) = rdata::target(&record.data) {
                targets.entry(&record.name).or_insert(target);
            }
        }
        while let Some(target) = targets.get(&chain.canonical_name) {
            chain.looped = !chain.names.insert(target.clone());
            if chain.looped {
                break;
            }
            chain.canonical_name.clone_from(target);
        }
        chain
    }

    fn holds(&self, question: &Question, record: &Record) -> bool {
        let class = question.manner.class;
        // Of the malformed ones only the whole message tells: no script takes one for an answer.
        if record.is_malformed || record.class != class && class != DNSClass::ANY {
            return false;
        }
        let record_type = record.record_type;
        if record_type == RecordType::DNAME && question.record_type != RecordType::DNAME {
            // It stands above the name whose alias was made from it (RFC 6672, 3.1).
            return self.names.iter().any(|name| record.name.zone_of(name));
        }
        let belongs =
            record_type == RecordType::CNAME || is_asked(question.record_type, record_type);
        belongs && self.names.contains(&record.name)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hickory_proto::op::{Message, OpCode, Query, ResponseCode};
    use hickory_proto::rr::rdata::{CNAME, NS, NULL, SOA, TXT};
    use hickory_proto::rr::{RData, Record};

    use super::{AskError, Instant, ResolveError, present, resolve};
    use super::{Asked, Limits, Name, Outcome, Question, RecordType, Reply, Source, classify};
    use crate::exchange::Transport;
    use crate::fake::{Fake, a_record, name, record, reply_to, wire};

    const LIMITS: Limits = Limits {
        deadline: Duration::from_secs(20),
        retransmit_interval: Duration::from_millis(40),
        attempts: 3,
    };

    fn alias(owner: &str, target: &str) -> Record {
        record(owner, RData::CNAME(CNAME(name(target))))
    }

    fn soa() -> Record {
        record("test", RData::SOA(SOA::new(name("ns.test"), name("x.test"), 1, 2, 3, 4, 5)))
    }

    fn ns() -> Record {
        record("test", RData::NS(NS(name("ns.test"))))
    }

    fn asked(candidates: &[&str]) -> Asked {
        Asked {
            candidates: candidates.iter().map(|it| name(it)).collect(),
            record_type: RecordType::A,
        }
    }

    /// What a server replies to `www.test`.
    struct Said {
        record_type: RecordType,
        code: ResponseCode,
        recursion_available: bool,
        answers: Vec<Record>,
        authorities: Vec<Record>,
    }

    fn said(answers: Vec<Record>) -> Said {
        Said {
            record_type: RecordType::A,
            code: ResponseCode::NoError,
            recursion_available: true,
            answers,
            authorities: vec![],
        }
    }

    fn judge(said: Said) -> Outcome {
        let question = Question::new(name("www.test"), said.record_type);
        let mut message = Message::response(1, OpCode::Query);
        message.add_query(Query::query(question.name.clone(), said.record_type));
        message.metadata.response_code = said.code;
        message.metadata.recursion_available = said.recursion_available;
        message.add_answers(said.answers);
        message.add_authorities(said.authorities);
        classify(&question, reply(&wire(&message)))
    }

    fn reply(octets: &[u8]) -> Reply {
        Reply {
            message: crate::message::Message::read(octets).unwrap(),
            server: "127.0.0.1:53".parse().unwrap(),
            transport: Transport::Udp,
            rtt: Duration::ZERO,
            sent: 1,
            tcp_because_truncated: false,
            edns_refused: false,
        }
    }

    fn kind(outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Answer(_) => "answer",
            Outcome::NoSuchName(_) => "no such name",
            Outcome::NoData(_) => "no data",
            Outcome::AliasLoop(_) => "alias loop",
            Outcome::Referral(_) => "referral",
            Outcome::Failed(..) => "failed",
            Outcome::Damaged(_) => "damaged",
        }
    }

    #[test]
    fn follows_aliases() {
        let a = |owner| a_record(owner, [192, 0, 2, 1]);
        let dname =
            RData::Unknown { code: RecordType::DNAME, rdata: NULL::with(b"\x01b\x00".to_vec()) };
        let to_b = || alias("www.test", "b.test");
        for (answers, expected, records) in [
            (vec![a("WWW.test")], "answer", 1),
            (vec![to_b(), a("b.test")], "answer", 2),
            (vec![a("b.test"), to_b()], "answer", 2),
            (vec![record("test", dname), alias("www.test", "www.b"), a("www.b")], "answer", 3),
            (vec![to_b()], "no data", 1),
            (vec![a("other.test")], "no data", 0),
            (vec![to_b(), a("www.b.test")], "no data", 1),
            (vec![record("www.test", RData::TXT(TXT::new(vec!["x".to_owned()])))], "no data", 0),
            (vec![to_b(), alias("b.test", "www.test")], "alias loop", 2),
            (vec![alias("www.test", "WWW.test")], "alias loop", 1),
        ] {
            let outcome = judge(said(answers.clone()));
            assert_eq!(kind(&outcome), expected, "{answers:?}");
            assert_eq!(outcome.found().records.len(), records, "{answers:?}");
        }
    }

    #[test]
    fn an_alias_without_its_target_is_no_answer_of_a_server_that_looks_no_further() {
        let said = |authorities| Said {
            recursion_available: false,
            authorities,
            ..said(vec![alias("www.test", "b.example")])
        };
        assert_eq!(kind(&judge(said(vec![]))), "referral");
        assert_eq!(kind(&judge(said(vec![ns()]))), "referral");
        assert_eq!(kind(&judge(said(vec![soa()]))), "no data");
    }

    #[test]
    fn tells_a_referral_from_no_data() {
        for (authorities, expected) in [
            (vec![], "no data"),
            (vec![soa()], "no data"),
            (vec![ns(), soa()], "no data"),
            (vec![ns()], "referral"),
        ] {
            for recursion_available in [false, true] {
                let outcome = judge(Said {
                    recursion_available,
                    authorities: authorities.clone(),
                    ..said(vec![])
                });
                assert_eq!(kind(&outcome), expected, "{authorities:?}");
            }
        }
    }

    #[test]
    fn an_answer_that_was_lost_is_not_an_answer_that_does_not_exist() {
        let mut message = Message::response(1, OpCode::Query);
        message.add_query(Query::query(name("www.test"), RecordType::A));
        message.add_answers([alias("www.test", "b.test"), a_record("b.test", [192, 0, 2, 1])]);
        let octets = wire(&message);
        for (end, expected) in [(octets.len(), "answer"), (octets.len() - 1, "damaged")] {
            let reply = reply(&octets[..end]);
            let question = Question::new(name("www.test"), RecordType::A);
            assert_eq!(kind(&classify(&question, reply)), expected);
        }
    }

    #[test]
    fn tells_response_codes_apart() {
        for (code, expected) in [
            (ResponseCode::NXDomain, "no such name"),
            (ResponseCode::ServFail, "failed"),
            (ResponseCode::Refused, "failed"),
            (ResponseCode::YXDomain, "failed"),
        ] {
            let outcome = judge(Said { code, ..said(vec![alias("www.test", "b.test")]) });
            assert_eq!(kind(&outcome), expected);
            assert_eq!(outcome.found().records.len(), 1);
            assert_eq!(outcome.found().canonical_name, name("b.test"));
        }
    }

    #[test]
    fn an_alias_that_is_asked_for_is_an_answer() {
        for record_type in [RecordType::CNAME, RecordType::ANY] {
            let outcome = judge(Said { record_type, ..said(vec![alias("www.test", "www.test")]) });
            assert_eq!(kind(&outcome), "answer");
            assert_eq!(outcome.found().canonical_name, name("www.test"));
        }
    }

    #[test]
    fn long_chains_are_followed_to_their_end() {
        let hops = 500;
        let mut answers = vec![alias("www.test", "n0")];
        answers.extend((0..hops).map(|hop| alias(&format!("n{hop}"), &format!("n{}", hop + 1))));
        answers.push(a_record(&format!("n{hops}"), [192, 0, 2, 1]));
        let outcome = judge(said(answers));
        assert_eq!(kind(&outcome), "answer");
        assert_eq!(outcome.found().records.len(), hops + 2);
        assert_eq!(outcome.found().canonical_name, name("n500"));
    }

    fn server_of(codes: &'static [(&str, ResponseCode)]) -> Fake {
        Fake::udp(move |query, _| {
            let asked = &query.queries[0].name;
            let code = codes.iter().find(|(it, _)| name(it) == *asked).map(|(_, code)| *code);
            let mut reply = reply_to(query, code.unwrap_or(ResponseCode::NXDomain));
            if code == Some(ResponseCode::NoError) {
                reply.add_answer(a_record(&present(asked), [192, 0, 2, 1]));
            }
            vec![wire(&reply)]
        })
    }

    fn names(found: &[Name]) -> Vec<String> {
        found.iter().map(present).collect()
    }

    #[tokio::test]
    async fn goes_through_the_search_list() {
        let server = server_of(&[("www.b.test", ResponseCode::NoError)]);
        let source = Source::new(vec![server.address()]);
        let asked = asked(&["www.a.test", "www.b.test", "www"]);
        let outcome = resolve(&asked, &source, &LIMITS).await.unwrap();
        assert_eq!(kind(&outcome), "answer");
        assert_eq!(outcome.found().name, name("www.b.test"));
        assert_eq!(names(&outcome.found().tried), ["www.a.test", "www.b.test"]);
        assert_eq!(server.seen().len(), 2);
    }

    #[tokio::test]
    async fn a_failure_ends_the_search() {
        let server =
            server_of(&[("www.a.test", ResponseCode::ServFail), ("www", ResponseCode::NoError)]);
        let source = Source::new(vec![server.address()]);
        let outcome = resolve(&asked(&["www.a.test", "www"]), &source, &LIMITS).await.unwrap();
        let Outcome::Failed(found, rcode) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(rcode.name, "SERVFAIL");
        assert_eq!(found.name, name("www.a.test"));
        assert_eq!(server.seen().len(), 1);
    }

    #[tokio::test]
    async fn a_failure_after_a_name_that_exists_changes_nothing() {
        let server =
            server_of(&[("www.a.test", ResponseCode::NoError), ("www", ResponseCode::Refused)]);
        let source = Source::new(vec![server.address()]);
        let asked = Asked { record_type: RecordType::MX, ..asked(&["www.a.test", "www"]) };
        let outcome = resolve(&asked, &source, &LIMITS).await.unwrap();
        assert!(matches!(outcome, Outcome::NoData(_)), "{outcome:?}");
        assert_eq!(outcome.found().name, name("www.a.test"));
    }

    #[tokio::test]
    async fn nothing_found_is_told_of_the_name_as_typed() {
        let server = server_of(&[]);
        let source = Source::new(vec![server.address()]);
        for candidates in [["www.a.test", "www"], ["www", "www.a.test"]] {
            let outcome = resolve(&asked(&candidates), &source, &LIMITS).await.unwrap();
            assert_eq!(kind(&outcome), "no such name");
            assert_eq!(outcome.found().name, name("www"));
            assert_eq!(names(&outcome.found().tried), candidates);
        }
    }

    #[tokio::test]
    async fn a_name_that_exists_is_told_before_one_that_does_not() {
        let server = Fake::udp(|query, _| {
            let exists = query.queries[0].name == name("www.a.test");
            let code = if exists { ResponseCode::NoError } else { ResponseCode::NXDomain };
            vec![wire(&reply_to(query, code))]
        });
        let source = Source::new(vec![server.address()]);
        let outcome = resolve(&asked(&["www.a.test", "www"]), &source, &LIMITS).await.unwrap();
        assert_eq!(kind(&outcome), "no data");
        assert_eq!(outcome.found().name, name("www.a.test"));
    }

    #[tokio::test]
    async fn a_silent_first_server_costs_one_interval() {
        // Long enough that a busy machine does not make the good server look slow.
        let limits = Limits { retransmit_interval: Duration::from_secs(1), ..LIMITS };
        let silent = Fake::udp(|_, _| vec![]);
        let good = server_of(&[("www", ResponseCode::NoError)]);
        let source = Source::new(vec![silent.address(), good.address()]);
        let candidates = ["www.a.test", "www.b.test", "www.c.test", "www"];
        let started = Instant::now();
        let outcome = resolve(&asked(&candidates), &source, &limits).await.unwrap();
        assert_eq!(kind(&outcome), "answer");
        assert_eq!(outcome.found().reply.server, good.address());
        assert!(started.elapsed() >= limits.retransmit_interval);
        // Not once for each name: the server that replied is asked first from then on.
        let asked_silent: Vec<_> =
            silent.seen().iter().map(|it| it.queries[0].name.clone()).collect();
        assert!(asked_silent.iter().all(|it| *it == name("www.a.test")), "{asked_silent:?}");
    }

    #[tokio::test]
    async fn every_server_gets_its_turn_however_little_time_there_is() {
        let silent = Fake::udp(|_, _| vec![]);
        let good = server_of(&[("www", ResponseCode::NoError)]);
        let source = Source::new(vec![silent.address(), good.address()]);
        // Less than the interval after which the second one is asked otherwise.
        let limits = Limits {
            deadline: Duration::from_secs(2),
            retransmit_interval: Duration::from_secs(20),
            ..LIMITS
        };
        let outcome = resolve(&asked(&["www"]), &source, &limits).await.unwrap();
        assert_eq!(outcome.found().reply.server, good.address());
    }

    #[tokio::test]
    async fn a_slow_first_server_is_not_given_up() {
        let slow = Fake::udp(|query, _| {
            std::thread::sleep(3 * LIMITS.retransmit_interval);
            let mut reply = reply_to(query, ResponseCode::NoError);
            reply.add_answer(a_record("www", [192, 0, 2, 1]));
            vec![wire(&reply)]
        });
        let silent = Fake::udp(|_, _| vec![]);
        let source = Source::new(vec![slow.address(), silent.address()]);
        let outcome = resolve(&asked(&["www"]), &source, &LIMITS).await.unwrap();
        assert_eq!(outcome.found().reply.server, slow.address());
    }

    #[tokio::test]
    async fn another_server_is_asked_when_one_fails() {
        for code in [ResponseCode::ServFail, ResponseCode::Refused, ResponseCode::NotImp] {
            let bad = Fake::udp(move |query, _| vec![wire(&reply_to(query, code))]);
            let good = server_of(&[("www", ResponseCode::NoError)]);
            let source = Source::new(vec![bad.address(), good.address()]);
            let outcome = resolve(&asked(&["www"]), &source, &LIMITS).await.unwrap();
            assert_eq!(outcome.found().reply.server, good.address());

            let source = Source::new(vec![bad.address(), bad.address()]);
            let outcome = resolve(&asked(&["www"]), &source, &LIMITS).await.unwrap();
            assert_eq!(kind(&outcome), "failed");
        }
    }

    #[tokio::test]
    async fn a_negative_answer_is_an_answer() {
        let first = server_of(&[]);
        let second = server_of(&[("www", ResponseCode::NoError)]);
        let limits = Limits { retransmit_interval: Duration::from_secs(10), ..LIMITS };
        let source = Source::new(vec![first.address(), second.address()]);
        let outcome = resolve(&asked(&["www"]), &source, &limits).await.unwrap();
        assert_eq!(kind(&outcome), "no such name");
        assert!(second.seen().is_empty());
    }

    #[tokio::test]
    async fn says_what_each_server_did_when_none_replies() {
        let silent = Fake::udp(|_, _| vec![]);
        let limits = Limits { deadline: Duration::from_millis(150), ..LIMITS };
        let source = Source::new(vec![silent.address(), silent.address()]);
        let error = resolve(&asked(&["www.a.test", "www"]), &source, &limits).await.unwrap_err();
        assert_eq!(error.to_string(), "cannot resolve 'www.a.test' (A)");
        let ResolveError::NoReply { source: AskError::Timeout { .. }, others, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(others.len(), 1);

        let none = resolve(&asked(&["www"]), &Source::new(vec![]), &limits).await;
        assert!(matches!(none, Err(ResolveError::NoServers)));
        let nothing = resolve(&asked(&[]), &source, &limits).await;
        assert!(matches!(nothing, Err(ResolveError::NoNames)));
    }
}
