//! Lines from a file or a pipe, without waiting for them.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use output::LINE_MAX_OCTETS;

/// So much is read at once.
const CHUNK_OCTETS: usize = 64 * 1024;

/// So many chunks are read ahead at most.
const CHUNKS_AHEAD_MAX: usize = 4;

/// Why there are no lines.
#[derive(Debug, thiserror::Error)]
#[error("cannot read '{}'", .path.display())]
pub struct InputError {
    path: PathBuf,
    source: io::Error,
}

/// Lines as they come. One over [`LINE_MAX_OCTETS`] is cut there or a little later, and its rest is
/// dropped: no name and type take so much.
#[derive(Debug)]
pub struct Lines {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    /// Where the next line begins.
    start: usize,
    path: PathBuf,
    /// Why there are no more, until it is told.
    failed: Option<io::Error>,
    /// How many lines were given.
    count: u64,
    has_ended: bool,
}

/// What there is to read now.
#[derive(Debug)]
pub enum Next<'a> {
    /// A line without its end.
    Line(&'a [u8]),
    /// Nothing yet.
    NotYet,
    /// Nothing any more.
    End,
    /// Nothing any more, because it cannot be read.
    Failed(InputError),
}

impl Lines {
    /// Reads a file, or standard input for `-`.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let error = |source| InputError { path: path.to_owned(), source };
        let reader = output::open(path).map_err(error)?;
        let (sender, chunks) = sync_channel(CHUNKS_AHEAD_MAX);
        // Ends with its input, or when nobody wants more of it.
        let reading = thread::Builder::new().name("read".to_owned());
        reading
            .spawn(move || {
                let chunks = Chunks { reader, rest: Vec::new(), is_cut: false, has_ended: false };
                for chunk in chunks {
                    if sender.send(chunk).is_err() {
                        return;
                    }
                }
            })
            .map_err(error)?;
        let path = path.to_owned();
        Ok(Self {
            chunks,
            chunk: Vec::new(),
            start: 0,
            path,
            failed: None,
            count: 0,
            has_ended: false,
        })
    }

    /// The next line, if it is there.
    pub fn next(&mut self) -> Next<'_> {
        if let Some(error) = self.failed.take() {
            return self.take(Err(error));
        }
        if self.start >= self.chunk.len() {
            match self.chunks.try_recv() {
                Ok(chunk) => return self.take(chunk),
                Err(TryRecvError::Empty) => return Next::NotYet,
                Err(TryRecvError::Disconnected) => {
                    self.has_ended = true;
                    return Next::End;
                }
            }
        }
        Next::Line(self.line())
    }

    /// The number of the line that was given last, from 1.
    pub const fn number(&self) -> u64 {
        self.count
    }

    /// Whether there is nothing any more.
    pub const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Waits for the next line or the end, but no longer than this.
    pub fn wait(&mut self, timeout: Duration) {
        if self.start < self.chunk.len() || self.failed.is_some() {
            return;
        }
        match self.chunks.recv_timeout(timeout) {
            Ok(Ok(chunk)) => (self.chunk, self.start) = (chunk, 0),
            Ok(Err(error)) => self.failed = Some(error),
            Err(RecvTimeoutError::Disconnected) => self.has_ended = true,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }

    fn take(&mut self, chunk: io::Result<Vec<u8>>) -> Next<'_> {
        match chunk {
            Ok(chunk) => {
                (self.chunk, self.start) = (chunk, 0);
                Next::Line(self.line())
            }
            Err(source) => {
                self.has_ended = true;
                Next::Failed(InputError { path: self.path.clone(), source })
            }
        }
    }

    /// The line that begins here; there is one.
    fn line(&mut self) -> &[u8] {
        let rest = &self.chunk[self.start..];
        let end = rest.iter().position(|&octet| octet == b'\n').unwrap_or(rest.len());
        self.start += end + 1;
        self.count += 1;
        &rest[..end]
    }
}

/// What was read at a time, in whole lines.
struct Chunks<R> {
    reader: R,
    /// The beginning of a line.
    rest: Vec<u8>,
    /// Whether a line was cut, whose rest is to be dropped.
    is_cut: bool,
    has_ended: bool,
}

impl<R: Read> Iterator for Chunks<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.has_ended {
            let mut chunk = std::mem::take(&mut self.rest);
            let kept = chunk.len();
            chunk.resize(kept + CHUNK_OCTETS, 0);
            let read = match self.reader.read(&mut chunk[kept..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    chunk.truncate(kept);
                    self.rest = chunk;
                    continue;
                }
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            };
            chunk.truncate(kept + read);
            self.has_ended = read == 0;
            if self.is_cut {
                let end = chunk.iter().position(|&octet| octet == b'\n');
                self.is_cut = end.is_none();
                chunk.drain(..end.map_or(chunk.len(), |end| end + 1));
            }
            let whole = chunk[kept..].iter().rposition(|&octet| octet == b'\n');
            self.is_cut |= whole.is_none() && chunk.len() > LINE_MAX_OCTETS;
            let end = match whole {
                Some(end) => kept + end + 1,
                None if self.has_ended || self.is_cut => chunk.len(),
                None => 0,
            };
            self.rest = chunk.split_off(end);
            if !chunk.is_empty() {
                return Some(Ok(chunk));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many octets at a time.
    struct Trickle(&'static [u8], usize);

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let taken = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(taken);
            buffer[..taken].copy_from_slice(now);
            self.0 = later;
            Ok(taken)
        }
    }

    /// A signal comes before each piece.
    struct Interrupted(Trickle, bool);

    impl Read for Interrupted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(buffer) }
        }
    }

    #[test]
    fn a_signal_is_no_end() {
        let text = b"a.test\nb.test\nlast.test";
        let reader = Interrupted(Trickle(text, 4), false);
        let chunks = Chunks { reader, rest: Vec::new(), is_cut: false, has_ended: false };
        let chunks: Vec<_> = chunks.map(Result::unwrap).collect();
        assert_eq!(chunks.concat(), text);
    }

    #[test]
    fn chunks_end_with_a_line_however_they_come() {
        let text = b"a.test\nb.test\r\n\nlast.test";
        for step in 1..=text.len() {
            let reader = Trickle(text, step);
            let chunks = Chunks { reader, rest: Vec::new(), is_cut: false, has_ended: false };
            let chunks: Vec<_> = chunks.map(Result::unwrap).collect();
            let (last, whole) = chunks.split_last().unwrap();
            assert!(whole.iter().all(|chunk| chunk.ends_with(b"\n")), "{step}: {chunks:?}");
            assert!(last.ends_with(b"last.test"));
            assert_eq!(chunks.concat(), text);
        }
    }

    #[test]
    fn the_rest_of_a_line_that_is_too_long_is_no_line() {
        let long = vec![b'x'; 5 * LINE_MAX_OCTETS];
        let text = [&b"a.test\n#"[..], &long, b" tail.test\nb.test\n"].concat();
        let text: &'static [u8] = text.leak();
        for step in [1000, CHUNK_OCTETS, text.len()] {
            let reader = Trickle(text, step);
            let chunks = Chunks { reader, rest: Vec::new(), is_cut: false, has_ended: false };
            let all = chunks.map(Result::unwrap).collect::<Vec<_>>().concat();
            let seen = str::from_utf8(&all).unwrap();
            assert!(seen.starts_with("a.test\n#xxx") && seen.ends_with("xb.test\n"), "{step}");
            assert!(all.len() < 3 * LINE_MAX_OCTETS && !seen.contains("tail"), "{step}");
        }
    }

    #[test]
    fn lines_come_one_by_one_and_then_the_end() {
        let file = std::env::temp_dir().join(format!("lookup-lines-{}", std::process::id()));
        std::fs::write(&file, b"a\n\nb").unwrap();
        let mut lines = Lines::open(&file).unwrap();
        let mut seen: Vec<Vec<u8>> = Vec::new();
        loop {
            lines.wait(Duration::from_secs(10));
            match lines.next() {
                Next::Line(line) => seen.push(line.to_vec()),
                Next::End => break,
                Next::NotYet => {}
                Next::Failed(error) => panic!("{error}"),
            }
        }
        std::fs::remove_file(&file).unwrap();
        assert_eq!(seen, [&b"a"[..], b"", b"b"]);
        let error = Lines::open(Path::new("/nonexistent/names")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read '/nonexistent/names'");
    }

    #[test]
    fn an_error_while_one_waits_is_told_after_it() {
        let (sender, chunks) = sync_channel(1);
        let path = PathBuf::from("names");
        let mut lines = Lines {
            chunks,
            chunk: Vec::new(),
            start: 0,
            path,
            failed: None,
            count: 0,
            has_ended: false,
        };
        sender.send(Err(io::ErrorKind::IsADirectory.into())).unwrap();
        drop(sender);
        lines.wait(Duration::from_secs(10));
        assert!(!lines.has_ended());
        assert!(matches!(lines.next(), Next::Failed(_)));
        assert!(lines.has_ended());
        assert!(matches!(lines.next(), Next::End));
    }
}
