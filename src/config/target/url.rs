//! The syntax of a URL. What a person may have pasted without percent-encoding is refused rather than guessed.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::fault::{Origin, TargetFault};
use super::parameters::{Parameters, known, name_hint};

/// The schemes of a server, as libpq, dj-database-url and django-environ spell them.
const SERVER_SCHEMES: [&str; 6] = ["postgres", "postgresql", "postgis", "pgsql", "timescale", "psql"];

/// What Django's readers of URLs accept behind an SQLite file. These options are Django's own.
const SQLITE_OPTIONS: [&str; 8] = [
    "timeout",
    "transaction_mode",
    "init_command",
    "conn_max_age",
    "conn_health_checks",
    "atomic_requests",
    "autocommit",
    "check_same_thread",
];

/// What a text names.
pub enum Spelled {
    /// A file.
    File(PathBuf),
    /// A database on a server, as far as the URL says.
    Server(Parameters),
}

/// Parses a URL.
pub fn parse(text: &str) -> Result<Spelled, TargetFault> {
    let (scheme, rest) = text.split_once("://").ok_or(TargetFault::Scheme)?;
    if rest.contains(|c: char| c.is_control()) {
        return Err(TargetFault::ControlCharacter);
    }
    if is_server(scheme) {
        parse_server(rest).map(Spelled::Server)
    } else if scheme.eq_ignore_ascii_case("sqlite") {
        parse_file(rest).map(Spelled::File)
    } else {
        Err(TargetFault::Scheme)
    }
}

/// Whether the URL of a server may contain a password, however it is written.
pub fn may_contain_password(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let user = rest.rsplit_once('@').and_then(|(before, _)| before.split_once(':'));
    let has_password = user.is_some_and(|(_, password)| !password.is_empty());
    is_server(scheme) && (has_password || rest.to_ascii_lowercase().contains("password="))
}

/// Whether this is a URL of a database without the slashes after its scheme.
pub fn lacks_slashes(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| is_server(scheme) || scheme.eq_ignore_ascii_case("sqlite"))
}

fn is_server(scheme: &str) -> bool {
    SERVER_SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Parses what follows `sqlite://`, as dj-database-url and django-environ do.
fn parse_file(rest: &str) -> Result<PathBuf, TargetFault> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.contains('#') || query.contains('#') {
        return Err(TargetFault::Ambiguous("#", "%23"));
    }
    for (position, pair) in parameters(query) {
        let (name, _) = pair.split_once('=').ok_or(TargetFault::ParameterForm(position))?;
        if !SQLITE_OPTIONS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(TargetFault::UnknownParameter { position, hint: String::new() });
        }
    }
    let path = match path.strip_prefix('/') {
        None if path.is_empty() || path == ":memory:" => return Err(TargetFault::InMemory),
        None => return Err(TargetFault::SqliteSlashes),
        Some("" | ":memory:") => return Err(TargetFault::InMemory),
        Some(path) => decode_bytes(path, "path")?,
    };
    if path.contains(&0) {
        return Err(TargetFault::BadText("path"));
    }
    String::from_utf8(path).map(PathBuf::from).map_err(|_| TargetFault::BadText("path"))
}

/// Parses what follows `postgres://`: `[USER[:PASSWORD]@][HOST][:PORT][/DATABASE][?NAME=VALUE&…]`.
fn parse_server(rest: &str) -> Result<Parameters, TargetFault> {
    if rest.contains('#') {
        return Err(TargetFault::Ambiguous("#", "%23"));
    }
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
    // Programs disagree on which `@` ends the password.
    if [host, database, query].iter().any(|part| part.contains('@')) {
        return Err(TargetFault::Ambiguous("an @", "%40"));
    }
    if database.contains('/') {
        return Err(TargetFault::Ambiguous("a slash", "%2F"));
    }
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let (host, port) = parse_host(host)?;
    let mut query = parse_query(query)?;
    // As in libpq, a parameter goes before the same part of the address.
    for (name, text) in
        [("user", user), ("password", password), ("host", host), ("port", port), ("dbname", database)]
    {
        if let Some(known) = known(name) {
            query.add(&known, decode(text, known.name)?, Origin::Url(known.name))?;
        }
    }
    Ok(query)
}

/// Splits `HOST:PORT`.
fn parse_host(text: &str) -> Result<(&str, &str), TargetFault> {
    if text.contains(',') {
        return Err(TargetFault::SeveralHosts);
    }
    let Some(rest) = text.strip_prefix('[') else {
        let (host, port) = text.split_once(':').unwrap_or((text, ""));
        let is_unbracketed = port.contains(':') || text.contains(['[', ']']);
        return if is_unbracketed { Err(TargetFault::Brackets) } else { Ok((host, port)) };
    };
    let (host, rest) = rest.split_once(']').ok_or(TargetFault::Brackets)?;
    let port = if rest.is_empty() { Some("") } else { rest.strip_prefix(':') };
    port.filter(|_| host.contains(':')).map(|port| (host, port)).ok_or(TargetFault::Brackets)
}

/// Parses `NAME=VALUE&…`.
fn parse_query(query: &str) -> Result<Parameters, TargetFault> {
    let mut found = Parameters::default();
    let mut names = Vec::new();
    for (position, pair) in parameters(query) {
        let (name, value) = pair.split_once('=').ok_or(TargetFault::ParameterForm(position))?;
        let name = decode(name, "name of a parameter")?;
        // JDBC's spelling, which libpq accepts too.
        let (name, value) =
            if (&*name, value) == ("ssl", "true") { ("sslmode".into(), "require") } else { (name, value) };
        let known =
            known(&name).ok_or_else(|| TargetFault::UnknownParameter { position, hint: name_hint(&name) })?;
        if names.contains(&known.name) {
            return Err(TargetFault::Repeated(known.name));
        }
        names.push(known.name);
        found.add(&known, decode(value, known.name)?, Origin::Url(known.name))?;
    }
    Ok(found)
}

/// Returns the parameters that are not empty, with their positions from 1.
fn parameters(query: &str) -> impl Iterator<Item = (usize, &str)> {
    query.split('&').enumerate().map(|(index, pair)| (index + 1, pair)).filter(|(_, pair)| !pair.is_empty())
}

fn decode(text: &str, part: &'static str) -> Result<String, TargetFault> {
    let text = String::from_utf8(decode_bytes(text, part)?).map_err(|_| TargetFault::BadText(part))?;
    if text.contains('\0') { Err(TargetFault::BadText(part)) } else { Ok(text) }
}

/// Decodes a part. A stray `%` suggests a password that was pasted without encoding.
fn decode_bytes(text: &str, part: &'static str) -> Result<Vec<u8>, TargetFault> {
    let is_valid = |rest: &str| {
        let digits = rest.as_bytes();
        digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
    };
    if text.split('%').skip(1).all(is_valid) {
        Ok(percent_decode_str(text).collect())
    } else {
        Err(TargetFault::PercentEncoding(part))
    }
}
