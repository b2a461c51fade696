//! The address that packets to somebody come from.

use std::ffi::{OsStr, OsString};
use std::net::IpAddr;

use super::{Answer, Asking, row_on, unknown};
use crate::address::Address;
use crate::failure::Failure;
use crate::request::{Request, What};
use crate::row::Row;
use crate::toward::{self, Destination};

impl Asking<'_> {
    pub(super) fn toward(&mut self, to: &Destination) -> Result<Answer, Failure> {
        let family = self.request.filter.family;
        let scope = match &to.zone {
            Some(zone) => Some(self.scope(zone)?),
            None => None,
        };
        let resolve = |source| Failure::Resolve { host: to.to_string(), source };
        let addresses = to.addresses(scope).map_err(resolve)?;
        let mut no_way = None;
        for address in addresses.into_iter().filter(|address| family.admits(address.ip())) {
            match toward::source(address) {
                Ok(source) => return self.from(source, address.ip(), scope, to),
                Err(source) => {
                    let needs_zone = Address::bare(address.ip()).needs_zone() && scope.is_none();
                    let host = to.to_string();
                    no_way.get_or_insert(Failure::NoWay { host, needs_zone, source });
                }
            }
        }
        let nothing = || {
            let what = family.address_name();
            Failure::NoAddressOfHost { host: to.to_string(), what }
        };
        Err(no_way.unwrap_or_else(nothing))
    }

    /// The number of an interface that is the zone of a link-local address.
    fn scope(&self, zone: &OsStr) -> Result<u32, Failure> {
        let inventory = self.inventory()?;
        let index = inventory.zone(zone).and_then(|link| link.index);
        index.ok_or_else(|| unknown(&inventory, zone))
    }

    /// What is asked of the way from an address of ours to one of theirs.
    fn from(
        &mut self,
        source: IpAddr,
        destination: IpAddr,
        scope: Option<u32>,
        to: &Destination,
    ) -> Result<Answer, Failure> {
        let bare = Address::bare(source);
        let Request { is_bare, what, wants_gateways, .. } = *self.request;
        let mut row = if is_bare && what == What::Address && !bare.needs_zone() {
            Row { address: Some(bare), ..Row::default() }
        } else {
            row_on(&self.inventory()?, source, scope)
        };
        if what == What::Gateway || wants_gateways {
            row.gateway = self.gateway(destination, scope)?;
        }
        row.what = what;
        if row.answer().is_none() {
            return Err(Failure::NoAnswer {
                address: format!("the way to '{to}'"),
                interface: OsString::new(),
                what: self.request.words(),
            });
        }
        Ok(Answer { rows: vec![Ok(row)], note: None })
    }
}
