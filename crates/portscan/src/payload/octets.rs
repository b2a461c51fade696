//! Numbers in messages, most significant octet first, and text.

/// So many characters of a text from outside are quoted.
const QUOTED_CHARS: usize = 60;

pub(super) fn number16(octets: &[u8], at: usize) -> Option<u16> {
    octets.get(at..)?.first_chunk().map(|number| u16::from_be_bytes(*number))
}

pub(super) fn number32(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..)?.first_chunk().map(|number| u32::from_be_bytes(*number))
}

/// The first 16 bits of a nonce, for what has no room for more.
pub(super) const fn nonce16(nonce: u64) -> u16 {
    (nonce >> 48) as u16
}

/// The first 32 bits of a nonce.
pub(super) const fn nonce32(nonce: u64) -> u32 {
    (nonce >> 32) as u32
}

/// 31 bits of a nonce, the first of them set: a number that is positive everywhere, and of one length.
pub(super) const fn positive32(nonce: u64) -> u32 {
    nonce32(nonce) & 0x7fff_ffff | 1 << 30
}

/// The beginning of a text from outside, in one line; octets that are not UTF-8 are lost.
pub(super) fn quoted(text: &[u8]) -> String {
    let text = text.trim_ascii();
    let end = text.iter().position(|octet| b"\r\n\0".contains(octet)).unwrap_or(text.len());
    let text = String::from_utf8_lossy(&text[..end]);
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_past_the_end_are_none() {
        let octets = [1, 2, 3, 4, 5];
        assert_eq!((number16(&octets, 3), number16(&octets, 4)), (Some(0x0405), None));
        assert_eq!((number32(&octets, 1), number32(&octets, 2)), (Some(0x0203_0405), None));
        assert_eq!(number16(&octets, 6), None);
        assert_eq!((nonce16(0x0102 << 48), nonce32(0x0102_0304 << 32)), (0x0102, 0x0102_0304));
        assert_eq!((positive32(0), positive32(u64::MAX)), (0x4000_0000, 0x7fff_ffff));
    }

    #[test]
    fn long_texts_are_cut_at_their_first_line() {
        for (text, expected) in [
            (&b"  one\r\ntwo"[..], "one"),
            (b"", ""),
            (b"a\0b", "a"),
            (b"\xff!", "\u{fffd}!"),
            ("ä".repeat(60).as_bytes(), &"ä".repeat(60)),
            ("ä".repeat(61).as_bytes(), &format!("{}…", "ä".repeat(60))),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
