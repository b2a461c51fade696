//! What several of these tests need: runs of the program, peers, and programs that still run.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::{Conduct, Listener, Output, Service, closed_port};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_portscan");

/// An address of this machine at which no test listens, as far as there is one: who asks for all
/// ports must not come to those of the others.
pub const ALONE: &str = if cfg!(target_os = "linux") { "127.7.7.7" } else { "127.0.0.1" };

/// How long something may take that happens at once on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How often to look whether it has happened.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// How often to ask again what may come out otherwise on a machine that is busy.
const ATTEMPTS: usize = 20;

pub fn portscan<W: AsRef<OsStr>>(words: &[W]) -> Output {
    testkit::run(PROGRAM, words)
}

/// A run that reads this on its standard input.
pub fn portscan_on(input: &str, words: &[&str]) -> Output {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(input.as_bytes()).expect("there is room");
    drop(writer);
    let mut command = testkit::command(PROGRAM, words);
    command.stdin(reader);
    testkit::finish(command)
}

/// The objects of `--json`, whatever the exit code.
pub fn rows(words: &[&str]) -> Vec<Value> {
    objects(&portscan(&[words, &["--json"]].concat()))
}

pub fn objects(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The only row of these words.
pub fn only_row(words: &[&str]) -> Value {
    let mut rows = rows(words);
    assert_eq!(rows.len(), 1, "{words:?}: {rows:?}");
    rows.remove(0)
}

/// The row of a port.
pub fn row_of<'a>(rows: &'a [Value], port: &str) -> &'a Value {
    let port = port.parse().expect("a number");
    let row = rows.iter().find(|row| row["port"].as_u64() == Some(port));
    row.unwrap_or_else(|| panic!("no row of {port}: {rows:?}"))
}

/// What rows were asked, as `address:port` in their order.
pub fn asked(rows: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("an address").to_owned();
    rows.iter().map(|row| format!("{}:{}", text(&row["address"]), row["port"])).collect()
}

/// What an event says: what happened, from what to what.
#[cfg(unix)]
pub fn change_told(event: &Value) -> String {
    format!("{} {} {}", event["change"], event["was"], event["state"]).replace('"', "")
}

/// A port at which somebody listens.
pub fn listener() -> (Listener, String) {
    let listener = Listener::start().expect("a listener on loopback");
    let port = listener.addr().port().to_string();
    (listener, port)
}

pub fn service(conduct: Conduct) -> (Service, String) {
    let service = Service::start(conduct).expect("a service on loopback");
    let port = service.addr().port().to_string();
    (service, port)
}

/// A port at which nobody listens.
pub fn nobody() -> String {
    closed_port().port().to_string()
}

/// A port that does not answer.
#[cfg(unix)]
pub fn silence() -> (testkit::FullBacklog, String) {
    let silent = testkit::full_backlog().expect("a backlog can be filled");
    let port = silent.addr().port().to_string();
    (silent, port)
}

/// Waits until something is so.
pub fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::sleep(LOOK_INTERVAL);
    }
}

/// Asks until the answer is as it should be. A peer that is held up by a busy machine may be seen as
/// another than it is.
pub fn sooner_or_later<T: std::fmt::Debug>(ask: impl Fn() -> T, is_so: impl Fn(&T) -> bool) -> T {
    for _ in 1..ATTEMPTS {
        let answer = ask();
        if is_so(&answer) {
            return answer;
        }
    }
    let answer = ask();
    assert!(is_so(&answer), "never in {ATTEMPTS} attempts, and last {answer:?}");
    answer
}

/// A file of a test's own, which ends with it.
pub struct TempFile(PathBuf);

impl TempFile {
    pub fn with(text: impl AsRef<[u8]>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("portscan-{}-{count}", std::process::id()));
        fs::write(&path, text).expect("temporary files can be written");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn name(&self) -> &str {
        self.0.to_str().expect("its directory has a name in UTF-8")
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The program while it runs. It is killed with this value.
pub struct Running {
    child: Child,
    rows: Receiver<String>,
    notes: Receiver<String>,
}

/// How it ended, and what had not been looked at of what it said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub rows: Vec<String>,
    #[cfg_attr(not(unix), expect(dead_code, reason = "what is said after Ctrl-C"))]
    pub notes: Vec<String>,
}

impl Running {
    pub fn start(words: &[&str]) -> Self {
        let mut command = testkit::command(PROGRAM, words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let rows = lines(child.stdout.take().expect("a pipe"));
        let notes = lines(child.stderr.take().expect("a pipe"));
        Self { child, rows, notes }
    }

    #[cfg(unix)]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of its standard output.
    pub fn row(&self) -> String {
        self.rows.recv_timeout(PATIENCE).expect("something is found in time")
    }

    /// The next line of its standard error.
    pub fn note(&self) -> String {
        self.notes.recv_timeout(PATIENCE).expect("something is said in time")
    }

    /// Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        use rustix::process::{Pid, Signal, kill_process};

        let pid = i32::try_from(self.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, Signal::INT).expect("it runs");
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("our own child can be waited for") {
                Some(status) => break status,
                None => assert!(Instant::now() < deadline, "it still runs"),
            }
            thread::sleep(LOOK_INTERVAL);
        };
        let (rows, notes) = (self.rows.iter().collect(), self.notes.iter().collect());
        Ended { status, rows, notes }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a stream as they come. They end with it, or when nobody wants to hear more.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let stream = BufReader::new(stream);
    thread::spawn(move || stream.lines().map_while(Result::ok).try_for_each(|it| sender.send(it)));
    lines
}
