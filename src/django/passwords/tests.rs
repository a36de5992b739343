//! Compares verdicts with Django's, and checks properties that hold for every password.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::path::Path;
use std::str::FromStr;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

use rand::CryptoRng;

use super::algorithms::{Blocks, Cost, Hasher};
use super::workspace::{Threads, Workspace};
use super::*;

mod django;
mod equal_time;
mod follow;
mod forms;
mod strength;

const DJANGOS: [&str; 5] = ["3.2", "4.2", "5.2", "6.0", "6.1"];

/// The cheapest recipes, one for each algorithm.
const CHEAPEST: [&str; 5] =
    ["pbkdf2_sha256 1", "pbkdf2_sha1 1", "argon2 m=8,t=1,p=1", "bcrypt_sha256 4", "scrypt n=2,r=1,p=1"];

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

fn plain(password: &str) -> Plain {
    Plain::new(password.to_owned())
}

fn algorithm(name: &str) -> Algorithm {
    name.parse().unwrap()
}

fn recipe(text: &str) -> Recipe {
    text.parse().unwrap()
}

fn fixture(folder: &str, version: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder)
        .join(format!("django-{version}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn vectors(fixture: &Value) -> &[Value] {
    fixture["vectors"].as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn new_hashes_have_djangos_form() {
    let encode = |text| hash(&plain(""), &recipe(text), &mut rng()).unwrap().into_string();
    let is_salt = |salt: &str| salt.len() == 22 && salt.bytes().all(|byte| byte.is_ascii_alphanumeric());

    let pbkdf2 = encode("pbkdf2_sha256 3");
    let parts: Vec<_> = pbkdf2.split('$').collect();
    assert_eq!(parts[..2], ["pbkdf2_sha256", "3"]);
    assert!(is_salt(parts[2]));
    assert_eq!((parts.len(), parts[3].len()), (4, 44));

    let argon2 = encode("argon2 m=64,t=1,p=2");
    let parts: Vec<_> = argon2.split('$').collect();
    assert_eq!(parts[..4], ["argon2", "argon2id", "v=19", "m=64,t=1,p=2"]);
    assert_eq!((parts.len(), parts[4].len(), parts[5].len()), (6, 30, 43));

    let bcrypt = encode("bcrypt_sha256 5");
    assert!(bcrypt.starts_with("bcrypt_sha256$$2b$05$"));
    assert_eq!(bcrypt.len(), "bcrypt_sha256$".len() + 60);

    let scrypt = hash(&plain(""), &recipe("scrypt"), &mut rng()).unwrap().into_string();
    let parts: Vec<_> = scrypt.split('$').collect();
    assert_eq!([parts[0], parts[1], parts[3], parts[4]], ["scrypt", "16384", "8", "5"]);
    assert!(is_salt(parts[2]));
    assert_eq!(scrypt.len(), 128);
}

#[test]
fn a_worker_makes_the_same_hashes() {
    for text in CHEAPEST.into_iter().chain(["argon2 m=100,t=2,p=3", "scrypt n=16,r=2,p=3"]) {
        let recipe = recipe(text);
        let [mut all_cores, mut worker] = [Encoder::new(&recipe).unwrap(), Encoder::worker(&recipe).unwrap()];
        let [mut one_rng, mut other_rng] = [rng(), rng()];
        for password in ["", "secret", "another"] {
            let encoded = worker.encode(&plain(password), &mut one_rng);
            assert_eq!(encoded, all_cores.encode(&plain(password), &mut other_rng), "{text}");
            assert_eq!(verify(&plain(password), encoded.as_str()), Verdict::Match, "{text}");
        }
    }
}

#[test]
fn every_algorithm_verifies_what_it_encodes() {
    for text in CHEAPEST.into_iter().chain(["bcrypt 4", "md5 "]) {
        let (name, cost) = text.split_once(' ').unwrap();
        let method = Method::parse(algorithm(name), cost).unwrap();
        let hasher = algorithm(name).hasher();
        let salt = hasher.salt(&mut rng());
        let encode =
            |hasher: &dyn Hasher, blocks: &mut Blocks| hasher.encode(b"secret", &salt, method.cost(), blocks);
        let body = Workspace::on_one_core(method).unwrap().run(encode).unwrap();
        let encoded = format!("{name}${body}");
        assert_eq!(describe(&encoded), Summary::Hashed(method), "{text}");
        assert_eq!(verify(&plain("secret"), &encoded), Verdict::Match, "{text}");
        assert_eq!(verify(&plain("Secret"), &encoded), Verdict::Mismatch, "{text}");
    }
}

#[test]
fn lanes_get_threads_but_no_more_than_there_are_cores() {
    let cores = std::thread::available_parallelism().unwrap().get();
    let threads = |lanes| Threads::for_lanes(lanes).run(rayon::current_num_threads);
    assert_eq!([threads(1), threads(2), threads(u32::MAX)], [1, cores.min(2), cores]);
}

#[test]
fn the_cheapest_recipes_keep_their_algorithm() {
    let shown: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter_map(Recipe::newest)
        .map(|recipe| recipe.cheapest().to_string())
        .collect();
    assert_eq!(shown, CHEAPEST);
    assert!(CHEAPEST.iter().all(|text| recipe(text).method().is_weak()));
}

#[test]
fn every_hash_has_a_salt_of_its_own() {
    let mut rng = rng();
    for text in CHEAPEST {
        let hashes: HashSet<_> =
            (0..20).map(|_| hash(&plain("same"), &recipe(text), &mut rng).unwrap().into_string()).collect();
        assert_eq!(hashes.len(), 20, "{text}");
    }
}

#[test]
fn the_default_recipes_are_those_of_the_newest_django() {
    let shown = Algorithm::ALL.map(|algorithm| {
        Recipe::newest(algorithm).map_or_else(|| "none".to_owned(), |recipe| recipe.to_string())
    });
    assert_eq!(
        shown,
        [
            "pbkdf2_sha256 1500000",
            "pbkdf2_sha1 1500000",
            "argon2 m=102400,t=2,p=8",
            "bcrypt_sha256 12",
            "scrypt n=16384,r=8,p=5",
            "none",
            "none",
        ]
    );
    for recipe in Algorithm::ALL.into_iter().filter_map(Recipe::newest) {
        assert!(!recipe.method().is_weak(), "{recipe}");
    }
}

#[test]
fn recipes_are_refused_for_a_reason() {
    use BadRecipe::{Cost, NotForNewHashes, TooCostly, UnknownAlgorithm};
    let [argon2, bcrypt, bcrypt_sha256, md5, pbkdf2, scrypt] =
        ["argon2", "bcrypt", "bcrypt_sha256", "md5", "pbkdf2_sha256", "scrypt"].map(algorithm);
    for (text, reason) in [
        ("", UnknownAlgorithm),
        ("sha1", UnknownAlgorithm),
        ("Argon2", UnknownAlgorithm),
        (" argon2", UnknownAlgorithm),
        ("md5", NotForNewHashes(md5)),
        ("bcrypt 12", NotForNewHashes(bcrypt)),
        ("argon2 ", Cost(argon2)),
        ("argon2 m=7,t=1,p=1", Cost(argon2)),
        ("argon2 m=64,t=1,p=9", Cost(argon2)),
        ("argon2 m=64,t=0,p=1", Cost(argon2)),
        ("argon2 m=1048577,t=1,p=1", TooCostly(argon2)),
        ("argon2 m=1048576,t=17,p=1", TooCostly(argon2)),
        ("argon2 m=4294967295,t=4294967295,p=16777215", TooCostly(argon2)),
        ("pbkdf2_sha256 0", Cost(pbkdf2)),
        ("pbkdf2_sha256 01", Cost(pbkdf2)),
        ("pbkdf2_sha256 1 ", Cost(pbkdf2)),
        ("pbkdf2_sha256 many", Cost(pbkdf2)),
        ("pbkdf2_sha256 100000001", TooCostly(pbkdf2)),
        ("bcrypt_sha256 3", Cost(bcrypt_sha256)),
        ("bcrypt_sha256 32", Cost(bcrypt_sha256)),
        ("bcrypt_sha256 21", TooCostly(bcrypt_sha256)),
        ("scrypt n=3,r=1,p=1", Cost(scrypt)),
        ("scrypt n=1,r=1,p=1", Cost(scrypt)),
        ("scrypt n=2,r=0,p=1", Cost(scrypt)),
        ("scrypt n=2,r=1,p=0", Cost(scrypt)),
        ("scrypt n=65536,r=1,p=1", Cost(scrypt)),
        ("scrypt n=32768,r=8,p=1", TooCostly(scrypt)),
        ("scrypt n=2,r=1,p=262141", TooCostly(scrypt)),
        ("scrypt n=32768,r=1,p=131072", TooCostly(scrypt)),
        ("scrypt n=2147483648,r=1000000,p=1000", TooCostly(scrypt)),
        ("scrypt n=2147483648,r=4294967295,p=4294967295", Cost(scrypt)),
    ] {
        assert_eq!(Recipe::from_str(text), Err(reason), "{text}");
        assert!(!reason.to_string().is_empty());
    }
    // As much memory as OpenSSL lets it have.
    for text in ["scrypt n=16384,r=15,p=3", "scrypt n=2,r=1,p=262140"] {
        assert_eq!(recipe(text).to_string(), text);
    }
}

#[test]
fn monstrous_hashes_are_not_computed() {
    let hash32 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let hash64 = format!("{}==", "A".repeat(86));
    let argon2 = |cost| format!("argon2$argon2id$v=19${cost}$c29tZXNhbHQ$AAAAAAAA");
    for encoded in [
        format!("pbkdf2_sha256$100000001$salt${hash32}"),
        format!("pbkdf2_sha256$4294967295$salt${hash32}"),
        argon2("m=4294967295,t=1,p=1"),
        argon2("m=1048577,t=1,p=1"),
        argon2("m=8,t=4294967295,p=1"),
        argon2("m=134217720,t=1,p=16777215"),
        format!("bcrypt_sha256$$2b$31${}", "a".repeat(21) + "u" + &"a".repeat(30) + "u"),
        format!("bcrypt$$2b$21${}", "a".repeat(21) + "u" + &"a".repeat(30) + "u"),
        format!("scrypt$32768$salt$8$1${hash64}"),
        format!("scrypt$2147483648$salt$4294967295$1${hash64}"),
        format!("scrypt$32768$salt$1$131072${hash64}"),
    ] {
        let verdict = verify(&plain("x"), &encoded);
        let expected =
            if encoded.contains("4294967295$1$") { Verdict::Malformed } else { Verdict::TooCostly };
        assert_eq!(verdict, expected, "{encoded}");
        assert_eq!(Encoded::parse(&encoded).is_ok(), expected == Verdict::TooCostly);
    }
}

#[test]
fn the_verdict_names_what_is_wrong() {
    for (encoded, verdict) in [
        ("", Verdict::Unknown),
        ("secret", Verdict::Unknown),
        ("sha1$salt$da39a3ee5e6b4b0d3255bfef95601890afd80709", Verdict::Unknown),
        ("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", Verdict::Unknown),
        ("!", Verdict::Unusable),
        ("!pbkdf2_sha256$bad", Verdict::Unusable),
        ("pbkdf2_sha256", Verdict::Malformed),
        ("pbkdf2_sha256$bad", Verdict::Malformed),
        ("md5$$d41d8cd98f00b204e9800998ecf8427e", Verdict::Malformed),
    ] {
        assert_eq!(verify(&plain(""), encoded), verdict, "{encoded}");
        let parsed = Encoded::parse(encoded);
        match verdict {
            Verdict::Unknown => assert_eq!(parsed, Err(Malformed::UnknownAlgorithm)),
            Verdict::Malformed => assert!(matches!(parsed, Err(Malformed::Not(_)))),
            _ => assert_eq!(parsed.unwrap().into_string(), encoded),
        }
    }
}

#[test]
fn summaries_show_algorithm_and_cost() {
    let digest = "d41d8cd98f00b204e9800998ecf8427e";
    let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    for (encoded, shown, weak) in [
        ("!aB3", "unusable", false),
        ("", "unknown", false),
        ("a plain password of 32 letters..", "unknown", false),
        ("argon2$bad", "unknown", false),
        (digest, "unsalted_md5", true),
        (&format!("md5$${digest}"), "unsalted_md5", true),
        (&format!("md5$salt${digest}"), "md5", true),
        (&format!("sha1$${sha1}"), "unsalted_sha1", true),
        (&format!("sha1$salt${sha1}"), "sha1", true),
        ("sha1$salt$short", "unknown", false),
        ("crypt$$abJnggxhB/yWI", "crypt", true),
    ] {
        let summary = describe(encoded);
        assert_eq!((summary.to_string().as_str(), summary.is_weak()), (shown, weak), "{encoded}");
    }
}

#[test]
fn weak_is_what_lies_below_the_floor() {
    for (name, cost, weak) in [
        ("pbkdf2_sha256", "259999", true),
        ("pbkdf2_sha256", "260000", false),
        ("pbkdf2_sha1", "259999", true),
        ("pbkdf2_sha1", "260000", false),
        ("argon2", "m=102400,t=2,p=8", false),
        ("argon2", "m=102400,t=2,p=1", false),
        ("argon2", "m=102400,t=1,p=8", true),
        ("argon2", "m=204800,t=1,p=8", false),
        ("argon2", "m=102399,t=9,p=8", true),
        ("argon2", "m=19456,t=2,p=1", true),
        ("bcrypt_sha256", "11", true),
        ("bcrypt_sha256", "12", false),
        ("bcrypt", "11", true),
        ("bcrypt", "12", false),
        ("scrypt", "n=16384,r=8,p=5", false),
        ("scrypt", "n=16384,r=8,p=1", true),
        ("scrypt", "n=8192,r=8,p=10", true),
        ("scrypt", "n=16384,r=15,p=3", false),
        ("md5", "", true),
    ] {
        let method = Method::parse(algorithm(name), cost).unwrap();
        assert_eq!(method.is_weak(), weak, "{method}");
    }
}

#[test]
fn secrets_stay_out_of_debug() {
    let plain = plain("open sesame");
    assert_eq!(format!("{plain:?}"), "Plain(..)");
    let encoded = hash(&plain, &recipe("pbkdf2_sha256 3"), &mut rng()).unwrap();
    assert_eq!(format!("{encoded:?}"), "Encoded(pbkdf2_sha256 3)");
    assert_eq!(format!("{:?}", unusable(&mut rng())), "Encoded(unusable)");
}

#[test]
fn unusable_markers_differ_and_fit_no_password() {
    let mut rng = rng();
    let [one, other] = [unusable(&mut rng), unusable(&mut rng)];
    assert_ne!(one, other);
    let random = one.as_str().strip_prefix('!').unwrap();
    assert_eq!(random.len(), 40);
    assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(verify(&plain(one.as_str()), one.as_str()), Verdict::Unusable);
}

#[test]
fn a_random_source_behind_a_reference_will_do() {
    let mut rng = rng();
    let source: &mut dyn CryptoRng = &mut rng;
    let recipe = recipe("pbkdf2_sha256 1");
    equalise(&plain("x"), "", Verdict::Unknown, &recipe, source).unwrap();
    assert_eq!(hash(&plain("x"), &recipe, source).unwrap().summary().to_string(), "pbkdf2_sha256 1");
}

#[test]
fn algorithms_are_named_as_in_django() {
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    assert_eq!(HashSet::from(Algorithm::ALL.map(Algorithm::name)).len(), Algorithm::ALL.len());
    assert_eq!("sha1".parse::<Algorithm>(), Err(UnknownAlgorithm));
    assert_eq!("".parse::<Algorithm>(), Err(UnknownAlgorithm));
}

#[test]
fn a_hash_is_made_up_for_where_none_was_computed() {
    let recipe = recipe("pbkdf2_sha256 3");
    let encoded = hash(&plain("x"), &recipe, &mut rng()).unwrap();
    for (verdict, is_computed) in [
        (Verdict::Match, true),
        (Verdict::Mismatch, true),
        (Verdict::Unusable, false),
        (Verdict::Unknown, false),
        (Verdict::Malformed, false),
        (Verdict::TooCostly, false),
    ] {
        // Another hash takes another salt.
        let (mut source, mut untouched) = (StdRng::seed_from_u64(1), StdRng::seed_from_u64(1));
        equalise(&plain("y"), encoded.as_str(), verdict, &recipe, &mut source).unwrap();
        assert_eq!(source.next_u64() == untouched.next_u64(), is_computed, "{verdict:?}");
    }
}

fn any_cheap_recipe() -> impl Strategy<Value = Recipe> {
    prop_oneof![
        (1_u32..20).prop_map(|iterations| ("pbkdf2_sha256", Cost::of(iterations))),
        (1_u32..20).prop_map(|iterations| ("pbkdf2_sha1", Cost::of(iterations))),
        (1_u32..4, 1_u32..3, 8_u32..20)
            .prop_map(|(lanes, passes, each)| ("argon2", Cost([lanes * each, passes, lanes]))),
        Just(("bcrypt_sha256", Cost::of(4))),
        (1_u32..8, 1_u32..4, 1_u32..4).prop_map(|(log, r, p)| ("scrypt", Cost([1 << log, r, p]))),
    ]
    .prop_map(|(name, cost)| Recipe::try_from(Method::new(algorithm(name), cost)).unwrap())
}

fn any_method() -> impl Strategy<Value = Method> {
    prop_oneof![
        any::<u32>().prop_map(|iterations| ("pbkdf2_sha256", Cost::of(iterations))),
        any::<u32>().prop_map(|iterations| ("pbkdf2_sha1", Cost::of(iterations))),
        any::<[u32; 3]>()
            .prop_map(|[memory, passes, lanes]| { ("argon2", Cost([memory, passes, lanes % (1 << 24)])) }),
        (0_u32..40).prop_map(|rounds| ("bcrypt_sha256", Cost::of(rounds))),
        (0_u32..40).prop_map(|rounds| ("bcrypt", Cost::of(rounds))),
        (0_u32..32, 0_u32..100, any::<u16>())
            .prop_map(|(log, r, p)| ("scrypt", Cost([1 << log, r, p.into()]))),
        Just(("md5", Cost::of(0))),
    ]
    .prop_map(|(name, cost)| Method::new(algorithm(name), cost))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_hashed_verifies(
        password in ".{0,100}",
        other in ".{0,100}",
        recipe in any_cheap_recipe(),
        seed: u64,
    ) {
        let encoded = hash(&plain(&password), &recipe, &mut StdRng::seed_from_u64(seed)).unwrap();
        prop_assert_eq!(verify(&plain(&password), encoded.as_str()), Verdict::Match);
        prop_assert_eq!(encoded.summary(), Summary::Hashed(recipe.method()));
        prop_assert_eq!(Encoded::parse(encoded.as_str()), Ok(encoded.clone()));
        if other != password {
            prop_assert_eq!(verify(&plain(&other), encoded.as_str()), Verdict::Mismatch);
        }
    }

    #[test]
    fn a_damaged_hash_never_verifies(
        recipe in any_cheap_recipe(),
        index: proptest::sample::Index,
        letter in "[ -~]",
    ) {
        let encoded = hash(&plain("secret"), &recipe, &mut rng()).unwrap().into_string();
        let index = index.index(encoded.len());
        let mut damaged = encoded.clone();
        damaged.replace_range(index..=index, &letter);
        // bcrypt's version letter (`a`, `b`, `x` or `y`) does not change the result.
        prop_assume!(damaged != encoded && !damaged.starts_with("bcrypt_sha256$$2"));
        prop_assert_ne!(verify(&plain("secret"), &damaged), Verdict::Match);
    }

    #[test]
    fn no_text_makes_it_fail(
        algorithm in proptest::sample::select(Algorithm::ALL.to_vec()),
        rest in "[$,=0-9a-zA-Z+/.é!]{0,80}",
    ) {
        for text in [format!("{algorithm}${rest}"), rest] {
            prop_assert_ne!(verify(&plain("secret"), &text), Verdict::Match);
            prop_assert_eq!(Encoded::parse(&text).is_err(), describe(&text) == Summary::Unknown
                || matches!(describe(&text), Summary::Removed(_)));
        }
    }

    #[test]
    fn methods_print_what_they_parse(method in any_method()) {
        let shown = method.to_string();
        let cost = shown.split_once(' ').map_or("", |(_, cost)| cost);
        let expected = method.is_possible().then_some(method);
        prop_assert_eq!(Method::parse(method.algorithm(), cost), expected);
        match Recipe::try_from(method) {
            Ok(recipe) => {
                prop_assert_eq!(recipe.to_string().parse(), Ok(recipe));
                prop_assert_eq!(recipe.method(), method);
            }
            Err(_) if !method.algorithm().makes_hashes() => {
                prop_assert_eq!(
                    shown.parse::<Recipe>(),
                    Err(BadRecipe::NotForNewHashes(method.algorithm()))
                );
            }
            Err(reason) => prop_assert_eq!(shown.parse::<Recipe>(), Err(reason)),
        }
    }
}
