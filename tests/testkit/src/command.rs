//! Running one of our programs the way a script does: no terminal, nothing inherited, not for ever.

use std::env;
use std::ffi::OsStr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::deadline::{self, Reading};

/// What a program left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// What it wrote to stdout, octet by octet.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr, with U+FFFD for what is not UTF-8.
    pub stderr: String,
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
}

impl Output {
    /// What it wrote to stdout, as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.stdout).expect("stdout is UTF-8")
    }
}

/// Runs `program` to its end and returns what it wrote. Its stdin is empty.
///
/// # Panics
///
/// When it cannot be started, or still runs after 30 seconds; it is killed then.
pub fn run(
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Output {
    finish(command(program, args))
}

/// A command with an empty stdin, and without the variables that change what our programs print.
///
/// For [`run_on_terminal`](crate::run_on_terminal), or to set a variable before [`finish`].
pub fn command(
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Command {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    for (name, _) in env::vars_os().filter(|(name, _)| changes_output(name)) {
        command.env_remove(name);
    }
    command
}

/// Runs `command` to its end and returns what it wrote.
///
/// # Panics
///
/// When it cannot be started, or still runs after 30 seconds; it is killed then.
#[must_use]
pub fn finish(command: Command) -> Output {
    finish_within(command, deadline::LIMIT)
}

/// Colours, the size of the terminal, the language; and what makes anstream think of colours (CI).
const VARIABLES: [&str; 9] =
    ["CI", "COLORTERM", "COLUMNS", "FORCE_COLOR", "LANG", "LANGUAGE", "LINES", "NO_COLOR", "TERM"];

/// Likewise: `CLICOLOR` and `CLICOLOR_FORCE`, `LC_ALL` and `LC_MESSAGES`.
const PREFIXES: [&str; 2] = ["CLICOLOR", "LC_"];

fn changes_output(name: &OsStr) -> bool {
    // A name that is not UTF-8 is none of these.
    name.to_str().is_some_and(|name| {
        VARIABLES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    })
}

fn finish_within(mut command: Command, limit: Duration) -> Output {
    let deadline = Instant::now() + limit;
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("cannot run '{}': {error}", command_line(&command)),
    };
    match collect(&mut child, deadline) {
        Ok(output) => output,
        Err(so_far) => {
            deadline::kill(&mut child);
            let line = command_line(&command);
            panic!("'{line}' still runs after {limit:?}; so far: {so_far:?}");
        }
    }
}

/// Program and arguments, for a message.
pub(crate) fn command_line(command: &Command) -> String {
    let mut line = command.get_program().display().to_string();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

/// Everything the program wrote once it has ended, or as an error what it had written in time.
fn collect(child: &mut Child, deadline: Instant) -> Result<Output, Output> {
    let stdout = child.stdout.take().map(Reading::start).expect("stdout is a pipe");
    let stderr = child.stderr.take().map(Reading::start).expect("stderr is a pipe");
    let stdout = stdout.until(deadline);
    let stderr = stderr.until(deadline);
    let status = match (&stdout, &stderr) {
        (Ok(_), Ok(_)) => deadline::wait(child, deadline).expect("our own child can be waited for"),
        _ => None,
    };
    let stderr = stderr.unwrap_or_else(|so_far| so_far);
    let output = Output {
        stdout: stdout.unwrap_or_else(|so_far| so_far),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
        code: status.and_then(|status| status.code()),
    };
    if status.is_some() { Ok(output) } else { Err(output) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_changes_the_output() {
        let cases = [
            ("NO_COLOR", true),
            ("CLICOLOR", true),
            ("CLICOLOR_FORCE", true),
            ("TERM", true),
            ("COLUMNS", true),
            ("LANG", true),
            ("LC_ALL", true),
            ("PATH", false),
            ("HOME", false),
            ("TERMINFO", false),
        ];
        for (name, expected) in cases {
            assert_eq!(changes_output(OsStr::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn removes_whatever_of_it_is_set() {
        let command = command("true", [""; 0]);
        let removed: Vec<_> = command.get_envs().collect();
        for (name, value) in env::vars_os().filter(|(name, _)| changes_output(name)) {
            assert!(removed.contains(&(name.as_os_str(), None)), "{name:?}={value:?}");
        }
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::ffi::OsStrExt;

        use super::*;

        fn sh(script: &str) -> Output {
            run("sh", ["-c", script])
        }

        #[test]
        fn keeps_the_streams_apart_and_the_code() {
            let output = sh("printf out; printf err >&2; exit 3");
            let expected =
                Output { stdout: b"out".to_vec(), stderr: "err".to_owned(), code: Some(3) };
            assert_eq!(output, expected);
            assert_eq!(output.text(), "out");
        }

        #[test]
        fn stdin_is_empty() {
            assert_eq!(sh("cat").stdout, b"");
        }

        #[test]
        fn a_signal_has_no_code() {
            assert_eq!(sh("kill -TERM $$").code, None);
        }

        #[test]
        fn large_output_on_both_streams_does_not_block() {
            let output = sh("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero");
            assert_eq!((output.stdout.len(), output.stderr.len()), (300_000, 300_000));
        }

        #[test]
        fn arguments_need_not_be_utf8() {
            let output = run("printf", [OsStr::new("%s"), OsStr::from_bytes(b"a\xff")]);
            assert_eq!(output.stdout, b"a\xff");
        }

        #[test]
        fn a_variable_can_be_set() {
            let mut command = command("sh", ["-c", "printf %s-%s $COLUMNS ${LC_ALL-unset}"]);
            command.env("COLUMNS", "40");
            assert_eq!(finish(command).text(), "40-unset");
        }

        #[test]
        #[should_panic(expected = "still runs after 100ms; so far: Output { stdout: [104, 105]")]
        fn a_program_that_stays_is_killed() {
            let command = command("sh", ["-c", "printf hi; exec sleep 60"]);
            let _ = finish_within(command, Duration::from_millis(100));
        }

        #[test]
        #[should_panic(expected = "cannot run '/no/such/program x': ")]
        fn a_program_that_is_not_there_says_so() {
            run("/no/such/program", ["x"]);
        }
    }
}
