//! How many descriptors we may have.

use anyhow::{Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many descriptors we may have, raised until it is dropped: who is measured has the usual one.
#[derive(Debug)]
pub struct Limit {
    usual: Rlimit,
}

impl Limit {
    /// Raises it to at least so many.
    ///
    /// # Errors
    ///
    /// The system does not let us.
    pub fn raise(needed: usize) -> Result<Self> {
        let usual = getrlimit(Resource::Nofile);
        let needed = u64::try_from(needed)?;
        let is_enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed);
        if !is_enough(usual.current) {
            ensure!(is_enough(usual.maximum), "a process may not have {needed} descriptors here");
            setrlimit(Resource::Nofile, Rlimit { current: Some(needed), ..usual })?;
        }
        Ok(Self { usual })
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        let _ = setrlimit(Resource::Nofile, self.usual);
    }
}
