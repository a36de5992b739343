//! Tests of how the recipe for new hashes follows the stored ones.

use super::super::follow;

fn pbkdf2(iterations: u32) -> String {
    format!("pbkdf2_sha256${iterations}$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
}

fn argon2(cost: &str) -> String {
    format!("argon2$argon2id$v=19${cost}$c29tZXNhbHQ$AAAAAAAA")
}

fn scrypt(n: u32, r: u32, p: u32) -> String {
    format!("scrypt${n}$salt${r}${p}${}==", "A".repeat(86))
}

fn bcrypt(rounds: u32) -> String {
    format!("bcrypt_sha256$$2b${rounds:02}${}u{}u", "a".repeat(21), "a".repeat(30))
}

fn md5() -> String {
    format!("md5$salt${}", "0".repeat(32))
}

fn followed(newest_first: &[String]) -> Option<String> {
    follow(newest_first.iter().map(String::as_str)).map(|recipe| recipe.to_string())
}

#[test]
fn without_users_nothing_is_followed() {
    assert_eq!(followed(&[]), None);
}

#[test]
fn the_newest_user_decides_on_the_algorithm() {
    let [newest, older] = [argon2("m=102400,t=2,p=8"), pbkdf2(1_000_000)];
    assert_eq!(followed(&[newest, older]).unwrap(), "argon2 m=102400,t=2,p=8");
    let [newest, older] = [pbkdf2(1_000_000), argon2("m=102400,t=2,p=8")];
    assert_eq!(followed(&[newest, older]).unwrap(), "pbkdf2_sha256 1000000");
}

#[test]
fn the_costliest_user_of_that_algorithm_decides_on_the_cost() {
    let users = [pbkdf2(600_000), argon2("m=102400,t=9,p=8"), pbkdf2(1_000_000), pbkdf2(320_000)];
    assert_eq!(followed(&users).unwrap(), "pbkdf2_sha256 1000000");
}

#[test]
fn of_equal_costs_the_newest_is_taken() {
    let users = [argon2("m=204800,t=2,p=4"), argon2("m=409600,t=1,p=8")];
    assert_eq!(followed(&users).unwrap(), "argon2 m=204800,t=2,p=4");
}

#[test]
fn a_weak_cost_is_raised_to_the_floor() {
    assert_eq!(followed(&[pbkdf2(2)]).unwrap(), "pbkdf2_sha256 260000");
    assert_eq!(followed(&[pbkdf2(259_999), pbkdf2(3)]).unwrap(), "pbkdf2_sha256 260000");
    assert_eq!(followed(&[argon2("m=512,t=2,p=2")]).unwrap(), "argon2 m=102400,t=2,p=8");
    assert_eq!(followed(&[scrypt(16_384, 8, 1)]).unwrap(), "scrypt n=16384,r=8,p=5");
    assert_eq!(followed(&[bcrypt(5)]).unwrap(), "bcrypt_sha256 12");
}

#[test]
fn a_weak_cost_does_not_win_by_its_work() {
    let users = [argon2("m=8,t=2000000,p=1"), argon2("m=102400,t=3,p=8")];
    assert_eq!(followed(&users).unwrap(), "argon2 m=102400,t=3,p=8");
}

#[test]
fn what_is_above_the_floor_is_kept_to_the_letter() {
    assert_eq!(followed(&[pbkdf2(260_001)]).unwrap(), "pbkdf2_sha256 260001");
    assert_eq!(followed(&[argon2("m=102400,t=2,p=1")]).unwrap(), "argon2 m=102400,t=2,p=1");
    assert_eq!(followed(&[bcrypt(13)]).unwrap(), "bcrypt_sha256 13");
}

#[test]
fn what_cannot_be_followed_is_passed_over() {
    let raw_bcrypt = || bcrypt(12).replace("bcrypt_sha256", "bcrypt");
    let others = || {
        [
            "!unusable".to_owned(),
            String::new(),
            "unknown$text".to_owned(),
            "argon2$bad".to_owned(),
            md5(),
            raw_bcrypt(),
            pbkdf2(100_000_001),
        ]
    };
    assert_eq!(followed(&others()), None);
    let mut users = others().to_vec();
    users.push(bcrypt(12));
    assert_eq!(followed(&users).unwrap(), "bcrypt_sha256 12");
}

#[test]
fn the_cheapest_hashes_are_test_data_and_not_followed() {
    let cheapest = || [pbkdf2(1), argon2("m=8,t=1,p=1"), bcrypt(4), scrypt(2, 1, 1)];
    assert_eq!(followed(&cheapest()), None);
    let mut users = cheapest().to_vec();
    users.push(argon2("m=102400,t=3,p=8"));
    assert_eq!(followed(&users).unwrap(), "argon2 m=102400,t=3,p=8");
}
