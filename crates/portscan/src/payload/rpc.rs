//! Remote procedure calls of ONC (RFC 5531), by which port mapper and file server answer.

use super::Probe;
use super::octets::{nonce32, number32};

/// The port mapper (RFC 1833).
pub(super) const RPCBIND: Probe = Probe::new(&[111], |nonce| call(nonce, 100_000, 2), answer);

/// The Network File System (RFC 1813).
pub(super) const NFS: Probe = Probe::new(&[2049], |nonce| call(nonce, 100_003, 3), answer);

const CALL: u32 = 0;
const REPLY: u32 = 1;
const RPC_VERSION: u32 = 2;

/// The procedure that does nothing, of every program (12.1).
const PROCEDURE_NULL: u32 = 0;

const AUTH_NONE: u32 = 0;

const ACCEPTED: u32 = 0;
const DENIED: u32 = 1;

/// Where a reply that was accepted has the length of its verifier, of 400 octets at most (8.2).
const VERIFIER_LENGTH: usize = 16;
const VERIFIER_MAX_OCTETS: usize = 400;

fn call(nonce: u64, program: u32, version: u32) -> Vec<u8> {
    let transaction = nonce32(nonce);
    let [credential, verifier] = [[AUTH_NONE, 0], [AUTH_NONE, 0]];
    let call = [transaction, CALL, RPC_VERSION, program, version, PROCEDURE_NULL];
    let words = call.into_iter().chain(credential).chain(verifier);
    words.flat_map(u32::to_be_bytes).collect()
}

fn answer(octets: &[u8]) -> Option<String> {
    if number32(octets, 4)? != REPLY {
        return None;
    }
    match number32(octets, 8)? {
        ACCEPTED => {
            let length = usize::try_from(number32(octets, VERIFIER_LENGTH)?).ok()?;
            (length <= VERIFIER_MAX_OCTETS).then_some(())?;
            let status = VERIFIER_LENGTH + 4 + length.next_multiple_of(4);
            Some(format!("RPC answer, {}", accepted(number32(octets, status)?)))
        }
        DENIED => Some("RPC answer, denied".to_owned()),
        _ => None,
    }
}

/// What became of an accepted call (9, `accept_stat`).
const fn accepted(status: u32) -> &'static str {
    match status {
        0 => "success",
        1 => "no such program",
        2 => "another version of the program",
        3 => "no such procedure",
        4 => "garbage arguments",
        _ => "system error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_procedure_that_does_nothing_is_called() {
        let octets = call(0x0102_0304 << 32, 100_000, 2);
        let words: Vec<_> = (0..10).map(|word| number32(&octets, word * 4).unwrap()).collect();
        assert_eq!(words, [0x0102_0304, 0, 2, 100_000, 2, 0, 0, 0, 0, 0]);
        assert_eq!(octets.len(), 40);
    }

    #[test]
    fn replies_tell_what_became_of_the_call() {
        let answered = |words: &[u32]| {
            answer(&words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>())
        };
        for (words, expected) in [
            (&[7, 1, 0, 0, 0, 0][..], Some("RPC answer, success")),
            (&[7, 1, 0, 0, 5, 9, 9, 2, 2, 4], Some("RPC answer, another version of the program")),
            (&[7, 1, 1, 0, 2, 2], Some("RPC answer, denied")),
            (&[7, 1, 0, 0, u32::MAX, 0], None),
            (&[7, 1, 0, 0, 0], None),
            (&[7, 0, 2, 100_000, 2, 0], None),
        ] {
            assert_eq!(answered(words).as_deref(), expected, "{words:?}");
        }
    }
}
