//! The machine's name.

use std::ffi::OsString;

use clap::ValueEnum;
use dns_lookup::{AddrInfoHints, LookupError, LookupErrorKind};

use crate::failure::Failure;
use crate::request::What;
use crate::row::Row;

/// `AI_CANONNAME`, which asks for the qualified name (RFC 3493, 6.1); systems agree on the number.
const AI_CANONNAME: i32 = 2;

/// How much of the machine's name is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum HostnameForm {
    /// The name as the system has it
    #[default]
    System,
    /// The name up to its first dot
    Short,
    /// The name with its domain, from the name itself, /etc/hosts or the system's resolver
    Full,
}

/// The machine's name in this form.
pub(crate) fn hostname(form: HostnameForm) -> Result<Row, Failure> {
    let name = hostname::get().map_err(Failure::Hostname)?;
    if name.is_empty() {
        return Err(Failure::NoHostname);
    }
    let name = match form {
        HostnameForm::System => name,
        HostnameForm::Short => short(name),
        HostnameForm::Full => full(name)?,
    };
    Ok(Row { hostname: Some(name), what: What::Hostname, ..Row::default() })
}

/// A name that may have any bytes, up to its first dot.
fn short(name: OsString) -> OsString {
    let octets = name.as_encoded_bytes();
    let Some(dot) = octets.iter().position(|octet| *octet == b'.') else { return name };
    match name.to_str() {
        Some(text) => text[..dot].into(),
        None => first_octets(&name, dot),
    }
}

#[cfg(unix)]
fn first_octets(name: &OsString, count: usize) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(&name.as_bytes()[..count]).to_owned()
}

#[cfg(not(unix))]
fn first_octets(name: &OsString, count: usize) -> OsString {
    name.to_string_lossy().chars().take(count).collect::<String>().into()
}

fn full(name: OsString) -> Result<OsString, Failure> {
    let Some(text) = name.to_str() else { return Err(Failure::NoQualifiedName(name)) };
    if text.contains('.') {
        return Ok(name);
    }
    match canonical(text) {
        Ok(Some(full)) => Ok(full.into()),
        Ok(None) => Err(Failure::NoQualifiedName(name)),
        Err(error) if matches!(error.kind(), LookupErrorKind::NoName) => {
            Err(Failure::NoQualifiedName(name))
        }
        Err(error) => Err(Failure::QualifiedName { name, source: error.into() }),
    }
}

/// The name with its domain, as the system's resolver tells it.
fn canonical(name: &str) -> Result<Option<String>, LookupError> {
    let hints = AddrInfoHints { flags: AI_CANONNAME, ..AddrInfoHints::default() };
    let found = dns_lookup::getaddrinfo(Some(name), None, Some(hints))?;
    let mut names = found.filter_map(|info| info.ok()?.canonname);
    Ok(names.find(|name| name.contains('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_ends_before_its_first_dot() {
        for (name, expected) in [("vm", "vm"), ("vm.example.org", "vm"), (".x", ""), ("a..b", "a")]
        {
            assert_eq!(short(name.into()), expected);
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_name_of_any_bytes_has_a_short_form() {
        use std::os::unix::ffi::OsStringExt;
        let name = |octets: &[u8]| OsString::from_vec(octets.to_vec());
        assert_eq!(short(name(b"caf\xe9.example")), name(b"caf\xe9"));
    }

    #[test]
    fn a_name_with_a_domain_is_full_already() {
        assert_eq!(full("vm.example.org".into()).unwrap(), "vm.example.org");
    }
}
