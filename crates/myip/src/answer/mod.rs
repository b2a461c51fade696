//! From a question to rows: what the system tells, chosen and put in order.

mod interfaces;
mod lists;
mod primary;
mod sources;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::net::IpAddr;
use std::rc::Rc;

use crate::address::Address;
use crate::choice::Standing;
use crate::failure::{Failure, shown};
use crate::link::Link;
use crate::request::{Request, Subject, What};
use crate::row::Row;
use crate::system::{Backend, Inventory, Route, SystemError};
use crate::toward;

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
        // Of a router, an interface or a way it makes no difference which address is at this end.
        let is_enough = request.what == What::Gateway
            || request.what.is_of_link()
            || matches!(request.subject, Subject::Toward(_));
        let is_named = match &request.subject {
            Subject::FirstOf(_) | Subject::Holder(..) => true,
            Subject::Addresses(names) | Subject::Links(names) => !names.is_empty(),
            Subject::Primary | Subject::Toward(_) => false,
        };
        self.rows.iter().flatten().any(|row| match Standing::of(row) {
            Some(Standing::Good) => true,
            // Who asks for loopback gets it.
            Some(Standing::Loopback) => {
                is_enough || (is_named && row.link.as_ref().is_none_or(|link| link.is_loopback()))
            }
            _ => is_enough,
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

/// That there is no such interface, and which there are.
fn unknown(inventory: &Inventory, name: &OsStr) -> Failure {
    let known = inventory.links.iter().map(|link| shown(&link.name)).collect();
    Failure::NoInterface { name: name.to_owned(), known }
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
