//! The list of tools, which installing, documenting and building walk.

use clap::Command;
use output::{Manual, Tool};

/// What the chores know of a tool.
pub struct Entry {
    /// The name of its program and of its package.
    pub name: &'static str,
    /// Its whole command line.
    pub command: fn() -> Command,
    /// What its help says beyond the arguments.
    pub manual: fn() -> Manual,
}

/// Every tool, in the order in which people meet them.
pub const TOOLS: [Entry; 5] = [
    entry::<myip::Cli>("myip"),
    entry::<lookup::Cli>("lookup"),
    entry::<conns::Cli>("conns"),
    entry::<portscan::Cli>("portscan"),
    entry::<wellknown::Cli>("wellknown"),
];

const fn entry<T: Tool>(name: &'static str) -> Entry {
    Entry { name, command: output::command::<T>, manual: output::manual::<T> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_the_name_of_its_command() {
        for tool in &TOOLS {
            assert_eq!((tool.command)().get_name(), tool.name);
        }
    }

    #[test]
    fn every_command_line_is_sound() {
        for tool in &TOOLS {
            (tool.command)().debug_assert();
        }
    }

    #[test]
    fn every_example_is_accepted_by_its_tool() {
        for tool in &TOOLS {
            for (example, _) in (tool.manual)().examples {
                let words = example.split(['|', '&']).next().unwrap_or_default();
                let words = words.split_whitespace().map(|word| word.trim_matches('\''));
                let parsed = (tool.command)().try_get_matches_from(words);
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn every_exit_code_is_explained_in_order() {
        for tool in &TOOLS {
            let codes = (tool.manual)().exit_status.iter().map(|(exit, _)| exit.code());
            assert!(codes.eq(0..=3), "{}", tool.name);
        }
    }

    #[test]
    fn every_other_name_of_a_column_is_of_one_and_is_none_itself() {
        for tool in &TOOLS {
            let Manual { columns, column_aliases, .. } = (tool.manual)();
            let has = |name: &str| columns.iter().any(|column| column.name == name);
            for (alias, name) in column_aliases {
                assert!(has(name) && !has(alias), "{} {alias}", tool.name);
            }
        }
    }

    #[test]
    fn every_column_has_a_name_of_its_own_and_a_meaning() {
        for tool in &TOOLS {
            let columns = (tool.manual)().columns;
            for (index, column) in columns.iter().enumerate() {
                let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                assert!(column.name.chars().all(is_key), "{} {}", tool.name, column.name);
                assert!(!column.about.is_empty(), "{} {}", tool.name, column.name);
                assert!(column.key.chars().all(is_key), "{} {}", tool.name, column.key);
                let is_new = columns[..index]
                    .iter()
                    .all(|before| before.name != column.name && before.key != column.key);
                assert!(is_new, "{} {}", tool.name, column.name);
                assert_ne!(column.name, "count", "{}: --count-by has one of this name", tool.name);
            }
        }
    }
}
