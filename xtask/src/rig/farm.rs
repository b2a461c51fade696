//! Many sockets and many processes that have them, for whoever lists sockets.

use std::fs::File;
use std::io::{PipeReader, PipeWriter, pipe};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::sockopt::set_socket_linger;

use super::limit::Limit;

/// What has the sockets: it waits until its stdin ends, and asks for nothing else.
const HOLDER: &str = "cat";

/// What a holder has beside what it is given: stdin, stdout and stderr.
const OWN_DESCRIPTORS: usize = 3;

/// What every process of the crowd has at least: its own, a listener and a UDP socket.
const FEWEST_DESCRIPTORS: usize = OWN_DESCRIPTORS + 2;

/// How many holders there may be: each has an address of its own, 127.0.0.1 and those after it.
const MAX_HOLDERS: usize = 200;

/// How many descriptors we may have open beside the sockets that we make.
const SPARE_DESCRIPTORS: usize = 100;

/// Where nobody listens: the port of discard (RFC 863), which a connected UDP socket has as peer.
const DISCARD: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 9);

/// How many there are of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// TCP sockets of connections, both ends counted.
    pub sockets: usize,
    /// Processes that have them, each with a listener that they came through.
    pub holders: usize,
    /// Processes of the crowd, each with a listener over IPv6 and a connected UDP socket.
    pub crowd: usize,
    /// Descriptors that each process of the crowd has open.
    pub descriptors: usize,
}

/// A population that lives until it is dropped, and no longer than we do.
#[derive(Debug)]
pub struct Farm {
    processes: Vec<Child>,
    listeners: Vec<SocketAddr>,
    gate: Option<PipeWriter>,
}

impl Farm {
    /// Makes it, on loopback. Nothing else may start a program meanwhile: that would get sockets
    /// which are meant for others.
    ///
    /// # Errors
    ///
    /// There are more sockets to a holder than a process may have, or the system has no more.
    pub fn start(population: &Population) -> Result<Self> {
        let Population { sockets, holders, crowd, descriptors } = *population;
        ensure!(holders <= MAX_HOLDERS, "{holders} holders: {MAX_HOLDERS} is the limit");
        ensure!(descriptors >= FEWEST_DESCRIPTORS, "{descriptors} descriptors are too few");
        let _limit = Limit::raise(sockets / holders.max(1) + SPARE_DESCRIPTORS)?;
        let (wait, gate) = pipe()?;
        let mut farm = Self { processes: vec![], listeners: vec![], gate: Some(gate) };
        for number in 0..holders {
            let connections = share(sockets / 2, holders, number);
            let (listener, ends) = connect(holder_address(number)?, connections)
                .with_context(|| format!("cannot make {connections} connections"))?;
            farm.listeners.push(listener);
            farm.processes.push(hold(ends, &wait)?);
        }
        for _ in 0..crowd {
            let open = open(descriptors).context("cannot open what a process of the crowd has")?;
            farm.processes.push(hold(open, &wait)?);
        }
        Ok(farm)
    }

    /// Where the holders listen.
    pub fn listeners(&self) -> &[SocketAddr] {
        &self.listeners
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        drop(self.gate.take());
        for process in &mut self.processes {
            // Those with thousands of sockets are not waited for while they close them in turn.
            let _ = process.kill();
        }
        for process in &mut self.processes {
            let _ = process.wait();
        }
    }
}

/// How many of `all` the one with this number has, when so many share them.
const fn share(all: usize, among: usize, number: usize) -> usize {
    all / among + if number < all % among { 1 } else { 0 }
}

fn holder_address(number: usize) -> Result<Ipv4Addr> {
    Ok(Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + u32::try_from(number)?))
}

/// A listener and both ends of so many connections to it.
fn connect(address: Ipv4Addr, connections: usize) -> Result<(SocketAddr, Vec<OwnedFd>)> {
    let listener = TcpListener::bind((address, 0))?;
    let place = listener.local_addr()?;
    let mut sockets = Vec::with_capacity(connections * 2 + 1);
    for _ in 0..connections {
        // One is accepted before the next is made, so that no backlog is ever full.
        let ends = [TcpStream::connect(place)?, listener.accept()?.0];
        for end in ends {
            // Who closes it resets it: nothing stays in TIME-WAIT to be counted with the next farm.
            set_socket_linger(&end, Some(Duration::ZERO))?;
            sockets.push(end.into());
        }
    }
    sockets.push(listener.into());
    Ok((place, sockets))
}

/// What a process of the crowd has open beside its own three.
fn open(descriptors: usize) -> Result<Vec<OwnedFd>> {
    let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0))?;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(DISCARD)?;
    let mut open = vec![listener.into(), socket.into()];
    for _ in FEWEST_DESCRIPTORS..descriptors {
        open.push(File::open("/dev/null")?.into());
    }
    Ok(open)
}

/// Starts a process that has all of these. We have them no longer.
fn hold(open: Vec<OwnedFd>, wait: &PipeReader) -> Result<Child> {
    for descriptor in &open {
        fcntl_setfd(descriptor, FdFlags::empty())?;
    }
    let started = Command::new(HOLDER)
        .stdin(wait.try_clone()?)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {HOLDER}"));
    drop(open);
    started
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use rustix::process::{Resource, Rlimit, getrlimit};

    use super::*;

    const SMALL: Population = Population { sockets: 10, holders: 2, crowd: 2, descriptors: 7 };

    fn sockets_of(process: &Child) -> usize {
        let descriptors = fs::read_dir(format!("/proc/{}/fd", process.id())).unwrap();
        let targets = descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
    }

    #[test]
    fn every_process_has_its_share_until_the_farm_or_we_end() {
        let has_ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
        let crowd = if has_ipv6 { SMALL.crowd } else { 0 };
        let farm = Farm::start(&Population { crowd, ..SMALL }).unwrap();
        let sockets: Vec<_> = farm.processes.iter().map(sockets_of).collect();
        // Three connections and two, both ends of each, and the listener.
        assert_eq!(sockets, [7, 5, 2, 2][..2 + crowd]);
        assert_eq!(farm.listeners().len(), 2);
        let folder = |process: &Child| PathBuf::from(format!("/proc/{}", process.id()));
        let folders: Vec<_> = farm.processes.iter().map(folder).collect();
        drop(farm);
        assert!(folders.iter().all(|folder| !folder.exists()), "{folders:?}");

        let mut farm = Farm::start(&Population { crowd: 0, ..SMALL }).unwrap();
        // Whoever ends closes what it has.
        drop(farm.gate.take());
        for process in &mut farm.processes {
            assert!(process.wait().unwrap().success());
        }
    }

    #[test]
    fn shares_come_to_the_whole() {
        for (all, among, expected) in [(10, 2, vec![5, 5]), (5, 3, vec![2, 2, 1]), (0, 1, vec![0])]
        {
            let shares: Vec<_> = (0..among).map(|number| share(all, among, number)).collect();
            assert_eq!(shares, expected);
        }
    }

    #[test]
    fn refuses_what_no_process_may_have() {
        let too_many = Population { sockets: usize::MAX / 2, holders: 1, ..SMALL };
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        if maximum.is_some() {
            assert!(Farm::start(&too_many).is_err());
        }
        assert!(Farm::start(&Population { descriptors: 4, ..SMALL }).is_err());
    }
}
