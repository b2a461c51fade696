//! Exit codes, and the errors that carry them.

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

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
#[must_use]
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut line = words(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&words(error));
        cause = error.source();
    }
    line
}

/// What went wrong in the system's words, as a part of a sentence: in lower case, without the
/// number that std appends, and without the full stop of Windows.
#[must_use]
pub fn system_words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        // An abbreviation keeps its capitals.
        let is_word = !characters.as_str().starts_with(char::is_uppercase);
        if is_word { first.to_lowercase().chain(characters).collect() } else { text.to_owned() }
    })
}

fn words(error: &(dyn Error + 'static)) -> String {
    let shared = || error.downcast_ref::<Arc<io::Error>>().map(|error| &**error);
    match error.downcast_ref::<io::Error>().or_else(shared) {
        Some(error) => system_words(error),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_speaks_as_a_part_of_a_sentence() {
        let cases = [
            (
                io::Error::other("No such file or directory (os error 2)"),
                "no such file or directory",
            ),
            (
                io::Error::other("The system cannot find the file specified. (os error 2)"),
                "the system cannot find the file specified",
            ),
            (io::Error::other("DNS is down"), "DNS is down"),
            (io::ErrorKind::TimedOut.into(), "timed out"),
        ];
        for (error, words) in cases {
            assert_eq!(system_words(&error), words);
        }
    }
}
