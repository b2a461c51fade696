//! What a cell holds, before any format has seen it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr};
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
    /// A run of measures, the latest last, `None` where one is missing: a line of blocks in a table,
    /// as many characters as measures; joined by commas in TSV and CSV, an array in JSON.
    Series(Cow<'a, [Option<f64>]>),
    /// Named parts: `name=value` joined by commas, an object in JSON.
    Map(Vec<(&'static str, Value<'a>)>),
    /// What reads one way as text and is another thing in JSON: `sshd[812]`, a process.
    Labelled(Box<Labelled<'a>>),
    /// What writes itself when it is printed, which spares an allocation for each row.
    Shown(Shown<'a>),
}

/// Something that writes itself into a cell.
pub trait Show {
    /// Writes it as text.
    fn show(&self, text: &mut Text<'_>);

    /// What it is in JSON, where that is not its text.
    fn exact(&self) -> Option<Value<'_>> {
        None
    }
}

/// Where a [`Show`] writes: whatever comes from outside is made safe on the way.
pub struct Text<'a>(Sink<'a>);

enum Sink<'a> {
    Safe(&'a mut String, Blanks),
    Exact(&'a mut Vec<u8>),
}

/// A reference to something that writes itself.
#[derive(Clone, Copy)]
pub struct Shown<'a>(pub &'a dyn Show);

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

    /// Something that writes itself when it is printed.
    #[must_use]
    pub const fn shown(thing: &'a dyn Show) -> Self {
        Self::Shown(Shown(thing))
    }

    /// The value as the text that it is in TSV; nothing for what is not known.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text, Blanks::Kept);
        text
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
            Self::Series(measures) => push_list(out, measures, |out, measure| {
                Value::from(*measure).push_text(out, blanks);
            }),
            Self::Map(fields) => push_list(out, fields, |out, (name, value)| {
                out.push_str(name);
                out.push('=');
                value.push_text(out, blanks);
            }),
            Self::Labelled(value) => value.label.push_text(out, blanks),
            Self::Shown(shown) => shown.0.show(&mut Text(Sink::Safe(out, blanks))),
        }
    }

    /// The exact bytes, for a reader that takes any byte but NUL.
    pub(crate) fn exact_bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Text(text) | Self::Notation(text) => Cow::Borrowed(text.as_bytes()),
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Labelled(value) => value.label.exact_bytes(),
            Self::Shown(shown) => Cow::Owned(shown.bytes()),
            _ => {
                let mut text = String::new();
                self.push_text(&mut text, Blanks::Kept);
                Cow::Owned(text.into_bytes())
            }
        }
    }
}

impl Text<'_> {
    /// Writes text.
    pub fn push_str(&mut self, text: &str) {
        match &mut self.0 {
            Sink::Safe(out, blanks) => escape::push_text(out, text, *blanks, Backslash::Doubled),
            Sink::Exact(out) => out.extend_from_slice(text.as_bytes()),
        }
    }

    /// Writes what ought to be text and may not be UTF-8.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Sink::Safe(out, blanks) => match str::from_utf8(bytes) {
                Ok(text) => escape::push_text(out, text, *blanks, Backslash::Doubled),
                Err(_) => escape::push_bytes(out, bytes, *blanks),
            },
            Sink::Exact(out) => out.extend_from_slice(bytes),
        }
    }

    /// Writes a number in decimal.
    pub fn push_number(&mut self, number: impl itoa::Integer) {
        self.push_safe(itoa::Buffer::new().format(number));
    }

    /// Writes an address; the formatting machinery of std takes several times as long, and so many
    /// calls for so few octets have their price.
    pub fn push_ipv4(&mut self, address: Ipv4Addr) {
        for (index, octet) in address.octets().into_iter().enumerate() {
            if index > 0 {
                self.push_ascii(b'.');
            }
            if octet >= 100 {
                self.push_ascii(b'0' + octet / 100);
            }
            if octet >= 10 {
                self.push_ascii(b'0' + octet / 10 % 10);
            }
            self.push_ascii(b'0' + octet % 10);
        }
    }

    fn push_ascii(&mut self, octet: u8) {
        match &mut self.0 {
            Sink::Safe(out, _) => out.push(char::from(octet)),
            Sink::Exact(out) => out.push(octet),
        }
    }

    /// Writes text of the program's own, which is safe as it is.
    pub fn push_own(&mut self, text: &'static str) {
        self.push_safe(text);
    }

    fn push_safe(&mut self, text: &str) {
        match &mut self.0 {
            Sink::Safe(out, _) => out.push_str(text),
            Sink::Exact(out) => out.extend_from_slice(text.as_bytes()),
        }
    }
}

impl std::fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

impl Shown<'_> {
    /// Hands on what it is in JSON.
    pub(crate) fn with_exact<T>(&self, take: impl FnOnce(&Value<'_>) -> T) -> T {
        match self.0.exact() {
            Some(exact) => take(&exact),
            None => take(&Value::from_bytes(&self.bytes())),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.show(&mut Text(Sink::Exact(&mut bytes)));
        bytes
    }
}

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}", String::from_utf8_lossy(&self.bytes()))
    }
}

impl PartialEq for Shown<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

/// Appends a number in decimal; the formatting machinery of std takes several times as long.
fn push_number(out: &mut String, number: u64) {
    match u8::try_from(number) {
        Ok(digit @ 0..=9) => out.push(char::from(b'0' + digit)),
        _ => out.push_str(itoa::Buffer::new().format(number)),
    }
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
            Self::Bytes(bytes) => serialize_hex(bytes, serializer),
            Self::List(items) => serializer.collect_seq(items),
            Self::Series(measures) => {
                serializer.collect_seq(measures.iter().map(|measure| Value::from(*measure)))
            }
            Self::Map(fields) => {
                serializer.collect_map(fields.iter().map(|(key, value)| (key, value)))
            }
            Self::Labelled(value) => value.exact.serialize(serializer),
            Self::Shown(shown) => shown.with_exact(|exact| exact.serialize(serializer)),
        }
    }
}

fn serialize_hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        push_display(&mut hex, format_args!("{byte:02x}"));
    }
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry("hex", &hex)?;
    map.end()
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

impl<'a> From<&'a [Option<f64>]> for Value<'a> {
    fn from(measures: &'a [Option<f64>]) -> Self {
        Self::Series(measures.into())
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
            (Value::Series(vec![Some(0.5), None, Some(12.0)].into()), "0.500,,12.000"),
            (process, "pid=8,name=sshd"),
            (owner.into(), "sshd[8]"),
        ];
        for (value, shown) in cases {
            assert_eq!(value.to_text(), shown);
        }
    }

    struct Owner(&'static [u8], u64);

    impl Show for Owner {
        fn show(&self, text: &mut Text<'_>) {
            text.push_bytes(self.0);
            text.push_str("[");
            text.push_number(self.1);
            text.push_str("]");
        }

        fn exact(&self) -> Option<Value<'_>> {
            (self.1 != 0).then(|| self.1.into())
        }
    }

    #[test]
    fn what_writes_itself_is_made_safe_on_the_way() {
        let json = |value: &Value<'_>| serde_json::to_string(value).expect("it is JSON");
        let cases = [
            (Owner(b"sshd", 8), "sshd[8]", "8"),
            (Owner(b"a\n\x1b[31m", 0), r"a\n\x1b[31m[0]", r#""a\n\u001b[31m[0]""#),
            (Owner(b"\xff", 0), r"\xff[0]", r#"{"hex":"ff5b305d"}"#),
        ];
        for (owner, shown, exact) in &cases {
            let value = Value::shown(owner);
            assert_eq!((value.to_text().as_str(), json(&value).as_str()), (*shown, *exact));
            assert_eq!(
                value.exact_bytes(),
                [owner.0, format!("[{}]", owner.1).as_bytes()].concat()
            );
            assert_eq!(value, value.clone());
        }
    }

    #[test]
    fn a_notation_is_no_way_past_the_filter() {
        assert_eq!(Value::Notation("\x1b[31m\\032".into()).to_text(), r"\x1b[31m\032");
    }
}
