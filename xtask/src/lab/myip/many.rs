//! Many addresses, and many interfaces: none is missing, none told twice.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};

use super::in_namespace;
use crate::rig::{Sheet, Stage};

/// A machine, and how many addresses it has in all.
const MACHINES: [(&str, &str); 2] = [
    (
        "1,000 addresses of one interface",
        "card e0; for a in 1 2 3 4; do for b in $(seq 250); do
             echo addr add 10.$a.0.$b/16 dev e0; done; done | ip -batch -",
    ),
    (
        "300 interfaces with an address each",
        "for a in $(seq 300); do
             echo link add b$a type bridge; echo addr add 10.$((a / 250)).$((a % 250)).1/24 dev b$a
         done | ip -batch -",
    ),
];

pub fn compare(stage: &Stage) -> Result<Sheet> {
    let program = stage.tool("myip");
    let program = program.to_str().context("the path of our program is text")?;
    let mut sheet = Sheet::new(&["machine", "rows", "addresses", "interfaces"]);
    for (what, machine) in MACHINES {
        sheet.case(what);
        let script = "ip -br addr show | wc -l; ip -o addr show | awk '{print $4}' | sort; echo ----; \
                      \"$0\" -l | wc -l; \"$0\" -a --cidr | sed 's/%[^/]*//' | sort";
        let output = in_namespace(machine, "sh", ["-c", script, program])?;
        ensure!(output.code == Some(0), "{what}: {}", output.stderr);
        let (theirs, ours) = output.text().split_once("----\n").context("two answers")?;
        let split = |text: &str| {
            let (links, addresses) = text.split_once('\n').unwrap_or_default();
            let addresses: Vec<_> = addresses.lines().map(str::to_owned).collect();
            (links.trim().to_owned(), addresses)
        };
        let ((their_links, theirs), (our_links, ours)) = (split(theirs), split(ours));
        let distinct = ours.iter().collect::<BTreeSet<_>>().len();
        sheet.row([
            what.to_owned(),
            ours.len().to_string(),
            distinct.to_string(),
            our_links.clone(),
        ]);
        sheet.expect(theirs == ours && their_links == our_links, || {
            let (theirs, ours) = (theirs.len(), ours.len());
            format!("ip tells {theirs} of {their_links}, we {ours} of {our_links}")
        });
    }
    Ok(sheet)
}
