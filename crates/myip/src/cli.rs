//! What was asked, and the way from there to addresses.

use std::ffi::{OsStr, OsString};
use std::io;

use clap::Parser;
use output::{Blanks, Exit, Family, FamilyFlags, Notes, Rows, Tool, View};
use thiserror::Error;

use crate::choice;
use crate::row::Row;
use crate::system;

/// Print this machine's address: the primary one, or an interface's
///
/// Without arguments: the address that packets to the outside would come from, bare, IPv4 first.
/// Nothing is sent to find out. With interfaces: the address of the first that has one.
#[derive(Parser, Debug, Clone)]
#[command(name = "myip")]
pub struct Cli {
    /// Interfaces to ask for, in order of preference
    #[arg(value_name = "INTERFACE")]
    interfaces: Vec<OsString>,

    /// List all addresses of all interfaces, or of those named
    #[arg(short, long)]
    all: bool,

    #[command(flatten)]
    family: FamilyFlags,

    /// Print the machine's name instead
    #[arg(long, conflicts_with_all = ["all", "interfaces", "ipv4", "ipv6"])]
    hostname: bool,
}

/// What can go wrong.
#[derive(Debug, Error)]
pub enum Failure {
    /// The system does not tell its interfaces.
    #[error("cannot list the network interfaces")]
    Interfaces(#[source] io::Error),
    /// The system does not tell its name.
    #[error("cannot find out this machine's name")]
    Hostname(#[source] io::Error),
    /// The machine's name is empty.
    #[error("this machine has no name")]
    NoHostname,
    /// An interface name is empty.
    #[error("an interface name cannot be empty")]
    EmptyName,
    /// There is no such interface.
    #[error("no interface '{}': there are {}", shown(.name), .known.join(", "))]
    NoInterface {
        /// What was asked for.
        name: OsString,
        /// What there is.
        known: Vec<String>,
    },
    /// The interface has no such address.
    #[error("interface '{}' has no {what}", shown(.name))]
    NoAddress {
        /// The interface.
        name: OsString,
        /// What it does not have.
        what: &'static str,
    },
    /// No interface has such an address.
    #[error("this machine has no {0}")]
    NoAddressAtAll(&'static str),
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Interfaces(_) | Self::Hostname(_) => Exit::Unknown,
            Self::EmptyName => Exit::Usage,
            Self::NoHostname
            | Self::NoInterface { .. }
            | Self::NoAddress { .. }
            | Self::NoAddressAtAll(_) => Exit::No,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::EmptyName => Some("'myip' alone prints the primary address".to_owned()),
            Self::NoInterface { name, known } => {
                let near = output::nearest(name.to_str()?, known.iter().map(String::as_str))?;
                Some(format!("did you mean '{near}'?"))
            }
            _ => None,
        }
    }
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("myip", "the primary address, bare"),
        ("myip en0 en1 eth0", "the address of the first of these that has one"),
        ("myip -6", "the primary IPv6 address"),
        ("myip -a", "all addresses of all interfaces"),
        ("myip -a --json", "the same for scripts"),
        ("myip --hostname", "this machine's name"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "an address was printed"),
        (Exit::No, "there is none, or no such interface"),
        (Exit::Usage, "the command line makes no sense"),
        (Exit::Unknown, "the system did not tell"),
    ];

    fn view(&self) -> View {
        let columns = if self.hostname { vec!["hostname"] } else { vec![] };
        View { is_bare: !self.all, columns, ..View::default() }
    }

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        if self.hostname {
            return Ok(output::at_once(vec![hostname()]));
        }
        if self.interfaces.iter().any(|name| name.is_empty()) {
            return Err(Failure::EmptyName);
        }
        let family = self.family.family();
        let known = system::addresses().map_err(Failure::Interfaces)?;
        let rows = match (self.all, self.interfaces.as_slice()) {
            (false, []) => vec![primary(&known, family, notes)],
            (false, names) => first_of(&known, names, family),
            (true, []) => {
                let nothing = Failure::NoAddressAtAll(family.address_name());
                all_of(known.iter(), family, nothing)
            }
            (true, names) => {
                names.iter().flat_map(|name| all_of_interface(&known, name, family)).collect()
            }
        };
        Ok(output::at_once(rows))
    }
}

/// A name that may have any bytes, as a part of a sentence.
fn shown(name: &OsStr) -> String {
    output::escape_bytes(name.as_encoded_bytes(), Blanks::Kept)
}

fn hostname() -> Result<Row, Failure> {
    let name = hostname::get().map_err(Failure::Hostname)?;
    if name.is_empty() {
        return Err(Failure::NoHostname);
    }
    Ok(Row { hostname: Some(name), ..Row::default() })
}

fn primary(known: &[Row], family: Family, notes: &Notes) -> Result<Row, Failure> {
    if let Some(source) = system::source_address(family) {
        let row = known.iter().find(|row| row.address == Some(source)).cloned();
        return Ok(row.unwrap_or_else(|| Row { address: Some(source), ..Row::default() }));
    }
    let row = choice::best(known, family).ok_or(Failure::NoAddressAtAll(family.address_name()))?;
    let interface = row.interface.as_deref().unwrap_or_default();
    notes.note(format_args!(
        "no route to the outside: this is the best {} there is, of {}",
        family.address_name(),
        shown(interface)
    ));
    Ok(row.clone())
}

/// The address of the first interface that has one; else what is wrong with each.
fn first_of(known: &[Row], names: &[OsString], family: Family) -> Vec<Result<Row, Failure>> {
    let mut failures = Vec::new();
    for name in names {
        let found = of_interface(known, name).and_then(|rows| {
            choice::best(rows, family).cloned().ok_or_else(|| Failure::NoAddress {
                name: name.clone(),
                what: family.address_name(),
            })
        });
        match found {
            Ok(row) => return vec![Ok(row)],
            Err(failure) => failures.push(Err(failure)),
        }
    }
    failures
}

fn all_of_interface(known: &[Row], name: &OsStr, family: Family) -> Vec<Result<Row, Failure>> {
    match of_interface(known, name) {
        Ok(rows) => {
            let what = family.address_name();
            all_of(rows, family, Failure::NoAddress { name: name.to_owned(), what })
        }
        Err(failure) => vec![Err(failure)],
    }
}

/// All rows that are wanted; where none has an address, also that there is `nothing`.
fn all_of<'a>(
    rows: impl Iterator<Item = &'a Row>,
    family: Family,
    nothing: Failure,
) -> Vec<Result<Row, Failure>> {
    let is_wanted = |row: &&Row| match row.address {
        Some(address) => family.admits(address),
        None => family == Family::Any,
    };
    let rows: Vec<_> = rows.filter(is_wanted).cloned().collect();
    let has_address = rows.iter().any(|row| row.address.is_some());
    let rows = rows.into_iter().map(Ok);
    if has_address { rows.collect() } else { rows.chain([Err(nothing)]).collect() }
}

/// The rows of an interface, by its name or the label of one of its addresses.
fn of_interface<'a>(
    known: &'a [Row],
    name: &'a OsStr,
) -> Result<impl Iterator<Item = &'a Row>, Failure> {
    let is_meant = move |row: &&Row| {
        row.interface.as_deref() == Some(name) || row.label.as_deref() == Some(name)
    };
    if !known.iter().any(|row| is_meant(&row)) {
        let mut known: Vec<_> =
            known.iter().filter_map(|row| row.interface.as_ref()).map(|name| shown(name)).collect();
        known.dedup();
        return Err(Failure::NoInterface { name: name.to_owned(), known });
    }
    Ok(known.iter().filter(is_meant))
}
