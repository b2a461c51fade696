//! The same filter, put to `conns` and to `ss`, and to `conns` without the kernel's help.

use anyhow::Result;

use super::clients::{Rival, conns};
use super::differences::Explained;
use super::listing::{Facts, Pair};
use super::{World, ss};
use crate::rig::Sheet;

/// Filters that each of them can apply.
const FILTERS: [&str; 44] = [
    "sport = :7010",
    "sport == 7016",
    "sport eq :7300",
    "dport = :7030",
    "dport != :7030",
    "sport gt :7200",
    "sport >= :7223",
    "sport > 7223",
    "dport lt :7003",
    "dport <= :7003",
    "sport < 7003",
    "sport ne :7010",
    "not sport = :7010",
    "! sport = :7010",
    "src 127.0.0.1",
    "src 127.0.0.0/8",
    "dst 127.0.0.0/30",
    "src [::1]",
    "dst [::1]:7130",
    "src 127.0.0.1:7030",
    "dst 192.0.2.1",
    "dst 2001:db8::/32",
    "src fe80::/10",
    "src 0.0.0.0/0",
    "src :7011",
    "not dst 127.0.0.0/8",
    "( sport = :7010 or sport = :7011 )",
    "sport = :7010 or dport = :7031",
    "sport = :7010 | dport = :7031",
    "src 127.0.0.1 and sport >= :7030 and not dport < :40000",
    "( src 127.0.0.1 or src [::1] ) and not ( sport = :7030 or dport = :7030 )",
    "state listening",
    "state established",
    "state connected",
    "state synchronized",
    "state bucket",
    "state big",
    "state syn-sent",
    "state fin-wait-1 state fin-wait-2",
    "state time-wait",
    "state closing",
    "exclude listening",
    "exclude established exclude unconnected",
    "state established ( sport = :7030 or dport = :7030 )",
];

/// Filters of what the portable back end does not tell.
const FILTERS_OF_MORE: [&str; 4] = ["dev = lo", "dev zoo0", "dev != zoo0", "autobound"];

/// Filters that `ss` has fewer sockets of, and why.
const FEWER_OF_SS: [(&str, &str); 1] =
    [("not autobound", "fewer: it asks the kernel and itself, which disagree on who was accepted")];

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["filter", "sockets", "as ss", "as without the kernel's help"]);
    for filter in FILTERS.into_iter().chain(FILTERS_OF_MORE) {
        sheet.case(filter);
        let ours = conns(world.stage, &["-t", "-u", "-a", filter])?;
        let words: Vec<_> = ["-Htunae"].into_iter().chain(filter.split(' ')).collect();
        let differences = compare_with(Rival::Ss, &ours, &ss::list(&words)?);
        let as_ss = verdict(&differences);
        for difference in differences {
            sheet.surprise(format!("ss: {difference}"));
        }
        let mut as_portable = "-";
        if FILTERS.contains(&filter) {
            let args = ["-t", "-u", "-a", "--backend", "portable", filter];
            let differences = compare_with(Rival::Portable, &ours, &conns(world.stage, &args)?);
            as_portable = verdict(&differences);
            for difference in differences {
                sheet.surprise(format!("portable: {difference}"));
            }
        }
        sheet.row([filter, &ours.len().to_string(), as_ss, as_portable]);
    }
    for (filter, reason) in FEWER_OF_SS {
        sheet.case(filter);
        let ours = conns(world.stage, &["-t", "-u", "-a", filter])?;
        let words: Vec<_> = ["-Htunae"].into_iter().chain(filter.split(' ')).collect();
        let differences = compare_with(Rival::Ss, &ours, &ss::list(&words)?);
        let is_fewer = differences.iter().all(|it| it.starts_with("only ours"));
        sheet.expect(is_fewer, || format!("ss: {}", differences.join("; ")));
        sheet.row([filter, &ours.len().to_string(), reason, "-"]);
    }
    Ok(sheet)
}

fn compare_with(rival: Rival, ours: &[Facts], theirs: &[Facts]) -> Vec<String> {
    let mut explained = Explained::default();
    let mut pairs = Pair::all(ours, theirs);
    for pair in &mut pairs {
        explained.settle(rival, pair);
        [&mut pair.ours, &mut pair.theirs].into_iter().flatten().for_each(Facts::keep_name);
    }
    pairs.iter().filter_map(Pair::difference).collect()
}

fn verdict(differences: &[String]) -> &'static str {
    if differences.is_empty() { "yes" } else { "no" }
}
