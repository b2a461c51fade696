//! Elements of ASN.1 in the Basic Encoding Rules (ITU-T X.690), as far as small messages need them.

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const GENERAL_STRING: u8 = 0x1b;
pub(super) const SEQUENCE: u8 = 0x30;

/// The greatest length in the short form (8.1.3.4).
const SHORT_LENGTH_MAX: usize = 127;

/// So many octets of length are read (8.1.3.5): a datagram needs no more.
const LENGTH_OCTETS_MAX: usize = 2;

/// The tag of a constructed element with a number of its context.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The tag of a constructed element with a number of its application.
pub(super) const fn application(number: u8) -> u8 {
    0x60 | number
}

/// An element.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut octets = vec![tag];
    if length <= SHORT_LENGTH_MAX {
        octets.push(length.to_le_bytes()[0]);
    } else {
        let digits = length.to_be_bytes();
        let significant = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
        octets.push(0x80 | significant.len().to_le_bytes()[0]);
        octets.extend(significant);
    }
    octets.extend(content);
    octets
}

/// An element of elements.
pub(super) fn constructed(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    element(tag, &parts.concat())
}

/// An INTEGER, or what is encoded as one (8.3): as short as may be, and not negative.
pub(super) fn integer(tag: u8, number: u32) -> Vec<u8> {
    let digits = u64::from(number).to_be_bytes();
    let is_needless = |pair: &&[u8]| pair[0] == 0 && pair[1] < 0x80;
    let needless = digits.windows(2).take_while(is_needless).count();
    element(tag, &digits[needless..])
}

/// Takes the next element off, if it is whole and has this tag: what is in it.
pub(super) fn take<'a>(rest: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (found, content) = take_any(rest)?;
    (found == tag).then_some(content)
}

/// Takes the next element off, if it is whole: its tag and what is in it.
pub(super) fn take_any<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[tag, length], after) = rest.split_first_chunk()?;
    let (length, after) = match usize::from(length) {
        length @ ..=SHORT_LENGTH_MAX => (length, after),
        long => {
            let (digits, after) = after.split_at_checked(long - SHORT_LENGTH_MAX - 1)?;
            // None at all is the indefinite form.
            (1..=LENGTH_OCTETS_MAX).contains(&digits.len()).then_some(())?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), after)
        }
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some((tag, content))
}

/// The next element, if it is a number that is not negative.
pub(super) fn take_number(rest: &mut &[u8], tag: u8) -> Option<u32> {
    let content = take(rest, tag)?;
    content.first().filter(|first| **first < 0x80)?;
    (content.len() <= size_of::<u64>()).then_some(())?;
    let number = content.iter().fold(0, |number, digit| number << 8 | u64::from(*digit));
    u32::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_as_few_octets_as_they_can() {
        for (number, expected) in [
            (0, &[2, 1, 0][..]),
            (127, &[2, 1, 127]),
            (128, &[2, 2, 0, 128]),
            (256, &[2, 2, 1, 0]),
            (0x7fff_ffff, &[2, 4, 127, 255, 255, 255]),
            (u32::MAX, &[2, 5, 0, 255, 255, 255, 255]),
        ] {
            let octets = integer(INTEGER, number);
            assert_eq!(octets, expected);
            assert_eq!(take_number(&mut &*octets, INTEGER), Some(number));
        }
    }

    #[test]
    fn elements_are_read_as_they_were_written() {
        for (length, head) in
            [(0, &[4, 0][..]), (127, &[4, 127]), (128, &[4, 0x81, 128]), (300, &[4, 0x82, 1, 44])]
        {
            let content = vec![7; length];
            let octets = [&*element(OCTET_STRING, &content), b"rest"].concat();
            assert_eq!(&octets[..head.len()], head);
            let mut rest = &*octets;
            assert_eq!(take(&mut rest, OCTET_STRING), Some(&*content));
            assert_eq!(rest, b"rest");
        }
    }

    #[test]
    fn what_is_not_whole_is_no_element() {
        for octets in [
            &b""[..],
            b"\x04",
            b"\x04\x01",
            b"\x04\x80\0\0",
            b"\x04\x81",
            b"\x04\x82\x01",
            b"\x04\x83\0\0\0",
            b"\x04\xff",
        ] {
            assert_eq!(take_any(&mut { octets }), None, "{octets:?}");
        }
        for octets in [&b"\x02\0"[..], b"\x02\x01\xff", b"\x02\x05\x01\0\0\0\0", b"\x04\x01\x01"] {
            assert_eq!(take_number(&mut { octets }, INTEGER), None, "{octets:?}");
        }
    }
}
