//! What /proc tells of one process.

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;

use rustix::buffer::spare_capacity;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Mode, OFlags, openat, readlinkat_raw, statat};
use rustix::io;

use super::scan::{
    DIRECTORY_SIZE, LINK_SIZE, Listed, Open, each_number, open_directory, open_proc, socket_inode,
};
use super::users::Users;
use crate::owner::{Facts, Process};

/// Names of threads that kernel workers have; others have 15 bytes at most.
const NAME_SIZE: usize = 64;

/// What Linux takes for one argument (`MAX_ARG_STRLEN`). The rest of a longer line is left out.
const COMMAND_SIZE_MAX: usize = 128 * 1024;

/// So much of a file is read at once.
const CHUNK_SIZE: usize = 4096;

/// Room for `/proc/PID/status`.
const STATUS_SIZE: usize = 16 * 1024;

/// Room for `/proc/PID/stat` up to the field that is read.
const STAT_SIZE: usize = 1024;

/// Fields of `/proc/PID/stat` between the name, which is the second, and the start time.
const FIELDS_BEFORE_START_TIME: usize = 19;

/// Whether the numbers in /proc are those of our own system calls: it may be of another pid namespace,
/// whose processes have other numbers here (pid_namespaces(7)).
pub(crate) fn has_our_numbers() -> bool {
    let status = open_proc().ok().and_then(|proc| contents(&proc, "self/status", STATUS_SIZE));
    status.is_some_and(|status| is_of_one_namespace(&status, std::process::id()))
}

/// `NSpid` has a number for each namespace from that of /proc down to that of the process.
fn is_of_one_namespace(status: &[u8], pid: u32) -> bool {
    let numbers = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"NSpid:"));
    let numbers = numbers.and_then(|numbers| str::from_utf8(numbers).ok());
    numbers.is_some_and(|numbers| numbers.trim() == pid.to_string())
}

/// When the process was started, in clock ticks after the system was (proc(5)).
pub(crate) fn start_time(pid: u32) -> Option<u64> {
    let proc = open_proc().ok()?;
    parse_start_time(&contents(&proc, &format!("{pid}/stat"), STAT_SIZE)?)
}

/// Whether the process, or a thread of it that has a table of its own, has the socket open as this
/// descriptor.
pub(crate) fn has_open(pid: u32, fd: u32, inode: u64) -> bool {
    open_proc().is_ok_and(|proc| has_open_at(&proc, pid, fd, inode))
}

fn has_open_at(proc: &OwnedFd, pid: u32, fd: u32, inode: u64) -> bool {
    let leads_there = |path: &str| {
        let mut link = [MaybeUninit::uninit(); LINK_SIZE];
        readlinkat_raw(proc, path, &mut link)
            .is_ok_and(|(link, _)| socket_inode(link) == Some(inode))
    };
    if leads_there(&format!("{pid}/fd/{fd}")) {
        return true;
    }
    let Ok(threads) = open_directory(proc, &format!("{pid}/task")) else { return false };
    let mut is_found = false;
    let listed = each_number(&threads, &mut Vec::with_capacity(DIRECTORY_SIZE), |tid, _| {
        is_found = is_found || leads_there(&format!("{pid}/task/{tid}/fd/{fd}"));
    });
    listed.is_ok() && is_found
}

/// What is asked for of a process. Nothing is known when it has ended, and another may have its
/// number: then the inode of its directory is another one, and the descriptor leads elsewhere. That
/// is looked at last, and so holds for all that was read before.
pub(super) fn read(
    proc: &OwnedFd,
    listed: Listed,
    open: Option<&Open>,
    facts: Facts,
    users: &mut Users,
) -> Process {
    if facts == Facts::default() {
        return Process::default();
    }
    let Listed { pid, directory } = listed;
    let name = facts.names.then(|| contents(proc, &format!("{pid}/comm"), NAME_SIZE));
    let command =
        facts.commands.then(|| contents(proc, &format!("{pid}/cmdline"), COMMAND_SIZE_MAX));
    let now = statat(proc, format!("{pid}"), AtFlags::empty());
    let Ok(now) = now else { return Process::default() };
    // The kernel may have forgotten the directory to save memory, and made it anew.
    let has_open = |open: &Open| has_open_at(proc, pid, open.fd, open.inode);
    if now.st_ino != directory && !open.is_some_and(has_open) {
        return Process::default();
    }
    Process {
        name: name.flatten().map(without_newline).map(OsString::from_vec),
        command: command.flatten(),
        user: facts.users.then(|| users.name_or_number(now.st_uid)),
    }
}

/// The kernel gives small files at once, so what fills less than its room is all.
fn contents(proc: &OwnedFd, path: &str, size_max: usize) -> Option<Vec<u8>> {
    let file = openat(proc, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let mut text = Vec::with_capacity(CHUNK_SIZE.min(size_max));
    while text.len() < size_max {
        text.reserve(CHUNK_SIZE.min(size_max - text.len()));
        let room = text.spare_capacity_mut().len();
        if io::read(&file, spare_capacity(&mut text)).ok()? < room {
            break;
        }
    }
    text.truncate(size_max);
    text.shrink_to_fit();
    Some(text)
}

fn without_newline(mut name: Vec<u8>) -> Vec<u8> {
    name.pop_if(|last| *last == b'\n');
    name
}

/// `PID (NAME) STATE PPID …`; the name may have anything in it, also blanks and brackets.
fn parse_start_time(stat: &[u8]) -> Option<u64> {
    let name_end = stat.iter().rposition(|byte| *byte == b')')?;
    let mut fields = stat[name_end + 1..].split(|byte| *byte == b' ').skip(1);
    str::from_utf8(fields.nth(FIELDS_BEFORE_START_TIME)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proc_of_another_namespace_is_told_by_its_numbers() {
        assert!(has_our_numbers());
        let cases: [(&[u8], bool); 5] = [
            (b"Name:\tsh\nNSpid:\t812\nNSpgid:\t812\n", true),
            (b"NSpid:\t4711\t812\n", false),
            (b"NSpid:\t4711\n", false),
            (b"Name:\tNSpid: 812\n", false),
            (b"", false),
        ];
        for (status, expected) in cases {
            assert_eq!(is_of_one_namespace(status, 812), expected, "{status:?}");
        }
    }

    #[test]
    fn the_start_time_is_found_behind_any_name() {
        let rest = "S 1 812 812 0 -1 4194560 1000 0 7 0 3 2 0 0 20 0 1 0 5150 17000000 900 1";
        for (name, expected) in [
            ("sshd", Some(5150)),
            ("pa)ren) S 1 2", Some(5150)),
            ("two\nlines", Some(5150)),
            (") R 1 1 1 1 1 1", Some(5150)),
            ("", Some(5150)),
        ] {
            let stat = format!("812 ({name}) {rest}\n");
            assert_eq!(parse_start_time(stat.as_bytes()), expected, "{name:?}");
        }
        for stat in [
            "",
            "812 (sshd",
            "812 (sshd)",
            "812 (sshd) S 1 812",
            "812 (sshd) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 x 20",
        ] {
            assert_eq!(parse_start_time(stat.as_bytes()), None, "{stat}");
        }
    }

    #[test]
    fn only_the_newline_that_the_kernel_adds_is_taken_off() {
        for (name, expected) in
            [("sshd\n", "sshd"), ("two\n\n", "two\n"), ("\n", ""), ("", ""), ("a\nb", "a\nb")]
        {
            assert_eq!(without_newline(name.into()), expected.as_bytes());
        }
    }
}
