//! As much of JSON Schema (draft 2020-12) as ours are written in.

use serde_json::{Map, Value};

/// Says where `value` is not as `schema` has it, and why.
///
/// # Errors
/// The first thing that is wrong, with the way to it: `/0/port: "80" is no integer`.
///
/// # Panics
/// When the schema has a word that is not known here: what is not checked is not promised.
pub fn conforms(schema: &Value, value: &Value) -> Result<(), String> {
    Schema { whole: schema }.check(schema, value, "")
}

/// Words that say nothing about a value.
const REMARKS: [&str; 4] = ["$schema", "$defs", "title", "description"];

struct Schema<'a> {
    whole: &'a Value,
}

impl Schema<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let words = schema.as_object().expect("a schema is an object");
        for (word, meaning) in words {
            match word.as_str() {
                "type" if !is_of_type(meaning, value) => {
                    return Err(format!("{at}: {value} is no {meaning}"));
                }
                "minimum" if value.as_f64() < meaning.as_f64() && value.is_number() => {
                    return Err(format!("{at}: {value} is less than {meaning}"));
                }
                "$ref" => self.check(self.referred(meaning), value, at)?,
                "anyOf" => {
                    let fits = |choice| self.check(choice, value, at).is_ok();
                    if !list(meaning).iter().any(fits) {
                        return Err(format!("{at}: {value} is none of {meaning}"));
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(meaning, item, &format!("{at}/{index}"))?;
                    }
                }
                "properties" => {
                    let properties = meaning.as_object().expect("properties are an object");
                    for (key, item) in value.as_object().into_iter().flatten() {
                        if let Some(schema) = properties.get(key) {
                            self.check(schema, item, &format!("{at}/{key}"))?;
                        }
                    }
                }
                "required" => {
                    let has = |key: &&Value| value.get(key.as_str().unwrap_or("")).is_some();
                    if value.is_object()
                        && let Some(key) = list(meaning).iter().find(|key| !has(key))
                    {
                        return Err(format!("{at}: {key} is missing"));
                    }
                }
                "additionalProperties" => no_others(words, meaning, value, at)?,
                "type" | "minimum" => {}
                word => assert!(REMARKS.contains(&word), "'{word}' is not known here"),
            }
        }
        Ok(())
    }

    /// What a reference within the document leads to.
    fn referred(&self, reference: &Value) -> &Value {
        let path = reference.as_str().and_then(|it| it.strip_prefix('#'));
        path.and_then(|path| self.whole.pointer(path)).expect("a reference leads somewhere")
    }
}

fn is_of_type(types: &Value, value: &Value) -> bool {
    let is_of = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => panic!("{name} is no type"),
    };
    types.as_array().map_or_else(|| is_of(types), |types| types.iter().any(is_of))
}

fn no_others(
    words: &Map<String, Value>,
    meaning: &Value,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    assert_eq!(*meaning, Value::Bool(false), "only `false` is known here");
    let properties = words.get("properties").and_then(Value::as_object);
    let is_known = |key: &String| properties.is_some_and(|all| all.contains_key(key));
    let mut keys = value.as_object().into_iter().flat_map(Map::keys);
    match keys.find(|key| !is_known(key)) {
        Some(key) => Err(format!("{at}: there is no key '{key}'")),
        None => Ok(()),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "array",
            "items": { "$ref": "#/$defs/row" },
            "$defs": {
                "row": {
                    "type": "object",
                    "properties": {
                        "port": { "type": "integer", "minimum": 0 },
                        "rtt_ms": { "type": ["number", "null"] },
                        "names": {
                            "type": "array",
                            "items": { "anyOf": [{ "type": "string" }, { "type": "boolean" }] },
                        },
                    },
                    "required": ["port", "rtt_ms"],
                    "additionalProperties": false,
                },
            },
        })
    }

    #[test]
    fn a_row_that_is_as_it_should_be_conforms() {
        for rows in [
            json!([]),
            json!([{ "port": 80, "rtt_ms": 0.5 }, { "port": 0, "rtt_ms": 1, "names": [] }]),
            json!([{ "port": 80, "rtt_ms": null, "names": ["a", true] }]),
        ] {
            assert_eq!(conforms(&schema(), &rows), Ok(()), "{rows}");
        }
    }

    #[test]
    fn a_wrong_row_is_refused() {
        let cases = [
            (json!({}), r#": {} is no "array""#),
            (json!([1]), r#"/0: 1 is no "object""#),
            (json!([{ "port": 80 }]), r#"/0: "rtt_ms" is missing"#),
            (json!([{ "port": "80", "rtt_ms": 1 }]), r#"/0/port: "80" is no "integer""#),
            (json!([{ "port": 0.5, "rtt_ms": 1 }]), r#"/0/port: 0.5 is no "integer""#),
            (json!([{ "port": -1, "rtt_ms": 1 }]), "/0/port: -1 is less than 0"),
            (json!([{ "port": null, "rtt_ms": 1 }]), r#"/0/port: null is no "integer""#),
            (json!([{ "port": 1, "rtt_ms": "1" }]), r#"/0/rtt_ms: "1" is no ["number","null"]"#),
            (json!([{ "port": 1, "rtt_ms": 1, "x": 1 }]), "/0: there is no key 'x'"),
            (
                json!([{ "port": 1, "rtt_ms": 1, "names": ["a", 1] }]),
                r#"/0/names/1: 1 is none of [{"type":"string"},{"type":"boolean"}]"#,
            ),
        ];
        for (rows, told) in cases {
            assert_eq!(conforms(&schema(), &rows), Err(told.to_owned()), "{rows}");
        }
    }

    #[test]
    #[should_panic(expected = "'maximum' is not known here")]
    fn a_word_that_is_not_checked_is_not_passed_over() {
        let _ = conforms(&json!({ "maximum": 1 }), &json!(2));
    }
}
