//! The keys that are asked for, from the command line and from files.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use output::Lines;
use thiserror::Error;

use crate::key::{Key, KeyError};

/// What stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// A line that is longer than this is no line of keys.
const LINE_MAX_OCTETS: usize = 64 * 1024;

/// A word of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A key.
    Key(Key),
    /// `-`: the keys that come from standard input.
    StandardInput,
}

impl FromStr for Word {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text == STANDARD_INPUT { Ok(Self::StandardInput) } else { text.parse().map(Self::Key) }
    }
}

/// A line of a file makes no sense; the others do.
#[derive(Debug, Error)]
#[error("line {number}: {mistake}")]
pub struct BadLine {
    /// From 1.
    pub number: u64,
    /// Not a source: it is part of the sentence.
    pub mistake: LineError,
}

/// What is wrong with a line.
#[derive(Debug, Error)]
pub enum LineError {
    /// It has other octets than those of text.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// It has no end.
    #[error("the line has more than {LINE_MAX_OCTETS} octets")]
    TooLong,
    /// A word in it is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A file that cannot be read.
#[derive(Debug, Error)]
#[error("cannot read '{}'", .path.display())]
pub struct InputError {
    path: PathBuf,
    source: io::Error,
}

/// Why there is no key.
#[derive(Debug)]
pub(crate) enum QuestionError {
    Line(BadLine),
    Input(InputError),
}

/// Keys, one after the other.
pub(crate) struct Questions {
    inputs: VecDeque<Input>,
    /// The file that is being read.
    file: Option<Reader>,
    /// Keys of a line.
    line: VecDeque<Result<Key, QuestionError>>,
}

/// Where keys come from.
#[derive(Debug)]
pub(crate) enum Input {
    Key(Key),
    File(PathBuf),
}

struct Reader {
    path: PathBuf,
    lines: Lines<Box<dyn Read>>,
    number: u64,
    /// Whether who writes it may take its time.
    is_live: bool,
}

impl Questions {
    pub(crate) fn new(inputs: impl IntoIterator<Item = Input>) -> Self {
        Self { inputs: inputs.into_iter().collect(), file: None, line: VecDeque::new() }
    }

    /// Whether the next key, or the end, is there without waiting for anybody.
    pub(crate) fn is_ready(&self) -> bool {
        let may_wait = |file: &Reader| file.is_live && !file.lines.has_more();
        !self.line.is_empty() || !self.file.as_ref().is_some_and(may_wait)
    }

    fn open(&mut self, path: PathBuf) -> Result<(), InputError> {
        let is_live = path == Path::new(STANDARD_INPUT);
        let reader: Box<dyn Read> = if is_live {
            Box::new(io::stdin())
        } else {
            match File::open(&path) {
                Ok(file) => Box::new(file),
                Err(source) => return Err(InputError { path, source }),
            }
        };
        let lines = Lines::new(reader, LINE_MAX_OCTETS);
        self.file = Some(Reader { path, lines, number: 0, is_live });
        Ok(())
    }

    /// Reads a line of the file. Whether there was one.
    fn read_line(&mut self) -> bool {
        let Some(file) = &mut self.file else { return false };
        file.number += 1;
        let number = file.number;
        match file.lines.next() {
            Ok(Some(line)) => {
                let bad = |mistake| QuestionError::Line(BadLine { number, mistake });
                self.line.extend(keys(line).into_iter().map(|key| key.map_err(bad)));
                return true;
            }
            Ok(None) => {}
            Err(source) => {
                let path = std::mem::take(&mut file.path);
                self.line.push_back(Err(QuestionError::Input(InputError { path, source })));
            }
        }
        self.file = None;
        false
    }
}

impl Iterator for Questions {
    type Item = Result<Key, QuestionError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(key) = self.line.pop_front() {
                return Some(key);
            }
            if self.file.is_some() {
                self.read_line();
                continue;
            }
            match self.inputs.pop_front()? {
                Input::Key(key) => return Some(Ok(key)),
                Input::File(path) => {
                    if let Err(error) = self.open(path) {
                        return Some(Err(QuestionError::Input(error)));
                    }
                }
            }
        }
    }
}

/// The keys of a line, with blanks between them and perhaps a remark behind `#`.
fn keys(line: &[u8]) -> Vec<Result<Key, LineError>> {
    if line.len() > LINE_MAX_OCTETS {
        return vec![Err(LineError::TooLong)];
    }
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = line.split(|octet| *octet == b'#').next().unwrap_or(line);
    match str::from_utf8(line) {
        Ok(line) => line.split_ascii_whitespace().map(|word| Ok(word.parse()?)).collect(),
        Err(_) => vec![Err(LineError::NotUtf8)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_file_are_keys_and_the_wrong_ones_are_told() {
        let path = std::env::temp_dir().join(format!("wellknown-from-{}", std::process::id()));
        std::fs::write(&path, b"\xef\xbb\xbf80 ssh\r\n\n# remark\nimap # 143\n65536 22\nb\xff\n53")
            .unwrap();
        let inputs = [Input::Key("1".parse().unwrap()), Input::File(path.clone())];
        let mut questions = Questions::new(inputs);
        assert!(questions.is_ready());
        let told: Vec<_> = questions
            .by_ref()
            .map(|key| match key {
                Ok(key) => format!("{:?}", key.what),
                Err(QuestionError::Line(line)) => line.to_string(),
                Err(QuestionError::Input(error)) => error.to_string(),
            })
            .collect();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(
            told,
            [
                "Ports(1..=1)",
                "Ports(80..=80)",
                "Name(\"ssh\")",
                "Name(\"imap\")",
                "line 5: '65536' is out of range: ports go from 0 to 65535",
                "Ports(22..=22)",
                "line 6: the line is not UTF-8",
                "Ports(53..=53)",
            ]
        );
        let mut questions = Questions::new([Input::File("/nonexistent/keys".into())]);
        assert!(matches!(questions.next(), Some(Err(QuestionError::Input(_)))));
        assert!(questions.next().is_none());
        let long = [&b"80"[..], &vec![b' '; LINE_MAX_OCTETS]].concat();
        assert!(matches!(keys(&long)[..], [Err(LineError::TooLong)]));
    }
}
