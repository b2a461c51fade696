//! Every socket of the zoo, as `conns` and as others tell it.

use anyhow::Result;

use super::World;
use super::clients::{Rival, conns};
use super::differences::Explained;
use super::listing::{Facts, Pair};
use crate::rig::Sheet;

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet =
        Sheet::new(&["told by", "sockets", "same", "explained", "unexplained", "facts compared"]);
    let mut explained = Explained::default();
    for rival in Rival::ALL {
        sheet.case(rival.name());
        let ours = conns(world.stage, rival.asks_ours())?;
        let theirs = rival.list(world.stage)?;
        let mut pairs = Pair::all(&ours, &theirs);
        let [mut same, mut other, mut facts] = [0; 3];
        for pair in &mut pairs {
            if let Some(ours) = &mut pair.ours {
                ours.keep(&rival.tells());
            }
            let before = pair.clone();
            explained.settle(rival, pair);
            same += usize::from(before.difference().is_none());
            facts += pair.ours.as_ref().map_or(0, Facts::count);
            if let Some(difference) = pair.difference() {
                other += 1;
                sheet.surprise(difference);
            }
        }
        let counts = [theirs.len(), same, pairs.len() - same - other, other, facts];
        let counts = counts.iter().map(usize::to_string);
        sheet.row([rival.name().to_owned()].into_iter().chain(counts));
    }
    sheet.note(&format!("Differences that are meant:\n\n{}", explained.sheet().text()));
    Ok(sheet)
}
