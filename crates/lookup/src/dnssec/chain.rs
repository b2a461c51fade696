//! From a trust anchor down to the zone of a name: over its cuts, each proved by the zone above.

use std::collections::HashMap;
use std::sync::Arc;

use hickory_proto::rr::{Name, RecordType};
use tokio::sync::Mutex;

use super::anchors::Trust;
use super::canonical::{ancestor, is_below, label_count};
use super::denial::{Cut, Evidence};
use super::fault::{Fault, Gap};
use super::keys::{Dnskey, Ds, Policy};
use super::nsec::Nsec;
use super::nsec3::Nsec3;
use super::rrsig::{RecordSet, Terms, Verified, sets};
use super::verdict::{Reason, Security};
use super::{Fetch, Validator};
use crate::message::{Damage, Message, Record, Section};
use crate::rcode::Rcode;

/// The most questions that one verdict is worth: labels have a cut each at most, with two
/// questions.
const FETCHES_MAX: usize = 100;

/// The most checks of signatures that one verdict is worth (KeyTrap, CVE-2023-50387).
const VERIFICATIONS_MAX: usize = 500;

/// The most keys of a zone that are looked at.
const KEYS_MAX: usize = 64;

/// The most digests at a cut that are looked at.
const DS_MAX: usize = 32;

/// For how long something found on the way is believed, in seconds, however long its TTL is.
const KEPT_MAX_S: u64 = 60 * 60;

/// For how long a fault found on the way is believed, in seconds: it may be of one reply, but
/// many questions at once should not all wait for a server that is silent.
const FAULT_KEPT_S: u64 = 5;

/// So many names are remembered; then it begins again.
const STEPS_MAX: usize = 20_000;

/// A zone whose keys are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its name.
    pub name: Name,
    /// Its keys.
    pub keys: Vec<Dnskey>,
    /// The name where trust began.
    pub anchor: Name,
}

/// What was found at a name on the way down.
#[derive(Debug, Clone)]
enum Step {
    /// A zone begins here, and its keys are trusted.
    Zone(Arc<Zone>),
    /// The zone above goes on.
    Same,
    /// The zone above goes on, and nothing is below.
    NothingBelow,
    /// Trust ends here.
    End(Box<Reason>),
}

/// What was found at names on the way down.
#[derive(Debug, Default)]
pub struct Steps(Mutex<HashMap<Name, Arc<Mutex<Slot>>>>);

/// What was found at a name, and until when it is believed, in seconds since 1970. It is locked
/// while it is found out, so that two questions with the same way ask once.
type Slot = Option<(Step, u64)>;

/// What one verdict may still cost, and on which terms it is made.
pub struct Run {
    /// Time and policy.
    pub terms: Terms,
    fetches_left: usize,
    verifications_left: usize,
}

impl Run {
    /// A verdict that has cost nothing yet.
    pub fn new(now: u64, policy: Policy) -> Self {
        Self {
            terms: Terms { now, policy },
            fetches_left: FETCHES_MAX,
            verifications_left: VERIFICATIONS_MAX,
        }
    }

    /// Checks that a zone signed a set.
    pub fn verify(&mut self, set: &RecordSet, zone: &Zone) -> Result<Verified, Box<Reason>> {
        self.verify_with(set, &zone.name, &zone.keys)
    }

    fn verify_with(
        &mut self,
        set: &RecordSet,
        zone: &Name,
        keys: &[Dnskey],
    ) -> Result<Verified, Box<Reason>> {
        set.verify(zone, keys, &self.terms, &mut self.verifications_left)
            .map_err(|fault| signature(set, fault))
    }

    /// The records of an authority section that a zone signed about what does not exist, or why
    /// none of them counts.
    pub fn evidence(
        &mut self,
        authorities: &[Record],
        zone: &Zone,
    ) -> Result<Evidence, Option<Box<Reason>>> {
        let mut evidence = Evidence::default();
        let mut fault = None;
        for set in sets(authorities) {
            if !matches!(set.record_type, RecordType::NSEC | RecordType::NSEC3) {
                continue;
            }
            match self.verify(&set, zone) {
                // As a wildcard's it would be about any name.
                Ok(Verified { wildcard_labels: Some(_), .. }) => {}
                Ok(_) if set.record_type == RecordType::NSEC => {
                    evidence.nsecs.extend(set.records.iter().filter_map(|it| Nsec::read(it)));
                }
                Ok(_) => {
                    let nsec3s = set.records.iter();
                    evidence.nsec3s.extend(nsec3s.filter_map(|it| Nsec3::read(&zone.name, it)));
                }
                Err(reason) => fault = fault.or(Some(reason)),
            }
        }
        if evidence.nsecs.is_empty() && evidence.nsec3s.is_empty() {
            return Err(fault);
        }
        Ok(evidence)
    }
}

/// The reason that a set's signature is at fault.
pub fn signature(set: &RecordSet, fault: Fault) -> Box<Reason> {
    let (name, record_type) = (set.name.clone(), set.record_type);
    Box::new(Reason::Signature { name, record_type, fault })
}

/// Whether a server sends DNSSEC records when it has any (RFC 3225, 3).
fn speaks_dnssec(reply: &Message) -> bool {
    reply.edns.as_ref().is_some_and(|edns| edns.dnssec_ok)
}

impl<F: Fetch> Validator<F> {
    /// The zone that a name is in, if every cut down to it is signed.
    ///
    /// # Errors
    ///
    /// Why trust ends before: an unsigned zone, a fault, or a question without an answer.
    pub(super) async fn zone_of(
        &self,
        name: &Name,
        run: &mut Run,
    ) -> Result<Arc<Zone>, Box<Reason>> {
        let (top, trust) =
            self.anchors.closest(name).ok_or_else(|| Reason::NoAnchor(name.clone()))?;
        let slot = self.steps.slot(top).await;
        let mut slot = slot.lock().await;
        let step = if let Some(step) = kept(&slot, run) {
            step
        } else {
            let found = self.keys(top, trust, top, run).await;
            keep(&mut slot, found.map(|(zone, ttl)| (Step::Zone(Arc::new(zone)), ttl)), run)
        };
        drop(slot);
        let mut zone = match step {
            Step::Zone(zone) => zone,
            Step::End(reason) => return Err(reason),
            Step::Same | Step::NothingBelow => return Err(Reason::NoAnchor(name.clone()).into()),
        };
        for labels in label_count(top) + 1..=label_count(name) {
            let next = ancestor(name, labels);
            let slot = self.steps.slot(&next).await;
            let mut slot = slot.lock().await;
            let step = match kept(&slot, run) {
                Some(step) => step,
                None => keep(&mut slot, self.step(&zone, &next, run).await, run),
            };
            match step {
                Step::Same => {}
                Step::NothingBelow => break,
                Step::Zone(below) => zone = below,
                Step::End(reason) => return Err(reason),
            }
        }
        Ok(zone)
    }

    /// What is at a name below the beginning of a zone, and for how many seconds.
    async fn step(
        &self,
        zone: &Zone,
        name: &Name,
        run: &mut Run,
    ) -> Result<(Step, u32), Box<Reason>> {
        let reply = self.get(name, RecordType::DS, run).await?;
        let ttl = reply.records().map(|(_, record)| record.ttl).min().unwrap_or(0);
        let answers = sets(&reply.answers);
        let of = |wanted| answers.iter().find(|set| set.record_type == wanted && set.name == *name);
        if let Some(set) = of(RecordType::DS) {
            let verified = run.verify(set, zone).map_err(|it| unless_stripped(it, &reply))?;
            if verified.wildcard_labels.is_some() {
                return Err(signature(set, Fault::Labels));
            }
            let records = set.records.iter().take(DS_MAX);
            let ds: Vec<_> = records.filter_map(|it| Ds::read(&it.data)).collect();
            if ds.is_empty() {
                return Err(Reason::MalformedDs(name.clone()).into());
            }
            let trust = Trust { ds, keys: Vec::new() };
            let (zone, keys_ttl) = self.keys(name, &trust, &zone.anchor, run).await?;
            let ttl = ttl.min(keys_ttl).min(verified.ttl_max_s);
            return Ok((Step::Zone(Arc::new(zone)), ttl));
        }
        // An alias is no zone, and nothing is below a DNAME (RFC 6672, 2.4).
        let dname =
            |set: &&RecordSet| set.record_type == RecordType::DNAME && is_below(name, &set.name);
        if let Some(set) = answers.iter().find(dname) {
            run.verify(set, zone)?;
            return Ok((Step::NothingBelow, ttl));
        }
        if let Some(set) = of(RecordType::CNAME) {
            run.verify(set, zone).map_err(|it| unless_stripped(it, &reply))?;
            return Ok((Step::Same, ttl));
        }
        let step = cut(zone, name, &reply, run).map_err(|it| unless_stripped(it, &reply))?;
        Ok((step, ttl))
    }

    /// The keys of a zone, of which some are known, and for how many seconds.
    async fn keys(
        &self,
        name: &Name,
        trust: &Trust,
        anchor: &Name,
        run: &mut Run,
    ) -> Result<(Zone, u32), Box<Reason>> {
        let trust = usable(name, trust, run.terms.policy)?;
        let reply = self.get(name, RecordType::DNSKEY, run).await?;
        let answers = sets(&reply.answers);
        let set = answers
            .iter()
            .find(|set| set.record_type == RecordType::DNSKEY && set.name == *name)
            .ok_or_else(|| unless_stripped(Reason::NoDnskey(name.clone()).into(), &reply))?;
        let mut keys: Vec<_> = set.records.iter().filter_map(|it| Dnskey::read(&it.data)).collect();
        keys.truncate(KEYS_MAX);

        let trusted = |key: &&Dnskey| {
            let known = trust.keys.contains(key);
            key.signs() && (known || trust.ds.iter().any(|ds| ds.is_of(name, key)))
        };
        let trusted: Vec<_> = keys.iter().filter(trusted).cloned().collect();
        if trusted.is_empty() {
            let tags = trust.ds.iter().map(|ds| ds.tag);
            let tags = tags.chain(trust.keys.iter().map(|key| key.tag)).collect();
            let zone = name.clone();
            let taken_back = |known| keys.iter().any(|key| key.is_revoked_form_of(known));
            let reason = if trust.keys.iter().any(taken_back) {
                Reason::AnchorRevoked(zone)
            } else if name == anchor {
                Reason::AnchorMismatch { zone, tags }
            } else {
                Reason::DsMismatch { zone, tags }
            };
            return Err(reason.into());
        }
        let verified =
            run.verify_with(set, name, &trusted).map_err(|it| unless_stripped(it, &reply))?;
        let ttl = set.ttl_s().min(verified.ttl_max_s);
        Ok((Zone { name: name.clone(), keys, anchor: anchor.clone() }, ttl))
    }

    async fn get(
        &self,
        name: &Name,
        record_type: RecordType,
        run: &mut Run,
    ) -> Result<Message, Box<Reason>> {
        run.fetches_left = run.fetches_left.checked_sub(1).ok_or(Reason::TooMuchWork)?;
        let failed =
            |why: String| Box::new(Reason::FetchFailed { name: name.clone(), record_type, why });
        let reply = self.fetch.fetch(name, record_type).await.map_err(failed)?;
        if !is_answer(reply.rcode) {
            return Err(failed(rcode_name(reply.rcode)));
        }
        if !is_whole(&reply) {
            return Err(failed("the reply is not complete".to_owned()));
        }
        Ok(reply)
    }
}

/// Whether a response code is that of an answer: NOERROR or NXDOMAIN.
pub const fn is_answer(rcode: u16) -> bool {
    matches!(rcode, 0 | 3)
}

/// Whether nothing is missing from what a reply was to prove.
pub fn is_whole(reply: &Message) -> bool {
    let is_broken = matches!(
        reply.damage,
        Some(
            Damage::BreaksOff(Section::Question | Section::Answer | Section::Authority)
                | Damage::Data(_)
        )
    );
    !is_broken && !reply.flags.is_truncated()
}

/// `SERVFAIL`.
pub fn rcode_name(rcode: u16) -> String {
    Rcode::from(rcode).name.into_owned()
}

/// What is missing is no forgery if the server does not send it to anybody.
pub fn unless_stripped(reason: Box<Reason>, reply: &Message) -> Box<Reason> {
    let missing = matches!(
        *reason,
        Reason::NoDnskey(_)
            | Reason::Signature { fault: Fault::Missing, .. }
            | Reason::NotDenied { gap: Gap::NoRecords, .. }
    );
    if missing && !speaks_dnssec(reply) { Box::new(Reason::NoDnssec) } else { reason }
}

/// What a zone says about a name for which no DS came.
fn cut(zone: &Zone, name: &Name, reply: &Message, run: &mut Run) -> Result<Step, Box<Reason>> {
    let not_denied =
        |gap| Box::new(Reason::NotDenied { name: name.clone(), record_type: RecordType::DS, gap });
    let evidence = run
        .evidence(&reply.authorities, zone)
        .map_err(|fault| fault.unwrap_or_else(|| not_denied(Gap::NoRecords)))?;
    let (cut, proof) = evidence.cut(&zone.name, name).map_err(not_denied)?;
    let (name, parent) = (name.clone(), zone.name.clone());
    Ok(match cut {
        Cut::None => Step::Same,
        Cut::NothingBelow => Step::NothingBelow,
        Cut::Unsigned => Step::end(Reason::NoDs { name, parent, proof }),
        Cut::OptOut => Step::end(Reason::OptOut { name, zone: parent }),
        Cut::TooManyIterations(iterations) => {
            Step::end(Reason::TooManyIterations { zone: parent, iterations })
        }
    })
}

/// What is known of a zone's keys, as far as it can be checked. SHA-1 only counts where there is
/// nothing better (RFC 4509, 3).
fn usable(name: &Name, trust: &Trust, policy: Policy) -> Result<Trust, Box<Reason>> {
    let mut ds: Vec<_> =
        trust.ds.iter().filter(|ds| policy.accepts(ds.algorithm)).cloned().collect();
    let keys: Vec<_> =
        trust.keys.iter().filter(|key| policy.accepts(key.algorithm)).cloned().collect();
    if ds.is_empty() && keys.is_empty() {
        let ds = trust.ds.iter().map(|ds| ds.algorithm);
        let mut algorithms: Vec<_> = ds.chain(trust.keys.iter().map(|key| key.algorithm)).collect();
        algorithms.sort_unstable();
        algorithms.dedup();
        return Err(Reason::UnsupportedAlgorithms { zone: name.clone(), algorithms }.into());
    }
    let mut digest_types: Vec<_> = ds.iter().map(|ds| ds.digest_type).collect();
    ds.retain(Ds::is_known);
    if ds.is_empty() && keys.is_empty() {
        digest_types.sort_unstable();
        digest_types.dedup();
        return Err(Reason::UnsupportedDigests { zone: name.clone(), digest_types }.into());
    }
    if ds.iter().any(|ds| ds.digest_type != Ds::SHA1) {
        ds.retain(|ds| ds.digest_type != Ds::SHA1);
    }
    Ok(Trust { ds, keys })
}

impl Step {
    fn end(reason: Reason) -> Self {
        Self::End(Box::new(reason))
    }
}

impl Steps {
    /// The place of a name.
    async fn slot(&self, name: &Name) -> Arc<Mutex<Slot>> {
        let mut slots = self.0.lock().await;
        if slots.len() > STEPS_MAX {
            slots.clear();
        }
        Arc::clone(slots.entry(name.clone()).or_default())
    }
}

fn kept(slot: &Slot, run: &Run) -> Option<Step> {
    let (step, until) = slot.as_ref()?;
    (*until >= run.terms.now).then(|| step.clone())
}

fn keep(slot: &mut Slot, found: Result<(Step, u32), Box<Reason>>, run: &Run) -> Step {
    let (step, kept_s) = match found {
        Ok((step, ttl)) => (step, u64::from(ttl).min(KEPT_MAX_S)),
        Err(reason) => {
            let kept_s = match (&*reason, reason.state()) {
                (Reason::FetchFailed { .. } | Reason::NoDnssec, _) | (_, Security::Bogus) => {
                    FAULT_KEPT_S
                }
                // The next verdict has means of its own.
                (_, Security::Indeterminate) => return Step::End(reason),
                _ => KEPT_MAX_S,
            };
            (Step::End(reason), kept_s)
        }
    };
    *slot = Some((step.clone(), run.terms.now.saturating_add(kept_s)));
    step
}
