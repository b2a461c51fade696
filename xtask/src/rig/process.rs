//! Running a program that has to succeed.

use std::ffi::OsStr;
use std::path::Path;

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
