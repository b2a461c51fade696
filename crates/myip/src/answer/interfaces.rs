//! Interfaces that are named, and the first of them that has an answer.

use std::ffi::{OsStr, OsString};
use std::rc::Rc;

use super::{Answer, Asking, unknown};
use crate::address::Address;
use crate::choice;
use crate::failure::Failure;
use crate::link::Link;
use crate::request::What;
use crate::row::Row;
use crate::system::Inventory;
use crate::toward;

impl Asking<'_> {
    /// The answer of the first interface that has one; else what is wrong with each.
    pub(super) fn first_of(&mut self, names: &[OsString]) -> Result<Answer, Failure> {
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

    pub(super) fn nothing_at(&self, name: &OsStr) -> Failure {
        Failure::NoAddress { name: name.to_owned(), what: self.request.words() }
    }

    pub(super) fn give_gateway(&mut self, row: &mut Row) -> Result<(), Failure> {
        let index = row.link.as_ref().and_then(|link| link.index);
        let is_up = row.link.as_ref().is_some_and(|link| !link.is_down() && !link.is_loopback());
        if let (Some(ip), Some(index), true) = (row.ip(), index, is_up) {
            row.gateway = self.gateway(toward::outside(ip), Some(index))?;
        }
        Ok(())
    }
}

/// The rows of an interface, by its name, by another name of it, or by the label of addresses.
pub(super) fn named(inventory: &Inventory, name: &OsStr) -> Result<Vec<Row>, Failure> {
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
