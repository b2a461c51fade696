//! The names of NetBIOS over UDP (RFC 1002, 4.2).

use super::Probe;
use super::dns::{HEADER_OCTETS, end_of_name, response_flags};
use super::octets::{nonce16, number16, quoted};

pub(super) const NETBIOS: Probe = Probe::new(&[137], question, answer);

/// The octets of a name, the last of which tells its kind.
const NAME_OCTETS: usize = 16;

/// The octets of a name with its flags in a status (4.2.18).
const ENTRY_OCTETS: usize = NAME_OCTETS + 2;

/// A status that is asked for, or given (`NBSTAT`).
const NODE_STATUS: u16 = 0x0021;

const CLASS_IN: u16 = 1;

/// The flag of a name that several have.
const GROUP: u16 = 0x8000;

/// The kind of a name that a computer is known by.
const WORKSTATION: u8 = 0;

/// Asks for the names of the node (4.2.17).
fn question(nonce: u64) -> Vec<u8> {
    let [query, questions, no_records] = [0u16, 1, 0];
    let header = [nonce16(nonce), query, questions, no_records, no_records, no_records];
    let mut octets: Vec<u8> = header.into_iter().flat_map(u16::to_be_bytes).collect();
    octets.extend(encoded(b"*"));
    octets.extend([NODE_STATUS, CLASS_IN].into_iter().flat_map(u16::to_be_bytes));
    octets
}

/// A name as a label of letters: one for each half of an octet (RFC 1001, 14.1).
fn encoded(name: &[u8]) -> Vec<u8> {
    let padded = name.iter().copied().chain(std::iter::repeat(0)).take(NAME_OCTETS);
    let letters = padded.flat_map(|octet| [b'A' + (octet >> 4), b'A' + (octet & 15)]);
    let length = (NAME_OCTETS * 2).to_le_bytes()[0];
    [length].into_iter().chain(letters).chain([0]).collect()
}

fn answer(octets: &[u8]) -> Option<String> {
    response_flags(octets)?;
    let record = octets.get(end_of_name(octets, HEADER_OCTETS)?..)?;
    // Type, class, lifetime and length.
    let (head, status) = record.split_first_chunk::<10>()?;
    if number16(head, 0)? != NODE_STATUS {
        return None;
    }
    let (count, entries) = status.split_first()?;
    let mut entries = entries.chunks_exact(ENTRY_OCTETS).take(usize::from(*count));
    let name = entries.find(|entry| {
        let is_group = number16(entry, NAME_OCTETS).is_none_or(|flags| flags & GROUP != 0);
        entry[NAME_OCTETS - 1] == WORKSTATION && !is_group
    });
    Some(match name {
        Some(entry) => format!("NetBIOS name {}", quoted(&entry[..NAME_OCTETS - 1])),
        None => "NetBIOS answer".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_for_all_names() {
        let octets = question(0x1234 << 48);
        assert_eq!(octets[..12], *b"\x12\x34\0\0\0\x01\0\0\0\0\0\0");
        assert_eq!(octets[12..46], *b"\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0");
        assert_eq!(octets[46..], [0, 0x21, 0, 1]);
    }

    #[test]
    fn the_answer_tells_the_name_of_the_computer() {
        let answered = |entries: &[(&[u8; 15], u8, u16)]| {
            let mut octets = b"\x12\x34\x84\0\0\0\0\x01\0\0\0\0".to_vec();
            octets.extend(encoded(b"*"));
            octets.extend(b"\0\x21\0\x01\0\0\0\0\0\0");
            octets.push(u8::try_from(entries.len()).unwrap());
            for (name, kind, flags) in entries {
                octets.extend_from_slice(&name[..]);
                octets.push(*kind);
                octets.extend(flags.to_be_bytes());
            }
            answer(&octets)
        };
        let group = (b"WORKGROUP      ", 0, 0x8400);
        let server = (b"FILES          ", 0x20, 0x0400);
        let workstation = (b"FILES          ", 0, 0x0400);
        assert_eq!(answered(&[group, server, workstation]).unwrap(), "NetBIOS name FILES");
        assert_eq!(answered(&[group]).unwrap(), "NetBIOS answer");
        assert_eq!(answered(&[]).unwrap(), "NetBIOS answer");
    }
}
