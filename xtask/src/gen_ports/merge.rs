//! The registry with our own words laid over it.

use anyhow::{Result, ensure};
use wellknown::packed::{EVERYDAY, UNOFFICIAL};

use crate::gen_ports::text::{Service, Text};

/// A service as the table has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Merged {
    pub service: Service,
    /// What IANA says of it, where our own words are others.
    pub registered: Option<String>,
    pub is_everyday: bool,
}

impl Merged {
    /// The flags of its row.
    pub fn flags(&self) -> u8 {
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let Self { service, is_everyday, .. } = self;
        service.transports | flag(service.is_unofficial, UNOFFICIAL) | flag(*is_everyday, EVERYDAY)
    }
}

/// All services in the order of the table: by their first port, registered ones before others, those
/// of the overlay first.
pub fn merge(mut registry: Vec<Service>, overlay: &Text) -> Result<Vec<Merged>> {
    let mut merged = Vec::new();
    for service in &overlay.services {
        ensure!(!service.description.is_empty(), "'{}' has no description", service.name);
        let is_registered = !service.is_unofficial;
        let registered = is_registered.then(|| take(&mut registry, service)).transpose()?;
        merged.push(lay_over(service, registered));
    }
    let rest = registry.into_iter();
    merged.extend(rest.map(|service| Merged { service, registered: None, is_everyday: false }));
    merged.sort_by_key(|it| (it.service.ports.0, it.service.is_unofficial));
    check_unique(&merged)?;
    Ok(merged)
}

/// Our own words for a service that may be registered.
fn lay_over(service: &Service, registered: Option<Service>) -> Merged {
    let mut service = service.clone();
    let Some(registered) = registered else {
        return Merged { service, registered: None, is_everyday: true };
    };
    for alias in registered.aliases {
        if !service.is_called(&alias) {
            service.aliases.push(alias);
        }
    }
    let words = Some(registered.description);
    let words = words.filter(|it| !it.is_empty() && *it != service.description);
    Merged { service, registered: words, is_everyday: true }
}

/// Takes a service out of the registry, with all that go by a name of it at the same ports.
fn take(registry: &mut Vec<Service>, service: &Service) -> Result<Service> {
    let Service { name, ports, .. } = service;
    let own = registry.iter().position(|it| it.ports == *ports && it.is_called(name));
    let Some(own) = own else {
        anyhow::bail!("'{name}' is not registered at {ports:?}: is it unofficial?");
    };
    let mut taken = registry.remove(own);
    let transports = taken.transports == service.transports;
    ensure!(transports, "'{name}' is registered as '{taken}', not as '{service}'");
    if !taken.name.eq_ignore_ascii_case(name) {
        taken.aliases.push(taken.name.clone());
    }
    let is_alias = |it: &Service| it.ports == *ports && service.is_called(&it.name);
    for other in registry.extract_if(.., |it| is_alias(it)) {
        let is_part = other.transports & !service.transports == 0;
        ensure!(is_part, "'{}' runs over more than '{name}'", other.name);
        taken.aliases.extend(other.aliases);
    }
    Ok(taken)
}

fn check_unique(merged: &[Merged]) -> Result<()> {
    for same in merged.chunk_by(|a, b| a.service.ports.0 == b.service.ports.0) {
        for (nth, one) in same.iter().enumerate() {
            let is_same = |it: &&Merged| it.service.name.eq_ignore_ascii_case(&one.service.name);
            let twice = same[..nth].iter().find(is_same);
            ensure!(twice.is_none(), "'{}' stands twice for one port", one.service.name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gen_ports::text::parse;

    fn merged(registry: &str, overlay: &str) -> Result<Vec<String>> {
        let registry = parse("registry", registry)?.services;
        let merged = merge(registry, &parse("overlay", overlay)?)?;
        let line =
            |it: &Merged| format!("{} [{}]", it.service, it.registered.as_deref().unwrap_or("-"));
        Ok(merged.iter().map(line).collect())
    }

    #[test]
    fn our_own_words_come_first_and_take_synonyms_in() -> Result<()> {
        let registry = "shilp 2049/tcp | other\nnfs 2049/tcp,udp NFS-x | Network File System\nident 113/tcp |\nauth 113/tcp,udp | Auth\na-b 200/tcp a_b | AB\n";
        let mut lines: Vec<_> = registry.lines().collect();
        lines.sort_by_key(|line| {
            line.split([' ', '/']).nth(1).and_then(|it| it.parse::<u16>().ok())
        });
        let overlay = "auth 113/tcp,udp ident tap | who\na_b 200/tcp | ours\nnfs 2049/tcp,udp | files\ndev 2049/tcp unofficial | x\n";
        assert_eq!(
            merged(&lines.join("\n"), overlay)?,
            [
                "auth 113/tcp,udp ident tap | who [Auth]",
                "a_b 200/tcp a-b | ours [AB]",
                "nfs 2049/tcp,udp NFS-x | files [Network File System]",
                "shilp 2049/tcp | other [-]",
                "dev 2049/tcp | x [-]",
            ]
        );
        Ok(())
    }

    #[test]
    fn what_the_registry_does_not_have_is_refused() {
        let registry = "ssh 22/tcp,udp | SSH\nx 23/udp | X\ny 23/tcp | Y\n";
        for (overlay, reason) in [
            ("sshd 22/tcp,udp | a", "'sshd' is not registered"),
            ("ssh 23/tcp | a", "'ssh' is not registered"),
            ("ssh 22/tcp | a", "'ssh' is registered as 'ssh 22/tcp,udp | SSH'"),
            ("x 23/udp y | a", "'y' runs over more than 'x'"),
            ("ssh 22/tcp,udp |", "no description"),
            ("ssh 22/tcp unofficial | a", "twice"),
        ] {
            let error = merged(registry, overlay).expect_err(overlay);
            assert!(error.to_string().contains(reason), "{overlay}: {error}");
        }
    }
}
