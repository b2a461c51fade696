//! Owners where the back end tells them, by number, and nothing else does.
#![expect(clippy::unused_self, reason = "what Linux needs is asked for everywhere")]

use std::sync::Arc;

use thiserror::Error;

use crate::owner::{Facts, Group, Owner, Process, Seen};

/// Why nothing is known of owners.
#[derive(Debug, Error)]
pub(crate) enum OwnersError {}

/// The processes that the back end names.
#[derive(Debug)]
pub(crate) struct Owners;

impl Owners {
    #[expect(clippy::unnecessary_wraps, reason = "on Linux it may fail")]
    pub(crate) const fn scan() -> Result<Self, OwnersError> {
        Ok(Self)
    }

    #[expect(clippy::unnecessary_wraps, reason = "on Linux it may fail")]
    pub(crate) const fn update(&mut self, _: &[u64]) -> Result<bool, OwnersError> {
        Ok(false)
    }

    pub(crate) const fn of(&mut self, _: u64, _: Facts) -> Vec<Owner> {
        Vec::new()
    }

    pub(crate) fn by_pid(&mut self, pid: u32, _: Facts) -> Owner {
        Owner { pid, fd: None, process: Arc::new(Process::default()) }
    }

    /// Nobody says whether some were left out.
    pub(crate) const fn seen(&self) -> Seen {
        Seen::Partial
    }
}

/// Names of users by number.
#[derive(Debug, Default)]
pub(crate) struct Users(());

impl Users {
    pub(crate) const fn name(&mut self, _: u32) -> Option<Arc<str>> {
        None
    }
}

/// Control groups, which only Linux has.
#[derive(Debug, Default)]
pub(crate) struct Groups(());

impl Groups {
    pub(crate) const fn get(&mut self, _: u64) -> Option<Arc<Group>> {
        None
    }
}
