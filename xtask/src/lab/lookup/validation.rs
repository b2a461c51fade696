//! What lookup's own validator finds, beside unbound's and delv's.

use anyhow::{Context, Result};
use serde_json::Value;

use super::clients::lookup;
use super::delv::{self, Delv};
use super::questions::{QUESTIONS, Question, Security};
use super::resolver::{Said, lookup_says};
use super::servers::{KNOT, NSD, PLAIN_UNBOUND, UNBOUND, World};
use crate::rig::{Sheet, for_each};

/// Who judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judge {
    Unbound,
    Delv,
    Lookup,
}

/// Where a judge finds something else than the RFCs have it, and why that is no surprise.
struct Difference {
    judges: &'static [Judge],
    /// A name, and all below it.
    at: &'static str,
    /// Only for this type.
    of_type: Option<&'static str>,
    finds: Security,
    why: &'static str,
}

const OPT_OUT: &str = "delv takes an opt-out span as a proof, which RFC 5155, 9.2 does not";
const SHA1: &str = "it is of before RFC 9905, which takes SHA-1 signatures as unsupported";

/// Every difference that is meant. What differs otherwise is a surprise, and so is one that is
/// no longer there.
const DIFFERENCES: [Difference; 5] = [
    Difference {
        judges: &[Judge::Delv],
        at: "nowhere.test",
        of_type: None,
        finds: Security::Secure,
        why: OPT_OUT,
    },
    Difference {
        judges: &[Judge::Delv],
        at: "insecure.test",
        of_type: Some("DS"),
        finds: Security::Secure,
        why: OPT_OUT,
    },
    Difference {
        judges: &[Judge::Unbound, Judge::Delv],
        at: "sha1.test",
        of_type: None,
        finds: Security::Secure,
        why: SHA1,
    },
    Difference {
        judges: &[Judge::Unbound, Judge::Delv],
        at: "sha1-nsec3.test",
        of_type: None,
        finds: Security::Secure,
        why: SHA1,
    },
    Difference {
        judges: &[Judge::Lookup],
        at: "ed448.test",
        of_type: None,
        finds: Security::Insecure,
        why: "ring, which checks the signatures, has no ED448",
    },
];

/// Where nobody can tell: what is asked of a server that does not know the rest of the chain.
const WITHOUT_CHAIN: [(&str, &str, &str); 3] =
    [("www.signed.test", "A", KNOT), ("www.bogus.test", "A", KNOT), ("www.test", "A", NSD)];

/// What lookup finds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    status: String,
    security: Option<Security>,
    why: String,
    exit: Option<i32>,
}

/// What everybody finds about a question.
#[derive(Debug)]
struct Findings {
    unbound: Said,
    delv: String,
    /// Through the resolver that validates.
    ours: Finding,
    /// Through the one that does not.
    plain: Finding,
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let delv = Delv::new(world)?;
    let mut sheet =
        Sheet::new(&["name", "type", "is", "unbound", "delv", "lookup", "not validating", "why"]);
    let findings = for_each(&QUESTIONS, |question| find(world, &delv, question))?;
    for (question, findings) in QUESTIONS.iter().zip(&findings) {
        show(&mut sheet, question, findings);
    }
    for (name, record_type, server) in WITHOUT_CHAIN {
        let Finding { security, why, .. } = lookup_finds(world, server, name, record_type)?;
        let found = security.map_or("-", Security::name);
        let at = format!("{name} @{server}");
        let is = Security::Indeterminate;
        sheet.case(format!("{at} {record_type}"));
        sheet.row([&at, record_type, is.name(), "-", "-", found, "-", &why]);
        sheet.expect(security == Some(is), || format!("it is {found}: {why}"));
    }
    Ok(sheet)
}

fn find(world: &World, delv: &Delv, question: &Question) -> Result<Findings> {
    let Question { name, record_type, .. } = *question;
    Ok(Findings {
        unbound: lookup_says(world, name, record_type)?,
        delv: delv.says(name, record_type),
        ours: lookup_finds(world, UNBOUND, name, record_type)?,
        plain: lookup_finds(world, PLAIN_UNBOUND, name, record_type)?,
    })
}

fn show(sheet: &mut Sheet, question: &Question, findings: &Findings) {
    let Question { name, record_type, security, .. } = *question;
    let Findings { unbound, delv, ours, plain } = findings;
    let same = if plain == ours { "same" } else { "other" };
    let meant: Vec<_> = differences(question).map(|it| format!(" [{}]", it.why)).collect();
    let why = format!("{}{}", ours.why, meant.concat());
    let found = ours.security.map_or("-", Security::name);
    sheet.case(format!("{name} {record_type}"));
    sheet.row([name, record_type, security.name(), &unbound.text(), delv, found, same, &why]);
    for (judge, found) in [
        (Judge::Unbound, Some(unbound.security())),
        (Judge::Delv, delv::security(delv)),
        (Judge::Lookup, ours.security),
    ] {
        let expected = expected(question, judge);
        sheet.expect(found == Some(expected), || {
            format!("{judge:?} finds {found:?}, not {expected:?}: {findings:?}")
        });
    }
    sheet.expect(same == "same", || format!("without validation {plain:?}, not {ours:?}"));
    let (status, exit) = (question.status, exit(question.status));
    let is_well = ours.status == status && ours.exit == Some(exit);
    sheet.expect(is_well, || format!("not {status} with exit code {exit}: {ours:?}"));
}

/// What a judge has to find.
fn expected(question: &Question, judge: Judge) -> Security {
    let meant = differences(question).find(|it| it.judges.contains(&judge));
    meant.map_or(question.security, |difference| difference.finds)
}

fn differences(question: &Question) -> impl Iterator<Item = &'static Difference> {
    let Question { name, record_type, .. } = *question;
    DIFFERENCES.iter().filter(move |it| {
        let above = name.strip_suffix(it.at);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            && it.of_type.is_none_or(|of_type| of_type == record_type)
    })
}

/// How lookup ends.
fn exit(status: &str) -> i32 {
    match status {
        "NOERROR" => 0,
        "NXDOMAIN" | "NODATA" => 1,
        _ => 3,
    }
}

/// The worst of what lookup finds of the records of an answer, or of its absence.
fn lookup_finds(world: &World, server: &str, name: &str, record_type: &str) -> Result<Finding> {
    let (at, anchor) = (format!("@{server}"), world.anchor.display().to_string());
    let dnssec = ["--dnssec", "--trust-anchor", &anchor];
    let args = [&dnssec[..], &["-t", record_type, &at, "--", name]].concat();
    let (output, rows) = lookup(world, &args)?;
    let security = |row: &Value| row["security"].as_str().and_then(Security::named);
    let worst = rows.iter().max_by_key(|row| security(row));
    let worst = worst.with_context(|| format!("lookup --dnssec {name}: {output:?}"))?;
    let text = |key: &str| worst[key].as_str().unwrap_or_default().to_owned();
    Ok(Finding {
        status: text("status"),
        security: security(worst),
        why: text("security_reason"),
        exit: output.code,
    })
}
