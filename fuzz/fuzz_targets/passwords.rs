//! Encoded passwords and hashers: what is described as valid is kept, its description says nothing but the cost, and a
//! hash that costs little can be verified.
#![no_main]

use authctl::django::passwords::{Encoded, Plain, Recipe, Summary, Verdict, describe, follow, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let summary = describe(text);
    let parsed = Encoded::parse(text);
    assert_eq!(parsed.is_ok(), matches!(summary, Summary::Hashed(_) | Summary::Unusable), "{text:?}");
    let shown = summary.to_string();
    if let Ok(encoded) = parsed {
        assert_eq!(encoded.as_str(), text);
        assert_eq!(encoded.summary(), summary);
        assert_eq!(format!("{encoded:?}"), format!("Encoded({shown})"));
        let described = Encoded::described(text.to_owned()).expect("a valid password");
        assert!(described == (encoded, summary));
    }
    if let Summary::Hashed(method) = summary {
        let (name, _) = text.split_once('$').expect("a hash has parts");
        assert_eq!(shown.split(' ').next(), Some(name));
        if let Ok(recipe) = Recipe::try_from(method) {
            assert_eq!(shown.parse(), Ok(recipe));
        }
        let verdict = is_cheap(&shown).then(|| verify(&Plain::new("password".into()), text));
        assert!(matches!(verdict, None | Some(Verdict::Match | Verdict::Mismatch)), "{text:?}: {verdict:?}");
    }
    if let Some(recipe) = follow([text]) {
        assert!(matches!(summary, Summary::Hashed(_)) && !recipe.method().is_weak(), "{text:?}");
    }
    if let Ok(recipe) = text.parse::<Recipe>() {
        assert_eq!(recipe.to_string().parse(), Ok(recipe));
    }
});

/// Whether a hash of this method takes less than a millisecond or so.
fn is_cheap(method: &str) -> bool {
    let (name, cost) = method.split_once(' ').unwrap_or((method, ""));
    let numbers: Vec<u32> = cost
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().unwrap_or(u32::MAX))
        .collect();
    match (name, &numbers[..]) {
        ("md5", _) => true,
        ("pbkdf2_sha256" | "pbkdf2_sha1", [iterations]) => *iterations <= 200,
        ("bcrypt" | "bcrypt_sha256", [rounds]) => *rounds <= 4,
        ("argon2", [memory, passes, lanes]) => *memory <= 128 && *passes <= 2 && *lanes <= 4,
        ("scrypt", [n, r, p]) => *n <= 32 && *r <= 8 && *p <= 4,
        _ => false,
    }
}
