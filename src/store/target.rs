//! The database that a command works on: a file, or one on a server.

use std::fmt::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use zeroize::Zeroizing;

/// PostgreSQL's port unless another is given.
pub const DEFAULT_PORT: u16 = 5432;

/// What is percent-encoded in a URL: everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A database. `Display` and `Debug` never show a password.
#[derive(Clone, Debug)]
pub enum Target {
    /// An SQLite file.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server(Box<Server>),
}

/// A database on a PostgreSQL server, and how to reach it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where the server listens.
    pub host: Host,
    /// The port. It also names the socket of a folder.
    pub port: u16,
    /// The role to log in as.
    pub user: String,
    /// The password, if one is known.
    pub password: Option<ServerPassword>,
    /// The database.
    pub database: String,
    /// The schemas of the project's tables, searched in this order. Without any, the role's search path decides.
    pub schemas: Vec<String>,
    /// Whether and how the connection is encrypted.
    pub tls: Tls,
    /// The time to wait for a connection, `connect_timeout`.
    pub connect_timeout: Option<Duration>,
    /// The name under which the server lists the connection.
    pub application_name: String,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// The name or the address of a machine.
    Name(String),
    /// The folder of a Unix socket.
    Socket(PathBuf),
}

/// `sslmode` and the files that belong to it, as in libpq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// `sslmode`.
    pub mode: SslMode,
    /// `sslrootcert`: the certificates that may sign the server's. `None` is the system's store.
    pub root_certificates: Option<PathBuf>,
    /// `channel_binding`.
    pub channel_binding: ChannelBinding,
}

/// libpq's `channel_binding`: whether the password's proof is bound to the encrypted connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// If the server offers it.
    Prefer,
    /// Always. Refuse a server that does not offer it.
    Require,
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    /// Never encrypt.
    Disable,
    /// Encrypt if the server refuses a plain connection.
    Allow,
    /// Encrypt if the server can. Any certificate will do.
    Prefer,
    /// Encrypt. Any certificate will do.
    Require,
    /// Encrypt, and verify who signed the certificate.
    VerifyCa,
    /// Encrypt, and verify the certificate and its name.
    VerifyFull,
}

/// A password of a server's role.
#[derive(Clone)]
pub struct ServerPassword(Zeroizing<String>);

impl ServerPassword {
    /// Wraps a password.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the password itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl SslMode {
    /// Returns libpq's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl ChannelBinding {
    /// Returns libpq's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
        }
    }
}

impl fmt::Debug for ServerPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerPassword(…)")
    }
}

impl Target {
    /// Returns the path of a file.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }

    /// Returns the server.
    #[must_use]
    pub fn server(&self) -> Option<&Server> {
        match self {
            Self::File(_) => None,
            Self::Server(server) => Some(server),
        }
    }

    /// Returns the name under which sessions, failed logins and logs know the database. Contains no secret.
    ///
    /// For a file, it is the real path, so that two paths to the same file share an entry. For a server, it is a URL
    /// with host, port, database and schemas, which `--db` accepts.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::File(path) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                match path.to_str() {
                    Some(path) => path.to_owned(),
                    None => percent_encode(path.as_os_str().as_bytes(), RESERVED).to_string(),
                }
            }
            Self::Server(server) => server.identity(),
        }
    }

    /// Returns the form for logs and JSON: the path as given, or the [`Self::identity`] of a server's database.
    #[must_use]
    pub fn record(&self) -> String {
        match self {
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Server(server) => server.identity(),
        }
    }
}

impl Server {
    /// Returns a URL with host, port, database and schemas, without the user and the password.
    #[must_use]
    pub fn identity(&self) -> String {
        let mut url = format!("postgresql://{}", self.address());
        if !self.schemas.is_empty() {
            // A backslash quotes what would end the option.
            let is_quoted = |c: char| c.is_ascii_whitespace() || c == '\\' || c == '\u{b}';
            let names: Vec<String> = self.schemas.iter().map(|schema| quoted_name(schema)).collect();
            let mut path = String::new();
            for c in names.join(",").chars() {
                path.extend(is_quoted(c).then_some('\\'));
                path.push(c);
            }
            let _ = write!(url, "?options=-csearch_path%3D{}", utf8_percent_encode(&path, RESERVED));
        }
        url
    }

    /// Returns a URL as PostgreSQL's own programs accept it, without the password and the schemas.
    #[must_use]
    pub fn url(&self) -> String {
        let user = utf8_percent_encode(&self.user, RESERVED);
        let mut url = format!("postgresql://{user}@{}", self.address());
        let tls = &self.tls;
        let mut parameters = Vec::new();
        if matches!(self.host, Host::Name(_)) && tls.mode != SslMode::Prefer {
            parameters.push(("sslmode", tls.mode.word().to_owned()));
        }
        match (&tls.root_certificates, tls.mode) {
            (Some(path), _) => parameters.push(("sslrootcert", path.to_string_lossy().into_owned())),
            (None, SslMode::VerifyFull) => parameters.push(("sslrootcert", "system".into())),
            (None, _) => {}
        }
        if tls.channel_binding != ChannelBinding::Prefer {
            parameters.push(("channel_binding", tls.channel_binding.word().to_owned()));
        }
        for (index, (name, value)) in parameters.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            let _ = write!(url, "{separator}{name}={}", utf8_percent_encode(value, RESERVED));
        }
        url
    }

    /// Returns `HOST:PORT/DATABASE`, percent-encoded.
    fn address(&self) -> String {
        let host = match &self.host {
            Host::Name(name) if name.contains(':') => format!("[{}]", name.replace('%', "%25")),
            Host::Name(name) => utf8_percent_encode(name, RESERVED).to_string(),
            Host::Socket(folder) => utf8_percent_encode(&folder.to_string_lossy(), RESERVED).to_string(),
        };
        format!("{host}:{}/{}", self.port, utf8_percent_encode(&self.database, RESERVED))
    }
}

/// Quotes the name of a schema if the server would read it differently without quotes.
#[must_use]
pub fn quoted_name(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A path, or `HOST[:PORT]/DATABASE`, with the folder of a socket as the host and without the usual port.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.fmt(f),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Name(name) if name.contains(':') => write!(f, "[{name}]")?,
            Host::Name(name) => f.write_str(name)?,
            Host::Socket(folder) => folder.display().fmt(f)?,
        }
        if self.port != DEFAULT_PORT {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "/{}", self.database)
    }
}
