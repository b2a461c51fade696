//! What is found out about a socket beyond what its back end tells: owners, users, control groups.

use std::ffi::OsStr;
use std::sync::Arc;

use output::Notes;

use crate::backend;
use crate::filter::{Expression, Fact, Holder, Subject};
use crate::namespace::Namespace;
use crate::owner::{Facts, Group, Seen};
use crate::owners::{Groups, Owners, Users};
use crate::row::{Ownerless, Row};
use crate::socket::Socket;

/// What is to be found out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Subjects {
    /// The processes that have it open, and what of them.
    pub owners: Option<Facts>,
    /// The name of the user.
    pub users: bool,
    /// The control group.
    pub groups: bool,
}

/// What was found out so far.
pub(crate) struct Study {
    subjects: Subjects,
    expression: Option<Expression>,
    owners: Option<Owners>,
    users: Users,
    groups: Groups,
    /// How many of the rows have owners that we may not see.
    hidden: usize,
    /// How many sockets have such owners that might have been asked for.
    undecided: usize,
    notes: Notes,
}

impl Study {
    /// Reads /proc if it will be needed.
    pub(crate) fn begin(subjects: Subjects, expression: Option<Expression>, notes: &Notes) -> Self {
        let owners = subjects.owners.and_then(|_| match Owners::scan() {
            Ok(owners) => Some(owners),
            Err(error) => {
                notes.note(format_args!("no owners: {}", output::with_causes(&error)));
                None
            }
        });
        Self {
            subjects,
            expression,
            owners,
            users: Users::default(),
            groups: Groups::default(),
            hidden: 0,
            undecided: 0,
            notes: notes.clone(),
        }
    }

    /// Begins another look: reads /proc again if one of these sockets is new.
    pub(crate) fn renew(&mut self, inodes: &[u64]) {
        (self.hidden, self.undecided) = (0, 0);
        self.groups = Groups::default();
        if let Some(owners) = &mut self.owners
            && let Err(error) = owners.update(inodes)
        {
            self.notes.note(format_args!("old owners: {}", output::with_causes(&error)));
        }
    }

    /// A socket with all that is to be known of it, if it is one of those that are asked for.
    pub(crate) fn row(
        &mut self,
        socket: Box<Socket>,
        namespace: Option<&Arc<Namespace>>,
    ) -> Option<Row> {
        let is_met = self.expression.as_ref().map_or(Some(true), |it| it.is_met(&*socket));
        if is_met == Some(false) {
            return None;
        }
        let mut row = Row::new(socket);
        self.add_owners(&mut row);
        let is_hidden = row.ownerless() == Some(Ownerless::Hidden);
        if self.subjects.users || is_hidden {
            self.add_user(&mut row);
        }
        if self.subjects.groups || is_hidden {
            self.add_group(&mut row);
        }
        let expression = self.expression.as_ref().filter(|_| is_met.is_none());
        if let Some(expression) = expression
            && expression.is_met(&Studied(&row)) != Some(true)
        {
            self.undecided += usize::from(is_hidden && expression.needs().holders);
            return None;
        }
        self.hidden += usize::from(is_hidden);
        if let Some(namespace) = namespace {
            row.more_mut().namespace = Some(Arc::clone(namespace));
        }
        Some(row)
    }

    fn add_owners(&mut self, row: &mut Row) {
        let Some(facts) = self.subjects.owners else { return };
        let Some(owners) = &mut self.owners else {
            row.seen = Some(Seen::None);
            return;
        };
        row.seen = Some(owners.seen());
        if !row.socket.pids.is_empty() {
            row.owners = row.socket.pids.iter().map(|pid| owners.by_pid(*pid, facts)).collect();
        } else if let Some(inode) = row.socket.inode {
            row.owners = owners.of(inode, facts);
        }
    }

    fn add_user(&mut self, row: &mut Row) {
        if let Some(uid) = row.socket.uid
            && let Some(name) = self.users.name(uid)
        {
            row.more_mut().user = Some(name);
        }
    }

    fn add_group(&mut self, row: &mut Row) {
        if let Some(id) = row.socket.cgroup_id
            && let Some(group) = self.groups.get(id)
        {
            row.more_mut().group = Some(group);
        }
    }

    /// Says what could not be seen.
    pub(crate) fn say_hidden(&self) {
        let count = self.hidden + self.undecided;
        // Where there is no /proc that has been said, and root does not see more.
        if count == 0 || self.owners.is_none() {
            return;
        }
        let sockets = if count == 1 { "socket" } else { "sockets" };
        let why = if backend::is_root() {
            "not even root may look into some processes"
        } else {
            "only root sees the processes of others"
        };
        let text = format!("the owners of {count} {sockets} could not be seen: {why}");
        // Who was asked for may be among them, whatever is printed.
        if self.undecided > 0 {
            self.notes.footnote(text);
        } else {
            self.notes.footnote_on("process", text);
        }
    }
}

/// A socket of which everything was looked up that is asked for.
struct Studied<'a>(&'a Row);

impl Studied<'_> {
    fn group<T: ?Sized>(&self, fact: impl Fn(&Group) -> Option<&T>) -> Fact<&T> {
        let group = self.0.more.as_ref().and_then(|more| more.group.as_deref());
        group.and_then(fact).map_or(Fact::Nothing, Fact::Is)
    }
}

impl Subject for Studied<'_> {
    fn socket(&self) -> &Socket {
        &self.0.socket
    }

    fn holders(&self) -> Option<impl Iterator<Item = Holder<'_>>> {
        Some(self.0.owners.iter().map(|owner| Holder {
            pid: owner.pid,
            name: owner.process.name.as_deref().map_or(Fact::Nothing, Fact::Is),
        }))
    }

    fn user(&self) -> Fact<&OsStr> {
        let user = self.0.more.as_ref().and_then(|more| more.user.as_deref());
        user.map_or(Fact::Nothing, |user| Fact::Is(OsStr::new(user)))
    }

    fn cgroup(&self) -> Fact<&OsStr> {
        self.group(|group| Some(group.path.as_os_str()))
    }

    fn unit(&self) -> Fact<&OsStr> {
        self.group(|group| group.unit.as_deref())
    }
}
