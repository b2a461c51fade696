//! What a program costs that does nothing yet: its size, and its start.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::rig::{Chapter, Report, Sheet, Sprint, Stage, figure, find, program, succeed};

/// How often each program runs, for each round.
const RUNS_PER_ROUND: usize = 20;

/// The bench's chapter of starts and sizes.
pub const CHAPTER: Chapter = Chapter {
    name: "start",
    programs: &[
        program("ifconfig", "net-tools"),
        program("hostname", "hostname"),
        program("dig", "bind9-dnsutils"),
        program("nslookup", "bind9-dnsutils"),
        program("host", "bind9-host"),
        program("kdig", "knot-dnsutils"),
        program("drill", "ldnsutils"),
        program("ss", "iproute2"),
        program("netstat", "net-tools"),
        program("lsof", "lsof"),
        program("nmap", "nmap"),
        program("nc", "netcat-openbsd"),
        program("getent", "libc-bin"),
        program("ldd", "libc-bin"),
    ],
    run,
};

/// Each of our tools with what it replaces, asked for its version, or for help where that is all.
const GROUPS: [(&str, &[&str]); 5] = [
    ("myip", &["ip -V", "ifconfig -V", "hostname -V"]),
    ("lookup", &["dig -v", "nslookup -version", "host -V", "kdig -V", "drill -v"]),
    ("conns", &["ss -V", "netstat -V", "lsof -v"]),
    ("portscan", &["nmap -V", "nc -h", "rustscan -V"]),
    ("wellknown", &["getent -V"]),
];

/// Libraries that every program has: those of the C library itself.
const LIBC: [&str; 5] = ["libc.so", "libm.so", "libresolv.so", "libpthread.so", "ld-linux"];

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    report.show("Sizes", &sizes(stage)?)?;
    for (ours, others) in GROUPS {
        let mut others = others.iter().filter(|line| find(name(line)).is_some());
        let mut sprint = Sprint::beside(others.next().context("a tool replaces something")?)
            .with_program(&format!("{ours} --version"), &stage.tool(ours), None);
        for line in others {
            sprint = sprint.with(line);
        }
        let title = format!("The start of {ours}, and of what it replaces");
        report.show(&title, &sprint.run(stage.rounds * RUNS_PER_ROUND)?)?;
    }
    Ok(())
}

/// The program of a command.
fn name(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

fn sizes(stage: &Stage) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["program", "KiB", "its libraries, KiB", "together"]);
    for (ours, others) in GROUPS {
        let others = others.iter().filter_map(|line| Some((name(line), find(name(line))?)));
        for (name, path) in [(ours, stage.tool(ours))].into_iter().chain(others) {
            let told = succeed(Path::new("/"), "ldd", [&path])?;
            let libraries = libraries(told.text()).iter().map(|it| kib(it)).sum::<Result<f64>>()?;
            let program = kib(&path)?;
            let cells = [program, libraries, program + libraries].map(|kib| figure(kib, 0));
            sheet.row([name.to_owned()].into_iter().chain(cells));
        }
    }
    sheet.note("Libraries are those that ldd tells, but for the C library's own.");
    Ok(sheet)
}

/// The libraries that a program loads, as ldd tells them.
fn libraries(told: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let (_, path) = line.split_once(" => ")?;
        Some(PathBuf::from(path.split(' ').next()?))
    };
    let is_libc = |line: &&str| LIBC.iter().any(|name| line.trim_start().starts_with(name));
    told.lines().filter(|line| !is_libc(line)).filter_map(path).collect()
}

/// The size of a file, in KiB.
fn kib(path: &Path) -> Result<f64> {
    let file = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(f64::from(u32::try_from(file.len())?) / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_of_the_c_library_are_everybodys() {
        let told = "\tlinux-vdso.so.1 (0x00007ffd)\n\
                    \tlibssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f2f)\n\
                    \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2f)\n\
                    \tlibcap.so.2 => /lib/x86_64-linux-gnu/libcap.so.2 (0x00007f2f)\n\
                    \t/lib64/ld-linux-x86-64.so.2 (0x00007f2f)\n";
        let expected = ["/lib/x86_64-linux-gnu/libssl.so.3", "/lib/x86_64-linux-gnu/libcap.so.2"];
        assert_eq!(libraries(told), expected.map(PathBuf::from));
        assert_eq!(libraries("\tstatically linked\n"), [] as [PathBuf; 0]);
    }
}
