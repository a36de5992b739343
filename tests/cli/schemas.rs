//! Compares the program's JSON with `docs/schemas/`.

use std::sync::LazyLock;

use jsonschema::{Registry, Validator};
use serde_json::{Deserializer, Value as Json, json};

/// The schemas, by the names with which they refer to each other.
const SCHEMAS: [(&str, &str); 6] = [
    ("access.json", include_str!("../../docs/schemas/access.json")),
    ("accounts.json", include_str!("../../docs/schemas/accounts.json")),
    ("common.json", include_str!("../../docs/schemas/common.json")),
    ("database.json", include_str!("../../docs/schemas/database.json")),
    ("many.json", include_str!("../../docs/schemas/many.json")),
    ("tokens.json", include_str!("../../docs/schemas/tokens.json")),
];

static PARSED: LazyLock<Vec<(&str, Json)>> = LazyLock::new(|| {
    SCHEMAS.map(|(name, text)| (name, serde_json::from_str(text).expect("a schema is not JSON"))).into()
});

static REGISTRY: LazyLock<Registry<'static>> = LazyLock::new(|| {
    let mut registry = Registry::new();
    for (name, schema) in PARSED.iter() {
        assert!(jsonschema::meta::is_valid(schema), "{name} is not a schema");
        registry = registry.add(uri(name), schema).expect("a schema has no name");
    }
    registry.prepare().expect("a schema refers to a missing one")
});

fn uri(name: &str) -> String {
    format!("authctl:///{name}")
}

/// Returns the command in these arguments, if its answers have a schema. Compares the answer and the error of a run in
/// JSON with the schemas.
#[track_caller]
pub fn check_run<'a>(arguments: &[&'a str], code: i32, stdout: &str, stderr: &str) -> Option<&'a str> {
    let is_value = |index: usize| index > 0 && matches!(arguments[index - 1], "--db" | "--config");
    let is_command = |(index, argument): &(usize, &&str)| !is_value(*index) && schema_of(argument).is_some();
    let command = arguments.iter().enumerate().find(is_command).map(|(_, command)| *command);
    if arguments.join("=").contains("--format=json") {
        check_error(stderr);
        // A list ends in the middle of a damaged database.
        if !stdout.is_empty() && code != 9 {
            check_answer(command.expect("an answer of no command"), stdout);
        }
    }
    command
}

/// Returns the schema with the definition of a command's answers.
fn schema_of(command: &str) -> Option<&'static str> {
    let has_answer =
        |schema: &Json| schema["anyOf"].as_array().is_some_and(|answers| answers.contains(&to(command)));
    PARSED.iter().find(|(_, schema)| has_answer(schema)).map(|(name, _)| *name)
}

fn to(definition: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

/// Fails unless the text is one answer of this command, or a line for each.
#[track_caller]
pub fn check_answer(command: &str, text: &str) {
    let schema = schema_of(command).unwrap_or_else(|| panic!("docs/schemas/ has no answer of {command}"));
    let validator = validator(schema, command);
    for answer in values(text) {
        // A line of a list is one item.
        if !validator.is_valid(&json!([answer])) {
            check(&validator, &answer, command);
        }
    }
}

/// Fails unless the text is one error, or one list of warnings.
#[track_caller]
pub fn check_error(text: &str) {
    for error in values(text) {
        let definition = if error.get("code").is_some() { "error" } else { "warnings" };
        check(&validator("common.json", definition), &error, definition);
    }
}

fn validator(schema: &str, definition: &str) -> Validator {
    let reference = json!({ "$ref": format!("{}#/$defs/{definition}", uri(schema)) });
    let options = jsonschema::options().with_registry(&REGISTRY);
    options.build(&reference).unwrap_or_else(|error| panic!("{definition}: {error}"))
}

#[track_caller]
fn check(validator: &Validator, value: &Json, definition: &str) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(
        errors.is_empty(),
        "not the form of {definition} in docs/schemas/: {value:#}\n{}",
        errors.join("\n")
    );
}

#[track_caller]
fn values(text: &str) -> Vec<Json> {
    let values: Result<Vec<Json>, _> = Deserializer::from_str(text).into_iter().collect();
    values.unwrap_or_else(|error| panic!("{error} in {text:?}"))
}
