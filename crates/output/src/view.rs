//! What a tool says of how its rows are shown, and what it hears of it.

/// How rows are shown unless the command line says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct View {
    /// Bare values rather than a table.
    pub is_bare: bool,
    /// The columns of the table; empty for those that are not extra.
    pub columns: Vec<&'static str>,
    /// Whether rows that stand for an answer that is not there are printed like all others, in
    /// every format rather than said on stderr; bare values have no room for them.
    pub has_absences: bool,
    /// The columns by whose values rows are counted; empty to print the rows themselves.
    pub count_by: Vec<&'static str>,
    /// Whether rows are events, by [`Record::change`](crate::Record::change) and
    /// [`Record::identity`](crate::Record::identity). A table on a terminal is a picture then that
    /// is drawn anew in its place; it is sorted and counted as it is at the moment. Elsewhere
    /// events are printed in the order in which they come, as JSON lines unless a format is asked
    /// for. The rows have to end soon after
    /// [`Interrupt::is_pressed`](crate::Interrupt::is_pressed).
    pub is_live: bool,
    /// Whether nothing is printed unless the command line says as what: by a format, by `--short`,
    /// or by columns to print or to count by. What is not a row is said as always.
    pub is_silent: bool,
    /// The map that is printed in place of a table; of events in a live view there is none.
    pub map: Option<MapView>,
}

/// A map: where rows have the same values in two columns, a letter stands for that of a third. Lines
/// and columns in which all cells are the same are put into words, unless they are toned
/// [`Tone::Good`](crate::Tone::Good). It holds up to 8,388,608 cells; rows beyond are told in a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapView {
    /// The column whose values stand one below the other.
    pub down: &'static str,
    /// The column whose values stand side by side.
    pub across: &'static str,
    /// The column whose values the letters stand for. Of several rows in one cell the one whose exit
    /// is the least is shown.
    pub cell: &'static str,
}

/// What will be printed of the rows, so that nothing is collected that nobody asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The columns whose values will be asked for; none where nothing is printed.
    pub columns: Vec<&'static str>,
    /// As what.
    pub rendering: Rendering,
    /// Whether rows are counted, or drawn as a map, so that each of them matters.
    pub is_summed: bool,
    /// Whether stdout is a terminal.
    pub is_terminal: bool,
    /// Whether rows are events on a picture there. One without a
    /// [`Record::change`](crate::Record::change) brings its row up to date, unmarked.
    pub is_drawn: bool,
}

/// As what rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rendering {
    /// Not at all.
    #[default]
    Nothing,
    /// What a row itself calls short, whichever columns that stands for.
    Short,
    /// Columns for people.
    Table,
    /// Text for programs.
    Text,
    /// JSON, which has the exact values.
    Json,
}

impl Printed {
    /// Whether the value of this column will be asked for.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains(&column)
    }
}
