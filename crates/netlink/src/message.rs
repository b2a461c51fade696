//! The octets of netlink messages (`include/uapi/linux/netlink.h`), without the talking.

/// The header of a message: length, type, flags, sequence number, port.
pub const HEADER_OCTETS: usize = 16;

/// The header of an attribute: length and type.
const ATTRIBUTE_HEADER_OCTETS: usize = 4;

/// What messages and attributes are padded to.
const ALIGNMENT: usize = 4;

/// `NLM_F_REQUEST`: asks for one thing.
pub(crate) const FLAGS_GET: u16 = 0x1;

/// `NLM_F_REQUEST | NLM_F_DUMP`: asks for a list.
pub(crate) const FLAGS_DUMP: u16 = FLAGS_GET | 0x300;

/// `NLM_F_DUMP_INTR`: the list changed while it was told.
const FLAG_TORN: u16 = 0x10;

/// `AF_INET` (`include/linux/socket.h`), as messages name the family of addresses.
pub const AF_INET: u8 = 2;

/// `AF_INET6`.
pub const AF_INET6: u8 = 10;

const TYPE_ERROR: u16 = 2;
const TYPE_DONE: u16 = 3;

/// One message of several in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// `NLM_F_*`.
    pub flags: u16,
    /// The number of the question.
    pub sequence: u32,
    /// What it says.
    pub body: Body<'a>,
}

impl Message<'_> {
    /// Whether the list changed while it was told, so that parts of it may be missing.
    pub(crate) const fn is_torn(&self) -> bool {
        self.flags & FLAG_TORN != 0
    }
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// Something of what was asked for.
    Part(&'a [u8]),
    /// There is no more; a number other than 0 is the reason why.
    Done(i32),
    /// The kernel refuses, for the reason that this `errno` is.
    Refused(i32),
    /// Nothing that matters.
    Other,
}

/// A message that asks: its header, and the octets that follow.
pub(crate) fn request(message_type: u16, flags: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER_OCTETS + payload.len()).expect("a request is short");
    let mut octets = Vec::with_capacity(HEADER_OCTETS + payload.len());
    octets.extend(length.to_ne_bytes());
    octets.extend(message_type.to_ne_bytes());
    octets.extend(flags.to_ne_bytes());
    octets.extend(sequence.to_ne_bytes());
    // The kernel is port 0.
    octets.extend(0u32.to_ne_bytes());
    octets.extend(payload);
    octets
}

/// Takes the first message off `octets`; `None` where they are no whole message.
pub fn next_message<'a>(octets: &mut &'a [u8]) -> Option<Message<'a>> {
    let length = usize::try_from(number_at(octets, 0)?).ok()?;
    let message = octets.get(..length)?;
    let payload = message.get(HEADER_OCTETS..)?;
    let number = || number_at(payload, 0).map_or(0, u32::cast_signed);
    let body = match short_at(message, 4)? {
        TYPE_DONE => Body::Done(number().wrapping_neg()),
        TYPE_ERROR => Body::Refused(number().wrapping_neg()),
        0..=15 => Body::Other,
        _ => Body::Part(payload),
    };
    let found = Message { flags: short_at(message, 6)?, sequence: number_at(message, 8)?, body };
    *octets = octets.get(aligned(length)..).unwrap_or_default();
    Some(found)
}

/// Appends an attribute.
///
/// # Panics
///
/// When the payload has more than 65,531 octets, which no length can say.
pub fn push_attribute(octets: &mut Vec<u8>, kind: u16, payload: &[u8]) {
    let length = ATTRIBUTE_HEADER_OCTETS + payload.len();
    octets.extend(u16::try_from(length).expect("an attribute is short").to_ne_bytes());
    octets.extend(kind.to_ne_bytes());
    octets.extend(payload);
    octets.resize(octets.len() + aligned(length) - length, 0);
}

/// The attributes, by type and payload, as far as they are whole.
pub struct Attributes<'a>(pub &'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        /// `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER` are no part of the type.
        const TYPE_MASK: u16 = 0x3fff;
        let length = usize::from(short_at(self.0, 0)?);
        let kind = short_at(self.0, 2)? & TYPE_MASK;
        let payload = self.0.get(ATTRIBUTE_HEADER_OCTETS..length)?;
        self.0 = self.0.get(aligned(length)..).unwrap_or_default();
        Some((kind, payload))
    }
}

const fn aligned(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}

/// The number at an offset, in the byte order of this machine.
#[must_use]
pub fn number_at(octets: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*octets.get(offset..)?.first_chunk()?))
}

/// As [`number_at`], of 8 octets, which need not be aligned.
#[must_use]
pub fn long_at(octets: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*octets.get(offset..)?.first_chunk()?))
}

/// As [`number_at`], of 2 octets.
#[must_use]
pub fn short_at(octets: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*octets.get(offset..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, payload: &[u8]) -> Vec<u8> {
        let mut octets = request(kind, FLAGS_DUMP, 7, payload);
        octets.resize(aligned(octets.len()), 0);
        octets
    }

    #[test]
    fn messages_are_taken_one_by_one() {
        let octets = [
            message(20, b"first"),
            message(1, b""),
            message(20, b""),
            message(TYPE_ERROR, &(-2i32).to_ne_bytes()),
            message(TYPE_DONE, &0i32.to_ne_bytes()),
        ]
        .concat();
        let mut rest = &octets[..];
        let mut bodies = Vec::new();
        while let Some(message) = next_message(&mut rest) {
            assert_eq!((message.flags, message.sequence), (FLAGS_DUMP, 7));
            bodies.push(message.body);
        }
        assert_eq!(
            bodies,
            [Body::Part(b"first"), Body::Other, Body::Part(b""), Body::Refused(2), Body::Done(0)]
        );
        assert!(rest.is_empty());
    }

    #[test]
    fn what_is_cut_is_no_message() {
        let whole = message(20, b"payload!");
        for length in 0..whole.len() {
            assert_eq!(next_message(&mut &whole[..length]), None, "{length}");
        }
        let mut too_short = whole;
        too_short[..4].copy_from_slice(&15u32.to_ne_bytes());
        assert_eq!(next_message(&mut &too_short[..]), None);
    }

    #[test]
    fn attributes_are_read_back_as_far_as_they_are_whole() {
        let mut octets = Vec::new();
        push_attribute(&mut octets, 4, b"cubic\0");
        push_attribute(&mut octets, 0x8000 | 2, b"");
        push_attribute(&mut octets, 21, &7u64.to_ne_bytes());
        let all = [(4, &b"cubic\0"[..]), (2, b""), (21, &7u64.to_ne_bytes()[..])];
        assert_eq!(Attributes(&octets).collect::<Vec<_>>(), all);
        for length in 0..octets.len() {
            let some: Vec<_> = Attributes(&octets[..length]).collect();
            assert_eq!(some, all[..some.len()], "{length}");
        }
        assert_eq!(Attributes(&[0, 0, 1, 0, 8, 0, 1, 0]).next(), None);
    }
}
