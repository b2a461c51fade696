//! The order of values: numbers as numbers, text as people would sort it.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::record::Column;
use crate::value::{Labelled, Value};

/// The order of rows by a column; those in which it is not known are last either way.
pub(crate) struct Order<R: 'static> {
    pub column: &'static Column<R>,
    pub is_descending: bool,
}

// Derived, both would ask the same of the rows.
impl<R> Clone for Order<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Order<R> {}

impl<R> Order<R> {
    /// Things that have rows in the order of these; those that are equal as they came.
    pub(crate) fn sorted<'a, T>(
        &self,
        things: impl Iterator<Item = &'a T>,
        row: impl Fn(&'a T) -> &'a R,
    ) -> Vec<&'a T> {
        let key = |thing| Key::of((self.column.value)(row(thing)));
        let mut keyed: Vec<_> = things.map(|thing| (key(thing), thing)).collect();
        keyed.sort_by(|(left, _), (right, _)| self.compare(left.as_ref(), right.as_ref()));
        keyed.into_iter().map(|(_, thing)| thing).collect()
    }

    pub(crate) fn compare(&self, left: Option<&Key<'_>>, right: Option<&Key<'_>>) -> Ordering {
        match (left, right) {
            (Some(left), Some(right)) if self.is_descending => right.compare(left),
            _ => compare(left, right),
        }
    }
}

/// What is not known comes last.
pub(crate) fn compare(left: Option<&Key<'_>>, right: Option<&Key<'_>>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.compare(right),
        (left, right) => left.is_none().cmp(&right.is_none()),
    }
}

/// What a value is sorted by.
#[derive(Debug)]
pub(crate) enum Key<'a> {
    Int(u64),
    Float(f64),
    Text(Cow<'a, str>),
}

impl<'a> Key<'a> {
    /// The key of a value; `None` where it is not known.
    pub(crate) fn of(value: Value<'a>) -> Option<Self> {
        if value.is_null() {
            return None;
        }
        match value {
            Value::Bool(truth) => Some(Self::Int(truth.into())),
            Value::Int(number) => Some(Self::Int(number)),
            Value::Float(number) => Some(Self::Float(number)),
            Value::Text(text) | Value::Notation(text) => Some(Self::Text(text)),
            Value::Labelled(value) => {
                let Labelled { label, exact } = *value;
                Self::number(exact).or_else(|| Self::of(label))
            }
            Value::Shown(shown) => {
                let number = shown.0.exact().and_then(Self::number);
                number.or_else(|| Self::of_text(&Value::Shown(shown)))
            }
            other => Self::of_text(&other),
        }
    }

    /// What has no text where it is no text itself is not known: a list of nothing.
    fn of_text(value: &Value<'_>) -> Option<Self> {
        let text = value.to_text();
        (!text.is_empty()).then(|| Self::Text(text.into()))
    }

    fn number(value: Value<'a>) -> Option<Self> {
        Self::of(value).filter(|key| matches!(key, Self::Int(_) | Self::Float(_)))
    }

    /// Numbers come before text.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Text(left), Self::Text(right)) => natural(left, right),
            (Self::Text(_), _) => Ordering::Greater,
            (_, Self::Text(_)) => Ordering::Less,
            (left, right) => left.measure().total_cmp(&right.measure()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a measure beside it is no more precise")]
    const fn measure(&self) -> f64 {
        match self {
            Self::Int(number) => *number as f64,
            Self::Float(number) => *number,
            Self::Text(_) => f64::INFINITY,
        }
    }
}

/// Text by its characters, but each run of digits by its number: `10.0.0.2` before `10.0.0.10`.
fn natural(left: &str, right: &str) -> Ordering {
    let start = undecided_from(left.as_bytes(), right.as_bytes());
    let (mut one, mut other) = (&left.as_bytes()[start..], &right.as_bytes()[start..]);
    loop {
        let (digits, others) = (leading_digits(one), leading_digits(other));
        if digits > 0 && others > 0 {
            let order = by_number(&one[..digits], &other[..others]);
            if order.is_ne() {
                return order;
            }
            (one, other) = (&one[digits..], &other[others..]);
            continue;
        }
        match (one.split_first(), other.split_first()) {
            (Some((byte, rest)), Some((same, others))) if byte == same => {
                (one, other) = (rest, others);
            }
            // Only zeros before a number tell them apart, or nothing does.
            (None, None) => return left.cmp(right),
            (byte, another) => return byte.cmp(&another),
        }
    }
}

/// Where the two begin to be different; a number that both are in the middle of is not left out.
fn undecided_from(left: &[u8], right: &[u8]) -> usize {
    let same = left.iter().zip(right).take_while(|(byte, other)| byte == other).count();
    let digits = left[..same].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    same - digits
}

fn leading_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Runs of digits of any length.
fn by_number(left: &[u8], right: &[u8]) -> Ordering {
    let (left, right) = (without_zeros(left), without_zeros(right));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

fn without_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::{Show, Text};

    /// A port with the name of its service; zero has neither.
    struct Service(&'static str, u8);

    impl Show for Service {
        fn show(&self, text: &mut Text<'_>) {
            text.push_str(self.0);
        }

        fn exact(&self) -> Option<Value<'_>> {
            (self.1 > 0).then(|| self.1.into())
        }
    }

    fn labelled(label: &'static str, exact: impl Into<Value<'static>>) -> Value<'static> {
        Labelled { label: label.into(), exact: exact.into() }.into()
    }

    #[test]
    fn text_is_in_natural_order() {
        let sorted = [
            "",
            "-",
            "007",
            "7",
            "8",
            "10",
            "10.0.0.2:80",
            "10.0.0.10:80",
            "[::1]:22",
            "eth0",
            "eth0.5",
            "eth1",
            "eth10",
            "sshd",
            "sshd[9]",
            "sshd[10]",
            "sshd[99999999999999999999999]",
            "sshd[100000000000000000000000]",
            "é",
        ];
        for (at, left) in sorted.iter().enumerate() {
            for (other, right) in sorted.iter().enumerate() {
                assert_eq!(natural(left, right), at.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn values_are_in_the_order_of_what_they_are() {
        let sorted = [
            false.into(),
            true.into(),
            2u8.into(),
            2.5.into(),
            labelled("http", 80u8),
            Value::shown(&Service("kerberos", 88)),
            443u16.into(),
            9_007_199_254_740_993_u64.into(),
            9_007_199_254_740_994_u64.into(),
            "a".into(),
            Value::shown(&Service("none", 0)),
            labelled("sshd[9]", Value::Map(vec![("pid", 9u8.into())])),
            Value::List(vec!["sshd[10]".into(), "tmux[2]".into()]),
            Value::Null,
        ];
        let keys: Vec<_> = sorted.iter().cloned().map(Key::of).collect();
        for (at, left) in keys.iter().enumerate() {
            for (other, right) in keys.iter().enumerate() {
                let order = compare(left.as_ref(), right.as_ref());
                assert_eq!(order, at.cmp(&other), "{left:?} {right:?}");
            }
        }
        let unwritten = Value::shown(&Service("", 0));
        for unknown in [Value::Null, f64::NAN.into(), Value::List(vec![]), unwritten] {
            assert!(Key::of(unknown).is_none());
        }
    }

    #[test]
    fn rows_are_stable_and_what_is_not_known_is_last_in_both_directions() {
        const COLUMN: &Column<(Option<u8>, char)> = &Column::new("port", "", |it| it.0.into());
        let rows = [(None, 'a'), (Some(9), 'b'), (Some(10), 'c'), (Some(9), 'd'), (None, 'e')];
        for (is_descending, expected) in [(false, "bdcae"), (true, "cbdae")] {
            let order = Order { column: COLUMN, is_descending };
            let sorted: String =
                order.sorted(rows.iter(), |row| row).iter().map(|row| row.1).collect();
            assert_eq!(sorted, expected);
        }
    }

    proptest! {
        #[test]
        fn it_is_an_order(texts in proptest::collection::vec("[0-2a. ]{0,6}", 3)) {
            let [a, b, c] = [&texts[0], &texts[1], &texts[2]];
            prop_assert_eq!(natural(a, b), natural(b, a).reverse());
            prop_assert_eq!(natural(a, b).is_eq(), a == b);
            if natural(a, b).is_le() && natural(b, c).is_le() {
                prop_assert!(natural(a, c).is_le());
            }
        }
    }
}
