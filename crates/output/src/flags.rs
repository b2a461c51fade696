//! The flags that every tool has, and what they mean together.

use std::io::{self, IsTerminal, Write};

use anstream::stream::RawStream;
use clap::{Args, ValueEnum};

use crate::bar;
use crate::column_name::{ColumnNames, SortBy, SortNames};
use crate::format::delimited::{Delimited, Dialect};
use crate::format::json::{Json, Layout};
use crate::format::short::Short;
use crate::format::table::{Look, Table};
use crate::format::{Format, Heading};
use crate::view::{MapView, View};

const HEADING: &str = "Output";

/// The width of a terminal that does not say how wide it is.
pub(crate) const DEFAULT_TERMINAL_WIDTH: usize = 80;

// No doc comment: clap would show it in place of the tool's own description.
#[derive(Args, Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(next_help_heading = HEADING)]
pub(crate) struct Flags {
    /// Print one JSON array: the same as --format json
    #[arg(short, long, conflicts_with = "format")]
    pub(crate) json: bool,

    /// Print rows in this format
    #[arg(short, long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<FormatName>,

    /// Print bare values, one a line
    #[arg(short, long, conflicts_with_all = ["json", "format"])]
    pub(crate) short: bool,

    /// Leave the header out
    #[arg(short = 'H', long)]
    pub(crate) no_header: bool,

    /// Print these columns, in this order: a,b (--help lists them)
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        value_parser = ColumnNames::default(),
        hide_possible_values = true
    )]
    pub(crate) columns: Vec<&'static str>,

    /// Sort rows by this column; -COLUMN from the greatest
    #[arg(
        long,
        value_name = "COLUMN",
        value_parser = SortNames::default(),
        hide_possible_values = true,
        allow_hyphen_values = true
    )]
    pub(crate) sort: Option<SortBy>,

    /// Count rows by these columns, most first (-s: count, tab, values)
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        value_parser = ColumnNames::default(),
        hide_possible_values = true
    )]
    pub(crate) count_by: Vec<&'static str>,

    /// End rows with NUL instead of a newline; bare values are exact bytes
    #[arg(short = '0', long)]
    pub(crate) null: bool,

    /// Print nothing: the exit code is the answer
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// When to colour
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value_t = When::Auto,
        hide_possible_values = true,
        hide_default_value = true,
        help = "Colour: auto (on a terminal), always or never"
    )]
    pub(crate) color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// Aligned columns
    Table,
    /// Tab-separated values
    Tsv,
    /// Comma-separated values
    Csv,
    /// One array of objects
    Json,
    /// One object a line, as it happens
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, as `NO_COLOR`, `CLICOLOR_FORCE` and TERM allow
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Flags {
    /// The shape of the output; `is_bare` is the tool's own choice.
    pub(crate) fn shape(&self, is_bare: bool) -> Shape {
        let is_bare = is_bare && self.columns.is_empty();
        match self.format {
            _ if self.json => Shape::Rows(FormatName::Json),
            Some(format) => Shape::Rows(format),
            None if self.short || is_bare => Shape::Short,
            None => Shape::Rows(FormatName::Table),
        }
    }

    /// The columns by which rows are counted: those named, or the tool's own choice.
    pub(crate) fn count_by<'a>(&'a self, of_view: &'a [&'static str]) -> &'a [&'static str] {
        if self.count_by.is_empty() { of_view } else { &self.count_by }
    }

    /// Whether they say as what rows are printed.
    pub(crate) fn ask_for_rows(&self) -> bool {
        let is_shaped = self.json || self.short || self.format.is_some();
        is_shaped || !self.columns.is_empty() || !self.count_by.is_empty()
    }

    /// What the parser cannot see to be wrong, in what the tool itself would choose.
    pub(crate) fn contradiction(&self, view: &View) -> Option<String> {
        if self.null && self.shape(false) == Shape::Rows(FormatName::Json) {
            return Some("--null ends rows, which a JSON array has none of: use jsonl".to_owned());
        }
        let count_by = self.count_by(&view.count_by);
        if !count_by.is_empty() && !self.columns.is_empty() {
            let counted = "rows are counted, by the columns that --count-by names";
            return Some(format!("{counted}: leave --columns out"));
        }
        if let Some(sort) = self.sort
            && !count_by.is_empty()
            && !count_by.contains(&sort.column)
        {
            let counted = count_by.join(",");
            let column = sort.column;
            return Some(format!("rows counted by '{counted}' have no '{column}' to sort by"));
        }
        if let Some(map) = view.map
            && count_by.is_empty()
            && self.shape(view.is_bare) == Shape::Rows(FormatName::Table)
        {
            return self.contradiction_of_map(map);
        }
        let twice = repeated(&self.columns).or_else(|| repeated(&self.count_by))?;
        Some(format!("the column '{twice}' is named twice"))
    }

    fn contradiction_of_map(&self, map: MapView) -> Option<String> {
        let MapView { down, across, .. } = map;
        if !self.columns.is_empty() {
            return Some("a map has columns of its own: leave --columns out".to_owned());
        }
        let column = self.sort.map(|sort| sort.column).filter(|it| ![down, across].contains(it))?;
        Some(format!("a map of '{across}' by '{down}' has no '{column}' to sort by"))
    }

    /// Where rows go. Colours are translated for the consoles that need it; nothing is taken away.
    pub(crate) fn stdout(&self) -> Box<dyn Write> {
        if self.color.is_on(&io::stdout()) {
            Box::new(anstream::AutoStream::always(io::stdout().lock()))
        } else {
            Box::new(io::stdout().lock())
        }
    }

    fn row_end(&self) -> u8 {
        if self.null { b'\0' } else { b'\n' }
    }

    /// How a table looks.
    pub(crate) fn look(&self) -> Look {
        Look {
            has_header: !self.no_header,
            is_coloured: self.color.is_on(&io::stdout()),
            fit: terminal_width(),
            row_end: self.row_end(),
            has_blocks: io::stdout().is_terminal() && bar::has_blocks(),
        }
    }

    /// What rows are printed with.
    pub(crate) fn writer(&self, shape: Shape, headings: Vec<Heading>) -> Box<dyn Format> {
        let has_header = !self.no_header;
        let row_end = self.row_end();
        let delimited = |dialect| Delimited::new(&headings, dialect, has_header, row_end);
        match shape {
            Shape::Short => Box::new(Short::new(row_end, self.null && !io::stdout().is_terminal())),
            Shape::Rows(FormatName::Tsv) => Box::new(delimited(Dialect::Tsv)),
            Shape::Rows(FormatName::Csv) => Box::new(delimited(Dialect::Csv)),
            Shape::Rows(FormatName::Json) => Box::new(Json::new(&headings, Layout::Array)),
            Shape::Rows(FormatName::Jsonl) => {
                Box::new(Json::new(&headings, Layout::Lines(row_end)))
            }
            Shape::Rows(FormatName::Table) => Box::new(Table::new(headings, self.look())),
        }
    }
}

fn repeated(names: &[&'static str]) -> Option<&'static str> {
    let is_repeated = |(index, name): &(usize, &&str)| names[..*index].contains(name);
    names.iter().enumerate().find(is_repeated).map(|(_, name)| *name)
}

/// Bare values, or rows in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Short,
    Rows(FormatName),
}

impl Shape {
    pub(crate) const fn is_json(self) -> bool {
        matches!(self, Self::Rows(FormatName::Json | FormatName::Jsonl))
    }
}

impl When {
    pub(crate) fn is_on(self, stream: &impl RawStream) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if !stream.is_terminal() && !is_forced() => false,
            Self::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
        }
    }
}

/// Whether `CLICOLOR_FORCE` asks for colour, also where the output is no terminal; 0 does not.
fn is_forced() -> bool {
    std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0")
}

/// The columns of the terminal that stdout is, if it is one.
pub(crate) fn terminal_width() -> Option<usize> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let told = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
    let in_environment =
        || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    told.or_else(in_environment).filter(|width| *width > 0).or(Some(DEFAULT_TERMINAL_WIDTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_sorted_by_what_it_has_and_chooses_its_columns() {
        let map = Some(MapView { down: "host", across: "port", cell: "state" });
        let view = View { map, ..View::default() };
        let sorted = |column| Some(SortBy { column, is_descending: true });
        let sort = "a map of 'port' by 'host' has no 'state' to sort by";
        let columns = "a map has columns of its own: leave --columns out";
        let flags = Flags::default;
        let cases = [
            (flags(), None),
            (Flags { sort: sorted("host"), ..flags() }, None),
            (Flags { sort: sorted("port"), ..flags() }, None),
            (Flags { sort: sorted("state"), ..flags() }, Some(sort)),
            (Flags { columns: vec!["host"], ..flags() }, Some(columns)),
            (Flags { columns: vec!["host"], json: true, ..flags() }, None),
            (Flags { sort: sorted("state"), short: true, ..flags() }, None),
        ];
        for (flags, expected) in cases {
            assert_eq!(flags.contradiction(&view).as_deref(), expected, "{flags:?}");
        }
    }
}
