//! What a validating resolver makes of the lab's tree, as lookup, dig and delv tell it.

use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use serde_json::Value;
use testkit::run;

use super::clients::lookup;
use super::servers::{UNBOUND, World};
use crate::rig::Sheet;

/// What validation comes to (RFC 4035, 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    Secure,
    Insecure,
    Bogus,
}

use Security::{Bogus, Insecure, Secure};

impl Security {
    const fn name(self) -> &'static str {
        match self {
            Secure => "secure",
            Insecure => "insecure",
            Bogus => "bogus",
        }
    }
}

/// The extended errors that tell of DNSSEC, from "DNSSEC Bogus" to "NSEC Missing" (RFC 8914, 4).
const DNSSEC_ERRORS: RangeInclusive<u64> = 6..=12;

/// Names, what is asked of them, and what has to come of it.
const QUESTIONS: [(&str, &str, &str, Security); 39] = [
    ("www.signed.test", "A", "NOERROR", Secure),
    ("www.nsec3.test", "AAAA", "NOERROR", Secure),
    ("www.rsa.test", "A", "NOERROR", Secure),
    ("www.test", "A", "NOERROR", Secure),
    ("signed.test", "SOA", "NOERROR", Secure),
    ("signed.test", "DNSKEY", "NOERROR", Secure),
    ("signed.test", "DS", "NOERROR", Secure),
    ("alias.signed.test", "A", "NOERROR", Secure),
    ("alias.lab-root", "A", "NOERROR", Secure),
    ("host.dname.signed.test", "A", "NOERROR", Secure),
    ("any.wild.signed.test", "A", "NOERROR", Secure),
    ("any.wild.nsec3.test", "TXT", "NOERROR", Secure),
    ("alias-wild.signed.test", "A", "NOERROR", Secure),
    ("alias-wild.nsec3.test", "A", "NOERROR", Secure),
    ("nowhere.signed.test", "A", "NXDOMAIN", Secure),
    ("nowhere.nsec3.test", "A", "NXDOMAIN", Secure),
    ("nowhere", "A", "NXDOMAIN", Secure),
    ("www.signed.test", "MX", "NODATA", Secure),
    ("www.nsec3.test", "MX", "NODATA", Secure),
    ("empty.signed.test", "A", "NODATA", Secure),
    ("empty.nsec3.test", "A", "NODATA", Secure),
    ("any.wild.signed.test", "MX", "NODATA", Secure),
    ("any.wild.nsec3.test", "MX", "NODATA", Secure),
    // Where delegations without a signature are left out, so is the proof that there is none.
    ("nowhere.test", "A", "NXDOMAIN", Insecure),
    ("insecure.test", "DS", "NODATA", Insecure),
    ("www.insecure.test", "A", "NOERROR", Insecure),
    ("nowhere.insecure.test", "A", "NXDOMAIN", Insecure),
    ("www.insecure.test", "MX", "NODATA", Insecure),
    ("www.unlinked.test", "A", "NOERROR", Insecure),
    ("www.strange.test", "A", "NOERROR", Insecure),
    ("a.types.test", "A", "NOERROR", Insecure),
    // Its DS record is of the zone above, which is signed; only what is below is not.
    ("strange.test", "DS", "NOERROR", Secure),
    ("mail.bogus.test", "MX", "NOERROR", Secure),
    ("www.bogus.test", "A", "SERVFAIL", Bogus),
    ("alias.bogus.test", "A", "SERVFAIL", Bogus),
    ("www.expired.test", "A", "SERVFAIL", Bogus),
    ("www.future.test", "A", "SERVFAIL", Bogus),
    ("www.stripped.test", "A", "SERVFAIL", Bogus),
    ("www.wrong-key.test", "A", "SERVFAIL", Bogus),
];

/// delv's words for what is secure.
const VALIDATED: &str = "fully validated";

/// What delv takes as proven although delegations without a signature were left out, where RFC
/// 5155, 9.2 does not let a server say so.
const DELV_DIFFERS: [(&str, &str); 2] = [("nowhere.test", "A"), ("insecure.test", "DS")];

/// What a client says of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    status: String,
    flags: Vec<String>,
    /// The numbers of the extended errors (RFC 8914).
    ede: Vec<u64>,
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let anchors = world.stage.folder.write("delv.keys", delv_anchors(world)?)?;
    let anchors = anchors.to_str().context("the path of a file of ours is text")?;
    let mut sheet =
        Sheet::new(&["name", "type", "status", "security", "flags", "ede", "dig", "delv"]);
    for (name, record_type, status, security) in QUESTIONS {
        let ours = lookup_says(world, name, record_type)?;
        let theirs = dig_says(name, record_type)?;
        let delv = delv_says(anchors, name, record_type);
        let question = format!("{name} {record_type}");
        let same = if is_same(&ours, &theirs) { "same" } else { "other" };
        let ede: Vec<_> = ours.ede.iter().map(u64::to_string).collect();
        sheet.row([
            name,
            record_type,
            &ours.status,
            security.name(),
            &ours.flags.join(","),
            &ede.join(","),
            same,
            delv.as_str(),
        ]);
        sheet.expect(ours.status == status, || format!("{question} is not {status}: {ours:?}"));
        sheet.expect(same == "same", || format!("{question}: dig says {theirs:?}, not {ours:?}"));
        let found = security_of(&ours);
        sheet.expect(found == security, || format!("{question} is {}", found.name()));
        let differs = DELV_DIFFERS.contains(&(name, record_type));
        let is_so = delv_security(&delv) == Some(if differs { Secure } else { security });
        sheet.expect(is_so, || format!("{question}: delv says {delv}"));
    }
    Ok(sheet)
}

fn security_of(said: &Said) -> Security {
    match said.status.as_str() {
        "SERVFAIL" if said.ede.iter().any(|code| DNSSEC_ERRORS.contains(code)) => Bogus,
        _ if said.flags.iter().any(|flag| flag == "ad") => Secure,
        _ => Insecure,
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

fn lookup_says(world: &World, name: &str, record_type: &str) -> Result<Said> {
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

/// Why delv finds no answer, or else the least of what it says of the parts of one.
fn delv_says(anchors: &str, name: &str, record_type: &str) -> String {
    let server = format!("@{UNBOUND}");
    let args = [&server, "-a", anchors, "+root=.", "+cdflag", "-q", name, "-t", record_type];
    let output = run("delv", args);
    let mut failures =
        output.stderr.lines().filter_map(|it| it.strip_prefix(";; resolution failed: "));
    // Its name for a negative answer is no failure.
    let failed = failures.find(|why| !why.starts_with("ncache "));
    // The records of a negative answer are comments as well.
    let comments = || output.text().lines().filter_map(|line| line.strip_prefix("; "));
    let verdicts = || comments().filter(|said| delv_security(said).is_some());
    let least = || verdicts().find(|said| !said.ends_with(VALIDATED)).or_else(|| verdicts().next());
    failed.or_else(least).unwrap_or(&output.stderr).trim_end().to_owned()
}

/// What delv's words mean.
fn delv_security(said: &str) -> Option<Security> {
    let words = said.strip_prefix("negative response, ").unwrap_or(said);
    match words {
        VALIDATED => Some(Secure),
        "unsigned answer" | "answer not validated" => Some(Insecure),
        "RRSIG has expired"
        | "RRSIG validity period has not begun"
        | "RRSIG failed to verify"
        | "no valid RRSIG"
        | "no valid DS"
        | "no valid KEY"
        | "insecurity proof failed"
        | "broken trust chain" => Some(Bogus),
        _ => None,
    }
}

/// The trust anchor as delv reads it: the DS record of the root with its digest in quotes.
fn delv_anchors(world: &World) -> Result<String> {
    let text = std::fs::read_to_string(&world.anchor)?;
    let mut words = text.split_whitespace().skip_while(|word| *word != "DS").skip(1);
    let mut field = || words.next().context("a DS record has four fields");
    let (tag, algorithm, digest_type) = (field()?, field()?, field()?);
    let digest: String = words.collect();
    Ok(format!("trust-anchors {{ . static-ds {tag} {algorithm} {digest_type} \"{digest}\"; }};\n"))
}
