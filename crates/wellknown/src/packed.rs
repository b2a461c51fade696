//! How the table of services is laid out in octets: what `cargo xtask gen-ports` writes and what
//! lookups read. Numbers are little-endian.
//!
//! 1. The header: [`Header`], each number in four octets.
//! 2. For each row, in order of the first port, the row's place in the alphabet: two octets with the
//!    number of the row whose name comes there; of equal names the one that is meant first.
//! 3. First port, two octets a row; 0 where there is none.
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
//! In a description an octet from [`CODED`] on stands for an entry of the dictionary. Our own words
//! come first; IANA's follow after [`BREAK`] where they differ.

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

/// The first octet in a description that is not itself.
pub const CODED: u8 = 128;

/// So many entries the dictionary has.
pub const CODES: usize = 128;

/// The octet between our own words and those of IANA.
pub const BREAK: u8 = 0;

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
