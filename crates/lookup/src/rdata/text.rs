//! The parts that presentation forms are made of: printable ASCII only.

use data_encoding::HEXUPPER;

use crate::name;

/// A character string in quotes (RFC 1035, 5.1).
pub fn quoted(string: &[u8]) -> String {
    let mut text = String::with_capacity(string.len() + 2);
    text.push('"');
    for &octet in string {
        match octet {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b' '..=b'~' => text.push(char::from(octet)),
            octet => name::push_decimal(&mut text, octet),
        }
    }
    text.push('"');
    text
}

/// A word without quotes, such as the tag of a CAA record.
pub fn bare(word: &[u8]) -> String {
    let mut text = String::with_capacity(word.len());
    for &octet in word {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_') {
            text.push(char::from(octet));
        } else {
            name::push_decimal(&mut text, octet);
        }
    }
    text
}

/// `\# LENGTH HEX` (RFC 3597, 5).
pub fn generic(octets: &[u8]) -> String {
    let gap = if octets.is_empty() { "" } else { " " };
    format!("\\# {}{gap}{}", octets.len(), HEXUPPER.encode(octets))
}

/// Words with a blank between them.
pub fn join(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" ")
}
