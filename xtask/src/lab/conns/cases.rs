//! The hard cases, one by one: sockets whose owners are not easily found, and names that attack.

use std::collections::BTreeSet;
use std::fs;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::PathBuf;
use std::process;
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use nix::sched::{CloneFlags, unshare};
use serde_json::Value;
use testkit::run;

use super::World;
use super::clients::{EVERYTHING, conns_json, json, without_netlink};
use crate::rig::Sheet;

/// Looks at one case and says what it saw.
type Case = fn(&Listed) -> Result<String>;

/// All rows, and where they come from.
struct Listed<'a> {
    world: &'a World<'a>,
    rows: Vec<Value>,
}

/// Each case with what makes it hard.
const CASES: [(&str, Case); 14] = [
    ("one socket in three processes", shared),
    ("in a thread with descriptors of its own", thread_of_its_own),
    ("on its way from one process to another", in_flight),
    ("in a process of another network namespace", held_elsewhere),
    ("not accepted yet", unaccepted),
    ("closed, while TCP says good-bye", orphaned),
    ("in TIME_WAIT", time_wait),
    ("a backlog in use", backlog),
    ("processes with hostile names", hostile_processes),
    ("UNIX sockets with hostile names", hostile_paths),
    ("nothing of it splits a row or reaches a terminal raw", harmless),
    (IN_GROUPS, units),
    ("asked by who is not root", unprivileged),
    ("netlink is refused", refused),
];

/// What takes control groups.
const IN_GROUPS: &str = "a unit and a container";

/// Looks at them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["case", "seen"]);
    let (_, rows) = conns_json(world.stage, &EVERYTHING)?;
    let zoo = Listed { world, rows };
    for (what, case) in CASES {
        if what == IN_GROUPS && !world.zoo.has_groups() {
            sheet.skip(what, "no version 2 of control groups is mounted here");
            continue;
        }
        sheet.case(what);
        match case(&zoo) {
            Ok(seen) => sheet.row([what, &seen]),
            Err(error) => sheet.surprise(format!("{error:#}")),
        }
    }
    Ok(sheet)
}

impl Listed<'_> {
    /// The rows whose `key` is this text.
    fn rows(&self, key: &str, text: &str) -> Result<Vec<&Value>> {
        let found: Vec<_> = self.rows.iter().filter(|row| row[key] == text).collect();
        ensure!(!found.is_empty(), "there is none");
        Ok(found)
    }

    fn row(&self, local: &str) -> Result<&Value> {
        self.rows("local", local)?.pop().context("there is one")
    }
}

fn owners(row: &Value) -> &[Value] {
    row["process"].as_array().map_or(&[], Vec::as_slice)
}

fn shared(zoo: &Listed) -> Result<String> {
    let row = zoo.row("127.0.0.1:7300")?;
    let names: Vec<_> = owners(row).iter().map(|owner| owner["name"].to_string()).collect();
    ensure!(names == [r#""python3""#, r#""cat""#, r#""cat""#], "{names:?}");
    Ok(names.join(" "))
}

fn thread_of_its_own(zoo: &Listed) -> Result<String> {
    let (tell, told) = mpsc::channel();
    let (end, wait) = mpsc::channel::<()>();
    let keeper = thread::spawn(move || {
        let socket = open_alone()?;
        tell.send((socket.local_addr()?.to_string(), socket.as_raw_fd()))?;
        // An error is that the other end has gone, which is what is waited for.
        let _ = wait.recv();
        Ok(())
    });
    let seen = told.recv().map_err(anyhow::Error::from).and_then(|(place, fd)| {
        let (_, rows) = conns_json(zoo.world.stage, &["-u", "-a"])?;
        let row = rows.into_iter().find(|row| row["local"] == place);
        Ok((row.context("it is not told")?, fd))
    });
    drop(end);
    let kept: Result<()> = keeper.join().map_err(|_| anyhow!("the thread panicked"))?;
    kept?;
    let (row, fd) = seen?;
    let owner = owners(&row).first().with_context(|| format!("no owner: {}", row["ownerless"]))?;
    let pid = process::id();
    ensure!(owner["pid"] == pid && owner["fd"] == fd, "{owner}, not {pid} {fd}");
    Ok(format!("pid {pid} fd {fd}"))
}

/// A socket that only this thread has.
fn open_alone() -> Result<UdpSocket> {
    unshare(CloneFlags::CLONE_FILES)?;
    Ok(UdpSocket::bind(("127.0.0.1", 0))?)
}

/// No process has it, for this reason, and that is certain.
fn ownerless(row: &Value, why: &str) -> Result<()> {
    let seen = [&row["process"], &row["ownerless"], &row["owners_seen"]];
    let expected = [&Value::Array(vec![]), &Value::from(why), &Value::from("complete")];
    ensure!(seen == expected, "{} {} is {seen:?}", row["local"], row["peer"]);
    Ok(())
}

fn in_flight(zoo: &Listed) -> Result<String> {
    ownerless(zoo.row("127.0.0.1:7301")?, "elsewhere")?;
    Ok("elsewhere".to_owned())
}

fn held_elsewhere(zoo: &Listed) -> Result<String> {
    let row = zoo.row("127.0.0.1:7302")?;
    let namespace = |pid: &Value| fs::read_link(format!("/proc/{pid}/ns/net"));
    let here = fs::read_link("/proc/self/ns/net")?;
    let pids = owners(row).iter().map(|owner| &owner["pid"]);
    let elsewhere: Vec<_> = pids.filter(|pid| namespace(pid).is_ok_and(|it| it != here)).collect();
    ensure!(elsewhere.len() == 1 && owners(row).len() == 2, "{}", row["process"]);
    Ok(format!("pid {}", elsewhere[0]))
}

fn unaccepted(zoo: &Listed) -> Result<String> {
    let rows = zoo.rows("local", "127.0.0.1:7016")?;
    let waiting: Vec<_> = rows.iter().filter(|row| row["state"] == "ESTABLISHED").collect();
    ensure!(waiting.len() == 2, "{} connections", waiting.len());
    waiting.iter().try_for_each(|row| ownerless(row, "unaccepted"))?;
    Ok("unaccepted".to_owned())
}

fn orphaned(zoo: &Listed) -> Result<String> {
    let mut seen = Vec::new();
    for (key, end, state) in [
        ("local", "127.0.0.1:7036", "FIN_WAIT1"),
        ("peer", "[::1]:7137", "FIN_WAIT2"),
        ("local", "127.0.0.1:7038", "LAST_ACK"),
    ] {
        let rows = zoo.rows(key, end)?;
        let row = rows.iter().find(|row| row["state"] == state);
        ownerless(row.with_context(|| format!("none is in {state}"))?, "orphaned")?;
        seen.push(state);
    }
    Ok(seen.join(" "))
}

fn time_wait(zoo: &Listed) -> Result<String> {
    let rows = zoo.rows("state", "TIME_WAIT")?;
    rows.iter().try_for_each(|row| ownerless(row, "time_wait"))?;
    Ok(format!("{} sockets", rows.len()))
}

fn backlog(zoo: &Listed) -> Result<String> {
    let rows = zoo.rows("local", "127.0.0.1:7016")?;
    let row = rows.iter().find(|row| row["state"] == "LISTEN").context("nobody listens")?;
    ensure!(row["backlog"] == 2 && row["backlog_max"] == 7, "{row}");
    Ok("2 of 7".to_owned())
}

/// What is text in JSON and octets otherwise.
fn exact(octets: &[u8]) -> Value {
    if let Ok(text) = str::from_utf8(octets) {
        return text.into();
    }
    let hex: Vec<_> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    serde_json::json!({ "hex": hex.concat() })
}

fn hostile_processes(zoo: &Listed) -> Result<String> {
    let mut count = 0;
    for owner in zoo.rows.iter().filter(|row| row["protocol"] == "udp").flat_map(owners) {
        let mut comm = fs::read(format!("/proc/{}/comm", owner["pid"]))?;
        // The last is not of the name.
        comm.pop();
        ensure!(owner["name"] == exact(&comm), "{} is {}", exact(&comm), owner["name"]);
        count += usize::from(!comm.iter().all(u8::is_ascii_alphanumeric));
    }
    ensure!(count == 6, "{count} of 6");
    Ok(format!("{count} names, as they are in /proc"))
}

fn hostile_paths(zoo: &Listed) -> Result<String> {
    use std::os::unix::ffi::OsStrExt as _;
    let told = |name: &[u8]| zoo.rows.iter().any(|row| row["local"] == exact(name));
    let mut count = 0;
    for entry in fs::read_dir(&zoo.world.zoo.folder)? {
        let path = entry?.path();
        if fs::symlink_metadata(&path)?.file_type().is_socket() {
            ensure!(told(path.as_os_str().as_bytes()), "{} is not told", path.display());
            count += 1;
        }
    }
    for name in [&b"@zoo\nline"[..], b"@zoo\0nul", b"@zoo two", b"@@zoo", b"@zoo\xff", b"@zoo"] {
        ensure!(told(name), "{} is not told", exact(name));
        count += 1;
    }
    Ok(format!("{count} names, octet by octet"))
}

/// In each format that has rows in lines.
fn harmless(zoo: &Listed) -> Result<String> {
    for format in ["table", "tsv", "csv", "jsonl"] {
        let args = ["-p", "-f", format, "--columns", "local,peer,process,cmd"];
        let output = run(zoo.world.stage.tool("conns"), EVERYTHING.iter().chain(&args));
        let text = str::from_utf8(&output.stdout).context("it is text")?;
        let is_harmless =
            |it: char| it == '\n' || (format == "tsv" && it == '\t') || !it.is_control();
        ensure!(text.chars().all(is_harmless), "{format} has control characters");
        let lines = text.lines().count() - usize::from(format != "jsonl");
        ensure!(lines == zoo.rows.len(), "{format} has {lines} rows, not {}", zoo.rows.len());
    }
    Ok(format!("{} rows in 4 formats", zoo.rows.len()))
}

fn units(zoo: &Listed) -> Result<String> {
    let mut seen = Vec::new();
    for (place, unit) in
        [("127.0.0.1:7500", "zoo.service"), ("127.0.0.1:7501", "docker:0123456789ab")]
    {
        let row = zoo.row(place)?;
        ensure!(row["unit"] == unit, "{place} is of {}, not {unit}", row["unit"]);
        seen.push(unit);
    }
    Ok(seen.join(", "))
}

/// Somebody without rights, nor processes of their own.
const NOBODY: [&str; 6] =
    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--"];

fn unprivileged(zoo: &Listed) -> Result<String> {
    let program = program_for_all(zoo.world)?;
    let by_name: Vec<_> =
        NOBODY.into_iter().chain([&*program, "-t", "-l", "--name", "cat"]).collect();
    let nothing = run(by_name[0], &by_name[1..]);
    let is_told = nothing.stdout.is_empty() && nothing.stderr.lines().count() == 1;
    ensure!(is_told, "whose process it is: {nothing:?}");
    let told = |command: &[&str]| {
        let args = ["--json", "-a", "-t", "-u", "-w"];
        let words: Vec<_> = command.iter().copied().chain([program.as_str()]).chain(args).collect();
        json(run(words[0], &words[1..]))
    };
    let ((_, ours), (output, theirs)) = (told(&[])?, told(&NOBODY)?);
    let keys = ["protocol", "state", "recv_q", "send_q", "local", "peer", "uid", "unit", "user"];
    let shown = |rows: &[Value]| -> BTreeSet<String> {
        rows.iter().map(|row| keys.map(|key| row[key].to_string()).join(" ")).collect()
    };
    let (ours, seen) = (shown(&ours), shown(&theirs));
    let other: Vec<_> = ours.symmetric_difference(&seen).collect();
    ensure!(other.is_empty(), "root and others are told otherwise of {other:?}");
    ensure!(theirs.iter().all(|row| owners(row).is_empty()), "others' processes are seen");
    let hidden = theirs.iter().filter(|row| row["ownerless"] == "hidden").count();
    ensure!(hidden > 0 && output.stderr.lines().count() == 1, "stderr: {:?}", output.stderr);
    Ok(format!("the same {} rows; stderr: {}", theirs.len(), output.stderr.trim_end()))
}

/// A copy of it that anybody may run, wherever ours is.
fn program_for_all(world: &World) -> Result<String> {
    let copy: PathBuf = world.stage.folder.path().join("conns");
    fs::copy(world.stage.tool("conns"), &copy)?;
    for place in [world.stage.folder.path(), &copy] {
        fs::set_permissions(place, fs::Permissions::from_mode(0o755))?;
    }
    copy.into_os_string().into_string().map_err(|_| anyhow!("the folder's name is not text"))
}

fn refused(zoo: &Listed) -> Result<String> {
    let (output, rows) = without_netlink(zoo.world.stage, &EVERYTHING)?;
    ensure!(!rows.is_empty(), "no rows");
    ensure!(output.stderr.lines().count() == 1, "stderr: {:?}", output.stderr);
    Ok(format!("{} rows; stderr: {}", rows.len(), output.stderr.trim_end()))
}
