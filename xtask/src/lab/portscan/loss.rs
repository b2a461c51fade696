//! A thousand open ports at the end of a wire that loses some of what it carries.

use std::time::Instant;

use anyhow::Result;

use super::World;
use super::clients::nmap;
use crate::rig::{CALM, House, MANY, Place, Sheet, Weather, figure};

/// How many of a hundred frames are lost, each way, and how often each of the two scans.
const WEATHERS: [(f64, usize, usize); 3] = [(0.0, 1, 1), (1.0, 5, 1), (5.0, 5, 1)];

/// Compares them.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["loss %", "who", "open found", "others", "s", "frames lost"]);
    let address = House::THOUSAND.v4(Place::Island);
    let ports = format!("1-{MANY}");
    let before = world.hosts.visits(Place::Island);
    for (loss_percent, ours, theirs) in WEATHERS {
        world.hosts.wire.set_weather(Weather { loss_percent, ..CALM });
        for time in 1..=ours {
            sheet.case(format!("{loss_percent} %, time {time}"));
            let lost = world.hosts.wire.traffic().lost;
            let scan = world.ours.scan(&["--any", &address.to_string(), &ports])?;
            let lost = world.hosts.wire.traffic().lost - lost;
            let (open, seconds) = (scan.count("open"), scan.wall.as_secs_f64());
            sheet.row([
                figure(loss_percent, 0),
                "portscan".to_owned(),
                open.to_string(),
                (scan.rows.len() - open).to_string(),
                figure(seconds, 2),
                lost.to_string(),
            ]);
            sheet.expect(open == usize::from(MANY), || format!("finds {}", scan.summary()));
        }
        for _ in 0..theirs {
            let (start, lost) = (Instant::now(), world.hosts.wire.traffic().lost);
            let scan = nmap(address, &ports)?;
            let lost = world.hosts.wire.traffic().lost - lost;
            let open = scan.count("open");
            sheet.row([
                figure(loss_percent, 0),
                "nmap".to_owned(),
                open.to_string(),
                (usize::from(MANY) - open.min(usize::from(MANY))).to_string(),
                figure(start.elapsed().as_secs_f64(), 2),
                lost.to_string(),
            ]);
        }
    }
    world.hosts.wire.set_weather(CALM);
    // nmap resets what it found; whoever else does is not polite.
    let visits = world.hosts.visits(Place::Island).since(before);
    let by_nmap =
        u64::from(MANY) * WEATHERS.iter().map(|(_, _, theirs)| *theirs as u64).sum::<u64>();
    sheet.case("nobody but nmap resets connections");
    sheet.expect(visits.reset <= by_nmap, || {
        format!("{} are reset, {by_nmap} of them at most by nmap", visits.reset)
    });
    Ok(sheet)
}
