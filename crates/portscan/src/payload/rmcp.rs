//! The remote control of machines that are off: presence over RMCP (DMTF DSP0136, 3.2).

use super::Probe;
use super::octets::{nonce16, number32};

pub(super) const RMCP: Probe = Probe::new(&[623], question, answer);

const VERSION: u8 = 6;
const NO_ACKNOWLEDGEMENT: u8 = 0xff;
const CLASS_ASF: u8 = 6;

/// The enterprise number of ASF at IANA.
const ASF: u32 = 4542;

const PRESENCE_PING: u8 = 0x80;
const PRESENCE_PONG: u8 = 0x40;

/// The octets in front of the data of a message.
const HEADER_OCTETS: usize = 12;

/// Where the supported entities are told, and the bit of IPMI in them (3.2.4.3).
const ENTITIES: usize = HEADER_OCTETS + 8;
const IPMI: u8 = 0x80;

fn question(nonce: u64) -> Vec<u8> {
    let [reserved, no_data] = [0, 0];
    // The last tag is for what is never answered.
    let tag = nonce16(nonce).to_be_bytes()[0] & 0x7f;
    let header = [VERSION, reserved, NO_ACKNOWLEDGEMENT, CLASS_ASF];
    [&header, &ASF.to_be_bytes()[..], &[PRESENCE_PING, tag, reserved, no_data]].concat()
}

fn answer(octets: &[u8]) -> Option<String> {
    let header = octets.first_chunk::<HEADER_OCTETS>()?;
    let is_pong = header[0] == VERSION
        && header[3] == CLASS_ASF
        && number32(header, 4) == Some(ASF)
        && header[8] == PRESENCE_PONG;
    let has_ipmi = octets.get(ENTITIES).is_some_and(|entities| entities & IPMI != 0);
    is_pong.then(|| if has_ipmi { "RMCP answer, IPMI" } else { "RMCP answer" }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presence_is_asked_for_and_told() {
        let asked = [6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 0x12, 0, 0];
        assert_eq!(question(0x1234 << 48), asked);
        let pong = |entities| {
            let head = [6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x40, 0x12, 0, 16];
            answer(&[&head[..], &[0, 0, 0x11, 0xbe, 0, 0, 0, 0, entities, 0, 0, 0]].concat())
        };
        assert_eq!(pong(0x81).unwrap(), "RMCP answer, IPMI");
        assert_eq!(pong(0x01).unwrap(), "RMCP answer");
        assert_eq!(answer(&asked), None);
    }
}
