//! Whose the work is and under which licences, as Debian reads it (DEP-5, copyright-format 1.0).

use anyhow::{Context, Result};

use crate::dist::NAME;
use crate::dist::licences::DOCUMENT;
use crate::generated::read;

/// The copyright file, of the project's own words.
pub fn text() -> Result<String> {
    let mit = read("LICENSE-MIT")?;
    let (title, permission) = mit.split_once("\n\nPermission ").context("LICENSE-MIT permits")?;
    let (_, holders) =
        title.split_once("Copyright (c) ").context("LICENSE-MIT names its holders")?;
    Ok(format!(
        "\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {NAME}
Comment: The programs have other works linked into them, whose copyrights and
 licences are in /usr/share/doc/{NAME}/{DOCUMENT}.gz.

Files: *
Copyright: {holders}
License: Expat or Apache-2.0

Files: crates/wellknown/data/later.txt crates/wellknown/data/registry.txt
Copyright: Internet Assigned Numbers Authority and the IETF Trust
License: CC0-1.0
Comment:
{}
Files: crates/wellknown/data/table.bin
Copyright: Internet Assigned Numbers Authority and the IETF Trust
           {holders}
License: CC0-1.0 and Expat or CC0-1.0 and Apache-2.0
Comment: The registry, with our own words laid over it.

License: Expat
{}
License: Apache-2.0
 On Debian systems it is in /usr/share/common-licenses/Apache-2.0.

License: CC0-1.0
 On Debian systems it is in /usr/share/common-licenses/CC0-1.0.
",
        paragraphs(&read("NOTICE")?),
        paragraphs(&format!("Permission {permission}")),
    ))
}

/// A text as the rest of a field: each line after a space, an empty one as a full stop.
fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(|line| if line.is_empty() { "." } else { line });
    lines.flat_map(|line| [" ", line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::root;

    #[test]
    fn the_licences_are_those_of_the_workspace() {
        assert_eq!(env!("CARGO_PKG_LICENSE"), "MIT OR Apache-2.0");
    }

    #[test]
    fn every_file_that_it_names_is_there() {
        let text = text().unwrap();
        let files = text.lines().filter_map(|line| line.strip_prefix("Files: "));
        for file in files.flat_map(str::split_whitespace).filter(|file| *file != "*") {
            assert!(root().join(file).is_file(), "{file}");
        }
    }

    #[test]
    fn a_paragraph_begins_with_its_field() {
        let text = text().unwrap();
        for paragraph in text.split("\n\n") {
            let begins = ["Format: ", "Files: ", "License: "];
            assert!(begins.iter().any(|field| paragraph.starts_with(field)), "{paragraph}");
        }
    }

    #[test]
    fn an_empty_line_does_not_end_a_field() {
        assert_eq!(paragraphs("a\n\n  b\n"), " a\n .\n   b\n");
    }
}
