//! Every line of the list that this machine has, by each of its keys.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;

use super::LIST;
use super::clients::{Service, difference, getent, ours};
use crate::rig::{Sheet, Stage, for_each};

/// What a service of ours is over.
const TRANSPORTS: [&str; 4] = ["tcp", "udp", "sctp", "dccp"];

pub fn compare(stage: &Stage) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["key", "keys", "same as getent"]);
    let Ok(text) = fs::read(LIST) else {
        sheet.skip("all of it", format!("this machine has no {LIST} (Debian package netbase)"));
        return Ok(sheet);
    };
    let text = String::from_utf8_lossy(&text);
    let services = text.lines().filter_map(Service::read);
    let (services, others): (Vec<_>, Vec<_>) =
        services.partition(|it| TRANSPORTS.contains(&&*it.protocol));
    if !others.is_empty() {
        let names: BTreeSet<_> = others.iter().map(|it| it.by(&it.name)).collect();
        let names: Vec<_> = names.into_iter().collect();
        sheet.skip(names.join(", "), "not over a transport of IP: wellknown does not have them");
    }
    let names = services.iter().map(|it| it.by(&it.name)).collect();
    let aliases = services.iter().flat_map(|it| it.aliases.iter().map(|alias| it.by(alias)));
    let aliases = aliases.collect();
    let ports = services.iter().map(Service::by_port).collect();
    for (what, keys) in [("name", names), ("alias", aliases), ("port", ports)] {
        let keys: BTreeSet<String> = keys;
        let keys: Vec<_> = keys.into_iter().collect();
        let differences =
            for_each(&keys, |key| Ok(difference(getent(key)?.as_ref(), &ours(stage, key)?)))?;
        sheet.case(format!("by {what}"));
        let same = differences.iter().filter(|it| it.is_none()).count();
        sheet.row([what, &keys.len().to_string(), &same.to_string()]);
        sheet.expect(!keys.is_empty(), || format!("{LIST} has none"));
        for (key, difference) in keys.iter().zip(differences) {
            if let Some(difference) = difference {
                sheet.surprise(format!("{key}: {difference}"));
            }
        }
    }
    Ok(sheet)
}
