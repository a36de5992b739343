//! The verdicts of five versions of Django, made by `tests/django/make_hashes.py`.

use super::*;

#[test]
fn every_verdict_is_djangos() {
    for version in DJANGOS {
        let fixture = fixture("hashes", version);
        for vector in vectors(&fixture) {
            let [about, password, encoded] = ["about", "password", "encoded"].map(|key| text(&vector[key]));
            let accepted = vector["accepts"].as_bool().unwrap();
            let verdict = verify(&plain(password), encoded);
            assert_eq!(verdict == Verdict::Match, accepted, "Django {version}, {about}: {verdict:?}");
            assert!(!accepted || Encoded::parse(encoded).is_ok(), "Django {version}, {about}");
        }
    }
}

#[test]
fn the_vectors_hold_every_algorithm() {
    for version in DJANGOS {
        let fixture = fixture("hashes", version);
        for algorithm in Algorithm::ALL {
            let verdicts: HashSet<_> = vectors(&fixture)
                .iter()
                .filter(|vector| text(&vector["algorithm"]) == algorithm.name())
                .map(|vector| (vector["accepts"].as_bool(), vector.get("raises").is_some()))
                .collect();
            let expected = match (algorithm.name(), version) {
                ("scrypt", "3.2") => 0,
                _ => 3,
            };
            assert_eq!(verdicts.len(), expected, "Django {version}, {algorithm}");
        }
    }
}

#[test]
fn real_hashes_are_described_with_their_cost() {
    for (version, iterations, scrypt) in [
        ("3.2", 260_000, None),
        ("4.2", 600_000, Some("scrypt n=16384,r=8,p=1")),
        ("5.2", 1_000_000, Some("scrypt n=16384,r=8,p=5")),
        ("6.0", 1_200_000, Some("scrypt n=16384,r=8,p=5")),
        ("6.1", 1_500_000, Some("scrypt n=16384,r=8,p=5")),
    ] {
        let fixture = fixture("hashes", version);
        let shown: Vec<_> = vectors(&fixture)
            .iter()
            .filter(|vector| text(&vector["about"]).starts_with("real cost"))
            .map(|vector| describe(text(&vector["encoded"])).to_string())
            .collect();
        let mut expected = vec![
            format!("pbkdf2_sha256 {iterations}"),
            format!("pbkdf2_sha1 {iterations}"),
            "argon2 m=102400,t=2,p=8".to_owned(),
        ];
        expected.extend(scrypt.map(str::to_owned));
        expected.push("bcrypt_sha256 12".to_owned());
        assert_eq!(shown, expected, "Django {version}");
    }
}
