//! `--db`, `db` of `authctl.toml` and their URLs: nothing that is shown or stored contains the password of a URL.
#![no_main]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use authctl::fuzzing::{forget, note, redacted, settings};
use authctl_fuzz::write;
use libfuzzer_sys::fuzz_target;

const SCHEMES: [&str; 6] =
    ["postgres://", "postgresql+psycopg://", "sqlite:///", "mysql://", "--db=postgres://", ""];

/// What no URL has by chance.
const SECRET: &str = "s3cr";

fuzz_target!(|bytes: &[u8]| {
    let any = Path::new(OsStr::from_bytes(bytes));
    let _ = settings(Path::new("/dev/null"), Some(any));
    let text = String::from_utf8_lossy(bytes);
    forget();
    // A parser of the part after the scheme sees every input.
    let url = format!("postgres://{text}");
    if let Ok(shown) = settings(Path::new("/dev/null"), Some(Path::new(&url))) {
        assert!(!text.contains("password="), "{shown:?} of {url:?}");
    }
    forget();
    let once = redacted(&text);
    assert_eq!(redacted(&once), once);

    let Some((kind, text)) = text.split_at_checked(1) else { return };
    let scheme = SCHEMES[kind.bytes().map(usize::from).sum::<usize>() % SCHEMES.len()];
    let (password, host) = text.split_once('\n').unwrap_or((text, "host/db"));
    if password.contains(SECRET) || host.contains(SECRET) || scheme.is_empty() && text.contains("://") {
        return;
    }
    if scheme.contains("://") && !password.contains(|c: char| c.is_whitespace() || c == '"' || c == '&') {
        let url = format!("{scheme}host/db?sslmode=require&password={SECRET}{password}{SECRET}&user={host}");
        let shown = redacted(&format!("no file at {url}, {url:?}."));
        assert!(!shown.contains(SECRET), "{shown:?} of {url:?}");
    }
    let url = format!("{scheme}user:{SECRET}{password}{SECRET}@{host}");
    check(&settings(Path::new("/dev/null"), Some(Path::new(&url))), &url);
    forget();
    let file = write("target.toml", toml::toml! { db = (url.clone()) }.to_string().as_bytes());
    check(&settings(&file, None), &url);
    forget();
    note(&url);
    for message in [
        format!("no file at {url}."),
        format!("no file at {url:?}."),
        serde_json::json!({ "message": url }).to_string(),
        serde_json::json!({ "message": format!("{url:?}") }).to_string(),
    ] {
        let shown = redacted(&message);
        assert!(!shown.contains(SECRET), "{shown:?} of {url:?}");
    }
    forget();
});

fn check(outcome: &Result<String, String>, url: &str) {
    let (Ok(shown) | Err(shown)) = outcome;
    assert!(!shown.contains(SECRET), "{shown:?} of {url:?}");
}
