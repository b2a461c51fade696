//! The most memory that a program has at a time.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::ptrace::{self, Options};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

/// Waits for a line, and becomes the program that is measured.
const SHIM: [&str; 3] = ["-c", "read -r line; exec \"$@\"", "sh"];

/// The peak of a program's resident memory, in KiB. Its output goes to a file.
///
/// The kernel's own figure for a program that has ended (`ru_maxrss`) is no less than what its
/// parent had when it started it. So it is stopped where it ends, and what it had is read there.
///
/// # Errors
///
/// It cannot be started or stopped, or fails.
pub fn peak_kib(command: &Command, output: &File) -> Result<u64> {
    let mut child = Command::new("sh")
        .args(SHIM)
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::piped())
        .stdout(output.try_clone()?)
        .stderr(Stdio::null())
        .spawn()
        .context("cannot run sh")?;
    let peak = peak_at_end(&mut child);
    if peak.is_err() {
        let _ = child.kill();
    }
    let status = child.wait()?;
    if peak.is_ok() && !status.success() {
        bail!("{command:?} failed ({status})");
    }
    peak.with_context(|| format!("cannot measure the memory of {command:?}"))
}

fn peak_at_end(child: &mut Child) -> Result<u64> {
    let pid = Pid::from_raw(i32::try_from(child.id())?);
    ptrace::seize(pid, Options::PTRACE_O_TRACEEXIT)?;
    let mut stdin = child.stdin.take().context("stdin is a pipe")?;
    stdin.write_all(b"\n")?;
    drop(stdin);
    loop {
        match waitpid(pid, None)? {
            WaitStatus::PtraceEvent(..) => break,
            WaitStatus::Stopped(_, signal) => ptrace::cont(pid, signal)?,
            ended => bail!("it was not stopped at its end: {ended:?}"),
        }
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    ptrace::detach(pid, None)?;
    high_water_kib(&status).context("the kernel does not tell")
}

/// `VmHWM` (proc_pid_status(5)).
fn high_water_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_high_water_mark() {
        let status = "Name:\tss\nVmPeak:\t  9000 kB\nVmHWM:\t    3620 kB\nVmRSS:\t 100 kB\n";
        assert_eq!(high_water_kib(status), Some(3620));
        assert_eq!(high_water_kib("Name:\tkthreadd\n"), None);
    }

    #[test]
    fn is_of_the_program_and_not_of_us() {
        let null = File::options().write(true).open("/dev/null").unwrap();
        // More than it has in any case, kept by us.
        let ours = vec![1_u8; 64 << 20];
        let small = peak_kib(&Command::new("true"), &null).unwrap();
        assert!(small > 0 && small < 32 << 10, "{small} KiB beside our {}", ours.len() >> 10);
        let mut command = Command::new("dd");
        command.args(["if=/dev/zero", "of=/dev/null", "bs=48M", "count=1"]);
        let large = peak_kib(&command, &null).unwrap();
        assert!(large >= 48 << 10, "{large} KiB");
    }

    #[test]
    fn a_program_that_fails_has_no_figure() {
        let null = File::options().write(true).open("/dev/null").unwrap();
        assert!(peak_kib(&Command::new("false"), &null).is_err());
        assert!(peak_kib(&Command::new("no-such-program"), &null).is_err());
    }
}
