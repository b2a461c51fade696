//! Trust anchors: the keys that are known beforehand, built in or read from a file.

use std::iter::Peekable;
use std::vec::IntoIter;

use data_encoding::{BASE64, HEXUPPER_PERMISSIVE};
use hickory_proto::rr::Name;

use super::canonical::label_count;
use super::keys::{Dnskey, Ds};
use crate::name::parse;

/// The keys of the root as IANA publishes them (root-anchors.xml): KSK-2017 and KSK-2024.
const ROOT: &str = "\
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
";

/// The lists of anchors in a configuration of BIND.
const BIND_LISTS: [&str; 3] = ["trust-anchors", "managed-keys", "trusted-keys"];

/// What is known of the keys of a zone, from the zone above or beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trust {
    /// Digests of keys.
    pub ds: Vec<Ds>,
    /// Keys.
    pub keys: Vec<Dnskey>,
}

/// The names where trust begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchors(Vec<(Name, Trust)>);

/// What cannot be read as trust anchors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct AnchorError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: AnchorProblem,
}

/// What is wrong with a trust anchor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorProblem {
    /// There is none.
    #[error(
        "there is no trust anchor: give a DS or DNSKEY record such as '. IN DS 20326 8 2 E06D…'"
    )]
    None,
    /// Not a name.
    #[error("'{0}' is not a name")]
    Name(String),
    /// A record of another type.
    #[error("'{0}' is not a trust anchor: those are DS and DNSKEY records")]
    Type(String),
    /// A line of a master file that is not supported.
    #[error("'{0}' is not supported here: write names in full")]
    Directive(String),
    /// A number that is missing, is none, or is too large.
    #[error("{what} is missing or not a number up to {max}")]
    Number {
        /// Which.
        what: &'static str,
        /// The largest there is.
        max: u16,
    },
    /// Digits that are no Base64 or hexadecimal.
    #[error("the {0} is missing or broken off")]
    Data(&'static str),
    /// A digest of another length than its type has.
    #[error("the digest has {octets} octets: its type has {expected}")]
    DigestLength {
        /// How many it has.
        octets: usize,
        /// How many it should have.
        expected: usize,
    },
    /// A key that signs nothing.
    #[error("the key has flags {0}: it signs nothing, or is revoked")]
    Unfit(u16),
    /// A bracket or quote without its other half.
    #[error("'{0}' is not closed")]
    Open(char),
    /// Something that does not belong there.
    #[error("'{0}' is not expected here")]
    Unexpected(String),
}

impl Default for Anchors {
    /// The keys of the root.
    fn default() -> Self {
        Self::read(ROOT).expect("the built-in anchors are read in a test")
    }
}

impl Anchors {
    /// Reads DS and DNSKEY records in the form of a master file (RFC 1035, 5.1), or the lists of
    /// keys of a configuration of BIND (`trust-anchors { . initial-key 257 3 8 "…"; };`).
    ///
    /// Names are complete, with or without a dot at their end.
    ///
    /// # Errors
    ///
    /// The first thing that is not understood, and its line.
    pub fn read(text: &str) -> Result<Self, AnchorError> {
        let is_list = |word: &str| BIND_LISTS.contains(&word.trim_end_matches('{'));
        let bind = text
            .lines()
            .filter(|line| !line.trim_start().starts_with(';'))
            .any(|line| line.split_whitespace().any(is_list));
        let mut anchors = Self(Vec::new());
        if bind {
            anchors.read_bind(text)?;
        } else {
            anchors.read_master(text)?;
        }
        if anchors.0.is_empty() {
            return Err(AnchorError {
                line: text.lines().count().max(1),
                problem: AnchorProblem::None,
            });
        }
        Ok(anchors)
    }

    /// The anchor that is closest to a name: at it or above.
    pub fn closest(&self, name: &Name) -> Option<(&Name, &Trust)> {
        let above = self.0.iter().filter(|(anchor, _)| anchor.zone_of(name));
        above.max_by_key(|(anchor, _)| label_count(anchor)).map(|(anchor, trust)| (anchor, trust))
    }

    fn trust(&mut self, name: &Name) -> &mut Trust {
        let index = self.0.iter().position(|(it, _)| it == name).unwrap_or_else(|| {
            self.0.push((name.clone(), Trust::default()));
            self.0.len() - 1
        });
        &mut self.0[index].1
    }

    fn read_master(&mut self, text: &str) -> Result<(), AnchorError> {
        let mut last: Option<Name> = None;
        for entry in master_entries(text)? {
            let (line, indented) = (entry.line, entry.indented);
            let at = |problem| AnchorError { line, problem };
            let mut words = entry.words.into_iter().peekable();
            if !indented {
                let owner = words.next().unwrap_or_default();
                if owner.starts_with('$') && owner != "$TTL" {
                    return Err(at(AnchorProblem::Directive(owner)));
                }
                if owner == "$TTL" {
                    continue;
                }
                last = Some(owner_name(&owner).map_err(at)?);
            }
            let owner = last.clone().ok_or_else(|| at(AnchorProblem::Name(String::new())))?;
            let is_ttl_or_class = |word: &String| {
                word.eq_ignore_ascii_case("IN") || word.starts_with(|it: char| it.is_ascii_digit())
            };
            while words.next_if(is_ttl_or_class).is_some() {}
            let record_type = words.next().unwrap_or_default();
            let trust = self.trust(&owner);
            match &*record_type.to_ascii_uppercase() {
                "DS" => trust.ds.push(ds(&mut words).map_err(at)?),
                "DNSKEY" => trust.keys.push(dnskey(&mut words).map_err(at)?),
                _ => return Err(at(AnchorProblem::Type(record_type))),
            }
        }
        Ok(())
    }

    fn read_bind(&mut self, text: &str) -> Result<(), AnchorError> {
        for Statement { line, words } in bind_statements(text)? {
            let at = |problem| AnchorError { line, problem };
            let mut words = words.into_iter().peekable();
            let owner = owner_name(&words.next().unwrap_or_default()).map_err(at)?;
            let kind = words
                .next_if(|word| !word.starts_with(|it: char| it.is_ascii_digit()))
                .unwrap_or_default();
            let trust = self.trust(&owner);
            match &*kind {
                "" | "initial-key" | "static-key" => {
                    trust.keys.push(dnskey(&mut words).map_err(at)?);
                }
                "initial-ds" | "static-ds" => trust.ds.push(ds(&mut words).map_err(at)?),
                _ => return Err(at(AnchorProblem::Unexpected(kind))),
            }
        }
        Ok(())
    }
}

type Words = Peekable<IntoIter<String>>;

fn owner_name(text: &str) -> Result<Name, AnchorProblem> {
    let parsed = parse(text).map_err(|_| AnchorProblem::Name(text.to_owned()))?;
    Ok(parsed.name)
}

fn number(words: &mut Words, what: &'static str, max: u16) -> Result<u16, AnchorProblem> {
    let number = words.next().and_then(|word| word.parse().ok()).filter(|it| *it <= max);
    number.ok_or(AnchorProblem::Number { what, max })
}

fn small_number(words: &mut Words, what: &'static str) -> Result<u8, AnchorProblem> {
    let number = number(words, what, u8::MAX.into())?;
    Ok(u8::try_from(number).expect("the number is within the limit"))
}

/// `TAG ALGORITHM DIGEST-TYPE DIGEST` (RFC 4034, 5.3).
fn ds(words: &mut Words) -> Result<Ds, AnchorProblem> {
    let tag = number(words, "the key tag", u16::MAX)?;
    let algorithm = small_number(words, "the algorithm")?;
    let digest_type = small_number(words, "the digest type")?;
    let digest: String = words.collect();
    let digest =
        HEXUPPER_PERMISSIVE.decode(digest.as_bytes()).map_err(|_| AnchorProblem::Data("digest"))?;
    let data = [&tag.to_be_bytes()[..], &[algorithm, digest_type], &digest].concat();
    let ds = Ds::read(&data).ok_or(AnchorProblem::Data("digest"))?;
    match ds.digest_octets() {
        Some(expected) if expected != ds.octets() => {
            Err(AnchorProblem::DigestLength { octets: ds.octets(), expected })
        }
        _ => Ok(ds),
    }
}

/// `FLAGS PROTOCOL ALGORITHM KEY` (RFC 4034, 2.2).
fn dnskey(words: &mut Words) -> Result<Dnskey, AnchorProblem> {
    let flags = number(words, "the flags", u16::MAX)?;
    let protocol = small_number(words, "the protocol")?;
    let algorithm = small_number(words, "the algorithm")?;
    let key: String = words.collect();
    let key = BASE64.decode(key.as_bytes()).map_err(|_| AnchorProblem::Data("key"))?;
    let data = [&flags.to_be_bytes()[..], &[protocol, algorithm], &key].concat();
    let key = Dnskey::read(&data).ok_or(AnchorProblem::Data("key"))?;
    if key.signs() { Ok(key) } else { Err(AnchorProblem::Unfit(flags)) }
}

/// What stands in one line of a master file, or in several within parentheses.
struct Entry {
    line: usize,
    /// Whether it has the owner of the entry before.
    indented: bool,
    words: Vec<String>,
}

fn master_entries(text: &str) -> Result<Vec<Entry>, AnchorError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut open: Option<usize> = None;
    for (index, whole) in text.lines().enumerate() {
        let line = index + 1;
        let content = whole.split(';').next().unwrap_or_default();
        if open.is_none() {
            let indented = content.starts_with([' ', '\t']);
            entries.push(Entry { line, indented, words: Vec::new() });
        }
        let entry = entries.last_mut().expect("the first line is in no parentheses");
        let spaced = content.replace('(', " ( ").replace(')', " ) ").replace('"', " ");
        for word in spaced.split_whitespace() {
            match word {
                "(" if open.is_none() => open = Some(line),
                ")" if open.is_some() => open = None,
                "(" | ")" => {
                    let problem = AnchorProblem::Unexpected(word.to_owned());
                    return Err(AnchorError { line, problem });
                }
                word => entry.words.push(word.to_owned()),
            }
        }
    }
    if let Some(line) = open {
        return Err(AnchorError { line, problem: AnchorProblem::Open('(') });
    }
    entries.retain(|entry| !entry.words.is_empty());
    Ok(entries)
}

/// One key in a list of keys.
struct Statement {
    line: usize,
    words: Vec<String>,
}

/// The statements within the braces of [`BIND_LISTS`].
fn bind_statements(text: &str) -> Result<Vec<Statement>, AnchorError> {
    let mut statements = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut start = 1;
    let mut open: Option<usize> = None;
    for (line, token) in bind_tokens(text)? {
        let unexpected = || AnchorError { line, problem: AnchorProblem::Unexpected(token.clone()) };
        match &*token {
            "{" => match &*words {
                [list] if open.is_none() && BIND_LISTS.contains(&&**list) => {
                    words.clear();
                    open = Some(line);
                }
                _ => return Err(unexpected()),
            },
            "}" if open.is_some() && words.is_empty() => open = None,
            ";" if words.is_empty() => {}
            ";" if open.is_some() => {
                statements.push(Statement { line: start, words: std::mem::take(&mut words) });
            }
            "}" | ";" => return Err(unexpected()),
            _ => {
                if words.is_empty() {
                    start = line;
                }
                words.push(token);
            }
        }
    }
    match (open, words.first()) {
        (Some(line), _) => Err(AnchorError { line, problem: AnchorProblem::Open('{') }),
        (None, Some(word)) => {
            Err(AnchorError { line: start, problem: AnchorProblem::Unexpected(word.clone()) })
        }
        (None, None) => Ok(statements),
    }
}

/// Words and punctuation with their lines; comments in all of BIND's three forms left out.
fn bind_tokens(text: &str) -> Result<Vec<(usize, String)>, AnchorError> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, token) = match first {
            '{' | '}' | ';' => (1, Some(first.to_string())),
            '#' => (rest.find('\n').unwrap_or(rest.len()), None),
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
            '/' if rest.starts_with("/*") => match rest.find("*/") {
                Some(end) => (end + 2, None),
                None => return Err(AnchorError { line, problem: AnchorProblem::Open('*') }),
            },
            '"' => match rest[1..].find('"') {
                Some(end) => {
                    let quoted = &rest[1..=end];
                    (end + 2, Some(quoted.split_whitespace().collect()))
                }
                None => return Err(AnchorError { line, problem: AnchorProblem::Open('"') }),
            },
            blank if blank.is_whitespace() => (blank.len_utf8(), None),
            _ => {
                let ends = |it: char| it.is_whitespace() || "{};\"#".contains(it);
                let length = rest.find(ends).unwrap_or(rest.len());
                (length, Some(rest[..length].to_owned()))
            }
        };
        tokens.extend(token.map(|token| (line, token)));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::present;

    const KEY: &str = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";

    fn tags(text: &str) -> Result<Vec<String>, String> {
        let anchors = Anchors::read(text).map_err(|error| error.to_string())?;
        let tell = |(name, trust): &(Name, Trust)| {
            let ds = trust.ds.iter().map(|ds| format!("DS {}", ds.tag));
            let keys = trust.keys.iter().map(|key| format!("DNSKEY {}", key.tag));
            ds.chain(keys).map(|key| format!("{} {key}", present(name))).collect::<Vec<_>>()
        };
        Ok(anchors.0.iter().flat_map(tell).collect())
    }

    #[test]
    fn the_root_is_known() {
        assert_eq!(tags(ROOT).unwrap(), [". DS 20326", ". DS 38696"]);
        assert_eq!(Anchors::default(), Anchors::read(ROOT).unwrap());
    }

    #[test]
    fn anchors_are_read_in_all_forms() {
        let digest = "AB".repeat(32);
        for (text, expected) in [
            (format!(". IN DS 1 8 2 {digest}"), &[". DS 1"][..]),
            (format!("; why\n\n.\t172800 IN ds 1 8 2 {digest} ; so"), &[". DS 1"]),
            (format!("a.test. DS 1 8 2 (\n {digest} ; half\n )"), &["a.test DS 1"]),
            (format!("a.test IN 60 DS 1 8 2 {} {}", &digest[..9], &digest[9..]), &["a.test DS 1"]),
            (
                format!("a 1 DS 1 8 2 {digest}\n  DNSKEY 257 3 15 {KEY}"),
                &["a DS 1", "a DNSKEY 3613"],
            ),
            (
                format!("$TTL 60\nexample.com. IN DNSKEY 257 3 15 {KEY} ;{{id = 3613 (ksk)}}"),
                &["example.com DNSKEY 3613"],
            ),
            (
                format!("a DS 1 8 2 {digest}\nb DS 2 8 2 {digest}\nA DS 3 8 99 00"),
                &["a DS 1", "a DS 3", "b DS 2"],
            ),
            (format!("trust-anchors {{ . initial-key 257 3 15 \"{KEY}\"; }};"), &[". DNSKEY 3613"]),
            (
                format!(
                    "/* a;\n */ trust-anchors {{\n # b\n \"a.test\" static-ds 1 8 2 \"{digest}\"; // c\n}};"
                ),
                &["a.test DS 1"],
            ),
            (
                format!(
                    "managed-keys{{\n. initial-key 257 3 15 \"{} {}\";\n}};",
                    &KEY[..8],
                    &KEY[8..]
                ),
                &[". DNSKEY 3613"],
            ),
            (
                format!("trusted-keys {{ a. 257 3 15 \"{KEY}\"; b. 257 3 15 \"{KEY}\"; }};"),
                &["a DNSKEY 3613", "b DNSKEY 3613"],
            ),
        ] {
            assert_eq!(tags(&text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_anchor_is_told_with_its_line() {
        for (text, expected) in [
            (
                "",
                "line 1: there is no trust anchor: give a DS or DNSKEY record such as '. IN DS 20326 8 2 E06D…'",
            ),
            (
                "; nothing\n\n",
                "line 2: there is no trust anchor: give a DS or DNSKEY record such as '. IN DS 20326 8 2 E06D…'",
            ),
            (". IN DS", "line 1: the key tag is missing or not a number up to 65535"),
            (". IN DS 65536 8 2 AB", "line 1: the key tag is missing or not a number up to 65535"),
            (". IN DS 1 256 2 AB", "line 1: the algorithm is missing or not a number up to 255"),
            ("\n. IN DS 1 8 2 AB", "line 2: the digest has 1 octets: its type has 32"),
            (". IN DS 1 8 2 ABC", "line 1: the digest is missing or broken off"),
            (". IN DS 1 8 2", "line 1: the digest is missing or broken off"),
            (". IN DNSKEY 257 3 8 AwEA!", "line 1: the key is missing or broken off"),
            (
                ". IN DNSKEY 0 3 8 AwEA",
                "line 1: the key has flags 0: it signs nothing, or is revoked",
            ),
            (
                ". IN DNSKEY 385 3 8 AwEA",
                "line 1: the key has flags 385: it signs nothing, or is revoked",
            ),
            (
                ". IN A 192.0.2.1",
                "line 1: 'A' is not a trust anchor: those are DS and DNSKEY records",
            ),
            (
                ". CH DS 1 8 2 AB",
                "line 1: 'CH' is not a trust anchor: those are DS and DNSKEY records",
            ),
            ("$ORIGIN test.", "line 1: '$ORIGIN' is not supported here: write names in full"),
            ("a..b DS 1 8 2 AB", "line 1: 'a..b' is not a name"),
            ("\n DS 1 8 2 AB", "line 2: '' is not a name"),
            (". DS 1 8 2 (\nAB", "line 1: '(' is not closed"),
            (". DS 1 8 2 )", "line 1: ')' is not expected here"),
            ("trust-anchors {\n. initial-key 257 3 8 \"AwEA\";", "line 1: '{' is not closed"),
            ("trust-anchors {\n. initial-key 257 3 8 \"AwEA;", "line 2: '\"' is not closed"),
            (
                "trust-anchors {\n. odd-key 257 3 8 \"AwEA\"; };",
                "line 2: 'odd-key' is not expected here",
            ),
            (
                "trust-anchors { . initial-key 257 3 8 \"AwEA\" };",
                "line 1: '}' is not expected here",
            ),
            ("options {\n};\ntrust-anchors { };", "line 1: '{' is not expected here"),
            ("trust-anchors { }; /*", "line 1: '*' is not closed"),
            (
                "trust-anchors { };",
                "line 1: there is no trust anchor: give a DS or DNSKEY record such as '. IN DS 20326 8 2 E06D…'",
            ),
        ] {
            assert_eq!(tags(text).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn the_closest_anchor_counts() {
        let anchors = Anchors::read(". DS 1 8 99 00\na.test DS 2 8 99 00").unwrap();
        let closest = |name: &str| anchors.closest(&parse(name).unwrap().name).unwrap().1.ds[0].tag;
        for (name, tag) in [(".", 1), ("test", 1), ("aa.test", 1), ("A.test", 2), ("b.a.test", 2)] {
            assert_eq!(closest(name), tag, "{name}");
        }
        let anchors = Anchors::read("a.test DS 2 8 99 00").unwrap();
        assert_eq!(anchors.closest(&parse("test").unwrap().name), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(
            text in r#"(trust-anchors|[.a;{}()"/*# \n$]|initial-key|DS|257|8|[A-Za-z0-9=é]){0,20}"#,
        ) {
            let _ = Anchors::read(&text);
            let _ = Anchors::read(&format!("trust-anchors {{ {text}"));
        }
    }
}
