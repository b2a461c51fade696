//! A command line, as people type it.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::rig::Stage;

/// The name of the tool that is ours.
const OURS: &str = "conns";

/// The words of a command line, of which the first is the program.
pub type Line<'a> = &'a [&'a str];

/// What a line looks like where words with blanks need quotes.
pub fn name(line: Line) -> String {
    let quote = |word: &&str| if word.contains(' ') { format!("'{word}'") } else { (*word).into() };
    line.iter().map(quote).collect::<Vec<String>>().join(" ")
}

/// Where the program of a line is.
pub fn program(stage: &Stage, line: Line) -> PathBuf {
    if line[0] == OURS { stage.tool(OURS) } else { line[0].into() }
}

/// The command of a line, which writes to `output`.
pub fn command(stage: &Stage, line: Line, output: File) -> Command {
    let mut command = Command::new(program(stage, line));
    command.args(&line[1..]).stdin(Stdio::null()).stdout(output).stderr(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_blanks_are_quoted() {
        assert_eq!(name(&["ss", "-tan", "sport = :80"]), "ss -tan 'sport = :80'");
        assert_eq!(name(&["true"]), "true");
    }
}
