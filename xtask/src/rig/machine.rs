//! Other machines: network namespaces with names, and cables from ours to them.

use std::fs::{self, File};
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result};
use rustix::process::setpriority_process;
use rustix::thread::{LinkNameSpaceType, gettid, move_into_link_name_space};
use std::os::fd::AsFd;

use super::namespace::ip;
use super::process::succeed;
use super::tap;
use super::wire::{Weather, Wire};

/// Where `ip netns` keeps the names.
const NAMES: &str = "/run/netns";

/// How many frames a device keeps for a wire that has not come to take them.
const WIRE_QUEUE_LEN: usize = 20_000;

/// The name of every machine's own end of the cable to us.
const UPLINK: &str = "up";

/// Another machine. It is there until our namespaces go.
#[derive(Debug, Clone)]
pub struct Machine {
    name: &'static str,
}

/// Looks for no other host that has an address before it is used, which takes a second
/// (`Documentation/networking/ip-sysctl.rst`).
const DETECTS_DUPLICATES: &str = "ipv6/conf/default/accept_dad";

/// Makes ready for machines, in a namespace of ours. To be called once, before the first is made.
///
/// # Errors
///
/// There is no IPv6.
pub fn prepare() -> Result<()> {
    set(DETECTS_DUPLICATES, "0")
}

/// Sets a switch of the kernel, in the namespace of this thread.
fn set(switch: &str, value: &str) -> Result<()> {
    let path = Path::new("/proc/sys/net").join(switch);
    fs::write(&path, value).with_context(|| format!("cannot write {}", path.display()))
}

/// Gives a device addresses and starts it.
fn set_up(device: &str, addresses: &[&str], ip: impl Fn(&str) -> Result<()>) -> Result<()> {
    for address in addresses {
        ip(&format!("address add {address} dev {device}"))?;
    }
    ip(&format!("link set dev {device} up"))
}

impl Machine {
    /// Makes a machine that is connected to nothing.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn make(name: &'static str) -> Result<Self> {
        let machine = Self { name };
        ip(&format!("netns add {name}"))?;
        machine.ip("link set lo up")?;
        machine.set(DETECTS_DUPLICATES, "0")?;
        Ok(machine)
    }

    /// Makes a machine with a cable to us. Addresses are with their prefix, ours on this side and
    /// those of the machine on the other.
    ///
    /// # Errors
    ///
    /// It cannot be made, or connected.
    pub fn beside_us(name: &'static str, ours: &[&str], theirs: &[&str]) -> Result<Self> {
        let machine = Self::make(name)?;
        ip(&format!("link add to-{name} type veth peer name {UPLINK} netns {name}"))?;
        set_up(&format!("to-{name}"), ours, ip)?;
        set_up(UPLINK, theirs, |line| machine.ip(line))?;
        Ok(machine)
    }

    /// Makes a machine at the other end of a wire that delays and loses.
    ///
    /// # Errors
    ///
    /// It cannot be made, or connected.
    pub fn far_away(
        name: &'static str,
        ours: &[&str],
        theirs: &[&str],
        weather: Weather,
    ) -> Result<(Self, Wire)> {
        let machine = Self::make(name)?;
        let device = format!("to-{name}");
        let ends = [tap::open(&device)?, machine.inside(|| tap::open(UPLINK))?];
        ip(&format!("link set dev {device} txqueuelen {WIRE_QUEUE_LEN}"))?;
        machine.ip(&format!("link set dev {UPLINK} txqueuelen {WIRE_QUEUE_LEN}"))?;
        set_up(&device, ours, ip)?;
        set_up(UPLINK, theirs, |line| machine.ip(line))?;
        Ok((machine, Wire::lay(ends, weather, SEED)?))
    }

    /// Connects it to another, this one's addresses first.
    ///
    /// # Errors
    ///
    /// They cannot be connected.
    pub fn connect(&self, other: &Self, ours: &[&str], theirs: &[&str]) -> Result<()> {
        let (one, two) = (self.name, other.name);
        self.ip(&format!("link add to-{two} type veth peer name to-{one} netns {two}"))?;
        set_up(&format!("to-{two}"), ours, |line| self.ip(line))?;
        set_up(&format!("to-{one}"), theirs, |line| other.ip(line))
    }

    /// Runs `ip` on it.
    ///
    /// # Errors
    ///
    /// It fails.
    pub fn ip(&self, line: &str) -> Result<()> {
        ip(&format!("-netns {} {line}", self.name))
    }

    /// Gives it rules for packets (nft(8)).
    ///
    /// # Errors
    ///
    /// They cannot be understood, or the kernel cannot filter so.
    pub fn filter(&self, rules: &str) -> Result<()> {
        let args = ["netns", "exec", self.name, "nft", rules];
        succeed(Path::new("/"), "ip", args)?;
        Ok(())
    }

    /// Sets a switch of its kernel, such as `ipv4/ip_forward`.
    ///
    /// # Errors
    ///
    /// There is none of this name.
    pub fn set(&self, switch: &str, value: &str) -> Result<()> {
        self.inside(|| set(switch, value))
    }

    /// Does something on it, with a thread: sockets and devices that it opens are the machine's.
    ///
    /// # Errors
    ///
    /// It fails, or there is no such machine.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let path = Path::new(NAMES).join(self.name);
        let entered = || {
            let name = File::open(&path).with_context(|| format!("no machine '{}'", self.name))?;
            let kind = LinkNameSpaceType::Network;
            move_into_link_name_space(name.as_fd(), Some(kind)).context("cannot enter it")?;
            work()
        };
        thread::scope(|scope| scope.spawn(entered).join())
            .unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// How far what stands for other machines goes before programs that run on this one (nice(1)).
const PRIORITY: i32 = -15;

/// Puts this thread before programs that are measured: other machines have processors of their own.
pub fn put_first() {
    // Without the right it is slower, and the same.
    let _ = setpriority_process(Some(gettid()), PRIORITY);
}

/// What the losses of the wires depend on.
const SEED: u64 = 5;
