//! What a tool's JSON looks like, in JSON Schema (draft 2020-12).

use anyhow::{Context, Result};
use output::{ColumnEntry, Kind, Part};
use serde_json::{Map, Value, json};

use crate::tools::Entry;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a tool's `--json`: an array of rows, each of which has every key.
pub fn of(tool: &Entry) -> Result<String> {
    let columns = (tool.manual)().columns;
    let mut row = object(columns.iter().map(|column| (column.key, property(column), true)));
    row.insert(
        "description".to_owned(),
        "A row; with -f jsonl, a line. With --columns it has the keys of those columns only, and \
         with --count-by a count as well."
            .into(),
    );
    let schema = json!({
        "$schema": DIALECT,
        "title": format!("{} --json", tool.name),
        "type": "array",
        "items": { "$ref": "#/$defs/row" },
        "$defs": { "row": row, "bytes": bytes() },
    });
    let text = serde_json::to_string_pretty(&schema).context("a schema is JSON")?;
    Ok(text + "\n")
}

fn property(column: &ColumnEntry) -> Value {
    let mut property = kind(column.kind);
    if !column.is_always_known {
        property = or_null(property);
    }
    property.insert("description".to_owned(), column.about.into());
    property.into()
}

fn kind(of: Kind) -> Map<String, Value> {
    match of {
        Kind::Bool => typed("boolean"),
        Kind::Whole => {
            let mut whole = typed("integer");
            whole.insert("minimum".to_owned(), 0.into());
            whole
        }
        Kind::Number => typed("number"),
        Kind::Text => typed("string"),
        Kind::Bytes => any_of(vec![typed("string"), one("$ref", "#/$defs/bytes".into())]),
        Kind::List(item) => {
            let mut list = typed("array");
            list.insert("items".to_owned(), kind(*item).into());
            list
        }
        Kind::Map(parts) => {
            let part = |part: &Part| (part.key, kind(part.kind).into(), !part.is_optional);
            object(parts.iter().map(part))
        }
        Kind::Either(first, second) => any_of(vec![kind(*first), kind(*second)]),
        Kind::Maybe(known) => or_null(kind(*known)),
    }
}

/// An object of these properties and no others: its keys, with what they hold and whether they are
/// always there.
fn object<'a>(parts: impl Iterator<Item = (&'a str, Value, bool)>) -> Map<String, Value> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (key, value, is_required) in parts {
        properties.insert(key.to_owned(), value);
        if is_required {
            required.push(Value::from(key));
        }
    }
    let mut object = typed("object");
    object.insert("properties".to_owned(), properties.into());
    object.insert("required".to_owned(), required.into());
    object.insert("additionalProperties".to_owned(), false.into());
    object
}

/// What stands for bytes that are not UTF-8.
fn bytes() -> Value {
    let mut bytes = object([("hex", typed("string").into(), true)].into_iter());
    bytes.insert("description".to_owned(), "Bytes that are not UTF-8, in hexadecimal.".into());
    bytes.into()
}

/// The type `null` beside the one that is there, or as one more choice.
fn or_null(mut known: Map<String, Value>) -> Map<String, Value> {
    if let Some(choices) = known.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.push(typed("null").into());
    } else if let Some(name) = known.get_mut("type") {
        *name = json!([name.take(), "null"]);
    }
    known
}

fn any_of(choices: Vec<Map<String, Value>>) -> Map<String, Value> {
    one("anyOf", choices.into())
}

fn typed(name: &str) -> Map<String, Value> {
    one("type", name.into())
}

fn one(key: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema() {
        const OWNER: Kind =
            Kind::Map(&[Part::new("pid", Kind::Whole), Part::optional("user", Kind::Text)]);
        let bytes = json!({ "anyOf": [{ "type": "string" }, { "$ref": "#/$defs/bytes" }] });
        let mut maybe_bytes = bytes.clone();
        maybe_bytes["anyOf"].as_array_mut().unwrap().push(json!({ "type": "null" }));
        let owner = json!({
            "type": "object",
            "properties": {
                "pid": { "type": "integer", "minimum": 0 },
                "user": { "type": "string" },
            },
            "required": ["pid"],
            "additionalProperties": false,
        });
        let cases = [
            (Kind::Bool, json!({ "type": "boolean" })),
            (Kind::Maybe(&Kind::Number), json!({ "type": ["number", "null"] })),
            (Kind::Bytes, bytes),
            (Kind::Maybe(&Kind::Bytes), maybe_bytes),
            (Kind::List(&OWNER), json!({ "type": "array", "items": owner })),
            (
                Kind::Either(&Kind::Text, &Kind::Bool),
                json!({ "anyOf": [{ "type": "string" }, { "type": "boolean" }] }),
            ),
        ];
        for (of, expected) in cases {
            assert_eq!(Value::from(kind(of)), expected, "{of:?}");
        }
    }

    #[test]
    fn a_column_that_is_always_known_is_never_null() {
        let column = |is_always_known| ColumnEntry {
            name: "mac",
            key: "address",
            about: "the hardware's",
            kind: Kind::Text,
            is_always_known,
            is_extra: false,
        };
        let expected = json!({ "type": "string", "description": "the hardware's" });
        assert_eq!(property(&column(true)), expected);
        assert_eq!(property(&column(false))["type"], json!(["string", "null"]));
    }
}
