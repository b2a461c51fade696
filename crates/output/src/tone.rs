//! What a cell means, for colour.

use anstyle::{AnsiColor, Style};

/// The meaning of a cell; the colours are chosen here, for every tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing to point out.
    #[default]
    Plain,
    /// As one would wish.
    Good,
    /// Worth a second look.
    Warn,
    /// Not as one would wish.
    Bad,
    /// Less important than the rest.
    Dim,
}

impl Tone {
    pub(crate) const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Dim => Style::new().dimmed(),
        }
    }
}

/// How the header of a table is set off.
pub(crate) const HEADER: Style = Style::new().bold();
