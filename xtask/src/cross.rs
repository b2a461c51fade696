//! Other systems: what of the workspace can be checked for them here, and what cannot.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
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
    /// Whether what is in C takes the headers of Apple, which only a Mac has.
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

/// The packages that are no tools.
const OTHERS: [&str; 4] = ["output", NETLINK, TESTKIT, "xtask"];

/// What is empty where it is not for Linux.
const NETLINK: &str = "netlink";

/// What the tests of all tools talk to, and so have in them.
const TESTKIT: &str = "testkit";

/// Packages with a library in C: ring.
const WITH_RING: [&str; 3] = [TESTKIT, "lookup", "xtask"];

/// Packages with a library that reads Apple's headers where it is for a Mac: netstat2.
const WITH_NETSTAT: [&str; 3] = ["conns", "portscan", "xtask"];

/// What wine cannot do and Windows can, with the tests of that.
struct Inability {
    what: &'static str,
    /// Each by its package and its name, or the beginning that several names share.
    tests: &'static [(&'static str, &'static str)],
}

/// Of Debian 12's wine. A program in C that makes the same calls gets the same; only how long it may
/// take is a matter of the machine.
const INABILITIES: [Inability; 5] = [
    Inability {
        what: "it may lose the word that a port of UDP is closed, which its server hears first",
        tests: &[
            (TESTKIT, "listener::tests::a_closed_port_refuses_tcp_and_udp"),
            ("lookup", "bulk::socket::tests::a_port_where_nothing_listens_is_told"),
            ("lookup", "bulk::trials::a_dead_server_among_others_costs_no_answer"),
            ("lookup", "bulk::trials::says_at_once_that_nothing_listens"),
            ("lookup", "exchange::tests::says_nobody_home_when_refused"),
            ("lookup", "lists::a_server_that_fails_is_told_for_each_name"),
            ("lookup", "several::who_does_not_answer_disagrees_with_nobody"),
            ("portscan", "udp::nobody_home_is_said_by_the_host"),
            ("portscan", "wire::tests::a_datagram_to_a_port_where_nobody_listens_is_refused"),
        ],
    },
    Inability {
        what: "it shuts a connection down before it closes it, so that none is ever reset",
        tests: &[(
            TESTKIT,
            "service::tests::a_greeting_comes_first_and_a_close_is_told_from_a_reset",
        )],
    },
    Inability {
        what: "it says that nobody owns a socket that only its server has open",
        tests: &[
            (
                "conns",
                "listeners::tests::a_listener_of_our_own_is_found_at_every_address_that_it_hears",
            ),
            ("conns", "a_listener_is_listed_with_its_owner"),
            ("conns", "filters::a_filter_by_process_finds_what_it_has_open"),
            ("conns", "views::sockets_are_counted_by_process"),
        ],
    },
    Inability {
        what: "it knows no IPV6_V6ONLY of IPv4 and no IP_RECVECN, which quinn asks for",
        tests: &[
            (TESTKIT, "encrypted::tests::the_authority_is_gone_with_its_server"),
            ("lookup", "encrypted::tests::"),
            ("lookup", "encrypted::a_list_goes_over_one_way_only"),
            ("lookup", "encrypted::a_server_that_cannot_prove_who_it_is_is_not_asked"),
            ("lookup", "encrypted::a_server_that_never_answers_is_given_up"),
            ("lookup", "encrypted::a_server_without_a_name_is_known_by_its_address"),
            ("lookup", "encrypted::both_addresses_come_over_one_connection_that_ends_as_it_should"),
            ("portscan", "payload::quic::tests::a_server_of_quic_answers"),
        ],
    },
    Inability {
        what: "its server has a part in each call: where other work went on, thousands of questions took \
               too long, and it was not tried on an idle machine",
        tests: &[
            ("lookup", "bulk::trials::names_that_take_long_do_not_make_the_window_small"),
            ("lookup", "lists::of_many_names_none_is_lost_and_each_is_answered_once"),
            ("portscan", "naming::a_hyphen_is_all_ports_each_once"),
        ],
    },
];

/// Rust takes random numbers from a library that Debian 12's wine does not have; this stands in for it.
const RANDOM_NUMBERS: &str = "\
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return SystemFunction036(data, (ULONG)size);
}
";

/// What keeps a library from being built for a Mac.
const APPLES_HEADERS: &str = "takes the headers of Apple, which a Mac has";

/// Stands in for Apple's compiler, where only Rust is checked: it answers as clang does when it is asked
/// who it is, and what it compiles is empty.
const NO_COMPILER: &str = r#"#!/bin/sh
case $1 in
    -E) echo clang; exit ;;
    '-?') exit 1 ;;
esac
while [ $# -gt 1 ]; do
    if [ "$1" = -o ]; then : >"$2"; fi
    shift
done
"#;

/// Checks every package for every system, or says why not; with `run`, runs tests for Windows as well.
pub fn run(run: bool) -> Result<()> {
    let installed = installed_targets()?;
    let mut failed = Vec::new();
    for system in SYSTEMS {
        if stands_in(system) && installed.contains(system.target) {
            let told = format!("only its Rust is checked: its C {APPLES_HEADERS}");
            writeln!(io::stdout(), "{:15}  {:9}  {told}", system.name, "ring")?;
        }
        for package in packages_for(system) {
            let with_tests = obstacle_to_tests(system, package, &installed);
            let told = match (obstacle(system, package, &installed), with_tests) {
                (Some(obstacle), _) => format!("not checked: {obstacle}"),
                (None, with_tests) if !check(system, package, with_tests.is_none())? => {
                    failed.push(format!("{package} for {}", system.name));
                    "FAILED".to_owned()
                }
                (None, None) => "checked".to_owned(),
                (None, Some(obstacle)) => format!("checked without its tests: {obstacle}"),
            };
            writeln!(io::stdout(), "{:15}  {package:9}  {told}", system.name)?;
        }
    }
    if run {
        failed.extend(run_under_wine(SYSTEMS[0], &installed)?);
    }
    ensure!(failed.is_empty(), "not as it should be: {}", failed.join(", "));
    Ok(())
}

/// All of the workspace.
fn packages() -> impl Iterator<Item = &'static str> {
    OTHERS.into_iter().chain(TOOLS.iter().map(|tool| tool.name))
}

/// Those that have something for a system.
fn packages_for(system: System) -> impl Iterator<Item = &'static str> {
    let is_linux = system.target.contains("-linux-");
    packages().filter(move |package| is_linux || *package != NETLINK)
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

/// Why a package cannot be checked for a system here.
fn obstacle(system: System, package: &str, installed: &BTreeSet<&str>) -> Option<String> {
    if !installed.contains(system.target) {
        return Some(format!("it takes 'rustup target add {}'", system.target));
    }
    if system.is_apple && !cfg!(target_os = "macos") {
        if WITH_NETSTAT.contains(&package) {
            return Some(format!("netstat2 {APPLES_HEADERS}"));
        }
        if WITH_RING.contains(&package) && !stands_in(system) {
            return Some(format!("ring {APPLES_HEADERS}"));
        }
    }
    let (compiler, of_debian) = system.compiler.filter(|_| WITH_RING.contains(&package))?;
    let is_there = find(compiler).is_some();
    (!is_there).then(|| format!("it takes {compiler}, of Debian's package {of_debian}"))
}

/// Why its tests cannot be, though it can.
fn obstacle_to_tests(system: System, package: &str, installed: &BTreeSet<&str>) -> Option<String> {
    let has_testkit = TOOLS.iter().any(|tool| tool.name == package);
    obstacle(system, TESTKIT, installed).filter(|_| has_testkit)
}

/// Whether a script takes the place of a system's compiler.
fn stands_in(system: System) -> bool {
    system.is_apple && cfg!(unix) && !cfg!(target_os = "macos")
}

/// Writes the script that takes the place of a compiler; returns where it is.
fn no_compiler() -> Result<PathBuf> {
    let folder = root().join("target/cross");
    fs::create_dir_all(&folder).context("cannot make target/cross")?;
    let script = folder.join("cc");
    fs::write(&script, NO_COMPILER).context("cannot write target/cross/cc")?;
    #[cfg(unix)]
    fs::set_permissions(&script, PermissionsExt::from_mode(0o755))?;
    Ok(script)
}

fn check(system: System, package: &str, with_tests: bool) -> Result<bool> {
    let mut cargo = cargo();
    cargo.current_dir(root()).args(["clippy", "--quiet", "--locked", "--package", package]);
    cargo.args(["--target", system.target]);
    if with_tests {
        cargo.arg("--all-targets");
    }
    let compiler = format!("CC_{}", system.target.replace('-', "_"));
    if system.target.ends_with("-musl") {
        cargo.env(&compiler, "cc");
    }
    if stands_in(system) {
        // Where there is a folder of Apple's, nobody runs a program of Apple's to find it.
        cargo.env(&compiler, no_compiler()?).env("SDKROOT", "/");
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
    for package in packages_for(windows) {
        let mut cargo = cargo();
        cargo.current_dir(root()).args(["test", "--quiet", "--locked", "--package", package]);
        cargo.args(["--no-fail-fast", "--target", windows.target, "--", "--test-threads", "1"]);
        for (what, test) in beyond_wine(package) {
            writeln!(
                io::stdout(),
                "{:15}  {package:9}  not run under wine: {test}: {what}",
                windows.name
            )?;
            cargo.args(["--skip", test]);
        }
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

/// The tests of a package that wine cannot pass, each with the reason.
fn beyond_wine(package: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = INABILITIES.iter().flat_map(|it| it.tests.iter().map(|test| (it.what, test)));
    all.filter(move |(_, (of, _))| *of == package).map(|(what, (_, test))| (what, *test))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_that_is_named_is_one() {
        let of_tests = INABILITIES.iter().flat_map(|it| it.tests).map(|(package, _)| package);
        for name in WITH_RING.iter().chain(&WITH_NETSTAT).chain(of_tests) {
            assert!(packages().any(|package| package == *name), "{name}");
        }
    }

    #[test]
    fn every_test_that_wine_cannot_pass_is_one() {
        for (package, name) in INABILITIES.iter().flat_map(|it| it.tests) {
            let (_, function) = name.rsplit_once("::").unwrap_or(("", name));
            let folders = ["crates", "tests"].map(|folder| root().join(folder).join(package));
            let is_there = folders.iter().any(|it| says(it, &format!("fn {function}")));
            assert!(is_there, "{package}: {name}");
        }
    }

    /// Whether a file below this path has these words in it.
    fn says(path: &Path, words: &str) -> bool {
        match fs::read_dir(path) {
            Ok(entries) => entries.flatten().any(|entry| says(&entry.path(), words)),
            Err(_) => fs::read_to_string(path).is_ok_and(|text| text.contains(words)),
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
        assert_eq!(obstacle_to_tests(SYSTEMS[1], "wellknown", &target(1)).is_none(), cfg!(unix));
        assert_eq!(obstacle_to_tests(SYSTEMS[1], "output", &target(1)), None);
    }
}
