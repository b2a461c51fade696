//! From keys to rows.

use std::collections::VecDeque;

use output::{Notes, Rows};

use crate::failure::Failure;
use crate::key::{Key, What};
use crate::local::{LocalService, LocalServices};
use crate::questions::{QuestionError, Questions};
use crate::row::{Entry, Match, Row};
use crate::services::{Service, beginning, in_order, without_port};

/// So many related names are shown unless all are asked for.
const MAX_RELATED: usize = 6;

/// How much is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The best answer alone.
    Best,
    /// What was asked for.
    Exact,
    /// And some names that are related to it.
    Related,
    /// And all of them.
    All,
}

/// The rows of all keys, as they are read.
pub(crate) struct Answers {
    pub questions: Questions,
    pub local: LocalServices,
    pub extent: Extent,
    pub notes: Notes,
    /// Rows of the key before the next.
    pub rows: VecDeque<Result<Row, Failure>>,
    /// Whether there was any key.
    pub was_asked: bool,
}

impl Iterator for Answers {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rows.is_empty() {
            match self.questions.next() {
                Some(Ok(key)) => self.answer(&key),
                Some(Err(QuestionError::Line(line))) => self.rows.push_back(Err(line.into())),
                Some(Err(QuestionError::Input(error))) => self.rows.push_back(Err(error.into())),
                None if self.was_asked => return None,
                None => self.rows.push_back(Err(Failure::nothing_asked())),
            }
            self.was_asked = true;
        }
        self.rows.pop_front()
    }
}

impl Rows for Answers {
    fn is_ready(&mut self) -> bool {
        !self.rows.is_empty() || self.questions.is_ready()
    }
}

impl Answers {
    fn answer(&mut self, key: &Key) {
        let mut rows = self.exact(key);
        let is_best_enough = self.extent == Extent::Best && !is_range(key);
        if is_best_enough {
            rows.truncate(1);
        }
        if let What::Name(name) = &key.what {
            let has_port = !rows.is_empty();
            rows.extend(without_port(name).filter(|it| runs(*it, key)).map(|service| Row {
                entry: Entry::Service(service),
                matched: Match::Exact,
                remark: (!has_port).then(|| no_port(service)),
            }));
            if has_port && matches!(self.extent, Extent::Related | Extent::All) {
                self.relate(name, key, &mut rows);
            }
        }
        if rows.is_empty() {
            self.rows.push_back(nothing(key));
        }
        self.rows.extend(rows.into_iter().map(Ok));
    }

    /// The services with a port that were asked for, those of this machine first.
    fn exact(&self, key: &Key) -> Vec<Row> {
        let local: Vec<&LocalService> = self.local.of(key).collect();
        // The table may know more transports than the list of this machine.
        let is_told = |service: Service| {
            local.iter().any(|it| {
                let is_covered = service.protocols().iter().all(|over| it.protocols.contains(over));
                it.in_table() == Some(service) && is_covered
            })
        };
        let table = key.services().into_iter().filter(|service| !is_told(*service));
        let local = local.iter().map(|service| Entry::Local((*service).clone()));
        let entries = local.chain(table.map(Entry::Service));
        let row = |entry| Row { matched: matched(key, &entry), entry, remark: None };
        entries.map(row).collect()
    }

    /// Adds the services whose names go on where the one that was asked for ends.
    fn relate(&self, name: &str, key: &Key, rows: &mut Vec<Row>) {
        let goes_on = |longer: &str, service: Service| {
            let rest = &longer[name.len()..];
            let is_name = longer == service.name();
            is_name && is_related(rest) && runs(service, key)
        };
        let is_there = |service: Service| rows.iter().any(|row| is_of(&row.entry, service));
        let key = |it: Service| u64::from(!it.is_everyday()) << 16 | u64::from(it.row());
        let related = beginning(name)
            .filter(|(longer, service)| goes_on(longer, *service) && !is_there(*service))
            .map(|(_, service)| key(service));
        let mut related = in_order(related.collect());
        let limit = if self.extent == Extent::All { usize::MAX } else { MAX_RELATED };
        if let Some(more) = related.len().checked_sub(limit).filter(|more| *more > 0) {
            let names = if more == 1 { "name is" } else { "names are" };
            self.notes
                .footnote(format_args!("{more} more {names} like '{name}': --all lists them"));
        }
        related.truncate(limit);
        let shown = related.into_iter().map(|key| key & u64::from(u16::MAX)).collect();
        let shown = in_order(shown).into_iter().filter_map(|row| u16::try_from(row).ok());
        rows.extend(shown.map(|row| Row {
            entry: Entry::Service(Service::at(row)),
            matched: Match::Related,
            remark: None,
        }));
    }
}

fn is_of(entry: &Entry, service: Service) -> bool {
    match entry {
        Entry::Service(it) => *it == service,
        Entry::Local(it) => it.in_table() == Some(service),
        _ => false,
    }
}

fn is_range(key: &Key) -> bool {
    matches!(&key.what, What::Ports(ports) if ports.start() < ports.end())
}

fn runs(service: Service, key: &Key) -> bool {
    service.runs_over(key.protocol)
}

/// What a service has to do with the key that asks for it.
fn matched(key: &Key, entry: &Entry) -> Match {
    let What::Name(typed) = &key.what else { return Match::Port };
    let name = match entry {
        Entry::Service(service) => service.name(),
        Entry::Local(service) => &service.name,
        Entry::Nothing { .. } | Entry::Source(..) => "",
    };
    if name.eq_ignore_ascii_case(typed) { Match::Exact } else { Match::Alias }
}

/// Whether a name that has this behind another is related to it: `imaps`, `imap3`, `http-alt`.
fn is_related(rest: &str) -> bool {
    let is_number = !rest.is_empty() && rest.bytes().all(|octet| octet.is_ascii_digit());
    let is_apart = rest.starts_with(|first: char| !first.is_ascii_alphanumeric());
    rest.eq_ignore_ascii_case("s") || is_number || is_apart
}

fn no_port(service: Service) -> String {
    let name = service.name();
    format!("'{name}' is registered without a port: it is found by DNS service discovery")
}

/// What is said where there is nothing.
fn nothing(key: &Key) -> Result<Row, Failure> {
    match &key.what {
        What::Name(name) => Err(Failure::no_name(name, key.protocol)),
        What::Ports(ports) => {
            let entry = Entry::Nothing { ports: ports.clone(), protocol: key.protocol };
            Ok(Row { entry, matched: Match::Port, remark: None })
        }
    }
}
