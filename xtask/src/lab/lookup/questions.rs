//! What is asked of the lab's tree, and what has to come of it.

/// How far data can be trusted (RFC 4033, 5), the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Security {
    Secure,
    Insecure,
    Indeterminate,
    Bogus,
}

use Security::{Bogus, Insecure, Secure};

impl Security {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Secure, Self::Insecure, Self::Indeterminate, Self::Bogus];

    /// Its name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
            Self::Indeterminate => "indeterminate",
            Self::Bogus => "bogus",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// A name, a type, what there is of it, and how far that can be trusted.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    pub name: &'static str,
    pub record_type: &'static str,
    /// As `lookup --dnssec` names it: a response code, NODATA, or BOGUS.
    pub status: &'static str,
    pub security: Security,
}

const fn ask(
    name: &'static str,
    record_type: &'static str,
    status: &'static str,
    security: Security,
) -> Question {
    Question { name, record_type, status, security }
}

/// Every question.
pub const QUESTIONS: [Question; 52] = [
    ask("www.signed.test", "A", "NOERROR", Secure),
    ask("www.nsec3.test", "AAAA", "NOERROR", Secure),
    ask("www.rsa.test", "A", "NOERROR", Secure),
    ask("www.test", "A", "NOERROR", Secure),
    ask("signed.test", "SOA", "NOERROR", Secure),
    ask("signed.test", "DNSKEY", "NOERROR", Secure),
    ask("signed.test", "DS", "NOERROR", Secure),
    ask("alias.signed.test", "A", "NOERROR", Secure),
    ask("alias.lab-root", "A", "NOERROR", Secure),
    ask("host.dname.signed.test", "A", "NOERROR", Secure),
    ask("any.wild.signed.test", "A", "NOERROR", Secure),
    ask("any.wild.nsec3.test", "TXT", "NOERROR", Secure),
    ask("alias-wild.signed.test", "A", "NOERROR", Secure),
    ask("alias-wild.nsec3.test", "A", "NOERROR", Secure),
    ask("nowhere.signed.test", "A", "NXDOMAIN", Secure),
    ask("nowhere.nsec3.test", "A", "NXDOMAIN", Secure),
    ask("nowhere", "A", "NXDOMAIN", Secure),
    ask("www.signed.test", "MX", "NODATA", Secure),
    ask("www.nsec3.test", "MX", "NODATA", Secure),
    ask("empty.signed.test", "A", "NODATA", Secure),
    ask("empty.nsec3.test", "A", "NODATA", Secure),
    ask("any.wild.signed.test", "MX", "NODATA", Secure),
    ask("any.wild.nsec3.test", "MX", "NODATA", Secure),
    ask("www.p384.test", "A", "NOERROR", Secure),
    ask("www.rsa512.test", "A", "NOERROR", Secure),
    // Algorithms and digests that not everybody takes.
    ask("www.ed448.test", "A", "NOERROR", Secure),
    ask("nowhere.ed448.test", "A", "NXDOMAIN", Secure),
    ask("www.ds-sha384.test", "A", "NOERROR", Secure),
    ask("www.ds-sha1.test", "A", "NOERROR", Secure),
    ask("www.sha1.test", "A", "NOERROR", Insecure),
    ask("nowhere.sha1.test", "A", "NXDOMAIN", Insecure),
    ask("www.sha1-nsec3.test", "A", "NOERROR", Insecure),
    ask("nowhere.sha1-nsec3.test", "A", "NXDOMAIN", Insecure),
    // As many iterations as there may be.
    ask("www.iterated.test", "A", "NOERROR", Secure),
    ask("nowhere.iterated.test", "A", "NXDOMAIN", Secure),
    ask("any.wild.iterated.test", "MX", "NODATA", Secure),
    // Where delegations without a signature are left out, so is the proof that there is none.
    ask("nowhere.test", "A", "NXDOMAIN", Insecure),
    ask("insecure.test", "DS", "NODATA", Insecure),
    ask("www.insecure.test", "A", "NOERROR", Insecure),
    ask("nowhere.insecure.test", "A", "NXDOMAIN", Insecure),
    ask("www.insecure.test", "MX", "NODATA", Insecure),
    ask("www.unlinked.test", "A", "NOERROR", Insecure),
    ask("www.strange.test", "A", "NOERROR", Insecure),
    ask("a.types.test", "A", "NOERROR", Insecure),
    // Its DS record is of the zone above, which is signed; only what is below is not.
    ask("strange.test", "DS", "NOERROR", Secure),
    ask("mail.bogus.test", "MX", "NOERROR", Secure),
    ask("www.bogus.test", "A", "BOGUS", Bogus),
    ask("alias.bogus.test", "A", "BOGUS", Bogus),
    ask("www.expired.test", "A", "BOGUS", Bogus),
    ask("www.future.test", "A", "BOGUS", Bogus),
    ask("www.stripped.test", "A", "BOGUS", Bogus),
    ask("www.wrong-key.test", "A", "BOGUS", Bogus),
];
