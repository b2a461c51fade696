//! A question on the wire, and which replies are to it.

/// The header of a message (RFC 1035, 4.1.1).
pub const HEADER_OCTETS: usize = 12;

/// The type and the class of a question.
const TYPE_AND_CLASS_OCTETS: usize = 4;

/// The longest label (RFC 1035, 2.3.4). A larger length is a compression pointer, or nothing.
const LABEL_MAX_OCTETS: u8 = 63;

/// Response codes by which a server may say no without repeating the question: FORMERR, SERVFAIL,
/// NOTIMP, REFUSED.
const RCODES_WITHOUT_QUESTION: [u8; 4] = [1, 2, 4, 5];

/// A whole query whose id is yet to be written: header, one question, and what else there is.
#[derive(Debug, Clone, Copy)]
pub struct WireQuestion<'a> {
    octets: &'a [u8],
    end: usize,
}

impl<'a> WireQuestion<'a> {
    /// Finds the question in a query. The name must not be compressed, as no first name is.
    /// Nothing if the octets are not a query with one question.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Option<Self> {
        let counts_one = octets.get(4..6)? == [0, 1];
        let end = question_end(octets)?;
        counts_one.then_some(Self { octets, end })
    }

    /// The whole query.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.octets
    }

    /// Where the question ends and additional records begin.
    #[must_use]
    pub const fn end(self) -> usize {
        self.end
    }
}

/// The octet after the question, which stands behind the header.
fn question_end(octets: &[u8]) -> Option<usize> {
    let mut at = HEADER_OCTETS;
    loop {
        match *octets.get(at)? {
            0 => break,
            length if length <= LABEL_MAX_OCTETS => at += 1 + usize::from(length),
            _ => return None,
        }
    }
    let end = at + 1 + TYPE_AND_CLASS_OCTETS;
    (end <= octets.len()).then_some(end)
}

/// The id of a message, if there is one.
#[must_use]
pub fn id(octets: &[u8]) -> Option<u16> {
    octets.first_chunk().map(|id| u16::from_be_bytes(*id))
}

/// Whether this is a reply to the query, whose question ends at `end`: the right kind of message,
/// and the same question but for the case of its letters (RFC 5452, 9.1). The id is not looked at.
#[must_use]
pub fn is_reply(reply: &[u8], query: &[u8], end: usize) -> bool {
    let Some(header) = reply.first_chunk::<HEADER_OCTETS>() else { return false };
    // QR says reply, and the opcode is that of a query.
    if header[2] & 0xf8 != 0x80 {
        return false;
    }
    match (header[4], header[5]) {
        (0, 0) => RCODES_WITHOUT_QUESTION.contains(&(header[3] & 0x0f)),
        (0, 1) => reply.get(..end).is_some_and(|reply| {
            let name = HEADER_OCTETS..end - TYPE_AND_CLASS_OCTETS;
            // A length is at most 63, so that no length is taken for a letter.
            reply[name.clone()].eq_ignore_ascii_case(&query[name.clone()])
                && reply[name.end..] == query[name.end..end]
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\x01\x03wWw\x04test\0\0\x41\0\x01OPT";

    fn changed(octets: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
        let mut octets = octets.to_vec();
        for (at, octet) in changes {
            octets[*at] = *octet;
        }
        octets
    }

    #[test]
    fn a_question_is_found_in_a_query_that_has_one() {
        let question = WireQuestion::new(QUERY).unwrap();
        assert_eq!((question.end(), question.octets()), (QUERY.len() - 3, QUERY));
        let wrong = [
            &QUERY[..11],
            &QUERY[..25],
            &changed(QUERY, &[(5, 0)]),
            &changed(QUERY, &[(5, 2)]),
            &changed(QUERY, &[(12, 0xc0)]),
            &changed(QUERY, &[(12, 64)]),
        ];
        for octets in wrong {
            assert!(WireQuestion::new(octets).is_none(), "{octets:?}");
        }
    }

    #[test]
    fn only_a_reply_to_the_question_is_believed() {
        let end = WireQuestion::new(QUERY).unwrap().end();
        let reply = changed(QUERY, &[(2, 0x81)]);
        let without_question = |rcode| changed(&reply[..12], &[(3, rcode), (5, 0)]);
        let cases = [
            (reply.clone(), true, "as it was asked"),
            (changed(&reply, &[(13, b'W'), (15, b'W')]), true, "in other letters"),
            (reply[..end].to_vec(), true, "cut after the question"),
            (reply[..end - 1].to_vec(), false, "cut in the question"),
            (reply[..11].to_vec(), false, "cut in the header"),
            (Vec::new(), false, "empty"),
            (QUERY.to_vec(), false, "a query"),
            (changed(&reply, &[(2, 0xa1)]), false, "another opcode"),
            (changed(&reply, &[(13, b'x')]), false, "another name"),
            (changed(&reply, &[(12, 0x23)]), false, "another length"),
            (changed(&reply, &[(end - 3, 0x61)]), false, "another type"),
            (changed(&reply, &[(end - 1, 3)]), false, "another class"),
            (changed(&reply, &[(5, 2)]), false, "two questions"),
            (without_question(1), true, "FORMERR without a question"),
            (without_question(5), true, "REFUSED without a question"),
            (without_question(0), false, "an answer without a question"),
            (without_question(3), false, "NXDOMAIN without a question"),
        ];
        for (octets, expected, what) in cases {
            assert_eq!(is_reply(&octets, QUERY, end), expected, "{what}");
        }
    }
}
