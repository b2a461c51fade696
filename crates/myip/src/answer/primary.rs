//! The one address that packets to the outside come from.

use std::net::IpAddr;

use super::{Answer, Asking, row_on};
use crate::choice::{self, Standing};
use crate::failure::{Failure, shown};
use crate::request::{Filter, Request, What};
use crate::row::Row;
use crate::system::{Inventory, Route};
use crate::toward;

impl Asking<'_> {
    pub(super) fn primary(&mut self) -> Result<Answer, Failure> {
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
}

/// Every address that counts.
fn rows_of<'a>(inventory: &'a Inventory, filter: &'a Filter) -> impl Iterator<Item = Row> + 'a {
    inventory
        .addresses()
        .filter(|(link, address)| filter.admits_link(link) && filter.admits_address(address))
        .map(|(link, address)| Row::of(link, Some(address)))
}
