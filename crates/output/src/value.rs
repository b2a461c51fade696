//! What a cell holds, before any format has seen it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::net::IpAddr;
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::escape::{self, Backslash, Blanks, push_display};

/// One cell of a row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Not known, or not there: `-` in a table, empty in TSV and CSV, `null` in JSON.
    Null,
    /// `yes` or `no`; `true` or `false` in JSON.
    Bool(bool),
    /// A count, a port, an identifier.
    Int(u64),
    /// A measure, shown with three decimals; what is not finite is not known.
    Float(f64),
    /// Any text.
    Text(Cow<'a, str>),
    /// Text whose notation has escapes of its own (RFC 1035 master files): its backslashes stay
    /// as they are, everything unsafe is escaped all the same.
    Notation(Cow<'a, str>),
    /// Bytes that ought to be text and are not UTF-8: `{"hex": "62ff64"}` in JSON.
    Bytes(Cow<'a, [u8]>),
    /// Several values: joined by commas, an array in JSON.
    List(Vec<Value<'a>>),
    /// Named parts: `name=value` joined by commas, an object in JSON.
    Map(Vec<(&'static str, Value<'a>)>),
    /// What reads one way as text and is another thing in JSON: `sshd[812]`, a process.
    Labelled(Box<Labelled<'a>>),
}

/// A value with a form of its own for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled<'a> {
    /// How it reads where cells are text.
    pub label: Value<'a>,
    /// What it is in JSON.
    pub exact: Value<'a>,
}

impl<'a> Value<'a> {
    /// The text that `bytes` hold, or the bytes themselves where they are not UTF-8.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Bytes(bytes.into()),
        }
    }

    /// As [`Value::from_bytes`], for text that came from the operating system.
    #[must_use]
    pub fn from_os(text: &'a OsStr) -> Self {
        Self::from_bytes(text.as_encoded_bytes())
    }

    /// Milliseconds, to the microsecond.
    #[must_use]
    pub fn milliseconds(duration: Duration) -> Self {
        Self::Float(duration.as_secs_f64() * 1e3)
    }

    /// Something that displays as plain text.
    #[must_use]
    pub fn display(thing: impl std::fmt::Display) -> Self {
        Self::Text(thing.to_string().into())
    }

    pub(crate) fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Float(number) => !number.is_finite(),
            _ => false,
        }
    }

    /// The value for a program that reads text: a number rather than its label.
    pub(crate) fn scalar(&self) -> &Self {
        match self {
            Self::Labelled(value) if !matches!(value.exact, Self::Map(_) | Self::List(_)) => {
                &value.exact
            }
            _ => self,
        }
    }

    /// Appends the value as safe text; nothing for what is not known.
    pub(crate) fn push_text(&self, out: &mut String, blanks: Blanks) {
        match self {
            Self::Bool(true) => out.push_str("yes"),
            Self::Bool(false) => out.push_str("no"),
            Self::Int(number) => push_number(out, *number),
            Self::Float(number) if number.is_finite() => {
                push_display(out, format_args!("{number:.3}"));
            }
            Self::Null | Self::Float(_) => {}
            Self::Text(text) => escape::push_text(out, text, blanks, Backslash::Doubled),
            Self::Notation(text) => escape::push_text(out, text, blanks, Backslash::Kept),
            Self::Bytes(bytes) => escape::push_bytes(out, bytes, blanks),
            Self::List(items) => {
                push_list(out, items, |out, item| item.push_text(out, blanks));
            }
            Self::Map(fields) => push_list(out, fields, |out, (name, value)| {
                out.push_str(name);
                out.push('=');
                value.push_text(out, blanks);
            }),
            Self::Labelled(value) => value.label.push_text(out, blanks),
        }
    }

    /// The exact bytes, for a reader that takes any byte but NUL.
    pub(crate) fn exact_bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Text(text) | Self::Notation(text) => Cow::Borrowed(text.as_bytes()),
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Labelled(value) => value.label.exact_bytes(),
            _ => {
                let mut text = String::new();
                self.push_text(&mut text, Blanks::Kept);
                Cow::Owned(text.into_bytes())
            }
        }
    }
}

/// Appends a number in decimal; the formatting machinery of std takes several times as long.
fn push_number(out: &mut String, mut number: u64) {
    // As many digits as the greatest has.
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).expect("a digit");
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.push_str(str::from_utf8(&digits[start..]).expect("digits are ASCII"));
}

/// A comma inside an item is escaped, so that the commas left are those between the items.
fn push_list<T>(out: &mut String, items: &[T], push: impl Fn(&mut String, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let start = out.len();
        push(out, item);
        if out[start..].contains(',') {
            let escaped = out[start..].replace(',', "\\x2c");
            out.replace_range(start.., &escaped);
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Int(number) => serializer.serialize_u64(*number),
            Self::Float(number) if number.is_finite() => {
                serializer.serialize_f64((number * 1e3).round() / 1e3)
            }
            Self::Null | Self::Float(_) => serializer.serialize_unit(),
            Self::Text(text) | Self::Notation(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => {
                let mut hex = String::with_capacity(bytes.len() * 2);
                for byte in bytes.iter() {
                    push_display(&mut hex, format_args!("{byte:02x}"));
                }
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("hex", &hex)?;
                map.end()
            }
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(fields) => {
                serializer.collect_map(fields.iter().map(|(key, value)| (key, value)))
            }
            Self::Labelled(value) => value.exact.serialize(serializer),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

macro_rules! from_whole_numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                Self::Int(number.into())
            }
        }
    )+};
}

from_whole_numbers!(u8, u16, u32, u64);

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<IpAddr> for Value<'_> {
    fn from(address: IpAddr) -> Self {
        Self::display(address)
    }
}

impl<'a> From<Labelled<'a>> for Value<'a> {
    fn from(value: Labelled<'a>) -> Self {
        Self::Labelled(Box::new(value))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(maybe: Option<T>) -> Self {
        maybe.map_or(Self::Null, Into::into)
    }
}

impl<'a, T: Into<Value<'a>>> FromIterator<T> for Value<'a> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &Value<'_>) -> String {
        let mut out = String::new();
        value.push_text(&mut out, Blanks::Kept);
        out
    }

    #[test]
    fn every_kind_reads_as_text() {
        let process = Value::Map(vec![("pid", 8u8.into()), ("name", "sshd".into())]);
        let owner = Labelled { label: "sshd[8]".into(), exact: process.clone() };
        let cases = [
            (Value::Null, ""),
            (true.into(), "yes"),
            (80u16.into(), "80"),
            (0.1.into(), "0.100"),
            (f64::NAN.into(), ""),
            ("a b".into(), "a b"),
            (Value::Notation(r#""a\"b""#.into()), r#""a\"b""#),
            (Value::from_bytes(b"\xff"), r"\xff"),
            (["a", "b,c"].into_iter().collect(), r"a,b\x2cc"),
            (process, "pid=8,name=sshd"),
            (owner.into(), "sshd[8]"),
        ];
        for (value, shown) in cases {
            assert_eq!(text(&value), shown);
        }
    }

    #[test]
    fn a_notation_is_no_way_past_the_filter() {
        assert_eq!(text(&Value::Notation("\x1b[31m\\032".into())), r"\x1b[31m\032");
    }
}
