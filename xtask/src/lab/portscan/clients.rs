//! Asking `portscan`, nmap and nc, as who has no privilege.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::{Output, finish};

use crate::rig::{Stage, unprivileged};

/// Our tool, where everybody may run it.
#[derive(Debug)]
pub struct Ours {
    program: PathBuf,
}

/// What one scan told.
#[derive(Debug)]
pub struct Scan {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Its exit code.
    pub code: Option<i32>,
    /// What it said on stderr.
    pub notes: String,
    /// How long it took.
    pub wall: Duration,
}

/// What one scan counted.
#[derive(Debug)]
pub struct Tally {
    states: BTreeMap<String, usize>,
    /// How long it took.
    pub wall: Duration,
}

impl Tally {
    /// How many ports have this state.
    pub fn count(&self, state: &str) -> usize {
        self.states.get(state).copied().unwrap_or_default()
    }

    /// How many ports are told in all.
    pub fn all(&self) -> usize {
        self.states.values().sum()
    }
}

/// A state and how many ports have it.
fn count(line: &str) -> Option<(String, usize)> {
    let (state, count) = line.split_once('\t')?;
    Some((state.to_owned(), count.parse().ok()?))
}

/// What is told of one port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Of which address.
    pub address: String,
    /// The port.
    pub port: u64,
    /// The state, in one word.
    pub state: String,
    /// Why.
    pub reason: String,
    /// Type, code and sender of the ICMP message, if one came.
    pub icmp: Option<(u64, u64, String)>,
}

impl Ours {
    /// Puts it where who has no privilege can read it.
    ///
    /// # Errors
    ///
    /// It cannot be copied.
    pub fn install(stage: &Stage) -> Result<Self> {
        let program = stage.folder.path().join("portscan");
        fs::copy(stage.tool("portscan"), &program).context("cannot copy portscan")?;
        Ok(Self { program })
    }

    /// Where it is.
    pub fn program(&self) -> &PathBuf {
        &self.program
    }

    /// Runs it.
    pub fn run(&self, args: &[&str]) -> Output {
        finish(unprivileged(&self.program, args))
    }

    /// Scans, and reads what it tells.
    ///
    /// # Errors
    ///
    /// It does not print rows.
    pub fn scan(&self, args: &[&str]) -> Result<Scan> {
        let start = Instant::now();
        let output = self.run(&[&["--json"], args].concat());
        Scan::read(output, start.elapsed()).with_context(|| format!("portscan {args:?}"))
    }

    /// Scans very many ports, and reads how many have each state.
    ///
    /// # Errors
    ///
    /// It does not tell.
    pub fn count(&self, args: &[&str]) -> Result<Tally> {
        let start = Instant::now();
        let output = self.run(&[&["--count-by", "state", "-f", "tsv", "-H"], args].concat());
        let wall = start.elapsed();
        let states = output.text().lines().map(count).collect::<Option<_>>();
        let states = states.with_context(|| format!("portscan {args:?}: {}", output.stderr))?;
        Ok(Tally { states, wall })
    }
}

fn row(row: &Value) -> Option<Row> {
    let text = |key: &str| row[key].as_str().map(str::to_owned);
    let icmp = &row["icmp"];
    let icmp = icmp["type"].as_u64().zip(icmp["code"].as_u64()).zip(icmp["from"].as_str());
    Some(Row {
        address: text("address")?,
        port: row["port"].as_u64()?,
        state: text("state")?,
        reason: text("reason").unwrap_or_default(),
        icmp: icmp.map(|((kind, code), from)| (kind, code, from.to_owned())),
    })
}

impl Scan {
    /// Reads what was printed.
    ///
    /// # Errors
    ///
    /// It is not rows of JSON.
    pub fn read(output: Output, wall: Duration) -> Result<Self> {
        let Output { stdout, stderr, code } = output;
        let rows: Vec<Value> = serde_json::from_slice(&stdout)
            .with_context(|| format!("no JSON is printed ({code:?}): {stderr}"))?;
        let rows = rows.iter().map(row).collect::<Option<_>>();
        Ok(Self { rows: rows.context("a row lacks something")?, code, notes: stderr, wall })
    }

    /// How many rows have each state.
    pub fn tally(&self) -> BTreeMap<&str, usize> {
        let mut tally = BTreeMap::new();
        for row in &self.rows {
            *tally.entry(row.state.as_str()).or_default() += 1;
        }
        tally
    }

    /// How many rows have this state.
    pub fn count(&self, state: &str) -> usize {
        self.tally().get(state).copied().unwrap_or_default()
    }

    /// The ports in this state, each once, in order.
    pub fn ports(&self, state: &str) -> Vec<u64> {
        let of_state = self.rows.iter().filter(|row| row.state == state);
        let mut ports: Vec<_> = of_state.map(|row| row.port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// The tally in words.
    pub fn summary(&self) -> String {
        let words = self.tally().into_iter().map(|(state, count)| format!("{count} {state}"));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// What nmap tells: the ports that it lists, and how many it only counts, by state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nmap {
    /// State and reason of each that it lists.
    pub listed: BTreeMap<u64, (String, String)>,
    /// How many others have a state.
    pub counted: BTreeMap<String, usize>,
}

/// Scans with nmap.
///
/// # Errors
///
/// It fails.
pub fn nmap(address: IpAddr, ports: &str) -> Result<Nmap> {
    let family = if address.is_ipv6() { "-6" } else { "-4" };
    let address = address.to_string();
    let args = ["-sT", "-Pn", "-n", "--reason", family, "-p", ports, &address];
    // Which it knows only as what there is without it.
    let args = args.into_iter().filter(|arg| *arg != "-4");
    let output = finish(unprivileged("nmap", args));
    ensure!(output.code == Some(0), "nmap {address}: {}", output.stderr);
    Ok(Nmap::read(output.text()))
}

impl Nmap {
    fn read(text: &str) -> Self {
        let mut told = Self::default();
        for line in text.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            if let [port, state, .., reason] = words[..]
                && let Some(port) = port.strip_suffix("/tcp").and_then(|port| port.parse().ok())
            {
                told.listed.insert(port, (state.to_owned(), reason.to_owned()));
            } else if let Some(groups) = line.strip_prefix("Not shown: ") {
                told.counted.extend(groups.split(", ").filter_map(group));
            }
        }
        told
    }

    /// How many have this state.
    pub fn count(&self, state: &str) -> usize {
        let listed = self.listed.values().filter(|(listed, _)| listed == state).count();
        listed + self.counted.get(state).copied().unwrap_or_default()
    }
}

/// `990 closed tcp ports (conn-refused)`.
fn group(words: &str) -> Option<(String, usize)> {
    let mut words = words.split(' ');
    let count = words.next()?.parse().ok()?;
    Some((words.next()?.to_owned(), count))
}

/// Whether nc says that somebody is home.
pub fn nc(address: IpAddr, port: u16) -> bool {
    let args = ["-z", "-w", "1", &address.to_string(), &port.to_string()];
    finish(unprivileged("nc", args)).code == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_nmap_lists_and_counts() {
        let text = "Nmap scan report for 10.98.0.2\nHost is up, received user-set (0.010s latency).\n\
                    Not shown: 990 closed tcp ports (conn-refused), 3 filtered tcp ports (no-response)\n\
                    PORT    STATE    SERVICE REASON\n\
                    22/tcp  open     ssh     syn-ack\n\
                    81/tcp  filtered hosts2-ns host-unreach\n";
        let told = Nmap::read(text);
        assert_eq!(told.listed[&22], ("open".to_owned(), "syn-ack".to_owned()));
        assert_eq!(told.listed[&81], ("filtered".to_owned(), "host-unreach".to_owned()));
        assert_eq!([told.count("closed"), told.count("filtered"), told.count("open")], [990, 4, 1]);
        assert_eq!(Nmap::read("nothing"), Nmap::default());
    }

    #[test]
    fn reads_rows_of_ours() {
        let text = r#"{"address": "10.0.0.2", "port": 81, "state": "rejected", "reason": "prohibited",
                       "icmp": {"type": 3, "code": 13, "from": "10.0.0.1"}}"#;
        let told = row(&serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(told.icmp, Some((3, 13, "10.0.0.1".to_owned())));
        assert_eq!((told.port, told.state.as_str()), (81, "rejected"));
        let bare = r#"{"address": "10.0.0.2", "port": 81, "state": "open", "icmp": null}"#;
        assert_eq!(row(&serde_json::from_str(bare).unwrap()).unwrap().icmp, None);
        assert_eq!(row(&Value::Null), None);
    }
}
