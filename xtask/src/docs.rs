//! Man pages, schemas of JSON, and the help blocks of the README.

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::generated::{Generated, read, root, write_or_check};
use crate::schema;
use crate::tools::{Entry, TOOLS};

const COMMAND: &str = "cargo xtask docs";
const README: &str = "README.md";
const MAN_FOLDER: &str = "docs/man";
const SCHEMA_FOLDER: &str = "docs/schema";

/// The columns of the help blocks.
const HELP_WIDTH: usize = 90;

/// The environment that every tool looks at.
const ENVIRONMENT: [(&str, &str); 5] = [
    ("NO_COLOR", "If set and not empty, nothing is coloured unless --color says so."),
    ("CLICOLOR_FORCE", "If set and not 0, colours are used even where the output is no terminal."),
    ("TERM", "A terminal that is dumb gets no colours, and no picture that is drawn anew."),
    (
        "LC_ALL, LC_CTYPE, LANG",
        "Bars beside counts are ASCII where the first of these that is set does not name UTF-8.",
    ),
    ("COLUMNS", "How wide a terminal is that does not say so itself."),
];

/// Writes the documents, or fails if one is stale. They are those of Linux, where the tools have flags
/// that they lack elsewhere.
pub fn run(check: bool) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the documents are those of Linux, which can write them");
    let mut files = vec![Generated::text(README, readme(&read(README)?)?)];
    for tool in &TOOLS {
        let path = format!("{MAN_FOLDER}/{}.1", tool.name);
        files.push(Generated::text(path, man_page(tool)?));
        let path = format!("{SCHEMA_FOLDER}/{}.json", tool.name);
        files.push(Generated::text(path, schema::of(tool)?));
    }
    forget_former_tools(MAN_FOLDER, "1", check)?;
    forget_former_tools(SCHEMA_FOLDER, "json", check)?;
    write_or_check(&files, check, COMMAND)
}

/// A man page or a schema without its tool is a leftover.
fn forget_former_tools(folder: &str, extension: &str, check: bool) -> Result<()> {
    let Ok(files) = fs::read_dir(root().join(folder)) else { return Ok(()) };
    for file in files {
        let file = file?;
        let is_of = |tool: &Entry| file.file_name() == *format!("{}.{extension}", tool.name);
        if !TOOLS.iter().any(is_of) {
            let path = file.path();
            ensure!(!check, "{} is of no tool: run `{COMMAND}`", path.display());
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// The man page of a tool.
pub fn man_page(tool: &Entry) -> Result<String> {
    let manual = (tool.manual)();
    let command = (tool.command)().after_help("").after_long_help("");
    let man = Man::new(command).manual("homeport");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    synopsis((tool.command)()).to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;

    let mut roff = Roff::new();
    roff.control("SH", ["COLUMNS"]);
    roff.text([roman(
        "Those marked + are in TSV, CSV and JSON, and in a table only when --columns names them.",
    )]);
    for column in &manual.columns {
        let mark = if column.is_extra { " +" } else { "" };
        entry(&mut roff, &format!("{}{mark}", column.name), &column.meaning());
    }
    if !manual.column_aliases.is_empty() {
        roff.control("PP", []);
        roff.text([roman(manual.aliases())]);
    }
    roff.control("SH", ["EXIT STATUS"]);
    for (exit, meaning) in manual.exit_status {
        entry(&mut roff, &exit.code().to_string(), meaning);
    }
    roff.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in ENVIRONMENT.iter().chain(manual.environment) {
        entry(&mut roff, name, meaning);
    }
    roff.control("SH", ["EXAMPLES"]);
    for (example, meaning) in manual.examples {
        entry(&mut roff, example, meaning);
    }
    roff.control("SH", ["SEE ALSO"]);
    let others: Vec<_> =
        TOOLS.iter().map(|tool| tool.name).filter(|name| *name != tool.name).collect();
    let mut names = Vec::new();
    for (index, name) in others.iter().enumerate() {
        names.extend([bold(*name), roman(if index + 1 < others.len() { "(1), " } else { "(1)" })]);
    }
    roff.text(names);
    roff.to_writer(&mut page)?;
    String::from_utf8(page).context("a man page is UTF-8")
}

/// The usage line of the help: clap_mangen's own leaves out that arguments may be repeated.
fn synopsis(mut command: Command) -> Roff {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let (name, arguments) = usage.split_once(' ').unwrap_or((usage, ""));
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([bold(name), roman(" "), roman(arguments)]);
    roff
}

fn entry(roff: &mut Roff, term: &str, meaning: &str) {
    roff.control("TP", []);
    roff.text([bold(term)]);
    roff.text([roman(meaning)]);
}

/// The README with its help blocks as the tools print them: each stands between
/// `<!-- help: TOOL -->` and `<!-- end -->`.
fn readme(text: &str) -> Result<String> {
    let mut text = text.to_owned();
    let blocks = text.matches("<!-- help: ").count();
    ensure!(blocks == TOOLS.len(), "{README} has {blocks} help blocks for {} tools", TOOLS.len());
    for tool in &TOOLS {
        let opening = format!("<!-- help: {} -->\n", tool.name);
        let (before, rest) = text
            .split_once(&opening)
            .with_context(|| format!("{README} has no line {}", opening.trim_end()))?;
        let end = rest
            .find("<!-- end -->")
            .with_context(|| format!("{README}: the block of {} has no end", tool.name))?;
        ensure!(!rest[..end].contains("<!-- help:"), "{README}: {} has no end", tool.name);
        let help = (tool.command)().term_width(HELP_WIDTH).render_help().to_string();
        let block = format!("```text\n$ {} -h\n{}\n```\n", tool.name, help.trim_end());
        text = format!("{before}{opening}{block}{}", &rest[end..]);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_documents_are_fresh() {
        run(true).unwrap();
    }

    #[test]
    fn what_contributing_names_is_there() {
        let page = read("CONTRIBUTING.md").unwrap();
        let is_path = |word: &&str| {
            word.contains('/') && !word.contains(char::is_whitespace) && !word.starts_with("../")
        };
        let paths: Vec<_> = page.split('`').skip(1).step_by(2).filter(is_path).collect();
        assert!(paths.len() > 20, "{paths:?}");
        for path in paths {
            let is_of_a_tool = path.starts_with("src/");
            let path = if is_of_a_tool { format!("crates/portscan/{path}") } else { path.into() };
            assert!(root().join(&path).exists(), "{path}");
        }
    }

    #[test]
    fn a_man_page_has_every_section() {
        for tool in &TOOLS {
            let page = man_page(tool).unwrap();
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COLUMNS", "EXAMPLES"] {
                assert!(page.contains(&format!(".SH {section}")), "{} {section}", tool.name);
            }
            assert!(page.contains(".SH \"EXIT STATUS\""), "{}", tool.name);
        }
    }
}
