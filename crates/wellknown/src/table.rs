//! The table of services as `cargo xtask gen-ports` packs it.

use std::cmp::Ordering;

use crate::packed::{
    ALIAS, BREAK, CAPITAL_NAME, CODES, Header, NAME, RANGE, STEP, UPPER_NAME, code,
};

const OCTETS: &[u8] = include_bytes!("../data/table.bin");

const HEADER: Header = Header {
    rows: number(0),
    ranges: number(1),
    kept: number(2),
    dictionary: number(3),
    names: number(4),
    descriptions: number(5),
    widest: number(6),
    registered: number(7),
};

/// So many rows there are, aliases included.
pub(crate) const ROWS: u16 = low_half(0);

/// How far the last port of a row is from its first at most.
pub(crate) const WIDEST: u16 = low_half(6);

/// So many names are registered.
pub(crate) const REGISTERED: usize = HEADER.registered;

/// Octets of a range of ports that is kept free.
const KEPT_LEN: usize = 5;

/// The parts behind the header, in order.
const LENS: [usize; 12] = [
    2 * HEADER.rows,
    2 * HEADER.rows,
    HEADER.rows,
    HEADER.rows,
    HEADER.rows,
    8 * HEADER.rows.div_ceil(STEP),
    4 * HEADER.ranges,
    KEPT_LEN * HEADER.kept,
    2 * (CODES + 1),
    HEADER.dictionary,
    HEADER.names,
    HEADER.descriptions,
];

static ALPHABET: &[u8] = part(0);
static PORTS: &[u8] = part(1);
static FLAGS: &[u8] = part(2);
static NAME_LENS: &[u8] = part(3);
static DESCRIPTION_LENS: &[u8] = part(4);
static STARTS: &[u8] = part(5);
static RANGES: &[u8] = part(6);
static KEPT: &[u8] = part(7);
static ENTRIES: &[u8] = part(8);
static DICTIONARY: &[u8] = part(9);
static NAMES: &[u8] = part(10);
static DESCRIPTIONS: &[u8] = part(11);

const fn number(nth: usize) -> usize {
    let at = 4 * nth;
    u32::from_le_bytes([OCTETS[at], OCTETS[at + 1], OCTETS[at + 2], OCTETS[at + 3]]) as usize
}

const fn low_half(nth: usize) -> u16 {
    u16::from_le_bytes([OCTETS[4 * nth], OCTETS[4 * nth + 1]])
}

const fn part(nth: usize) -> &'static [u8] {
    let (mut at, mut before) = (4 * Header::NUMBERS, 0);
    while before < nth {
        at += LENS[before];
        before += 1;
    }
    // What is not as the header says would keep the program from being built that makes it anew.
    if OCTETS.len() < at + LENS[nth] { &[] } else { OCTETS.split_at(at).1.split_at(LENS[nth]).0 }
}

fn u16_at(octets: &[u8], nth: usize) -> u16 {
    u16::from_le_bytes([octets[2 * nth], octets[2 * nth + 1]])
}

fn u32_at(octets: &[u8], nth: usize) -> usize {
    let [low, high] = [2 * nth, 2 * nth + 1].map(|half| usize::from(u16_at(octets, half)));
    low | high << 16
}

/// The row whose name comes there in the alphabet; of equal names the one that is meant first.
pub(crate) fn in_alphabet(place: u16) -> u16 {
    u16_at(ALPHABET, place.into())
}

/// The first port of a row; 0 where it has none.
pub(crate) fn port(row: u16) -> u16 {
    u16_at(PORTS, row.into())
}

/// The last port of a row.
pub(crate) fn last_port(row: u16) -> u16 {
    if flags(row) & RANGE == 0 {
        return port(row);
    }
    let found = first_place(HEADER.ranges, |nth| u16_at(RANGES, 2 * nth) < row);
    u16_at(RANGES, 2 * found + 1)
}

/// The flags of a row.
pub(crate) fn flags(row: u16) -> u8 {
    FLAGS[usize::from(row)]
}

/// Whether a row is another name of a row before it.
pub(crate) fn is_alias(row: u16) -> bool {
    flags(row) & ALIAS != 0
}

/// The name of a row in octets, all of them ASCII.
pub(crate) fn name(row: u16) -> &'static [u8] {
    slice(NAMES, NAME_LENS, 0, row)
}

/// The order of the alphabet: by octets, upper case as lower case.
pub(crate) fn compare_names(one: &[u8], other: &[u8]) -> Ordering {
    let lower = |octet: &u8| octet.to_ascii_lowercase();
    one.iter().map(lower).cmp(other.iter().map(lower))
}

/// Our own words for a row, and IANA's where those are others.
pub(crate) fn descriptions(row: u16) -> (&'static [u8], Option<&'static [u8]>) {
    let all = slice(DESCRIPTIONS, DESCRIPTION_LENS, 1, row);
    match all.iter().position(|octet| *octet == BREAK) {
        Some(at) => (&all[..at], Some(&all[at + 1..])),
        None => (all, None),
    }
}

/// A description of a row of this name.
pub(crate) fn unpack(packed: &[u8], name: &str) -> String {
    let mut text = String::new();
    for octet in packed {
        let start = text.len();
        match *octet {
            NAME | UPPER_NAME | CAPITAL_NAME => text.push_str(name),
            _ => match code(*octet) {
                Some(code) => text.push_str(entry(code)),
                None => text.push(char::from(*octet)),
            },
        }
        let upper = match *octet {
            UPPER_NAME => text.len(),
            CAPITAL_NAME => start + 1,
            _ => start,
        };
        if let Some(part) = text.get_mut(start..upper) {
            part.make_ascii_uppercase();
        }
    }
    text
}

fn entry(code: usize) -> &'static str {
    let [start, end] = [code, code + 1].map(|nth| usize::from(u16_at(ENTRIES, nth)));
    str::from_utf8(&DICTIONARY[start..end]).unwrap_or_default()
}

/// The transports over which a port is kept free, with [`PRIVATE`](crate::packed::PRIVATE).
pub(crate) fn kept(port: u16) -> u8 {
    let range = |nth: usize| &KEPT[KEPT_LEN * nth..];
    let end = first_place(HEADER.kept, |nth| u16_at(range(nth), 0) <= port);
    let found = end.checked_sub(1).map(range).filter(|range| port <= u16_at(range, 1));
    found.map_or(0, |range| range[KEPT_LEN - 1])
}

/// The text of a row, whose place is counted from the last that is recorded.
fn slice(texts: &'static [u8], lens: &[u8], which: usize, row: u16) -> &'static [u8] {
    let row = usize::from(row);
    let step = row / STEP;
    let before = lens[step * STEP..row].iter().map(|len| usize::from(*len)).sum::<usize>();
    let start = u32_at(STARTS, 2 * step + which) + before;
    &texts[start..start + usize::from(lens[row])]
}

/// The first of so many places for which it is not so; before it all are.
pub(crate) fn first_place(count: usize, is_so: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_so(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
