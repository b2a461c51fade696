//! The aliases that an answer leads over (RFC 1034, 3.6.2; RFC 6672).

use hickory_proto::rr::{Name, RecordType};

use super::canonical::{is_below, label_count};
use super::rrsig::RecordSet;
use super::verdict::{Reason, SetVerdict};
use crate::rdata::Reader;

/// The most aliases in one answer that are followed.
const ALIASES_MAX: usize = 64;

/// Where an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With records of the type.
    Records,
    /// With a name that has none.
    Nothing,
    /// Nowhere: it goes round in a circle.
    Loop,
}

/// What an answer leads over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The sets, by their index.
    pub sets: Vec<usize>,
    /// The name that it leads to.
    pub name: Name,
    /// How it ends there.
    pub end: End,
}

/// Follows the aliases of an answer from the name that was asked for.
pub fn follow(name: &Name, record_type: RecordType, answers: &[RecordSet]) -> Path {
    let mut path = Path { sets: Vec::new(), name: name.clone(), end: End::Loop };
    let mut seen = vec![name.clone()];
    for _ in 0..ALIASES_MAX {
        let wanted = |set: &RecordSet| {
            set.name == path.name
                && (record_type == RecordType::ANY || set.record_type == record_type)
        };
        let records: Vec<_> = (0..answers.len()).filter(|it| wanted(&answers[*it])).collect();
        if !records.is_empty() {
            path.sets.extend(records);
            return Path { end: End::Records, ..path };
        }
        let alias = answers
            .iter()
            .position(|set| set.name == path.name && set.record_type == RecordType::CNAME)
            .or_else(|| dname_above(&path.name, answers));
        let Some((index, target)) =
            alias.and_then(|index| Some((index, target(&path.name, &answers[index])?)))
        else {
            return Path { end: End::Nothing, ..path };
        };
        path.sets.push(index);
        if seen.contains(&target) {
            return path;
        }
        seen.push(target.clone());
        path.name = target;
    }
    path
}

/// The closest DNAME above a name.
fn dname_above(name: &Name, answers: &[RecordSet]) -> Option<usize> {
    let above = |index: &usize| {
        let set = &answers[*index];
        set.record_type == RecordType::DNAME && is_below(name, &set.name)
    };
    (0..answers.len()).filter(above).max_by_key(|index| label_count(&answers[*index].name))
}

/// Where an alias leads from a name. `None`: nowhere that could be a name.
fn target(name: &Name, alias: &RecordSet) -> Option<Name> {
    let target = Reader::new(&alias.records.first()?.data).name()?;
    if alias.record_type == RecordType::CNAME {
        return Some(target);
    }
    let kept = label_count(name).checked_sub(label_count(&alias.name))?;
    Name::from_labels(name.iter().take(kept).chain(target.iter())).ok()
}

/// An alias that follows from a DNAME in the same answer is not signed, and as good as that is
/// (RFC 6672, 5.3.1).
pub fn accept_synthesized(answers: &[RecordSet], found: &mut [SetVerdict]) {
    for (index, set) in answers.iter().enumerate() {
        if set.record_type != RecordType::CNAME || !set.signatures.is_empty() {
            continue;
        }
        let Some(dname) = dname_above(&set.name, answers) else { continue };
        let follows = target(&set.name, &answers[dname]);
        if set.records.len() > 1 || follows.is_none() || follows != target(&set.name, set) {
            continue;
        }
        let reason = match &found[dname].reason {
            Reason::Signed { anchor, .. } => {
                Reason::Synthesized { dname: answers[dname].name.clone(), anchor: anchor.clone() }
            }
            other => other.clone(),
        };
        let state = reason.state();
        let ttl_max_s = found[dname].ttl_max_s;
        found[index] = SetVerdict { state, reason, ttl_max_s, ..found[index].clone() };
    }
}
