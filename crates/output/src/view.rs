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
}

/// What will be printed of the rows, so that nothing is collected that nobody asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The columns whose values will be asked for; none where nothing is printed.
    pub columns: Vec<&'static str>,
    /// As what.
    pub rendering: Rendering,
    /// Whether stdout is a terminal.
    pub is_terminal: bool,
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
