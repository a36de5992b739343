//! `register`: user, profile and token together, or nothing.

mod addresses;
mod answers;
mod database;
mod defaults;
mod existing;
mod fields;
mod names;
mod passwords;
mod tables;
mod undecided;

use crate::env::{Run, TestEnv};

const COUNTS: &str = "SELECT (SELECT count(*) FROM auth_user), (SELECT count(*) FROM authtoken_token)";

fn plain() -> TestEnv {
    TestEnv::with_database("")
}

/// Returns the faults in the error object as field and code.
fn faults(run: &Run) -> Vec<String> {
    let error = run.error();
    let faults = error["faults"].as_array().unwrap_or_else(|| panic!("no faults in {error}"));
    let text = |fault: &serde_json::Value, key: &str| fault[key].as_str().unwrap().to_owned();
    faults.iter().map(|fault| format!("{} {}", text(fault, "field"), text(fault, "code"))).collect()
}

/// Arguments that register a citizen with a profile that has a required column of every type; `more` overrides fields.
fn citizen(more: &[&str]) -> Vec<String> {
    let fields = [
        "birthday=1990-12-31",
        "citizen.tier=basic",
        "quota=5",
        "home=1",
        "born=1985-02-28",
        "seen_at=2024-02-29T23:59:01.000120Z",
        "wakes_at=06:30",
        "shift=1 02:00:00.000003",
        "consents=true",
        "reference=00000000-0000-4000-8000-00000000000A",
        "income=12345.600",
        "weight=71.5",
        r#"answers={"zeta":[1,2.50,null],"alpha":"größe"}"#,
        "dossier.tier=gold",
        "points=7",
        "level=3",
        "code=ABC",
        "host=192.0.2.7",
        "handle=slug-1",
        "homepage=https://example.com/a?b=c",
        "remarks=first line",
        "country=2",
    ];
    let name = |field: &str| field.split_once('=').unwrap().0.to_owned();
    let is_given = |field: &&&str| !more.iter().any(|other| name(other) == name(field));
    let fields = fields.iter().filter(is_given).chain(more).filter(|field| !field.ends_with('='));
    let fields = fields.flat_map(|field| ["--set".to_owned(), field.replacen("citizen.", "", 1)]);
    let command = ["register", "meg", "--no-password", "--profile", "dossier", "--format", "json"];
    command.into_iter().map(str::to_owned).chain(fields).collect()
}
