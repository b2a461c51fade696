//! What the help and the man page say beyond the arguments, from the lists of the tool.

use std::fmt::{self, Display};

use crate::exit::Exit;
use crate::kind::Kind;

/// Everything the lists of a tool say of it.
#[derive(Debug, Clone)]
pub struct Manual {
    /// Commands with what they do.
    pub examples: &'static [(&'static str, &'static str)],
    /// The columns, in their order.
    pub columns: Vec<ColumnEntry>,
    /// Other names of columns, with the columns.
    pub column_aliases: &'static [(&'static str, &'static str)],
    /// What the exit codes mean.
    pub exit_status: &'static [(Exit, &'static str)],
    /// Variables that this tool alone looks at.
    pub environment: &'static [(&'static str, &'static str)],
}

/// What is said of a column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnEntry {
    /// Its name.
    pub name: &'static str,
    /// Its name in JSON.
    pub key: &'static str,
    /// What it holds.
    pub about: &'static str,
    /// What it is in JSON.
    pub kind: Kind,
    /// Whether it is known of every row: never null.
    pub is_always_known: bool,
    /// Whether a table has it only on request.
    pub is_extra: bool,
}

/// The end of `--help`.
impl Display for Manual {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "Examples:")?;
        let width = longest(self.examples.iter().map(|(command, _)| *command));
        for (command, meaning) in self.examples {
            writeln!(out, "  {command:width$}  {meaning}")?;
        }
        writeln!(out, "\nColumns (those with + not in a table unless --columns names them):")?;
        let width = longest(self.columns.iter().map(|column| column.name));
        for column in &self.columns {
            let ColumnEntry { name, is_extra, .. } = *column;
            let mark = if is_extra { '+' } else { ' ' };
            writeln!(out, "{mark} {name:width$}  {}", column.meaning())?;
        }
        if !self.column_aliases.is_empty() {
            writeln!(out, "\n{}", self.aliases())?;
        }
        write!(out, "\nExit codes:")?;
        for (exit, meaning) in self.exit_status {
            write!(out, "\n  {}  {meaning}", exit.code())?;
        }
        Ok(())
    }
}

impl Manual {
    /// The sentence about other names of columns; empty where there are none.
    #[must_use]
    pub fn aliases(&self) -> String {
        if self.column_aliases.is_empty() {
            return String::new();
        }
        let meanings = self.column_aliases.iter().map(|(alias, name)| format!("{alias} is {name}"));
        format!("Other names of columns: {}", meanings.collect::<Vec<_>>().join(", "))
    }
}

impl ColumnEntry {
    /// What it holds, and its name in JSON where that is another.
    #[must_use]
    pub fn meaning(&self) -> String {
        let Self { name, key, about, .. } = *self;
        if key == name { about.to_owned() } else { format!("{about} ({key} in JSON)") }
    }
}

fn longest<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    words.map(str::len).max().unwrap_or(0)
}
