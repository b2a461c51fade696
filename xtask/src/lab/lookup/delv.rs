//! delv's verdict: BIND's validator, which follows the chain by itself.

use std::path::PathBuf;

use anyhow::{Context, Result};
use testkit::run;

use super::questions::Security;
use super::servers::{UNBOUND, World};

/// delv's words for what is secure.
const VALIDATED: &str = "fully validated";

/// delv, and whom it trusts.
#[derive(Debug)]
pub struct Delv {
    anchors: PathBuf,
}

impl Delv {
    /// It trusts the lab's root.
    ///
    /// # Errors
    ///
    /// Its file cannot be written.
    pub fn new(world: &World) -> Result<Self> {
        let text = std::fs::read_to_string(&world.anchor)?;
        let anchors = anchors(&text).context("a DS record has four fields")?;
        Ok(Self { anchors: world.stage.folder.write("delv.keys", anchors)? })
    }

    /// Why it finds no answer, or else the least of what it says of the parts of one.
    pub fn says(&self, name: &str, record_type: &str) -> String {
        let (server, anchors) = (format!("@{UNBOUND}"), self.anchors.display().to_string());
        let args = [&server, "-a", &anchors, "+root=.", "+cdflag", "-q", name, "-t", record_type];
        let output = run("delv", args);
        let mut failures =
            output.stderr.lines().filter_map(|it| it.strip_prefix(";; resolution failed: "));
        // Its name for a negative answer is no failure.
        let failed = failures.find(|why| !why.starts_with("ncache "));
        // The records of a negative answer are comments as well.
        let comments = || output.text().lines().filter_map(|line| line.strip_prefix("; "));
        let verdicts = || comments().filter(|said| security(said).is_some());
        let worst = verdicts().max_by_key(|said| security(said));
        failed.or(worst).unwrap_or(&output.stderr).trim_end().to_owned()
    }
}

/// What its words mean.
pub fn security(said: &str) -> Option<Security> {
    let words = said.strip_prefix("negative response, ").unwrap_or(said);
    match words {
        VALIDATED => Some(Security::Secure),
        "unsigned answer" | "answer not validated" => Some(Security::Insecure),
        "RRSIG has expired"
        | "RRSIG validity period has not begun"
        | "RRSIG failed to verify"
        | "no valid RRSIG"
        | "no valid DS"
        | "no valid KEY"
        | "insecurity proof failed"
        | "broken trust chain" => Some(Security::Bogus),
        _ => None,
    }
}

/// The DS record of a zone file, as delv reads it: with the digest in quotes.
fn anchors(zone: &str) -> Option<String> {
    let mut words = zone.split_whitespace().skip_while(|word| *word != "DS").skip(1);
    let (tag, algorithm, digest_type) = (words.next()?, words.next()?, words.next()?);
    let digest: String = words.collect();
    Some(format!(
        "trust-anchors {{ . static-ds {tag} {algorithm} {digest_type} \"{digest}\"; }};\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_the_digest_of_an_anchor() {
        let zone = ".\t\tIN DS 851 13 2 2A8433E5CD480F96 34C0748F\n";
        let expected = "trust-anchors { . static-ds 851 13 2 \"2A8433E5CD480F9634C0748F\"; };\n";
        assert_eq!(anchors(zone).as_deref(), Some(expected));
        assert_eq!(anchors(". IN DS 851"), None);
    }
}
