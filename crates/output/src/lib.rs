//! Rows in, every format out: what the toolkit's programs share.
//!
//! A tool declares its [`Record`] and implements [`Tool`]; [`main`] does the rest: flags, help,
//! formats, escaping, colour, exit codes. Nothing else writes to stdout or stderr.

mod bar;
mod column_name;
mod count;
mod counted;
mod escape;
mod exit;
mod family;
mod flags;
mod format;
mod grid;
mod guard;
mod interrupt;
mod kind;
mod known;
mod letters;
mod lines;
mod live;
mod manual;
mod map;
mod notes;
mod order;
mod pace;
mod pasted;
mod picture;
mod plan;
mod prefix;
mod print;
mod progress;
mod record;
mod rows;
mod screen;
mod seconds;
mod sift;
mod sparkline;
mod successor;
mod suggest;
mod tone;
mod tool;
mod value;
mod view;

pub use escape::{Blanks, escape, escape_bytes, is_unsafe, unescape};
pub use exit::{Exit, Failure, system_words, with_causes};
pub use family::{Family, FamilyFlags};
pub use interrupt::Interrupt;
pub use kind::{Kind, Part};
pub use known::Known;
pub use lines::Lines;
pub use manual::{ColumnEntry, Manual};
pub use notes::Notes;
pub use pasted::Pasted;
pub use prefix::{Prefix, PrefixError};
pub use record::{Change, Column, Record};
pub use rows::{Arrivals, Rows, as_they_come, at_once};
pub use seconds::{in_seconds, seconds};
pub use suggest::{likeness, nearest};
pub use tone::Tone;
pub use tool::{Tool, command, main, manual};
pub use value::{Labelled, Show, Shown, Text, Value};
pub use view::{MapView, Printed, Rendering, View};
