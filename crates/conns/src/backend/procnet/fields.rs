//! What lines are made of: fields between blanks, numbers.

/// The fields of a line.
pub(super) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|octet| *octet == b' ').filter(|field| !field.is_empty())
}

/// A number without a sign.
pub(super) fn decimal<T: TryFrom<u64>>(digits: &[u8]) -> Option<T> {
    number(digits, 10)?.try_into().ok()
}

/// As [`decimal`], to the base 16.
pub(super) fn hex<T: TryFrom<u64>>(digits: &[u8]) -> Option<T> {
    number(digits, 16)?.try_into().ok()
}

fn number(digits: &[u8], base: u32) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, digit| {
        let digit = char::from(*digit).to_digit(base)?;
        number.checked_mul(base.into())?.checked_add(digit.into())
    })
}

/// Two fields in one.
pub(super) fn pair(field: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = field.iter().position(|octet| *octet == b':')?;
    Some((&field[..colon], &field[colon + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_and_no_more_than_fit() {
        let cases: [(&[u8], Option<u32>, Option<u32>); 9] = [
            (b"0", Some(0), Some(0)),
            (b"0010", Some(10), Some(16)),
            (b"4294967295", Some(u32::MAX), None),
            (b"FFFFFFFF", None, Some(u32::MAX)),
            (b"4294967296", None, None),
            (b"ffffffffffffffff1", None, None),
            (b"", None, None),
            (b"+5", None, None),
            (b"5 ", None, None),
        ];
        for (digits, as_decimal, as_hex) in cases {
            let text = str::from_utf8(digits).unwrap();
            assert_eq!(decimal(digits), as_decimal, "{text}");
            assert_eq!(hex(digits), as_hex, "{text}");
        }
    }

    #[test]
    fn fields_are_what_is_between_blanks() {
        assert_eq!(fields(b"  1: a  b ").collect::<Vec<_>>(), [&b"1:"[..], b"a", b"b"]);
        assert_eq!(pair(b"02:000AFC52"), Some((&b"02"[..], &b"000AFC52"[..])));
        assert_eq!(pair(b"02"), None);
    }
}
