//! Running a program on a terminal that is not there, with or without somebody who types.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::command::command_line;
use crate::deadline::{self, Reading, TimeIsUp};

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
    Session::start(command, columns, rows)?.finish()
}

/// A program on a terminal, with somebody who watches and types. It is killed with this value.
pub struct Session {
    child: Child,
    /// Program and arguments, for a message.
    line: String,
    keyboard: File,
    screen: Reading,
    seen: Vec<u8>,
    limit: Duration,
    deadline: Instant,
}

impl Session {
    /// Starts `command` as [`run_on_terminal`] does.
    ///
    /// # Errors
    ///
    /// When the terminal or the program cannot be had.
    pub fn start(command: Command, columns: u16, rows: u16) -> io::Result<Self> {
        Self::start_within(command, columns, rows, deadline::LIMIT)
    }

    fn start_within(
        mut command: Command,
        columns: u16,
        rows: u16,
        limit: Duration,
    ) -> io::Result<Self> {
        let deadline = Instant::now() + limit;
        let (screen, line) = open_terminal(columns, rows)?;
        let keyboard = File::from(screen.try_clone()?);
        command.stdin(line.try_clone()?).stdout(line.try_clone()?).stderr(line);
        // The screen ends when nobody has the line any more, and the command has it three times,
        // until it is dropped here.
        Ok(Self {
            child: command.spawn()?,
            line: command_line(&command),
            keyboard,
            screen: Reading::start(File::from(screen)),
            seen: Vec::new(),
            limit,
            deadline,
        })
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the terminal has seen this text.
    ///
    /// # Errors
    ///
    /// When it has ended, or 30 seconds have passed, without.
    pub fn wait_for(&mut self, text: &str) -> io::Result<()> {
        let is_seen =
            |seen: &[u8]| seen.windows(text.len()).any(|window| window == text.as_bytes());
        while !is_seen(&self.seen) {
            match self.screen.next(self.deadline) {
                Ok(Some(chunk)) => self.seen.extend(chunk),
                Ok(None) => return Err(self.error(io::ErrorKind::UnexpectedEof, "has ended")),
                Err(TimeIsUp) => return Err(self.overstayed()),
            }
        }
        Ok(())
    }

    /// Types this and the key Enter. What is typed too early waits until somebody reads it.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn enter(&mut self, text: &str) -> io::Result<()> {
        self.keyboard.write_all(format!("{text}\n").as_bytes())
    }

    /// Waits for the end of the program.
    ///
    /// # Errors
    ///
    /// When it still runs after 30 seconds.
    pub fn finish(mut self) -> io::Result<Transcript> {
        loop {
            match self.screen.next(self.deadline) {
                Ok(Some(chunk)) => self.seen.extend(chunk),
                Ok(None) => break,
                Err(TimeIsUp) => return Err(self.overstayed()),
            }
        }
        match deadline::wait(&mut self.child, self.deadline)? {
            Some(status) => Ok(Transcript { bytes: std::mem::take(&mut self.seen), status }),
            None => Err(self.overstayed()),
        }
    }

    fn overstayed(&self) -> io::Error {
        self.error(io::ErrorKind::TimedOut, &format!("still runs after {:?}", self.limit))
    }

    fn error(&self, kind: io::ErrorKind, what: &str) -> io::Error {
        let so_far = self.seen.escape_ascii();
        io::Error::new(kind, format!("'{}' {what}; so far: '{so_far}'", self.line))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        deadline::kill(&mut self.child);
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
        let session = Session::start_within(stays, 80, 24, Duration::from_millis(200)).unwrap();
        let error = session.finish().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().ends_with("so far: 'hi'"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let missing = command("/no/such/program", [""; 0]);
        assert_eq!(run_on_terminal(missing, 80, 24).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_is_typed_is_read() {
        let asks = command("sh", ["-c", "printf 'name? '; read name; printf 'hello %s' \"$name\""]);
        let mut session = Session::start(asks, 80, 24).unwrap();
        session.wait_for("name? ").unwrap();
        session.enter("you").unwrap();
        let seen = session.finish().unwrap();
        assert_eq!(seen.bytes.escape_ascii().to_string(), r"name? you\r\nhello you");
    }

    #[test]
    fn what_never_comes_is_not_waited_for() {
        let mut session = Session::start(command("sh", ["-c", "printf one"]), 80, 24).unwrap();
        let error = session.wait_for("two").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(error.to_string().ends_with("has ended; so far: 'one'"), "{error}");
    }
}
