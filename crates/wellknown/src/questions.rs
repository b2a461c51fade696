//! The keys that are asked for, from the command line and from files.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use output::{LineTextError, Lines, STANDARD_INPUT};
use thiserror::Error;

use crate::key::{Key, KeyError};

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
    /// It is no text.
    #[error(transparent)]
    Text(#[from] LineTextError),
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
    lines: Lines<Box<dyn Read + Send>>,
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
        match output::open(&path) {
            Ok(reader) => {
                self.file = Some(Reader { path, lines: Lines::new(reader), number: 0, is_live });
                Ok(())
            }
            Err(source) => Err(InputError { path, source }),
        }
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
    match output::without_remark(line) {
        Ok(line) => line.split_ascii_whitespace().map(|word| Ok(word.parse()?)).collect(),
        Err(error) => vec![Err(error.into())],
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
    }
}
