//! What servers of games are asked for their lists.

use super::Probe;
use super::octets::{number16, quoted};

/// RakNet, as Minecraft's Bedrock edition speaks it.
pub(super) const MINECRAFT: Probe = Probe::new(&[19132], ping, pong);

/// Valve's queries of servers.
pub(super) const SOURCE: Probe = Probe::new(&[27015], info, info_answer);

/// Offline messages of RakNet are told by this (`OFFLINE_MESSAGE_DATA_ID` of its `RakPeer.cpp`).
const OFFLINE: [u8; 16] = [
    0x00, 0xff, 0xff, 0x00, 0xfe, 0xfe, 0xfe, 0xfe, 0xfd, 0xfd, 0xfd, 0xfd, 0x12, 0x34, 0x56, 0x78,
];

const UNCONNECTED_PING: u8 = 0x01;
const UNCONNECTED_PONG: u8 = 0x1c;

/// Where the text of a pong begins: behind the type, two numbers of 8 octets, [`OFFLINE`] and its
/// length.
const PONG_TEXT: usize = 1 + 8 + 8 + OFFLINE.len() + 2;

/// A message in one datagram (A2S_INFO, "Server queries" of Valve's developer community).
const SINGLE: [u8; 4] = [0xff; 4];

const INFO_REQUEST: u8 = b'T';
const INFO: u8 = b'I';
const CHALLENGE: u8 = b'A';

fn ping(nonce: u64) -> Vec<u8> {
    let time = nonce.to_be_bytes();
    let client = nonce.to_be_bytes();
    [&[UNCONNECTED_PING], &time[..], &OFFLINE, &client].concat()
}

/// A pong has `MCPE;NAME;PROTOCOL;VERSION;PLAYERS;PLAYERS_MAX;…`.
fn pong(octets: &[u8]) -> Option<String> {
    let (head, text) = octets.split_at_checked(PONG_TEXT)?;
    if head[0] != UNCONNECTED_PONG || head[17..33] != OFFLINE {
        return None;
    }
    let text = &text[..text.len().min(number16(head, 33)?.into())];
    let fields: Vec<_> = text.split(|octet| *octet == b';').take(6).collect();
    let [b"MCPE" | b"MCEE", _, _, version, players, most] = fields[..] else {
        return Some("RakNet answer".to_owned());
    };
    let [version, players, most] = [version, players, most].map(quoted_number);
    Some(format!("Minecraft {version}, {players} of {most} players"))
}

/// A version or a count: no longer than either is.
fn quoted_number(text: &[u8]) -> String {
    const OCTETS_MAX: usize = 16;
    quoted(&text[..text.len().min(OCTETS_MAX)])
}

/// A server that was not asked before answers with a challenge, which is shorter.
fn info(_: u64) -> Vec<u8> {
    [&SINGLE, &[INFO_REQUEST][..], b"Source Engine Query\0"].concat()
}

fn info_answer(octets: &[u8]) -> Option<String> {
    let (kind, rest) = octets.strip_prefix(&SINGLE)?.split_first()?;
    match *kind {
        CHALLENGE if rest.len() == 4 => Some("Source engine answer, a challenge".to_owned()),
        // Behind the version of the protocol.
        INFO => Some(format!("Source engine, '{}'", quoted(rest.get(1..)?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_is_one_of_raknet() {
        let octets = ping(0x0102_0304_0506_0708);
        assert_eq!((octets.len(), octets[0]), (33, 1));
        assert_eq!(octets[1..9], [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(octets[9..25], OFFLINE);
    }

    #[test]
    fn pongs_tell_version_and_players() {
        let answered = |text: &str| {
            let length = u16::try_from(text.len()).unwrap().to_be_bytes();
            pong(&[&[0x1c], &[7; 16][..], &OFFLINE, &length, text.as_bytes(), b"rest"].concat())
        };
        for (text, expected) in [
            ("MCPE;Here;594;1.20.12;3;20;123;x;Survival", "Minecraft 1.20.12, 3 of 20 players"),
            ("MCPE;Here;594", "RakNet answer"),
            ("", "RakNet answer"),
        ] {
            assert_eq!(answered(text).unwrap(), expected);
        }
        assert_eq!(pong(&ping(1)), None);
    }

    #[test]
    fn source_servers_tell_their_name_or_a_challenge() {
        assert_eq!(info(0), b"\xff\xff\xff\xffTSource Engine Query\0");
        for (octets, expected) in [
            (&b"\xff\xff\xff\xffA\x01\x02\x03\x04"[..], Some("Source engine answer, a challenge")),
            (b"\xff\xff\xff\xffI\x11Our server\0de_dust\0", Some("Source engine, 'Our server'")),
            (b"\xff\xff\xff\xffI", None),
            (b"\xff\xff\xff\xff", None),
            (b"\xfe\xff\xff\xffA\x01\x02\x03\x04", None),
        ] {
            assert_eq!(info_answer(octets).as_deref(), expected);
        }
    }
}
