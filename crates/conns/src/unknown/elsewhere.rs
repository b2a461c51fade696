//! What a filter asks for and this system does not tell: it is not wrong, but nothing can meet it.

use output::Notes;

use crate::filter::{Expression, Term};

/// Says what is not told, and so met by nothing.
pub(crate) fn mention(expression: &Expression, notes: &Notes) {
    expression.each_term(&mut |term| {
        let what = match term {
            Term::Process(_) => "what processes are called",
            Term::User(_) => "who opened a socket",
            Term::Cgroup(_) | Term::Unit(_) => "control groups",
            Term::Device(_) => "which interface a socket is bound to",
            Term::Mark { .. } => "marks",
            _ => return,
        };
        notes.note(format_args!("this system does not tell {what}"));
    });
}
