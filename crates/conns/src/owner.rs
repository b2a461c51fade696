//! Who has a socket open, and what is known of them.

use std::ffi::OsString;
use std::sync::Arc;

use output::{Kind, Part, Show, Text, Value};

/// A process that has the socket open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The number of the process.
    pub pid: u32,
    /// The number of the descriptor: in the table of the process, or in that of a thread that has
    /// its own.
    pub fd: Option<u32>,
    /// What else is known of the process.
    pub process: Arc<Process>,
}

/// What is known of a process. All of it is unknown when the process ended meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// Its name: up to 15 bytes that it may choose itself (`/proc/PID/comm`).
    pub name: Option<OsString>,
    /// Its command line, NULs between the words; empty when it has none.
    pub command: Option<Vec<u8>>,
    /// The user with whose rights it runs (the effective one), by name or else by number.
    pub user: Option<Arc<str>>,
}

/// What to tell of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// [`Process::name`].
    pub names: bool,
    /// [`Process::command`]; the kernel reads it from the process' own memory, and may wait for it.
    pub commands: bool,
    /// [`Process::user`].
    pub users: bool,
}

/// Whose descriptors could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Those of every process that the system shows, and it shows all.
    Complete,
    /// Those of some, as without the rights of root.
    Partial,
    /// None but our own.
    None,
}

/// A control group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Where it is below its mount: `/system.slice/ssh.service`.
    pub path: OsString,
    /// What people call it: `ssh.service`, `docker:0123456789ab`. None for the root of all.
    pub unit: Option<OsString>,
}

impl Owner {
    /// What it is in JSON.
    pub(crate) const KIND: Kind = Kind::Map(&[
        Part::new("pid", Kind::Whole),
        Part::new("fd", Kind::Maybe(&Kind::Whole)),
        Part::new("name", Kind::Maybe(&Kind::Bytes)),
        Part::new("cmd", Kind::Maybe(&Kind::Bytes)),
        Part::new("user", Kind::Maybe(&Kind::Text)),
    ]);

    /// The command line, blanks between the words.
    pub(crate) fn command(&self) -> Value<'_> {
        let Some(command) = &self.process.command else { return Value::Null };
        let words = command.strip_suffix(b"\0").unwrap_or(command);
        let line: Vec<_> = words.iter().map(|byte| if *byte == 0 { b' ' } else { *byte }).collect();
        match String::from_utf8(line) {
            Ok(line) => line.into(),
            Err(line) => Value::Bytes(line.into_bytes().into()),
        }
    }
}

/// `name[pid]`, or the number alone.
impl Show for Owner {
    fn show(&self, text: &mut Text<'_>) {
        let Some(name) = &self.process.name else {
            return text.push_number(self.pid);
        };
        text.push_bytes(name.as_encoded_bytes());
        text.push_own("[");
        text.push_number(self.pid);
        text.push_own("]");
    }

    fn exact(&self) -> Option<Value<'_>> {
        let process = &self.process;
        Some(Value::Map(vec![
            ("pid", self.pid.into()),
            ("fd", self.fd.into()),
            ("name", process.name.as_deref().map_or(Value::Null, Value::from_os)),
            ("cmd", self.command()),
            ("user", process.user.as_deref().into()),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_read_as_people_know_them() {
        let owner = |name: Option<&str>, command: Option<&[u8]>| Owner {
            pid: 812,
            fd: Some(3),
            process: Arc::new(Process {
                name: name.map(OsString::from),
                command: command.map(<[u8]>::to_vec),
                user: Some("root".into()),
            }),
        };
        let cases: [(_, _, &str, &str); 5] = [
            (Some("sshd"), Some(&b"sshd\0-D\0"[..]), "sshd[812]", "sshd -D"),
            (Some("a\nb\x1b[31m"), Some(b""), r"a\nb\x1b[31m[812]", ""),
            (Some("pa)ren) S 1 2"), Some(b"a b\0\0c"), "pa)ren) S 1 2[812]", "a b  c"),
            (None, Some(b"\xff\0"), "812", r"\xff"),
            (None, None, "812", ""),
        ];
        for (name, command, shown, line) in cases {
            let owner = owner(name, command);
            assert_eq!(Value::shown(&owner).to_text(), shown);
            assert_eq!(owner.command().to_text(), line);
        }
    }
}
