//! What programs on this machine would ask, and whom: servers, search list, hosts file.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hickory_proto::rr::Name;

use crate::hosts::{self, HostsFile};
use crate::name::{self, ParsedName};
use crate::request::Subject;

#[cfg(not(any(windows, target_os = "android", target_vendor = "apple")))]
#[path = "resolv_conf.rs"]
mod source;

#[cfg(any(windows, target_os = "android", target_vendor = "apple"))]
#[path = "registry.rs"]
mod source;

mod library;
mod nsswitch;

#[cfg(any(fuzzing, test))]
pub mod fuzzing;

pub use library::addresses_of;
pub use nsswitch::{Service, read as services};

/// More dots than these are not asked for by `ndots` (`RES_MAXNDOTS` of the C library).
pub const NDOTS_MAX: usize = 15;

/// The resolver configuration of this machine, or of the files given instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemConfig {
    /// The servers in their order; at least one.
    pub servers: Vec<SocketAddr>,
    /// The domains to try after a name.
    pub search: Vec<Name>,
    /// With as many dots a name is tried as it is first.
    pub ndots: usize,
    /// Whether the servers are asked over TCP from the start (`use-vc`).
    pub over_tcp: bool,
    /// Whether any of the servers may be asked first (`rotate`).
    pub rotates: bool,
    /// Whether a name has no IPv6 address unless it is asked for one (`no-aaaa`).
    pub no_aaaa: bool,
    /// The hosts file.
    pub hosts: HostsFile,
}

/// The files to read instead of the system's, and the servers' port.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// A file as `resolv.conf(5)`.
    pub resolv_conf: Option<PathBuf>,
    /// A file as `hosts(5)`.
    pub hosts: Option<PathBuf>,
}

/// Why the configuration could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// A file that was given, or the system's, cannot be read.
    #[error("cannot read '{}'", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration makes no sense, or the system does not say what it is.
    #[error("cannot understand the resolver configuration in '{place}'")]
    Config {
        /// The file, or what else holds it.
        place: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// This system has its configuration elsewhere.
    #[cfg(any(windows, target_os = "android", target_vendor = "apple"))]
    #[error("cannot read '{}': this system has no files of that kind", .path.display())]
    NoFilesHere {
        /// The file that was given.
        path: PathBuf,
    },
}

impl SystemConfig {
    /// Reads the system's configuration; `port` is the servers' port, since no file has one.
    ///
    /// # Errors
    ///
    /// A given file that is missing, or one that cannot be read or understood. A system without
    /// `resolv.conf` asks 127.0.0.1, as the C library does.
    pub fn read(files: &Files, port: u16) -> Result<Self, SystemError> {
        let resolver = source::read(files.resolv_conf.as_deref(), port)?;
        let hosts =
            HostsFile::read(files.hosts.as_deref()).map_err(|source| SystemError::Read {
                path: files.hosts.clone().unwrap_or_else(hosts::system_path),
                source,
            })?;
        Ok(Self { hosts, ..resolver })
    }

    /// The names to ask for: those of a search list, or the one of an address.
    #[must_use]
    pub fn candidates_of(&self, subject: &Subject) -> Vec<Name> {
        match subject {
            Subject::Name(parsed) => self.candidates(parsed),
            Subject::Address(parsed) => vec![name::reverse(parsed.address)],
        }
    }

    /// The names to ask for in their order, as `res_search(3)` has it: with at least `ndots` dots
    /// the name as it is and then with each domain of the search list, else the other way round;
    /// a name with a trailing dot as it is and nothing else.
    #[must_use]
    pub fn candidates(&self, parsed: &ParsedName) -> Vec<Name> {
        let as_is = parsed.name.clone();
        if parsed.absolute {
            return vec![as_is];
        }
        let dots = as_is.iter().count().saturating_sub(1);
        let mut searched: Vec<Name> = Vec::with_capacity(self.search.len() + 1);
        for domain in &self.search {
            // Too long a name cannot exist.
            if let Ok(name) = as_is.clone().append_domain(domain)
                && !searched.contains(&name)
            {
                searched.push(name);
            }
        }
        if dots >= self.ndots {
            searched.retain(|name| *name != as_is);
            searched.insert(0, as_is);
        } else if !searched.contains(&as_is) {
            searched.push(as_is);
        }
        searched
    }
}

/// What hickory makes of a configuration, as ours.
fn from_hickory(
    search: &[Name],
    options: &hickory_resolver::config::ResolverOpts,
    servers: Vec<SocketAddr>,
) -> SystemConfig {
    let search = search.iter().cloned().map(|mut domain| {
        domain.set_fqdn(true);
        domain
    });
    SystemConfig {
        servers,
        search: search.collect(),
        ndots: options.ndots.min(NDOTS_MAX),
        over_tcp: false,
        rotates: false,
        no_aaaa: false,
        hosts: HostsFile::default(),
    }
}

/// An error about a configuration, wherever it is.
fn config_error(
    place: impl AsRef<Path>,
    source: impl Into<Box<dyn Error + Send + Sync>>,
) -> SystemError {
    SystemError::Config { place: place.as_ref().display().to_string(), source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::{parse, present};

    #[test]
    fn tries_names_in_the_order_of_the_c_library() {
        let config = |ndots, search: &[&str]| SystemConfig {
            servers: vec![],
            search: search.iter().map(|it| parse(it).unwrap().name).collect(),
            ndots,
            over_tcp: false,
            rotates: false,
            no_aaaa: false,
            hosts: HostsFile::default(),
        };
        let long = format!("{0}.{0}.{0}", "a".repeat(63));
        let too_long = "b".repeat(62);
        for (ndots, search, name, expected) in [
            (1, &["a.test", "b.test"][..], "www", vec!["www.a.test", "www.b.test", "www"]),
            (1, &["a.test"], "www.x", vec!["www.x", "www.x.a.test"]),
            (2, &["a.test"], "www.x", vec!["www.x.a.test", "www.x"]),
            (0, &["a.test"], "www", vec!["www", "www.a.test"]),
            (1, &["a.test"], "www.", vec!["www"]),
            (1, &["a.test"], "www.x.", vec!["www.x"]),
            (1, &["a.test"], ".", vec!["."]),
            (1, &[], "www", vec!["www"]),
            (1, &["."], "www", vec!["www"]),
            (1, &["a.test", "A.test"], "www", vec!["www.a.test", "www"]),
            (1, &["a.test"], r"w\.w", vec![r"w\.w.a.test", r"w\.w"]),
            (1, &["a.test"], "*", vec!["*.a.test", "*"]),
            (1, &[&too_long], &long, vec![&long]),
        ] {
            let candidates = config(ndots, search).candidates(&parse(name).unwrap());
            assert!(candidates.iter().all(Name::is_fqdn));
            let candidates: Vec<String> = candidates.iter().map(present).collect();
            assert_eq!(candidates, expected, "{name}");
        }
    }

    #[test]
    fn a_file_that_was_given_must_exist() {
        let missing = PathBuf::from("/nonexistent/hosts");
        let files = Files { resolv_conf: Some("/nonexistent/resolv.conf".into()), hosts: None };
        let error = SystemConfig::read(&files, 53).unwrap_err();
        assert!(error.to_string().starts_with("cannot read '/nonexistent/resolv.conf'"));
        assert!(HostsFile::read(Some(&missing)).is_err());
    }
}
