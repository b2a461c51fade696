//! Whether so many addresses are really meant.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use output::Family;
use thiserror::Error;

use crate::ports::list::PortList;
use crate::targets::host::Host;
use crate::targets::{Address, Addresses, Item, Targets};

/// More addresses than this have to be confirmed: those of a /16.
pub(crate) const ADDRESSES_MAX: u128 = 65_536;

/// More addresses than anybody asks by accident.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} {} addresses: give --yes to ask more than {}", .whose, grouped(*.count), grouped(ADDRESSES_MAX))]
pub(crate) struct TooManyAddresses {
    whose: String,
    count: u128,
}

/// Counts the addresses of hosts without looking up a name, each of which counts as one.
///
/// # Errors
///
/// There are more than anybody asks without saying so.
pub(crate) fn admit<'a>(
    hosts: impl IntoIterator<Item = &'a Host>,
    family: Family,
) -> Result<(), TooManyAddresses> {
    let ports = Arc::new(PortList::union([]));
    let (mut names, mut zones) = (HashSet::new(), HashMap::new());
    let (mut items, mut whose) = (Vec::new(), None);
    for host in hosts {
        let number = zones.len() + 1;
        let mut scope_id = |zone| match zone {
            None => 0,
            Some(zone) => u32::try_from(*zones.entry(zone).or_insert(number)).unwrap_or(u32::MAX),
        };
        let addresses = match host {
            Host::Name(name) => {
                names.insert(name.to_lowercase());
                continue;
            }
            Host::Address(ip, zone) => {
                Addresses::List(vec![Address { ip: *ip, scope_id: scope_id(zone.as_ref()) }])
            }
            Host::Network(network, zone) if family.admits(network.first()) => {
                whose.get_or_insert(host);
                Addresses::Network(*network, scope_id(zone.as_ref()))
            }
            Host::Network(..) => continue,
        };
        items.push(Item { host: host.to_string().into(), addresses, ports: Arc::clone(&ports) });
    }
    let is_alone = items.len() + names.len() == 1;
    let count = Targets::new(items).addresses().saturating_add(names.len() as u128);
    if count <= ADDRESSES_MAX {
        return Ok(());
    }
    let whose = match whose.filter(|_| is_alone) {
        Some(host) => format!("'{host}' has"),
        None => "these hosts have".to_owned(),
    };
    Err(TooManyAddresses { whose, count })
}

/// A number with commas, so that its size is seen.
pub(crate) fn grouped(number: u128) -> String {
    let digits = number.to_string();
    // More than 2 to the 128 are not counted, and there are not more.
    let mut text = String::from(if number == u128::MAX { "more than " } else { "" });
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(hosts: &[&str], family: Family) -> Option<String> {
        let hosts: Vec<Host> = hosts.iter().map(|host| host.parse().unwrap()).collect();
        admit(&hosts, family).err().map(|error| error.to_string())
    }

    #[test]
    fn huge_networks_are_refused_at_once_with_their_count() {
        let cases: [(&[&str], &str); 6] = [
            (
                &["2001:db8::/64"],
                "'2001:db8::/64' has 18,446,744,073,709,551,616 addresses: \
                 give --yes to ask more than 65,536",
            ),
            (
                &["10.0.0.0/15"],
                "'10.0.0.0/15' has 131,072 addresses: give --yes to ask more than 65,536",
            ),
            (
                &["::/0"],
                "'::/0' has more than 340,282,366,920,938,463,463,374,607,431,768,211,455 addresses: \
                 give --yes to ask more than 65,536",
            ),
            (
                &["10.0.0.0/16", "localhost"],
                "these hosts have 65,537 addresses: give --yes to ask more than 65,536",
            ),
            (
                &["10.0.0.0/16", "10.1.0.0"],
                "these hosts have 65,537 addresses: give --yes to ask more than 65,536",
            ),
            (
                &["fe80::/112%eth0", "fe80::/112%eth1"],
                "these hosts have 131,072 addresses: give --yes to ask more than 65,536",
            ),
        ];
        for (hosts, message) in cases {
            assert_eq!(told(hosts, Family::Any).as_deref(), Some(message), "{hosts:?}");
        }
    }

    #[test]
    fn what_is_named_twice_counts_once() {
        for hosts in [
            &["10.0.0.0/16"][..],
            &["10.0.0.0/16", "10.0.0.0/16", "10.0.7.0/24", "10.0.255.255"],
            &["10.0.0.0/17", "10.0.128.0/17"],
            &["localhost", "LocalHost"],
            &["fe80::/112%eth0", "fe80::/113%eth0"],
        ] {
            assert_eq!(told(hosts, Family::Any), None, "{hosts:?}");
        }
        assert_eq!(told(&["::/64", "10.0.0.0/16"], Family::Ipv4), None);
    }
}
