//! Fuzzing: octets and texts that nobody thought of.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::build::cargo;
use crate::generated::root;

/// Fuzzes one target, or all of them in turn, for so many seconds each.
pub fn run(target: Option<&str>, seconds: u64) -> Result<()> {
    let targets = targets(&root().join("fuzz/fuzz_targets"))?;
    let chosen: Vec<_> = match target {
        None => targets,
        Some(target) if targets.iter().any(|it| it == target) => vec![target.to_owned()],
        Some(target) => bail!("there is no target '{target}', there are: {}", targets.join(", ")),
    };
    ensure!(
        is_installed(),
        "cargo-fuzz is missing: cargo install cargo-fuzz (it needs a C++ compiler as well)"
    );
    for target in &chosen {
        writeln!(io::stdout(), "\n{target}, {seconds} s:")?;
        fuzz(target, seconds)?;
    }
    Ok(())
}

/// The names of the targets: one file each.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for file in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = file?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        targets.extend(name.map(str::to_owned));
    }
    targets.sort();
    Ok(targets)
}

fn is_installed() -> bool {
    let version =
        cargo().args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// It starts from `fuzz/seeds` and from what earlier runs left in `fuzz/corpus`.
fn fuzz(target: &str, seconds: u64) -> Result<()> {
    let corpus = format!("fuzz/corpus/{target}");
    let seeds = format!("fuzz/seeds/{target}");
    let root = root();
    fs::create_dir_all(root.join(&corpus)).with_context(|| format!("cannot make {corpus}"))?;
    let mut fuzz: Command = cargo();
    // The compiler's flags for fuzzing are unstable; this has a stable one take them.
    fuzz.env("RUSTC_BOOTSTRAP", "1").current_dir(root).args(["fuzz", "run", target, &corpus]);
    if root.join(&seeds).is_dir() {
        fuzz.arg(&seeds);
    }
    fuzz.args(["--", "-print_final_stats=1"]).arg(format!("-max_total_time={seconds}"));
    let status = fuzz.status().context("cannot run cargo")?;
    ensure!(
        status.success(),
        "'{target}' found something: fuzz/artifacts/{target} has what it was"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_built() {
        let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        let targets = targets(&root().join("fuzz/fuzz_targets")).unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            assert!(manifest.contains(&format!("name = \"{target}\"\n")), "{target}");
            assert!(
                manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"\n")),
                "{target}"
            );
        }
    }
}
