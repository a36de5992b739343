//! Which texts are whole hashes, and which only look like them.

use super::super::*;
use super::{algorithm, plain, recipe, rng};

const PBKDF2: &str = "ON9CizCTCOSMNofn+QvaDpzyU1aMIex1Sg4HarSrZCM=";
const SCRYPT: &str =
    "Mg+j147YoCdA+qrUwvASXtMPpt7O8kuKFUTqdS+qQGDWyflITJGX7esL3bHOMysiMO3h09xR49a/I+RElwXRSA==";

/// What Python makes of the password `secret`, with the salt `salt` or `somesalt`.
fn good() -> Vec<String> {
    vec![
        format!("pbkdf2_sha256$1$salt${PBKDF2}"),
        "argon2$argon2d$v=19$m=8,t=1,p=1$c29tZXNhbHQ$QLwUNLm4UFVQct+D6wA6retx1gD/8FXSPUl0qxZeP6Y".into(),
        "argon2$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$X5TwrKDLsshsw1ylU9uT2FzYTg+mRgAr9dIrrx3Y4G4".into(),
        "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$QQCd8VPOryZiCF3MtwQnPTK7odKCaPcXJGplgNEuj1A".into(),
        "bcrypt$$2b$04$aaaaaaaaaaaaaaaaaaaaau/nCn7vVCwqYJerX0DCwClIsiqBXJIjC".into(),
        format!("scrypt$2$salt$1$1${SCRYPT}"),
        "md5$salt$d42a0f742ffc1be4e1cc0845c2429c97".into(),
    ]
}

#[test]
fn hashes_of_other_programs_verify() {
    for encoded in good() {
        assert_eq!(verify(&plain("secret"), &encoded), Verdict::Match, "{encoded}");
        assert_eq!(verify(&plain("Secret"), &encoded), Verdict::Mismatch, "{encoded}");
    }
}

#[test]
fn what_is_not_whole_is_malformed() {
    for encoded in [
        format!("pbkdf2_sha256$0$salt${PBKDF2}"),
        format!("pbkdf2_sha256$1$${PBKDF2}"),
        "pbkdf2_sha256$1$salt$ON9CizCTCOSMNofn".into(),
        "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZQ$QQCd8VPOryZiCF3MtwQnPTK7odKCaPcXJGplgNEuj1A".into(),
        "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$QQCd".into(),
        "argon2$argon2$v=19$m=8,t=1,p=1$c29tZXNhbHQ$QQCd8VPOryZiCF3MtwQnPTK7odKCaPcXJGplgNEuj1A".into(),
        "bcrypt$$2z$04$aaaaaaaaaaaaaaaaaaaaau/nCn7vVCwqYJerX0DCwClIsiqBXJIjC".into(),
        "bcrypt$$2b$04$aaaaaaaaaaaaaaaaaaaaau/nCn7vVCwqYJerX0DCwClIsiqBXJ".into(),
        "bcrypt$$2b$+4$aaaaaaaaaaaaaaaaaaaaau/nCn7vVCwqYJerX0DCwClIsiqBXJIjC".into(),
        "bcrypt$$2b$4$aaaaaaaaaaaaaaaaaaaaau/nCn7vVCwqYJerX0DCwClIsiqBXJIjC".into(),
        "bcrypt$$2b$004$aaaaaaaaaaaaaaaaaaaaau/nCn7vVCwqYJerX0DCwClIsiqBXJIjC".into(),
        "bcrypt$$2b$03$aaaaaaaaaaaaaaaaaaaaau/nCn7vVCwqYJerX0DCwClIsiqBXJIjC".into(),
        format!("scrypt$2$$1$1${SCRYPT}"),
        format!("scrypt$2$salt$1$1${SCRYPT}$"),
        "scrypt$2$salt$1$1$Mg+j".into(),
        "md5$salt$D42A0F742FFC1BE4E1CC0845C2429C97".into(),
        "md5$salt$+d42a0f742ffc1be4e1cc0845c2429c9".into(),
        "md5$salt$d42a0f742ffc1be4e1cc0845c2429c".into(),
    ] {
        assert_eq!(verify(&plain("secret"), &encoded), Verdict::Malformed, "{encoded}");
    }
}

#[test]
fn a_password_that_bcrypt_would_cut_off_does_not_match() {
    let hasher = algorithm("bcrypt").hasher();
    let salt = hasher.salt(&mut rng());
    let method = Method::parse(algorithm("bcrypt"), "4").unwrap();
    let password = "x".repeat(80);
    let body = super::Workspace::on_one_core(method)
        .unwrap()
        .run(|hasher, blocks| hasher.encode(password.as_bytes(), &salt, method.cost(), blocks));
    let encoded = format!("bcrypt${}", body.unwrap());
    assert_eq!(verify(&plain(&password[..72]), &encoded), Verdict::Match);
    assert_eq!(verify(&plain(&password), &encoded), Verdict::Mismatch);
}

#[test]
fn twice_the_cost_is_twice_the_work() {
    for (cheap, dear) in [
        ("pbkdf2_sha256 10", "pbkdf2_sha256 20"),
        ("argon2 m=16,t=1,p=1", "argon2 m=16,t=2,p=1"),
        ("bcrypt_sha256 5", "bcrypt_sha256 6"),
        ("scrypt n=16,r=1,p=1", "scrypt n=16,r=1,p=2"),
    ] {
        let [cheap, dear] = [cheap, dear].map(|text| recipe(text).method().work());
        assert!(cheap > 1 && dear == 2 * cheap, "{cheap} and {dear}");
    }
}

#[test]
fn what_is_wrong_is_said_in_words() {
    assert_eq!(
        BadRecipe::UnknownAlgorithm.to_string(),
        "unknown password algorithm; known algorithms are pbkdf2_sha256, pbkdf2_sha1, argon2, bcrypt_sha256, scrypt"
    );
    assert_eq!(UnknownAlgorithm.to_string(), "unknown password algorithm");
    assert_eq!(Malformed::UnknownAlgorithm.to_string(), "not a password hash of a known algorithm");
    assert_eq!(Malformed::Not(algorithm("argon2")).to_string(), "a malformed argon2 hash");
    assert_eq!(format!("{:?}", algorithm("argon2")), "Algorithm(argon2)");
}
