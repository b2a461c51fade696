//! All addresses, all interfaces, and those that hold an address.

use std::ffi::{OsStr, OsString};
use std::net::IpAddr;

use super::interfaces::named;
use super::{Answer, Asking, unknown};
use crate::failure::{Failure, shown};
use crate::request::{Request, What};
use crate::row::Row;
use crate::system::Inventory;

impl Asking<'_> {
    /// Every address that counts; where none does, also that there is none.
    pub(super) fn addresses(&mut self, names: &[OsString]) -> Result<Answer, Failure> {
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
        self.give_gateways(&mut rows)?;
        if self.request.what == What::Gateway {
            rows.retain(|row| row.as_ref().is_ok_and(|row| row.gateway.is_some()) || row.is_err());
            rows.dedup_by(|next, row| match (next, row) {
                (Ok(next), Ok(row)) => next.link == row.link && next.gateway == row.gateway,
                _ => false,
            });
            if rows.is_empty() {
                rows.push(Err(Failure::NoAddressAtAll(self.request.words())));
            }
        }
        Ok(Answer { rows, note: None })
    }

    /// Those of the rows that count, or have the answer; where none has it, also that there is none.
    pub(super) fn counting(
        &self,
        mut rows: Vec<Row>,
        nothing: impl Fn() -> Failure,
    ) -> Vec<Result<Row, Failure>> {
        let Request { what, filter, .. } = self.request;
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
    pub(super) fn links(&mut self, names: &[OsString]) -> Result<Answer, Failure> {
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

    pub(super) fn holders(&mut self, ip: IpAddr, zone: Option<&OsStr>) -> Result<Answer, Failure> {
        let inventory = self.inventory()?;
        let zone = match zone {
            Some(zone) => Some(inventory.zone(zone).ok_or_else(|| unknown(&inventory, zone))?),
            None => None,
        };
        let is_it =
            |row: &Row| row.ip() == Some(ip) && (zone.is_none() || row.link.as_ref() == zone);
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
        self.give_gateways(&mut rows)?;
        Ok(Answer { rows, note: None })
    }

    /// Gives every row its router, if that is asked for.
    fn give_gateways(&mut self, rows: &mut [Result<Row, Failure>]) -> Result<(), Failure> {
        if self.request.wants_gateways || self.request.what == What::Gateway {
            for row in rows.iter_mut().flatten() {
                self.give_gateway(row)?;
            }
        }
        Ok(())
    }
}

/// Every address, and every interface that has none.
fn all_rows(inventory: &Inventory) -> impl Iterator<Item = Row> {
    inventory.by_link().flat_map(|(link, addresses)| {
        let none = addresses.is_empty().then(|| Row::of(link, None));
        addresses.iter().map(|(_, address)| Row::of(link, Some(address))).chain(none)
    })
}
