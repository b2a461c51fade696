//! The command that takes this process's place when the answer is yes.

use std::io;
use std::process::Command;

use thiserror::Error;

use crate::escape::{self, Blanks};
use crate::exit::{Exit, Failure};
use crate::notes::Notes;

#[derive(Debug, Error)]
#[error("cannot run '{program}'")]
struct StartError {
    program: String,
    source: io::Error,
}

impl Failure for StartError {}

/// Becomes the command: this returns only where it cannot be started.
pub(crate) fn become_it(mut command: Command, notes: &Notes) -> Exit {
    let source = replace(&mut command);
    let program = escape::escape_bytes(command.get_program().as_encoded_bytes(), Blanks::Kept);
    let error = StartError { program, source };
    // The exit code might as well be the command's own.
    notes.insist(&error);
    error.exit()
}

/// The same process goes on as the command.
#[cfg(unix)]
fn replace(command: &mut Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

/// The command runs beside this process, which ends with it and in the same way.
#[cfg(not(unix))]
#[expect(clippy::exit, reason = "a code of another program may be none that `Exit` has")]
fn replace(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(Exit::Unknown as i32)),
        Err(error) => error,
    }
}
