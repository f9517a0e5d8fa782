//! Checks an output of `--format json` against the schema that is checked in, and against the order of its keys.

use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../rules/review-findings.schema.json")).expect("the schema is JSON")
});

static VALIDATOR: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::validator_for(&SCHEMA).expect("the schema is a schema"));

/// The parsed output; panics when it is not what the contract says.
pub(crate) fn valid(output: &str) -> Value {
    let value: Value = serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}\n{output}"));
    let errors: Vec<String> =
        VALIDATOR.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{output}", errors.join("\n"));
    assert_order(&value, &SCHEMA);
    for finding in value["findings"].as_array().expect("the schema says so") {
        assert_order(finding, &SCHEMA["$defs"]["finding"]);
        assert_order(&finding["where"], &SCHEMA["$defs"]["finding"]["properties"]["where"]);
    }
    value
}

/// The keys of an object stand in the order in which the schema lists them.
fn assert_order(object: &Value, schema: &Value) {
    let listed: Vec<&String> = schema["properties"].as_object().expect("the schema lists keys").keys().collect();
    let places: Vec<usize> = object
        .as_object()
        .expect("the schema says so")
        .keys()
        .map(|key| listed.iter().position(|listed| *listed == key).expect("the schema lists every key"))
        .collect();
    assert!(places.is_sorted(), "keys are not in the schema's order: {object}");
}
