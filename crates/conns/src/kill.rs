//! Ends the processes that have sockets open: shown first, asked about, and looked at once more.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::str::FromStr;
use std::time::{Duration, Instant};

use output::{Exit, Failure, Notes, Value};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};
use thiserror::Error;

use crate::owner::Owner;
use crate::owners::{has_open, has_our_numbers, start_time};
use crate::row::{Outcome, Ownerless, Row};

/// How long the processes have to end.
const LIMIT: Duration = Duration::from_secs(5);

/// The signals that end a process, by name and number (signal(7)).
const SIGNALS: [(&str, Signal); 8] = [
    ("TERM", Signal::TERM),
    ("KILL", Signal::KILL),
    ("INT", Signal::INT),
    ("HUP", Signal::HUP),
    ("QUIT", Signal::QUIT),
    ("ABRT", Signal::ABORT),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
];

/// A signal as it is typed: `TERM`, `SIGTERM`, `term` or `15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalName(Signal);

impl Default for SignalName {
    fn default() -> Self {
        Self(Signal::TERM)
    }
}

impl std::fmt::Display for SignalName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = SIGNALS.iter().find(|(_, signal)| *signal == self.0);
        out.write_str(name.map_or("?", |(name, _)| name))
    }
}

/// No signal is called so.
#[derive(Debug, Error)]
#[error("there are {}", SIGNALS.map(|(name, _)| name).join(", "))]
pub struct UnknownSignal;

impl FromStr for SignalName {
    type Err = UnknownSignal;

    fn from_str(text: &str) -> Result<Self, UnknownSignal> {
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        let number = text.parse::<i32>().ok();
        let is_meant =
            |(known, signal): &&(&str, Signal)| *known == name || number == Some(signal.as_raw());
        SIGNALS.iter().find(is_meant).map(|(_, signal)| Self(*signal)).ok_or(UnknownSignal)
    }
}

/// Why nothing was ended.
#[derive(Debug, Error)]
pub enum KillError {
    /// Somebody has to say which.
    #[error("nothing was ended: it was not said which sockets")]
    Everything,
    /// Somebody has to say yes.
    #[error("nothing was ended: there is nobody to ask")]
    Unasked,
    /// Whoever has these numbers here is somebody else.
    #[error("nothing was ended: /proc is of another pid namespace, with other numbers")]
    OtherNumbers,
}

impl Failure for KillError {
    fn exit(&self) -> Exit {
        match self {
            Self::Everything | Self::Unasked => Exit::Usage,
            Self::OtherNumbers => Exit::Unknown,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Everything => "name a port, as in 'conns kill :8080'".to_owned(),
            Self::Unasked => "add --yes to end them without being asked".to_owned(),
            Self::OtherNumbers => {
                "mount a /proc of this one, as 'unshare --mount-proc' does".to_owned()
            }
        })
    }
}

/// Whether to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// It was given on the command line.
    Given,
    /// On a terminal; elsewhere nothing is ended.
    Asked,
}

/// A process to end, and how it is known that it is still the one that was shown.
#[derive(Debug)]
struct Target {
    owner: Owner,
    inode: u64,
    started: Option<u64>,
}

/// Ends the processes of these sockets, and says of each socket what became of them.
///
/// # Errors
///
/// There is nobody to ask, or no way to be sure who is meant.
pub(crate) fn end_all(
    mut rows: Vec<Row>,
    signal: SignalName,
    consent: Consent,
    notes: &Notes,
) -> Result<Vec<Row>, KillError> {
    if !has_our_numbers() {
        return Err(KillError::OtherNumbers);
    }
    let targets = targets(&rows);
    if targets.is_empty() {
        for row in &mut rows {
            row.more_mut().outcome = Some(without_owner(row));
        }
        return Ok(rows);
    }
    show(&rows, signal, notes);
    let is_agreed = match consent {
        Consent::Given => true,
        Consent::Asked => {
            let question = format!("send {signal} to {}?", processes(targets.len()));
            notes.ask(&question).ok_or(KillError::Unasked)?
        }
    };
    let outcomes: BTreeMap<u32, Outcome> =
        if is_agreed { end(targets, signal) } else { spare(&targets) };
    for row in &mut rows {
        // The worst of several.
        let worst = row.owners.iter().filter_map(|owner| outcomes.get(&owner.pid)).max().copied();
        row.more_mut().outcome = Some(worst.unwrap_or_else(|| without_owner(row)));
    }
    Ok(rows)
}

/// What becomes of a socket that nobody has, as far as we see.
fn without_owner(row: &Row) -> Outcome {
    if row.ownerless() == Some(Ownerless::Hidden) { Outcome::Hidden } else { Outcome::Unowned }
}

fn processes(count: usize) -> String {
    if count == 1 { "this process".to_owned() } else { format!("these {count} processes") }
}

/// Each process once; never this one, which has no sockets but its own.
fn targets(rows: &[Row]) -> BTreeMap<u32, Target> {
    let own = u32::try_from(getpid().as_raw_pid()).unwrap_or_default();
    let mut targets = BTreeMap::new();
    for row in rows {
        let Some(inode) = row.socket.inode else { continue };
        for owner in row.owners.iter().filter(|owner| owner.pid != own) {
            targets.entry(owner.pid).or_insert_with(|| Target {
                owner: owner.clone(),
                inode,
                started: start_time(owner.pid),
            });
        }
    }
    targets
}

fn show(rows: &[Row], signal: SignalName, notes: &Notes) {
    for row in rows.iter().filter(|row| !row.owners.is_empty()) {
        let owners: Value<'_> = row.owners.iter().map(|owner| Value::shown(owner)).collect();
        notes.note(format_args!(
            "{signal} for {}: {} {} {}",
            owners.to_text(),
            row.socket.protocol.name(),
            row.socket.state.map_or("", crate::state::State::name),
            Value::shown(&row.socket.local).to_text(),
        ));
    }
}

fn spare(targets: &BTreeMap<u32, Target>) -> BTreeMap<u32, Outcome> {
    targets.keys().map(|pid| (*pid, Outcome::Spared)).collect()
}

/// Tells every process, and waits for all of them together.
fn end(targets: BTreeMap<u32, Target>, signal: SignalName) -> BTreeMap<u32, Outcome> {
    let deadline = Instant::now() + LIMIT;
    let told: Vec<_> =
        targets.into_iter().map(|(pid, target)| (pid, tell(&target, signal))).collect();
    let outcome = |told: Result<OwnedFd, Outcome>| match told {
        Ok(process) if has_ended(&process, deadline) => Outcome::Ended,
        Ok(_) => Outcome::Running,
        Err(outcome) => outcome,
    };
    told.into_iter().map(|(pid, told)| (pid, outcome(told))).collect()
}

/// Sends the signal to the process that was shown: the descriptor holds it, and only then is it
/// looked at once more whether it is the same and has the socket still.
fn tell(target: &Target, signal: SignalName) -> Result<OwnedFd, Outcome> {
    let outcome = |error| if error == Errno::SRCH { Outcome::Gone } else { Outcome::Refused };
    let pid = i32::try_from(target.owner.pid).ok().and_then(Pid::from_raw).ok_or(Outcome::Gone)?;
    let process = pidfd_open(pid, PidfdFlags::empty()).map_err(outcome)?;
    let has_socket = match target.owner.fd {
        Some(fd) => has_open(target.owner.pid, fd, target.inode),
        None => true,
    };
    if start_time(target.owner.pid) != target.started || !has_socket {
        return Err(Outcome::Gone);
    }
    pidfd_send_signal(&process, signal.0).map_err(outcome)?;
    Ok(process)
}

/// Waits until a process has ended, not beyond the deadline.
fn has_ended(process: &OwnedFd, deadline: Instant) -> bool {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).unwrap_or_default();
        match poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&left)) {
            Ok(ready) => return ready > 0,
            Err(error) if io::Error::from(error).kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_has_several_names() {
        for text in ["TERM", "term", "SIGTERM", "sigterm", "15"] {
            assert_eq!(text.parse::<SignalName>().expect(text), SignalName::default(), "{text}");
        }
        assert_eq!("9".parse::<SignalName>().expect("KILL").to_string(), "KILL");
        for text in ["", "SIG", "0", "19", "STOP", "TERMM"] {
            let error = text.parse::<SignalName>().expect_err(text);
            assert!(error.to_string().starts_with("there are TERM, KILL"), "{text}");
        }
    }

    #[test]
    fn the_worst_outcome_counts() {
        assert!(Outcome::Refused > Outcome::Running && Outcome::Running > Outcome::Ended);
    }
}
