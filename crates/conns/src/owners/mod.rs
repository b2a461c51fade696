//! Who has a socket open, as Linux' /proc tells.

use std::collections::HashSet;
use std::sync::Arc;

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use thiserror::Error;

mod cgroups;
mod kcmp;
mod mounts;
mod process;
mod scan;
mod users;

pub(crate) use cgroups::{Groups, unit_of_process};
pub(crate) use process::{has_open, has_our_numbers, start_time};
pub(crate) use users::Users;

use self::scan::{Listed, Open};
use crate::owner::{Facts, Owner, Process, Seen};

/// Why nothing is known of owners.
#[derive(Debug, Error)]
pub(crate) enum OwnersError {
    #[error("cannot read /proc")]
    Unreadable(#[source] Errno),
    #[error("/proc is not mounted")]
    NotMounted,
}

/// Which processes have which sockets open.
#[derive(Debug)]
pub(crate) struct Owners {
    proc: OwnedFd,
    /// By pid.
    processes: Vec<Known>,
    /// By inode, process and descriptor: sorted, which took 1 ms for 50,000, and 80 ns to find one.
    sockets: Vec<Open>,
    seen: Seen,
    users: Users,
    /// Sockets that no process had open when /proc was read.
    orphans: HashSet<u64>,
}

#[derive(Debug)]
struct Known {
    listed: Listed,
    /// What was read of it, and what for.
    process: Option<(Facts, Arc<Process>)>,
}

impl Owners {
    /// Reads the descriptors of all processes.
    ///
    /// # Errors
    ///
    /// When there is no /proc to read. Processes that end meanwhile, and those that may not be
    /// read, are no errors; [`Self::seen`] tells of the latter.
    pub(crate) fn scan() -> Result<Self, OwnersError> {
        let proc = scan::open_proc()?;
        let scan::Scan { processes, sockets, seen } = scan::scan(&proc, kcmp::compare_tables)?;
        let processes = processes.into_iter().map(|listed| Known { listed, process: None });
        Ok(Self {
            proc,
            processes: processes.collect(),
            sockets,
            seen,
            users: Users::default(),
            orphans: HashSet::new(),
        })
    }

    /// For a live view: reads /proc again when a socket is new to it, and tells whether it did.
    /// Sockets without an owner (unaccepted connections, descriptors on their way) are no reason
    /// to read it once more; the next reason finds their owners too. Which process has a new socket
    /// cannot be told without reading them all: a number of a descriptor may be taken again.
    ///
    /// Zero is no inode. All names are read anew, for a process takes another by `execve`.
    ///
    /// # Errors
    ///
    /// As [`Self::scan`]; what was known stays known.
    pub(crate) fn update(&mut self, inodes: &[u64]) -> Result<bool, OwnersError> {
        let is_new =
            |inode: &u64| *inode != 0 && !self.has_owner(*inode) && !self.orphans.contains(inode);
        if !inodes.iter().any(is_new) {
            return Ok(false);
        }
        self.rescan()?;
        self.orphans = inodes.iter().copied().filter(|inode| !self.has_owner(*inode)).collect();
        Ok(true)
    }

    /// Reads all of /proc again.
    ///
    /// # Errors
    ///
    /// As [`Self::scan`]; what was known stays known.
    pub(crate) fn rescan(&mut self) -> Result<(), OwnersError> {
        *self = Self::scan()?;
        Ok(())
    }

    /// Every process that has this socket open, by pid and descriptor. What is to be told of a
    /// process is read when it is first asked for.
    pub(crate) fn of(&mut self, inode: u64, facts: Facts) -> Vec<Owner> {
        let Self { proc, processes, sockets, users, .. } = self;
        let found = opens(sockets, inode);
        let owner = |open: &Open| {
            let known = &mut processes[open.process as usize];
            let process = known.facts(proc, Some(open), facts, users);
            Owner { pid: known.listed.pid, fd: Some(open.fd), process }
        };
        found.map(owner).collect()
    }

    /// A process that somebody else has named as an owner.
    pub(crate) fn by_pid(&mut self, pid: u32, facts: Facts) -> Owner {
        let known = self.processes.binary_search_by_key(&pid, |known| known.listed.pid);
        let process = match known {
            Ok(index) => self.processes[index].facts(&self.proc, None, facts, &mut self.users),
            Err(_) => Arc::default(),
        };
        Owner { pid, fd: None, process }
    }

    /// Whose descriptors could be read.
    pub(crate) const fn seen(&self) -> Seen {
        self.seen
    }

    fn has_owner(&self, inode: u64) -> bool {
        opens(&self.sockets, inode).next().is_some()
    }
}

fn opens(sockets: &[Open], inode: u64) -> impl Iterator<Item = &Open> {
    let first = sockets.partition_point(|open| open.inode < inode);
    sockets[first..].iter().take_while(move |open| open.inode == inode)
}

impl Known {
    /// What is known of it, read when it is first asked for. `open` is a descriptor that it has.
    fn facts(
        &mut self,
        proc: &OwnedFd,
        open: Option<&Open>,
        facts: Facts,
        users: &mut Users,
    ) -> Arc<Process> {
        match &self.process {
            Some((known, process)) if known.cover(facts) => Arc::clone(process),
            _ => {
                let process = Arc::new(process::read(proc, self.listed, open, facts, users));
                self.process = Some((facts, Arc::clone(&process)));
                process
            }
        }
    }
}

impl From<Errno> for OwnersError {
    fn from(error: Errno) -> Self {
        match error {
            Errno::NOENT => Self::NotMounted,
            error => Self::Unreadable(error),
        }
    }
}

impl Facts {
    const fn cover(self, wanted: Self) -> bool {
        (self.names || !wanted.names)
            && (self.commands || !wanted.commands)
            && (self.users || !wanted.users)
    }
}

#[cfg(test)]
mod tests;
