//! Names with wildcards, as in the shell.

use std::fmt::{self, Display, Formatter, Write};

/// A pattern for names of any octets: `*` is any of them, `?` is one character, `[a-z]` one of
/// some octets and `[!a-z]` one of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pieces: Box<[Piece]>,
    is_case_ignored: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Octet(u8),
    Any,
    Character,
    Class(Class),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Class {
    is_negated: bool,
    ranges: Box<[(u8, u8)]>,
}

/// How a pattern is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// `*` alone is special, case matters: names of processes and units, which may have brackets.
    Name,
    /// As `fnmatch` with its case folded: names of UNIX sockets, as in `ss`.
    Path,
}

/// A character, and whether it stands for itself whatever it is.
pub(crate) type Character = (char, bool);

impl Pattern {
    /// A pattern of characters of which some were quoted.
    pub(crate) fn new(characters: &[Character], manner: Manner) -> Self {
        let mut pieces = Vec::new();
        let mut rest = characters;
        while let [(character, is_literal), after @ ..] = rest {
            rest = after;
            let is_special = |manners: &[Manner]| !is_literal && manners.contains(&manner);
            match character {
                '*' if is_special(&[Manner::Name, Manner::Path]) => pieces.push(Piece::Any),
                '?' if is_special(&[Manner::Path]) => pieces.push(Piece::Character),
                '[' if is_special(&[Manner::Path]) => match class(after) {
                    Some((class, behind)) => {
                        pieces.push(Piece::Class(class));
                        rest = behind;
                    }
                    None => pieces.push(Piece::Octet(b'[')),
                },
                _ => push_octets(&mut pieces, *character),
            }
        }
        // Two in a row are one.
        pieces.dedup_by(|next, before| *next == Piece::Any && *before == Piece::Any);
        Self { pieces: pieces.into(), is_case_ignored: manner == Manner::Path }
    }

    /// A pattern of text none of which is quoted.
    pub(crate) fn of_text(text: &str, manner: Manner) -> Self {
        let characters: Vec<_> = text.chars().map(|character| (character, false)).collect();
        Self::new(&characters, manner)
    }

    /// Whether a name is meant. It takes time in proportion to both lengths at most.
    #[must_use]
    pub fn is_met_by(&self, name: &[u8]) -> bool {
        let (mut piece, mut at) = (0, 0);
        // Where to go on when what follows the last `*` turns out to be elsewhere.
        let mut retry = None;
        loop {
            match (self.pieces.get(piece), name.get(at)) {
                (None, None) => return true,
                (Some(Piece::Any), _) => {
                    retry = Some((piece + 1, at));
                    piece += 1;
                    continue;
                }
                (Some(next), Some(_)) => {
                    let taken = self.taken(next, &name[at..]);
                    if taken > 0 {
                        (piece, at) = (piece + 1, at + taken);
                        continue;
                    }
                }
                _ => {}
            }
            let Some((after, from)) = retry.filter(|(_, from)| *from < name.len()) else {
                return false;
            };
            (piece, at) = (after, from + 1);
            retry = Some((after, from + 1));
        }
    }

    /// How many octets a piece takes off a name that is not empty; none where it does not fit.
    fn taken(&self, piece: &Piece, name: &[u8]) -> usize {
        let octet = name[0];
        let (lower, upper) = if self.is_case_ignored {
            (octet.to_ascii_lowercase(), octet.to_ascii_uppercase())
        } else {
            (octet, octet)
        };
        match piece {
            Piece::Octet(meant) => usize::from(*meant == lower || *meant == upper),
            Piece::Class(class) => usize::from(class.is_met_by(lower, upper)),
            Piece::Character => {
                let is_continued = |octet: &&u8| matches!(**octet, 0x80..=0xbf);
                // UTF-8 has three of them at most.
                let more = name[1..].iter().take(3).take_while(is_continued).count();
                1 + if octet >= 0xc0 { more } else { 0 }
            }
            Piece::Any => 0,
        }
    }
}

impl Class {
    fn is_met_by(&self, lower: u8, upper: u8) -> bool {
        let has = |octet: u8| self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&octet));
        (has(lower) || has(upper)) != self.is_negated
    }
}

/// Reads a class up to its `]`, of ASCII as it is; `None` where it is none.
fn class(characters: &[Character]) -> Option<(Class, &[Character])> {
    let is_negated = matches!(characters.first(), Some(('!' | '^', false)));
    let body = &characters[usize::from(is_negated)..];
    let is_end = |(index, character): (usize, &Character)| index > 0 && *character == (']', false);
    let end = body.iter().enumerate().position(is_end)?;
    let octets: Option<Vec<_>> = body[..end]
        .iter()
        .map(|(it, is_literal)| Some((u8::try_from(*it).ok().filter(u8::is_ascii)?, *is_literal)))
        .collect();
    let mut ranges = Vec::new();
    let mut rest = &octets?[..];
    while let [(from, _), after @ ..] = rest {
        rest = after;
        let mut to = *from;
        if let [(b'-', false), (last, _), behind @ ..] = after {
            to = *last;
            rest = behind;
        }
        ranges.push((*from, to));
    }
    Some((Class { is_negated, ranges: ranges.into() }, &body[end + 1..]))
}

fn push_octets(pieces: &mut Vec<Piece>, character: char) {
    let mut buffer = [0; 4];
    pieces.extend(character.encode_utf8(&mut buffer).bytes().map(Piece::Octet));
}

/// As it is written in an expression; it is read back as the same.
impl Display for Pattern {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if self.pieces.is_empty() {
            return formatter.write_str("''");
        }
        let mut octets = Vec::new();
        for piece in &self.pieces {
            if let Piece::Octet(octet) = piece {
                octets.push(*octet);
                continue;
            }
            write_octets(formatter, &std::mem::take(&mut octets))?;
            match piece {
                Piece::Any => formatter.write_char('*')?,
                Piece::Character => formatter.write_char('?')?,
                Piece::Class(class) => class.fmt(formatter)?,
                Piece::Octet(_) => {}
            }
        }
        write_octets(formatter, &octets)
    }
}

impl Display for Class {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_negated { "[!" } else { "[" })?;
        for (from, to) in &self.ranges {
            write!(formatter, "\\{}", char::from(*from))?;
            if from != to {
                write!(formatter, "-\\{}", char::from(*to))?;
            }
        }
        formatter.write_char(']')
    }
}

fn write_octets(formatter: &mut Formatter<'_>, octets: &[u8]) -> fmt::Result {
    // They come from text.
    write_literal(formatter, &String::from_utf8_lossy(octets))
}

/// Writes what stands for itself: a backslash before what is or might be special.
pub(crate) fn write_literal(formatter: &mut Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        if is_special(character) {
            formatter.write_char('\\')?;
        }
        formatter.write_char(character)?;
    }
    Ok(())
}

/// Whether a character means something in an expression, or might.
fn is_special(character: char) -> bool {
    !(character.is_alphanumeric() || "/@:._-+%#~".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_met(pattern: &str, name: &[u8], manner: Manner) -> bool {
        Pattern::of_text(pattern, manner).is_met_by(name)
    }

    #[test]
    fn wildcards_are_those_of_the_shell() {
        let cases: [(&str, &[u8], bool); 25] = [
            ("", b"", true),
            ("", b"a", false),
            ("*", b"", true),
            ("*", b"any\nthing\xff", true),
            ("/run/*.sock", b"/run/a/b.sock", true),
            ("/run/*.sock", b"/run/a/b.socket", false),
            ("/run/*.sock*", b"/run/a/b.socket", true),
            ("*a*b*c*", b"xaxbxcx", true),
            ("*a*b*c*", b"xaxcxbx", false),
            ("a?c", b"abc", true),
            ("a?c", b"ac", false),
            ("a?c", "aéc".as_bytes(), true),
            ("a?c", b"a\xffc", true),
            ("a??c", b"a\xc3\xa9c", false),
            ("a[bc]d", b"abd", true),
            ("a[bc]d", b"aed", false),
            ("a[!bc]d", b"aed", true),
            ("a[^bc]d", b"abd", false),
            ("a[0-9]", b"a7", true),
            ("a[]]", b"a]", true),
            ("a[b", b"a[b", true),
            ("a[]", b"a[]", true),
            ("a[é]", "a[é]".as_bytes(), true),
            ("@/TMP/x", b"@/tmp/X", true),
            ("[A-C]", b"b", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(is_met(pattern, name, Manner::Path), expected, "{pattern:?} {name:?}");
        }
    }

    #[test]
    fn names_of_processes_have_brackets_of_their_own() {
        let cases: [(&str, &[u8], bool); 6] = [
            ("[kworker/0:1]", b"[kworker/0:1]", true),
            ("[kworker*", b"[kworker/0:1]", true),
            ("what?", b"whats", false),
            ("what?", b"what?", true),
            ("SSHD", b"sshd", false),
            ("ssh*", b"sshd", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(is_met(pattern, name, Manner::Name), expected, "{pattern:?} {name:?}");
        }
    }

    #[test]
    fn a_pattern_that_cannot_fit_is_given_up_in_time() {
        let name = vec![b'a'; 10_000];
        assert!(!is_met(&"*a".repeat(50), &[&name[..], b"b"].concat(), Manner::Path));
        assert!(!is_met(&format!("{}b", "a*".repeat(50)), &name, Manner::Path));
    }
}
