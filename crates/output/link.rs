//! How the programs of all tools are linked: the build script of each.

#![expect(clippy::print_stdout, reason = "it is how a build script speaks to cargo")]

use std::env;
use std::path::Path;
use std::process::Command;

/// Where the C library is glibc, Rust's programs load the unwinder of GCC as a library of its own,
/// and that takes an eighth of the time in which a small program starts and ends. GCC has it as an
/// archive, too: where that is there, the programs take it along (24 KB).
fn main() {
    println!("cargo::rerun-if-changed=../output/link.rs");
    if is_for_this_glibc()
        && let Some(archive) = unwinder()
    {
        let arguments = format!("-Wl,--push-state,--whole-archive,{archive},--pop-state");
        println!("cargo::rustc-link-arg-bins={arguments}");
    }
}

fn is_for_this_glibc() -> bool {
    let told = |name| env::var(name).unwrap_or_default();
    told("CARGO_CFG_TARGET_OS") == "linux"
        && told("CARGO_CFG_TARGET_ENV") == "gnu"
        && told("TARGET") == told("HOST")
        && !told("CARGO_CFG_TARGET_FEATURE").split(',').any(|feature| feature == "crt-static")
}

/// The archive, where the compiler that links knows it.
fn unwinder() -> Option<String> {
    let linker = env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    let told = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output().ok()?;
    let path = String::from_utf8(told.stdout).ok()?;
    let path = path.trim();
    // A compiler that has none says the name alone; a comma would end the argument.
    (Path::new(path).is_absolute() && !path.contains(',')).then(|| path.to_owned())
}
