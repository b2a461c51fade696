//! One socket of each kind and state, kept by processes of their own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::rig::{Daemon, Stage};

/// Makes the sockets, with what the system's own calls take.
const PROGRAM: &str = include_str!("zoo.py");

/// What the zoo is kept by.
pub const KEEPER: &str = "python3";

/// A zoo that is open until it is dropped.
#[derive(Debug)]
pub struct Zoo {
    _keeper: Daemon,
    /// Where its files are.
    pub folder: PathBuf,
}

impl Zoo {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// A socket of it cannot be made, which is told.
    pub fn open(stage: &Stage) -> Result<Self> {
        let program = stage.folder.write("zoo.py", PROGRAM)?;
        let folder = stage.folder.path().join("zoo");
        std::fs::create_dir(&folder)?;
        let mut command = Command::new(KEEPER);
        command.arg(program).arg(&folder);
        let mut keeper = Daemon::start(KEEPER, command, stage.folder.path())?;
        let ready = folder.join("ready");
        keeper.await_ready(|| ready.exists())?;
        Ok(Self { _keeper: keeper, folder })
    }

    /// Whether it has sockets of control groups.
    pub fn has_groups(&self) -> bool {
        self.folder.join("groups").exists()
    }
}
