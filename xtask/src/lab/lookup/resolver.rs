//! What a validating resolver says of the lab's tree, as lookup and dig show it.

use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use serde_json::Value;
use testkit::run;

use super::clients::lookup;
use super::questions::{QUESTIONS, Question, Security};
use super::servers::{UNBOUND, World};
use crate::rig::{Sheet, for_each};

/// The extended errors that tell of DNSSEC, from "DNSSEC Bogus" to "NSEC Missing" (RFC 8914, 4).
const DNSSEC_ERRORS: RangeInclusive<u64> = 6..=12;

/// What a client says of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    status: String,
    flags: Vec<String>,
    /// The numbers of the extended errors (RFC 8914).
    ede: Vec<u64>,
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["name", "type", "status", "flags", "ede", "dig"]);
    let replies = for_each(&QUESTIONS, |Question { name, record_type, .. }| {
        Ok((lookup_says(world, name, record_type)?, dig_says(name, record_type)?))
    })?;
    for (question, (ours, theirs)) in QUESTIONS.iter().zip(&replies) {
        let (name, record_type) = (question.name, question.record_type);
        let same = if is_same(ours, theirs) { "same" } else { "other" };
        let (flags, ede) = (ours.flags.join(","), ours.ede_list());
        sheet.case(format!("{name} {record_type}"));
        sheet.row([name, record_type, &ours.status, &flags, &ede, same]);
        let is_bogus = question.security == Security::Bogus;
        let status = if is_bogus { "SERVFAIL" } else { question.status };
        sheet.expect(ours.status == status, || format!("not {status}: {ours:?}"));
        sheet.expect(same == "same", || format!("dig says {theirs:?}, not {ours:?}"));
    }
    Ok(sheet)
}

impl Said {
    /// What the resolver has found, as it has to be read from its reply.
    pub fn security(&self) -> Security {
        match self.status.as_str() {
            "SERVFAIL" if self.ede.iter().any(|code| DNSSEC_ERRORS.contains(code)) => {
                Security::Bogus
            }
            "SERVFAIL" => Security::Indeterminate,
            _ if self.flags.iter().any(|flag| flag == "ad") => Security::Secure,
            _ => Security::Insecure,
        }
    }

    /// The same in the terms of the protocol.
    pub fn text(&self) -> String {
        match self.security() {
            Security::Secure => "AD".to_owned(),
            Security::Insecure => "no AD".to_owned(),
            Security::Bogus | Security::Indeterminate => {
                format!("{} {}", self.status, self.ede_list()).trim_end().to_owned()
            }
        }
    }

    fn ede_list(&self) -> String {
        self.ede.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
    }
}

/// NODATA is a word of ours for an empty answer. Unbound gives the exact reason only to the first
/// who asks, so of the extended errors only their presence is compared.
fn is_same(ours: &Said, theirs: &Said) -> bool {
    let rcode = if ours.status == "NODATA" { "NOERROR" } else { &ours.status };
    rcode == theirs.status
        && ours.flags == theirs.flags
        && ours.ede.is_empty() == theirs.ede.is_empty()
}

/// What the resolver says, as lookup shows it.
///
/// # Errors
///
/// It shows no row.
pub fn lookup_says(world: &World, name: &str, record_type: &str) -> Result<Said> {
    let server = format!("@{UNBOUND}");
    let (output, rows) = lookup(world, &["--do", "-t", record_type, &server, "--", name])?;
    let row = rows.first().with_context(|| format!("lookup {name} {record_type}: {output:?}"))?;
    let list = |key: &str| row[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(Said {
        status: text(&row["status"]),
        flags: list("flags").iter().map(text).collect(),
        ede: list("ede").iter().filter_map(|error| error["code"].as_u64()).collect(),
    })
}

fn dig_says(name: &str, record_type: &str) -> Result<Said> {
    let server = format!("@{UNBOUND}");
    let args = ["-r", &server, "-q", name, "-t", record_type, "+dnssec", "+noall", "+comments"];
    let output = run("dig", args);
    let text = output.text();
    let after = |start: &str, end: char| {
        let (_, rest) = text.split_once(start)?;
        Some(rest.split_once(end).map_or(rest, |(found, _)| found))
    };
    let flags = after("flags: ", ';').with_context(|| format!("dig {name}: {output:?}"))?;
    let ede = text.lines().filter_map(|line| line.strip_prefix("; EDE: "));
    Ok(Said {
        status: after("status: ", ',').unwrap_or_default().to_owned(),
        flags: flags.split_whitespace().map(str::to_owned).collect(),
        ede: ede.filter_map(|line| line.split(' ').next()?.parse().ok()).collect(),
    })
}
