//! Other systems: what of the workspace can be checked for them here, and what cannot.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::build::{cargo, find};
use crate::generated::root;
use crate::tools::TOOLS;

/// A system that the tools are for.
#[derive(Debug, Clone, Copy)]
struct System {
    name: &'static str,
    target: &'static str,
    /// The compiler for libraries in C, with the Debian package that has it; none where this machine's
    /// own will do.
    compiler: Option<(&'static str, &'static str)>,
    /// Whether it takes the headers of Apple, which only a Mac has.
    is_apple: bool,
}

const SYSTEMS: [System; 4] = [
    System {
        name: "Windows",
        target: "x86_64-pc-windows-gnu",
        compiler: Some(("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64")),
        is_apple: false,
    },
    System { name: "macOS", target: "aarch64-apple-darwin", compiler: None, is_apple: true },
    System { name: "FreeBSD", target: "x86_64-unknown-freebsd", compiler: None, is_apple: false },
    System {
        name: "Linux with musl",
        target: "x86_64-unknown-linux-musl",
        compiler: None,
        is_apple: false,
    },
];

/// Tools with a library in C: ring, in lookup.
const WITH_C: [&str; 1] = ["lookup"];

/// Tools that take Apple's headers where they are for a Mac: ring, and netstat2 in the others.
const WITH_APPLES_HEADERS: [&str; 3] = ["lookup", "conns", "portscan"];

/// What is run under wine: packages whose tests ask nothing of the system that wine does not have.
const UNDER_WINE: [&str; 3] = ["output", "myip", "wellknown"];

/// Rust takes random numbers from a library that Debian 12's wine does not have; this stands in for it.
const RANDOM_NUMBERS: &str = "\
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return SystemFunction036(data, (ULONG)size);
}
";

/// Checks every tool for every system, or says why not; with `run`, runs tests for Windows as well.
pub fn run(run: bool) -> Result<()> {
    let installed = installed_targets()?;
    let mut failed = Vec::new();
    for system in SYSTEMS {
        for tool in &TOOLS {
            let told = match obstacle(system, tool.name, &installed) {
                Some(obstacle) => format!("not checked: {obstacle}"),
                None if check(system, tool.name)? => "checked".to_owned(),
                None => {
                    failed.push(format!("{} for {}", tool.name, system.name));
                    "FAILED".to_owned()
                }
            };
            writeln!(io::stdout(), "{:15}  {:9}  {told}", system.name, tool.name)?;
        }
    }
    if run {
        failed.extend(run_under_wine(SYSTEMS[0], &installed)?);
    }
    ensure!(failed.is_empty(), "not as it should be: {}", failed.join(", "));
    Ok(())
}

/// The targets that this toolchain has libraries for.
fn installed_targets() -> Result<BTreeSet<&'static str>> {
    let mut installed = BTreeSet::new();
    for System { target, .. } in SYSTEMS {
        let args = ["--print", "target-libdir", "--target", target];
        let told = Command::new("rustc").args(args).output().context("cannot run rustc")?;
        if Path::new(String::from_utf8_lossy(&told.stdout).trim()).is_dir() {
            installed.insert(target);
        }
    }
    Ok(installed)
}

/// Why a tool cannot be checked for a system here.
fn obstacle(system: System, tool: &str, installed: &BTreeSet<&str>) -> Option<String> {
    if !installed.contains(system.target) {
        return Some(format!("it takes 'rustup target add {}'", system.target));
    }
    if system.is_apple && !cfg!(target_os = "macos") && WITH_APPLES_HEADERS.contains(&tool) {
        return Some("it takes the headers of Apple, which a Mac has".to_owned());
    }
    let (compiler, package) = system.compiler.filter(|_| WITH_C.contains(&tool))?;
    let is_there = find(compiler).is_some();
    (!is_there).then(|| format!("it takes {compiler}, of Debian's package {package}"))
}

fn check(system: System, tool: &str) -> Result<bool> {
    let mut cargo = cargo();
    cargo.current_dir(root()).args(["clippy", "--quiet", "--locked", "--package", tool]);
    cargo.args(["--target", system.target]);
    if system.target.ends_with("-musl") {
        cargo.env(format!("CC_{}", system.target.replace('-', "_")), "cc");
    }
    cargo.args(["--", "--deny", "warnings"]);
    Ok(cargo.status().context("cannot run cargo")?.success())
}

/// Runs the tests of what can be run; returns what failed.
fn run_under_wine(windows: System, installed: &BTreeSet<&str>) -> Result<Vec<String>> {
    let compiler = windows.compiler.map_or("", |(compiler, _)| compiler);
    let missing: Vec<_> = ["wine", compiler].into_iter().filter(|it| find(it).is_none()).collect();
    if !missing.is_empty() || !installed.contains(windows.target) {
        let missing = missing.join(" and ");
        writeln!(io::stdout(), "tests for Windows: not run: they take {missing} and the target")?;
        return Ok(vec![]);
    }
    let folder = root().join("target/wine");
    fs::create_dir_all(&folder).context("cannot make target/wine")?;
    let source = folder.join("random.c");
    fs::write(&source, RANDOM_NUMBERS)?;
    let mut link = Command::new(compiler);
    link.arg("-shared").arg("-o").arg(folder.join("bcryptprimitives.dll")).arg(&source);
    let built = link.arg("-ladvapi32").status().context("cannot run the compiler")?;
    ensure!(built.success(), "what stands in for a library of Windows does not compile");
    let mut failed = Vec::new();
    for package in UNDER_WINE {
        let mut cargo = cargo();
        cargo.current_dir(root()).args(["test", "--quiet", "--locked", "--package", package]);
        cargo.args(["--target", windows.target, "--", "--test-threads", "1"]);
        cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
        cargo.env("WINEPREFIX", folder.join("prefix")).env("WINEDEBUG", "-all");
        cargo.env("WINEPATH", format!("Z:{}", folder.display().to_string().replace('/', "\\")));
        let ended = cargo.stdin(Stdio::null()).status().context("cannot run cargo")?;
        let told = if ended.success() { "passed under wine" } else { "FAILED under wine" };
        writeln!(io::stdout(), "{:15}  {package:9}  tests {told}", windows.name)?;
        if !ended.success() {
            failed.push(format!("the tests of {package} under wine"));
        }
    }
    Ok(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_that_is_named_is_one() {
        for name in WITH_C.iter().chain(&WITH_APPLES_HEADERS) {
            assert!(TOOLS.iter().any(|tool| tool.name == *name), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_checked_is_told_with_what_it_takes() {
        let target = |index: usize| BTreeSet::from([SYSTEMS[index].target]);
        let told = obstacle(SYSTEMS[2], "myip", &target(0)).unwrap();
        assert_eq!(told, "it takes 'rustup target add x86_64-unknown-freebsd'");
        assert_eq!(obstacle(SYSTEMS[2], "lookup", &target(2)), None);
        assert_eq!(obstacle(SYSTEMS[1], "wellknown", &target(1)), None);
        let is_mac = cfg!(target_os = "macos");
        assert_eq!(obstacle(SYSTEMS[1], "conns", &target(1)).is_none(), is_mac);
    }
}
