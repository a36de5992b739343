//! Reads a secret from a file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{FaultCode, TooLong, Undecodable};
use crate::error::limits;
use crate::error::refusal::Refusal;

/// Reads a secret from a file, without a final line end. Messages call the file by this name.
pub fn read(name: &str, path: &Path) -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(limits::SECRET + 1).read_to_end(&mut bytes))
        .with_context(|| format!("{name} cannot be read"))?;
    text(&bytes, name)
}

/// Returns the secret in these bytes, without a final line end. Messages call the source by this name.
pub fn text(bytes: &[u8], source: &str) -> Result<Zeroizing<String>> {
    if bytes.len() as u64 > limits::SECRET {
        let code = FaultCode::TooLong(TooLong::Secret(source.to_owned()));
        return Err(Refusal::invalid("secret", code).into());
    }
    let bytes = bytes.strip_suffix(b"\n").map_or(bytes, |rest| rest.strip_suffix(b"\r").unwrap_or(rest));
    let Ok(text) = std::str::from_utf8(bytes) else {
        let code = FaultCode::Undecodable(Undecodable::Secret(source.to_owned()));
        return Err(Refusal::invalid("secret", code).into());
    };
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn one_line_end_is_dropped_and_no_more() {
        let read = |bytes: &[u8]| text(bytes, "it").expect("UTF-8").to_string();
        assert_eq!(read(b"me"), "me");
        assert_eq!(read(b"me\n"), "me");
        assert_eq!(read(b"me\r\n"), "me");
        assert_eq!(read(b"me\n\n"), "me\n");
        assert_eq!(read(b" me \r"), " me \r");
        assert!(text(b"\xff", "it").is_err());
    }
}
