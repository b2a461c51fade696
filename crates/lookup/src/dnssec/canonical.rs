//! Names and records in the one form that is signed (RFC 4034, 6; RFC 6840, 5.1).

use hickory_proto::rr::{Name, RecordType};

use crate::message::push_name;

/// How many labels a name has, an asterisk included, the root not.
pub fn label_count(name: &Name) -> usize {
    name.iter().count()
}

/// The last `count` labels of a name: an ancestor, or the name itself.
pub fn ancestor(name: &Name, count: usize) -> Name {
    let mut name = name.trim_to(count);
    name.set_fqdn(true);
    name
}

/// The name one label up. `None`: the root has none.
pub fn parent(name: &Name) -> Option<Name> {
    let count = label_count(name).checked_sub(1)?;
    Some(ancestor(name, count))
}

/// Whether `name` is below `above`, and not the same.
pub fn is_below(name: &Name, above: &Name) -> bool {
    above.zone_of(name) && label_count(name) > label_count(above)
}

/// How many labels two names have in common, counted from the root.
pub fn common_labels(one: &Name, other: &Name) -> usize {
    let pairs = one.iter().rev().zip(other.iter().rev());
    pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
}

/// `*.name` (RFC 4592, 2.1.1). `None`: it would be too long, so that there is no such name.
pub fn wildcard(name: &Name) -> Option<Name> {
    name.prepend_label("*").ok()
}

/// A name as it is signed and hashed: in lower case.
pub fn name_octets(name: &Name) -> Vec<u8> {
    let mut octets = Vec::with_capacity(name.len() + 1);
    push_name(&mut octets, name);
    octets.make_ascii_lowercase();
    octets
}

/// Record data as it is signed: names in lower case, in the types that RFC 4034, 6.2 lists
/// without HINFO, which has none, and without NSEC (RFC 6840, 5.1).
pub fn data(record_type: RecordType, data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    let (start, end) = names(u16::from(record_type), &data).unwrap_or((0, 0));
    // An octet that says how long a label is, 63 at most, is no letter.
    if let Some(names) = data.get_mut(start..end) {
        names.make_ascii_lowercase();
    }
    data
}

/// Where the names in data begin and end.
fn names(record_type: u16, data: &[u8]) -> Option<(usize, usize)> {
    let start = match record_type {
        // NS MD MF CNAME SOA MB MG MR PTR MINFO RP NXT DNAME
        2..=9 | 12 | 14 | 17 | 30 | 39 => 0,
        // MX AFSDB RT PX KX
        15 | 18 | 21 | 26 | 36 => 2,
        // SRV
        33 => 6,
        // SIG RRSIG
        24 | 46 => 18,
        // NAPTR: three texts before the name
        35 => (0..3).try_fold(4, |position, _| {
            data.get(position).map(|length: &u8| position + 1 + usize::from(*length))
        })?,
        _ => return None,
    };
    let end = match record_type {
        6 => data.len().checked_sub(20)?,
        24 | 30 | 46 => name_end(data, start)?,
        _ => data.len(),
    };
    Some((start, end))
}

/// Where the name ends that begins at `position`.
fn name_end(data: &[u8], mut position: usize) -> Option<usize> {
    loop {
        let length = usize::from(*data.get(position)?);
        position += 1 + length;
        if length == 0 {
            return Some(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::{parse, present};

    fn name(text: &str) -> Name {
        parse(text).unwrap().name
    }

    #[test]
    fn names_are_in_the_order_of_rfc_4034() {
        let ordered = [
            "example",
            "a.example",
            "yljkjljk.a.example",
            "Z.a.example",
            "zABC.a.EXAMPLE",
            "z.example",
            r"\001.z.example",
            "*.z.example",
            r"\200.z.example",
        ];
        for pair in ordered.windows(2) {
            assert!(name(pair[0]) < name(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn names_know_their_relatives() {
        let www = name("www.Example.test");
        assert_eq!(present(&ancestor(&www, 2)), "Example.test");
        assert_eq!(parent(&www), Some(name("example.test")));
        assert_eq!(ancestor(&www, 0), Name::root());
        assert_eq!(parent(&Name::root()), None);
        assert!(is_below(&www, &name("EXAMPLE.test")) && is_below(&www, &Name::root()));
        assert!(!is_below(&www, &www) && !is_below(&www, &name("ample.test")));
        assert_eq!(common_labels(&www, &name("ftp.example.TEST")), 2);
        assert_eq!(common_labels(&www, &www), 3);
        assert_eq!(common_labels(&www, &Name::root()), 0);
        assert_eq!(wildcard(&www), Some(name("*.www.example.test")));
        assert_eq!(wildcard(&Name::root()), Some(name("*")));
        let long =
            name(&["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join("."));
        assert_eq!(wildcard(&long), None);
    }

    #[test]
    fn only_names_of_the_listed_types_are_in_lower_case() {
        for (code, given, expected) in [
            (2, &b"\x02NS\x01T\0"[..], &b"\x02ns\x01t\0"[..]),
            (6, b"\x01A\0\x01B\0ABCDEFGHIJKLMNOPQRST", b"\x01a\0\x01b\0ABCDEFGHIJKLMNOPQRST"),
            (15, b"AB\x01A\0", b"AB\x01a\0"),
            (33, b"ABCDEF\x01A\0", b"ABCDEF\x01a\0"),
            (35, b"ABCD\x01U\x00\x02XY\x01A\0", b"ABCD\x01U\x00\x02XY\x01a\0"),
            (46, b"ABCDEFGHIJKLMNOPQR\x01A\0SIG", b"ABCDEFGHIJKLMNOPQR\x01a\0SIG"),
            // HINFO TXT NSEC HTTPS, and what is not what its type has
            (13, b"\x01A\x01B", b"\x01A\x01B"),
            (16, b"\x01A", b"\x01A"),
            (47, b"\x01A\0\0\x01A", b"\x01A\0\0\x01A"),
            (65, b"\0\x01\x01A\0", b"\0\x01\x01A\0"),
            (6, b"\x01A", b"\x01A"),
            (35, b"ABCD\x09U", b"ABCD\x09U"),
            (46, b"ABCDEFGHIJKLMNOPQR\x09A", b"ABCDEFGHIJKLMNOPQR\x09A"),
        ] {
            assert_eq!(data(RecordType::from(code), given), expected, "{code}");
        }
    }
}
