//! What is printed and how, from what the command line and the tool say.

use std::io::{self, IsTerminal};

use crate::column_name::SortBy;
use crate::flags::{Flags, FormatName, Shape};
use crate::order::Order;
use crate::print::{Arrangement, Printer};
use crate::record::{Column, Record};
use crate::view::{Printed, View};

/// The printer of one run.
pub(crate) fn printer<R: Record>(view: &View, flags: &Flags, shape: Shape) -> Printer<R> {
    let columns = columns::<R>(&flags.columns, &view.columns, shape);
    let headings = columns.iter().flatten().map(|column| column.heading()).collect();
    Printer {
        format: flags.writer(shape, headings),
        columns,
        arrangement: arrangement(flags),
        has_absences: shape.is_json() || (view.has_absences && shape != Shape::Short),
        says_absences: !view.has_absences || shape == Shape::Short,
        is_quiet: flags.quiet,
    }
}

/// In which order, or counted. Nobody sees it where nothing is printed.
fn arrangement<R: Record>(flags: &Flags) -> Arrangement<R> {
    match flags.sort.filter(|_| !flags.quiet) {
        Some(SortBy { column, is_descending }) => match by_name(column) {
            Some(column) => Arrangement::Sorted(Order { column, is_descending }, Vec::new()),
            None => Arrangement::AsTheyCome,
        },
        None => Arrangement::AsTheyCome,
    }
}

/// What the tool hears of it.
pub(crate) fn printed<R: Record>(printer: &Printer<R>, shape: Shape) -> Printed {
    let asked = printer.columns.iter().flatten().copied().chain(printer.arrangement.column());
    let mut columns = Vec::new();
    for column in asked {
        if !columns.contains(&column.name) {
            columns.push(column.name);
        }
    }
    if printer.is_quiet {
        columns.clear();
    }
    Printed {
        columns,
        is_short: printer.columns.is_none() && !printer.is_quiet,
        is_table: shape == Shape::Rows(FormatName::Table),
        is_terminal: io::stdout().is_terminal(),
    }
}

/// The columns to print: those named; else in a table the tool's choice, in other formats all.
fn columns<R: Record>(
    named: &[&str],
    of_view: &[&str],
    shape: Shape,
) -> Option<Vec<&'static Column<R>>> {
    let by_names = |names: &[&str]| Some(names.iter().filter_map(|name| by_name(name)).collect());
    if !named.is_empty() {
        return by_names(named);
    }
    match shape {
        Shape::Short => None,
        Shape::Rows(FormatName::Table) if of_view.is_empty() => {
            Some(R::COLUMNS.iter().filter(|column| !column.is_extra).collect())
        }
        Shape::Rows(FormatName::Table) => by_names(of_view),
        Shape::Rows(_) => Some(R::COLUMNS.iter().collect()),
    }
}

fn by_name<R: Record>(name: &str) -> Option<&'static Column<R>> {
    R::COLUMNS.iter().find(|column| column.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    struct Port;

    impl Record for Port {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::new("port", "the port", |_| Value::Null),
            Column::new("service", "its name", |_| Value::Null),
            Column::<Self>::new("owner", "who has it open", |_| Value::Null).extra(),
        ];
    }

    fn told(view: &View, flags: &Flags) -> Printed {
        let shape = flags.shape(view.is_bare);
        printed(&printer::<Port>(view, flags, shape), shape)
    }

    #[test]
    fn a_tool_hears_which_values_will_be_asked_for() {
        let plain = View::default();
        let chosen = View { columns: vec!["owner"], ..View::default() };
        let bare = View { is_bare: true, ..View::default() };
        let all: &[&str] = &["port", "service", "owner"];
        let named = || Flags { columns: vec!["owner"], ..Flags::default() };
        let json = || Flags { json: true, ..Flags::default() };
        let short = || Flags { short: true, ..Flags::default() };
        let quiet = || Flags { quiet: true, ..Flags::default() };
        let sorted = |flags: Flags| {
            let owner = SortBy { column: "owner", is_descending: false };
            Flags { sort: Some(owner), ..flags }
        };
        let cases = [
            (&plain, Flags::default(), &all[..2], false),
            (&plain, sorted(Flags::default()), all, false),
            (&chosen, sorted(Flags::default()), &all[2..], false),
            (&plain, sorted(short()), &all[2..], true),
            (&plain, sorted(quiet()), &[], false),
            (&chosen, Flags::default(), &all[2..], false),
            (&chosen, json(), all, false),
            (&plain, named(), &all[2..], false),
            (&plain, short(), &[], true),
            (&bare, Flags::default(), &[], true),
            (&bare, named(), &all[2..], false),
            (&plain, quiet(), &[], false),
            (&bare, quiet(), &[], false),
        ];
        for (view, flags, columns, is_short) in cases {
            let printed = told(view, &flags);
            assert_eq!((&*printed.columns, printed.is_short), (columns, is_short), "{flags:?}");
            assert!(all.iter().all(|name| printed.has(name) == columns.contains(name)));
        }
        assert!(told(&plain, &Flags::default()).is_table);
        assert!(!told(&plain, &json()).is_table);
    }
}
