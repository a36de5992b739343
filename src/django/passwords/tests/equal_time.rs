//! Tests of what failed logins cost, measured in computed hashes, not in time.

use super::super::workspace::take_computed;
use super::super::*;
use super::{algorithm, plain, recipe, rng};

/// Returns the work of a failed login with this stored text, and the work of one hash of the recipe.
fn work(stored: &str, recipe: &Recipe) -> (u64, u64) {
    let _ = take_computed();
    let plain = plain("a wrong one");
    let verdict = verify(&plain, stored);
    assert_ne!(verdict, Verdict::Match);
    equalise(&plain, stored, verdict, recipe, &mut rng()).unwrap();
    let computed = take_computed();
    let algorithm = recipe.method().algorithm();
    let of_algorithm = computed.iter().filter(|method| method.algorithm() == algorithm);
    (of_algorithm.map(|method| method.work()).sum(), recipe.method().work())
}

fn stored(text: &str) -> String {
    hash(&plain("secret"), &recipe(text), &mut rng()).unwrap().into_string()
}

#[test]
fn an_unknown_user_costs_one_hash_of_the_recipe() {
    for text in ["pbkdf2_sha256 500", "argon2 m=64,t=2,p=2", "bcrypt_sha256 6", "scrypt n=16,r=8,p=2"] {
        for stored in ["", "!", "unknown$1", "pbkdf2_sha256$bad", "pbkdf2_sha256$100000001$s$AAAA"] {
            let (spent, whole) = work(stored, &recipe(text));
            assert_eq!(spent, whole, "{stored:?} against {text}");
        }
    }
}

#[test]
fn a_cheaper_hash_of_the_same_algorithm_is_topped_up_to_the_cost_of_the_recipe() {
    for (old, new) in [
        ("pbkdf2_sha256 260", "pbkdf2_sha256 1500"),
        ("pbkdf2_sha256 1499", "pbkdf2_sha256 1500"),
        ("pbkdf2_sha256 1", "pbkdf2_sha256 1500"),
        ("pbkdf2_sha1 260", "pbkdf2_sha1 1500"),
        ("bcrypt_sha256 4", "bcrypt_sha256 7"),
        ("bcrypt_sha256 6", "bcrypt_sha256 7"),
        ("argon2 m=512,t=2,p=2", "argon2 m=1024,t=2,p=8"),
        ("argon2 m=1024,t=1,p=1", "argon2 m=1024,t=3,p=1"),
        ("argon2 m=2048,t=1,p=1", "argon2 m=1024,t=4,p=1"),
        ("scrypt n=64,r=8,p=1", "scrypt n=64,r=8,p=5"),
        ("scrypt n=64,r=8,p=4", "scrypt n=64,r=8,p=5"),
    ] {
        let (spent, whole) = work(&stored(old), &recipe(new));
        let left_over = if new.starts_with("argon2") { 4 } else { 0 };
        assert!(whole - spent <= left_over, "{old} against {new}: {spent} of {whole}");
    }
    // If the size of scrypt's blocks differs, the sum exceeds the recipe's work by less than the work of one lane.
    let (spent, whole) = work(&stored("scrypt n=16,r=4,p=3"), &recipe("scrypt n=64,r=8,p=5"));
    assert!((whole..whole + 64 * 8).contains(&spent), "{spent} of {whole}");
}

#[test]
fn a_hash_that_costs_as_much_or_more_is_left_at_that() {
    for (old, new) in [
        ("pbkdf2_sha256 1500", "pbkdf2_sha256 1500"),
        ("pbkdf2_sha256 1501", "pbkdf2_sha256 1500"),
        ("bcrypt_sha256 7", "bcrypt_sha256 6"),
        ("argon2 m=1024,t=2,p=1", "argon2 m=1024,t=2,p=1"),
        ("scrypt n=64,r=8,p=5", "scrypt n=64,r=8,p=5"),
    ] {
        let (spent, _) = work(&stored(old), &recipe(new));
        assert_eq!(spent, recipe(old).method().work(), "{old} against {new}");
    }
}

#[test]
fn a_weak_hash_of_another_algorithm_is_followed_by_a_whole_one() {
    let md5 = format!("md5$salt${}", "0".repeat(32));
    for old in [&*md5, &stored("pbkdf2_sha256 10")] {
        let (spent, whole) = work(old, &recipe("argon2 m=64,t=2,p=2"));
        assert_eq!(spent, whole, "{old}");
    }
    let strong = format!("pbkdf2_sha256$260000$salt${}=", "A".repeat(43));
    assert_eq!(work(&strong, &recipe("argon2 m=64,t=2,p=2")).0, 0);
}

#[test]
fn a_password_too_long_for_bcrypt_is_computed_too() {
    let encoded = format!("bcrypt$$2b$04${}u{}u", "a".repeat(21), "a".repeat(30));
    let _ = take_computed();
    assert_eq!(verify(&plain(&"x".repeat(73)), &encoded), Verdict::Mismatch);
    assert_eq!(take_computed(), [Method::parse(algorithm("bcrypt"), "4").unwrap()]);
}
