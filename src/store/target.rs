//! The database that a command works on: a file, or one on a server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

/// PostgreSQL's port unless another is given.
pub const DEFAULT_PORT: u16 = 5432;

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
    pub password: Option<Password>,
    /// The database.
    pub database: String,
    /// The schema of the project's tables. Without one, the role's search path decides.
    pub schema: Option<String>,
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
pub struct Password(Zeroizing<String>);

impl Password {
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

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
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
