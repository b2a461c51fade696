//! `myip` beside ip, ifdata and hostname: interfaces of every kind, each case in a namespace.

mod cases;
mod choices;
mod listing;
mod many;
mod outside;
mod waiting;
mod zoo;

use std::ffi::OsStr;

use anyhow::{Result, ensure};
use testkit::{Output, command, finish};

use crate::rig::{Chapter, Report, Section, Stage, program};

/// The lab's chapter of `myip`.
pub const CHAPTER: Chapter = Chapter {
    name: "myip",
    programs: &[
        program("unshare", "util-linux"),
        program("setpriv", "util-linux"),
        program("sh", "dash"),
        program("ifdata", "moreutils"),
        program("hostname", "hostname"),
        program("sysctl", "procps"),
    ],
    run,
};

/// What is looked at, each with its title.
const SECTIONS: [Section<Stage>; 6] = [
    ("Every interface and address, as ip tells it", listing::compare),
    ("Which address is meant", cases::compare),
    ("Ways and routers, as ip tells them", choices::compare),
    ("1,000 addresses, and 300 interfaces", many::compare),
    ("Waiting and watching", waiting::compare),
    ("Seen from outside", outside::compare),
];

fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    report.sections(stage, &SECTIONS)
}

/// What a shell does first in a namespace: loopback is up, and `card NAME [ADDRESS]` is an interface
/// with a wire and perhaps an address.
const PRELUDE: &str = "
trap 'exit 111' EXIT
set -e
ip link set lo up
card() {
    ip link add name \"$1\" type veth peer name \"$1.far\"
    ip link set dev \"$1\" up
    ip link set dev \"$1.far\" up
    if [ -n \"$2\" ]; then ip addr add \"$2\" brd + dev \"$1\"; fi
}
";

/// How a shell ends that could not do all of the setup.
const NOT_SET_UP: i32 = 111;

/// Runs a program in a network namespace of its own, after `setup`, which is for a shell.
///
/// # Errors
///
/// The setup fails.
fn in_namespace(
    setup: &str,
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<Output> {
    let script = format!("{PRELUDE}\n{setup}\ntrap - EXIT\nexec \"$@\"");
    let mut words: Vec<_> =
        ["--net", "--mount", "--uts", "--", "sh", "-c", &script, "sh"].map(OsStr::new).to_vec();
    let args: Vec<_> = args.into_iter().collect();
    words.push(program.as_ref());
    words.extend(args.iter().map(AsRef::as_ref));
    let output = finish(command("unshare", words));
    ensure!(output.code != Some(NOT_SET_UP), "cannot do {setup}: {}", output.stderr);
    Ok(output)
}
