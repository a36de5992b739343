//! Compares the validators with Django's answers from `tests/django/make_weaknesses.py`.

use super::super::strength::{is_digit, is_similar, is_word, strip};
use super::*;
use crate::error::faults::{Attribute, Weakness};

const TOO_COMMON: &str = "password_too_common";

fn codes(password: &str, about: &About<'_>) -> Vec<&'static str> {
    weaknesses(&plain(password), about).into_iter().map(Weakness::code).collect()
}

#[test]
fn every_answer_is_djangos() {
    for version in DJANGOS {
        let fixture = fixture("weaknesses", version);
        for vector in vectors(&fixture) {
            let [username, first_name, last_name, email] =
                ["username", "first_name", "last_name", "email"].map(|key| vector["about"][key].as_str());
            let about = About { username, first_name, last_name, email };
            let password = text(&vector["password"]);
            let expected: Vec<_> = vector["codes"].as_array().unwrap().iter().map(text).collect();
            let mut found = codes(password, &about);
            // The list of common passwords is larger than Django's.
            if !expected.contains(&TOO_COMMON) {
                found.retain(|code| *code != TOO_COMMON);
            }
            assert_eq!(found, expected, "Django {version}: {password:?} {about:?}");
        }
    }
}

#[test]
fn characters_are_what_python_takes_them_for() {
    for version in DJANGOS {
        let fixture = fixture("weaknesses", version);
        let runs = |key: &str| -> HashSet<u32> {
            let runs = fixture[key].as_array().unwrap();
            let end = |run: &Value, at: usize| u32::try_from(run[at].as_u64().unwrap()).unwrap();
            runs.iter().flat_map(|run| end(run, 0)..=end(run, 1)).collect()
        };
        let [digits, words, unassigned] = ["digits", "words", "unassigned"].map(runs);
        for character in '\0'..=char::MAX {
            let point = u32::from(character);
            if unassigned.contains(&point) {
                continue;
            }
            assert_eq!(is_digit(character), digits.contains(&point), "{point:x} in {version}");
            assert_eq!(is_word(character), words.contains(&point), "{point:x} in {version}");
        }
    }
}

#[test]
fn the_attribute_that_is_resembled_is_named() {
    let about = About {
        username: Some("meg"),
        first_name: Some("Margaret"),
        last_name: Some("Ducharme"),
        email: Some("meg@ducharme.com"),
    };
    let found = weaknesses(&plain("DuCharme1"), &about);
    assert_eq!(found, [Weakness::TooSimilar(Attribute::LastName)]);
    let found = weaknesses(&plain("ducharme.com"), &about);
    assert_eq!(found, [Weakness::TooSimilar(Attribute::LastName)]);
}

#[test]
fn every_weakness_has_its_code() {
    let found = weaknesses(&plain("1234567"), &About { username: Some("7654321"), ..About::default() });
    let codes: Vec<_> = found.into_iter().map(Weakness::code).collect();
    assert_eq!(
        codes,
        ["password_too_similar", "password_too_short", TOO_COMMON, "password_entirely_numeric"]
    );
}

#[test]
fn python_strips_separators_too() {
    assert_eq!(strip("\u{1c}\u{1f} a \u{b} \u{3000}"), "a");
    assert_eq!(strip("\u{1b}a"), "\u{1b}a");
}

#[test]
fn random_passwords_are_strong_and_readable() {
    let mut rng = rng();
    let about = About { username: Some("abcdefgh2345"), ..About::default() };
    let mut seen = HashSet::new();
    for length in [0, 7, MIN_LENGTH, 9, RANDOM_LENGTH, 100] {
        for _ in 0..20 {
            let password = random_password(length, &about, &mut rng);
            assert_eq!(password.as_str().len(), length.max(MIN_LENGTH));
            assert_eq!(codes(password.as_str(), &about), Vec::<&str>::new());
            assert!(password.as_str().bytes().all(|byte| random::ALPHABET.contains(&byte)));
            assert!(seen.insert(password.as_str().to_owned()));
        }
    }
    assert!(!random::ALPHABET.iter().any(|byte| b"0O1Il".contains(byte)));
}

#[test]
fn random_passwords_are_drawn_again_until_they_are_strong() {
    let username = "abcdefghjk";
    let about = About { username: Some(username), ..About::default() };
    let first_draw = |seed| random::random_text(MIN_LENGTH, &mut StdRng::seed_from_u64(seed));
    let seed = (0..1_000_000).find(|&seed| is_similar(&first_draw(seed).to_lowercase(), username)).unwrap();
    assert!(!codes(&first_draw(seed), &about).is_empty());
    let second_draw = random_password(MIN_LENGTH, &about, &mut StdRng::seed_from_u64(seed));
    assert_eq!(codes(second_draw.as_str(), &about), Vec::<&str>::new());
}

#[test]
fn a_common_password_in_capitals_is_common() {
    for password in ["password123", "PASSWORD123", "Password123"] {
        assert_eq!(codes(password, &About::default()), ["password_too_common"], "{password}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(password in any::<String>(), username in any::<String>()) {
        let about = About { username: Some(&username), ..About::default() };
        let found = weaknesses(&plain(&password), &about);
        prop_assert_eq!(
            found.contains(&Weakness::TooShort),
            password.chars().count() < MIN_LENGTH
        );
    }
}
