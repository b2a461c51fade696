//! Owners of sockets of this very process and of its children.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::IoSlice;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{process as this, thread};

use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::fs::fstat;

use super::*;

/// How long a child may take to do what it is there for.
const PATIENCE: Duration = Duration::from_secs(10);

const ALL: Facts = Facts { names: true, commands: true, users: true };

/// A child that is ended with its test.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.kill().expect("our own child");
        self.0.wait().expect("our own child");
    }
}

fn inode(socket: impl AsFd) -> u64 {
    fstat(socket).expect("is open").st_ino
}

fn udp_socket() -> UdpSocket {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback is there")
}

fn owners(inode: u64) -> Vec<(u32, u32)> {
    let owners = Owners::scan().expect("/proc is there").of(inode, Facts::default());
    owners.into_iter().map(|owner| (owner.pid, owner.fd.expect("Linux tells it"))).collect()
}

/// Between `fork` and `execve` the children of other tests have our descriptors as well, and so have
/// threads with copies of our table.
fn settles<T: PartialEq + Debug>(expected: &T, mut look: impl FnMut() -> T) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if look() == *expected {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(look(), *expected);
}

fn fd(socket: &impl AsRawFd) -> u32 {
    socket.as_raw_fd().unsigned_abs()
}

/// A child that has the socket open as its standard input and output, and waits.
fn child_with(socket: &UdpSocket, script: &str) -> Guard {
    let copy = || Stdio::from(OwnedFd::from(socket.try_clone().expect("a descriptor is left")));
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{script}\nread -r line")]).stdin(copy()).stdout(copy());
    Guard(shell.spawn().expect("there is a shell"))
}

#[test]
fn a_socket_has_the_process_and_every_descriptor_that_leads_to_it() {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback is there");
    let copy = socket.try_clone().expect("a descriptor is left");
    let fds = BTreeSet::from([fd(&socket), fd(&copy)]);
    let expected: Vec<_> = fds.into_iter().map(|fd| (this::id(), fd)).collect();
    settles(&expected, || owners(inode(&socket)));
}

#[test]
fn a_shared_socket_has_all_its_owners_in_order() {
    let socket = udp_socket();
    let children = [child_with(&socket, ""), child_with(&socket, "")];
    let children = children.each_ref().map(|child| child.0.id());
    let mut expected: Vec<_> = children.iter().flat_map(|pid| [(*pid, 0), (*pid, 1)]).collect();
    expected.push((this::id(), fd(&socket)));
    expected.sort_unstable();
    settles(&expected, || owners(inode(&socket)));
}

#[test]
fn a_thread_with_a_table_of_its_own_is_found() {
    let (tell, told) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        unshare(CloneFlags::CLONE_FILES).expect("needs no rights");
        let socket = udp_socket();
        tell.send((inode(&socket), fd(&socket))).expect("is waited for");
        ended.recv().expect_err("nothing is sent");
    });
    let (inode, fd) = told.recv_timeout(PATIENCE).expect("is sent");
    settles(&vec![(this::id(), fd)], || owners(inode));
    assert!(has_open(this::id(), fd, inode));
    drop(end);
    thread.join().expect("ends");
}

#[test]
fn what_both_a_process_and_a_thread_of_it_have_is_told_once() {
    let socket = udp_socket();
    let (tell, told) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        unshare(CloneFlags::CLONE_FILES).expect("needs no rights");
        tell.send(()).expect("is waited for");
        ended.recv().expect_err("nothing is sent");
    });
    told.recv_timeout(PATIENCE).expect("is sent");
    settles(&vec![(this::id(), fd(&socket))], || owners(inode(&socket)));
    drop(end);
    thread.join().expect("ends");
}

#[test]
fn a_descriptor_on_its_way_has_no_owner() {
    let (sender, _receiver) = UnixDatagram::pair().expect("sockets are to be had");
    let socket = udp_socket();
    let inode = inode(&socket);
    let fds = [socket.as_raw_fd()];
    let message = [ControlMessage::ScmRights(&fds)];
    let data = [IoSlice::new(b".")];
    sendmsg::<()>(sender.as_raw_fd(), &data, &message, MsgFlags::empty(), None).expect("has room");
    settles(&vec![(this::id(), fd(&socket))], || owners(inode));
    drop(socket);
    settles(&vec![], || owners(inode));
}

#[test]
fn a_process_is_told_by_the_name_it_gives_itself() {
    for name in ["pa)ren) S 1 2", "two\nlines", "\x1b[31mred", "spaces  "] {
        let socket = udp_socket();
        let child = child_with(&socket, &format!("printf %s '{name}' >/proc/$$/comm"));
        let expected = Process {
            name: Some(name.into()),
            command: Some(
                format!("sh\0-c\0printf %s '{name}' >/proc/$$/comm\nread -r line\0").into(),
            ),
            user: Some(Users::default().name_or_number(rustix::process::geteuid().as_raw())),
        };
        // The shell takes its name in its own time.
        settles(&expected, || {
            let owners = Owners::scan().expect("/proc is there").of(inode(&socket), ALL);
            let owner = owners.iter().find(|owner| owner.pid == child.0.id()).expect("is there");
            (*owner.process).clone()
        });
        assert!(start_time(child.0.id()) >= start_time(this::id()), "{name:?}");
    }
}

#[test]
fn facts_are_read_when_they_are_asked_for() {
    let socket = udp_socket();
    let mut owners = Owners::scan().expect("/proc is there");
    let mut told = |facts| {
        let owners = owners.of(inode(&socket), facts);
        let owner = owners.iter().find(|owner| owner.pid == this::id()).expect("is us");
        [
            owner.process.name.is_some(),
            owner.process.command.is_some(),
            owner.process.user.is_some(),
        ]
    };
    let names = Facts { names: true, ..Facts::default() };
    let users = Facts { users: true, ..Facts::default() };
    assert_eq!(told(Facts::default()), [false, false, false]);
    assert_eq!(told(names), [true, false, false]);
    assert_eq!(told(users), [false, false, true]);
    assert_eq!(told(ALL), [true, true, true]);
    // Who has been read whole is not read again.
    assert_eq!(told(names), [true, true, true]);
}

#[test]
fn of_a_process_that_has_ended_only_the_number_is_known() {
    let socket = udp_socket();
    let child = child_with(&socket, "");
    let pid = child.0.id();
    let mut owners = Owners::scan().expect("/proc is there");
    drop(child);
    let of_child = owners.of(inode(&socket), ALL).into_iter().filter(|owner| owner.pid == pid);
    let processes: Vec<_> = of_child.map(|owner| (*owner.process).clone()).collect();
    assert_eq!(processes, [Process::default(), Process::default()]);
    assert!(!has_open(pid, 0, inode(&socket)));
    assert_eq!(start_time(pid), None);
}

#[test]
fn a_number_that_another_process_has_taken_does_not_lend_its_name() {
    let socket = udp_socket();
    let mut owners = Owners::scan().expect("/proc is there");
    for known in &mut owners.processes {
        known.listed.directory += 1;
    }
    let own = |owners: &mut Owners, inode| {
        let owner = owners.of(inode, ALL).into_iter().find(|owner| owner.pid == this::id());
        (*owner.expect("was us").process).clone()
    };
    // The kernel may have forgotten the directory: its descriptor vouches for the process.
    let inode = inode(&socket);
    assert!(own(&mut owners, inode).name.is_some());
    drop(socket);
    settles(&Process::default(), || {
        for known in &mut owners.processes {
            known.process = None;
        }
        own(&mut owners, inode)
    });
}

#[test]
fn a_live_view_reads_proc_again_for_new_sockets_only() {
    let old = udp_socket();
    let mut owners = Owners::scan().expect("/proc is there");
    let no_socket = u64::MAX;
    let mut update = |inodes: &[u64]| owners.update(inodes).expect("/proc is there");
    assert!(!update(&[]));
    assert!(!update(&[0, inode(&old)]));
    assert!(update(&[inode(&old), no_socket]), "nobody has it, and that is news");
    assert!(!update(&[inode(&old), no_socket]));
    let new = udp_socket();
    assert!(update(&[inode(&new)]));
    assert!(!update(&[inode(&new), inode(&old)]));
    assert!(owners.of(inode(&new), ALL).iter().any(|owner| owner.pid == this::id()));
}

#[test]
fn processes_that_come_and_go_are_no_error() {
    let socket = udp_socket();
    let storm = thread::spawn(|| {
        for _ in 0..40 {
            let children: Vec<_> = (0..8).map(|_| Command::new("true").spawn()).collect();
            for child in children {
                child.expect("can be started").wait().expect("our own child");
            }
        }
    });
    let mut scans = 0;
    while !storm.is_finished() || scans < 3 {
        let mut owners = Owners::scan().expect("/proc is there");
        let own = owners.of(inode(&socket), ALL);
        assert!(own.iter().any(|owner| owner.pid == this::id() && owner.process.name.is_some()));
        scans += 1;
    }
    storm.join().expect("ends");
}
