//! Exit codes, and the errors that carry them.

use std::error::Error;
use std::process::ExitCode;

/// The exit codes, the same in every tool; of several the greatest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Found.
    Yes = 0,
    /// Looked for, and there is none.
    No = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// Could not be found out.
    Unknown = 3,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// An error of a tool: its display says what was tried on what, its sources say why it failed.
pub trait Failure: Error + 'static {
    /// What the failure means for the exit code.
    fn exit(&self) -> Exit {
        Exit::Unknown
    }

    /// What would have been right, where that is known.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// The error and its causes on one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}
