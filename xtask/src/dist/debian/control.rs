//! What dpkg and apt are told of the package (Debian Policy, 5.3).

use super::MAINTAINER;
use crate::dist::NAME;
use crate::tools::TOOLS;

/// The columns of a description.
const WIDTH: usize = 79;

const SYNOPSIS: &str = "small tools for addresses, names, connections and ports";

const ABOUT: &str = " \
 These answer the questions that people ask of a network, from a terminal and
 from shell scripts. They share their formats (a table, TSV, CSV, JSON or bare
 values), their flags and their exit codes:
";

/// The version as Debian orders them: what comes before a release has a tilde there.
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").replace('-', "~")
}

/// The control file.
pub fn text(architecture: &str, installed_kib: u64, depends: &str) -> String {
    format!(
        "Package: {NAME}\n\
         Version: {}\n\
         Architecture: {architecture}\n\
         Maintainer: {MAINTAINER}\n\
         Installed-Size: {installed_kib}\n\
         Depends: {depends}\n\
         Section: net\n\
         Priority: optional\n\
         Description: {SYNOPSIS}\n{}",
        version(),
        description()
    )
}

/// What the package is for: each tool in its own words.
fn description() -> String {
    let mut text = ABOUT.to_owned();
    for tool in &TOOLS {
        let about = (tool.command)().get_about().map(ToString::to_string).unwrap_or_default();
        text += &item(&format!("{}: {about}", tool.name));
    }
    text
}

/// An item of a list, in lines that are shown as they are.
fn item(text: &str) -> String {
    let mut item = "  *".to_owned();
    let mut width = item.len();
    for word in text.split_whitespace() {
        if width + 1 + word.len() > WIDTH {
            item.push_str("\n   ");
            width = 3;
        }
        item.push(' ');
        item.push_str(word);
        width += 1 + word.len();
    }
    item + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_tells_of_every_tool_in_lines_that_fit() {
        let text = description();
        for tool in &TOOLS {
            assert!(text.contains(&format!("\n  * {}: ", tool.name)), "{text}");
        }
        for line in text.lines() {
            assert!(line.starts_with(' ') && line.len() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn an_item_goes_on_below_its_text() {
        let text = item(&"word ".repeat(17));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[1], "    word word");
    }

    #[test]
    fn every_field_has_a_line() {
        let text = text("amd64", 12, "libc6 (>= 2.34)");
        let fields: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with(' '))
            .filter_map(|line| line.split_once(": "))
            .collect();
        assert_eq!(fields.len(), 9, "{text}");
        assert!(fields.contains(&("Installed-Size", "12")), "{text}");
        assert!(fields.iter().all(|(_, value)| !value.is_empty()), "{text}");
    }
}
