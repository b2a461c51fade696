//! What several of these tests need: runs of the program, sockets, and processes that have them open.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::Output;

use super::{PROGRAM, only_row};

/// How long something may take that happens at once on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How often to look whether it has happened.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// How long a process holds a socket if nobody ends it, in seconds.
const HOLD_S: &str = "60";

/// A user without any rights (`nobody`).
const NOBODY: u32 = 65_534;

/// Runs the program as a user without rights: root gives up its own.
pub fn as_nobody(words: &[&str]) -> Output {
    // The way to the program may be closed to others; what is open already is not.
    let program = File::open(PROGRAM).expect("the program is there");
    let mut command = testkit::command(format!("/proc/self/fd/{}", program.as_raw_fd()), words);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    testkit::finish(command)
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Waits until something is so.
pub fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::sleep(LOOK_INTERVAL);
    }
}

/// The numbers of the processes that have it open.
pub fn pids(row: &Value) -> Vec<u64> {
    let owners = row["process"].as_array().unwrap_or_else(|| panic!("no owners: {row}"));
    owners.iter().map(|owner| owner["pid"].as_u64().expect("a number")).collect()
}

/// A connection over loopback.
pub struct Connection {
    pub client: TcpStream,
    pub server: TcpStream,
}

impl Connection {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener on loopback");
        let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
        let (server, _) = listener.accept().expect("a connection");
        Self { client, server }
    }

    /// Expressions for the end of the client and for that of the server. Each has its port alone only
    /// together with the other.
    pub fn ends(&self) -> [String; 2] {
        let [client, server] =
            [&self.client, &self.server].map(|end| end.local_addr().expect("bound"));
        [format!("src {client} and dst {server}"), format!("src {server} and dst {client}")]
    }
}

/// Something of which a reset remains, and nothing that waits a minute.
pub fn reset_when_closed(stream: &TcpStream) {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO)).expect("it can be set");
}

/// A directory of a test's own, which ends with it.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("conns-{}-{count}", std::process::id()));
        fs::create_dir(&path).expect("temporary directories can be made");
        Self(path)
    }

    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that has a socket open as its standard input and does nothing else. It ends with this
/// value.
pub struct Holder(Child);

impl Holder {
    pub fn of(socket: impl Into<OwnedFd>) -> Self {
        Self::start(Command::new("sleep"), socket)
    }

    /// One with a name of its own.
    pub fn named(name: &OsStr, socket: impl Into<OwnedFd>) -> Self {
        let directory = TempDir::new();
        let link = directory.join(name);
        symlink(program("sleep"), &link).expect("links can be made");
        let mut command = Command::new(link);
        // A program of many names goes by this one.
        command.arg0("sleep");
        Self::start(command, socket)
    }

    /// One that SIGTERM does not end.
    pub fn deaf(socket: impl Into<OwnedFd>) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", r#"trap "" TERM; exec sleep "$0""#]);
        let holder = Self::start(command, socket);
        let name = format!("/proc/{}/comm", holder.id());
        wait_until("a process is deaf", || fs::read(&name).is_ok_and(|name| name == b"sleep\n"));
        holder
    }

    /// One whose descriptors [`as_nobody`] may not see.
    pub fn hidden(socket: impl Into<OwnedFd>) -> Self {
        if is_root() {
            return Self::of(socket);
        }
        // The kernel hides what runs a program that may not be read. It is copied by another process:
        // of what this one opens for writing every child has a copy for a moment, and what is open
        // for writing cannot be run.
        let directory = TempDir::new();
        let copy = directory.join("sleep");
        let status = Command::new("cp").arg(program("sleep")).arg(&copy).status();
        assert!(status.expect("cp runs").success());
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o111)).expect("it is ours");
        Self::start(Command::new(&copy), socket)
    }

    fn start(mut command: Command, socket: impl Into<OwnedFd>) -> Self {
        command.arg(HOLD_S).stdin(socket.into()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("it starts"))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    pub fn is_alive(&mut self) -> bool {
        self.0.try_wait().expect("our own child can be waited for").is_none()
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until these and nobody else have what these words tell of. Every process that another test
/// starts has a copy of it for a moment.
pub fn wait_for_owners(words: &[&str], holders: &[&Holder]) {
    let mut expected: Vec<_> = holders.iter().map(|holder| u64::from(holder.id())).collect();
    expected.sort_unstable();
    wait_until("others let go of it", || pids(&only_row(words)) == expected);
}

/// Where a program is.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("there is a PATH");
    let found = std::env::split_paths(&path).map(|directory| directory.join(name));
    found.into_iter().find(|file| file.is_file()).unwrap_or_else(|| panic!("there is no {name}"))
}

/// A listener, and its address.
pub fn listener_at(address: &str) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(address).expect("a listener");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// A stream with so many octets that nobody reads.
pub fn send(mut stream: &TcpStream, octets: usize) {
    stream.write_all(&vec![0; octets]).expect("there is room");
}
