//! Rows and the columns they are made of.

use crate::exit::Exit;
use crate::kind::{self, Kind};
use crate::tone::Tone;
use crate::value::Value;

/// A row: declared once, it serves the table's header, TSV, CSV, JSON, `--columns` and the help.
pub trait Record: Sized + 'static {
    /// The columns, in the order of the table; the first is the key, which `--short` prints.
    /// New ones are added at the end.
    const COLUMNS: &'static [Column<Self>];

    /// What `--short` prints for this row; `None` prints nothing.
    fn short(&self) -> Option<Value<'_>> {
        let key = Self::COLUMNS.first()?;
        Some((key.value)(self))
    }

    /// What this row says of the question: yes, no, or that it could not be found out.
    fn exit(&self) -> Exit {
        Exit::Yes
    }

    /// For a row that stands for an answer that is not there: the sentence that stderr gets. Only
    /// JSON carries such a row, for a script to see why.
    fn absence(&self) -> Option<String> {
        None
    }

    /// What stderr gets before the row is printed, a line each.
    fn preface(&self) -> Option<&str> {
        None
    }

    /// For a row that is an event: what became of the thing that it is about.
    fn change(&self) -> Option<Change> {
        None
    }

    /// What tells the thing that the row is about from all others, as long as the run lasts: by it
    /// a live view knows which row changed or went.
    fn identity(&self) -> u64 {
        0
    }
}

/// What became of something since it was looked at before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is there, and was not.
    Added,
    /// It is another than it was.
    Changed,
    /// It is no longer there.
    Removed,
}

impl Change {
    /// One word: a sign such as `-` stands for nothing in a table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One column of a [`Record`].
pub struct Column<R> {
    pub(crate) name: &'static str,
    pub(crate) key: &'static str,
    pub(crate) about: &'static str,
    pub(crate) value: for<'a> fn(&'a R) -> Value<'a>,
    pub(crate) declared: Declared,
    pub(crate) tone: fn(&R) -> Tone,
    pub(crate) is_extra: bool,
    pub(crate) is_side: bool,
    pub(crate) is_numeric: bool,
    pub(crate) min_width: usize,
}

/// What is declared of a column's values in JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared {
    /// Where it does not go without saying.
    pub kind: Option<Kind>,
    /// Whether it is never null.
    pub is_always_known: bool,
}

impl<R> Column<R> {
    /// A column by its name (lower snake case, the unit last), which is its JSON key as well, what
    /// the help says of it, and where its value comes from.
    #[must_use]
    pub const fn new(
        name: &'static str,
        about: &'static str,
        value: for<'a> fn(&'a R) -> Value<'a>,
    ) -> Self {
        Self {
            name,
            key: name,
            about,
            value,
            declared: Declared { kind: None, is_always_known: false },
            tone: |_| Tone::Plain,
            is_extra: false,
            is_side: false,
            is_numeric: false,
            min_width: 0,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it says of a row.
    ///
    /// # Panics
    /// In debug builds, when that is not of the kind that was declared.
    #[must_use]
    pub fn value_of<'a>(&self, row: &'a R) -> Value<'a> {
        let value = (self.value)(row);
        debug_assert!(
            self.admits(&value),
            "{}, declared as {:?}, is {value:?}",
            self.name,
            self.kind()
        );
        value
    }

    /// What its values are in JSON, where they are known.
    pub(crate) const fn kind(&self) -> Kind {
        match self.declared.kind {
            Some(kind) => kind,
            None if self.is_numeric => Kind::Whole,
            None => Kind::Text,
        }
    }

    fn admits(&self, value: &Value<'_>) -> bool {
        self.kind().admits(value) || (!self.declared.is_always_known && kind::is_null(value))
    }

    /// Declares what its values are in JSON, where they are neither text nor, if it is
    /// [numeric](Column::numeric), whole numbers.
    #[must_use]
    pub const fn json(mut self, kind: Kind) -> Self {
        self.declared.kind = Some(kind);
        self
    }

    /// Declares that its value is known of every row: never null.
    #[must_use]
    pub const fn always(mut self) -> Self {
        self.declared.is_always_known = true;
        self
    }

    /// Gives it another key in JSON, where readers of JSON know the thing by another name. Command
    /// lines know the column by both.
    #[must_use]
    pub const fn key(mut self, key: &'static str) -> Self {
        self.key = key;
        self
    }

    /// Colours the cell.
    #[must_use]
    pub const fn toned(mut self, tone: fn(&R) -> Tone) -> Self {
        self.tone = tone;
        self
    }

    /// Leaves the column out of the table unless `--columns` names it; TSV, CSV and JSON have it.
    #[must_use]
    pub const fn extra(mut self) -> Self {
        self.is_extra = true;
        self
    }

    /// Lets the column give way first where the terminal is too narrow for all.
    #[must_use]
    pub const fn side(mut self) -> Self {
        self.is_side = true;
        self
    }

    /// Its values are whole numbers in JSON unless [`json`](Column::json) declares others. Aligns the
    /// column to the right; on a terminal that is too narrow it goes rather than be cut.
    #[must_use]
    pub const fn numeric(mut self) -> Self {
        self.is_numeric = true;
        self
    }

    /// Keeps room for cells that are not known yet when the first row is printed.
    #[must_use]
    pub const fn min_width(mut self, width: usize) -> Self {
        self.min_width = width;
        self
    }
}
