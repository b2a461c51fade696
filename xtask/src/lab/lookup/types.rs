//! Every record of the zones, asked for with `lookup`, dig and kdig.

use std::collections::BTreeMap;

use anyhow::Result;

use super::answer::Answer;
use super::clients::{Rival, lookup_records, transferred};
use super::differences::{Translator, is_without_a_form};
use super::servers::{KNOT, NSD, ROOT_SERVER, World};
use crate::rig::{Sheet, for_each};

/// The zones, each with the servers that are asked.
const ZONES: [(&str, &[&str]); 5] = [
    ("types.test", &[KNOT, NSD]),
    ("signed.test", &[KNOT]),
    ("nsec3.test", &[KNOT]),
    ("test", &[NSD]),
    (".", &[ROOT_SERVER]),
];

/// What no zone says of itself: names that are there in another way, or not at all.
const MORE_QUESTIONS: [(&str, &str, &str); 14] = [
    (KNOT, "nowhere.types.test", "A"),
    (KNOT, "a.types.test", "MX"),
    (KNOT, "any.wild.types.test", "A"),
    (KNOT, "any.thing.wild.types.test", "TXT"),
    (KNOT, "any.wild.types.test", "MX"),
    (KNOT, "empty.non.terminal.types.test", "A"),
    (KNOT, "host.dname.types.test", "A"),
    (NSD, "host.dname.types.test", "A"),
    (NSD, "no.such.host.dname.types.test", "A"),
    (NSD, "alias.types.test", "A"),
    (NSD, "alias-one.types.test", "AAAA"),
    (KNOT, "alias-one.types.test", "TXT"),
    (KNOT, "below.delegated.types.test", "A"),
    (NSD, "CAPITAL.Types.TEST", "A"),
];

/// What was seen of a type.
#[derive(Debug, Default)]
struct Tally {
    questions: usize,
    records: usize,
    differing: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["type", "questions", "records", "same as dig", "same as kdig"]);
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut translator = Translator::default();
    let questions = questions()?;
    let replies = for_each(&questions, |(server, name, record_type)| {
        let ours = lookup_records(world, server, name, record_type)?;
        let [dig, kdig] = Rival::ALL.map(|rival| rival.ask(server, name, record_type));
        Ok((ours, [(Rival::Dig, dig?), (Rival::Kdig, kdig?)]))
    })?;
    for ((server, name, record_type), (ours, theirs)) in questions.iter().zip(&replies) {
        let tally = tallies.entry(type_name(record_type, ours)).or_default();
        tally.questions += 1;
        tally.records += ours.records().len();
        for (rival, theirs) in theirs {
            let theirs = translator.translate(*rival, theirs);
            if let Some(difference) = Translator::difference(*rival, ours, &theirs) {
                *tally.differing.entry(rival.name()).or_default() += 1;
                let rival = rival.name();
                tally.differences.push(format!("{name} @{server} in {rival}: {difference}"));
            }
        }
    }
    for (record_type, tally) in &tallies {
        let verdict = |rival: Rival| match tally.differing.get(rival.name()) {
            None if is_without_a_form(rival, record_type) => "no form".to_owned(),
            None => "yes".to_owned(),
            Some(count) => format!("no, {count}"),
        };
        let (questions, records) = (tally.questions.to_string(), tally.records.to_string());
        let [dig, kdig] = Rival::ALL.map(verdict);
        sheet.case(record_type);
        sheet.row([record_type, &questions, &records, &dig, &kdig]);
        for difference in &tally.differences {
            sheet.surprise(difference);
        }
    }
    Ok(sheet)
}

fn questions() -> Result<Vec<(String, String, String)>> {
    let mut questions = Vec::new();
    for (zone, servers) in ZONES {
        let own = transferred(servers[0], zone)?;
        for server in servers {
            let at = |(name, record_type): &(String, String)| {
                ((*server).to_owned(), name.clone(), record_type.clone())
            };
            questions.extend(own.iter().map(at));
        }
    }
    let more = MORE_QUESTIONS.map(|(at, name, it)| (at.to_owned(), name.to_owned(), it.to_owned()));
    questions.extend(more);
    Ok(questions)
}

/// The name of a type that was asked for by its number, as ours has it.
fn type_name(asked: &str, ours: &Answer) -> String {
    match ours.records() {
        [record, ..] if asked.starts_with("TYPE") => record.of_type.clone(),
        _ => asked.to_owned(),
    }
}
