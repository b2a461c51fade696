//! The tables of `/proc/net` (proc_net(5)), for kernels that tell no more.

mod fields;
mod inet;
mod packet;
mod unix;

use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use crate::protocol::{Protocol, Protocols};
use crate::socket::Socket;

/// The tables of the network namespace of this thread, which is not always that of its process.
const FOLDER: &str = "/proc/thread-self/net";

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Table {
    /// One kind of sockets.
    pub protocol: Protocols,
    /// Whether it is the one of IPv6; UNIX and packet sockets have one table.
    pub is_v6: bool,
}

/// Why a table cannot be read.
#[derive(Debug, Error)]
#[error("cannot read {}", path.display())]
pub struct ReadError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

impl Table {
    const fn file_name(self) -> &'static str {
        match (self.protocol, self.is_v6) {
            (Protocols::TCP, false) => "tcp",
            (Protocols::TCP, true) => "tcp6",
            (Protocols::UDP, false) => "udp",
            (Protocols::UDP, true) => "udp6",
            (Protocols::RAW, false) => "raw",
            (Protocols::RAW, true) => "raw6",
            (Protocols::UNIX, _) => "unix",
            _ => "packet",
        }
    }

    /// The sockets of the text of such a table. A row that has no end is none.
    pub(crate) fn parse(self, text: &[u8]) -> Vec<Socket> {
        let rows = |protocol| lines(text).filter_map(move |line| inet::socket(protocol, line));
        match self.protocol {
            Protocols::TCP => rows(Protocol::Tcp).collect(),
            Protocols::UDP => rows(Protocol::Udp).collect(),
            Protocols::RAW => rows(Protocol::Raw).collect(),
            Protocols::UNIX => unix::sockets(text),
            _ => lines(text).filter_map(packet::socket).collect(),
        }
    }
}

/// The sockets of a table, in the network namespace of this thread. A table that the kernel does not
/// have is empty.
///
/// # Errors
///
/// It is there and cannot be read, or no table is there at all.
pub(crate) fn sockets(table: Table) -> Result<Vec<Socket>, ReadError> {
    read(Path::new(FOLDER), table)
}

fn read(folder: &Path, table: Table) -> Result<Vec<Socket>, ReadError> {
    let path = folder.join(table.file_name());
    match fs::read(&path) {
        Ok(text) => Ok(table.parse(&text)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && folder.exists() => Ok(Vec::new()),
        Err(cause) => Err(ReadError { path, cause }),
    }
}

/// The lines that have an end.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|octet| *octet == b'\n').filter_map(|line| line.strip_suffix(b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::captured::{assert_lines, captured};

    /// Every table, as it was captured at once.
    const CAPTURED: [(Protocols, bool, &[u8]); 8] = [
        (Protocols::TCP, false, captured!("procnet/tcp")),
        (Protocols::TCP, true, captured!("procnet/tcp6")),
        (Protocols::UDP, false, captured!("procnet/udp")),
        (Protocols::UDP, true, captured!("procnet/udp6")),
        (Protocols::RAW, false, captured!("procnet/raw")),
        (Protocols::RAW, true, captured!("procnet/raw6")),
        (Protocols::UNIX, false, captured!("procnet/unix")),
        (Protocols::PACKET, false, captured!("procnet/packet")),
    ];

    #[test]
    fn tables_over_ip_tell_every_state() {
        let expected = [
            "
            tcp LISTEN 0 - 0.0.0.0:8011 0.0.0.0:* 0 8989790
            tcp LISTEN 1 - 127.0.0.1:8001 0.0.0.0:* 0 8989779
            tcp LISTEN 0 - 127.0.0.1:8021 0.0.0.0:* 0 8990217
            tcp LISTEN 0 - 127.0.0.1:8020 0.0.0.0:* 0 8990215
            tcp LISTEN 0 - 127.0.0.1:8030 0.0.0.0:* 65534 8990273
            tcp ESTABLISHED 0 1000 127.0.0.1:34616 127.0.0.1:8021 0 8990218 on:280:1
            tcp SYN_RECV 0 0 127.0.0.1:8020 127.0.0.1:41958 - - on:460:0
            tcp ESTABLISHED 0 0 127.0.0.1:41958 127.0.0.1:8020 0 8990216
            tcp ESTABLISHED 1000 0 127.0.0.1:8021 127.0.0.1:34616 0 8990219
            tcp ESTABLISHED 0 0 127.0.0.1:52726 127.0.0.1:8001 0 8989780
            tcp ESTABLISHED 0 0 127.0.0.1:8001 127.0.0.1:52726 - -
            tcp ESTABLISHED 0 0 127.0.0.1:54456 127.0.0.1:8003 0 8989782
            tcp TIME_WAIT 0 0 127.0.0.1:54460 127.0.0.1:8003 - - timewait:59430:0
            tcp FIN_WAIT2 0 0 127.0.0.1:54474 127.0.0.1:8003 - - timewait:59440:0
            tcp SYN_SENT 0 1 192.0.2.1:60818 192.0.2.9:81 0 8990208 on:420:0",
            "
            tcp LISTEN 0 - *:8003 *:* 0 8989781
            tcp LISTEN 0 - *:8004 *:* 0 8989784
            tcp LISTEN 0 - [fe80::1]:8006 [::]:* 0 8989785
            tcp ESTABLISHED 0 0 [fe80::1]:8006 [fe80::1]:50008 0 8989789
            tcp ESTABLISHED 5 0 [::ffff:127.0.0.1]:8003 [::ffff:127.0.0.1]:54456 0 8989783 keepalive:7199330:0
            tcp ESTABLISHED 0 0 [fe80::1]:50008 [fe80::1]:8006 0 8989787
            tcp CLOSE_WAIT 1 0 [::ffff:127.0.0.1]:8003 [::ffff:127.0.0.1]:54474 0 8990207",
            "
            udp UNCONN 0 0 0.0.0.0:68 0.0.0.0:* 0 8990227
            udp UNCONN 832 0 127.0.0.1:5300 0.0.0.0:* 0 8990221
            udp UNCONN 0 0 0.0.0.0:5302 0.0.0.0:* 0 8990223
            udp ESTABLISHED 0 0 127.0.0.1:40053 127.0.0.1:5300 0 8990228",
            "
            udp UNCONN 0 0 [::1]:5301 [::]:* 0 8990222
            udp UNCONN 0 0 *:5303 *:* 0 8990224
            udp UNCONN 0 0 *:5304 *:* 0 8990226
            udp UNCONN 0 0 [fe80::1]:5306 [::]:* 0 8990225",
            "
            raw ESTABLISHED 0 0 127.0.0.1:47 127.0.0.1:* 0 8990258
            raw UNCONN 0 0 0.0.0.0:89 0.0.0.0:* 0 8990257
            raw UNCONN 0 0 0.0.0.0:1 0.0.0.0:* 0 8990256",
            "
            raw UNCONN 0 0 *:58 *:* 0 8990259",
        ];
        for ((protocol, is_v6, text), expected) in CAPTURED.into_iter().zip(expected) {
            assert_lines(&Table { protocol, is_v6 }.parse(text), expected);
        }
    }

    /// A text that is cut anywhere gives the sockets of the rows that are whole, and no other.
    #[test]
    fn what_is_cut_invents_nothing() {
        for (protocol, is_v6, text) in CAPTURED {
            let table = Table { protocol, is_v6 };
            let all = table.parse(text);
            assert!(!all.is_empty());
            for length in 0..text.len() {
                let some = table.parse(&text[..length]);
                // The name of the last may go on in another line.
                let whole = some.len().saturating_sub(usize::from(protocol == Protocols::UNIX));
                assert_eq!(some[..whole], all[..whole], "{length}");
                assert!(some.len() <= all.len(), "{length}");
            }
        }
    }

    #[test]
    fn a_table_that_the_kernel_does_not_have_is_empty() {
        let folder = std::env::temp_dir().join(format!("conns-procnet-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("tcp"), captured!("procnet/tcp")).unwrap();
        fs::create_dir(folder.join("unix")).unwrap();
        let of = |protocol, is_v6| read(&folder, Table { protocol, is_v6 });
        let tables =
            [of(Protocols::TCP, false), of(Protocols::TCP, true), of(Protocols::UNIX, false)];
        fs::remove_dir_all(&folder).unwrap();
        let [there, missing, unreadable] = tables;
        assert_eq!(there.unwrap().len(), 15);
        assert_eq!(missing.unwrap(), []);
        assert!(unreadable.unwrap_err().to_string().ends_with("unix"));
        // Nor is there a table where there is no folder.
        assert!(of(Protocols::TCP, false).is_err());
    }

    #[test]
    fn the_tables_of_this_machine_are_read() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sockets = sockets(Table { protocol: Protocols::TCP, is_v6: false }).unwrap();
        let found = sockets.iter().find(|it| it.local.port() == Some(port)).unwrap();
        assert!(found.is_listening() && found.inode.is_some());
    }
}
