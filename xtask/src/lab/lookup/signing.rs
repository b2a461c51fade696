//! Signing zones with BIND's tools.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::leaves::{Denial, Signing, Validity};
use crate::rig::succeed;

/// A zone that is signed.
#[derive(Debug)]
pub struct Signed {
    /// The file of the zone.
    pub file: PathBuf,
    /// The DS records of its key, a line each, as for the zone above.
    pub ds: String,
    /// The name of the files of its key.
    pub key: String,
}

/// Makes a key for the zone whose unsigned text is in `file`, and signs it.
///
/// # Errors
///
/// BIND's tools do not take it.
pub fn sign(folder: &Path, zone: &str, file: &Path, signing: Signing) -> Result<Signed> {
    let mut keygen = vec!["-q", "-f", "KSK", "-a", signing.algorithm];
    if signing.algorithm.contains("RSA") {
        keygen.extend(["-b", "2048"]);
    }
    let key = succeed(folder, "dnssec-keygen", keygen.into_iter().chain([zone]))?;
    let key = key.text().trim_end().to_owned();
    let signed = file.with_extension("signed");
    // One key signs everything (-z), and what is signed wrongly on purpose is not checked (-P).
    let mut args = vec!["-S", "-z", "-P", "-o", zone, "-f", text(&signed)?];
    args.extend(denial(signing.denial));
    args.extend(validity(signing.validity));
    args.push(text(file)?);
    succeed(folder, "dnssec-signzone", args)?;
    let ds = folder.join(format!("dsset-{}.", zone.trim_end_matches('.')));
    let ds = fs::read_to_string(&ds).with_context(|| format!("cannot read {}", ds.display()))?;
    Ok(Signed { file: signed, ds, key })
}

/// A DS record of the key of a zone that is signed, by a digest of this type.
///
/// # Errors
///
/// There is no such type.
pub fn digest(folder: &Path, key: &str, digest_type: &str) -> Result<String> {
    let output = succeed(folder, "dnssec-dsfromkey", ["-a", digest_type, key])?;
    Ok(output.text().to_owned())
}

/// Replaces a word in a zone that is signed.
///
/// # Errors
///
/// It is not there.
pub fn damage(file: &Path, (from, to): (&str, &str)) -> Result<()> {
    let text = fs::read_to_string(file)?;
    ensure!(text.contains(from), "there is no {from} in {}", file.display());
    Ok(fs::write(file, text.replace(from, to))?)
}

fn denial(denial: Denial) -> &'static [&'static str] {
    match denial {
        Denial::Nsec => &[],
        Denial::Nsec3 => &["-3", "-", "-H", "0"],
        Denial::Nsec3Iterated => &["-3", "-", "-H", "150"],
        Denial::Nsec3OptOut => &["-3", "-", "-H", "0", "-A"],
    }
}

fn validity(validity: Validity) -> &'static [&'static str] {
    match validity {
        Validity::Now => &["-s", "now-86400", "-e", "now+864000"],
        Validity::Past => &["-s", "20200101000000", "-e", "20200131000000"],
        Validity::Future => &["-s", "20800101000000", "-e", "20800131000000"],
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the path of a file of ours is text")
}
