//! Django checks single password hashes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use authctl::django::passwords::{self, Algorithm, Encoder, Plain, Recipe};
use serde_json::{Value as Json, json};

use crate::python;

/// At the newest cost, and at the lowest, which test data may use.
#[test]
fn django_accepts_every_hash_at_any_cost() {
    let plain = "pässwörd-пароль";
    let hashes: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter_map(Recipe::newest)
        .flat_map(|recipe| [recipe, recipe.cheapest()])
        .map(|recipe| {
            let mut encoder = Encoder::worker(&recipe).unwrap();
            encoder.encode(&Plain::new(plain.to_owned()), &mut rand::rng())
        })
        .collect();
    python::for_each_set(|set| {
        // Django 4.0 introduced scrypt.
        let known = |encoded: &&passwords::Encoded| {
            !set.starts_with("3.2") || !encoded.as_str().starts_with("scrypt")
        };
        let hashes: Vec<_> = hashes.iter().filter(known).map(passwords::Encoded::as_str).collect();
        let verdicts = check(set, plain, &hashes);
        assert_eq!(verdicts.len(), hashes.len());
        for verdict in verdicts {
            assert!(verdict["accepts"] == true && verdict["refuses_others"] == true, "{verdict}");
        }
    });
}

fn check(set: &str, plain: &str, hashes: &[&str]) -> Vec<Json> {
    let mut child = Command::new(python::interpreter(set))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django/check_hashes.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for encoded in hashes {
        writeln!(stdin, "{}", json!({"password": plain, "encoded": encoded})).unwrap();
    }
    drop(stdin);
    // The exit code is ignored: it also reports weak hashes, which are expected here.
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
