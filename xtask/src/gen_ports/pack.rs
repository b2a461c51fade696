//! The table in octets, as `wellknown::packed` lays it out.

use anyhow::{Context, Result, ensure};
use wellknown::packed::{
    ALIAS, BREAK, CAPITAL_NAME, CODES, EVERYDAY, Header, NAME, PRIVATE, RANGE, STEP, UNOFFICIAL,
    UPPER_NAME, code,
};

use crate::gen_ports::merge::Merged;
use crate::gen_ports::text::Kept;

/// A row of the table.
struct Row<'a> {
    of: &'a Merged,
    name: &'a str,
    flags: u8,
    description: String,
}

/// Packs services in the order of the table, and the ports that no service gets. So many names are
/// registered.
pub fn pack(services: &[Merged], kept: &[Kept], registered: usize) -> Result<Vec<u8>> {
    let rows: Vec<_> = services.iter().flat_map(rows_of).collect();
    let Coded { dictionary, texts: descriptions } =
        coded(rows.iter().map(|row| row.description.as_str()))?;
    let mut table = Parts::default();
    for (row, description) in rows.iter().zip(&descriptions) {
        table.add(row, description)?;
    }
    let mut alphabet: Vec<_> = (0..u16::try_from(rows.len()).context("too many rows")?).collect();
    alphabet.sort_by_key(|nth| place(&rows[usize::from(*nth)], *nth));
    let widest = services.iter().map(|it| it.service.ports.1 - it.service.ports.0).max();
    let entries = dictionary.concat();
    let header = Header {
        rows: rows.len(),
        ranges: table.ranges.len() / 4,
        kept: kept.len(),
        dictionary: entries.len(),
        names: table.names.len(),
        descriptions: table.descriptions.len(),
        widest: widest.unwrap_or_default().into(),
        registered,
    };
    let mut octets = Vec::new();
    for number in header.numbers() {
        octets.extend(u32::try_from(number)?.to_le_bytes());
    }
    octets.extend(alphabet.into_iter().flat_map(u16::to_le_bytes));
    for part in [
        table.ports,
        table.flags,
        table.name_lens,
        table.description_lens,
        table.starts,
        table.ranges,
    ] {
        octets.extend(part);
    }
    for kept in kept {
        octets.extend([kept.ports.0, kept.ports.1].into_iter().flat_map(u16::to_le_bytes));
        let private = if kept.why == "Reserved" { 0 } else { PRIVATE };
        octets.push(kept.transports | private);
    }
    let mut end = 0;
    for len in std::iter::once(0).chain(dictionary.iter().map(Vec::len)) {
        end += len;
        octets.extend(u16::try_from(end)?.to_le_bytes());
    }
    octets.extend([entries, table.names, table.descriptions].concat());
    Ok(octets)
}

/// The row of a service, and one for each alias behind it.
fn rows_of(merged: &Merged) -> impl Iterator<Item = Row<'_>> {
    let flags = merged.flags();
    let service = &merged.service;
    let range = if service.ports.0 < service.ports.1 { RANGE } else { 0 };
    let own = unnamed(&service.description, &service.name);
    let description = match &merged.registered {
        Some(registered) => {
            format!("{own}{}{}", char::from(BREAK), unnamed(registered, &service.name))
        }
        None => own,
    };
    let main = Row { of: merged, name: &service.name, flags: flags | range, description };
    std::iter::once(main).chain(service.aliases.iter().map(move |name| Row {
        of: merged,
        name,
        flags: flags | ALIAS,
        description: String::new(),
    }))
}

/// A description with the name of its row left to be filled in.
fn unnamed(description: &str, name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    let capital = format!("{}{}", &upper[..1], &name[1..]);
    let forms = [(name, NAME), (&upper, UPPER_NAME), (&capital, CAPITAL_NAME)];
    forms.into_iter().fold(description.to_owned(), |text, (form, octet)| {
        text.replace(form, char::from(octet).encode_utf8(&mut [0]))
    })
}

/// Where a row stands in the alphabet: of equal names those that people meet before others, names
/// before aliases, registered ones before others, the preferred port before others.
fn place(row: &Row<'_>, nth: u16) -> impl Ord + use<> {
    let is = |flag| row.flags & flag != 0;
    let name = row.name.to_ascii_lowercase();
    let is_preferred = row.of.service.is_preferred;
    (name, !is(EVERYDAY), is(ALIAS), is(UNOFFICIAL), !is_preferred, nth)
}

/// The parts of the table that grow by a row at a time.
#[derive(Default)]
struct Parts {
    ports: Vec<u8>,
    flags: Vec<u8>,
    name_lens: Vec<u8>,
    description_lens: Vec<u8>,
    starts: Vec<u8>,
    ranges: Vec<u8>,
    names: Vec<u8>,
    descriptions: Vec<u8>,
}

impl Parts {
    fn add(&mut self, row: &Row<'_>, description: &[u8]) -> Result<()> {
        let nth = self.flags.len();
        if nth.is_multiple_of(STEP) {
            for text in [&self.names, &self.descriptions] {
                self.starts.extend(u32::try_from(text.len())?.to_le_bytes());
            }
        }
        let (first, last) = row.of.service.ports;
        if row.flags & RANGE != 0 {
            self.ranges.extend([u16::try_from(nth)?, last].into_iter().flat_map(u16::to_le_bytes));
        }
        let too_long = || format!("port {first}: the text of '{}' is too long", row.name);
        self.ports.extend(first.to_le_bytes());
        self.flags.push(row.flags);
        self.name_lens.push(u8::try_from(row.name.len()).with_context(too_long)?);
        self.description_lens.push(u8::try_from(description.len()).with_context(too_long)?);
        self.names.extend(row.name.as_bytes());
        self.descriptions.extend(description);
        Ok(())
    }
}

/// Texts in which what is said often stands in a dictionary.
struct Coded {
    dictionary: Vec<Vec<u8>>,
    texts: Vec<Vec<u8>>,
}

/// A dictionary of what is said often, and the texts with its entries in place of that.
///
/// Again and again the two octets that most often stand side by side get a code (byte pair encoding).
/// Characters that are not ASCII have one from the beginning.
fn coded<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Result<Coded> {
    let mut others: Vec<_> =
        texts.clone().flat_map(str::chars).filter(|it| !it.is_ascii()).collect();
    others.sort_unstable();
    others.dedup();
    ensure!(others.len() < CODES, "too many characters that are not ASCII");
    let mut dictionary: Vec<_> = others.iter().map(|it| it.to_string().into_bytes()).collect();
    let octets: Vec<u8> = (0..=u8::MAX).filter(|octet| code(*octet).is_some()).collect();
    let octet_of = |it: char| match others.iter().zip(&octets).find(|(other, _)| **other == it) {
        Some((_, octet)) => *octet,
        None => u8::try_from(it).unwrap_or(b'?'),
    };
    let mut texts: Vec<Vec<u8>> = texts.map(|text| text.chars().map(octet_of).collect()).collect();
    for octet in octets.iter().skip(others.len()) {
        let pair = most_frequent(&texts);
        let expand = |octet: u8| match code(octet) {
            Some(code) => dictionary[code].clone(),
            None => vec![octet],
        };
        let entry = pair.map(expand).concat();
        dictionary.push(entry);
        for text in &mut texts {
            replace(text, pair, *octet);
        }
    }
    Ok(Coded { dictionary, texts })
}

/// The octets that no entry of the dictionary has.
const NOT_IN_DICTIONARY: [u8; 4] = [BREAK, NAME, UPPER_NAME, CAPITAL_NAME];

/// The pair that is there most often, the first of those that are.
fn most_frequent(texts: &[Vec<u8>]) -> [u8; 2] {
    let mut counts = vec![0_u32; 1 << 16];
    for pair in texts.iter().flat_map(|text| text.windows(2)) {
        if !pair.iter().any(|octet| NOT_IN_DICTIONARY.contains(octet)) {
            counts[usize::from(u16::from_be_bytes([pair[0], pair[1]]))] += 1;
        }
    }
    let (mut best, mut most) = (0, 0);
    for (pair, count) in (0..=u16::MAX).zip(counts) {
        if count > most {
            (best, most) = (pair, count);
        }
    }
    best.to_be_bytes()
}

fn replace(text: &mut Vec<u8>, pair: [u8; 2], code: u8) {
    let (mut from, mut to) = (0, 0);
    while from < text.len() {
        let is_pair = text[from..].starts_with(&pair);
        text[to] = if is_pair { code } else { text[from] };
        from += if is_pair { 2 } else { 1 };
        to += 1;
    }
    text.truncate(to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_left_to_be_filled_in() {
        for (description, expected) in [
            ("ssh", "\x01"),
            ("SSH and Ssh, or ssh-keys", "\x02 and \x03, or \x01-keys"),
            ("secure shell", "secure shell"),
        ] {
            assert_eq!(unnamed(description, "ssh"), expected);
        }
        assert_eq!(unnamed("9PFS and 9pfs", "9pfs"), "\x02 and \x01");
    }

    #[test]
    fn what_is_coded_reads_the_same_again() -> Result<()> {
        let texts = ["Protocol", "the Protocol of Protocols", "FORTÉ", "", "a\0b", "aaaaa"];
        let Coded { dictionary, texts: coded } = coded(texts.into_iter())?;
        assert!(dictionary.len() == CODES && coded[1].len() < texts[1].len() / 2);
        for (text, coded) in texts.iter().zip(&coded) {
            let octets = coded.iter().flat_map(|octet| match code(*octet) {
                Some(code) => dictionary[code].clone(),
                None => vec![*octet],
            });
            assert_eq!(octets.collect::<Vec<_>>(), text.as_bytes());
        }
        Ok(())
    }
}
