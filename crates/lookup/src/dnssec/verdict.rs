//! What is found about an answer, and why, in words.

use std::fmt;

use hickory_proto::rr::{Name, RecordType};

use super::fault::{Fault, Gap};
use super::keys::Algorithm;
use crate::name::present;
use crate::rdata::type_name;

/// How far data can be trusted (RFC 4033, 5), the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Security {
    /// Signed, and every signature up to a trust anchor is right.
    Secure,
    /// Not signed, and signed above that it does not have to be.
    Insecure,
    /// It cannot be found out.
    Indeterminate,
    /// It should be signed, and is not rightly so.
    Bogus,
}

impl Security {
    /// The name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
            Self::Indeterminate => "indeterminate",
            Self::Bogus => "bogus",
        }
    }
}

/// What is found about a whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The worst of what the question led over: aliases, records, or the proof that there is
    /// nothing.
    pub state: Security,
    /// Why.
    pub reason: Reason,
    /// Each set of records in the answer section, in the order of the message.
    pub sets: Vec<SetVerdict>,
    /// If the reply says that there is nothing, or nothing behind its aliases: whether that is
    /// proved.
    pub denial: Option<Reason>,
}

/// What is found about the records of one owner and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetVerdict {
    /// The owner.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// How far they can be trusted.
    pub state: Security,
    /// Why.
    pub reason: Reason,
    /// For how long they may be kept at most if they are secure, in seconds, whatever TTL the
    /// server gave them (RFC 4035, 5.3.3).
    pub ttl_max_s: Option<u32>,
}

/// How the absence of something is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By names (RFC 4034, 4).
    Nsec,
    /// By hashes of names (RFC 5155).
    Nsec3,
}

/// What is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// The name.
    Name,
    /// Records of the type.
    Type,
}

/// Why data is secure, insecure, bogus or neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Signed by its zone.
    Signed {
        /// The zone.
        signer: Name,
        /// How.
        algorithm: Algorithm,
        /// By which key.
        key_tag: u16,
        /// Where trust begins.
        anchor: Name,
        /// The name with an asterisk whose records these are.
        wildcard: Option<Name>,
    },
    /// An alias that follows from a signed DNAME (RFC 6672, 5.3.1).
    Synthesized {
        /// The owner of the DNAME.
        dname: Name,
        /// Where trust begins.
        anchor: Name,
    },
    /// It is proved that there is nothing.
    Denied {
        /// The zone that says so.
        zone: Name,
        /// What is not there.
        absence: Absence,
        /// How.
        proof: Proof,
        /// Where trust begins.
        anchor: Name,
    },
    /// A zone above says that no key signs what is here.
    NoDs {
        /// The zone that need not be signed.
        name: Name,
        /// The zone that says so.
        parent: Name,
        /// How.
        proof: Proof,
    },
    /// A zone above does not list the names that are not signed, and this may be one.
    OptOut {
        /// The name.
        name: Name,
        /// The zone that opts out.
        zone: Name,
    },
    /// The zone is signed with algorithms only that we cannot check or should not trust.
    UnsupportedAlgorithms {
        /// The zone.
        zone: Name,
        /// Which.
        algorithms: Vec<Algorithm>,
    },
    /// The keys of the zone have digests only of types that we cannot make.
    UnsupportedDigests {
        /// The zone.
        zone: Name,
        /// Which.
        digest_types: Vec<u8>,
    },
    /// The hashes of the zone take longer than they are worth (RFC 9276, 3.2).
    TooManyIterations {
        /// The zone.
        zone: Name,
        /// How often a name is hashed again.
        iterations: u16,
    },
    /// The signatures of a set, here or on the way here, are at fault.
    Signature {
        /// The owner.
        name: Name,
        /// The type.
        record_type: RecordType,
        /// What is wrong.
        fault: Fault,
    },
    /// The zone above has digests of keys, and the zone has no keys.
    NoDnskey(Name),
    /// No key of the zone is one whose digest the zone above has.
    DsMismatch {
        /// The zone.
        zone: Name,
        /// The tags of the keys that there should be.
        tags: Vec<u16>,
    },
    /// No key of the zone is a trust anchor.
    AnchorMismatch {
        /// The zone.
        zone: Name,
        /// The tags of the keys that there should be.
        tags: Vec<u16>,
    },
    /// It is not proved that there is nothing.
    NotDenied {
        /// What was asked for.
        name: Name,
        /// The type.
        record_type: RecordType,
        /// What the proof lacks.
        gap: Gap,
    },
    /// The trust anchor of the zone was taken back by its owner (RFC 5011).
    AnchorRevoked(Name),
    /// The zone above has signed what is no DS.
    MalformedDs(Name),
    /// No trust anchor is at the name or above.
    NoAnchor(Name),
    /// The chain could not be followed for want of an answer.
    FetchFailed {
        /// What was asked for.
        name: Name,
        /// The type.
        record_type: RecordType,
        /// Why there is no answer.
        why: String,
    },
    /// The reply names other servers, or leads to this name and says nothing of it.
    Unfinished(Name),
    /// The server says that it failed, by this response code, so that there is nothing to check.
    ServerFailed(String),
    /// The reply was cut short, or a part of it cannot be read.
    Incomplete,
    /// The server does not send signatures, though it was asked to (DO).
    NoDnssec,
    /// The chain takes more questions or checks than it is worth.
    TooMuchWork,
    /// Signatures are not signed (RFC 4035, 2.2).
    NotSignable,
}

impl Reason {
    /// How far what this is about can be trusted.
    #[must_use]
    pub const fn state(&self) -> Security {
        match self {
            Self::Signed { .. } | Self::Synthesized { .. } | Self::Denied { .. } => {
                Security::Secure
            }
            Self::NoDs { .. }
            | Self::OptOut { .. }
            | Self::UnsupportedAlgorithms { .. }
            | Self::UnsupportedDigests { .. }
            | Self::TooManyIterations { .. } => Security::Insecure,
            Self::Signature { fault, .. } => fault.state(),
            Self::NoDnskey(_)
            | Self::DsMismatch { .. }
            | Self::AnchorMismatch { .. }
            | Self::NotDenied { .. }
            | Self::AnchorRevoked(_)
            | Self::MalformedDs(_) => Security::Bogus,
            Self::NoAnchor(_)
            | Self::FetchFailed { .. }
            | Self::ServerFailed(_)
            | Self::Unfinished(_)
            | Self::Incomplete
            | Self::NoDnssec
            | Self::TooMuchWork
            | Self::NotSignable => Security::Indeterminate,
        }
    }

    /// The code that a resolver would give for it (RFC 8914, 4), if there is one.
    #[must_use]
    pub const fn extended_error(&self) -> Option<u16> {
        Some(match self {
            Self::UnsupportedAlgorithms { .. } => 1,
            Self::UnsupportedDigests { .. } => 2,
            Self::TooManyIterations { .. } => 27,
            Self::Signature { fault, .. } => fault.extended_error(),
            Self::NoDnskey(_) | Self::DsMismatch { .. } | Self::AnchorMismatch { .. } => 9,
            Self::NotDenied { .. } => 12,
            Self::AnchorRevoked(_) | Self::MalformedDs(_) => 6,
            Self::NoAnchor(_) | Self::FetchFailed { .. } | Self::NoDnssec | Self::TooMuchWork => 5,
            _ => return None,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed { signer, algorithm, key_tag, anchor, wildcard } => {
                let (signer, algorithm) = (present(signer), algorithm.name());
                write!(f, "signed by {signer} ({algorithm}, key {key_tag})")?;
                if let Some(wildcard) = wildcard {
                    write!(f, " as {}, which rightly stands for it", present(wildcard))?;
                }
                write!(f, ", chain complete to {}", anchor_in_words(anchor))
            }
            Self::Synthesized { dname, anchor } => {
                let (dname, anchor) = (present(dname), anchor_in_words(anchor));
                write!(f, "follows from the DNAME at {dname}, chain complete to {anchor}")
            }
            Self::Denied { zone, absence, proof, anchor } => {
                let (zone, anchor) = (present(zone), anchor_in_words(anchor));
                let absence = match absence {
                    Absence::Name => "no such name",
                    Absence::Type => "no such records",
                };
                let proof = proof.as_str();
                write!(f, "{absence}, proved by {proof} of {zone}, chain complete to {anchor}")
            }
            Self::NoDs { name, parent, proof } => {
                let (name, parent) = (present(name), present(parent));
                write!(f, "no DS at {name}, proved by {} of {parent}", proof.as_str())
            }
            Self::OptOut { name, zone } => {
                let (name, zone) = (present(name), present(zone));
                write!(f, "no DS at {name}: {zone} does not list unsigned names (NSEC3 opt-out)")
            }
            Self::UnsupportedAlgorithms { zone, algorithms } => {
                let algorithms = list(algorithms.iter().map(|algorithm| algorithm.name()));
                write!(f, "{} is signed with {algorithms} only: not supported", present(zone))
            }
            Self::UnsupportedDigests { zone, digest_types } => {
                let types = list(digest_types);
                write!(f, "the DS at {} is of digest type {types}: not supported", present(zone))
            }
            Self::TooManyIterations { zone, iterations } => {
                let zone = present(zone);
                write!(f, "NSEC3 of {zone} has {iterations} iterations: too many to be checked")
            }
            Self::Signature { name, record_type, fault } => {
                fault.tell(f, &format!("{} {}", present(name), type_name(*record_type)))
            }
            other => other.tell_without_signature(f),
        }
    }
}

impl Reason {
    /// The reasons that are about what is missing rather than about signatures.
    fn tell_without_signature(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDnskey(zone) => write!(f, "no DNSKEY at {}, which has a DS", present(zone)),
            Self::DsMismatch { zone, tags } => {
                write!(f, "no DNSKEY of {} matches its DS (key {})", present(zone), list(tags))
            }
            Self::AnchorMismatch { zone, tags } => {
                let (zone, tags) = (present(zone), list(tags));
                write!(f, "no DNSKEY of {zone} matches its trust anchor (key {tags})")
            }
            Self::NotDenied { name, record_type, gap } => {
                let (name, record_type) = (present(name), type_name(*record_type));
                write!(f, "denial not proved: {name} {record_type}: {gap}")
            }
            Self::AnchorRevoked(zone) => {
                write!(f, "the trust anchor of {} was revoked", present(zone))
            }
            Self::MalformedDs(name) => write!(f, "the DS at {} is malformed", present(name)),
            Self::NoAnchor(name) => write!(f, "no trust anchor at {} or above", present(name)),
            Self::FetchFailed { name, record_type, why } => {
                write!(f, "cannot get {} {}: {why}", present(name), type_name(*record_type))
            }
            Self::ServerFailed(rcode) => write!(f, "the server answers {rcode}"),
            Self::Unfinished(name) => {
                write!(f, "the reply does not say what is at {}", present(name))
            }
            Self::Incomplete => write!(f, "the reply is not complete"),
            Self::NoDnssec => write!(f, "the server sends no DNSSEC records (does not do DO)"),
            Self::TooMuchWork => write!(f, "the chain takes too many questions or checks"),
            _ => write!(f, "signatures are not signed themselves"),
        }
    }
}

impl Proof {
    /// The type of the records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nsec => "NSEC",
            Self::Nsec3 => "NSEC3",
        }
    }
}

fn anchor_in_words(anchor: &Name) -> String {
    if anchor.is_root() {
        return "the root".to_owned();
    }
    format!("the trust anchor {}", present(anchor))
}

fn list(items: impl IntoIterator<Item = impl ToString>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_last() {
        let ascending =
            [Security::Secure, Security::Insecure, Security::Indeterminate, Security::Bogus];
        assert!(ascending.is_sorted());
    }
}
