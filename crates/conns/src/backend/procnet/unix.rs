//! UNIX sockets (`unix_seq_show` of `net/unix/af_unix.c`).

use super::fields::{decimal, hex};
use crate::backend::native::unix::protocol;
use crate::endpoint::{Endpoint, UnixName};
use crate::socket::Socket;
use crate::state::State;

/// `__SO_ACCEPTCON`: it listens.
const FLAG_LISTENS: u32 = 0x1_0000;

/// The sockets of the table. The kernel does not escape names: a line that is no row belongs to the
/// name in the row before, and a name that looks like a row is taken for one.
pub(super) fn sockets(text: &[u8]) -> Vec<Socket> {
    let mut sockets = Vec::new();
    let mut latest: Option<Row> = None;
    let mut start = 0;
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        if let Some(mut row) = line.strip_suffix(b"\n").and_then(Row::read) {
            row.name = row.name.map(|name| start + name);
            sockets.extend(latest.replace(row).map(|row| row.socket(&text[..start])));
        }
        start += line.len();
    }
    let whole = text.iter().rposition(|octet| *octet == b'\n').map_or(0, |end| end + 1);
    sockets.extend(latest.map(|row| row.socket(&text[..whole])));
    sockets
}

/// The beginning of a row.
struct Row {
    socket: Socket,
    /// Where its name begins.
    name: Option<usize>,
}

impl Row {
    /// A line `address: references protocol flags type state inode name`; `None` for one that is none.
    /// Fields have the widths that the kernel gives them, lest a name be taken for a row.
    fn read(line: &[u8]) -> Option<Self> {
        let mut fields = after_address(line)?.splitn(6, |octet| *octet == b' ');
        let mut fixed =
            |digits: usize| hex::<u32>(fields.next().filter(|field| field.len() == digits)?);
        let (_references, _protocol, flags) = (fixed(8)?, fixed(8)?, fixed(8)?);
        let (kind, state) = (fixed(4)?, fixed(2)?);
        let rest = fields.next()?.trim_ascii_start();
        let digits = rest.iter().position(|octet| *octet == b' ').unwrap_or(rest.len());
        let unnamed = Endpoint::Unix(UnixName::Unnamed);
        let mut socket = Socket::new(protocol(u8::try_from(kind).ok()?)?, unnamed.clone(), None);
        socket.state = Some(state_of(flags, state)?);
        if socket.state == Some(State::Listen) {
            socket.peer = Some(unnamed);
        }
        socket.inode = Some(decimal(&rest[..digits])?).filter(|inode| *inode != 0);
        let name = (digits < rest.len()).then(|| line.len() - rest.len() + digits + 1);
        Some(Self { socket, name })
    }

    /// The socket, once it is known where its row ends.
    fn socket(mut self, text: &[u8]) -> Socket {
        let name = self.name.and_then(|start| text.get(start..)?.strip_suffix(b"\n"));
        self.socket.local = Endpoint::Unix(match name {
            None => UnixName::Unnamed,
            // A path that begins so looks the same.
            Some([b'@', name @ ..]) => UnixName::Abstract(name.into()),
            Some(path) => UnixName::Path(path.into()),
        });
        self.socket
    }
}

/// What follows the address in the kernel, which has the width of a pointer there.
fn after_address(line: &[u8]) -> Option<&[u8]> {
    [16, 8].into_iter().find_map(|digits| {
        let (address, rest) = line.split_at_checked(digits)?;
        hex::<u64>(address)?;
        rest.strip_prefix(b": ")
    })
}

/// What has no process is not accepted yet, or closed.
const fn state_of(flags: u32, number: u32) -> Option<State> {
    /// `SS_*` of `include/uapi/linux/net.h`.
    const UNCONNECTED: u32 = 1;
    const CONNECTING: u32 = 2;
    const CONNECTED: u32 = 3;
    const DISCONNECTING: u32 = 4;
    Some(match number {
        _ if flags & FLAG_LISTENS != 0 => State::Listen,
        CONNECTING | CONNECTED => State::Established,
        UNCONNECTED | DISCONNECTING => State::Unconnected,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::captured::{assert_lines, captured, line};

    #[test]
    fn names_are_told_whatever_they_are() {
        let expected = r"
            u_dgr ESTABLISHED - - * - - 8990242
            u_str ESTABLISHED - - * - - 8990248
            u_dgr UNCONN - - * - - 8990251
            u_str ESTABLISHED - - * - - 8990230
            u_str UNCONN - - * - - 8990250
            u_str LISTEN - - listen.sock * - 8990229
            u_str LISTEN - - two words * - 8990235
            u_seq ESTABLISHED - - seq - - 8990245
            u_str LISTEN - - new\nline * - 8990236
            u_str LISTEN - - \xff\x1b[31m * - 8990237
            u_str LISTEN - - @at * - 8990238
            u_str LISTEN - - ends\n * - 8990239
            u_str LISTEN - - LONG * - 8990240
            u_dgr ESTABLISHED - - log - - 8990241
            u_seq LISTEN - - seq * - 8990243
            u_seq ESTABLISHED - - * - - 8990244
            u_str ESTABLISHED - - listen.sock - - 8990231
            u_dgr ESTABLISHED - - * - - 8990246
            u_dgr ESTABLISHED - - * - - 8990247
            u_str ESTABLISHED - - listen.sock - - -
            u_str ESTABLISHED - - * - - 8990232
            u_str LISTEN - - @abstract * - 8990233
            u_str LISTEN - - @of-nobody * - 8990272
            u_str LISTEN - - @a@b\n\xff\x1b[31m * - 8990234";
        let sockets = sockets(captured!("procnet/unix"));
        assert_lines(&sockets, &expected.replace("LONG", &"p".repeat(108)));
    }

    /// By hand: pointers of 32 bits as on Android, and what is no row.
    #[test]
    fn what_is_no_row_belongs_to_the_name_before() {
        const HEADER: &str = "Num       RefCount Protocol Flags    Type St Inode Path\n";
        const ROW: &str = "00000000: 00000002 00000000 00010000 0001 01";
        let cases = [
            (format!("{ROW}  1234 /dev/socket/zygote\n"), "/dev/socket/zygote * - 1234"),
            (format!("{ROW} 123456789 @\n"), "@ * - 123456789"),
            (format!("{ROW} 12345  two  blanks \n"), " two  blanks  * - 12345"),
            (format!("{ROW} 12345 a\n\n\nb\n"), "a\\n\\n\\nb * - 12345"),
            // Nearly rows: one column too few, a width that is not the kernel's, a type that is none.
            (format!("{ROW} 12345 a\n{ROW}\n"), &format!("a\\n{ROW} * - 12345")),
            (format!("{ROW} 12345 a\n0{ROW} 5 b\n"), &format!("a\\n0{ROW} 5 b * - 12345")),
            (
                format!("{ROW} 12345 a\n{} 5\n", ROW.replace("0001 01", "0009 01")),
                &format!("a\\n{} 5 * - 12345", ROW.replace("0001 01", "0009 01")),
            ),
            // A row that nothing ends is not whole, nor is a name.
            (format!("{ROW} 12345 a\n{ROW} 12346 b"), "a * - 12345"),
            // A row without a name has none that could go on.
            (format!("{ROW} 12345\nlost\n"), "* * - 12345"),
        ];
        for (text, expected) in cases {
            let sockets = sockets(format!("{HEADER}{text}").as_bytes());
            let lines: Vec<_> = sockets.iter().map(line).collect();
            assert_eq!(lines, [format!("u_str LISTEN - - {expected}")], "{text}");
        }
        for text in ["", "\n", HEADER, "lost\n", ROW, "\n\n\n"] {
            assert_eq!(sockets(text.as_bytes()), [], "{text}");
        }
    }
}
