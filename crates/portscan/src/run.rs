//! From a request to rows: asked once, or until it is as it should be.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};

use conns::Listeners;
use output::{Notes, Rows};
use wellknown::Protocol;

use crate::cli::{Cli, within_limits};
use crate::diff::earlier::Earlier;
use crate::diff::{Compared, Comparison};
use crate::engine::{Engine, Manner};
use crate::failure::{Failure, FailureKind};
use crate::limits;
use crate::payload;
use crate::policy::Work;
use crate::request::{Request, Resolved};
use crate::row::{Listener, Row};
use crate::scan::{self, Listening, Listing, Scan, Telling};
use crate::targets::{Address, Item};
use crate::wait::Wait;
use crate::watch::Watch;
use crate::wire::{Payload, SystemWire};

/// So few ports have no summary: it would say nothing more.
const FEW_ROWS: u32 = 10;

/// So few ports are waited for with patience; of more a silent one must not hold up the rest.
const FEW_PORTS: u32 = 100;

/// The rows that a command line asks for.
pub(crate) fn rows(
    mut cli: Cli,
    notes: &Notes,
) -> Result<Box<dyn Rows<Item = Result<Row, Failure>>>, Failure> {
    let earlier = cli.earlier()?;
    let (request, waiting, bad_lines) = cli.request(earlier.as_ref())?;
    if request.hosts.is_empty() && bad_lines.is_empty() {
        notes.note("no host is named: nothing is asked");
    }
    if let Some(waiting) = waiting {
        return Ok(Box::new(Wait::begin(request, waiting, bad_lines, notes)));
    }
    if let Some(interval) = cli.watch {
        return Ok(Box::new(Watch::begin(&cli, request, interval, bad_lines, notes)?));
    }
    once(&cli, &request, earlier.as_ref(), bad_lines, notes)
}

/// Asks everything once.
fn once(
    cli: &Cli,
    request: &Request,
    earlier: Option<&Earlier>,
    bad_lines: Vec<FailureKind>,
    notes: &Notes,
) -> Result<Box<dyn Rows<Item = Result<Row, Failure>>>, Failure> {
    let mut resolved = request.resolve(notes);
    remark(&resolved, notes);
    let failures = std::mem::take(&mut resolved.failures);
    let failures = failures.into_iter().map(|(_, error)| error.into());
    let failures = bad_lines.into_iter().chain(failures).map(Failure).collect();
    let (addresses, pairs) = (resolved.targets.addresses(), resolved.targets.pairs());
    let is_open_only = cli.lists_open_only(pairs);
    let listing = if is_open_only { Listing::Open } else { Listing::All };
    let is_table = cli.printed().rendering == output::Rendering::Table;
    let telling = Telling {
        notes: notes.clone(),
        protocol: request.protocol,
        // A port that is no longer open is compared as well.
        listing: if earlier.is_some() { Listing::All } else { listing },
        is_only_host: addresses == 1,
        has_remarks: true,
        has_summary: is_table && (is_open_only || pairs > u128::from(FEW_ROWS)),
        total: u64::try_from(pairs).unwrap_or(u64::MAX),
        addresses,
        listener: listeners(cli.printed().has("process")),
    };
    let mut manner = request.manner.clone();
    manner.limits.is_patient = is_patient(&manner, pairs);
    let descriptors = within_limits(&mut manner);
    let engine = engine(manner, scan::walk(&resolved, request.protocol))?;
    let scan = Scan::new(engine, telling, request.want);
    let scan = scan.with_failures(failures).within(descriptors);
    let Some(earlier) = earlier else {
        return Ok(Box::new(output::as_they_come(scan, |_, rows| rows)));
    };
    let comparison = Comparison::new(earlier, request, &resolved, listing);
    let compared = Compared::new(scan, comparison, is_table.then(|| notes.clone()));
    Ok(Box::new(output::as_they_come(compared, |_, rows| rows)))
}

/// Whether silence is waited out to the end. A round trip says how far a host is, and not how long a
/// service over UDP takes to answer.
pub(crate) fn is_patient(manner: &Manner, ports: u128) -> bool {
    manner.is_udp || ports <= u128::from(FEW_PORTS)
}

/// The engine of this system.
pub(crate) fn engine<S: crate::engine::Subject, I: Iterator<Item = Work<S>>>(
    manner: Manner,
    walk: I,
) -> Result<Engine<S, I, SystemWire>, FailureKind> {
    let payload = manner.is_udp.then(|| -> Payload {
        let nonce = RandomState::new().hash_one(manner.limits.timeout);
        Box::new(move |port| payload::payload(port, nonce).into_owned())
    });
    let wire = SystemWire::open(payload).map_err(FailureKind::Start)?;
    Ok(Engine::new(manner, walk, wire))
}

/// Says what addresses mean that are not what they look like.
pub(crate) fn remark(resolved: &Resolved, notes: &Notes) {
    let addresses = resolved.targets.items().iter().filter_map(Item::first);
    for Address { ip, .. } in addresses {
        if ip.is_unspecified() {
            notes.note_once(format_args!("{ip} is this machine itself"));
        }
    }
}

/// Who listens at open ports, where they are of this machine and it is asked for.
pub(crate) fn listeners(is_wanted: bool) -> Listening {
    let mut listeners = Listeners::default();
    Box::new(move |row| {
        let at = SocketAddr::new(limits::asked_as(row.address.ip), row.port);
        if !is_wanted || !is_own(at.ip()) {
            return None;
        }
        let protocol = match row.protocol {
            Protocol::Udp => conns::Protocol::Udp,
            _ => conns::Protocol::Tcp,
        };
        let owner = listeners.of(protocol, at).into_iter().next()?;
        Some(Listener {
            pid: owner.pid,
            name: owner.process.name.as_ref()?.as_encoded_bytes().to_vec(),
        })
    })
}

/// Whether an address is one of this machine.
fn is_own(address: IpAddr) -> bool {
    address.is_loopback()
        || limits::source_of(SocketAddr::new(address, 1)).is_some_and(|own| own.ip() == address)
}
