//! The addresses of the hosts that are waited for: each name is looked up by itself, for one of
//! which nobody tells must not hold up the others.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use output::Family;

use crate::ports::list::PortList;
use crate::request::Resolved;
use crate::targets::host::Host;
use crate::targets::resolve::{self, ResolveError, System};
use crate::targets::{Addresses, Item, Targets};

/// Names that are looked up at the same time.
const MAX_LOOKUPS: usize = 32;

/// How often to see whether a name was found.
const TICK: Duration = Duration::from_millis(2);

type Answer = Result<Addresses, ResolveError>;

/// What is known of names.
pub(super) struct Names {
    family: Family,
    hosts: HashMap<Arc<str>, Name>,
    /// How many are being looked up.
    lookups: usize,
    interfaces: HashMap<u32, Arc<str>>,
}

#[derive(Default)]
struct Name {
    pending: Option<Receiver<Answer>>,
    last: Option<Answer>,
    /// Whether it is time to look it up again. What was known is known until something else is.
    is_old: bool,
}

impl Names {
    pub(super) fn new(family: Family) -> Self {
        let interfaces = resolve::interface_names(&System).into_iter();
        let interfaces = interfaces.map(|(number, name)| (number, name.into())).collect();
        Self { family, hosts: HashMap::new(), lookups: 0, interfaces }
    }

    /// Looks hosts up, and waits a little for what is not known yet. Those whose addresses are
    /// known, and why others have none.
    pub(super) fn look_up(
        &mut self,
        hosts: &[(Host, Arc<PortList>)],
        patience: Duration,
    ) -> (Resolved, HashMap<Arc<str>, ResolveError>) {
        let limit = Instant::now() + patience;
        for (host, _) in hosts {
            self.ask(host);
        }
        while self.collect() && Instant::now() < limit {
            thread::sleep(TICK);
            for (host, _) in hosts {
                self.ask(host);
            }
        }
        let (mut items, mut failures) = (Vec::new(), HashMap::new());
        for (host, ports) in hosts {
            let name: Arc<str> = host.to_string().into();
            match self.hosts.get(&name).and_then(|it| it.last.clone()) {
                Some(Ok(addresses)) => {
                    items.push(Item { host: name, addresses, ports: Arc::clone(ports) });
                }
                Some(Err(error)) => {
                    failures.insert(name, error);
                }
                None => {}
            }
        }
        let interfaces = self.interfaces.clone();
        let targets = Arc::new(Targets::new(items));
        (Resolved { targets, failures: Vec::new(), interfaces }, failures)
    }

    /// Lets every name be looked up again.
    pub(super) fn grow_old(&mut self) {
        self.hosts.values_mut().for_each(|name| name.is_old = true);
    }

    /// Why a host has no address.
    pub(super) fn why(&self, name: &Arc<str>) -> ResolveError {
        let told = self.hosts.get(name).and_then(|it| it.last.clone());
        match told {
            Some(Err(error)) => error,
            _ => ResolveError::Resolve {
                host: name.to_string(),
                source: Arc::new(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the resolver did not answer",
                )),
            },
        }
    }

    /// Starts to look a host up, unless that is going on or has just been done.
    fn ask(&mut self, host: &Host) {
        let name: Arc<str> = host.to_string().into();
        let entry = self.hosts.entry(name).or_default();
        if entry.pending.is_some() || (entry.last.is_some() && !entry.is_old) {
            return;
        }
        let look_up = |host: Host, family| {
            resolve::resolve(&[host], family, &System, &mut |_, _| {}).remove(0)
        };
        let (host, family) = (host.clone(), self.family);
        if !matches!(host, Host::Name(_)) {
            (entry.last, entry.is_old) = (Some(look_up(host, family)), false);
        } else if self.lookups < MAX_LOOKUPS {
            let (sender, pending) = mpsc::channel();
            // Nobody waits any more when the program ends.
            let work = move || drop(sender.send(look_up(host, family)));
            // Without a thread it is tried again.
            let thread = thread::Builder::new().name("names".to_owned()).spawn(work);
            entry.pending = thread.is_ok().then_some(pending);
            entry.is_old = entry.pending.is_none();
            self.lookups += usize::from(entry.pending.is_some());
        }
    }

    /// Takes what was found. Whether there is a name without an address of which more may be known
    /// soon.
    fn collect(&mut self) -> bool {
        let mut is_incomplete = false;
        for name in self.hosts.values_mut() {
            let told = name.pending.as_ref().map(Receiver::try_recv);
            if matches!(told, Some(Ok(_) | Err(TryRecvError::Disconnected))) {
                name.pending = None;
                self.lookups -= 1;
            }
            if let Some(Ok(answer)) = told {
                name.last = Some(answer);
            }
            let is_known = matches!(name.last, Some(Ok(_)));
            is_incomplete |= !is_known && (name.pending.is_some() || name.last.is_none());
        }
        is_incomplete
    }
}
