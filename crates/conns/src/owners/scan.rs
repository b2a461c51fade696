//! Reads the tables of descriptors of all processes.

use std::cmp::Ordering;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::num::NonZero;
use std::panic;
use std::sync::atomic::{self, AtomicUsize};
use std::thread;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawDir, openat, readlinkat_raw, statat};
use rustix::io::{self, Errno};
use rustix::process;

use super::{OwnersError, Seen, mounts};

/// Room for the entries of a directory: more of it saves no time.
pub(super) const DIRECTORY_SIZE: usize = 32 * 1024;

/// Room for `socket:[18446744073709551615]`. Longer links lead elsewhere.
pub(super) const LINK_SIZE: usize = 32;

/// So many sockets are found alone; a table with more of them is read by one thread all the same.
const SOCKETS_ALONE: usize = 2048;

/// So many processes are read alone: a thread costs as much as a few of them.
const PROCESSES_ALONE: usize = 512;

/// More threads than these wait for each other in the kernel.
const WORKERS_MAX: usize = 4;

/// The first process of every pid namespace.
const INIT: u32 = 1;

/// What was found.
pub(super) struct Scan {
    /// By pid.
    pub processes: Vec<Listed>,
    /// In order, and each once.
    pub sockets: Vec<Open>,
    pub seen: Seen,
}

/// A process of /proc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    pub pid: u32,
    /// The inode of its directory in /proc, which no later process of this number has.
    pub directory: u64,
}

/// A descriptor that leads to a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Open {
    pub inode: u64,
    /// The place of its process in the list.
    pub process: u32,
    pub fd: u32,
}

/// Tells the order of two threads' tables, as [`super::kcmp::compare_tables`] does.
pub(super) type Compare = fn(u32, u32) -> Option<Ordering>;

pub(super) fn open_proc() -> io::Result<OwnedFd> {
    open_directory(CWD, "/proc")
}

/// Reads the sockets of all processes. Nearly all of the time is the kernel's, 3 µs a descriptor:
/// what can be gained here is system calls left out, and time by other cores.
pub(super) fn scan(proc: &OwnedFd, compare: Compare) -> Result<Scan, OwnersError> {
    let mut buffer = Vec::with_capacity(DIRECTORY_SIZE);
    let mut processes = Vec::new();
    each_number(proc, &mut buffer, |pid, directory| processes.push(Listed { pid, directory }))?;
    if processes.is_empty() {
        return Err(OwnersError::NotMounted);
    }
    processes.sort_unstable();

    let shared = Shared { proc, processes: &processes, next: AtomicUsize::new(0), compare };
    let mut found = shared.work();
    found.sockets.sort_unstable();
    // A thread with a table of its own mostly has a copy of its process'.
    found.sockets.dedup();
    let seen = found.seen(|| hides_processes(&processes));
    Ok(Scan { sockets: found.sockets, processes, seen })
}

/// What the threads that read work on.
struct Shared<'a> {
    proc: &'a OwnedFd,
    processes: &'a [Listed],
    /// The place of the next process to read.
    next: AtomicUsize,
    compare: Compare,
}

impl Shared<'_> {
    /// Reads alone what is little, and what is more with others.
    fn work(&self) -> Found {
        let mut found = Found::default();
        let mut reader = Reader::new(self);
        reader.read_until(&mut found, |found| {
            found.sockets.len() >= SOCKETS_ALONE || found.processes >= PROCESSES_ALONE
        });
        let is_done = self.next.load(atomic::Ordering::Relaxed) >= self.processes.len();
        if is_done {
            return found;
        }
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        thread::scope(|scope| {
            let help = || {
                let mut found = Found::default();
                Reader::new(self).read_until(&mut found, |_| false);
                found
            };
            // Where no thread can be had, the others read what it would have.
            let helpers: Vec<_> = (1..cores.min(WORKERS_MAX))
                .filter_map(|_| thread::Builder::new().spawn_scoped(scope, help).ok())
                .collect();
            reader.read_until(&mut found, |_| false);
            for helper in helpers {
                found.add(helper.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
            }
        });
        found
    }
}

/// What a thread has found.
#[derive(Default)]
struct Found {
    sockets: Vec<Open>,
    /// How many processes were tried.
    processes: usize,
    /// How many others' tables could be read.
    readable: usize,
    /// How many tables could not be read, of processes that are there.
    denied: usize,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.sockets.extend(other.sockets);
        self.processes += other.processes;
        self.readable += other.readable;
        self.denied += other.denied;
    }

    fn seen(&self, hides_processes: impl FnOnce() -> bool) -> Seen {
        if self.denied == 0 && !hides_processes() {
            Seen::Complete
        } else if self.readable == 0 {
            Seen::None
        } else {
            Seen::Partial
        }
    }
}

/// Whether /proc has processes that it does not list (proc(5), `hidepid`).
fn hides_processes(processes: &[Listed]) -> bool {
    let has_init = processes.first().is_some_and(|first| first.pid == INIT);
    !has_init || (!process::geteuid().is_root() && mounts::proc_hides_processes())
}

/// How tables could be read; of several, the greatest counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Access {
    /// The process has ended.
    Gone,
    Read,
    Denied,
}

/// Reads processes one by one.
struct Reader<'a> {
    shared: &'a Shared<'a>,
    buffer: Vec<u8>,
    own_pid: u32,
}

impl<'a> Reader<'a> {
    fn new(shared: &'a Shared<'a>) -> Self {
        let own_pid = std::process::id();
        Self { shared, buffer: Vec::with_capacity(DIRECTORY_SIZE), own_pid }
    }

    fn read_until(&mut self, found: &mut Found, is_enough: impl Fn(&Found) -> bool) {
        while !is_enough(found) {
            let place = self.shared.next.fetch_add(1, atomic::Ordering::Relaxed);
            let Some(listed) = self.shared.processes.get(place) else { return };
            let Ok(place) = u32::try_from(place) else { return };
            found.processes += 1;
            match self.process(place, listed.pid, &mut found.sockets) {
                Access::Read => found.readable += usize::from(listed.pid != self.own_pid),
                Access::Denied => found.denied += 1,
                Access::Gone => {}
            }
        }
    }

    fn process(&mut self, place: u32, pid: u32, sockets: &mut Vec<Open>) -> Access {
        let access = self.table(&format!("{pid}/fd"), place, sockets);
        let may_have_more = match access {
            Access::Read => true,
            Access::Gone => false,
            // The table of a first thread that has exited is root's, though others live on.
            Access::Denied => self.is_ours(pid),
        };
        if !may_have_more || !self.has_threads(pid) {
            return access;
        }
        match self.threads(place, pid, sockets) {
            Access::Gone => access,
            of_threads => of_threads,
        }
    }

    /// Whether there is any thread but the first one; also if that cannot be told.
    fn has_threads(&self, pid: u32) -> bool {
        let task = statat(self.shared.proc, format!("{pid}/task"), AtFlags::empty());
        // `.`, `..` and a link for each thread (`proc_task_getattr` of fs/proc/base.c).
        task.is_ok_and(|task| task.st_nlink != 3)
    }

    fn is_ours(&self, pid: u32) -> bool {
        let process = statat(self.shared.proc, format!("{pid}"), AtFlags::empty());
        process.is_ok_and(|process| process.st_uid == process::geteuid().as_raw())
    }

    /// Reads the tables of threads that do not share their process'. Gone if there is none.
    fn threads(&mut self, place: u32, pid: u32, sockets: &mut Vec<Open>) -> Access {
        let Ok(task) = open_directory(self.shared.proc, &format!("{pid}/task")) else {
            return Access::Gone;
        };
        let mut threads = Vec::new();
        let listed = each_number(&task, &mut self.buffer, |tid, _| threads.push(tid));
        let mut access = if listed.is_ok() { Access::Gone } else { Access::Denied };
        // A thread of each table, in the order of the kernel.
        let mut tables = vec![pid];
        for tid in threads.into_iter().filter(|tid| *tid != pid) {
            // What cannot be compared is read.
            let compare =
                |known: &u32| (self.shared.compare)(*known, tid).unwrap_or(Ordering::Less);
            if let Err(order) = tables.binary_search_by(compare) {
                tables.insert(order, tid);
                access = access.max(self.table(&format!("{pid}/task/{tid}/fd"), place, sockets));
            }
            // The others are as inaccessible.
            if access == Access::Denied {
                break;
            }
        }
        access
    }

    fn table(&mut self, path: &str, place: u32, sockets: &mut Vec<Open>) -> Access {
        let table = match open_directory(self.shared.proc, path) {
            Ok(table) => table,
            Err(error) => return Access::of(error),
        };
        let mut entries = RawDir::new(&table, self.buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Access::of(error),
            };
            let Some(fd) = number(entry.file_name()) else { continue };
            let mut link = [MaybeUninit::uninit(); LINK_SIZE];
            match readlinkat_raw(&table, entry.file_name(), &mut link) {
                Ok((link, _)) => {
                    let inode = socket_inode(link);
                    sockets.extend(inode.map(|inode| Open { inode, process: place, fd }));
                }
                // The directory is open to more than its links are.
                Err(error @ (Errno::ACCESS | Errno::PERM)) => return Access::of(error),
                // It was closed meanwhile.
                Err(_) => {}
            }
        }
        Access::Read
    }
}

impl Access {
    const fn of(error: Errno) -> Self {
        match error {
            Errno::NOENT | Errno::SRCH => Self::Gone,
            _ => Self::Denied,
        }
    }
}

pub(super) fn open_directory(at: impl AsFd, path: &str) -> io::Result<OwnedFd> {
    openat(at, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Tells the entries of a directory that are numbers, each with its inode.
pub(super) fn each_number(
    directory: &OwnedFd,
    buffer: &mut Vec<u8>,
    mut tell: impl FnMut(u32, u64),
) -> io::Result<()> {
    let mut entries = RawDir::new(directory, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if let Some(number) = number(entry.file_name()) {
            tell(number, entry.ino());
        }
    }
    Ok(())
}

fn number(name: &CStr) -> Option<u32> {
    name.to_str().ok()?.parse().ok()
}

/// The inode of a link to a socket: `socket:[INODE]` (`sockfs_dname` of net/socket.c).
pub(super) fn socket_inode(link: &[u8]) -> Option<u64> {
    let digits = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    /// A directory like /proc, which is gone after its test.
    struct Tree(PathBuf);

    impl Tree {
        /// Of tables of descriptors, each with links to sockets, and of threads.
        fn new(name: &str, tables: &[(&str, &[(&str, &str)])]) -> Self {
            let name = format!("conns-{name}-{}", std::process::id());
            let tree = Self(std::env::temp_dir().join(name));
            for (table, links) in tables {
                let table = tree.0.join(table);
                fs::create_dir_all(&table).expect("can be made");
                for (fd, target) in *links {
                    symlink(target, table.join(fd)).expect("can be made");
                }
            }
            tree
        }

        fn scan(&self, compare: Compare) -> Scan {
            let tree = open_directory(CWD, self.0.to_str().expect("of ASCII")).expect("is there");
            scan(&tree, compare).expect("can be read")
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).expect("is ours");
        }
    }

    fn opens(scan: &Scan) -> Vec<(u64, u32, u32)> {
        let pid = |open: &Open| scan.processes[open.process as usize].pid;
        scan.sockets.iter().map(|open| (open.inode, pid(open), open.fd)).collect()
    }

    #[test]
    fn only_links_to_sockets_are_sockets() {
        for (link, inode) in [
            ("socket:[5150]", Some(5150)),
            ("socket:[18446744073709551615]", Some(u64::MAX)),
            ("socket:[18446744073709551616]", None),
            ("socket:[]", None),
            ("socket:[12", None),
            ("socket:[1 2]", None),
            ("pipe:[5150]", None),
            ("anon_inode:[eventfd]", None),
            ("/tmp/socket:[1]", None),
            ("", None),
        ] {
            assert_eq!(socket_inode(link.as_bytes()), inode, "{link}");
        }
    }

    #[test]
    fn all_tables_of_a_process_are_read() {
        let sockets: &[_] = &[("0", "/dev/null"), ("3", "socket:[9]"), ("11", "socket:[5]")];
        let tree = Tree::new(
            "tables",
            &[
                ("1/fd", sockets),
                ("1/task/1/fd", sockets),
                // The first thread has exited, two others share a table, one has its own.
                ("7/fd", &[]),
                ("7/task/7/fd", &[]),
                ("7/task/8/fd", &[("4", "socket:[9]")]),
                ("7/task/9/fd", &[("4", "socket:[9]")]),
                ("7/task/10/fd", &[("4", "socket:[6]"), ("5", "socket:[9]")]),
                ("20", &[]),
                ("self", &[]),
                ("sys/fd", &[("0", "socket:[1]")]),
            ],
        );
        let shared: Compare = |one, other| {
            let table = |tid: u32| if tid == 9 { 8 } else { tid };
            Some(table(one).cmp(&table(other)))
        };
        let untold: Compare = |_, _| None;
        for compare in [shared, untold] {
            let scan = tree.scan(compare);
            assert_eq!(opens(&scan), [(5, 1, 11), (6, 7, 4), (9, 1, 3), (9, 7, 4), (9, 7, 5)]);
            assert_eq!(scan.processes.iter().map(|it| it.pid).collect::<Vec<_>>(), [1, 7, 20]);
            assert_eq!(scan.seen, Seen::Complete);
        }
    }

    #[test]
    fn a_table_that_threads_share_is_read_once() {
        // What only the second of them has would not be there if they did share it.
        let tables: &[(&str, &[_])] = &[
            ("1/fd", &[("3", "socket:[9]")]),
            ("1/task/1/fd", &[]),
            ("1/task/2/fd", &[("3", "socket:[8]")]),
            ("1/task/3/fd", &[("3", "socket:[7]")]),
        ];
        let tree = Tree::new("shared", tables);
        let scanned =
            |compare| opens(&tree.scan(compare)).iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(scanned(|_, _| Some(Ordering::Equal)), [9]);
        // The order in which a directory has its threads is any.
        let read =
            scanned(|one, other| Some(if one == 1 { one.cmp(&other) } else { Ordering::Equal }));
        assert!(matches!(read[..], [7 | 8, 9]), "{read:?}");
        assert_eq!(scanned(|_, _| None), [7, 8, 9]);
    }

    #[test]
    fn many_processes_are_each_read_once() {
        let count = PROCESSES_ALONE + 100;
        let tree = Tree::new("many", &[("1/fd", &[("3", "socket:[9]"), ("4", "socket:[8]")])]);
        for pid in 2..=count {
            symlink("1", tree.0.join(pid.to_string())).expect("can be made");
        }
        let places = || (0..).take(count);
        let expected = places().map(|it| (8, it + 1, 4)).chain(places().map(|it| (9, it + 1, 3)));
        let expected: Vec<_> = expected.collect();
        // Who reads which of them is left to chance.
        for _ in 0..20 {
            assert_eq!(opens(&tree.scan(|_, _| None)), expected);
        }
    }

    #[test]
    fn a_directory_without_processes_is_no_proc() {
        let tree = Tree::new("none", &[("sys", &[]), ("self/fd", &[("0", "socket:[1]")])]);
        let directory = open_directory(CWD, tree.0.to_str().expect("of ASCII")).expect("is there");
        assert!(matches!(scan(&directory, |_, _| None), Err(OwnersError::NotMounted)));
        assert!(matches!(OwnersError::from(Errno::NOENT), OwnersError::NotMounted));
        assert!(matches!(OwnersError::from(Errno::ACCESS), OwnersError::Unreadable(_)));
    }

    #[test]
    fn what_could_not_be_seen_is_told() {
        for (readable, denied, hides_processes, expected) in [
            (5, 0, false, Seen::Complete),
            (0, 0, false, Seen::Complete),
            (5, 1, false, Seen::Partial),
            (5, 0, true, Seen::Partial),
            (0, 1, false, Seen::None),
            (0, 0, true, Seen::None),
        ] {
            let found = Found { readable, denied, ..Found::default() };
            assert_eq!(found.seen(|| hides_processes), expected, "{readable} {denied}");
        }
    }

    #[test]
    fn processes_are_hidden_where_the_first_is_not_listed() {
        let listed = |pid| Listed { pid, directory: 1 };
        assert!(hides_processes(&[listed(812)]));
        assert!(hides_processes(&[listed(2), listed(812)]));
    }
}
