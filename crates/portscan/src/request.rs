//! What is asked, before anybody looked up a name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use output::{Family, Notes};
use wellknown::Protocol;

use crate::engine::Manner;
use crate::ports::list::PortList;
use crate::targets::host::Host;
use crate::targets::resolve::{self, ResolveError, System};
use crate::targets::{Item, Targets};

/// Hosts with the ports that each is asked for, and how to ask.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// In the order named.
    pub hosts: Vec<(Host, Arc<PortList>)>,
    pub family: Family,
    pub protocol: Protocol,
    pub manner: Manner,
    pub want: Want,
}

/// When the answer to the whole is yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// When every host is home: all of its ports are open, at one address at least; of a range of
    /// ports, and of a network, one is enough.
    Every,
    /// When one port is open anywhere.
    Any,
}

/// What is asked, with the addresses of the hosts.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub targets: Arc<Targets>,
    /// Hosts that have no addresses, with their places among all hosts.
    pub failures: Vec<(usize, ResolveError)>,
    /// The interfaces that are part of addresses, by number.
    pub interfaces: HashMap<u32, Arc<str>>,
}

impl Request {
    /// Looks up the addresses of the hosts.
    pub(crate) fn resolve(&self, notes: &Notes) -> Resolved {
        let hosts: Vec<_> = self.hosts.iter().map(|(host, _)| host.clone()).collect();
        let mut told = |done: usize, total: usize| notes.progress(done as u64, total as u64);
        let found = resolve::resolve(&hosts, self.family, &System, &mut told);
        drop(hosts);
        let (mut items, mut failures) = (Vec::with_capacity(self.hosts.len()), Vec::new());
        let mut told = HashSet::new();
        for (index, ((host, ports), addresses)) in self.hosts.iter().zip(found).enumerate() {
            match addresses {
                Ok(addresses) => items.push(Item {
                    host: host.to_string().into(),
                    addresses,
                    ports: Arc::clone(ports),
                }),
                Err(error) if told.insert(host) => failures.push((index, error)),
                Err(_) => {}
            }
        }
        let has_scopes = self.hosts.iter().any(|(host, _)| match host {
            Host::Name(_) => true,
            Host::Address(_, zone) | Host::Network(_, zone) => zone.is_some(),
        });
        let names = if has_scopes { resolve::interface_names(&System) } else { HashMap::new() };
        let interfaces = names.into_iter().map(|(number, name)| (number, name.into())).collect();
        Resolved { targets: Arc::new(Targets::new(items)), failures, interfaces }
    }
}
