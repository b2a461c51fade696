//! The columns that a command line names.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::suggest::nearest;

/// Takes the names of a tool's columns, and the other names that it has for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnNames {
    /// What each is called, and its key in JSON, which is as good.
    pub names: Vec<(&'static str, &'static str)>,
    pub aliases: &'static [(&'static str, &'static str)],
}

/// As [`ColumnNames`], with a `-` before the name to begin with the greatest.
#[derive(Debug, Clone, Default)]
pub(crate) struct SortNames(pub ColumnNames);

/// The column that rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SortBy {
    pub column: &'static str,
    pub is_descending: bool,
}

impl ColumnNames {
    fn find(&self, name: &str) -> Option<&'static str> {
        let by_name = |name: &str| self.names().find(|column| *column == name);
        let by_key = || self.names.iter().find(|(_, key)| *key == name).map(|(column, _)| *column);
        let meant = || self.aliases.iter().find(|(alias, _)| *alias == name);
        by_name(name).or_else(by_key).or_else(|| by_name(meant()?.1))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.names.iter().map(|(name, _)| *name)
    }

    /// Says which columns there are, and which was probably meant.
    fn refusal(&self, command: &Command, argument: Option<&Arg>, name: &str) -> clap::Error {
        let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
        if let Some(argument) = argument {
            let flag = ContextValue::String(argument.to_string());
            error.insert(ContextKind::InvalidArg, flag);
        }
        error.insert(ContextKind::InvalidValue, ContextValue::String(name.to_owned()));
        let names = self.names().map(str::to_owned).collect();
        error.insert(ContextKind::ValidValue, ContextValue::Strings(names));
        let keys = self.names.iter().map(|(_, key)| *key);
        let others = keys.chain(self.aliases.iter().map(|(alias, _)| *alias));
        if let Some(meant) = nearest(name, self.names().chain(others)) {
            error.insert(ContextKind::SuggestedValue, ContextValue::String(meant.to_owned()));
        }
        error
    }
}

impl TypedValueParser for ColumnNames {
    type Value = &'static str;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<&'static str, clap::Error> {
        let not_unicode = || clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command);
        let name = value.to_str().ok_or_else(not_unicode)?;
        self.find(name).ok_or_else(|| self.refusal(command, argument, name))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names().map(PossibleValue::new)))
    }
}

impl TypedValueParser for SortNames {
    type Value = SortBy;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<SortBy, clap::Error> {
        let name = value.to_str().and_then(|name| name.strip_prefix('-'));
        let column = self.0.parse_ref(command, argument, name.map_or(value, OsStr::new))?;
        Ok(SortBy { column, is_descending: name.is_some() })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> ColumnNames {
        let names = vec![("local_port", "local_port"), ("rtt_ms", "rtt"), ("state", "operstate")];
        ColumnNames { names, aliases: &[("port", "local_port"), ("state", "rtt_ms")] }
    }

    fn command() -> Command {
        let flag = |name: &'static str| Arg::new(name).long(name);
        Command::new("tool")
            .arg(flag("columns").value_parser(names()).value_delimiter(','))
            .arg(flag("sort").value_parser(SortNames(names())).allow_hyphen_values(true))
    }

    #[test]
    fn a_column_is_known_by_its_name_first_then_by_its_key_and_by_its_other_names() {
        for (named, expected) in
            [("rtt_ms", &["rtt_ms"][..]), ("port,state,rtt", &["local_port", "state", "rtt_ms"])]
        {
            let matches = command().try_get_matches_from(["tool", "--columns", named]).unwrap();
            let columns: Vec<_> =
                matches.get_many::<&str>("columns").into_iter().flatten().copied().collect();
            assert_eq!(columns, expected, "{named}");
        }
    }

    #[test]
    fn a_sign_before_the_column_begins_with_the_greatest() {
        for (words, column, is_descending) in [
            (&["tool", "--sort", "rtt_ms"][..], "rtt_ms", false),
            (&["tool", "--sort", "-rtt_ms"], "rtt_ms", true),
            (&["tool", "--sort=-port"], "local_port", true),
        ] {
            let matches = command().try_get_matches_from(words).unwrap();
            let sort = matches.get_one::<SortBy>("sort");
            assert_eq!(sort, Some(&SortBy { column, is_descending }), "{words:?}");
        }
    }

    #[test]
    fn who_names_no_column_hears_of_them_all_and_of_the_nearest() {
        for (words, nearest) in [
            (["tool", "--columns", "rt_ms"], "exists: 'rtt_ms'"),
            (["tool", "--columns", "opstate"], "exists: 'operstate'"),
            (["tool", "--sort", "-ports"], "exists: 'port'"),
            (["tool", "--sort", "--json"], "[possible values: local_port, rtt_ms, state]"),
            (["tool", "--sort", ""], "[possible values: local_port, rtt_ms, state]"),
        ] {
            let error = command().try_get_matches_from(words).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue);
            assert!(error.to_string().contains(nearest), "{error}");
        }
    }
}
