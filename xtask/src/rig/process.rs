//! Running a program that has to succeed, or one that has no privilege.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use testkit::{Output, command, finish};

/// Runs a program to its end, in `folder`. Its stdin is empty.
///
/// # Errors
///
/// It fails.
///
/// # Panics
///
/// When it cannot be started, or still runs after 30 seconds.
pub fn succeed(
    folder: &Path,
    program: &str,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<Output> {
    let mut command = command(program, args);
    command.current_dir(folder);
    let line = format!("{command:?}");
    let output = finish(command);
    ensure!(output.code == Some(0), "{line} failed: {}{}", output.stderr, output.text());
    Ok(output)
}

/// The user and group that own nothing.
const NOBODY: u32 = 65_534;

/// The command of a program that runs without privilege. It has to be where everybody may read it.
pub fn unprivileged(
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Command {
    let mut command = command(program, args);
    // Who is root no longer has no other groups either, and no capabilities.
    command.uid(NOBODY).gid(NOBODY).current_dir("/");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_failed_and_why() {
        let here = Path::new(".");
        assert_eq!(succeed(here, "printf", ["ready"]).unwrap().text(), "ready");
        let error = succeed(here, "sh", ["-c", "echo no luck >&2; exit 3"]).unwrap_err();
        assert!(error.to_string().contains("failed: no luck"), "{error}");
    }
}
