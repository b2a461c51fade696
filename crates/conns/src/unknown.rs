//! What a filter asks for and nobody knows: it is not wrong, but nothing can meet it.

use std::fs;

use nix::unistd::User;
use output::{Notes, nearest};

use crate::backend::is_root;
use crate::filter::{Device, Expression, Term};

/// The interfaces of the network namespace of this thread (proc_net(5)).
const INTERFACES: &str = "/proc/thread-self/net/dev";

/// Says which interfaces and users there are not, and who is not told of marks.
pub(crate) fn mention(expression: &Expression, is_here: bool, notes: &Notes) {
    expression.each_term(&mut |term| match term {
        Term::Device(Device::Name(name)) if is_here => mention_interface(name, notes),
        Term::User(name) if matches!(User::from_name(name), Ok(None)) => {
            notes.note(format_args!("there is no user '{name}'"));
        }
        Term::Mark { .. } if !is_root() => notes.note("only root is told marks"),
        _ => {}
    });
}

fn mention_interface(name: &str, notes: &Notes) {
    let Ok(table) = fs::read(INTERFACES) else { return };
    let known: Vec<_> = interfaces(&table).collect();
    if known.is_empty() || known.iter().any(|known| known == name) {
        return;
    }
    notes.note(format_args!("no interface '{name}': there are {}", known.join(", ")));
    if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
        notes.note(format_args!("hint: did you mean '{near}'?"));
    }
}

/// Two lines of header, then `NAME: NUMBER …`.
fn interfaces(table: &[u8]) -> impl Iterator<Item = String> {
    let lines = table.split(|byte| *byte == b'\n').skip(2);
    lines.filter_map(|line| {
        let end = line.iter().rposition(|byte| *byte == b':')?;
        Some(String::from_utf8_lossy(line[..end].trim_ascii()).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_read_as_the_kernel_writes_them() {
        let table = b"Inter-|   Receive        |  Transmit\n \
            face |bytes    packets|bytes    packets\n    \
            lo:     120       2      120       2\n  \
            eth0:0: 1 2 3\nbroken\n";
        assert_eq!(interfaces(table).collect::<Vec<_>>(), ["lo", "eth0:0"]);
        assert_eq!(interfaces(b"").count(), 0);
    }
}
