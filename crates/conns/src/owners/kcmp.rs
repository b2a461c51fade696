//! Asks the kernel whether two threads share their table of descriptors.
#![expect(unsafe_code, reason = "no library offers kcmp(2)")]

use std::cmp::Ordering;

/// `include/uapi/linux/kcmp.h`.
const KCMP_FILES: libc::c_long = 2;

/// In which order the kernel has the tables of descriptors of two threads: equal when they share
/// one (kcmp(2)). `None` when it does not tell: one has ended, we lack the rights, or it was built
/// without.
pub(super) fn compare_tables(one: u32, other: u32) -> Option<Ordering> {
    let [one, other] = [one, other].map(|tid| libc::c_long::from(tid.cast_signed()));
    let unused: libc::c_long = 0;
    // SAFETY: kcmp takes numbers only, and touches no memory of ours.
    let answer = unsafe { libc::syscall(libc::SYS_kcmp, one, other, KCMP_FILES, unused, unused) };
    match answer {
        0 => Some(Ordering::Equal),
        1 => Some(Ordering::Less),
        2 => Some(Ordering::Greater),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;
    use std::thread;

    use nix::sched::{CloneFlags, unshare};

    use super::*;

    fn own_tid() -> u32 {
        let link = fs::read_link("/proc/thread-self").expect("/proc is there");
        let tid = link.file_name().and_then(|tid| tid.to_str()).expect("PID/task/TID");
        tid.parse().expect("a number")
    }

    /// How the table of a thread that has done this stands to ours, seen from both.
    fn compared(action: fn()) -> [Option<Ordering>; 2] {
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            action();
            tell.send(own_tid()).expect("is waited for");
            ended.recv().expect_err("nothing is sent");
        });
        let (ours, theirs) = (own_tid(), told.recv().expect("is sent"));
        let compared = [compare_tables(ours, theirs), compare_tables(theirs, ours)];
        drop(end);
        thread.join().expect("ends");
        compared
    }

    #[test]
    fn threads_share_a_table_until_they_take_their_own() {
        // Containers may refuse the call.
        let is_offered = compare_tables(own_tid(), own_tid()).is_some();
        let equal = is_offered.then_some(Ordering::Equal);
        assert_eq!(compared(|| {}), [equal; 2]);
        let [one, other] = compared(|| unshare(CloneFlags::CLONE_FILES).expect("needs no rights"));
        assert_eq!(one, other.map(Ordering::reverse));
        assert_eq!(one.is_some_and(Ordering::is_ne), is_offered);
    }

    #[test]
    fn of_a_thread_that_is_not_there_nothing_is_told() {
        // Above the greatest number that Linux gives (`PID_MAX_LIMIT`).
        assert_eq!(compare_tables(own_tid(), 1 << 23), None);
    }
}
