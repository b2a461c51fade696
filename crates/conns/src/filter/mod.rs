//! Which sockets are asked for: flags and expressions, evaluated by the kernel as far as it can.

mod bytecode;
mod error;
mod evaluate;
mod expression;
mod flags;
#[cfg(all(target_os = "linux", any(fuzzing, test)))]
pub mod fuzzing;
mod host;
#[cfg(any(fuzzing, test))]
mod machine;
mod names;
mod number;
mod parser;
mod pattern;
mod terms;
#[cfg(test)]
mod tests;

pub use bytecode::Kernel;
pub use error::{ParseError, Problem};
pub use evaluate::{Fact, Holder, Needs, Subject};
pub use expression::{Device, Expression, ResolveError, Term};
pub use flags::{Filter, Flags};
pub use host::{End, PortList, Ports};
pub use number::{Comparison, Quantity};
pub use pattern::Pattern;
