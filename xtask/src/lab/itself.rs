//! The lab itself: whoever interrupts it finds nothing of it afterwards.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::rig::{Chapter, Report, Sheet, Stage};

/// The lab's chapter of itself.
pub const CHAPTER: Chapter = Chapter { name: "itself", programs: &[], run };

/// What runs inside of the namespace, which can be told from anything else.
const INSIDE: &str = "echo ready; sleep 2987 & sleep 2987";

/// What tells it in the list of processes.
const MARK: &str = "2987";

/// How long everything may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often to look.
const POLL: Duration = Duration::from_millis(20);

/// Who is told to end, and how.
const CASES: [(&str, Whom, Signal); 5] = [
    ("Ctrl-C", Whom::Group, Signal::INT),
    ("the terminal is closed", Whom::Group, Signal::HUP),
    ("INT to the process alone", Whom::Process, Signal::INT),
    ("TERM", Whom::Process, Signal::TERM),
    ("KILL", Whom::Process, Signal::KILL),
];

#[derive(Debug, Clone, Copy)]
enum Whom {
    Process,
    Group,
}

fn run(_: &Stage, report: &mut Report) -> Result<()> {
    report.show("What is left after an interruption", &interrupt()?)
}

fn interrupt() -> Result<Sheet> {
    let mut sheet = Sheet::new(&["case", "processes", "left", "ms"]);
    for (what, whom, signal) in CASES {
        sheet.case(what);
        let before = traces()?;
        let mut child = begin()?;
        let meanwhile = await_processes(2)?;
        let start = Instant::now();
        let pid = Pid::from_child(&child);
        match whom {
            Whom::Process => kill_process(pid, signal)?,
            Whom::Group => kill_process_group(pid, signal)?,
        }
        let ended = child.wait()?;
        let left = await_processes(0)?;
        let took = start.elapsed().as_millis();
        let after = traces()?;
        sheet.row([what.to_owned(), meanwhile.to_string(), left.to_string(), took.to_string()]);
        sheet.expect(meanwhile == 2, || format!("{meanwhile} ran before, not 2"));
        sheet.expect(!ended.success(), || format!("it ended well ({ended})"));
        sheet.expect(left == 0, || format!("{left} processes are left"));
        sheet.expect(before == after, || {
            let new: Vec<_> = after.difference(&before).collect();
            let gone: Vec<_> = before.difference(&after).collect();
            format!("{new:?} are there, and {gone:?} no more")
        });
    }
    Ok(sheet)
}

/// Starts the hosts, and waits until something runs among them.
fn begin() -> Result<Child> {
    let program = env::current_exe().context("cannot find our own program")?;
    let mut child = Command::new(program)
        .args(["hosts", "sh", "-c", INSIDE])
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot run ourselves")?;
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().context("it has a stdout")?).read_line(&mut line)?;
    ensure!(line == "ready\n", "the hosts are not there: {:?}", child.wait()?);
    Ok(child)
}

/// How many of the processes are there.
fn processes() -> Result<usize> {
    let is_ours = |entry: std::io::Result<fs::DirEntry>| {
        let line = fs::read(entry.ok()?.path().join("cmdline")).ok()?;
        line.split(|octet| *octet == 0).any(|word| word == MARK.as_bytes()).then_some(())
    };
    Ok(fs::read_dir("/proc")?.filter_map(is_ours).count())
}

/// Waits until so many are there, for as long as patience lasts; returns how many there are then.
fn await_processes(expected: usize) -> Result<usize> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let count = processes()?;
        if count == expected || Instant::now() >= deadline {
            return Ok(count);
        }
        thread::sleep(POLL);
    }
}

/// What else could be left: mounts, interfaces and temporary files of ours.
fn traces() -> Result<BTreeSet<String>> {
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    let interfaces = fs::read_to_string("/proc/net/dev")?;
    let interfaces = interfaces.lines().filter_map(|line| line.split_once(':')).map(|it| it.0);
    let mut traces: BTreeSet<_> = mounts.lines().chain(interfaces).map(str::to_owned).collect();
    for folder in [env::temp_dir(), PathBuf::from("/tmp")] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path().display().to_string();
            // Others have files in /tmp as well, which come and go.
            if path.contains("xtask") || !path.starts_with("/tmp") {
                traces.insert(path);
            }
        }
    }
    Ok(traces)
}
