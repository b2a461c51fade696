//! How many rows have the same values.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::HashMap;

use crate::escape::Blanks;
use crate::order::{self, Key, Order};
use crate::record::Column;
use crate::value::Value;

/// The name of the column with the counts. No tool has a column of its own of this name.
pub(crate) const COUNT: &str = "count";

/// Rows counted by their values. Of each group the first row is kept, as an owner or not (`T`).
pub(crate) struct Counts<R: 'static, T = R> {
    columns: Vec<&'static Column<R>>,
    /// The order of the groups, where it is not the most first.
    order: Option<Order<R>>,
    kept: Vec<T>,
    groups: Vec<Group>,
    /// The groups by the text of their values.
    index: HashMap<Box<str>, usize>,
    /// The text that is looked for next: one allocation for all rows.
    text: String,
}

/// Rows that have the same values.
pub(crate) struct Group {
    /// Which of the rows kept has them.
    row: usize,
    /// Which item of each column, where one is a list; empty where none is.
    items: Vec<usize>,
    pub count: u64,
}

impl<R, T: Borrow<R>> Counts<R, T> {
    pub(crate) fn new(columns: Vec<&'static Column<R>>, order: Option<Order<R>>) -> Self {
        let (kept, groups) = (Vec::new(), Vec::new());
        Self { columns, order, kept, groups, index: HashMap::new(), text: String::new() }
    }

    pub(crate) fn columns(&self) -> &[&'static Column<R>] {
        &self.columns
    }

    /// Counts a row: once for each item of a list, however often the list has it.
    pub(crate) fn add(&mut self, row: T) {
        if self.count(row.borrow()) {
            self.kept.push(row);
        }
    }

    /// Whether the row begins a group.
    fn count(&mut self, row: &R) -> bool {
        let values: Vec<_> = self.columns.iter().map(|column| value_of(column, row)).collect();
        let first_new = self.groups.len();
        if !values.iter().any(|value| matches!(value, Value::List(_))) {
            self.count_once(&values, &[], &[]);
            return self.groups.len() > first_new;
        }
        let mut counted = Vec::new();
        let mut items = vec![0; values.len()];
        loop {
            counted.extend(self.count_once(&values, &items, &counted));
            if !advance(&mut items, &values) {
                return self.groups.len() > first_new;
            }
        }
    }

    /// Counts these items of the values, unless the row was counted for the same before. The group.
    fn count_once(
        &mut self,
        values: &[Value<'_>],
        items: &[usize],
        counted: &[usize],
    ) -> Option<usize> {
        self.text.clear();
        for (at, value) in values.iter().enumerate() {
            // The text of a value has neither of these: all that controls is escaped there.
            match item(value, items.get(at)) {
                value if value.is_null() => self.text.push('\0'),
                value => {
                    value.push_text(&mut self.text, Blanks::Kept);
                    self.text.push('\x01');
                }
            }
        }
        if let Some(group) = self.index.get(&*self.text).copied() {
            let is_new = !counted.contains(&group);
            self.groups[group].count += u64::from(is_new);
            return is_new.then_some(group);
        }
        let group = self.groups.len();
        self.groups.push(Group { row: self.kept.len(), items: items.to_vec(), count: 1 });
        self.index.insert(self.text.as_str().into(), group);
        Some(group)
    }

    /// The groups: most first, and those of equal count by their values.
    pub(crate) fn sorted(&self) -> Vec<&Group> {
        let key = |group| self.values(group).map(Key::of).collect();
        let mut keyed: Vec<(Vec<_>, _)> = self.groups.iter().map(|it| (key(it), it)).collect();
        let sort = |column: &&Column<R>| {
            self.order.as_ref().is_some_and(|order| column.name == order.column.name)
        };
        let chosen = self.order.as_ref().zip(self.columns.iter().position(sort));
        keyed.sort_by(|(left, this), (right, that)| {
            let as_chosen = chosen.map_or(Ordering::Equal, |(order, at)| {
                order.compare(left[at].as_ref(), right[at].as_ref())
            });
            let by_count = that.count.cmp(&this.count);
            as_chosen.then(by_count).then_with(|| by_values(left, right))
        });
        keyed.into_iter().map(|(_, group)| group).collect()
    }

    /// The values that the rows of a group have in common.
    pub(crate) fn values<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = Value<'a>> {
        let row = self.row(group);
        self.columns.iter().enumerate().map(move |(at, column)| match value_of(column, row) {
            Value::List(mut items) => match group.items.get(at) {
                Some(item) if *item < items.len() => items.swap_remove(*item),
                _ => Value::Null,
            },
            value => value,
        })
    }

    /// The first row of a group.
    pub(crate) fn row(&self, group: &Group) -> &R {
        self.kept[group.row].borrow()
    }
}

/// The value in a column; what writes itself and is a list in JSON is a list.
fn value_of<'a, R>(column: &Column<R>, row: &'a R) -> Value<'a> {
    match (column.value)(row) {
        Value::Shown(shown) => match shown.0.exact() {
            Some(list @ Value::List(_)) => list,
            _ => Value::Shown(shown),
        },
        value => value,
    }
}

/// The value itself, or the item of a list; an empty list is not known.
fn item<'a, 'b>(value: &'b Value<'a>, index: Option<&usize>) -> &'b Value<'a> {
    match value {
        Value::List(items) => {
            index.and_then(|index| items.get(*index)).unwrap_or(const { &Value::Null })
        }
        value => value,
    }
}

/// Goes on to the next combination of items, if there is one.
fn advance(items: &mut [usize], values: &[Value<'_>]) -> bool {
    for (index, value) in items.iter_mut().zip(values) {
        let length = if let Value::List(items) = value { items.len() } else { 1 };
        *index += 1;
        if *index < length {
            return true;
        }
        *index = 0;
    }
    false
}

fn by_values(left: &[Option<Key<'_>>], right: &[Option<Key<'_>>]) -> Ordering {
    let pairs = left.iter().zip(right);
    pairs
        .map(|(left, right)| order::compare(left.as_ref(), right.as_ref()))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::value::{Labelled, Show, Text};

    struct Tags(Vec<&'static str>);

    impl Show for Tags {
        fn show(&self, text: &mut Text<'_>) {
            text.push_str(&self.0.join("+"));
        }

        fn exact(&self) -> Option<Value<'_>> {
            Some(self.0.iter().copied().collect())
        }
    }

    impl Record for Tags {
        const COLUMNS: &'static [Column<Self>] = &[Column::new("tag", "", |it| Value::shown(it))];
    }

    #[derive(Clone)]
    struct Socket {
        state: Option<&'static str>,
        port: u16,
        owners: Vec<&'static str>,
    }

    impl Record for Socket {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::new("state", "", |it| it.state.into()),
            Column::new("port", "", |it| it.port.into()),
            Column::new("owner", "", |it| {
                let exact = |name| Value::Map(vec![("name", Value::from(name))]);
                let owner =
                    |name: &&'static str| Labelled { label: (*name).into(), exact: exact(*name) };
                it.owners.iter().map(owner).collect()
            }),
        ];
    }

    fn socket(state: &'static str, port: u16, owners: &[&'static str]) -> Socket {
        Socket { state: Some(state).filter(|it| !it.is_empty()), port, owners: owners.to_vec() }
    }

    fn sample() -> Vec<Socket> {
        vec![
            socket("LISTEN", 1000, &["sshd", "init"]),
            socket("ESTAB", 80, &["sshd"]),
            socket("ESTAB", 443, &[]),
            socket("", 80, &["curl", "curl"]),
            socket("", 80, &["init", "sshd"]),
            socket("ESTAB", 80, &[]),
        ]
    }

    fn counted(names: &[&str], order: Option<(usize, bool)>) -> String {
        let column = |name: &&str| Socket::COLUMNS.iter().find(|it| it.name == *name);
        let order =
            order.map(|(at, is_descending)| Order { column: &Socket::COLUMNS[at], is_descending });
        let mut counts = Counts::new(names.iter().filter_map(column).collect(), order);
        for row in sample() {
            counts.add(row);
        }
        let line = |group: &&Group| {
            let mut line = String::new();
            for value in counts.values(group) {
                value.push_text(&mut line, Blanks::Kept);
                line.push(' ');
            }
            format!("{line}{}", group.count)
        };
        counts.sorted().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_most_come_first_and_then_the_values_in_their_order() {
        assert_eq!(counted(&["state"], None), "ESTAB 3\n 2\nLISTEN 1");
        assert_eq!(counted(&["port"], None), "80 4\n443 1\n1000 1");
        assert_eq!(
            counted(&["state", "port"], None),
            "ESTAB 80 2\n 80 2\nESTAB 443 1\nLISTEN 1000 1"
        );
    }

    #[test]
    fn a_list_counts_once_for_each_of_its_items_and_an_empty_one_as_not_known() {
        assert_eq!(counted(&["owner"], None), "sshd 3\ninit 2\n 2\ncurl 1");
        assert_eq!(
            counted(&["owner", "state"], None),
            " ESTAB 2\ncurl  1\ninit LISTEN 1\ninit  1\nsshd ESTAB 1\nsshd LISTEN 1\nsshd  1"
        );
    }

    #[test]
    fn what_writes_itself_and_is_a_list_counts_as_one() {
        let mut counts = Counts::new(Tags::COLUMNS.iter().collect(), None);
        for tags in [vec!["a", "b"], vec!["b"], vec![]] {
            counts.add(Tags(tags));
        }
        let groups = counts.sorted();
        let groups =
            groups.iter().map(|it| (counts.values(it).next().map(|it| it.to_text()), it.count));
        let expected = [("b", 2), ("a", 1), ("", 1)];
        assert!(groups.eq(expected.map(|(tag, count)| (Some(tag.to_owned()), count))));
    }

    #[test]
    fn the_order_may_be_another_one() {
        assert_eq!(counted(&["port"], Some((1, true))), "1000 1\n443 1\n80 4");
        assert_eq!(counted(&["state"], Some((0, true))), "LISTEN 1\nESTAB 3\n 2");
        assert_eq!(
            counted(&["state", "port"], Some((1, false))),
            "ESTAB 80 2\n 80 2\nESTAB 443 1\nLISTEN 1000 1"
        );
    }
}
