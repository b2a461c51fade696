//! From a question to rows: what the system tells, chosen and put in order.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::rc::Rc;

use crate::address::Address;
use crate::choice::{self, Standing};
use crate::failure::{Failure, shown};
use crate::link::Link;
use crate::request::{Filter, Request, Subject, What};
use crate::row::Row;
use crate::system::{Backend, Inventory, Route, SystemError};
use crate::toward::{self, Destination};

/// What is known at the moment.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Result<Row, Failure>>,
    /// What is worth knowing of it.
    pub(crate) note: Option<String>,
}

impl Answer {
    /// Whether it is one that others can use, or all that was asked for.
    pub(crate) fn is_good(&self, request: &Request) -> bool {
        let is_named = !matches!(request.subject, Subject::Primary | Subject::Toward(_));
        self.rows.iter().flatten().any(|row| match Standing::of(row) {
            Some(Standing::Good) => true,
            // Who asks for loopback or for a neighbour's address gets it.
            Some(Standing::Loopback) => {
                is_named && row.link.as_ref().is_none_or(|link| link.is_loopback())
            }
            Some(_) => false,
            None => request.what.is_of_link(),
        })
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self { rows: vec![Err(failure)], note: None }
    }
}

/// Answers a question once, with what is there now.
pub(crate) fn answer(request: &Request) -> Answer {
    let mut asking = Asking { request, routes: Routes::default() };
    let answered = match &request.subject {
        Subject::Primary => asking.primary(),
        Subject::FirstOf(names) => asking.first_of(names),
        Subject::Addresses(names) => asking.addresses(names),
        Subject::Links(names) => asking.links(names),
        Subject::Toward(destination) => asking.toward(destination),
        Subject::Holder(ip, zone) => asking.holders(*ip, zone.as_deref()),
    };
    let mut answer = answered.unwrap_or_else(Answer::from);
    for row in answer.rows.iter_mut().flatten() {
        row.what = request.what;
    }
    answer
}

struct Asking<'a> {
    request: &'a Request,
    routes: Routes,
}

impl Asking<'_> {
    fn primary(&mut self) -> Result<Answer, Failure> {
        let Request { filter, backend, what, .. } = self.request;
        let source = toward::source_to_outside(filter.family);
        if self.request.is_bare
            && filter.is_open()
            && what.is_of_address()
            && let Some(address) = source.and_then(|ip| backend.address(ip))
            && Standing::of_address(&address) == Standing::Good
        {
            return self.one(Row { address: Some(address), ..Row::default() }, None, None);
        }
        let inventory = self.inventory()?;
        let kernels = source.map(|ip| row_on(&inventory, ip, None));
        // Whether it has a carrier makes no difference to the kernel.
        let standing = kernels
            .as_ref()
            .filter(|row| self.admits(row))
            .and_then(|row| row.address.as_ref())
            .map(Standing::of_address);
        let is_meant = standing == Some(Standing::Good)
            // The router is the same, whatever is thought of the address.
            || (standing.is_some() && *what == What::Gateway);
        if let (Some(row), true) = (&kernels, is_meant) {
            return self.one(row.clone(), None, None);
        }
        let best = self.best_of(&inventory, kernels.as_ref());
        match (best, kernels) {
            (Some(best), _) if standing.is_none_or(|it| Standing::of(&best) < Some(it)) => {
                let note = self.note_on(&best, source, standing);
                let index = best.link.as_ref().and_then(|link| link.index);
                self.one(best, index, note)
            }
            (_, Some(row)) if standing.is_some() => self.one(row, None, None),
            _ => Err(Failure::NoAddressAtAll(filter.words())),
        }
    }

    /// The best address that counts, on the interface that leads to the outside if it can be.
    fn best_of(&mut self, inventory: &Inventory, kernels: Option<&Row>) -> Option<Row> {
        let filter = self.request.filter;
        let index = kernels.and_then(|row| row.link.as_ref()?.index);
        let rows: Vec<_> = rows_of(inventory, &filter).collect();
        let ways = if filter.is_lan { self.ways_of(&rows) } else { Vec::new() };
        // The way to the outside may be a tunnel. Of the others the one with a router is meant, and of
        // several of those the one that costs least.
        let way = ways.into_iter().min_by_key(|(_, route)| route.metric.unwrap_or(0));
        choice::best(rows, |row| {
            let link = row.link.as_ref().and_then(|link| link.index);
            match way {
                Some((on, route)) => {
                    (link != Some(on), route.source.is_some() && row.ip() != route.source)
                }
                None => (link.is_none() || link != index, false),
            }
        })
    }

    /// The ways to the outside that have a router, of IPv4 if there are any, by interface.
    fn ways_of(&mut self, rows: &[Row]) -> Vec<(u32, Route)> {
        let mut ways = Vec::new();
        for outside in toward::outsides(self.request.filter.family) {
            for row in rows {
                let index = row.link.as_ref().and_then(|link| link.index);
                let is_of = row.ip().is_some_and(|ip| ip.is_ipv4() == outside.is_ipv4());
                let Some(index) = index.filter(|_| is_of) else { continue };
                let way = self.routes.of(self.request.backend, outside, Some(index));
                if let Ok(Some(route)) = way
                    && route.gateway.is_some()
                {
                    ways.push((index, route));
                }
            }
            if !ways.is_empty() {
                break;
            }
        }
        ways
    }

    /// Why the address is not the one that the kernel would use, if that was asked for.
    fn note_on(
        &self,
        best: &Row,
        source: Option<IpAddr>,
        standing: Option<Standing>,
    ) -> Option<String> {
        let filter = self.request.filter;
        let interface = best.link.as_ref().map(|link| shown(&link.name)).unwrap_or_default();
        if filter.prefix.is_some() || filter.age.is_some() {
            return None;
        }
        let what = filter.family.address_name();
        match (source, standing) {
            (None, _) => Some(format!(
                "no route to the outside: this is the best {what} there is, of {interface}"
            )),
            (Some(ip), Some(standing)) => Some(format!(
                "the way to the outside begins at {ip}, which is {}: this is a better one, of \
                 {interface}",
                standing.fault()
            )),
            // It does not count, and who asks so knows it.
            (Some(_), None) => None,
        }
    }

    fn admits(&self, row: &Row) -> bool {
        let filter = &self.request.filter;
        row.address.as_ref().is_some_and(|address| filter.admits_address(address))
            && row.link.as_ref().is_none_or(|link| filter.admits_link(link))
    }

    /// The one row, with its router if that is asked for: the first on the way to the outside, by
    /// this interface or by any. A failure where it has no answer.
    fn one(
        &mut self,
        mut row: Row,
        interface: Option<u32>,
        note: Option<String>,
    ) -> Result<Answer, Failure> {
        let Request { what, .. } = self.request;
        if (*what == What::Gateway || self.request.wants_gateways)
            && let Some(ip) = row.ip()
        {
            row.gateway = self.gateway(toward::outside(ip), interface)?;
        }
        row.what = *what;
        if row.answer().is_none() {
            let interface = row.link.as_ref().map(|link| link.name.clone()).unwrap_or_default();
            let address = row.ip().map(|ip| ip.to_string()).unwrap_or_default();
            return Err(Failure::NoAnswer { address, interface, what: self.request.words() });
        }
        Ok(Answer { rows: vec![Ok(row)], note })
    }

    /// A router that cannot be found out is a failure to who asks for it, and unknown to others.
    fn gateway(&mut self, to: IpAddr, interface: Option<u32>) -> Result<Option<IpAddr>, Failure> {
        match self.routes.of(self.request.backend, to, interface) {
            Ok(route) => Ok(route.and_then(|route| route.gateway)),
            Err(error) if self.request.what == What::Gateway => Err(Failure::Gateway(error)),
            Err(_) => Ok(None),
        }
    }

    /// The answer of the first interface that has one; else what is wrong with each.
    fn first_of(&mut self, names: &[OsString]) -> Result<Answer, Failure> {
        let mut failures = Vec::new();
        let mut inventory = None;
        for name in names {
            match self.of_interface(name, &mut inventory) {
                Ok(row) => return Ok(Answer { rows: vec![Ok(row)], note: None }),
                Err(failure @ (Failure::Interfaces(_) | Failure::Gateway(_))) => {
                    return Err(failure);
                }
                Err(failure) => failures.push(Err(failure)),
            }
        }
        Ok(Answer { rows: failures, note: None })
    }

    /// The best row of one interface. Those of all are asked for once, and only if need be.
    fn of_interface(&mut self, name: &OsStr, all: &mut Option<Inventory>) -> Result<Row, Failure> {
        let alone = if all.is_none() { self.request.backend.interface(name) } else { None };
        let inventory = match (&alone, &mut *all) {
            (Some(alone), _) => alone,
            (None, Some(all)) => all,
            (None, none) => none.insert(self.inventory()?),
        };
        let mut rows = named(inventory, name)?;
        for row in &mut rows {
            row.what = self.request.what;
        }
        if self.request.what == What::Gateway {
            return self.routed(name, rows);
        }
        let filter = &self.request.filter;
        rows.retain(|row| {
            let is_of_link = self.request.what.is_of_link() && filter.admits_none();
            (is_of_link || self.admits(row)) && row.answer().is_some()
        });
        let best = choice::best(rows.iter().cloned(), |_| ()).or_else(|| rows.pop());
        let mut best = best.ok_or_else(|| self.nothing_at(name))?;
        if self.request.wants_gateways {
            self.give_gateway(&mut best)?;
        }
        Ok(best)
    }

    /// The interface with its router, of IPv4 first.
    fn routed(&mut self, name: &OsStr, rows: Vec<Row>) -> Result<Row, Failure> {
        let Some(mut row) = rows.into_iter().next() else { return Err(self.nothing_at(name)) };
        let index = row.link.as_ref().and_then(|link| link.index);
        for outside in toward::outsides(self.request.filter.family) {
            row.gateway = self.gateway(outside, index)?;
            if row.gateway.is_some() {
                return Ok(row);
            }
        }
        Err(self.nothing_at(name))
    }

    fn nothing_at(&self, name: &OsStr) -> Failure {
        Failure::NoAddress { name: name.to_owned(), what: self.request.words() }
    }

    fn give_gateway(&mut self, row: &mut Row) -> Result<(), Failure> {
        let index = row.link.as_ref().and_then(|link| link.index);
        let is_up = row.link.as_ref().is_some_and(|link| !link.is_down() && !link.is_loopback());
        if let (Some(ip), Some(index), true) = (row.ip(), index, is_up) {
            row.gateway = self.gateway(toward::outside(ip), Some(index))?;
        }
        Ok(())
    }

    /// Every address that counts; where none does, also that there is none.
    fn addresses(&mut self, names: &[OsString]) -> Result<Answer, Failure> {
        let inventory = self.inventory()?;
        let mut rows = Vec::new();
        if names.is_empty() {
            let all = all_rows(&inventory).collect();
            rows.extend(self.counting(all, || Failure::NoAddressAtAll(self.request.words())));
        }
        for name in names {
            match named(&inventory, name) {
                Ok(all) => rows.extend(self.counting(all, || self.nothing_at(name))),
                Err(failure) => rows.push(Err(failure)),
            }
        }
        if self.request.wants_gateways || self.request.what == What::Gateway {
            for row in rows.iter_mut().flatten() {
                self.give_gateway(row)?;
            }
        }
        if self.request.what == What::Gateway {
            rows.retain(|row| row.as_ref().is_ok_and(|row| row.gateway.is_some()) || row.is_err());
            rows.dedup_by_key(|row| row.as_ref().ok().map(|row| (row.link.clone(), row.gateway)));
            if rows.is_empty() {
                rows.push(Err(Failure::NoAddressAtAll(self.request.words())));
            }
        }
        Ok(Answer { rows, note: None })
    }

    /// Those of the rows that count, or have the answer; where none has it, also that there is none.
    fn counting(&self, rows: Vec<Row>, nothing: impl Fn() -> Failure) -> Vec<Result<Row, Failure>> {
        let Request { what, filter, .. } = self.request;
        let mut rows = rows;
        rows.retain_mut(|row| {
            row.what = *what;
            match (&row.address, &row.link) {
                (Some(_), _) => self.admits(row),
                (None, Some(link)) => filter.admits_none() && filter.admits_link(link),
                (None, None) => false,
            }
        });
        let is_plain = matches!(what, What::Address | What::Gateway);
        if what.is_of_link() {
            rows.dedup_by(|next, row| next.link == row.link);
        }
        if !is_plain {
            rows.retain(|row| row.answer().is_some());
        }
        let has_any = rows.iter().any(|row| !is_plain || row.address.is_some());
        let mut rows: Vec<_> = rows.into_iter().map(Ok).collect();
        if !has_any {
            rows.push(Err(nothing()));
        }
        rows
    }

    /// Every interface with its addresses.
    fn links(&mut self, names: &[OsString]) -> Result<Answer, Failure> {
        let inventory = self.inventory()?;
        let filter = self.request.filter;
        let mut rows = Vec::new();
        for name in names {
            if inventory.link(name).is_none() {
                rows.push(Err(unknown(&inventory, name)));
            }
        }
        for (link, addresses) in inventory.by_link() {
            let is_named = names.is_empty() || names.iter().any(|name| link.goes_by(name));
            let addresses: Vec<_> = addresses
                .iter()
                .map(|(_, address)| address)
                .filter(|address| filter.admits_address(address))
                .cloned()
                .collect();
            let counts = !addresses.is_empty() || filter.admits_none();
            if is_named && counts && filter.admits_link(link) {
                rows.push(Ok(Row { addresses: Some(addresses), ..Row::of(link, None) }));
            }
        }
        if rows.is_empty() {
            return Err(Failure::NoAddressAtAll(format!("interface with an {}", filter.words())));
        }
        Ok(Answer { rows, note: None })
    }

    fn toward(&mut self, to: &Destination) -> Result<Answer, Failure> {
        let Request { filter, what, .. } = self.request;
        let shown = || match &to.zone {
            Some(zone) => format!("{}%{}", to.host, shown(zone)),
            None => to.host.clone(),
        };
        let mut inventory = None;
        let scope = match &to.zone {
            None => None,
            Some(zone) => {
                let all = inventory.insert(self.inventory()?);
                let link = all.link(zone).ok_or_else(|| unknown(all, zone))?;
                link.index
            }
        };
        let resolve = |source| Failure::Resolve { host: shown(), source };
        let mut addresses = to.addresses(scope).map_err(resolve)?;
        addresses.retain(|address| filter.family.admits(address.ip()));
        let mut no_way = None;
        for address in addresses {
            match toward::source(address) {
                Err(source) => {
                    let needs_zone = Address::bare(address.ip()).needs_zone() && to.zone.is_none();
                    no_way.get_or_insert(Failure::NoWay { host: shown(), needs_zone, source });
                }
                Ok(ip) => {
                    let mut row = if self.request.is_bare
                        && *what == What::Address
                        && scope.is_none()
                        && !Address::bare(ip).needs_zone()
                    {
                        Row { address: Some(Address::bare(ip)), ..Row::default() }
                    } else {
                        let all = match inventory {
                            Some(all) => all,
                            None => self.inventory()?,
                        };
                        row_on(&all, ip, scope)
                    };
                    if *what == What::Gateway || self.request.wants_gateways {
                        row.gateway = self.gateway(address.ip(), scope)?;
                    }
                    row.what = *what;
                    return match row.answer() {
                        Some(_) => Ok(Answer { rows: vec![Ok(row)], note: None }),
                        None => Err(Failure::NoAnswer {
                            address: format!("the way to '{}'", shown()),
                            interface: OsString::new(),
                            what: self.request.words(),
                        }),
                    };
                }
            }
        }
        let what = filter.family.address_name();
        Err(no_way.unwrap_or_else(|| Failure::NoAddressOfHost { host: shown(), what }))
    }

    fn holders(&mut self, ip: IpAddr, zone: Option<&OsStr>) -> Result<Answer, Failure> {
        let inventory = self.inventory()?;
        let is_it = |row: &Row| {
            let zone_fits = |zone: &OsStr| {
                row.link.as_ref().is_some_and(|link| {
                    let index = link.index.map(|index| index.to_string());
                    link.goes_by(zone) || index.is_some_and(|index| *zone == *index)
                })
            };
            row.ip() == Some(ip) && zone.is_none_or(zone_fits)
        };
        let rows: Vec<_> = all_rows(&inventory)
            .filter(is_it)
            .map(|row| Row { what: self.request.what, ..row })
            .collect();
        if rows.is_empty() {
            let neighbour = inventory.addresses().find_map(|(link, address)| {
                let network = address.network()?;
                let is_near = network.length() > 0 && network.has(ip);
                is_near
                    .then(|| format!("it is in the network {network} of '{}'", shown(&link.name)))
            });
            return Err(Failure::NoHolder { ip, neighbour });
        }
        let mut rows = self.counting(rows, || Failure::NoAddressAtAll(self.request.words()));
        for row in rows.iter_mut().flatten() {
            if self.request.wants_gateways || self.request.what == What::Gateway {
                self.give_gateway(row)?;
            }
        }
        Ok(Answer { rows, note: None })
    }

    fn inventory(&self) -> Result<Inventory, Failure> {
        self.request.backend.inventory().map_err(Failure::Interfaces)
    }
}

/// The ways by destination and interface, each asked for once.
#[derive(Default)]
struct Routes(HashMap<(IpAddr, Option<u32>), Option<Route>>);

impl Routes {
    fn of(
        &mut self,
        backend: Backend,
        to: IpAddr,
        interface: Option<u32>,
    ) -> Result<Option<Route>, SystemError> {
        if let Some(known) = self.0.get(&(to, interface)) {
            return Ok(*known);
        }
        let route = backend.route(to, interface)?;
        self.0.insert((to, interface), route);
        Ok(route)
    }
}

/// Every address, and every interface that has none.
fn all_rows(inventory: &Inventory) -> impl Iterator<Item = Row> {
    inventory.by_link().flat_map(|(link, addresses)| {
        let none = addresses.is_empty().then(|| Row::of(link, None));
        addresses.iter().map(|(_, address)| Row::of(link, Some(address))).chain(none)
    })
}

/// Every address that counts.
fn rows_of<'a>(inventory: &'a Inventory, filter: &'a Filter) -> impl Iterator<Item = Row> + 'a {
    inventory
        .addresses()
        .filter(|(link, address)| filter.admits_link(link) && filter.admits_address(address))
        .map(|(link, address)| Row::of(link, Some(address)))
}

/// What is known of an address of this machine, which no interface need admit to.
fn row_on(inventory: &Inventory, ip: IpAddr, index: Option<u32>) -> Row {
    let is_it = |(link, address): &(&Rc<Link>, &Address)| {
        address.ip == ip && (index.is_none() || link.index == index)
    };
    match inventory.addresses().find(is_it) {
        Some((link, address)) => Row::of(link, Some(address)),
        None => Row { address: Some(Address::bare(ip)), ..Row::default() },
    }
}

/// The rows of an interface, by its name, by another name of it, or by the label of addresses.
fn named(inventory: &Inventory, name: &OsStr) -> Result<Vec<Row>, Failure> {
    if let Some(link) = inventory.link(name) {
        let addresses = inventory.addresses().filter(|(it, _)| Rc::ptr_eq(it, link));
        let rows: Vec<_> = addresses.map(|(link, it)| Row::of(link, Some(it))).collect();
        return Ok(if rows.is_empty() { vec![Row::of(link, None)] } else { rows });
    }
    let is_labelled = |(_, it): &(&Rc<Link>, &Address)| it.label.as_deref() == Some(name);
    let rows: Vec<_> = inventory
        .addresses()
        .filter(is_labelled)
        .map(|(link, address)| Row::of(link, Some(address)))
        .collect();
    if rows.is_empty() { Err(unknown(inventory, name)) } else { Ok(rows) }
}

/// That there is no such interface, and which there are.
fn unknown(inventory: &Inventory, name: &OsStr) -> Failure {
    let known = inventory.links.iter().map(|link| shown(&link.name)).collect();
    Failure::NoInterface { name: name.to_owned(), known }
}
