//! What several of these tests need: files, lists on a pipe, and a server that says what it is told
//! to and remembers what it was asked.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hickory_proto::op::Message;
use testkit::Output;

/// How long the server waits before it looks whether it is still wanted.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// A file of a test's own, which ends with it.
pub struct TempFile(PathBuf);

impl TempFile {
    pub fn new(test: &str, contents: impl AsRef<[u8]>) -> Self {
        let name = format!("lookup-{test}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, contents).expect("temporary files can be written");
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("the path is UTF-8")
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Runs it with a pipe for its standard input, which has room for this.
pub fn with_input(words: &[&str], input: impl AsRef<[u8]>) -> Output {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(input.as_ref()).expect("the pipe has room for it");
    drop(writer);
    let mut command = testkit::command(env!("CARGO_BIN_EXE_lookup"), words);
    command.stdin(Stdio::from(reader));
    testkit::finish(command)
}

/// A server over UDP that answers as it is told, and remembers what it was asked.
pub struct Responder {
    addr: SocketAddr,
    queries: Arc<Mutex<Vec<Message>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    /// Answers on 127.0.0.1, on a port that the system chooses. `None` is no answer.
    pub fn start(answer: impl Fn(&Message) -> Option<Message> + Send + 'static) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), answer).expect("a port on loopback")
    }

    pub fn start_at(
        addr: SocketAddr,
        answer: impl Fn(&Message) -> Option<Message> + Send + 'static,
    ) -> std::io::Result<Self> {
        let socket = UdpSocket::bind(addr)?;
        socket.set_read_timeout(Some(LOOK_INTERVAL))?;
        let addr = socket.local_addr()?;
        let queries = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (asked, over) = (Arc::clone(&queries), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while !over.load(Ordering::SeqCst) {
                let (length, client) = match socket.recv_from(&mut buffer) {
                    Ok(received) => received,
                    Err(error) if is_nothing(error.kind()) => continue,
                    Err(error) => panic!("cannot receive: {error}"),
                };
                let query = Message::from_vec(&buffer[..length]).expect("a query");
                let reply = answer(&query);
                asked.lock().expect("no test panics here").push(query);
                if let Some(reply) = reply {
                    let octets = reply.to_vec().expect("a reply encodes");
                    // A client that has gone does not want it.
                    let _ = socket.send_to(&octets, client);
                }
            }
        });
        Ok(Self { addr, queries, is_over, thread: Some(thread) })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it was asked until now.
    pub fn queries(&self) -> Vec<Message> {
        self.queries.lock().expect("no test panics here").clone()
    }
}

/// Nothing came in time, or an earlier reply found nobody (Windows).
fn is_nothing(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionReset, Interrupted, TimedOut, WouldBlock};
    matches!(kind, ConnectionReset | Interrupted | TimedOut | WouldBlock)
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // Its panic is told by the test that misses its answers.
            let _ = thread.join();
        }
    }
}

/// A reply to this query, without records.
pub fn reply_to(query: &Message) -> Message {
    let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
    reply.metadata.recursion_desired = query.metadata.recursion_desired;
    reply.queries.clone_from(&query.queries);
    reply
}
