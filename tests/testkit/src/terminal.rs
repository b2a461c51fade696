//! Running a program on a terminal that is not there.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::command::command_line;
use crate::deadline::{self, Reading};

/// What a terminal saw of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// What was written to the terminal, stdout and stderr mixed. Lines end in CR LF there.
    pub bytes: Vec<u8>,
    /// How the program ended.
    pub status: ExitStatus,
}

/// Runs `command` with stdin, stdout and stderr on a terminal of this size, and nobody typing.
///
/// The environment is that of `command`; [`command()`](crate::command()) makes a clean one, to which
/// a colourful terminal adds `TERM`.
///
/// # Errors
///
/// When the terminal or the program cannot be had; `TimedOut` when it still runs after 30 seconds,
/// with what it wrote so far in the message. It is killed then.
pub fn run_on_terminal(command: Command, columns: u16, rows: u16) -> io::Result<Transcript> {
    run_within(command, columns, rows, deadline::LIMIT)
}

fn run_within(
    mut command: Command,
    columns: u16,
    rows: u16,
    limit: Duration,
) -> io::Result<Transcript> {
    let deadline = Instant::now() + limit;
    let (screen, line) = open_terminal(columns, rows)?;
    command.stdin(line.try_clone()?).stdout(line.try_clone()?).stderr(line);
    let mut child = command.spawn()?;
    // The screen ends when nobody has the line any more, and the command has it three times.
    let line = command_line(&command);
    drop(command);

    let bytes = Reading::start(File::from(screen)).until(deadline);
    let status = deadline::wait(&mut child, deadline)?;
    match (bytes, status) {
        (Ok(bytes), Some(status)) => Ok(Transcript { bytes, status }),
        (Ok(so_far) | Err(so_far), _) => {
            deadline::kill(child);
            let so_far = so_far.escape_ascii();
            let message = format!("'{line}' still runs after {limit:?}; so far: '{so_far}'");
            Err(io::Error::new(io::ErrorKind::TimedOut, message))
        }
    }
}

/// A new terminal: the side of its screen and keyboard, and the side of its programs.
fn open_terminal(columns: u16, rows: u16) -> io::Result<(OwnedFd, OwnedFd)> {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    fcntl_setfd(&screen, FdFlags::CLOEXEC)?;
    grantpt(&screen)?;
    unlockpt(&screen)?;
    let line = open(
        ptsname(&screen, Vec::new())?,
        OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    tcsetwinsize(&line, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?;
    Ok((screen, line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::command;

    fn sh(script: &str) -> Transcript {
        run_on_terminal(command("sh", ["-c", script]), 100, 24).unwrap()
    }

    #[test]
    fn all_three_streams_are_a_terminal() {
        let seen = sh("test -t 0 && test -t 1 && test -t 2 && printf yes");
        assert_eq!(seen.bytes, b"yes");
        assert!(seen.status.success());
    }

    #[test]
    fn it_has_the_size_asked_for() {
        assert_eq!(sh("stty size").bytes, b"24 100\r\n");
    }

    #[test]
    fn both_streams_are_seen_in_order() {
        assert_eq!(sh("printf one; printf two >&2; printf three").bytes, b"onetwothree");
    }

    #[test]
    fn the_exit_code_is_kept() {
        assert_eq!(sh("exit 3").status.code(), Some(3));
    }

    #[test]
    fn output_larger_than_the_terminals_buffer_is_whole() {
        assert_eq!(sh("head -c 300000 /dev/zero").bytes.len(), 300_000);
    }

    #[test]
    fn a_program_that_stays_is_killed() {
        let stays = command("sh", ["-c", "printf hi; exec sleep 60"]);
        let error = run_within(stays, 80, 24, Duration::from_millis(200)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().ends_with("so far: 'hi'"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let missing = command("/no/such/program", [""; 0]);
        assert_eq!(run_on_terminal(missing, 80, 24).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
