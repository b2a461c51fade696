//! Lists of targets: lines of a file or a pipe, with a limit on each.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use thiserror::Error;

/// What stands for standard input where a file is named.
pub const STANDARD_INPUT: &str = "-";

/// A line that is longer than this, in octets, is no line of targets.
pub const LINE_MAX_OCTETS: usize = 64 * 1024;

/// What some systems put before text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why a line is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LineTextError {
    /// It has other octets than those of text.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// It has no end.
    #[error("the line has more than 65,536 octets")]
    TooLong,
}

/// Opens a file, or standard input for `-`.
///
/// # Errors
/// The file cannot be opened.
pub fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    if path == Path::new(STANDARD_INPUT) {
        Ok(Box::new(io::stdin()))
    } else {
        Ok(Box::new(File::open(path)?))
    }
}

/// What a line says, without a remark behind `#`, and without the mark that some systems begin text
/// with.
///
/// # Errors
/// It is no text, or was cut by [`Lines`].
pub fn without_remark(line: &[u8]) -> Result<&str, LineTextError> {
    if line.len() > LINE_MAX_OCTETS {
        return Err(LineTextError::TooLong);
    }
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    let line = line.split(|octet| *octet == b'#').next().unwrap_or(line);
    str::from_utf8(line).map_err(|_| LineTextError::NotUtf8)
}

/// Lines without their ends, of which those over [`LINE_MAX_OCTETS`] are cut.
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// The lines of what is read.
    pub fn new(reader: R) -> Self {
        Self { reader: BufReader::new(reader), line: Vec::new() }
    }

    /// Whether there is more of what was read already, so that nobody has to be waited for.
    pub fn has_more(&self) -> bool {
        !self.reader.buffer().is_empty()
    }

    /// The next line, if there is one. Of a line that is too long one octet too many is kept.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    #[expect(clippy::should_implement_trait, reason = "a line is lent until the next is read")]
    pub fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        loop {
            let chunk = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            let end = chunk.iter().position(|octet| *octet == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            let room = (LINE_MAX_OCTETS + 1).saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let is_over = chunk.is_empty();
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            match end {
                Some(_) => return Ok(Some(&self.line)),
                None if is_over => return Ok((!self.line.is_empty()).then_some(&self.line)),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many octets at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let taken = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(taken);
            buffer[..taken].copy_from_slice(now);
            self.0 = later;
            Ok(taken)
        }
    }

    #[test]
    fn lines_are_the_same_however_they_come_and_the_longest_are_cut() {
        let long = vec![b'x'; 3 * LINE_MAX_OCTETS];
        let text = [&b"a\n\nb\r\n"[..], &long, b"\nlast"].concat();
        for step in [1, 3, 1000, LINE_MAX_OCTETS, text.len()] {
            let mut lines = Lines::new(Trickle(&text, step));
            let mut seen: Vec<Vec<u8>> = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                seen.push(line.to_vec());
            }
            let cut = &long[..=LINE_MAX_OCTETS];
            assert_eq!(seen, [&b"a"[..], b"", b"b\r", cut, b"last"], "{step}");
        }
    }

    #[test]
    fn a_line_is_what_stands_before_a_remark() {
        for (line, expected) in [
            (&b"80 ssh\r"[..], Ok("80 ssh\r")),
            (b"\xef\xbb\xbfdb:80 # the first", Ok("db:80 ")),
            (b"# nobody", Ok("")),
            (b"db # caf\xe9", Ok("db ")),
            (b"caf\xe9.test", Err(LineTextError::NotUtf8)),
        ] {
            assert_eq!(without_remark(line), expected, "{}", line.escape_ascii());
        }
        let longest = vec![b' '; LINE_MAX_OCTETS];
        assert!(without_remark(&longest).is_ok());
        let longer = [&longest[..], b" "].concat();
        assert_eq!(without_remark(&longer), Err(LineTextError::TooLong));
    }
}
