//! The addresses of the hosts that are watched.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use crate::request::{Request, Resolved};
use crate::targets::host::Host;
use crate::targets::{Addresses, Item, Targets};

/// The addresses of hosts, which are looked up for every look. While that takes long, or where it
/// fails, those from before are as good as any.
pub(super) struct Names {
    request: Arc<Request>,
    /// What is being found out.
    pending: Option<Receiver<Resolved>>,
    /// What was found out last.
    pub last: Option<Resolved>,
    /// The addresses that each host had when it had some.
    known: HashMap<Arc<str>, Addresses>,
}

impl Names {
    pub(super) fn of(request: Request) -> Self {
        Self { request: Arc::new(request), pending: None, last: None, known: HashMap::new() }
    }

    /// Whether they are being looked up.
    pub(super) const fn are_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Starts to look names up, unless that is still going on.
    pub(super) fn ask(&mut self) {
        if self.pending.is_some() {
            return;
        }
        let (sender, pending) = mpsc::channel();
        let request = Arc::clone(&self.request);
        let work = move || {
            // Nobody waits any more when the program ends.
            let _ = sender.send(request.resolve(&super::silent_notes()));
        };
        // Without a thread there is nothing to wait for, and it is tried again.
        let thread = thread::Builder::new().name("names".to_owned()).spawn(work);
        self.pending = thread.is_ok().then_some(pending);
    }

    /// Waits for what is being found out, not longer than until `limit`. Whether it is there.
    pub(super) fn wait(&mut self, limit: Instant) -> bool {
        let Some(pending) = &self.pending else {
            self.ask();
            thread::sleep(limit.saturating_duration_since(Instant::now()));
            return false;
        };
        match pending.recv_timeout(limit.saturating_duration_since(Instant::now())) {
            Ok(resolved) => {
                let resolved = self.with_known(resolved);
                (self.pending, self.last) = (None, Some(resolved));
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                self.pending = None;
                false
            }
        }
    }

    /// Gives hosts that cannot be looked up the addresses that they had.
    fn with_known(&mut self, mut resolved: Resolved) -> Resolved {
        for item in resolved.targets.items() {
            self.known.insert(Arc::clone(&item.host), item.addresses.clone());
        }
        let hosts = &self.request.hosts;
        let is_known = |host: &Host| self.known.contains_key(&*host.to_string());
        if resolved.failures.iter().any(|(place, _)| is_known(&hosts[*place].0)) {
            let items = hosts.iter().filter_map(|(host, ports)| {
                let host: Arc<str> = host.to_string().into();
                let addresses = self.known.get(&host)?.clone();
                Some(Item { host, addresses, ports: Arc::clone(ports) })
            });
            resolved.targets = Arc::new(Targets::new(items.collect()));
        }
        resolved
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ports, request};
    use super::*;
    use crate::targets;
    use crate::targets::resolve::ResolveError;

    #[test]
    fn a_name_that_cannot_be_looked_up_keeps_its_addresses() {
        let request = request(&["a.test", "b.test"], &ports(1));
        let mut names = Names::of(request.clone());
        let mut told = |found: &[(&str, u8)]| {
            let list = |last| {
                Addresses::List(vec![targets::Address {
                    ip: [192, 0, 2, last].into(),
                    scope_id: 0,
                }])
            };
            let items = found.iter().map(|(host, last)| Item {
                host: (*host).into(),
                addresses: list(*last),
                ports: ports(1),
            });
            let missing = request.hosts.iter().enumerate();
            let missing = missing
                .filter(|(_, (host, _))| !found.iter().any(|(name, _)| host.to_string() == *name));
            let error = |host: &Host| ResolveError::NoAddress { host: host.to_string(), what: "" };
            let resolved = Resolved {
                failures: missing.map(|(place, (host, _))| (place, error(host))).collect(),
                targets: Arc::new(Targets::new(items.collect())),
                interfaces: HashMap::new(),
            };
            let resolved = names.with_known(resolved);
            let first = |item: &Item| format!("{} {}", item.host, item.first().unwrap());
            let told: Vec<_> = resolved.targets.items().iter().map(first).collect();
            (told.join(", "), resolved.failures.len())
        };
        for (found, expected, failures) in [
            (&[("b.test", 2)][..], "b.test 192.0.2.2", 1),
            (&[("a.test", 1), ("b.test", 3)], "a.test 192.0.2.1, b.test 192.0.2.3", 0),
            (&[("b.test", 4)], "a.test 192.0.2.1, b.test 192.0.2.4", 1),
            (&[], "a.test 192.0.2.1, b.test 192.0.2.4", 2),
        ] {
            assert_eq!(told(found), (expected.to_owned(), failures));
        }
    }
}
