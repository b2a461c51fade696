//! Why an expression makes no sense, where, and what would.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use output::PrefixError;
use thiserror::Error;
use wellknown::PortError;

/// As many characters of an expression are shown before and after the place.
const SHOWN_CHARS: usize = 60;

/// What is wrong with a word of an expression, or with the value of a flag.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Nobody types that much.
    #[error("the expression is longer than {max} octets")]
    TooLong {
        /// The most that is read.
        max: usize,
    },
    /// Parentheses in parentheses in parentheses.
    #[error("this is nested more than {max} deep")]
    TooDeep {
        /// The most that is read.
        max: usize,
    },
    /// A word that begins no term.
    #[error("'{word}' is no term{}", because(.hint.as_deref()))]
    Unknown {
        /// The word.
        word: String,
        /// What would be right.
        hint: Option<String>,
    },
    /// Something joins what is not there.
    #[error("a term is missing here, like ':22' or 'dst 10.0.0.0/8'")]
    TermMissing,
    /// A key without a value.
    #[error("'{key}' needs a value, like '{example}'")]
    ValueMissing {
        /// The key.
        key: &'static str,
        /// The key with a value.
        example: &'static str,
    },
    /// An operator that the key has no use for.
    #[error("'{key}' knows = and != only, not '{operator}'")]
    Operator {
        /// The key.
        key: &'static str,
        /// The operator.
        operator: &'static str,
    },
    /// An operator without a key.
    #[error("a name is missing before '{operator}', like 'sport' or 'pid'")]
    KeyMissing {
        /// The operator.
        operator: &'static str,
    },
    /// An order of several.
    #[error("'{operator}' compares with one value, not with several")]
    Several {
        /// The operator.
        operator: &'static str,
    },
    /// A parenthesis that is opened and not closed.
    #[error("this parenthesis is not closed")]
    Unclosed,
    /// A parenthesis that is closed and not opened.
    #[error("no parenthesis is open here")]
    Unopened,
    /// A quotation mark without the second one.
    #[error("this quotation mark has no second one: write \\{mark} for the character itself")]
    Unquoted {
        /// The quotation mark.
        mark: char,
    },
    /// Text that is neither a port nor a range.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A service that nobody knows.
    #[error("no service is called '{name}'{}", meant(*.near))]
    Service {
        /// The name.
        name: String,
        /// The nearest one.
        near: Option<&'static str>,
    },
    /// A comparison that no port meets.
    #[error("no port is {operator} {port}: a port is 0 to 65535")]
    NoSuchPort {
        /// `>` or `<`.
        operator: &'static str,
        /// 0 or 65535.
        port: u16,
    },
    /// Text that is no address.
    #[error("'{text}' is no address: write 192.0.2.1, 10.0.0.0/8, ::1 or [::1]:80")]
    Address {
        /// The text.
        text: String,
    },
    /// A prefix that is longer than the address.
    #[error(transparent)]
    Prefix(PrefixError),
    /// An address of one family where the other is named.
    #[error("'{text}' is not of the family '{family}'")]
    Family {
        /// The address.
        text: String,
        /// The family.
        family: &'static str,
    },
    /// A family whose sockets are not listed.
    #[error("sockets of the family '{family}' are not listed: inet, inet6, unix and link are")]
    NotListed {
        /// The family.
        family: &'static str,
    },
    /// Text that is no type of frames.
    #[error("'{text}' is no type of frames: write ip, ipv6, arp, * or a number like 0x88cc")]
    Ethertype {
        /// The text.
        text: String,
    },
    /// Text that is no state.
    #[error("'{name}' is no state{}", meant(*.near))]
    State {
        /// The text.
        name: String,
        /// The nearest one.
        near: Option<&'static str>,
    },
    /// Text that is no number, or too great a one.
    #[error("'{text}' is no {what}: write a number{}", up_to(*.max))]
    Number {
        /// The text.
        text: String,
        /// What the number would be.
        what: &'static str,
        /// The greatest.
        max: u64,
    },
    /// Text that is no mark.
    #[error("'{text}' is no mark: write a number like 7 or 0x10, or with a mask 0x10/0xff")]
    Mark {
        /// The text.
        text: String,
    },
    /// There is no text.
    #[error("no {what} given")]
    Empty {
        /// What would be there.
        what: &'static str,
    },
}

fn meant(name: Option<&str>) -> String {
    name.map(|name| format!(": did you mean '{name}'?")).unwrap_or_default()
}

fn because(hint: Option<&str>) -> String {
    hint.map(|hint| format!(": {hint}")).unwrap_or_default()
}

fn up_to(max: u64) -> String {
    if max == u64::MAX { String::new() } else { format!(" from 0 to {max}") }
}

/// An expression that makes no sense: a line that says why, the expression, and a line that points
/// at the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    problem: Problem,
    expression: Box<str>,
    place: Range<usize>,
}

impl ParseError {
    pub(crate) fn new(problem: Problem, expression: &str, place: Range<usize>) -> Self {
        Self { problem, expression: expression.into(), place }
    }

    /// What is wrong, without the place.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Where, in octets of the expression; an empty place is between two characters.
    #[must_use]
    pub fn place(&self) -> Range<usize> {
        self.place.clone()
    }
}

impl Display for ParseError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        // Blanks and controls are a column each, so that the mark is below what it is about.
        let plain =
            |text: &str| text.replace(|it: char| it.is_whitespace() || it.is_control(), " ");
        let before = plain(&self.expression[..self.place.start]);
        let at = plain(&self.expression[self.place.clone()]);
        let after = plain(&self.expression[self.place.end..]);
        let skipped = before.chars().count().saturating_sub(SHOWN_CHARS);
        let before: String = before.chars().skip(skipped).collect();
        let at: String = at.chars().take(SHOWN_CHARS).collect();
        let after: String = after.chars().take(SHOWN_CHARS).collect();
        writeln!(formatter, "{}", one_line(&self.problem.to_string()))?;
        writeln!(formatter, "  {before}{at}{after}")?;
        let blanks = before.chars().count();
        write!(formatter, "  {:blanks$}{}", "", "^".repeat(at.chars().count().max(1)))
    }
}

/// Text without what would end a line; it quotes words of the expression.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

impl std::error::Error for ParseError {}

impl From<PrefixError> for Problem {
    /// In a filter an address may have brackets and a port.
    fn from(error: PrefixError) -> Self {
        match error {
            PrefixError::Empty => Self::Empty { what: "address" },
            PrefixError::Address { text } => Self::Address { text },
            PrefixError::Length { .. } => Self::Prefix(error),
        }
    }
}
