//! What is to be asked of whom, and which answers belong together.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use hickory_proto::rr::{Name, RecordType};

use crate::answer::{self, Arrival, Detail, Group, Landed};
use crate::background::{ask_all, ask_each};
use crate::compare::Comparison;
use crate::exchange::{Limits, Route};
use crate::name;
use crate::request::{Subject, Target};
use crate::resolve::{Asked, Source};
use crate::row::Row;
use crate::system::SystemConfig;

/// Whom to ask.
pub(crate) enum Whom {
    /// What programs on this machine would ask: the hosts file, then servers.
    System(Box<SystemConfig>, Arc<Source>),
    /// Each of these and nothing else.
    Servers(Vec<Arc<Source>>),
}

impl Whom {
    /// All servers as one source, any of which may be asked. `None`: they are not asked in the
    /// same way.
    pub(crate) fn merged(self) -> Option<Self> {
        let Self::Servers(sources) = self else { return Some(self) };
        if let [source] = &sources[..] {
            return Some(Self::Servers(vec![Arc::clone(source)]));
        }
        let is_plain = |source: &Arc<Source>| !matches!(source.route, Route::Encrypted(_));
        if !sources.iter().all(is_plain) {
            return None;
        }
        let servers = sources.iter().flat_map(|source| source.servers.clone()).collect();
        let first = &sources[0];
        let first = Source { servers, ..Source::clone(first) };
        Some(Self::Servers(vec![Arc::new(first)]))
    }

    /// The first that is asked.
    pub(crate) fn first(&self) -> &Arc<Source> {
        match self {
            Self::System(_, source) => source,
            Self::Servers(sources) => &sources[0],
        }
    }
}

/// How the answers are shown.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    pub detail: Detail,
    /// Whether the exit code says no where servers do not agree.
    pub is_difference_decisive: bool,
}

/// A question by its index, with whom to ask.
#[derive(Clone)]
pub(crate) struct Question {
    pub index: usize,
    pub asked: Asked,
    pub source: Arc<Source>,
}

/// Every question of a run.
#[derive(Default)]
pub(crate) struct Plan {
    comparisons: Vec<Comparison>,
    groups: Vec<Group>,
    places: Vec<Place>,
    /// The questions for an address of a name whose other addresses stand in the hosts file.
    beside_hosts: HashSet<usize>,
    manner: Manner,
    /// What servers are to be asked.
    questions: Vec<Question>,
    /// What stands in the hosts file.
    known: Vec<Landed>,
}

/// Where the answer to a question belongs.
#[derive(Clone, Copy)]
struct Place {
    comparison: usize,
    /// Which of the servers of the comparison it is.
    server: usize,
    group: usize,
}

impl Plan {
    /// The questions of all targets.
    pub(crate) fn new(targets: &[Target], whom: &Whom, manner: Manner) -> Self {
        let mut plan = Self { manner, ..Self::default() };
        for target in targets {
            match whom {
                Whom::System(system, source) => {
                    plan.compare(1);
                    plan.add(target, 0, source, Some(system));
                }
                Whom::Servers(sources) => {
                    plan.compare(sources.len());
                    for (server, source) in sources.iter().enumerate() {
                        plan.add(target, server, source, None);
                    }
                }
            }
        }
        plan
    }

    fn compare(&mut self, servers: usize) {
        self.comparisons.push(Comparison::new(servers, self.manner.is_difference_decisive));
    }

    /// As for the C library, a name that stands in the hosts file is not asked for its other
    /// address.
    fn add(
        &mut self,
        target: &Target,
        server: usize,
        source: &Arc<Source>,
        system: Option<&SystemConfig>,
    ) {
        let in_hosts = |record_type| match system {
            Some(system) => answer::from_hosts(&target.subject, record_type, &system.hosts),
            None => Vec::new(),
        };
        let withholds_ipv6 =
            target.is_for_any_address && system.is_some_and(|system| system.no_aaaa);
        let is_wanted = |it: &&RecordType| !withholds_ipv6 || **it != RecordType::AAAA;
        let known: Vec<_> =
            target.types.iter().filter(is_wanted).map(|it| (*it, in_hosts(*it))).collect();
        let addresses = [RecordType::A, RecordType::AAAA];
        let is_in_hosts = addresses.iter().any(|it| !in_hosts(*it).is_empty());
        let is_known = target.is_for_any_address && known.iter().any(|(_, it)| !it.is_empty());
        // Who wants to see the messages wants to see all of them.
        let needs_one = target.is_for_any_address && self.manner.detail == Detail::Answer;
        let mut group = Group::new(needs_one, self.manner.detail);
        for (record_type, rows) in known {
            let index = self.places.len();
            if !rows.is_empty() {
                self.known.push((index, Arrival::Hosts(rows)));
            } else if !is_known {
                let asked = Asked { candidates: candidates(target, system), record_type };
                self.questions.push(Question { index, asked, source: Arc::clone(source) });
                if is_in_hosts && addresses.contains(&record_type) {
                    self.beside_hosts.insert(index);
                }
            } else {
                continue;
            }
            let comparison = self.comparisons.len() - 1;
            self.comparisons[comparison].add_question();
            self.places.push(Place { comparison, server, group: self.groups.len() });
            group.add_question();
        }
        self.groups.push(group);
    }

    /// What is to be asked, and what is known without. Each arrival is to be told to
    /// [`Plan::land`].
    pub(crate) fn take(&mut self) -> (Vec<Question>, Vec<Landed>) {
        (std::mem::take(&mut self.questions), std::mem::take(&mut self.known))
    }

    /// Asks all of it, where there is something to wait with, and gives what is to be shown.
    pub(crate) async fn ask_here(&mut self, limits: Limits) -> Vec<Row> {
        let (sender, landed) = mpsc::channel();
        ask_each(std::mem::take(&mut self.questions), limits, &sender).await;
        drop(sender);
        let mut landed: Vec<_> = self.known.drain(..).chain(landed).collect();
        landed.sort_by_key(|(index, _)| *index);
        landed.into_iter().flat_map(|(index, arrival)| self.land(index, arrival)).collect()
    }

    /// Asks all of it in the background. Each arrival is to be told to [`Plan::land`].
    pub(crate) fn ask(&mut self, limits: Limits) -> Receiver<Landed> {
        let (sender, landed) = mpsc::channel();
        for known in self.known.drain(..) {
            // The receiver lives: it is ours.
            let _ = sender.send(known);
        }
        ask_all(std::mem::take(&mut self.questions), limits, sender);
        landed
    }

    /// What is to be shown now that this has landed.
    pub(crate) fn land(&mut self, index: usize, arrival: Arrival) -> Vec<Row> {
        let Place { comparison, server, group } = self.places[index];
        let mut rows = self.groups[group].land(arrival);
        if self.beside_hosts.contains(&index) {
            for sentence in rows.iter_mut().filter_map(|row| row.absence.as_mut()) {
                sentence.insert_str(0, "the hosts file has other addresses only, and in the DNS: ");
            }
        }
        self.comparisons[comparison].land(server, rows)
    }
}

/// The names to ask for; only the system's resolver has a search list.
fn candidates(target: &Target, system: Option<&SystemConfig>) -> Vec<Name> {
    match (&target.subject, system) {
        (subject, Some(system)) => system.candidates_of(subject),
        (Subject::Address(parsed), None) => vec![name::reverse(parsed.address)],
        (Subject::Name(parsed), None) => vec![parsed.name.clone()],
    }
}
