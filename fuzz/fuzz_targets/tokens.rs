//! Tokens, their times to live, rates of logins, user names and addresses.
#![no_main]

use authctl::django::names::{address_fault, normalize_email, username_fault};
use authctl::django::rate::Rate;
use authctl::django::tokens::knox::{self, KnoxFormat, TokenHash};
use authctl::django::tokens::{PlainToken, Stored, Ttl, age, drf};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    tokens(text);
    if let Ok(ttl) = text.parse::<Ttl>() {
        assert_eq!(ttl.to_string().parse(), Ok(ttl), "{text:?}");
        if let Ok(Some(expiry)) = ttl.expiry(Timestamp::UNIX_EPOCH) {
            assert!(expiry > Timestamp::UNIX_EPOCH);
        }
    }
    assert!(age(text).is_err() || !text.trim().eq_ignore_ascii_case("never"));
    if let Ok(rate) = Rate::try_from(text.to_owned()) {
        let mut attempts = Vec::new();
        assert_eq!(rate.admit(&mut attempts, Timestamp::UNIX_EPOCH), Ok(()));
        let _ = rate.admit(&mut attempts, Timestamp::MAX);
        let _ = rate.admit(&mut attempts, Timestamp::MIN);
    }
    let address = normalize_email(text);
    assert_eq!(normalize_email(&address), address);
    if address_fault(text).is_none() && !text.is_empty() {
        assert!(text.contains('@'), "{text:?}");
    }
    if username_fault(text).is_none() {
        assert!(!text.contains([' ', '\n', '\0', '<', '/', '"']), "{text:?}");
    }
});

fn tokens(text: &str) {
    let token = PlainToken::from_client(text);
    // A second keyword is a part of the key.
    let key = text.trim();
    if !key.is_empty() {
        assert_eq!(PlainToken::from_client(&format!("Token {text}")).expose(), key);
    }
    assert_eq!(token.expose(), token.expose().trim());
    assert_eq!(format!("{token:?}"), "PlainToken(…)");
    if token.fits_a_header() {
        assert!(!token.expose().contains(char::is_whitespace));
    }
    if let Ok(generated) = drf::of_key(&token) {
        assert!(token.fits_a_header());
        assert_eq!(generated.plain.expose(), token.expose());
        assert!(generated.stored.prefix().len() <= drf::PUBLIC_LENGTH);
    }
    for form in [KnoxFormat::Salted, KnoxFormat::Binary, KnoxFormat::Text] {
        for hash in [TokenHash::Sha256, TokenHash::Sha384, TokenHash::Sha512] {
            let Ok(generated) = knox::from_key(form, hash, &token, &mut rand::rng()) else { continue };
            let Stored::Knox { digest, token_key, salt } = &generated.stored else {
                panic!("another scheme")
            };
            assert!(knox::matches(form, hash, &token, salt.as_deref(), digest));
            assert!(token.expose().starts_with(&**token_key));
            let other = PlainToken::new(format!("{}00", token.expose()));
            assert!(!knox::matches(form, hash, &other, salt.as_deref(), digest));
            assert!(knox::of_key(form, hash, &token, &mut rand::rng()).is_err() || token.fits_a_header());
        }
    }
}
