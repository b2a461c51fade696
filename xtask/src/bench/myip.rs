//! `myip` beside ip, hostname and ifconfig: on a machine with little, and on machines with much.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::rig::{Chapter, Report, Sheet, Sprint, Stage, program, succeed};

/// How often each program runs, for each round.
const RUNS_PER_ROUND: usize = 60;

/// The bench's chapter of `myip`.
pub const CHAPTER: Chapter = Chapter {
    name: "myip",
    programs: &[
        program("hostname", "hostname"),
        program("ifconfig", "net-tools"),
        program("ifdata", "moreutils"),
        program("sh", "dash"),
    ],
    run,
};

/// The smallest program that Rust makes, built as ours are.
const SMALLEST: &str = "fn main() {\n    println!(\"192.0.2.1\");\n}\n";

/// A machine with little: an interface with a wire, an address, and a way to the outside.
const LITTLE: &str = "
ip link add e0 type veth peer name e1; ip link set e0 up; ip link set e1 up
ip addr add 10.1.0.1/24 dev e0; ip route add default via 10.1.0.254";

/// 1,200 addresses more.
const ADDRESSES: &str = "for a in 1 2 3 4 5 6; do for b in $(seq 200); do
    echo addr add 10.9.$a.$b/16 dev e0; done; done | ip -batch -";

const NO_ADDRESSES: &str = "ip addr flush dev e0 to 10.9.0.0/16";

/// 500 interfaces more.
const INTERFACES: &str = "for a in $(seq 500); do
    echo link add b$a type bridge; echo addr add 10.$((10 + a / 250)).$((a % 250)).1/24 dev b$a
done | ip -batch -";

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    set_up(LITTLE)?;
    let smallest = smallest(stage, None)?;
    report.show("From start to end, 3 interfaces", &little(stage, &smallest)?)?;
    if let Some(folder) = static_programs(stage) {
        let smallest = self::smallest(stage, Some(MUSL))?;
        let sheet = of_musl(stage, &smallest, &folder)?;
        report.show("The same with static programs (musl)", &sheet)?;
    }
    set_up(ADDRESSES)?;
    report.show("All addresses, 1,204 of them", &all(stage, 2.5)?)?;
    set_up(NO_ADDRESSES)?;
    set_up(INTERFACES)?;
    report.show("All addresses, of 503 interfaces", &all(stage, 1.0)?)
}

fn set_up(script: &str) -> Result<()> {
    succeed(Path::new("/"), "sh", ["-ec", script])?;
    Ok(())
}

/// The target of static programs.
const MUSL: &str = "x86_64-unknown-linux-musl";

/// Where `cargo xtask dist` has left ours, if it has.
fn static_programs(stage: &Stage) -> Option<PathBuf> {
    let ours = stage.tool("myip");
    let folder = ours.parent()?.parent()?.join(MUSL).join("release");
    folder.join("myip").is_file().then_some(folder)
}

fn smallest(stage: &Stage, target: Option<&str>) -> Result<PathBuf> {
    let name = target.unwrap_or("smallest");
    let program = stage.folder.path().join(name);
    let source = stage.folder.path().join("smallest.rs");
    fs::write(&source, SMALLEST)?;
    let mut args = vec!["--edition=2024", "-O", "-Cpanic=abort", "-Cstrip=symbols", "-Clto=fat"];
    args.extend(["-Ccodegen-units=1", "-o", name, "smallest.rs"]);
    if let Some(target) = target {
        args.extend(["--target", target]);
    }
    succeed(stage.folder.path(), "rustc", args)?;
    Ok(program)
}

fn little(stage: &Stage, smallest: &Path) -> Result<Sheet> {
    let ours = stage.tool("myip");
    Sprint::beside_program("smallest", smallest)
        .with_program("myip", &ours, Some(1.1))
        .with_program("myip e0", &ours, Some(1.1))
        .with_program("myip -4 --cidr", &ours, None)
        .with_program("myip -a", &ours, None)
        .with_program("myip -j", &ours, None)
        .with("ip -br addr")
        .with("ip -j addr")
        .with("ifconfig")
        .with("ifdata -pa e0")
        .with("hostname -I")
        .run(stage.rounds * RUNS_PER_ROUND)
}

fn of_musl(stage: &Stage, smallest: &Path, folder: &Path) -> Result<Sheet> {
    Sprint::beside_program("smallest", &stage.folder.path().join("smallest"))
        .with_program("smallest (musl)", smallest, None)
        .with_program("myip", &folder.join("myip"), None)
        .with_program("myip e0", &folder.join("myip"), None)
        .with_program("wellknown -s ssh", &folder.join("wellknown"), None)
        .run(stage.rounds * RUNS_PER_ROUND)
}

fn all(stage: &Stage, at_most: f64) -> Result<Sheet> {
    let ours = stage.tool("myip");
    Sprint::beside("ip -br addr")
        .with_program("myip -a", &ours, Some(at_most))
        .with_program("myip -a -s", &ours, None)
        .with_program("myip -l", &ours, None)
        .with_program("myip -a -j", &ours, None)
        .with_program("myip -a --backend portable", &ours, None)
        .with_program("myip", &ours, None)
        .with_program("myip e0", &ours, None)
        .with("ip -j addr")
        .with("hostname -I")
        .with("ifconfig -a")
        .run(stage.rounds * RUNS_PER_ROUND / 4)
}
