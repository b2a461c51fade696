//! What is to be asked, and which answers belong together.

use std::collections::HashSet;

use hickory_proto::rr::{Name, RecordType};

use crate::answer::{self, Arrival, Detail, Group, Landed};
use crate::name;
use crate::request::{Subject, Target};
use crate::resolve::Asked;
use crate::row::Row;
use crate::system::SystemConfig;

/// Every question of a run, by its index.
#[derive(Default)]
pub(crate) struct Plan {
    groups: Vec<Group>,
    /// The group of each question.
    group_of: Vec<usize>,
    /// The questions for an address of a name whose other addresses stand in the hosts file.
    beside_hosts: HashSet<usize>,
    detail: Detail,
    /// What servers are to be asked.
    pub questions: Vec<(usize, Asked)>,
    /// What stands in the hosts file.
    pub known: Vec<Landed>,
}

impl Plan {
    /// The questions of all targets; `system` is nothing where a server was named, which is asked
    /// and nothing else.
    pub(crate) fn new(targets: &[Target], system: Option<&SystemConfig>, detail: Detail) -> Self {
        let mut plan = Self { detail, ..Self::default() };
        for target in targets {
            plan.add(target, system);
        }
        plan
    }

    /// As for the C library, a name that stands in the hosts file is not asked for its other
    /// address.
    fn add(&mut self, target: &Target, system: Option<&SystemConfig>) {
        let in_hosts = |record_type| match system {
            Some(system) => answer::from_hosts(&target.subject, record_type, &system.hosts),
            None => Vec::new(),
        };
        let known: Vec<_> = target.types.iter().map(|it| (*it, in_hosts(*it))).collect();
        let addresses = [RecordType::A, RecordType::AAAA];
        let is_in_hosts = addresses.iter().any(|it| !in_hosts(*it).is_empty());
        let is_known = target.is_for_any_address && known.iter().any(|(_, it)| !it.is_empty());
        // Who wants to see the messages wants to see all of them.
        let needs_one = target.is_for_any_address && self.detail == Detail::Answer;
        let mut group = Group::new(needs_one, self.detail);
        for (record_type, rows) in known {
            let index = self.group_of.len();
            if !rows.is_empty() {
                self.known.push((index, Arrival::Hosts(rows)));
            } else if !is_known {
                let asked = Asked { candidates: candidates(target, system), record_type };
                self.questions.push((index, asked));
                if is_in_hosts && addresses.contains(&record_type) {
                    self.beside_hosts.insert(index);
                }
            } else {
                continue;
            }
            self.group_of.push(self.groups.len());
            group.add_question();
        }
        self.groups.push(group);
    }

    /// What is to be shown now that this has landed.
    pub(crate) fn land(&mut self, index: usize, arrival: Arrival) -> Vec<Row> {
        let mut rows = self.groups[self.group_of[index]].land(arrival);
        if self.beside_hosts.contains(&index) {
            for sentence in rows.iter_mut().filter_map(|row| row.absence.as_mut()) {
                sentence.insert_str(0, "the hosts file has other addresses only, and in the DNS: ");
            }
        }
        rows
    }
}

/// The names to ask for; only the system's resolver has a search list.
fn candidates(target: &Target, system: Option<&SystemConfig>) -> Vec<Name> {
    match (&target.subject, system) {
        (Subject::Address(parsed), _) => vec![name::reverse(parsed.address)],
        (Subject::Name(parsed), Some(system)) => system.candidates(parsed),
        (Subject::Name(parsed), None) => vec![parsed.name.clone()],
    }
}
