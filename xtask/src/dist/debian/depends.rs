//! What the programs need of other packages: the libraries that they load, at least as new as the
//! versions of the symbols that they use.

use std::collections::BTreeMap;
use std::mem;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::run;

/// Packages with the least version of each, as its numbers; none if any will do.
type Needs = BTreeMap<&'static str, Vec<u32>>;

/// The field `Depends` of these programs.
pub fn of<'a>(programs: impl IntoIterator<Item = &'a PathBuf>) -> Result<String> {
    let mut needs = Needs::new();
    for program in programs {
        let mut objdump = Command::new("objdump");
        objdump.env("LC_ALL", "C").arg("--private-headers").arg(program);
        add(&run(&mut objdump)?, &mut needs)
            .with_context(|| format!("cannot tell what {} needs", program.display()))?;
    }
    Ok(field(&needs))
}

/// Adds what the headers of a program tell, as objdump prints them.
fn add(headers: &str, needs: &mut Needs) -> Result<()> {
    let mut loaded = None;
    for line in headers.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match (&words[..], loaded) {
            (["NEEDED", library], _) => {
                needs.entry(package(library)?).or_default();
            }
            (["required", "from", library], _) => {
                loaded = Some(package(library.trim_end_matches(':'))?);
            }
            ([_hash, _flags, _index, symbols], Some(package)) => {
                let least = needs.entry(package).or_default();
                *least = version(symbols).max(mem::take(least));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The package of a library.
fn package(library: &str) -> Result<&'static str> {
    match library {
        "libgcc_s.so.1" => Ok("libgcc-s1"),
        "libc.so.6" | "libdl.so.2" | "libm.so.6" | "libpthread.so.0" | "librt.so.1" => Ok("libc6"),
        _ if library.starts_with("ld-linux") => Ok("libc6"),
        _ => bail!("no package is known for {library}"),
    }
}

/// The numbers of a version of symbols, such as GLIBC_2.34; a name without any has none.
fn version(symbols: &str) -> Vec<u32> {
    let (_, numbers) = symbols.split_once('_').unwrap_or_default();
    numbers.split('.').map(str::parse).collect::<Result<_, _>>().unwrap_or_default()
}

/// What is needed, as the control file has it.
fn field(needs: &Needs) -> String {
    let needs = needs.iter().map(|(package, version)| {
        let numbers: Vec<_> = version.iter().map(ToString::to_string).collect();
        if numbers.is_empty() {
            (*package).to_owned()
        } else {
            format!("{package} (>= {})", numbers.join("."))
        }
    });
    needs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed by objdump 2.40 of a program in Rust, shortened.
    const HEADERS: &str = "\
Program Header:
    LOAD off    0x0000000000000000 vaddr 0x0000000000000000 paddr 0x0000000000000000 align 2**12

Dynamic Section:
  NEEDED               libgcc_s.so.1
  NEEDED               libc.so.6
  NEEDED               ld-linux-x86-64.so.2
  INIT                 0x0000000000035000

Version References:
  required from libgcc_s.so.1:
    0x0b792655 0x00 12 GCC_3.3
    0x09265f61 0x00 08 GCC_4.2.0
  required from libc.so.6:
    0x09691a75 0x00 11 GLIBC_2.2.5
    0x069691b4 0x00 02 GLIBC_2.34
    0x06969197 0x00 05 GLIBC_2.17
    0x0963cf85 0x00 03 GLIBC_PRIVATE
";

    #[test]
    fn the_newest_symbols_say_how_new_a_library_has_to_be() {
        let mut needs = Needs::new();
        add(HEADERS, &mut needs).unwrap();
        assert_eq!(field(&needs), "libc6 (>= 2.34), libgcc-s1 (>= 4.2.0)");
    }

    #[test]
    fn another_program_may_need_more_but_never_less() {
        let mut needs = Needs::new();
        add(HEADERS, &mut needs).unwrap();
        add("required from libc.so.6:\n 0x1 0x00 02 GLIBC_2.9\n", &mut needs).unwrap();
        assert_eq!(needs["libc6"], [2, 34]);
        add("required from libc.so.6:\n 0x1 0x00 02 GLIBC_2.39\n", &mut needs).unwrap();
        assert_eq!(needs["libc6"], [2, 39]);
    }

    #[test]
    fn a_library_without_versions_is_needed_all_the_same() {
        let mut needs = Needs::new();
        add("  NEEDED   libgcc_s.so.1\n", &mut needs).unwrap();
        assert_eq!(field(&needs), "libgcc-s1");
    }

    #[test]
    fn a_library_of_no_known_package_is_an_error() {
        let told = add("  NEEDED   libssl.so.3\n", &mut Needs::new()).unwrap_err();
        assert_eq!(told.to_string(), "no package is known for libssl.so.3");
    }
}
