//! Response codes: one table of names and meanings.

use std::borrow::Cow;

/// What a server says about a question as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rcode {
    /// The number, the upper bits from EDNS included (RFC 6891, 6.1.3).
    pub code: u16,
    /// The name as IANA and everybody else writes it: `SERVFAIL`.
    pub name: Cow<'static, str>,
    /// What it means to the one who asked.
    pub meaning: &'static str,
}

/// IANA, DNS RCODEs. 16 is BADVERS: as BADSIG it only exists inside of TSIG.
const RCODES: &[(u16, &str, &str)] = &[
    (0, "NOERROR", "the question was answered"),
    (1, "FORMERR", "the server does not understand the question"),
    (2, "SERVFAIL", "the server could not find out (its own trouble, or DNSSEC)"),
    (3, "NXDOMAIN", "there is no such name"),
    (4, "NOTIMP", "the server does not do this kind of question"),
    (5, "REFUSED", "the server does not answer this to you (policy, or not its zone)"),
    (6, "YXDOMAIN", "the name exists and should not"),
    (7, "YXRRSET", "the records exist and should not"),
    (8, "NXRRSET", "the records should exist and do not"),
    (9, "NOTAUTH", "the server is not authoritative for the zone"),
    (10, "NOTZONE", "the name is not in the zone"),
    (11, "DSOTYPENI", "the server does not do this DSO message"),
    (16, "BADVERS", "the server does not speak this version of EDNS"),
    (17, "BADKEY", "the server does not know the key"),
    (18, "BADTIME", "the signature is out of its time"),
    (19, "BADMODE", "the server does not do this TKEY mode"),
    (20, "BADNAME", "the key's name is taken"),
    (21, "BADALG", "the server does not do this algorithm"),
    (22, "BADTRUNC", "the signature is too short"),
    (23, "BADCOOKIE", "the cookie is missing or wrong"),
];

impl From<u16> for Rcode {
    fn from(code: u16) -> Self {
        match RCODES.iter().find(|(number, ..)| *number == code) {
            Some((_, name, meaning)) => Self { code, name: Cow::Borrowed(name), meaning },
            None => Self {
                code,
                name: Cow::Owned(format!("RCODE{code}")),
                meaning: "a response code without a name",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_and_a_meaning() {
        for (code, name) in [(0, "NOERROR"), (2, "SERVFAIL"), (16, "BADVERS"), (24, "RCODE24")] {
            let rcode = Rcode::from(code);
            assert_eq!((rcode.code, &*rcode.name), (code, name));
            assert!(!rcode.meaning.is_empty());
        }
        assert!(RCODES.is_sorted_by_key(|(code, ..)| *code));
    }
}
