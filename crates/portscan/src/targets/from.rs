//! Targets from a file or a pipe, a line each.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use output::{LineTextError, Lines};
use thiserror::Error;
use wellknown::Protocol;

use crate::targets::extent::{ADDRESSES_MAX, grouped};
use crate::targets::host::Host;
use crate::targets::words::{Context, Target, Words, WordsError};

/// So many lines are read at most: more than there may be addresses, with room for remarks.
const LINES_MAX: u64 = 1_000_000;

/// What a list holds.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// In the order of the lines. Those without ports take the ports of the command line.
    pub targets: Vec<Target>,
    /// The lines that are no targets.
    pub bad_lines: Vec<BadLine>,
}

/// A line that is no target; the others are.
#[derive(Debug, Error)]
#[error("line {number}: {mistake}")]
pub(crate) struct BadLine {
    /// From 1.
    number: u64,
    /// Not a source: it is part of the sentence.
    mistake: LineError,
}

#[derive(Debug, Error)]
enum LineError {
    #[error(transparent)]
    Text(#[from] LineTextError),
    #[error(transparent)]
    Words(#[from] WordsError),
}

/// Why there is no list.
#[derive(Debug, Error)]
pub(crate) enum ListError {
    #[error("cannot read '{}'", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("'{}' has more than {} lines: split it", .path.display(), grouped(LINES_MAX.into()))]
    TooManyLines { path: PathBuf },
    #[error("'{}' has more than {} hosts: give --yes to ask so many", .path.display(), grouped(ADDRESSES_MAX))]
    TooManyHosts { path: PathBuf },
}

/// Reads a file, or standard input for `-`, to its end: an address that stands in two lines is asked
/// once. Lines are as command lines: hosts, then ports; blank ones and those that begin with `#` are
/// passed over, and what comes after a `#` in others.
///
/// # Errors
///
/// The file cannot be read, has too many lines, or more hosts than anybody asks without saying so.
pub(crate) fn read(path: &Path, protocol: Protocol, is_many: bool) -> Result<List, ListError> {
    let error = |source| ListError::Read { path: path.to_owned(), source };
    let mut lines = Lines::new(output::open(path).map_err(error)?);
    let context = Context { protocol, has_more_hosts: false };
    let (mut list, mut known) = (List::default(), Known::default());
    for number in 1..=LINES_MAX {
        match lines.next().map_err(error)? {
            None => return Ok(list),
            Some(line) => match targets(line, context) {
                Ok(targets) => {
                    for target in targets {
                        known.add(target, &mut list.targets);
                    }
                    if !is_many && known.hosts.len() as u128 > ADDRESSES_MAX {
                        return Err(ListError::TooManyHosts { path: path.to_owned() });
                    }
                }
                Err(mistake) => list.bad_lines.push(BadLine { number, mistake }),
            },
        }
    }
    match lines.next().map_err(error)? {
        None => Ok(list),
        Some(_) => Err(ListError::TooManyLines { path: path.to_owned() }),
    }
}

/// What was read before, by hashes: lists are long, and say the same often.
#[derive(Default)]
struct Known {
    state: RandomState,
    /// Where the target with this hash is.
    targets: HashMap<u64, usize>,
    hosts: HashSet<u64>,
}

impl Known {
    /// Adds a target that is not there yet.
    fn add(&mut self, target: Target, targets: &mut Vec<Target>) {
        let place = *self.targets.entry(self.state.hash_one(&target)).or_insert(targets.len());
        if targets.get(place) == Some(&target) {
            return;
        }
        match &target.host {
            Host::Network(..) => {}
            Host::Name(name) => {
                self.hosts.insert(self.state.hash_one(name.to_lowercase()));
            }
            address @ Host::Address(..) => {
                self.hosts.insert(self.state.hash_one(address));
            }
        }
        targets.push(target);
    }
}

/// The targets of a line; there may be none.
fn targets(line: &[u8], context: Context) -> Result<Vec<Target>, LineError> {
    let words: Vec<_> = output::without_remark(line)?.split_ascii_whitespace().collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Words::read(&words, context)?.into_targets().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: Context = Context { protocol: Protocol::Tcp, has_more_hosts: false };

    fn told(line: &[u8]) -> String {
        match targets(line, CONTEXT) {
            Ok(targets) => targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(mistake) => mistake.to_string(),
        }
    }

    #[test]
    fn lines_are_read_as_people_write_them() {
        for (line, expected) in [
            (&b"db"[..], "db"),
            (b"  db\t80  443 \r", "db:80,443"),
            (b"\xef\xbb\xbfdb:5432", "db:5432"),
            (b"192.0.2.0/24 ssh", "192.0.2.0/24:ssh"),
            (b"2001:db8::1 80", "[2001:db8::1]:80"),
            (b"a b:1 80", "a:80 b:1"),
            (b"db 80 # the first one", "db:80"),
            (b"#db 80", ""),
            (b"", ""),
            (b" \r", ""),
            (b"80", "'80' has no host: write '127.0.0.1 80'"),
            (b"db:80 443", "'443' has no host, as 'db:80' has its own ports: write 'db:80,443'"),
            (b"caf\xe9.test", "the line is not UTF-8"),
            (
                b"d\0b",
                "'d\0b' is no host: write a name or an address, as in 'localhost' or '127.0.0.1'",
            ),
        ] {
            assert_eq!(told(line), expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_file_names_its_bad_lines_and_keeps_the_others() {
        let file = std::env::temp_dir().join(format!("portscan-from-{}", std::process::id()));
        std::fs::write(&file, "a 80\n\na 80\n# remark\nhttps://b/\nc:1").unwrap();
        let list = read(&file, Protocol::Tcp, false);
        std::fs::remove_file(&file).unwrap();
        let List { targets, bad_lines } = list.unwrap();
        let targets: Vec<_> = targets.iter().map(ToString::to_string).collect();
        assert_eq!(targets, ["a:80", "c:1"]);
        let told: Vec<_> = bad_lines.iter().map(ToString::to_string).collect();
        let hint = "'https://b/' is more than a host: give host and port apart, as in 'b https'";
        assert_eq!(told, [format!("line 5: {hint}")]);
        let error = read(Path::new("/nonexistent/hosts"), Protocol::Tcp, false).unwrap_err();
        assert_eq!(error.to_string(), "cannot read '/nonexistent/hosts'");
        assert!(read(&std::env::temp_dir(), Protocol::Tcp, false).is_err());
    }
}
