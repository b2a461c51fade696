//! What was there at the last look, and what has become of it since.

use std::collections::HashMap;

use crate::record::{Change, Record};

/// Rows by their [`Record::identity`], each with its place among those of the look.
#[derive(Debug)]
pub struct Known<R>(Option<HashMap<u64, (usize, R)>>);

impl<R> Default for Known<R> {
    /// Before the first look.
    fn default() -> Self {
        Self(None)
    }
}

impl<R: Record + Clone> Known<R> {
    /// Takes in what there is now. Of the first look that is all rows, without a change; of others
    /// what went, in the order in which it stood, then what changed, by `is_other`, and what came, in
    /// the order of the rows. What a look that is not whole does not have is not gone.
    pub fn look(
        &mut self,
        rows: Vec<R>,
        is_whole: bool,
        is_other: impl Fn(&R, &R) -> bool,
    ) -> Vec<(Option<Change>, R)> {
        let by_identity = |(place, row): (usize, R)| (row.identity(), (place, row));
        let Some(mut before) = self.0.take() else {
            let known = rows.iter().cloned().enumerate().map(by_identity).collect();
            self.0 = Some(known);
            return rows.into_iter().map(|row| (None, row)).collect();
        };
        let mut known = HashMap::with_capacity(rows.len());
        let mut came = Vec::new();
        for (identity, (place, row)) in rows.into_iter().enumerate().map(by_identity) {
            match before.remove(&identity) {
                None => came.push((Some(Change::Added), row.clone())),
                Some((_, old)) if is_other(&old, &row) => {
                    came.push((Some(Change::Changed), row.clone()));
                }
                Some(_) => {}
            }
            known.insert(identity, (place, row));
        }
        if !is_whole {
            known.extend(before);
            self.0 = Some(known);
            return came;
        }
        self.0 = Some(known);
        let mut went: Vec<_> = before.into_values().collect();
        went.sort_by_key(|(place, _)| *place);
        went.into_iter().map(|(_, row)| (Some(Change::Removed), row)).chain(came).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Column;
    use crate::value::Value;

    /// Something with a number of its own and a state.
    #[derive(Clone)]
    struct Thing(u64, char);

    impl Record for Thing {
        const COLUMNS: &'static [Column<Self>] = &[Column::new("n", "n", |_| Value::Null)];

        fn identity(&self) -> u64 {
            self.0
        }
    }

    fn told(known: &mut Known<Thing>, things: &[(u64, char)], is_whole: bool) -> Vec<String> {
        let things = things.iter().map(|(number, state)| Thing(*number, *state)).collect();
        let events = known.look(things, is_whole, |old, new| old.1 != new.1);
        let word = |change: Option<Change>| change.map_or("there", Change::as_str);
        events.into_iter().map(|(change, it)| format!("{} {}", word(change), it.0)).collect()
    }

    #[test]
    fn what_went_changed_and_came_is_told_in_that_order() {
        let mut known = Known::default();
        let first = told(&mut known, &[(9, 'a'), (1, 'a'), (5, 'a'), (2, 'a')], true);
        assert_eq!(first, ["there 9", "there 1", "there 5", "there 2"]);
        let second = told(&mut known, &[(7, 'a'), (1, 'b'), (2, 'a')], true);
        assert_eq!(second, ["removed 9", "removed 5", "added 7", "changed 1"]);
        assert_eq!(told(&mut known, &[(7, 'a'), (1, 'b'), (2, 'a')], true), [""; 0]);
    }

    #[test]
    fn nothing_is_gone_that_could_not_be_looked_at() {
        let mut known = Known::default();
        told(&mut known, &[(1, 'a'), (2, 'a')], true);
        assert_eq!(told(&mut known, &[(3, 'a')], false), ["added 3"]);
        let last = told(&mut known, &[(3, 'b')], true);
        assert_eq!(last.len(), 3);
        assert_eq!(last[2], "changed 3");
    }
}
