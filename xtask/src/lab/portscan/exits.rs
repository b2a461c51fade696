//! What a script learns from the exit code.

use std::fmt::Write as _;

use anyhow::Result;

use super::World;
use crate::rig::{House, NO_ROUTE, Place, Sheet, for_each};

/// A name with an address of each family.
const NAME: &str = "refusing.example";

/// A name that nobody knows.
const NO_NAME: &str = "nobody.invalid";

/// The system's names.
pub fn names() -> String {
    let mut names = "127.0.0.1 localhost\n::1 localhost\n".to_owned();
    for address in House::REFUSING.addresses(Place::Street) {
        let _ = writeln!(names, "{address} {NAME}");
    }
    names
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let at = |house: House| house.v4(Place::Street).to_string();
    let [refusing, walled, silent] = [House::REFUSING, House::WALLED, House::SILENT].map(at);
    let [rejecting, forbidden] = [House::REJECTING, House::FORBIDDEN].map(at);
    let no_route = NO_ROUTE[0].to_string();
    let cases: [(&str, Vec<&str>, i32); 19] = [
        ("open", vec![&refusing, "22"], 0),
        ("all open", vec![&refusing, "22,80", "443"], 0),
        ("closed", vec![&refusing, "81"], 1),
        ("one of them closed", vec![&refusing, "22", "81"], 1),
        ("one is enough", vec!["--any", &refusing, "22", "81"], 0),
        ("none is not enough", vec!["--any", &refusing, "81", "82"], 1),
        ("one open in a range", vec![&refusing, "1-100"], 0),
        ("none open in a range", vec![&refusing, "100-200"], 1),
        ("dropped", vec![&walled, "81"], 3),
        ("one of them dropped", vec![&walled, "22", "81"], 3),
        ("one is enough, others dropped", vec!["--any", &walled, "22", "81"], 0),
        ("silent", vec![&silent, "22"], 3),
        ("turned away", vec![&rejecting, "22"], 3),
        ("our own firewall", vec![&forbidden, "22"], 3),
        ("no route", vec![&no_route, "22"], 3),
        ("a name, both families", vec![NAME, "22"], 0),
        ("no such name", vec![NO_NAME, "22"], 3),
        ("no such port", vec![&refusing, "65536"], 2),
        ("no such option", vec!["--nonsense", &refusing, "22"], 2),
    ];
    let mut sheet = Sheet::new(&["what", "portscan", "exit"]);
    let codes = for_each(&cases, |(_, args, _)| Ok(world.ours.run(args).code))?;
    for ((what, args, expected), code) in cases.iter().zip(codes) {
        let line = args.join(" ");
        let told = code.map_or_else(|| "signal".to_owned(), |code| code.to_string());
        sheet.case(*what);
        sheet.row([*what, &line, &told]);
        sheet.expect(code == Some(*expected), || format!("exits with {told}, not {expected}"));
    }
    both_families(world, &mut sheet)?;
    Ok(sheet)
}

/// A name is asked at each of its addresses, and each is told.
fn both_families(world: &World, sheet: &mut Sheet) -> Result<()> {
    sheet.case("each address of a name is told");
    let scan = world.ours.scan(&[NAME, "22"])?;
    for address in House::REFUSING.addresses(Place::Street).map(|address| address.to_string()) {
        let is_told = scan.rows.iter().any(|row| row.address == address && row.state == "open");
        sheet.expect(is_told, || format!("{address} is not"));
    }
    Ok(())
}
