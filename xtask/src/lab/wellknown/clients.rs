//! What getent and we tell of a key.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::run;

use crate::rig::Stage;

/// A service of the machine's list, for one transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub name: String,
    pub port: u16,
    pub protocol: String,
    pub aliases: BTreeSet<String>,
}

impl Service {
    /// Reads `ssh 22/tcp alias ...`, as the list has it and as getent prints it; `None` for a line
    /// that is none.
    pub fn read(line: &str) -> Option<Self> {
        let line = line.split('#').next()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let name = words.next()?;
        let place = words.next()?;
        let (port, protocol) = place.split_once('/')?;
        let (port, protocol) = (port.parse().ok()?, protocol.to_owned());
        Some(Self { name, port, protocol, aliases: words.collect() })
    }

    /// The key that finds it by a name of its own.
    pub fn by(&self, name: &str) -> String {
        format!("{name}/{}", self.protocol)
    }

    /// The key that finds it by its port.
    pub fn by_port(&self) -> String {
        self.by(&self.port.to_string())
    }
}

/// What getent tells.
pub fn getent(key: &str) -> Result<Option<Service>> {
    let output = run("getent", ["services", key]);
    match output.code {
        Some(0) => {
            let service = Service::read(output.text().trim_end());
            Ok(Some(service.with_context(|| format!("getent {key}: {:?}", output.text()))?))
        }
        // getent(1): a key could not be found.
        Some(2) => Ok(None),
        code => anyhow::bail!("getent {key}: {code:?} {}", output.stderr),
    }
}

/// Our rows of the machine's list, the best first.
pub fn ours(stage: &Stage, key: &str) -> Result<Vec<Value>> {
    let output = run(stage.tool("wellknown"), ["--etc", "-f", "jsonl", "--", key]);
    ensure!(matches!(output.code, Some(0 | 1)), "wellknown {key}: {output:?}");
    let rows = output.text().lines().map(serde_json::from_str);
    let rows = rows.collect::<Result<Vec<Value>, _>>().context("wellknown prints JSON")?;
    Ok(rows.into_iter().filter(|row| row["source"] == "local").collect())
}

/// Why our rows do not tell what getent does; `None` where they do. Ours has a row for all
/// transports of a name at a port, with the aliases of all.
pub fn difference(theirs: Option<&Service>, ours: &[Value]) -> Option<String> {
    let words = |row: &Value, key: &str| -> BTreeSet<String> {
        let words = row[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        words.map(str::to_owned).collect()
    };
    let is_it = |service: &Service, row: &Value| {
        row["name"] == *service.name
            && row["port"] == service.port
            && words(row, "protocol").contains(&service.protocol)
            && words(row, "aliases").is_superset(&service.aliases)
    };
    match (theirs, ours.first()) {
        (None, None) => None,
        (Some(service), Some(row)) if is_it(service, row) => None,
        _ => Some(format!("getent tells {theirs:?}, we {ours:?}")),
    }
}
