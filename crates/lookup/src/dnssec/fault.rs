//! What can be wrong with a signature or with the proof of an absence, in words.

use std::fmt;

use hickory_proto::rr::Name;

use super::keys::Algorithm;
use super::verdict::Security;
use crate::name::present;
use crate::rdata::date_and_time;

/// What is wrong with the signatures of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is none.
    Missing,
    /// None that can be read.
    Malformed,
    /// None by the zone; one by this name.
    ForeignSigner(Name),
    /// By an algorithm that does not count here, though the zone has others.
    Unsupported(Algorithm),
    /// It is over more labels than the owner has, or over fewer than the zone has.
    Labels,
    /// By a key that the zone does not have.
    NoKey(u16),
    /// By a key that is no zone key, or was revoked.
    UnfitKey(u16),
    /// It begins only then: seconds since 1970, modulo 2^32.
    NotYetValid(u32),
    /// It ended then: seconds since 1970, modulo 2^32.
    Expired(u32),
    /// By an RSA key of so many bits.
    ShortKey(u16, usize),
    /// It is not over these records, or not by this key.
    Wrong(Algorithm, u16),
    /// There are more signatures and keys than are worth checking.
    TooManySignatures,
}

impl Fault {
    /// How far a signature came until it was refused: the one that came furthest is told about.
    pub(super) const fn closeness(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Malformed => 1,
            Self::ForeignSigner(_) => 2,
            Self::Unsupported(_) => 3,
            Self::Labels => 4,
            Self::NoKey(_) => 5,
            Self::UnfitKey(_) => 6,
            Self::NotYetValid(_) => 7,
            Self::Expired(_) => 8,
            // A short key must not excuse the signature of a good one.
            Self::ShortKey(..) => 9,
            Self::Wrong(..) => 10,
            Self::TooManySignatures => 11,
        }
    }

    /// What becomes of a set that has no better signature.
    pub(super) const fn state(&self) -> Security {
        match self {
            Self::ShortKey(..) => Security::Insecure,
            Self::TooManySignatures => Security::Indeterminate,
            _ => Security::Bogus,
        }
    }

    /// As `signature of www.example.test A …`.
    pub(super) fn tell(&self, f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "no RRSIG for {what}"),
            Self::Malformed => write!(f, "the RRSIG for {what} is malformed"),
            Self::ForeignSigner(signer) => {
                write!(f, "{what} is not signed by its zone, but by {}", present(signer))
            }
            Self::Unsupported(algorithm) => {
                write!(f, "{what} is signed with {} only, not as its zone says", algorithm.name())
            }
            Self::Labels => write!(f, "signature of {what} is over another number of labels"),
            Self::NoKey(tag) => {
                write!(f, "signature of {what} is by key {tag}, which is no DNSKEY")
            }
            Self::UnfitKey(tag) => {
                write!(f, "signature of {what} is by key {tag}, which is revoked or no zone key")
            }
            Self::NotYetValid(from) => {
                write!(
                    f,
                    "signature of {what} is not yet valid: from {}",
                    date_and_time((*from).into())
                )
            }
            Self::Expired(until) => {
                write!(f, "signature of {what} expired {}", date_and_time((*until).into()))
            }
            Self::ShortKey(tag, bits) => {
                write!(f, "signature of {what} is by key {tag}, whose {bits} bits protect nothing")
            }
            Self::Wrong(algorithm, tag) => {
                let algorithm = algorithm.name();
                write!(f, "signature of {what} does not verify with key {tag} ({algorithm})")
            }
            Self::TooManySignatures => {
                write!(f, "{what} has more signatures or keys than are worth checking")
            }
        }
    }

    /// The code of RFC 8914, 4.
    pub(super) const fn extended_error(&self) -> u16 {
        match self {
            Self::Missing => 10,
            Self::NotYetValid(_) => 8,
            Self::Expired(_) => 7,
            Self::NoKey(_) => 9,
            Self::UnfitKey(_) => 11,
            Self::ShortKey(..) => 1,
            Self::TooManySignatures => 5,
            _ => 6,
        }
    }
}

/// Why an absence is not proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// Nothing that could prove it.
    NoRecords,
    /// No record says that there is nothing at the name.
    NotCovered,
    /// What is said of the name is said from the other side of a zone cut.
    OtherSide,
    /// The records are there, or an alias is.
    TypeExists,
    /// The name exists, with records or with names below it.
    NameExists,
    /// The name does not exist, which is not what the reply says.
    NameAbsent,
    /// This wildcard may exist, and would stand for the name.
    Wildcard(Name),
    /// A name exists that the wildcard does not reach beyond.
    Closer(Name),
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRecords => write!(f, "no NSEC or NSEC3 that its zone signed"),
            Self::NotCovered => write!(f, "no NSEC or NSEC3 is about the name"),
            Self::OtherSide => write!(f, "the NSEC is from the other side of the zone cut"),
            Self::TypeExists => write!(f, "the NSEC says that the records or an alias exist"),
            Self::NameExists => write!(f, "the NSEC says that the name exists"),
            Self::NameAbsent => write!(f, "the NSEC says that there is no such name at all"),
            Self::Wildcard(name) => write!(f, "nothing rules out {}", present(name)),
            Self::Closer(name) => write!(f, "nothing rules out names below {}", present(name)),
        }
    }
}
