//! Addresses that are written so that programs differ about what they mean.

use std::net::Ipv4Addr;

/// The addresses that a text of nothing but numbers and dots may stand for, the most likely first;
/// `None` for any other text. There may be none, and it may be the one address that it is everywhere.
///
/// `inet_aton(3)` takes one to four numbers, the last of which fills what is left, decimal, octal
/// (`010`) or hexadecimal (`0x7f`); to most people a leading zero means nothing.
#[must_use]
pub fn ipv4_readings(text: &str) -> Option<Vec<Ipv4Addr>> {
    let numbers: Vec<_> = text.split('.').collect();
    if !numbers.iter().all(|number| is_number(number)) {
        return None;
    }
    let readings = [false, true].into_iter().filter_map(|is_octal| read(&numbers, is_octal));
    let mut readings: Vec<_> = readings.collect();
    readings.dedup();
    Some(readings)
}

fn hexadecimal(number: &str) -> Option<&str> {
    number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"))
}

fn is_number(text: &str) -> bool {
    match hexadecimal(text) {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_hexdigit()),
        None => !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()),
    }
}

fn read(numbers: &[&str], is_octal: bool) -> Option<Ipv4Addr> {
    let (last, octets) = numbers.split_last()?;
    let bits = Ipv4Addr::BITS.checked_sub(u32::try_from(8 * octets.len()).ok()?)?;
    let last = u64::from(value(last, is_octal)?);
    if bits == 0 || last >= 1 << bits {
        return None;
    }
    let mut high = 0;
    for octet in octets {
        high = (high << 8) | u64::from(u8::try_from(value(octet, is_octal)?).ok()?);
    }
    u32::try_from((high << bits) | last).ok().map(Ipv4Addr::from_bits)
}

fn value(number: &str, is_octal: bool) -> Option<u32> {
    let has_zero = number.len() > 1 && number.starts_with('0');
    match hexadecimal(number) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => u32::from_str_radix(number, if is_octal && has_zero { 8 } else { 10 }).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_inet_aton_does_and_as_people_do() {
        let cases: [(&str, Option<&[&str]>); 17] = [
            ("127.0.0.1", Some(&["127.0.0.1"])),
            ("127.1", Some(&["127.0.0.1"])),
            ("10.1.258", Some(&["10.1.1.2"])),
            ("010.0.0.1", Some(&["10.0.0.1", "8.0.0.1"])),
            ("0x7f.1", Some(&["127.0.0.1"])),
            ("0X7F000001", Some(&["127.0.0.1"])),
            ("2130706433", Some(&["127.0.0.1"])),
            ("09.0.0.1", Some(&["9.0.0.1"])),
            ("127.0.0.256", Some(&[])),
            ("256.1", Some(&[])),
            ("1.2.3.4.5", Some(&[])),
            ("4294967296", Some(&[])),
            ("", None),
            ("1..2", None),
            ("0x", None),
            ("1.2.3.x", None),
            ("a.test", None),
        ];
        for (text, expected) in cases {
            let readings = ipv4_readings(text);
            let readings: Option<Vec<_>> =
                readings.map(|them| them.iter().map(ToString::to_string).collect());
            assert_eq!(
                readings.as_deref(),
                expected
                    .map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
                    .as_deref(),
                "{text}"
            );
        }
    }
}
