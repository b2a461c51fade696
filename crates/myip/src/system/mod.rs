//! What the system tells of its interfaces and of the ways that lead from here.

use std::ffi::OsStr;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use thiserror::Error;

use crate::address::Address;
use crate::link::Link;

#[cfg(target_os = "linux")]
pub(crate) mod native;
mod portable;

/// A way to learn of interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Backend {
    /// Linux' rtnetlink, spoken directly: all that the kernel tells
    #[cfg(target_os = "linux")]
    #[default]
    Native,
    /// The crate if-addrs, for every system: addresses, and what interfaces they are of
    #[cfg_attr(not(target_os = "linux"), default)]
    Portable,
}

/// Why the system tells nothing.
#[derive(Debug, Error)]
pub enum SystemError {
    /// Netlink is refused, or breaks off.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Netlink(#[from] netlink::DumpError),
    /// The C library's list failed.
    #[error(transparent)]
    Portable(#[from] io::Error),
    /// Only the native back end knows it.
    #[cfg_attr(target_os = "linux", error("this takes what only Linux tells, by --backend native"))]
    #[cfg_attr(not(target_os = "linux"), error("this takes what only Linux tells"))]
    NotTold,
}

/// The way that a packet would take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// The first router, if there is one in between.
    pub(crate) gateway: Option<IpAddr>,
    /// The number of the interface.
    pub(crate) interface: Option<u32>,
    /// The address that the packet would come from.
    pub(crate) source: Option<IpAddr>,
    /// What it costs: of several ways the least is taken.
    pub(crate) metric: Option<u32>,
}

/// Every interface, and every address with the interface that has it.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// In the order of the system.
    pub(crate) links: Vec<Rc<Link>>,
    /// In the order of their interfaces, and for each in that of the system: the place of the
    /// interface, and the address.
    addresses: Vec<(usize, Address)>,
}

impl Inventory {
    /// The interface of that name, or of that other name.
    pub(crate) fn link(&self, name: &OsStr) -> Option<&Rc<Link>> {
        let by_name = self.links.iter().find(|link| link.name == name);
        by_name.or_else(|| self.links.iter().find(|link| link.goes_by(name)))
    }

    /// The interface that a zone means: a name, or a number (RFC 4007, 11).
    pub(crate) fn zone(&self, zone: &OsStr) -> Option<&Rc<Link>> {
        let number = || zone.to_str()?.parse::<u32>().ok();
        let by_number = || {
            let number = number()?;
            self.links.iter().find(|link| link.index == Some(number))
        };
        self.link(zone).or_else(by_number)
    }

    /// Puts addresses beside their interfaces, which stand at these places.
    fn new(links: Vec<Link>, mut addresses: Vec<(usize, Address)>) -> Self {
        addresses.sort_by_key(|(place, _)| *place);
        Self { links: links.into_iter().map(Rc::new).collect(), addresses }
    }

    /// Every address with its interface.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&Rc<Link>, &Address)> {
        self.addresses.iter().map(|(place, address)| (&self.links[*place], address))
    }

    /// Every interface with its addresses.
    pub(crate) fn by_link(&self) -> impl Iterator<Item = (&Rc<Link>, &[(usize, Address)])> {
        self.links.iter().enumerate().map(|(place, link)| {
            let start = self.addresses.partition_point(|(it, _)| *it < place);
            let count = self.addresses[start..].partition_point(|(it, _)| *it == place);
            (link, &self.addresses[start..start + count])
        })
    }
}

impl Backend {
    /// Every interface with its addresses.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub(crate) fn inventory(self) -> Result<Inventory, SystemError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Native => match native::inventory() {
                // Some sandboxes refuse netlink to all but the C library.
                Err(error) => portable::inventory().map_err(|_| error),
                told => told,
            },
            Self::Portable => Ok(portable::inventory()?),
        }
    }

    /// The interface of this name with its addresses, where the system can tell it without all
    /// others.
    pub(crate) fn interface(self, name: &OsStr) -> Option<Inventory> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Native => native::interface(name).ok(),
            Self::Portable => {
                let _ = name;
                None
            }
        }
    }

    /// What is known of one of this machine's addresses, where the system can tell it without its
    /// interfaces.
    pub(crate) fn address(self, ip: IpAddr) -> Option<Address> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Native => native::address(ip).ok()?,
            Self::Portable => {
                let _ = ip;
                None
            }
        }
    }

    /// The way to `ip`, out of that interface if there is one given; `None` where there is no way.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub(crate) fn route(
        self,
        ip: IpAddr,
        interface: Option<u32>,
    ) -> Result<Option<Route>, SystemError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Native => Ok(native::route(ip, interface)?),
            Self::Portable => {
                let _ = (ip, interface);
                Err(SystemError::NotTold)
            }
        }
    }
}

/// How often to look where the system does not say that anything has changed.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// Hears when interfaces, addresses or routes change. Where the system does not say so, it is time to
/// look again in short intervals.
pub(crate) struct Changes {
    #[cfg(target_os = "linux")]
    channel: Option<netlink::Channel>,
    next_look: Instant,
}

impl Changes {
    /// Listens from now on.
    pub(crate) fn listen(backend: Backend) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            channel: match backend {
                Backend::Native => native::changes().ok(),
                Backend::Portable => None,
            },
            next_look: match backend {
                #[cfg(target_os = "linux")]
                Backend::Native => Instant::now(),
                Backend::Portable => Instant::now() + LOOK_INTERVAL,
            },
        }
    }

    /// Waits until it is time to look again, not longer than `limit`. Whether it is.
    pub(crate) fn wait(&mut self, limit: Duration) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(channel) = &self.channel {
            match channel.wait_for_change(limit) {
                Ok(has_changed) => return has_changed,
                Err(_) => self.channel = None,
            }
        }
        let left = self.next_look.saturating_duration_since(Instant::now());
        thread::sleep(left.min(limit));
        let is_time = left <= limit;
        if is_time {
            self.next_look = Instant::now() + LOOK_INTERVAL;
        }
        is_time
    }
}
