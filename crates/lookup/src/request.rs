//! From the words of the command line to what is to be asked, and whom.

use std::borrow::Cow;
use std::collections::HashSet;

use hickory_proto::rr::RecordType;
use output::Family;
use thiserror::Error;

use crate::name::{self, NameError, ParsedAddress, ParsedName};
use crate::rdata::{TypeError, is_record_type, record_type, type_name};
use crate::server::{Server, ServerError};

/// What is to be asked, and whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// In the order of the command line; never empty.
    pub targets: Vec<Target>,
    /// None asks the system's.
    pub servers: Vec<Server>,
}

/// A name or an address, with the types to ask it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub subject: Subject,
    pub types: Vec<RecordType>,
    /// Whether the types are A and AAAA because none was given: one of them is enough.
    pub is_for_any_address: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Name(ParsedName),
    Address(ParsedAddress),
}

/// What words beside a list of names say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListRequest {
    /// The types of lines that have none of their own.
    pub types: Vec<RecordType>,
    /// None asks the system's.
    pub servers: Vec<Server>,
}

/// A word that makes no sense, and what would.
#[derive(Debug, Error)]
pub(crate) enum RequestError {
    #[error(transparent)]
    Name(#[from] NameError),
    #[error(transparent)]
    Type(#[from] TypeError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error("there is no name to look up: give one such as 'example.com'")]
    NoName,
    #[error("the names come from the list: leave '{0}' out, or write it into the list")]
    NameBesideList(String),
    #[error("-4 and -6 choose among addresses: leave them out, or the type {0}")]
    FamilyAndType(Cow<'static, str>),
}

impl ListRequest {
    /// Sorts the words: `@` marks a server, and all others are types.
    pub(crate) fn parse(
        words: &[String],
        types: &[RecordType],
        family: Family,
        port: u16,
    ) -> Result<Self, RequestError> {
        let mut request = Self { types: types.to_vec(), servers: Vec::new() };
        for word in words {
            if let Some(server) = word.strip_prefix('@') {
                request.servers.push(Server::parse(server, port)?);
            } else if is_record_type(word) {
                request.types.push(record_type(word)?);
            } else {
                return Err(RequestError::NameBesideList(word.clone()));
            }
        }
        refuse_family_beside(&request.types, family)?;
        Ok(request)
    }
}

fn refuse_family_beside(types: &[RecordType], family: Family) -> Result<(), RequestError> {
    match types {
        [first, ..] if family != Family::Any => Err(RequestError::FamilyAndType(type_name(*first))),
        _ => Ok(()),
    }
}

impl Request {
    /// Sorts the words: `@` marks a server; the name of a type is one beside a name, and a name
    /// where it stands alone or only beside other types; all else is a name or an address.
    pub(crate) fn parse(
        words: &[String],
        types: &[RecordType],
        family: Family,
        port: u16,
    ) -> Result<Self, RequestError> {
        let mut servers = Vec::new();
        let mut subjects = Vec::new();
        let mut type_words = Vec::new();
        for word in words {
            if let Some(server) = word.strip_prefix('@') {
                let server = Server::parse(server, port)?;
                servers.push(server);
            } else if is_record_type(word) {
                type_words.push(word.as_str());
            } else {
                subjects.push(word.as_str());
            }
        }
        if subjects.is_empty() {
            let names = if types.is_empty() { type_words.len().min(1) } else { type_words.len() };
            subjects.extend(type_words.drain(..names));
        }
        if subjects.is_empty() {
            return Err(RequestError::NoName);
        }
        let mut types = types.to_vec();
        for word in type_words {
            types.push(record_type(word)?);
        }
        let mut is_new = HashSet::new();
        types.retain(|record_type| is_new.insert(*record_type));
        refuse_family_beside(&types, family)?;
        let targets = subjects
            .into_iter()
            .map(|subject| Target::parse(subject, &types, family))
            .collect::<Result<_, _>>()?;
        Ok(Self { targets, servers })
    }
}

impl Target {
    fn parse(text: &str, types: &[RecordType], family: Family) -> Result<Self, RequestError> {
        let subject = match name::parse_address(text)? {
            Some(parsed) => Subject::Address(parsed),
            None => Subject::Name(name::parse(text)?),
        };
        let (types, is_for_any_address) = types_of(&subject, types, address_types(family));
        Ok(Self { subject, types: types.to_vec(), is_for_any_address })
    }
}

/// The types to ask for where none may have been given, and whether one of them is enough.
pub(crate) const fn types_of<'a>(
    subject: &Subject,
    types: &'a [RecordType],
    address_types: &'a [RecordType],
) -> (&'a [RecordType], bool) {
    match (types, subject) {
        ([], Subject::Name(_)) => (address_types, true),
        ([], Subject::Address(_)) => (&[RecordType::PTR], false),
        _ => (types, false),
    }
}

/// The types of the addresses that are wanted.
pub(crate) const fn address_types(family: Family) -> &'static [RecordType] {
    match family {
        Family::Any => &[RecordType::A, RecordType::AAAA],
        Family::Ipv4 => &[RecordType::A],
        Family::Ipv6 => &[RecordType::AAAA],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::present;

    fn read(words: &[&str], types: &[RecordType]) -> Result<Request, RequestError> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        Request::parse(&words, types, Family::Any, 53)
    }

    fn told(request: &Request) -> String {
        let target = |target: &Target| {
            let subject = match &target.subject {
                Subject::Name(parsed) => present(&parsed.name),
                Subject::Address(parsed) => parsed.address.to_string(),
            };
            let types: Vec<_> = target.types.iter().map(|it| type_name(*it)).collect();
            format!("{subject} {}", types.join("+"))
        };
        let mut words: Vec<_> = request.targets.iter().map(target).collect();
        words.extend(request.servers.iter().map(|server| format!("@{server}")));
        words.join(", ")
    }

    #[test]
    fn words_are_sorted_as_people_mean_them() {
        let cases: [(&[&str], &[RecordType], &str); 12] = [
            (&["www.usfca.edu"], &[], "www.usfca.edu A+AAAA"),
            (&["www.usfca.edu", "mx"], &[], "www.usfca.edu MX"),
            (&["MX", "www.usfca.edu", "txt"], &[], "www.usfca.edu MX+TXT"),
            (&["mx"], &[], "mx A+AAAA"),
            (&["ns", "mx"], &[], "ns MX"),
            (&["ns"], &[RecordType::MX], "ns MX"),
            (&["ns", "mx"], &[RecordType::A], "ns A, mx A"),
            (&["127.0.0.1"], &[], "127.0.0.1 PTR"),
            (&["[::1]", "a.test"], &[], "::1 PTR, a.test A+AAAA"),
            (&["a.test", "@127.0.0.1:5353"], &[], "a.test A+AAAA, @127.0.0.1:5353"),
            (&["a.test", "@::1", "TYPE65"], &[], "a.test HTTPS, @[::1]:53"),
            (&["a.test", "@127.0.0.1#5353", "a", "A"], &[], "a.test A, @127.0.0.1:5353"),
        ];
        for (words, types, expected) in cases {
            assert_eq!(told(&read(words, types).unwrap()), expected, "{words:?}");
        }
    }

    #[test]
    fn a_word_that_makes_no_sense_is_told() {
        let cases: [(&[&str], &str); 5] = [
            (&["@127.0.0.1"], "there is no name to look up: give one such as 'example.com'"),
            (&["a..b"], "'a..b' has an empty label: there is one dot too many"),
            (
                &["a.test", "ixfr"],
                "'ixfr' is what changed in a zone, which is not supported: ask for all of it by AXFR",
            ),
            (&["a.test", "@h:0"], "'0' is not a port: write a number from 1 to 65535"),
            (&[""], "the name is empty: give a name such as 'example.com', or '.' for the root"),
        ];
        for (words, message) in cases {
            assert_eq!(read(words, &[]).unwrap_err().to_string(), message);
        }
        let words = ["a.test".to_owned(), "mx".to_owned()];
        assert_eq!(
            Request::parse(&words, &[], Family::Ipv4, 53).unwrap_err().to_string(),
            "-4 and -6 choose among addresses: leave them out, or the type MX"
        );
    }
}
