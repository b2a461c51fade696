//! The same question to several servers, and what they do not agree on.

use std::collections::HashSet;

use hickory_proto::rr::RecordType;
use output::Exit;

use crate::row::{Row, Source};

/// The answers of several servers to the same questions, until all are there.
pub(crate) struct Comparison {
    /// How many questions have not landed.
    waiting: usize,
    /// What each server gave.
    rows: Vec<Vec<Row>>,
    /// Whether a difference makes the exit code say no.
    is_decisive: bool,
}

/// What an answer is, whoever gives it and for however long it may be kept.
#[derive(PartialEq, Eq, Hash)]
struct Said {
    asked_type: RecordType,
    record_type: RecordType,
    name: String,
    /// The data of the record, or the status of a question without one.
    what: String,
}

impl Comparison {
    pub(crate) fn new(servers: usize, is_decisive: bool) -> Self {
        Self { waiting: 0, rows: vec![Vec::new(); servers], is_decisive }
    }

    /// One more question is asked of one of the servers.
    pub(crate) const fn add_question(&mut self) {
        self.waiting += 1;
    }

    /// What is to be shown now that a question to this server has landed: where there are several
    /// servers, nothing until all have.
    pub(crate) fn land(&mut self, server: usize, rows: Vec<Row>) -> Vec<Row> {
        if self.rows.len() == 1 {
            return rows;
        }
        self.rows[server].extend(rows);
        self.waiting = self.waiting.saturating_sub(1);
        if self.waiting > 0 {
            return Vec::new();
        }
        let mut rows = std::mem::take(&mut self.rows);
        self.mark(&mut rows);
        rows.concat()
    }

    /// Marks each row by whether every server that replied says the same.
    fn mark(&self, rows: &mut [Vec<Row>]) {
        let replied = |row: &&Row| matches!(row.about.source, Some(Source::Server(_)));
        let said: Vec<HashSet<Said>> = rows
            .iter()
            .map(|rows| rows.iter().filter(replied).map(said).collect::<HashSet<_>>())
            .filter(|said| !said.is_empty())
            .collect();
        let mut differs = false;
        for row in rows.iter_mut().flatten() {
            if replied(&&*row) {
                let agrees = said.iter().all(|it| it.contains(&self::said(row)));
                row.agrees = (said.len() > 1).then_some(agrees);
                differs |= row.agrees == Some(false);
                if !agrees && self.is_decisive {
                    row.exit = row.exit.max(Exit::No);
                }
            }
        }
        if let Some(first) = rows.iter_mut().flatten().next()
            && differs
        {
            let sentence = format!("the servers do not agree on '{}'", first.about.asked_name);
            first.preface = Some(match first.preface.take() {
                Some(preface) => format!("{sentence}\n{preface}"),
                None => sentence,
            });
        }
    }
}

fn said(row: &Row) -> Said {
    let what = row.data.as_deref().unwrap_or(&row.about.status);
    Said {
        asked_type: row.about.asked_type,
        record_type: row.record_type,
        name: row.name.to_ascii_lowercase(),
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::{absent, row};

    fn data_and_marks(rows: &[Row]) -> Vec<(String, Option<bool>)> {
        rows.iter()
            .map(|row| {
                (row.data.clone().unwrap_or_else(|| row.about.status.to_string()), row.agrees)
            })
            .collect()
    }

    fn compared(of_servers: [Vec<Row>; 2], is_decisive: bool) -> Vec<Row> {
        let mut comparison = Comparison::new(2, is_decisive);
        for _ in &of_servers {
            comparison.add_question();
        }
        let [first, second] = of_servers;
        assert_eq!(comparison.land(1, second), []);
        comparison.land(0, first)
    }

    #[test]
    fn what_not_all_say_is_marked() {
        use RecordType::A;
        let a = |data| row(A, A, data);
        let same = compared(
            [vec![a("192.0.2.1"), a("192.0.2.2")], vec![a("192.0.2.2"), a("192.0.2.1")]],
            true,
        );
        assert!(same.iter().all(|row| row.agrees == Some(true) && row.exit == Exit::Yes));
        assert_eq!(same[0].preface, None);
        let rows = compared([vec![a("192.0.2.1")], vec![a("192.0.2.1"), a("192.0.2.3")]], false);
        let expected = [("192.0.2.1", true), ("192.0.2.1", true), ("192.0.2.3", false)]
            .map(|(data, agrees)| (data.to_owned(), Some(agrees)));
        assert_eq!(data_and_marks(&rows), expected);
        assert!(rows.iter().all(|row| row.exit == Exit::Yes));
        assert_eq!(rows[0].preface.as_deref(), Some("the servers do not agree on 'www.test'"));
    }

    #[test]
    fn a_difference_decides_if_told() {
        use RecordType::A;
        let rows =
            compared([vec![row(A, A, "192.0.2.1")], vec![absent(A, "NXDOMAIN", Exit::No)]], true);
        assert!(rows.iter().all(|row| row.exit == Exit::No && row.agrees == Some(false)));
    }

    #[test]
    fn who_does_not_reply_does_not_disagree() {
        use RecordType::A;
        let mut silent = absent(A, "TIMEOUT", Exit::Unknown);
        std::sync::Arc::make_mut(&mut silent.about).source =
            Some(Source::Silent("127.0.0.1:53".parse().unwrap()));
        let rows = compared([vec![row(A, A, "192.0.2.1")], vec![silent]], true);
        assert!(rows.iter().all(|row| row.agrees.is_none()));
        assert_eq!(rows[0].exit, Exit::Yes);
    }
}
