//! How open ports are left, and what is said of doors that do not stay open.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::World;
use crate::rig::{House, MANY, PIT, Place, Sheet, TEN, Visits, figure};

/// How long connections may take to end after a scan.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often to look.
const POLL: Duration = Duration::from_millis(20);

/// What is scanned: whose listeners only look on.
const SCANS: [(&str, House, Place, &str, usize); 6] = [
    ("ten open ports", House::REFUSING, Place::Street, "1-65535", TEN.len()),
    ("ten open ports, 10 ms away", House::REFUSING, Place::Island, "1-65535", TEN.len()),
    ("a thousand", House::THOUSAND, Place::Street, "1-1000", MANY as usize),
    ("a thousand, 10 ms away", House::THOUSAND, Place::Island, "1-1000", MANY as usize),
    ("listeners that speak first", House::GREETING, Place::Street, "1-65535", TEN.len()),
    ("behind a wall, 10 ms away", House::WALLED, Place::Island, "1-100", 2),
];

/// Looks at them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet =
        Sheet::new(&["what", "open", "accepted", "left with FIN", "reset", "octets sent", "s"]);
    for (what, house, place, ports, open) in SCANS {
        for address in house.addresses(place) {
            let before = world.hosts.visits(place);
            let scan = world.ours.count(&["--any", &address.to_string(), ports])?;
            let visits = settled(world, place, before);
            let found = scan.count("open");
            let counts = [visits.accepted, visits.ended, visits.reset, visits.octets];
            let [accepted, ended, reset, octets] = counts.map(|count| count.to_string());
            let seconds = figure(scan.wall.as_secs_f64(), 2);
            let what = format!("{what} ({address})");
            sheet.case(&what);
            sheet.row([what, found.to_string(), accepted, ended, reset, octets, seconds]);
            sheet.expect(found == open, || format!("{found} of {open} are found"));
            let is_polite = visits.ended == visits.accepted && visits.reset + visits.octets == 0;
            sheet.expect(is_polite, || "open ports are not left as they were".to_owned());
        }
    }
    doors(world, &mut sheet)?;
    Ok(sheet)
}

/// What came since then, as soon as all of it has ended.
fn settled(world: &World, place: Place, before: Visits) -> Visits {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let visits = world.hosts.visits(place).since(before);
        if visits.ended + visits.reset >= visits.accepted || Instant::now() >= deadline {
            return visits;
        }
        thread::sleep(POLL);
    }
}

/// A door that is shut at once is open all the same, and more is said of it than that. So it is
/// where every door is open.
fn doors(world: &World, sheet: &mut Sheet) -> Result<()> {
    let reason = |house: House| -> Result<String> {
        let address = house.v4(Place::Street).to_string();
        let scan = world.ours.scan(&[&address, "22"])?;
        Ok(scan.rows.first().map(|row| row.reason.clone()).unwrap_or_default())
    };
    let plain = reason(House::REFUSING)?;
    for (what, house) in [("closes", House::CLOSING), ("resets", House::SLAMMING)] {
        let told = reason(house)?;
        sheet.case(format!("a host that {what} says why"));
        sheet.expect(told != plain, || format!("it is only '{told}'"));
    }
    let scan = world.ours.scan(&[&PIT.to_string(), "1-1000"])?;
    sheet.case("a tarpit is named");
    let is_named = scan.notes.to_lowercase().contains("tarpit");
    sheet.expect(scan.count("open") == 1000, || format!("it is {}", scan.summary()));
    sheet.expect(is_named, || format!("not on stderr: {}", scan.notes));
    Ok(())
}
