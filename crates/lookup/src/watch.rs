//! The same questions again and again, until the answer is another one.

use std::collections::BTreeSet;
use std::sync::mpsc::{SendError, SyncSender};
use std::time::Duration;

use output::{Change, Exit};
use tokio::time::sleep;

use crate::exchange::Limits;
use crate::plan::{self, Plan, Whom};
use crate::request::Target;
use crate::row::Row;

/// What is watched, and for what: until the answer changes or is there. The rows of the first round
/// come first, then those that are no longer there, then the new ones.
pub(crate) struct Watch {
    pub targets: Vec<Target>,
    pub whom: Whom,
    pub manner: plan::Manner,
    pub limits: Limits,
    /// From the end of one round to the beginning of the next.
    pub interval: Duration,
    /// Whether to wait for an answer, and not for another one.
    pub until_found: bool,
}

/// What was said in a round: a line for each record, or for each question without one.
type Said = BTreeSet<(String, String, String)>;

impl Watch {
    /// Sends rows as long as somebody wants them.
    pub(crate) async fn run(
        &self,
        rows: &SyncSender<(usize, Vec<Row>)>,
    ) -> Result<(), SendError<(usize, Vec<Row>)>> {
        let mut before = self.round().await;
        if self.until_found {
            let mut told = Said::new();
            let mut sent = 0;
            while !is_found(&before) {
                let now = said(&before);
                // What is missing is said once, and again when it is another thing.
                if now != told {
                    rows.send((sent, shown(before, Change::Added)))?;
                    sent += 1;
                    told = now;
                }
                sleep(self.interval).await;
                before = self.round().await;
            }
            return rows.send((sent, shown(before, Change::Added)));
        }
        rows.send((0, shown(before.clone(), Change::Added)))?;
        loop {
            sleep(self.interval).await;
            let after = self.round().await;
            // A server that fails for a while does not change the answer.
            let failed = after.iter().any(|row| row.exit == Exit::Unknown);
            if failed || said(&after) == said(&before) {
                continue;
            }
            let (old, new) = (said(&before), said(&after));
            let mut gone: Vec<_> =
                before.into_iter().filter(|it| !new.contains(&line(it))).collect();
            gone.retain(|row| row.data.is_some());
            let came = after.into_iter().filter(|it| !old.contains(&line(it))).collect();
            return rows
                .send((1, [shown(gone, Change::Removed), shown(came, Change::Added)].concat()));
        }
    }

    async fn round(&self) -> Vec<Row> {
        Plan::new(&self.targets, &self.whom, self.manner).ask_here(self.limits).await
    }
}

fn is_found(rows: &[Row]) -> bool {
    rows.iter().any(Row::is_answer) && rows.iter().all(|row| row.exit == Exit::Yes)
}

fn line(row: &Row) -> (String, String, String) {
    let what = row.data.clone().unwrap_or_else(|| row.about.status.to_string());
    (row.name.clone(), crate::rdata::type_name(row.record_type).into_owned(), what)
}

fn said(rows: &[Row]) -> Said {
    rows.iter().map(line).collect()
}

/// Rows as they are shown here: with the time, and without a say in the exit code.
fn shown(rows: Vec<Row>, change: Change) -> Vec<Row> {
    let now_s = output::now_s();
    let of = |row| Row { change: Some((change, now_s)), exit: Exit::Yes, ..row };
    rows.into_iter().map(of).collect()
}
