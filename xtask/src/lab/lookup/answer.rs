//! Records in presentation form, taken apart so that they can be compared.

use anyhow::{Result, bail};

/// A word of presentation form (RFC 1035, 5.1), as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Without the quotes.
    pub text: String,
    pub is_quoted: bool,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    pub owner: String,
    pub ttl: u64,
    /// Its type, by name.
    pub of_type: String,
    pub data: Vec<Word>,
}

/// The records of an answer, in an order of their own: servers turn them as they like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    records: Vec<Record>,
}

impl Record {
    /// A record from its parts, the data in presentation form.
    pub fn new(owner: &str, ttl: u64, record_type: &str, data: &str) -> Self {
        let data = words(data);
        Self { owner: owner.to_owned(), ttl, of_type: record_type.to_owned(), data }
    }

    /// Reads a line: owner, TTL, class, type, data.
    fn parse(line: &str) -> Option<Self> {
        let mut rest = line;
        let mut field = || {
            let (field, after) = rest.split_once([' ', '\t'])?;
            rest = after.trim_start();
            Some(field)
        };
        let (owner, ttl, _class) = (field()?, field()?.parse().ok()?, field()?);
        // A record without data ends with its type.
        let (record_type, data) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        Some(Self::new(owner, ttl, record_type, data))
    }

    /// The data as one text again.
    pub fn text(&self) -> String {
        let word = |Word { text, is_quoted }: &Word| {
            if *is_quoted { format!("\"{text}\"") } else { text.clone() }
        };
        let data: Vec<_> = self.data.iter().map(word).collect();
        format!("{} {} {} {}", self.owner, self.ttl, self.of_type, data.join(" "))
    }
}

impl Answer {
    /// An answer of these records.
    pub fn new(mut records: Vec<Record>) -> Self {
        records.sort();
        Self { records }
    }

    /// Reads records, one a line. Comments are left out.
    ///
    /// # Errors
    ///
    /// A line is no record.
    pub fn parse(text: &str) -> Result<Self> {
        let mut records = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(';')) {
            match Record::parse(line) {
                Some(record) => records.push(record),
                None => bail!("not a record: {line}"),
            }
        }
        Ok(Self::new(records))
    }

    /// The records.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The answer with each of its records changed.
    pub fn map(&self, change: impl FnMut(&Record) -> Record) -> Self {
        Self::new(self.records.iter().map(change).collect())
    }
}

/// Splits at blanks that are neither escaped nor in quotes.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut is_open = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' if word.is_none() => {
                is_open = true;
                word = Some(Word { text: String::new(), is_quoted: true });
            }
            '"' if is_open && word.as_ref().is_some_and(|word| word.is_quoted) => {
                is_open = false;
                words.extend(word.take());
            }
            '"' => {
                is_open = !is_open;
                push(&mut word, '"');
            }
            '\\' => {
                push(&mut word, '\\');
                if let Some(escaped) = characters.next() {
                    push(&mut word, escaped);
                }
            }
            ' ' | '\t' if !is_open => words.extend(word.take()),
            character => push(&mut word, character),
        }
    }
    words.extend(word);
    words
}

fn push(word: &mut Option<Word>, character: char) {
    let new = || Word { text: String::new(), is_quoted: false };
    word.get_or_insert_with(new).text.push(character);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_data_into_words() {
        for (text, expected) in [
            ("10 mail.test.", vec![("10", false), ("mail.test.", false)]),
            (r#""a \"b\" c" "" d"#, vec![(r#"a \"b\" c"#, true), ("", true), ("d", false)]),
            (r"dot\.in\ label. x", vec![(r"dot\.in\ label.", false), ("x", false)]),
            (
                r#"1 . alpn="h2,h 3" x"#,
                vec![("1", false), (".", false), (r#"alpn="h2,h 3""#, false), ("x", false)],
            ),
            ("", vec![]),
        ] {
            let found = words(text);
            let found: Vec<_> = found.iter().map(|it| (it.text.as_str(), it.is_quoted)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn reads_lines_as_dig_prints_them() {
        let text =
            "; comment\n\nb.test.\t\t300\tIN\tTXT\t\"x\" \"\"\na.test. 0 IN TYPE65280 \\# 0\n";
        let answer = Answer::parse(text).unwrap();
        let texts: Vec<_> = answer.records().iter().map(Record::text).collect();
        assert_eq!(texts, [r"a.test. 0 TYPE65280 \# 0", "b.test. 300 TXT \"x\" \"\""]);
        assert!(Answer::parse("no record").is_err());
    }
}
