//! Whole zones, as lookup, dig and kdig transfer them.

use anyhow::Result;

use super::clients::{Rival, lookup_records};
use super::differences::Translator;
use super::servers::{KNOT, NSD, ROOT_SERVER, World};
use crate::rig::Sheet;

/// The zones and their servers.
const TRANSFERS: [(&str, &str); 6] = [
    ("types.test", KNOT),
    ("types.test", NSD),
    ("signed.test", KNOT),
    ("nsec3.test", KNOT),
    ("test", NSD),
    (".", ROOT_SERVER),
];

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["zone", "server", "records", "same as dig", "same as kdig"]);
    let mut translator = Translator::default();
    for (zone, server) in TRANSFERS {
        let ours = lookup_records(world, server, zone, "AXFR")?;
        let mut verdicts = Vec::new();
        sheet.case(format!("{zone} @{server}"));
        for rival in Rival::ALL {
            let theirs = translator.translate(rival, &rival.ask(server, zone, "AXFR")?);
            let difference = Translator::difference(rival, &ours, &theirs);
            verdicts.push(if difference.is_none() { "yes" } else { "no" });
            if let Some(difference) = difference {
                sheet.surprise(format!("{}: {difference}", rival.name()));
            }
        }
        let records = ours.records().len().to_string();
        sheet.row([zone, server, &records, verdicts[0], verdicts[1]]);
    }
    // Every record of every zone was there.
    sheet.case("every difference that is meant is there");
    for reason in translator.unused() {
        sheet.surprise(format!("this one is not: {reason}"));
    }
    Ok(sheet)
}
