//! Building the tools and finding what was built.

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::generated::root;
use crate::tools::TOOLS;

/// How much the compiler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Dev,
    /// Small and fast.
    Release,
}

/// What cargo tells a program that it runs of that program's package.
const OF_OUR_PACKAGE: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// The cargo that runs this.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // ring's build script looks at it: whoever passes it on has ring built anew, and all upon it.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if OF_OUR_PACKAGE.iter().any(|start| text.starts_with(start)) {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Where a program is, along `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Builds every tool, for this machine or for another target. Returns where the program of each is.
pub fn tools(profile: Profile, target: Option<&str>) -> Result<HashMap<String, PathBuf>> {
    let mut cargo = cargo();
    cargo.current_dir(root()).args([
        "build",
        "--locked",
        "--bins",
        "--message-format",
        "json-render-diagnostics",
    ]);
    for tool in &TOOLS {
        cargo.args(["--package", tool.name]);
    }
    match profile {
        // What xtask and the tools have in common is then built for both at once.
        Profile::Dev => cargo.args(["--package", "xtask"]),
        Profile::Release => cargo.arg("--release"),
    };
    if let Some(target) = target {
        cargo.args(["--target", target]);
        // Libraries in C take a compiler for the target; on the same processor this machine's will do,
        // as they use none of the C library's own.
        let compiler = format!("CC_{}", target.replace('-', "_"));
        if env::var_os(&compiler).is_none() {
            cargo.env(compiler, "cc");
        }
    }
    let built = cargo.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(built.status.success(), "the tools did not build");
    let programs: HashMap<_, _> =
        String::from_utf8_lossy(&built.stdout).lines().filter_map(program).collect();
    for tool in &TOOLS {
        ensure!(programs.contains_key(tool.name), "cargo built no program for {}", tool.name);
    }
    Ok(programs)
}

/// The name and path of the program that a message of cargo tells of, if it does.
fn program(message: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let path = message["executable"].as_str()?;
    let name = message["target"]["name"].as_str()?;
    Some((name.to_owned(), path.into()))
}
