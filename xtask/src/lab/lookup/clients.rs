//! Those who ask: our `lookup`, and dig, kdig and delv.

use std::ffi::OsString;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use testkit::{Output, run};

use super::answer::{Answer, Record};
use super::servers::World;

/// Who is compared with ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    Dig,
    Kdig,
}

impl Rival {
    /// Everybody.
    pub const ALL: [Self; 2] = [Self::Dig, Self::Kdig];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dig => "dig",
            Self::Kdig => "kdig",
        }
    }

    /// The answer section, as it prints it.
    ///
    /// # Errors
    ///
    /// There is no reply, or it prints something else.
    pub fn ask(self, server: &str, name: &str, record_type: &str) -> Result<Answer> {
        let server = format!("@{server}");
        let mut args = match self {
            // Its own file of options is not to be read.
            Self::Dig => vec!["-r", "+nosplit"],
            // Before the name, which is else refused for what IDNA does not have.
            Self::Kdig => vec!["+noidn"],
        };
        args.extend([&*server, "-q", name, "-t", record_type, "+noall", "+answer"]);
        let output = run(self.name(), &args);
        ensure!(output.code == Some(0), "{} {args:?}: {output:?}", self.name());
        Answer::parse(output.text()).with_context(|| format!("{} {args:?}", self.name()))
    }
}

/// What `lookup` makes of a question, as its JSON has it: nothing where it refuses to ask.
///
/// # Errors
///
/// It prints no JSON.
pub fn lookup(world: &World, args: &[&str]) -> Result<(Output, Vec<Value>)> {
    let program: OsString = world.stage.tool("lookup").into();
    let output = run(program, [&"--json"].into_iter().chain(args));
    if output.stdout.is_empty() {
        return Ok((output, vec![]));
    }
    let rows = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("lookup {args:?}: {output:?}"))?;
    Ok((output, rows))
}

/// The records of an answer, as `lookup` shows them.
///
/// # Errors
///
/// It prints no JSON, or a record without name, type, TTL or data.
pub fn lookup_records(world: &World, at: &str, name: &str, record_type: &str) -> Result<Answer> {
    let server = format!("@{at}");
    let (output, rows) = lookup(world, &["-t", record_type, &server, "--", name])?;
    let mut records = Vec::new();
    for row in rows.iter().filter(|row| !row["data"].is_null()) {
        let text = |key| row[key].as_str().map(str::to_owned);
        let record = (text("name"), row["ttl_s"].as_u64(), text("type"), text("data"));
        let (Some(owner), Some(ttl), Some(record_type), Some(data)) = record else {
            bail!("lookup {name} {record_type}: not a record: {row}");
        };
        records.push(Record::new(&owner, ttl, &record_type, &data));
    }
    ensure!(output.code.is_some_and(|code| code != 2), "lookup {name} {record_type}: {output:?}");
    Ok(Answer::new(records))
}

/// The owner and the type of every record of a zone, each pair once, as its server transfers it.
///
/// # Errors
///
/// It does not.
pub fn transferred(server: &str, zone: &str) -> Result<Vec<(String, String)>> {
    let server = format!("@{server}");
    let output = run("kdig", [&server, zone, "AXFR", "+noall", "+answer", "+noidn"]);
    let mut questions: Vec<_> = Answer::parse(output.text())?
        .records()
        .iter()
        .map(|record| (record.owner.clone(), record.of_type.clone()))
        .collect();
    questions.sort();
    questions.dedup();
    ensure!(questions.len() > 1, "no transfer of {zone}: {output:?}");
    Ok(questions)
}
