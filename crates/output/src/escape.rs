//! The one filter between text from outside and a terminal.
//!
//! Unsafe characters become `\n`, `\r`, `\t`, `\xHH` (below 0x80, or one byte that is not UTF-8)
//! or `\u{HEX}`; a backslash becomes `\\`. [`unescape`] gives the bytes back.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use unicode_width::UnicodeWidthChar;

/// What happens to blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanks {
    /// Kept: the text stands alone, or last on its line.
    Kept,
    /// Escaped: the text is one word among others on its line.
    Escaped,
}

/// What happens to a backslash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backslash {
    /// Doubled, so that the escaped text can be read back.
    Doubled,
    /// Kept: the text is in a notation with escapes of its own.
    Kept,
}

/// Escapes `text` so that it can be shown on a terminal and read back by [`unescape`].
#[must_use]
pub fn escape(text: &str, blanks: Blanks) -> Cow<'_, str> {
    if text.bytes().all(is_plain_byte) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    push_text(&mut escaped, text, blanks, Backslash::Doubled);
    Cow::Owned(escaped)
}

/// Escapes bytes that may not be UTF-8, as [`escape`] does text.
#[must_use]
pub fn escape_bytes(bytes: &[u8], blanks: Blanks) -> String {
    let mut escaped = String::with_capacity(bytes.len() + 8);
    push_bytes(&mut escaped, bytes, blanks);
    escaped
}

/// The bytes that [`escape`] or [`escape_bytes`] was given; `None` for what neither of them writes.
#[must_use]
pub fn unescape(escaped: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let mut after = rest[at + 1..].chars();
        match after.next()? {
            '\\' => bytes.push(b'\\'),
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'x' => {
                bytes.push(u8::from_str_radix(after.as_str().get(..2)?, 16).ok()?);
                after = after.as_str()[2..].chars();
            }
            'u' => {
                let (code, tail) = after.as_str().strip_prefix('{')?.split_once('}')?;
                let decoded = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
                bytes.extend_from_slice(decoded.encode_utf8(&mut [0; 4]).as_bytes());
                after = tail.chars();
            }
            _ => return None,
        }
        rest = after.as_str();
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

/// Whether a character could steer a terminal, reorder a line or hide in it: controls (C0, DEL,
/// C1), bidirectional controls, line separators, and everything that takes no room.
#[must_use]
pub fn is_unsafe(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.width().unwrap_or(0) == 0
        || matches!(character,
            '\u{80}'..='\u{9f}'                             // C1
            | '\u{ad}'                                      // soft hyphen
            | '\u{61c}' | '\u{200e}' | '\u{200f}'           // bidirectional marks
            | '\u{202a}'..='\u{202e}'                       // embeddings and overrides
            | '\u{2066}'..='\u{2069}'                       // isolates
            | '\u{2028}' | '\u{2029}'                       // line and paragraph separator
            | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' // blank, yet no blank
            | '\u{fff9}'..='\u{fffb}'                       // interlinear annotation
            | '\u{e0000}'..='\u{e0fff}') // tags
}

pub(crate) fn push_text(escaped: &mut String, text: &str, blanks: Blanks, backslash: Backslash) {
    if text.bytes().all(is_plain_byte) {
        escaped.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '\\' if backslash == Backslash::Doubled => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if is_unsafe(character) => push_code(escaped, character),
            _ if blanks == Blanks::Escaped && character.is_whitespace() => {
                push_code(escaped, character);
            }
            _ => escaped.push(character),
        }
    }
}

pub(crate) fn push_bytes(escaped: &mut String, bytes: &[u8], blanks: Blanks) {
    for chunk in bytes.utf8_chunks() {
        push_text(escaped, chunk.valid(), blanks, Backslash::Doubled);
        for byte in chunk.invalid() {
            push_byte(escaped, *byte);
        }
    }
}

/// Writes `character` as its code even where it is harmless, for places with a meaning of their own.
pub(crate) fn push_code(escaped: &mut String, character: char) {
    match u8::try_from(character) {
        Ok(byte) if byte.is_ascii() => push_byte(escaped, byte),
        _ => {
            push_display(escaped, format_args!("\\u{{{:x}}}", u32::from(character)));
        }
    }
}

pub(crate) fn push_display(out: &mut String, thing: impl Display) {
    write!(out, "{thing}").expect("writing to a String does not fail");
}

fn push_byte(escaped: &mut String, byte: u8) {
    push_display(escaped, format_args!("\\x{byte:02x}"));
}

/// Printable ASCII that no escape starts with and no blank is.
fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn attacks_lose_their_teeth() {
        let cases = [
            ("colour", "\x1b[31mred", r"\x1b[31mred"),
            ("title", "\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
            ("second row", "one\ntwo", r"one\ntwo"),
            ("overwrite", "safe\rEVIL", r"safe\rEVIL"),
            ("column", "a\tb", r"a\tb"),
            ("C1 CSI", "\u{9b}31m", r"\u{9b}31m"),
            ("DEL", "a\x7fb", r"a\x7fb"),
            ("override", "gpj\u{202e}exe", r"gpj\u{202e}exe"),
            ("isolate", "\u{2066}x\u{2069}", r"\u{2066}x\u{2069}"),
            ("zero width", "pay\u{200b}pal", r"pay\u{200b}pal"),
            ("byte order mark", "\u{feff}x", r"\u{feff}x"),
            ("stacked marks", "e\u{301}", r"e\u{301}"),
            ("tag", "x\u{e0041}", r"x\u{e0041}"),
            ("separator", "a\u{2028}b", r"a\u{2028}b"),
            ("forged escape", r"\x1b", r"\\x1b"),
            ("nothing wrong", "sql*net 日本 é", "sql*net 日本 é"),
        ];
        for (attack, text, shown) in cases {
            assert_eq!(escape(text, Blanks::Kept), shown, "{attack}");
        }
    }

    #[test]
    fn a_word_keeps_no_blank() {
        assert_eq!(escape("tmux: server", Blanks::Escaped), r"tmux:\x20server");
        assert_eq!(escape("a\u{a0}b\u{3000}c", Blanks::Escaped), r"a\u{a0}b\u{3000}c");
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_apart_from_characters() {
        assert_eq!(escape_bytes(b"b\xffd", Blanks::Kept), r"b\xffd");
        assert_eq!(escape_bytes("b\u{ff}d".as_bytes(), Blanks::Kept), "b\u{ff}d");
        assert_eq!(unescape(r"b\xffd").as_deref(), Some(&b"b\xffd"[..]));
    }

    #[test]
    fn what_was_never_escaped_is_not_read_back() {
        for text in [r"\", r"\q", r"\x1", r"\xzz", r"\u{}", r"\u{110000}", r"\u{41", r"\x1é"] {
            assert_eq!(unescape(text), None, "{text}");
        }
    }

    /// What must never be seen raw, listed apart from the code it judges.
    fn is_dangerous(c: char) -> bool {
        let code = u32::from(c);
        code < 0x20
            || (0x7f..=0x9f).contains(&code)
            || [0xad, 0x34f, 0x61c, 0x180e, 0x2800, 0x3164, 0xfeff, 0xffa0].contains(&code)
            || (0x0300..=0x036f).contains(&code)
            || (0x200b..=0x200f).contains(&code)
            || (0x2028..=0x202e).contains(&code)
            || (0x2060..=0x206f).contains(&code)
            || (0xfe00..=0xfe0f).contains(&code)
            || (0xfff9..=0xfffb).contains(&code)
            || (0xe0000..=0xe0fff).contains(&code)
            || c.width() == Some(0)
    }

    /// Text in which the dangerous is as frequent as the harmless.
    fn hostile_text() -> impl Strategy<Value = String> {
        let character = prop_oneof![
            any::<char>(),
            (0u32..0x100).prop_filter_map("a character", char::from_u32),
            (0x2000u32..0x2070).prop_filter_map("a character", char::from_u32),
            (0xe0000u32..0xe0100).prop_filter_map("a character", char::from_u32),
            Just('\\'),
        ];
        proptest::collection::vec(character, 0..40).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn nothing_dangerous_survives(text in hostile_text()) {
            for blanks in [Blanks::Kept, Blanks::Escaped] {
                let escaped = escape(&text, blanks);
                prop_assert!(!escaped.chars().any(is_dangerous), "{escaped:?}");
                if blanks == Blanks::Escaped {
                    prop_assert!(!escaped.chars().any(char::is_whitespace), "{escaped:?}");
                }
            }
        }

        #[test]
        fn text_is_read_back(text in hostile_text()) {
            for blanks in [Blanks::Kept, Blanks::Escaped] {
                prop_assert_eq!(unescape(&escape(&text, blanks)), Some(text.clone().into_bytes()));
            }
        }

        #[test]
        fn bytes_are_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            for blanks in [Blanks::Kept, Blanks::Escaped] {
                let escaped = escape_bytes(&bytes, blanks);
                prop_assert!(!escaped.chars().any(is_dangerous), "{escaped:?}");
                prop_assert_eq!(unescape(&escaped), Some(bytes.clone()));
            }
        }

        #[test]
        fn reading_back_never_panics(text in any::<String>()) {
            let _ = unescape(&text);
        }
    }
}
