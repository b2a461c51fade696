//! Makes the table of services: the registry from the packages that have it, and the table from the
//! registry and what is laid over it.

mod merge;
mod pack;
mod packages;
mod registry;
mod text;

use std::collections::HashSet;
use std::io::{self, Write as _};

use anyhow::Result;

use crate::gen_ports::registry::Sources;
use crate::gen_ports::text::Service;
use crate::generated::{Generated, read, write_or_check};

const OVERLAY: &str = "crates/wellknown/data/overlay.txt";
const LATER: &str = "crates/wellknown/data/later.txt";
const REGISTRY: &str = "crates/wellknown/data/registry.txt";
const TABLE: &str = "crates/wellknown/data/table.bin";
const COMMAND: &str = "cargo xtask gen-ports";

/// Writes the registry and the table, or only checks that those there are what their sources say.
pub fn run(check: bool) -> Result<()> {
    if !check && let Err(error) = packages::fetch() {
        writeln!(io::stderr(), "{error:#}")?;
    }
    let sources = packages::cached()?;
    if sources.is_none() {
        let todo = if check { "was not compared with them" } else { "stays as it is" };
        writeln!(io::stderr(), "not all packages are in target/gen-ports: registry.txt {todo}")?;
    }
    generate(sources.as_ref(), check)
}

/// The registry is generated where its sources are at hand, the table always.
fn generate(sources: Option<&Sources>, check: bool) -> Result<()> {
    let mut files = Vec::new();
    let registry = match sources {
        Some(sources) => {
            let text = registry::text(sources, &text::parse(LATER, &read(LATER)?)?)?;
            files.push(Generated::text(REGISTRY, text.clone()));
            text
        }
        None => read(REGISTRY)?,
    };
    let registry = text::parse(REGISTRY, &registry)?;
    let names = registry.services.iter().flat_map(Service::names);
    let registered = names.map(|name| name.to_ascii_lowercase()).collect::<HashSet<_>>().len();
    let services = merge::merge(registry.services, &text::parse(OVERLAY, &read(OVERLAY)?)?)?;
    files.push(Generated::octets(TABLE, pack::pack(&services, &registry.kept, registered)?));
    write_or_check(&files, check, COMMAND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checked_in_table_is_fresh() -> Result<()> {
        generate(None, true)
    }
}
