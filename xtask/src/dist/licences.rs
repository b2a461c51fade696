//! The licences of what is linked into the programs besides our own code: each text, once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{NAME, entries};
use crate::build::cargo;
use crate::generated::{read, root};
use crate::tools::TOOLS;

/// The name of the document.
pub const DOCUMENT: &str = "THIRD-PARTY";

/// How the names of files begin that packages have licences and notices in, in small letters.
const NAMES: [&str; 6] = ["license", "licence", "unlicense", "copying", "copyright", "notice"];

/// How such names end if the file is not for people.
const NOT_TEXTS: [&str; 5] = ["json", "rs", "toml", "yaml", "yml"];

/// What parts one text from the next.
const RULE: &str =
    "================================================================================";

/// What the toolchain links into every program.
const STD: Licensed = Licensed {
    name: "Rust's standard library",
    licence: "MIT OR Apache-2.0",
    copyright: "Copyright (c) The Rust Project Contributors",
};

/// What it links into static ones.
const MUSL: Licensed = Licensed {
    name: "musl",
    licence: "MIT",
    copyright: "Copyright © 2005-2020 Rich Felker, et al.",
};

/// What is no crate, and may be given away as MIT permits.
struct Licensed {
    name: &'static str,
    licence: &'static str,
    copyright: &'static str,
}

/// What is linked into a program.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    /// Its name and version.
    name: String,
    /// An SPDX expression.
    licence: String,
    authors: String,
    /// By the names of the files that they are in.
    texts: BTreeMap<String, String>,
}

/// The document, for the programs of a target.
pub fn text(target: &str) -> Result<String> {
    let parts = of_toolchain(target)?;
    let crates = linked(&metadata(target)?, &TOOLS.map(|tool| tool.name))?;
    Ok(document(target, &parts.into_iter().chain(crates).collect::<Vec<_>>()))
}

/// What the toolchain adds to the crates.
fn of_toolchain(target: &str) -> Result<Vec<Part>> {
    let mit = read("LICENSE-MIT")?;
    let start = mit.find("Permission ").context("LICENSE-MIT permits")?;
    let mut parts = vec![STD];
    if target.ends_with("-musl") {
        parts.push(MUSL);
    }
    let parts = parts.into_iter().map(|it| Part {
        name: it.name.to_owned(),
        licence: it.licence.to_owned(),
        authors: String::new(),
        texts: BTreeMap::from([(
            "MIT".to_owned(),
            clean(&[it.copyright, "\n\n", &mit[start..]].concat()),
        )]),
    });
    Ok(parts.collect())
}

/// What cargo knows of the workspace and of all that it takes for a target.
fn metadata(target: &str) -> Result<Value> {
    let mut cargo = cargo();
    cargo.current_dir(root()).args(["metadata", "--format-version", "1", "--locked"]);
    let output = cargo.args(["--filter-platform", target]).output().context("cannot run cargo")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo metadata failed: {}", errors.trim_end());
    serde_json::from_slice(&output.stdout).context("cargo metadata prints JSON")
}

/// The crates that are linked into some programs of the workspace, sorted. Features are those that the
/// whole workspace asks for, so that there may be one too many but none is lost.
fn linked(metadata: &Value, programs: &[&str]) -> Result<Vec<Part>> {
    let packages = by_id(list(metadata, "packages")?)?;
    let nodes = by_id(list(&metadata["resolve"], "nodes")?)?;
    let members = list(metadata, "workspace_members")?.iter().filter_map(Value::as_str);
    let members: HashSet<_> = members.collect();
    let mut next = Vec::new();
    for program in programs {
        let mut ids = members.iter().copied();
        let id = ids.find(|id| packages.get(id).is_some_and(|it| it["name"] == *program));
        next.push(id.with_context(|| format!("the workspace has no package {program}"))?);
    }
    let mut seen = HashSet::new();
    let mut parts = Vec::new();
    while let Some(id) = next.pop() {
        let package = packages.get(id).with_context(|| format!("nothing is told of {id}"))?;
        if !seen.insert(id) || is_macro(package)? {
            continue;
        }
        let node = nodes.get(id).with_context(|| format!("nothing is told of what {id} takes"))?;
        next.extend(dependencies(node)?);
        if !members.contains(id) {
            parts.push(part(package)?);
        }
    }
    parts.sort();
    Ok(parts)
}

/// Packages or nodes by what identifies them.
fn by_id(values: &[Value]) -> Result<HashMap<&str, &Value>> {
    values.iter().map(|value| Ok((string(value, "id")?, value))).collect()
}

/// Whether a package runs in the compiler and not in the program.
fn is_macro(package: &Value) -> Result<bool> {
    for target in list(package, "targets")? {
        if list(target, "kind")?.iter().any(|kind| kind == "proc-macro") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a package has to be linked with: neither for its tests nor for its build script.
fn dependencies(node: &Value) -> Result<Vec<&str>> {
    let mut ids = Vec::new();
    for dependency in list(node, "deps")? {
        if list(dependency, "dep_kinds")?.iter().any(|kind| kind["kind"].is_null()) {
            ids.push(string(dependency, "pkg")?);
        }
    }
    Ok(ids)
}

/// What a package says of itself, in its manifest and in the files beside it.
fn part(package: &Value) -> Result<Part> {
    let name = format!("{} {}", string(package, "name")?, string(package, "version")?);
    let manifest = Path::new(string(package, "manifest_path")?);
    let folder = manifest.parent().context("a manifest lies in a folder")?;
    let mut files = licence_files(folder)?;
    files.extend(package["license_file"].as_str().map(|file| folder.join(file)));
    let mut texts = BTreeMap::new();
    for file in files {
        let octets = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let text = clean(&String::from_utf8_lossy(&octets));
        if !text.is_empty() {
            let file = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
            texts.insert(file.replace('\\', "/"), text);
        }
    }
    let licence = package["license"].as_str().unwrap_or("no SPDX expression").to_owned();
    let authors = list(package, "authors")?.iter().filter_map(Value::as_str);
    let authors = authors.collect::<Vec<_>>().join(", ");
    Ok(Part { name, licence, authors, texts })
}

/// The files with licences and notices, also those of code that a package has taken from elsewhere.
fn licence_files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let files = entries(folder)?.into_iter();
    Ok(files.filter(|file| file.file_name().is_some_and(is_licence) && file.is_file()).collect())
}

fn is_licence(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    NAMES.iter().any(|start| name.starts_with(start)) && !NOT_TEXTS.contains(&ending)
}

/// A text without what nobody sees: spaces at the ends of lines, empty lines around it.
fn clean(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The parts, and the texts with the names of those that each comes with.
fn document(target: &str, parts: &[Part]) -> String {
    let mut texts: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut document =
        format!("The programs of {NAME} for {target} are made of these as well:\n\n");
    for part in parts {
        document += &line(part);
        for (file, text) in &part.texts {
            texts.entry(text).or_default().insert(format!("{}: {file}", part.name));
        }
    }
    document += "\nEach text is below once, after the names of the files that have it.\n";
    for (text, files) in texts {
        let files = files.into_iter().collect::<Vec<_>>().join("\n");
        document.extend(["\n", RULE, "\n", &files, "\n\n", text, "\n"]);
    }
    document
}

/// What the list says of a part; of one without a text, whose it is as well.
fn line(part: &Part) -> String {
    let Part { name, licence, authors, texts } = part;
    match (texts.is_empty(), authors.as_str()) {
        (false, _) => format!("    {name} ({licence})\n"),
        (true, "") => format!("    {name} ({licence}; without a text or authors in its package)\n"),
        (true, _) => {
            format!("    {name} ({licence}; by {authors}; without a text in its package)\n")
        }
    }
}

fn string<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("cargo metadata tells no {key}"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    let list = value[key].as_array().with_context(|| format!("cargo metadata tells no {key}"))?;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use serde_json::json;

    use super::*;
    use crate::install;

    const MIT: &str = "Copyright A\n\nPermission is hereby granted";

    /// The folder of a test's packages, which goes when the test is over.
    struct Folder(PathBuf);

    impl Folder {
        fn make(test: &str) -> Self {
            Self(env::temp_dir().join(format!("xtask-licences-{test}-{}", process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// A package in a folder of its own, with files.
    fn package(folder: &Folder, name: &str, files: &[(&str, &str)]) -> Value {
        let home = folder.0.join(name);
        let manifest = home.join("Cargo.toml");
        install::write(&manifest, "").unwrap();
        for (file, text) in files {
            install::write(&home.join(file), text).unwrap();
        }
        json!({
            "id": name, "name": name, "version": "1.0.0", "license": "MIT", "license_file": null,
            "authors": ["A <a@example.com>", "B"], "manifest_path": manifest,
            "targets": [{ "kind": ["lib"] }],
        })
    }

    /// A node that takes others, each of a kind.
    fn node(name: &str, takes: &[(&str, Option<&str>)]) -> Value {
        let takes = takes.iter().map(
            |(name, kind)| json!({ "pkg": name, "dep_kinds": [{ "kind": kind, "target": null }] }),
        );
        json!({ "id": name, "deps": takes.collect::<Vec<_>>() })
    }

    /// A tool that takes a library of the workspace, which takes crates.
    fn tree(folder: &Folder) -> Value {
        let mut derive = package(folder, "derive", &[("LICENSE", "of a macro")]);
        derive["targets"] = json!([{ "kind": ["proc-macro"] }]);
        let mut named = package(folder, "named", &[("docs/legal.txt", "legal")]);
        named["license_file"] = "docs/legal.txt".into();
        named["license"] = Value::Null;
        let windows = format!("\r\n{}\r\n", MIT.replace('\n', " \r\n"));
        let theirs = MIT.replace('A', "C");
        json!({
            "packages": [
                package(folder, "tool", &[("LICENSE", "our own")]),
                package(folder, "library", &[]),
                derive,
                named,
                package(folder, "silent", &[("licenses.rs", "code"), ("LICENSE", " \n")]),
                package(folder, "first", &[("LICENSE-MIT", MIT), ("src/taken/COPYING", "taken")]),
                package(folder, "second", &[("license.md", &windows)]),
                package(folder, "third", &[("LICENSE", &theirs), ("NOTICE", "notice")]),
                package(folder, "tests", &[("LICENSE", "of tests")]),
                package(folder, "builds", &[("LICENSE", "of a build")]),
                package(folder, "other", &[("LICENSE", "of another tool")]),
            ],
            "workspace_members": ["tool", "library"],
            "resolve": { "nodes": [
                node("tool", &[("library", None), ("second", None), ("tests", Some("dev"))]),
                node("library", &[("derive", None), ("first", None), ("builds", Some("build"))]),
                node("derive", &[("other", None)]),
                node("named", &[]),
                node("silent", &[]),
                node("first", &[("second", None), ("silent", None), ("named", None)]),
                node("second", &[("third", None), ("first", None)]),
                node("third", &[]),
            ] },
        })
    }

    #[test]
    fn every_crate_that_is_linked_is_told_of_and_no_other() {
        let folder = Folder::make("crates");
        let parts = linked(&tree(&folder), &["tool"]).unwrap();
        let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(
            names,
            ["first 1.0.0", "named 1.0.0", "second 1.0.0", "silent 1.0.0", "third 1.0.0"]
        );
    }

    #[test]
    fn a_text_is_told_once_with_all_that_have_it() {
        let folder = Folder::make("texts");
        let parts = linked(&tree(&folder), &["tool"]).unwrap();
        let rule = RULE;
        assert_eq!(
            document("some-target", &parts),
            format!(
                "\
The programs of homeport for some-target are made of these as well:

    first 1.0.0 (MIT)
    named 1.0.0 (no SPDX expression)
    second 1.0.0 (MIT)
    silent 1.0.0 (MIT; by A <a@example.com>, B; without a text in its package)
    third 1.0.0 (MIT)

Each text is below once, after the names of the files that have it.

{rule}
first 1.0.0: LICENSE-MIT
second 1.0.0: license.md

Copyright A

Permission is hereby granted

{rule}
third 1.0.0: LICENSE

Copyright C

Permission is hereby granted

{rule}
named 1.0.0: docs/legal.txt

legal

{rule}
third 1.0.0: NOTICE

notice

{rule}
first 1.0.0: src/taken/COPYING

taken
"
            )
        );
    }

    #[test]
    fn what_is_not_told_is_an_error_and_no_crate_less() {
        let folder = Folder::make("errors");
        let tree = tree(&folder);
        let mut without = tree.clone();
        without["packages"].as_array_mut().unwrap().retain(|package| package["id"] != "third");
        let error = linked(&without, &["tool"]).unwrap_err().to_string();
        assert_eq!(error, "nothing is told of third");
        let error = linked(&tree, &["absent"]).unwrap_err().to_string();
        assert_eq!(error, "the workspace has no package absent");
        let mut without = tree.clone();
        without["resolve"] = Value::Null;
        let error = linked(&without, &["tool"]).unwrap_err().to_string();
        assert_eq!(error, "cargo metadata tells no nodes");
        let mut without = tree;
        without["packages"][3]["license_file"] = "absent".into();
        let error = linked(&without, &["tool"]).unwrap_err().to_string();
        assert!(error.starts_with("cannot read "), "{error}");
    }

    #[test]
    fn a_licence_is_known_by_its_name() {
        let licences = "LICENSE LICENSE-APACHE LICENSE.Apache-2.0 LICENSE-MIT.md license-mit \
                        LICENCE.txt UNLICENSE COPYING COPYRIGHT NOTICES.md LICENSE-THIRD-PARTY";
        for name in licences.split(' ') {
            assert!(is_licence(name.as_ref()), "{name}");
        }
        for name in "README.md license.rs license.yml copy.rs .licenserc.yaml MIT".split(' ') {
            assert!(!is_licence(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn static_programs_have_musl_in_them() {
        for (target, names) in [
            ("x86_64-unknown-linux-gnu", &[STD.name][..]),
            ("x86_64-unknown-linux-musl", &[STD.name, MUSL.name]),
        ] {
            let parts = of_toolchain(target).unwrap();
            assert!(parts.iter().map(|part| part.name.as_str()).eq(names.iter().copied()));
            for part in parts {
                let text = &part.texts["MIT"];
                assert!(text.starts_with("Copyright "), "{text}");
                assert!(text.contains("\n\nPermission is hereby granted"), "{text}");
                assert!(!text.contains(NAME), "{text}");
            }
        }
    }
}
