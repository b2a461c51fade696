//! Lines of a file or a pipe, with a limit on each.

use std::io::{self, BufRead, BufReader, Read};

/// Lines without their ends, of which the longest are cut.
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    max_octets: usize,
}

impl<R: Read> Lines<R> {
    /// Lines of so many octets at most.
    pub fn new(reader: R, max_octets: usize) -> Self {
        Self { reader: BufReader::new(reader), line: Vec::new(), max_octets }
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
            let room = (self.max_octets + 1).saturating_sub(self.line.len());
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

    const MAX_OCTETS: usize = 1000;

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
        let long = vec![b'x'; 3 * MAX_OCTETS];
        let text = [&b"a\n\nb\r\n"[..], &long, b"\nlast"].concat();
        for step in [1, 3, 1000, text.len()] {
            let mut lines = Lines::new(Trickle(&text, step), MAX_OCTETS);
            let mut seen: Vec<Vec<u8>> = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                seen.push(line.to_vec());
            }
            let cut = &long[..=MAX_OCTETS];
            assert_eq!(seen, [&b"a"[..], b"", b"b\r", cut, b"last"], "{step}");
        }
    }
}
