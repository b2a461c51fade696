//! A server of others in the foreground, which ends when it is dropped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a server may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How long a server may take to end by itself.
const END_LIMIT: Duration = Duration::from_secs(3);

/// How often to look.
const POLL: Duration = Duration::from_millis(20);

/// How much of a log a failure tells, in lines from its end.
const LOG_LINES: usize = 30;

/// A running server.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts a server that stays in the foreground. What it says goes to a file in `folder`.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn start(name: &str, mut command: Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot run {name}"))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// Waits until it is ready, which `is_ready` finds out.
    ///
    /// # Errors
    ///
    /// It has ended, or is not ready in time; its log is told.
    pub fn await_ready(&mut self, mut is_ready: impl FnMut() -> bool) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while !is_ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended ({status}):\n{}", self.name, self.log());
            }
            if Instant::now() >= deadline {
                bail!("{} is not ready after {START_LIMIT:?}:\n{}", self.name, self.log());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// The end of what it has said.
    pub fn log(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }

    fn has_ended_by(&mut self, deadline: Instant) -> bool {
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(POLL);
        }
        true
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // A server of several processes ends the others itself, if it is asked to end.
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, Signal::TERM));
        }
        if !self.has_ended_by(Instant::now() + END_LIMIT) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Folder;

    fn shell(script: &str) -> (Folder, Daemon) {
        let folder = Folder::make("xtask-daemon").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let daemon = Daemon::start("shell", command, folder.path()).unwrap();
        (folder, daemon)
    }

    #[test]
    fn waits_until_it_is_ready_and_ends_it() {
        let (folder, mut daemon) = shell("touch ready; exec sleep 60");
        daemon.await_ready(|| folder.path().join("ready").exists()).unwrap();
        let process = PathBuf::from(format!("/proc/{}", daemon.child.id()));
        assert!(process.exists());
        drop(daemon);
        assert!(!process.exists());
    }

    #[test]
    fn tells_the_log_of_one_that_ended() {
        let (_folder, mut daemon) = shell("echo no such zone >&2; exit 1");
        let error = daemon.await_ready(|| false).unwrap_err().to_string();
        assert_eq!(error, "shell ended (exit status: 1):\nno such zone");
    }
}
