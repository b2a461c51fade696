//! What a column is in JSON: declared beside it, told by the schema, held against every value.

use crate::value::Value;

/// What a value is in JSON. Debug builds, and so all tests, refuse a value that is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number that is not negative.
    Whole,
    /// Any number.
    Number,
    /// A string, from whatever is known to be text.
    Text,
    /// Bytes that ought to be text: a string, or `{"hex": "62ff64"}` where they are not UTF-8.
    Bytes,
    /// An array of these.
    List(&'static Kind),
    /// An object with these parts, and no others.
    Map(&'static [Part]),
    /// One or the other.
    Either(&'static Kind, &'static Kind),
    /// `null` as well.
    Maybe(&'static Kind),
}

/// A part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its key.
    pub key: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Whether it may be left out.
    pub is_optional: bool,
}

impl Part {
    /// A part that is always there.
    #[must_use]
    pub const fn new(key: &'static str, kind: Kind) -> Self {
        Self { key, kind, is_optional: false }
    }

    /// A part that may be left out.
    #[must_use]
    pub const fn optional(key: &'static str, kind: Kind) -> Self {
        Self { key, kind, is_optional: true }
    }
}

impl Kind {
    /// Whether a value is of this kind.
    pub(crate) fn admits(self, value: &Value<'_>) -> bool {
        match (self, value) {
            (_, Value::Labelled(value)) => self.admits(&value.exact),
            (_, Value::Shown(shown)) => shown.with_exact(|exact| self.admits(exact)),
            (Self::Maybe(kind), value) => value.is_null() || kind.admits(value),
            (Self::Either(one, other), value) => one.admits(value) || other.admits(value),
            (Self::Number, Value::Float(number)) => number.is_finite(),
            (Self::Bool, Value::Bool(_))
            | (Self::Whole | Self::Number, Value::Int(_))
            | (Self::Text | Self::Bytes, Value::Text(_) | Value::Notation(_))
            | (Self::Bytes, Value::Bytes(_)) => true,
            (Self::List(kind), Value::List(items)) => items.iter().all(|item| kind.admits(item)),
            (Self::List(kind), Value::Series(measures)) => {
                measures.iter().all(|measure| kind.admits(&(*measure).into()))
            }
            (Self::Map(parts), Value::Map(fields)) => is_made_of(parts, fields),
            _ => false,
        }
    }
}

/// Whether a value is `null` in JSON.
pub(crate) fn is_null(value: &Value<'_>) -> bool {
    match value {
        Value::Labelled(value) => is_null(&value.exact),
        Value::Shown(shown) => shown.with_exact(is_null),
        value => value.is_null(),
    }
}

/// Whether all fields are parts, and no part is missing.
fn is_made_of(parts: &[Part], fields: &[(&'static str, Value<'_>)]) -> bool {
    let part = |key: &str| parts.iter().find(|part| part.key == key);
    let is_there = |part: &Part| fields.iter().any(|(key, _)| *key == part.key);
    fields.iter().all(|(key, value)| part(key).is_some_and(|part| part.kind.admits(value)))
        && parts.iter().all(|part| part.is_optional || is_there(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Labelled, Show, Text};

    struct Raw(&'static [u8]);

    impl Show for Raw {
        fn show(&self, text: &mut Text<'_>) {
            text.push_bytes(self.0);
        }
    }

    const OWNER: Kind = Kind::Map(&[
        Part::new("pid", Kind::Whole),
        Part::new("name", Kind::Maybe(&Kind::Bytes)),
        Part::optional("user", Kind::Text),
    ]);

    #[test]
    fn a_kind_admits_what_it_says() {
        let labelled = Labelled { label: "forever".into(), exact: 7u8.into() };
        let process = vec![("pid", 8u8.into()), ("name", Value::from_bytes(b"\xff"))];
        let cases = [
            (Kind::Bool, true.into()),
            (Kind::Whole, labelled.into()),
            (Kind::Number, 0.5.into()),
            (Kind::Number, 1u8.into()),
            (Kind::Text, Value::shown(&Raw(b"a"))),
            (Kind::Bytes, "a".into()),
            (Kind::Bytes, Value::shown(&Raw(b"\xff"))),
            (Kind::List(&Kind::Maybe(&Kind::Number)), Value::Series(vec![Some(0.5), None].into())),
            (Kind::List(&OWNER), Value::List(vec![Value::Map(process)])),
            (Kind::Either(&Kind::Text, &Kind::Whole), 0u8.into()),
            (Kind::Maybe(&Kind::Number), f64::NAN.into()),
        ];
        for (kind, value) in cases {
            assert!(kind.admits(&value), "{kind:?} {value:?}");
        }
    }

    #[test]
    fn a_kind_admits_nothing_else() {
        let (pid, name) = (("pid", Value::Int(8)), ("name", Value::Null));
        let cases = [
            (Kind::Text, Value::Null),
            (Kind::Text, 1u8.into()),
            (Kind::Text, Value::shown(&Raw(b"\xff"))),
            (Kind::Whole, 0.5.into()),
            (Kind::Number, f64::NAN.into()),
            (Kind::Bool, "yes".into()),
            (Kind::List(&Kind::Number), Value::Series(vec![None].into())),
            (Kind::List(&Kind::Text), "a".into()),
            (Kind::Either(&Kind::Text, &Kind::Whole), true.into()),
            (OWNER, Value::Map(vec![pid.clone()])),
            (OWNER, Value::Map(vec![pid, name.clone(), ("surplus", true.into())])),
            (OWNER, Value::Map(vec![("pid", "8".into()), name])),
        ];
        for (kind, value) in cases {
            assert!(!kind.admits(&value), "{kind:?} {value:?}");
        }
    }
}
