//! Checks outputs against the JSON schemas that their consumers publish; `tests/schemas/README.md` says where each is from.

use serde_json::Value;

pub(crate) const SARIF: &str = include_str!("../schemas/sarif-2.1.0.json");

pub(crate) const RDJSON: &str = include_str!("../schemas/rdjson.json");

/// The parsed output; panics when it is not what the schema says.
pub(crate) fn valid(schema: &str, output: &str) -> Value {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let value: Value = serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}\n{output}"));
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    value
}
