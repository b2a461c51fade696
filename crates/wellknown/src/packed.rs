//! The rows of the table, as small as they can be.

/// Flag of a row: runs over TCP.
pub(crate) const TCP: u8 = 1;
/// Flag of a row: runs over UDP.
pub(crate) const UDP: u8 = 2;
/// Flag of a row: runs over SCTP.
pub(crate) const SCTP: u8 = 4;
/// Flag of a row: runs over DCCP.
pub(crate) const DCCP: u8 = 8;
/// Flag of a row: not registered with IANA.
pub(crate) const UNOFFICIAL: u8 = 16;

/// One service of the table. Name, aliases (with blanks between them) and description stand in
/// this order, with nothing between them, from `text` on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub text: u32,
    pub first: u16,
    pub last: u16,
    pub flags: u8,
    pub name_len: u8,
    pub aliases_len: u8,
    pub description_len: u8,
}

/// A row as the generated table writes it: ports, flags, and where the text begins with the
/// lengths of its three parts.
pub(crate) const fn row(ports: [u16; 2], flags: u8, text: u32, lens: [u8; 3]) -> Row {
    let [first, last] = ports;
    let [name_len, aliases_len, description_len] = lens;
    Row { text, first, last, flags, name_len, aliases_len, description_len }
}

/// One name or alias of the sorted index: where it stands in the text, and its row.
pub(crate) struct Name {
    pub text: u32,
    pub row: u16,
    pub len: u8,
}

/// A name as the generated table writes it.
pub(crate) const fn name(row: u16, text: u32, len: u8) -> Name {
    Name { text, row, len }
}
