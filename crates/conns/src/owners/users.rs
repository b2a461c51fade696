//! Names of users.

use std::collections::HashMap;
use std::sync::Arc;

use nix::unistd::{Uid, User};

/// Names of users by their numbers, each asked of the system once.
#[derive(Debug, Default)]
pub(crate) struct Users {
    names: HashMap<u32, Option<Arc<str>>>,
}

impl Users {
    /// The name of a user. `None` when the system knows none, or cannot tell.
    pub(crate) fn name(&mut self, uid: u32) -> Option<Arc<str>> {
        let name = self.names.entry(uid).or_insert_with(|| {
            let user = User::from_uid(Uid::from_raw(uid));
            user.ok().flatten().map(|user| user.name.into())
        });
        name.clone()
    }

    /// The name of a user, or else the number.
    pub(super) fn name_or_number(&mut self, uid: u32) -> Arc<str> {
        self.name(uid).unwrap_or_else(|| uid.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_asked_for_once() {
        let mut users = Users { names: HashMap::from([(7, Some(Arc::from("seven"))), (8, None)]) };
        assert_eq!(users.name(7).as_deref(), Some("seven"));
        assert_eq!(&*users.name_or_number(8), "8");
        assert_eq!(users.name(8), None);
    }

    #[test]
    fn a_user_that_there_is_has_a_name() {
        assert_eq!(Users::default().name(0).as_deref(), Some("root"));
    }
}
