//! The small services of old, which answer any datagram.

use std::time::Duration;

use super::Probe;
use super::octets::quoted;

/// RFC 862.
pub(super) const ECHO: Probe = Probe::new(&[7], eight_octets, echoed);
/// RFC 867.
pub(super) const DAYTIME: Probe = Probe::new(&[13], newline, daytime);
/// RFC 865.
pub(super) const QUOTE: Probe = Probe::new(&[17], newline, quote);
/// RFC 864: up to 512 octets, whatever is sent.
pub(super) const CHARGEN: Probe = Probe::new(&[19], newline, characters);
/// RFC 868.
pub(super) const TIME: Probe = Probe::new(&[37], newline, time);

/// From the year 1900 to 1970, in seconds (RFC 868).
const UNIX_EPOCH: Duration = Duration::from_secs(2_208_988_800);

/// The octets of what is sent to the echo, and comes back.
const ECHO_OCTETS: usize = size_of::<u64>();

fn eight_octets(nonce: u64) -> Vec<u8> {
    nonce.to_be_bytes().into()
}

/// Some servers drop a datagram in which there is nothing.
fn newline(_: u64) -> Vec<u8> {
    b"\n".into()
}

fn echoed(octets: &[u8]) -> Option<String> {
    (octets.len() == ECHO_OCTETS).then(|| "echo".to_owned())
}

fn daytime(octets: &[u8]) -> Option<String> {
    text(octets).map(|text| format!("daytime, {text}"))
}

fn quote(octets: &[u8]) -> Option<String> {
    text(octets).map(|text| format!("quote, '{text}'"))
}

fn characters(octets: &[u8]) -> Option<String> {
    let is_printed = |octet: &u8| matches!(octet, b' '..=b'~' | b'\r' | b'\n');
    let count = octets.len();
    (count > 1 && octets.iter().all(is_printed)).then(|| format!("{count} characters"))
}

fn time(octets: &[u8]) -> Option<String> {
    let seconds = u32::from_be_bytes(octets.try_into().ok()?);
    let since_1970 = u64::from(seconds).checked_sub(UNIX_EPOCH.as_secs())?;
    Some(format!("time, {since_1970} s after 1970"))
}

fn text(octets: &[u8]) -> Option<String> {
    Some(quoted(octets)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::Answer;

    #[test]
    fn old_services_tell_what_they_have() {
        let cases: [(Answer, &[u8], Option<&str>); 9] = [
            (echoed, &eight_octets(7), Some("echo")),
            (echoed, b"", None),
            (daytime, b"Sat Nov 21 20:00:03 2026\r\n", Some("daytime, Sat Nov 21 20:00:03 2026")),
            (daytime, b"\r\n", None),
            (quote, b"\"To be\"\r\nor not", Some("quote, '\"To be\"'")),
            (characters, b" !\"#$\r\n", Some("7 characters")),
            (characters, b"\x80abc", None),
            (time, &[0x83, 0xaa, 0x7e, 0x81], Some("time, 1 s after 1970")),
            (time, &[0; 5], None),
        ];
        for (read, octets, expected) in cases {
            assert_eq!(read(octets).as_deref(), expected, "{octets:?}");
        }
    }
}
