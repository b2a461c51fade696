//! How the table of services is laid out in octets: what `cargo xtask gen-ports` writes and what
//! lookups read. Numbers are little-endian.
//!
//! 1. The header: [`Header`], each number in four octets.
//! 2. The alphabet: for each place in it the number of the row whose name comes there, two octets; of
//!    equal names the one that is meant first.
//! 3. Of each row, in their order, the first port: two octets; 0 where there is none.
//! 4. Flags, an octet a row.
//! 5. Length of the name, an octet a row.
//! 6. Length of the packed description, an octet a row.
//! 7. Of every [`STEP`]th row, where its name and its description begin: four octets each.
//! 8. Of each row with [`RANGE`], its number and its last port: two octets each.
//! 9. Ports that are kept free: first, last (two octets each), and an octet of transports and
//!    [`PRIVATE`].
//! 10. Where each entry of the dictionary begins, and where the last ends: two octets each.
//! 11. The dictionary, the names, the descriptions.
//!
//! In a description [`code`] tells which octets stand for an entry of the dictionary, and [`NAME`],
//! [`UPPER_NAME`] and [`CAPITAL_NAME`] stand for the row's own name. Our own words come first; IANA's
//! follow after [`BREAK`] where they differ.

/// Flag of a row: runs over TCP.
pub const TCP: u8 = 1;
/// Flag of a row: runs over UDP.
pub const UDP: u8 = 2;
/// Flag of a row: runs over SCTP.
pub const SCTP: u8 = 4;
/// Flag of a row: runs over DCCP.
pub const DCCP: u8 = 8;
/// Flag of a row: not registered with IANA.
pub const UNOFFICIAL: u8 = 16;
/// Flag of a row: another name of the last row before it without this flag.
pub const ALIAS: u8 = 32;
/// Flag of a row: has more than one port.
pub const RANGE: u8 = 64;
/// Flag of a row: people meet it every day.
pub const EVERYDAY: u8 = 128;

/// Flag of ports that are kept free: for use inside an organisation, rather than reserved.
pub const PRIVATE: u8 = 16;

/// So many rows share a record of where their texts begin.
pub const STEP: usize = 32;

/// The octet between our own words and those of IANA.
pub const BREAK: u8 = 0;

/// The octet that stands for the name of the row.
pub const NAME: u8 = 1;

/// The octet that stands for the name of the row in upper case.
pub const UPPER_NAME: u8 = 2;

/// The octet that stands for the name of the row with its first letter in upper case.
pub const CAPITAL_NAME: u8 = 3;

/// So many entries the dictionary has: as many as there are octets that are not text.
pub const CODES: usize = 156;

/// The entry of the dictionary that an octet of a description stands for, if it is none of text.
#[must_use]
pub const fn code(octet: u8) -> Option<usize> {
    match octet {
        4..32 => Some(octet as usize - 4),
        128.. => Some(octet as usize - 100),
        _ => None,
    }
}

/// How much of everything there is, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Rows, aliases included.
    pub rows: usize,
    /// Rows with more than one port.
    pub ranges: usize,
    /// Ranges of ports that are kept free.
    pub kept: usize,
    /// Octets of the dictionary.
    pub dictionary: usize,
    /// Octets of all names.
    pub names: usize,
    /// Octets of all packed descriptions.
    pub descriptions: usize,
    /// How far the last port of a row is from its first at most.
    pub widest: usize,
    /// Names that IANA registers, with or without a port.
    pub registered: usize,
}

impl Header {
    /// So many numbers it has.
    pub const NUMBERS: usize = 8;

    /// The numbers in their order.
    #[must_use]
    pub const fn numbers(&self) -> [usize; Self::NUMBERS] {
        let Self { rows, ranges, kept, dictionary, names, descriptions, widest, registered } =
            *self;
        [rows, ranges, kept, dictionary, names, descriptions, widest, registered]
    }
}
