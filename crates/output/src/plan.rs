//! What is printed and how, from what the command line and the tool say.

use std::io::{self, IsTerminal};

use crate::bar;
use crate::column_name::SortBy;
use crate::count::Counts;
use crate::counted::{self, Bars, Look};
use crate::flags::{Flags, FormatName, Shape, terminal_width};
use crate::format::table;
use crate::live::Live;
use crate::map::Map;
use crate::order::Order;
use crate::picture::{Manner, Picture};
use crate::print::{Arrangement, Printer};
use crate::record::{Column, Record};
use crate::screen;
use crate::view::{MapView, Printed, Rendering, View};

/// The shape of the output. Counts are never bare unless the command line says so.
pub(crate) fn shape(view: &View, flags: &Flags) -> Shape {
    shape_on(view, flags, screen::is_drawable())
}

/// The shape where stdout can be drawn on or not. Events in a table that has no marks would not say
/// what came and what went.
fn shape_on(view: &View, flags: &Flags, is_drawable: bool) -> Shape {
    let is_bare = view.is_bare && flags.count_by(&view.count_by).is_empty();
    match flags.shape(is_bare) {
        Shape::Rows(FormatName::Table)
            if view.is_live && !is_drawable && flags.format.is_none() =>
        {
            Shape::Rows(FormatName::Jsonl)
        }
        shape => shape,
    }
}

/// Whether no row is printed.
fn is_quiet(view: &View, flags: &Flags) -> bool {
    flags.quiet || (view.is_silent && !flags.ask_for_rows())
}

/// The printer of one run.
pub(crate) fn printer<R: Record>(view: &View, flags: &Flags, shape: Shape) -> Printer<R> {
    let count_by = flags.count_by(&view.count_by);
    if !count_by.is_empty() {
        return counter(count_by, view, flags, shape);
    }
    let is_quiet = is_quiet(view, flags);
    let map = map_of(view, shape);
    if let Some(map) = map.and_then(map_columns::<R>) {
        return mapper(map, view, flags, shape);
    }
    let columns = columns::<R>(&flags.columns, &view.columns, shape);
    let headings = columns.iter().flatten().map(|column| column.heading()).collect();
    let arrangement = match order(flags) {
        // Nobody sees the order of what is not printed, and events have their own.
        Some(order) if !is_quiet && !view.is_live => Arrangement::Sorted(order, Vec::new()),
        _ => Arrangement::AsTheyCome,
    };
    Printer {
        format: flags.writer(shape, headings),
        columns,
        arrangement,
        has_absences: shape.is_json() || (view.has_absences && shape != Shape::Short),
        says_absences: !view.has_absences || shape == Shape::Short,
        is_quiet,
        spare: Vec::new(),
    }
}

/// Prints counts. They are the same in every format, and so are the rows that count.
fn counter<R: Record>(count_by: &[&str], view: &View, flags: &Flags, shape: Shape) -> Printer<R> {
    let columns: Vec<_> = count_by.iter().filter_map(|name| by_name::<R>(name)).collect();
    let width = terminal_width().filter(|_| shape == Shape::Rows(FormatName::Table));
    let bars = width.map(|width| Bars { width, has_blocks: bar::has_blocks() });
    let look = Look { is_count_first: shape == Shape::Short, bars };
    let headings = counted::headings(&columns, look);
    let arrangement = Arrangement::Counted(Counts::new(columns.clone(), order(flags)), look);
    Printer {
        format: flags.writer(shape, headings),
        columns: Some(columns),
        arrangement,
        has_absences: view.has_absences,
        says_absences: !view.has_absences,
        is_quiet: is_quiet(view, flags),
        spare: Vec::new(),
    }
}

/// The map of the view, where a table would be printed.
fn map_of(view: &View, shape: Shape) -> Option<MapView> {
    view.map.filter(|_| shape == Shape::Rows(FormatName::Table) && !view.is_live)
}

fn map_columns<R: Record>(map: MapView) -> Option<[&'static Column<R>; 3]> {
    Some([by_name(map.down)?, by_name(map.across)?, by_name(map.cell)?])
}

/// Prints a map.
fn mapper<R: Record>(
    columns: [&'static Column<R>; 3],
    view: &View,
    flags: &Flags,
    shape: Shape,
) -> Printer<R> {
    let map = Map::new(columns, order(flags));
    Printer {
        format: flags.writer(shape, Vec::new()),
        columns: Some(columns.to_vec()),
        arrangement: Arrangement::Mapped(map, flags.look()),
        has_absences: view.has_absences,
        says_absences: !view.has_absences,
        is_quiet: is_quiet(view, flags),
        spare: Vec::new(),
    }
}

fn order<R: Record>(flags: &Flags) -> Option<Order<R>> {
    let SortBy { column, is_descending } = flags.sort?;
    Some(Order { column: by_name(column)?, is_descending })
}

/// The live view, where the tool has one and a terminal can show it.
pub(crate) fn live<R: Record>(
    title: &str,
    view: &View,
    flags: &Flags,
    shape: Shape,
) -> Option<Live<R>> {
    let is_table = shape == Shape::Rows(FormatName::Table);
    if !view.is_live || !is_table || is_quiet(view, flags) || !screen::is_drawable() {
        return None;
    }
    let count_by = flags.count_by(&view.count_by);
    let columns = if count_by.is_empty() {
        columns::<R>(&flags.columns, &view.columns, shape)?
    } else {
        count_by.iter().filter_map(|name| by_name(name)).collect()
    };
    let manner = Manner {
        title: title.to_owned(),
        columns,
        order: order(flags),
        is_counted: !count_by.is_empty(),
        has_blocks: bar::has_blocks(),
        look: table::Look { row_end: b'\n', ..flags.look() },
    };
    Some(Live { picture: Picture::new(manner), has_absences: view.has_absences })
}

/// What the tool hears of it.
pub(crate) fn printed<R: Record>(printer: &Printer<R>, flags: &Flags, shape: Shape) -> Printed {
    let shown = printer.columns.iter().flatten().map(|column| column.name);
    let mut columns = Vec::new();
    for name in shown.chain(flags.sort.map(|sort| sort.column)) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    if printer.is_quiet {
        columns.clear();
    }
    Printed {
        columns,
        rendering: match shape {
            _ if printer.is_quiet => Rendering::Nothing,
            _ if printer.columns.is_none() => Rendering::Short,
            _ if shape.is_json() => Rendering::Json,
            Shape::Rows(FormatName::Table) => Rendering::Table,
            _ => Rendering::Text,
        },
        is_summed: !matches!(
            printer.arrangement,
            Arrangement::AsTheyCome | Arrangement::Sorted(..)
        ),
        is_terminal: io::stdout().is_terminal(),
        is_drawn: false,
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

    const ALL: &[&str] = &["port", "service", "owner"];

    fn told(view: &View, flags: &Flags) -> Printed {
        let shape = shape(view, flags);
        printed(&printer::<Port>(view, flags, shape), flags, shape)
    }

    #[test]
    fn a_tool_hears_which_values_will_be_asked_for() {
        let plain = View::default();
        let chosen = View { columns: vec!["owner"], ..View::default() };
        let bare = View { is_bare: true, ..View::default() };
        let named = || Flags { columns: vec!["owner"], ..Flags::default() };
        let json = || Flags { json: true, ..Flags::default() };
        let short = || Flags { short: true, ..Flags::default() };
        let quiet = || Flags { quiet: true, ..Flags::default() };
        let sorted = |flags: Flags| {
            let owner = SortBy { column: "owner", is_descending: false };
            Flags { sort: Some(owner), ..flags }
        };
        let counted = |flags: Flags| Flags { count_by: vec!["service"], ..flags };
        let summary = View { is_bare: true, count_by: vec!["port"], ..View::default() };
        let cases = [
            (&plain, counted(Flags::default()), &ALL[1..2], false),
            (&bare, counted(json()), &ALL[1..2], false),
            (&chosen, counted(short()), &ALL[1..2], false),
            (&plain, counted(quiet()), &[], false),
            (&summary, Flags::default(), &ALL[..1], false),
            (&summary, counted(Flags::default()), &ALL[1..2], false),
            (&plain, Flags::default(), &ALL[..2], false),
            (&plain, sorted(Flags::default()), ALL, false),
            (&chosen, sorted(Flags::default()), &ALL[2..], false),
            (&plain, sorted(short()), &ALL[2..], true),
            (&plain, sorted(quiet()), &[], false),
            (&chosen, Flags::default(), &ALL[2..], false),
            (&chosen, json(), ALL, false),
            (&plain, named(), &ALL[2..], false),
            (&plain, short(), &[], true),
            (&bare, Flags::default(), &[], true),
            (&bare, named(), &ALL[2..], false),
            (&plain, quiet(), &[], false),
            (&bare, quiet(), &[], false),
        ];
        for (view, flags, columns, is_short) in cases {
            let printed = told(view, &flags);
            let told_short = printed.rendering == Rendering::Short;
            assert_eq!((&*printed.columns, told_short), (columns, is_short), "{flags:?}");
            assert!(ALL.iter().all(|name| printed.has(name) == columns.contains(name)));
        }
        assert_eq!(told(&plain, &Flags::default()).rendering, Rendering::Table);
        assert_eq!(told(&plain, &json()).rendering, Rendering::Json);
        assert_eq!(told(&plain, &quiet()).rendering, Rendering::Nothing);
    }

    #[test]
    fn a_silent_tool_prints_what_the_command_line_asks_for() {
        let silent = View { is_silent: true, ..View::default() };
        let summary = View { count_by: vec!["port"], ..silent.clone() };
        let flags = Flags::default;
        let table = Some(FormatName::Table);
        let cases = [
            (&silent, flags(), Rendering::Nothing),
            (&summary, flags(), Rendering::Nothing),
            (&silent, Flags { null: true, no_header: true, ..flags() }, Rendering::Nothing),
            (&silent, Flags { format: table, ..flags() }, Rendering::Table),
            (&silent, Flags { json: true, ..flags() }, Rendering::Json),
            (&silent, Flags { short: true, ..flags() }, Rendering::Short),
            (&silent, Flags { columns: vec!["port"], ..flags() }, Rendering::Table),
            (&silent, Flags { count_by: vec!["port"], ..flags() }, Rendering::Table),
            (&silent, Flags { json: true, quiet: true, ..flags() }, Rendering::Nothing),
        ];
        for (view, flags, rendering) in cases {
            assert_eq!(told(view, &flags).rendering, rendering, "{flags:?}");
        }
    }

    #[test]
    fn a_map_is_in_the_place_of_a_table_and_of_nothing_else() {
        let map = Some(MapView { down: "owner", across: "port", cell: "service" });
        let mapped = View { map, columns: vec!["port"], ..View::default() };
        let live = View { is_live: true, ..mapped.clone() };
        let flags = Flags::default;
        let format = |name| Flags { format: Some(name), ..flags() };
        let cases: [(_, _, _, &[&str]); 7] = [
            (&mapped, flags(), true, &["owner", "port", "service"]),
            (&mapped, format(FormatName::Table), true, &["owner", "port", "service"]),
            (&mapped, format(FormatName::Tsv), false, ALL),
            (&mapped, Flags { json: true, ..flags() }, false, ALL),
            (&mapped, Flags { short: true, ..flags() }, false, &[]),
            (&mapped, Flags { count_by: vec!["port"], ..flags() }, false, &["port"]),
            (&live, format(FormatName::Table), false, &["port"]),
        ];
        for (view, flags, is_map, columns) in cases {
            let shape = shape_on(view, &flags, false);
            let printer = printer::<Port>(view, &flags, shape);
            let has_map = matches!(printer.arrangement, Arrangement::Mapped(..));
            assert_eq!(has_map, is_map, "{flags:?}");
            assert_eq!(printed(&printer, &flags, shape).columns, columns, "{flags:?}");
        }
    }

    #[test]
    fn events_that_cannot_be_drawn_are_json_lines_unless_a_format_is_asked_for() {
        let plain = View::default();
        let live = View { is_live: true, columns: vec!["owner"], ..View::default() };
        let bare = View { is_bare: true, ..live.clone() };
        let format = |name| Flags { format: Some(name), ..Flags::default() };
        let named = || Flags { columns: vec!["service"], ..Flags::default() };
        let short = || Flags { short: true, ..Flags::default() };
        let array = || Flags { json: true, ..Flags::default() };
        let counted = || Flags { count_by: vec!["service"], ..Flags::default() };
        let (table, lines) = (FormatName::Table, FormatName::Jsonl);
        let cases = [
            (&live, Flags::default(), Shape::Rows(lines), ALL, Rendering::Json),
            (&live, named(), Shape::Rows(lines), &ALL[1..2], Rendering::Json),
            (&live, counted(), Shape::Rows(lines), &ALL[1..2], Rendering::Json),
            (&bare, named(), Shape::Rows(lines), &ALL[1..2], Rendering::Json),
            (&bare, Flags::default(), Shape::Short, &[], Rendering::Short),
            (&live, short(), Shape::Short, &[], Rendering::Short),
            (&live, array(), Shape::Rows(FormatName::Json), ALL, Rendering::Json),
            (&live, format(table), Shape::Rows(table), &ALL[2..], Rendering::Table),
            (&live, format(FormatName::Tsv), Shape::Rows(FormatName::Tsv), ALL, Rendering::Text),
            (&plain, Flags::default(), Shape::Rows(table), &ALL[..2], Rendering::Table),
        ];
        for (view, flags, expected, columns, rendering) in cases {
            let shape = shape_on(view, &flags, false);
            assert_eq!(shape, expected, "{flags:?}");
            let printed = printed(&printer::<Port>(view, &flags, shape), &flags, shape);
            assert_eq!((&*printed.columns, printed.rendering), (columns, rendering), "{flags:?}");
        }
        assert_eq!(shape_on(&live, &Flags::default(), true), Shape::Rows(table));
    }
}
