//! Whether an answer is genuine: DNSSEC (RFC 4033 to 4035, 5155, 6840), checked here and not by
//! the server.
//!
//! Not hickory's validator: it takes right answers from wildcards for forged ones, does not keep
//! the order of aliases, and gives no reasons.

mod aliases;
mod anchors;
mod canonical;
mod chain;
mod denial;
mod fault;
mod keys;
mod nsec;
mod nsec3;
mod rrsig;
mod verdict;

#[cfg(test)]
mod tests;

use std::future::Future;

use hickory_proto::rr::{Name, RecordType};

use self::aliases::{End, accept_synthesized, follow};
use self::canonical::{ancestor, label_count, parent};
use self::chain::{Run, Steps, Zone, is_answer, is_whole, rcode_name, signature, unless_stripped};
use self::denial::Standing;
use self::rrsig::{RecordSet, Rrsig, Verified, sets};
use crate::message::Message;

pub use self::anchors::{AnchorError, Anchors};
pub use self::fault::{Fault, Gap};
pub use self::keys::Policy;
pub use self::verdict::{Absence, Reason, Security, SetVerdict, Verdict};

/// The most signers of one set that are looked at: there is one.
const SIGNERS_MAX: usize = 4;

/// What asks the questions on the way from a trust anchor.
pub trait Fetch: Sync {
    /// Asks a server that asks others (RD), for signatures too (DO), and for what it would
    /// itself find to be bogus (CD).
    ///
    /// # Errors
    ///
    /// Why there is no reply, in words. A reply that says no (`SERVFAIL`) is a reply.
    fn fetch(
        &self,
        name: &Name,
        record_type: RecordType,
    ) -> impl Future<Output = Result<Message, String>> + Send;
}

/// Makes verdicts, and remembers the keys that it met on the way.
#[derive(Debug)]
pub struct Validator<F> {
    fetch: F,
    anchors: Anchors,
    policy: Policy,
    steps: Steps,
}

impl<F: Fetch> Validator<F> {
    /// A validator that knows nothing but its trust anchors.
    #[must_use]
    pub fn new(fetch: F, anchors: Anchors, policy: Policy) -> Self {
        Self { fetch, anchors, policy, steps: Steps::default() }
    }

    /// Checks a reply to a question that was asked with DO and CD, at a time in seconds since
    /// 1970.
    pub async fn validate(
        &self,
        name: &Name,
        record_type: RecordType,
        reply: &Message,
        now: u64,
    ) -> Verdict {
        let mut run = Run::new(now, self.policy);
        let unfit = if !is_answer(reply.rcode) {
            Some(Reason::ServerFailed(rcode_name(reply.rcode)))
        } else if !is_whole(reply) {
            Some(Reason::Incomplete)
        } else {
            None
        };
        if let Some(reason) = unfit {
            return Verdict { state: reason.state(), reason, sets: Vec::new(), denial: None };
        }
        let answers = sets(&reply.answers);
        let mut found = Vec::with_capacity(answers.len());
        for set in &answers {
            found.push(self.judge(set, reply, &mut run).await);
        }
        accept_synthesized(&answers, &mut found);

        let path = follow(name, record_type, &answers);
        let denial = match path.end {
            End::Records | End::Loop => None,
            End::Nothing if is_signatures_only(record_type, reply) => Some(Reason::NotSignable),
            End::Nothing => Some(self.judge_denial(&path.name, record_type, reply, &mut run).await),
        };
        let reasons = path.sets.iter().map(|index| &found[*index].reason).chain(&denial);
        let state = reasons.clone().map(Reason::state).max();
        let mut reasons = reasons.filter(|reason| Some(reason.state()) == state).cloned();
        // What is wrong first, or what makes the end of it all secure.
        let worst =
            if state == Some(Security::Secure) { reasons.next_back() } else { reasons.next() };
        let reason = worst.unwrap_or(Reason::Unfinished(path.name));
        Verdict { state: reason.state(), reason, sets: found, denial }
    }

    /// Checks the records of one owner and type.
    async fn judge(&self, set: &RecordSet<'_>, reply: &Message, run: &mut Run) -> SetVerdict {
        let (reason, ttl_max_s) = match self.judge_signed(set, reply, run).await {
            Ok(secure) => secure,
            Err(reason) => (*reason, None),
        };
        SetVerdict {
            name: set.name.clone(),
            record_type: set.record_type,
            state: reason.state(),
            reason,
            ttl_max_s,
        }
    }

    async fn judge_signed(
        &self,
        set: &RecordSet<'_>,
        reply: &Message,
        run: &mut Run,
    ) -> Result<(Reason, Option<u32>), Box<Reason>> {
        let mut fault = signature(set, set.missing());
        for signer in signers(&side(&set.name, set.record_type), &set.signatures) {
            let zone = match self.zone_of(&signer, run).await {
                Ok(zone) => zone,
                Err(reason) => {
                    fault = reason;
                    continue;
                }
            };
            if zone.name != signer {
                fault = signature(set, Fault::ForeignSigner(signer));
                continue;
            }
            match run.verify(set, &zone) {
                Ok(verified) => {
                    let reason = signed(set, &zone, &verified, reply, run)?;
                    return Ok((reason, Some(verified.ttl_max_s)));
                }
                Err(reason) => fault = reason,
            }
        }
        Err(self.excuse(&side(&set.name, set.record_type), fault, reply, run).await)
    }

    /// A fault is none where nothing has to be signed, and not the point where the chain breaks
    /// above.
    async fn excuse(
        &self,
        name: &Name,
        fault: Box<Reason>,
        reply: &Message,
        run: &mut Run,
    ) -> Box<Reason> {
        if fault.state() != Security::Bogus {
            return fault;
        }
        match self.zone_of(name, run).await {
            Err(reason) if reason.state() == Security::Insecure || is_missing(&fault) => reason,
            _ => unless_stripped(fault, reply),
        }
    }

    /// Checks that there is nothing at a name, as a reply says.
    async fn judge_denial(
        &self,
        name: &Name,
        record_type: RecordType,
        reply: &Message,
        run: &mut Run,
    ) -> Reason {
        let authorities = sets(&reply.authorities);
        if says_nothing(name, reply, &authorities) {
            return Reason::Unfinished(name.clone());
        }
        let gap = Gap::NoRecords;
        let mut fault = Box::new(Reason::NotDenied { name: name.clone(), record_type, gap });
        let denials = authorities.iter().filter(|set| is_denial(set.record_type));
        for signer in signers(name, denials.flat_map(|set| &set.signatures)) {
            let zone = match self.zone_of(&signer, run).await {
                Ok(zone) if zone.name == signer => zone,
                Ok(_) => continue,
                Err(reason) => {
                    fault = reason;
                    continue;
                }
            };
            match denied(name, record_type, &zone, reply, run) {
                Ok(reason) => return reason,
                Err(Some(reason)) => fault = reason,
                Err(None) => {}
            }
        }
        *self.excuse(&side(name, record_type), fault, reply, run).await
    }
}

/// Whether a zone proves that there is nothing at a name. `Err(None)`: it says nothing.
fn denied(
    name: &Name,
    record_type: RecordType,
    zone: &Zone,
    reply: &Message,
    run: &mut Run,
) -> Result<Reason, Option<Box<Reason>>> {
    let evidence = run.evidence(&reply.authorities, zone)?;
    let (absence, proved) = if reply.rcode == 0 {
        (Absence::Type, evidence.deny_type(&zone.name, name, record_type))
    } else {
        (Absence::Name, evidence.deny_name(&zone.name, name))
    };
    let (standing, proof) = proved
        .map_err(|gap| Box::new(Reason::NotDenied { name: name.clone(), record_type, gap }))?;
    Ok(stands(standing, name, zone).unwrap_or_else(|| Reason::Denied {
        zone: zone.name.clone(),
        absence,
        proof,
        anchor: zone.anchor.clone(),
    }))
}

/// Why a signed set is secure, or is not because nothing says that a wildcard may stand for it.
fn signed(
    set: &RecordSet,
    zone: &Zone,
    verified: &Verified,
    reply: &Message,
    run: &mut Run,
) -> Result<Reason, Box<Reason>> {
    let mut wildcard = None;
    if let Some(labels) = verified.wildcard_labels {
        let not_denied = |gap| {
            let (name, record_type) = (set.name.clone(), set.record_type);
            Box::new(Reason::NotDenied { name, record_type, gap })
        };
        let evidence = match run.evidence(&reply.authorities, zone) {
            Ok(evidence) => evidence,
            Err(fault) => return Err(fault.unwrap_or_else(|| not_denied(Gap::NoRecords))),
        };
        let standing = evidence.deny_closer(&zone.name, &set.name, labels).map_err(not_denied)?;
        if let Some(reason) = stands(standing, &set.name, zone) {
            return Err(reason.into());
        }
        wildcard = canonical::wildcard(&ancestor(&set.name, labels));
    }
    Ok(Reason::Signed {
        signer: zone.name.clone(),
        algorithm: verified.algorithm,
        key_tag: verified.key_tag,
        anchor: zone.anchor.clone(),
        wildcard,
    })
}

/// Why a proof is worth less than all. `None`: it is worth all.
fn stands(standing: Standing, name: &Name, zone: &Zone) -> Option<Reason> {
    let zone = zone.name.clone();
    match standing {
        Standing::Proved => None,
        Standing::OptOut => Some(Reason::OptOut { name: name.clone(), zone }),
        Standing::TooManyIterations(iterations) => {
            Some(Reason::TooManyIterations { zone, iterations })
        }
    }
}

/// The zones that may have signed what is at a name, the closest first.
fn signers<'a>(name: &Name, signatures: impl IntoIterator<Item = &'a Rrsig>) -> Vec<Name> {
    let mut signers: Vec<Name> = signatures
        .into_iter()
        .map(|rrsig| rrsig.signer.clone())
        .filter(|signer| signer.zone_of(name))
        .collect();
    signers.sort_by_key(|signer| std::cmp::Reverse(label_count(signer)));
    signers.dedup();
    signers.truncate(SIGNERS_MAX);
    signers
}

/// The name whose zone has the records of a type: for a DS, the one above (RFC 4035, 2.4).
fn side(name: &Name, record_type: RecordType) -> Name {
    let above = (record_type == RecordType::DS).then(|| parent(name)).flatten();
    above.unwrap_or_else(|| name.clone())
}

fn is_missing(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::Signature { fault: Fault::Missing | Fault::ForeignSigner(_), .. }
            | Reason::NotDenied { gap: Gap::NoRecords, .. }
    )
}

const fn is_denial(record_type: RecordType) -> bool {
    matches!(record_type, RecordType::NSEC | RecordType::NSEC3 | RecordType::SOA)
}

/// Whether a reply leaves open what is at a name: it names other servers, or ends with an alias.
fn says_nothing(name: &Name, reply: &Message, authorities: &[RecordSet]) -> bool {
    let has = |record_type| authorities.iter().any(|set| set.record_type == record_type);
    let refers =
        authorities.iter().any(|set| set.record_type == RecordType::NS && set.name.zone_of(name));
    let proves = has(RecordType::NSEC) || has(RecordType::NSEC3);
    let is_alias = !reply.answers.is_empty() && !proves;
    reply.rcode == 0 && !has(RecordType::SOA) && (refers || is_alias)
}

/// Whether signatures were asked for, and are there.
fn is_signatures_only(record_type: RecordType, reply: &Message) -> bool {
    record_type == RecordType::RRSIG
        && reply.answers.iter().any(|record| record.record_type == RecordType::RRSIG)
}
