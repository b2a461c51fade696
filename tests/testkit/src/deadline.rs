//! Waiting for a child process, but not for ever.

use std::io::{self, Read};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may run.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// How often to look whether a program that has closed its output has also exited.
const EXIT_POLL: Duration = Duration::from_millis(1);

/// Nothing more came in time.
pub(crate) struct TimeIsUp;

/// What a thread reads from a child while the test waits.
pub(crate) struct Reading {
    chunks: Receiver<Vec<u8>>,
}

impl Reading {
    /// Begins to read `source` to its end.
    ///
    /// A terminal whose other side is gone reports an error instead of an end (Linux: EIO), so
    /// both mean that this was all.
    pub(crate) fn start(source: impl Read + Send + 'static) -> Self {
        let (sender, chunks) = channel();
        thread::spawn(move || forward(source, &sender));
        Self { chunks }
    }

    /// Everything up to the end, or as an error what had come when the time was up.
    pub(crate) fn until(self, deadline: Instant) -> Result<Vec<u8>, Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            match self.next(deadline) {
                Ok(Some(chunk)) => bytes.extend(chunk),
                Ok(None) => return Ok(bytes),
                Err(TimeIsUp) => return Err(bytes),
            }
        }
    }

    /// What comes next; nothing at the end.
    pub(crate) fn next(&self, deadline: Instant) -> Result<Option<Vec<u8>>, TimeIsUp> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.chunks.recv_timeout(left) {
            Ok(chunk) => Ok(Some(chunk)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(TimeIsUp),
        }
    }
}

fn forward(mut source: impl Read, chunks: &Sender<Vec<u8>>) {
    let mut buffer = [0; 8192];
    loop {
        match source.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            // Nobody waits any more once the time is up.
            Ok(length) if chunks.send(buffer[..length].to_vec()).is_err() => return,
            Ok(_) => {}
        }
    }
}

/// Waits for the end of a program. `None` if it still runs when the time is up.
pub(crate) fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        let status = child.try_wait()?;
        if status.is_some() || Instant::now() >= deadline {
            return Ok(status);
        }
        thread::sleep(EXIT_POLL);
    }
}

/// Ends a program which has overstayed.
pub(crate) fn kill(child: &mut Child) {
    // Either may fail when it has just ended by itself, which is what is wanted.
    let _ = child.kill();
    let _ = child.wait();
}
