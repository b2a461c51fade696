//! Network namespaces (network_namespaces(7)): what there are, and a look into others.

/// A network namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its name in `ip netns`, or what is in it: a container, or the first of its processes;
    /// `init` for that of process 1, `self` for that of this process alone.
    pub name: String,
    /// Its number.
    pub inode: u64,
}

#[cfg(target_os = "linux")]
pub(crate) use linux::{Found, NamespaceError, all, by_name, here};

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::thread;

    use output::{Failure, nearest};
    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
    use std::os::fd::AsFd;
    use thiserror::Error;

    use super::Namespace;
    use crate::owners::unit_of_process;

    /// Where `ip netns` keeps names.
    const NAMED: &str = "/run/netns";

    /// The namespace of this process.
    const HERE: &str = "/proc/self/ns/net";

    /// A namespace, and the way into it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Found {
        pub namespace: Arc<Namespace>,
        door: PathBuf,
    }

    /// Why a namespace cannot be looked into.
    #[derive(Debug, Error)]
    pub enum NamespaceError {
        /// There is none of that name.
        #[error("no network namespace '{name}'{}", known_names(known))]
        Unknown {
            /// What was asked for.
            name: String,
            /// Those that have a name.
            known: Vec<String>,
        },
        /// Not even our own.
        #[error("no network namespace can be seen in /proc")]
        Unseen,
        /// It was there a moment ago.
        #[error("the network namespace '{0}' is gone")]
        Gone(String),
        /// It may not be entered.
        #[error("cannot enter the network namespace '{name}'")]
        Closed {
            /// Its name.
            name: String,
            /// Why.
            #[source]
            cause: io::Error,
        },
    }

    fn known_names(known: &[String]) -> String {
        if known.is_empty() { String::new() } else { format!(": there are {}", known.join(", ")) }
    }

    impl Failure for NamespaceError {
        fn hint(&self) -> Option<String> {
            match self {
                Self::Unknown { name, known } => {
                    match nearest(name, known.iter().map(String::as_str)) {
                        Some(name) => Some(format!("did you mean '{name}'?")),
                        None => Some(
                            "a name of 'ip netns', the number of a process, or a path".to_owned(),
                        ),
                    }
                }
                Self::Closed { cause, .. } if cause.kind() == io::ErrorKind::PermissionDenied => {
                    Some("it takes root".to_owned())
                }
                Self::Gone(_) | Self::Unseen | Self::Closed { .. } => None,
            }
        }
    }

    impl Found {
        /// Whether this process is in it.
        pub(crate) fn is_here(&self) -> bool {
            inode(Path::new(HERE)).is_ok_and(|inode| inode == self.namespace.inode)
        }

        /// Runs `look` in it, on a thread of its own.
        ///
        /// # Errors
        ///
        /// It takes root, or the namespace is gone.
        pub(crate) fn enter<T: Send>(
            &self,
            look: impl FnOnce() -> T + Send,
        ) -> Result<T, NamespaceError> {
            let closed =
                |cause| NamespaceError::Closed { name: self.namespace.name.clone(), cause };
            let door = self.open().map_err(closed)?;
            let door = door.ok_or_else(|| NamespaceError::Gone(self.namespace.name.clone()))?;
            let run = || {
                move_into_link_name_space(door.as_fd(), Some(LinkNameSpaceType::Network))?;
                Ok::<_, io::Error>(look())
            };
            thread::scope(|scope| {
                let thread = thread::Builder::new().spawn_scoped(scope, run)?;
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .map_err(closed)
        }
    }

    impl Found {
        /// Its door. That of a process goes with the process, while others may still be in there.
        fn open(&self) -> io::Result<Option<File>> {
            let open = |found: &Self| match File::open(&found.door) {
                Ok(door) => Ok((door.metadata()?.ino() == self.namespace.inode).then_some(door)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            };
            if let Some(door) = open(self)? {
                return Ok(Some(door));
            }
            let is_same = |found: &Self| found.namespace.inode == self.namespace.inode;
            match all().into_iter().find(is_same) {
                Some(found) => open(&found),
                None => Ok(None),
            }
        }
    }

    /// The namespace of this process.
    pub(crate) fn here() -> Option<Arc<Namespace>> {
        let inode = inode(Path::new(HERE)).ok()?;
        let found = all().into_iter().find(|found| found.namespace.inode == inode);
        found.map(|found| found.namespace)
    }

    /// Every namespace that has a name or a process that may be seen, by number. One of a process
    /// that may not be seen is not known.
    pub(crate) fn all() -> Vec<Found> {
        let mut found = BTreeMap::new();
        for (name, door) in named() {
            if let Ok(inode) = inode(&door) {
                found.entry(inode).or_insert((Some(name), door));
            }
        }
        for pid in processes() {
            let door = PathBuf::from(format!("/proc/{pid}/ns/net"));
            if let Ok(inode) = inode(&door) {
                found.entry(inode).or_insert_with(|| (name_by_process(pid), door));
            }
        }
        let found = found.into_iter().map(|(inode, (name, door))| {
            let name = name.unwrap_or_else(|| format!("net:[{inode}]"));
            Found { namespace: Arc::new(Namespace { name, inode }), door }
        });
        found.collect()
    }

    /// The namespace that somebody calls so: by its name, as the number of a process or by a path.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(crate) fn by_name(name: &str) -> Result<Found, NamespaceError> {
        let all = all();
        if let Some(found) = all.iter().find(|found| found.namespace.name == name) {
            return Ok(found.clone());
        }
        let door = match name.parse::<u32>() {
            Ok(pid) => PathBuf::from(format!("/proc/{pid}/ns/net")),
            Err(_) => PathBuf::from(name),
        };
        match inode(&door) {
            Ok(inode) if name.contains('/') || door.starts_with("/proc") => {
                let namespace = Arc::new(Namespace { name: name.to_owned(), inode });
                Ok(Found { namespace, door })
            }
            Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied => {
                Err(NamespaceError::Closed { name: name.to_owned(), cause })
            }
            _ => {
                let known = all.iter().map(|found| found.namespace.name.clone()).collect();
                Err(NamespaceError::Unknown { name: name.to_owned(), known })
            }
        }
    }

    fn inode(door: &Path) -> io::Result<u64> {
        Ok(fs::metadata(door)?.ino())
    }

    fn named() -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(NAMED).into_iter().flatten().flatten();
        let mut named: Vec<_> = entries
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
            .collect();
        named.sort();
        named
    }

    fn processes() -> Vec<u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut pids: Vec<_> =
            entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        pids.sort_unstable();
        pids
    }

    /// `init`, a container, or the name of the process with its number.
    fn name_by_process(pid: u32) -> Option<String> {
        if pid == 1 {
            return Some("init".to_owned());
        }
        if pid == std::process::id() {
            return Some("self".to_owned());
        }
        let unit = unit_of_process(pid).and_then(|unit| unit.into_string().ok());
        // Containers have names like `docker:0123456789ab`.
        if let Some(container) = unit.filter(|unit| unit.contains(':')) {
            return Some(container);
        }
        let name = fs::read(format!("/proc/{pid}/comm")).ok()?;
        let name = String::from_utf8_lossy(&name);
        Some(format!("{}[{pid}]", name.trim_end_matches('\n')))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn our_own_namespace_is_one_of_all() {
            let here = here().expect("this process is in one");
            assert!(all().iter().any(|found| found.namespace == here && found.is_here()));
            let by_pid = by_name(&std::process::id().to_string()).expect("by a process");
            assert_eq!(by_pid.namespace.inode, here.inode);
        }

        #[test]
        fn a_door_that_is_gone_is_looked_for_elsewhere() {
            let here = by_name(HERE).expect("this process is in one");
            let gone = PathBuf::from("/proc/0/ns/net");
            let moved = Found { door: gone.clone(), ..here.clone() };
            assert!(moved.open().expect("it may be opened").is_some());
            let namespace = Arc::new(Namespace { name: "other".to_owned(), inode: 0 });
            for door in [gone, here.door] {
                let other = Found { namespace: Arc::clone(&namespace), door };
                let error = other.enter(|| ()).expect_err("nobody is in it");
                assert_eq!(error.to_string(), "the network namespace 'other' is gone");
            }
        }

        #[test]
        fn a_name_that_is_none_is_answered_with_those_that_are() {
            let error = by_name("no-such-namespace").expect_err("there is none");
            let told = error.to_string();
            assert!(
                told.starts_with("no network namespace 'no-such-namespace': there are "),
                "{told}"
            );
            assert!(by_name("/no/such/path").is_err());
            assert!(by_name("").is_err());
        }
    }
}
