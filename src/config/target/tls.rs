//! `sslmode` and `sslrootcert`, by libpq's rules.

use std::path::{Path, PathBuf};

use super::fault::{Origin, TargetFault};
use super::parameters::Parameters;
use super::system::home;
use crate::store::target::{ChannelBinding, Host, SslMode, Tls};

const MODES: [SslMode; 6] = [
    SslMode::Disable,
    SslMode::Allow,
    SslMode::Prefer,
    SslMode::Require,
    SslMode::VerifyCa,
    SslMode::VerifyFull,
];

const BINDINGS: [ChannelBinding; 3] =
    [ChannelBinding::Disable, ChannelBinding::Prefer, ChannelBinding::Require];

/// Where the certificates come from.
enum Roots {
    /// `sslrootcert=system`.
    System,
    /// A file that was named.
    Named(PathBuf, Origin),
    /// `~/.postgresql/root.crt`, if it exists.
    Default(Option<PathBuf>),
}

/// Returns how the connection is encrypted. A relative path counts from this folder.
pub fn tls(found: &mut Parameters, host: &Host, folder: &Path) -> Result<Tls, TargetFault> {
    let given = found.take("sslmode");
    let mode = given.as_ref().map(|(word, origin)| mode(word, origin)).transpose()?;
    let channel_binding = match found.take("channel_binding") {
        None => ChannelBinding::Prefer,
        Some((word, origin)) => BINDINGS
            .into_iter()
            .find(|binding| binding.word() == word)
            .ok_or_else(|| origin.fault("must be disable, prefer or require"))?,
    };
    let roots = match found.take("sslrootcert") {
        Some((path, _)) if path == "system" => Roots::System,
        Some((path, origin)) => Roots::Named(origin.path(&path, folder), origin),
        None => {
            let default = home().map(|home| home.join(".postgresql/root.crt"));
            Roots::Default(default.filter(|path| path.exists()))
        }
    };
    // Any server with a certificate for any name would pass.
    if let (Roots::System, Some(mode), Some((_, origin))) = (&roots, mode, &given)
        && mode != SslMode::VerifyFull
    {
        return Err(origin.fault("must be verify-full with sslrootcert=system"));
    }
    if let Host::Socket(_) = host {
        return Ok(Tls { mode: SslMode::Disable, root_certificates: None, channel_binding });
    }
    let (mode, root_certificates) = match (mode, roots) {
        (_, Roots::System) => (SslMode::VerifyFull, None),
        (None, _) => (SslMode::Prefer, None),
        (Some(mode @ (SslMode::Disable | SslMode::Allow | SslMode::Prefer)), _) => (mode, None),
        (Some(_), Roots::Named(path, origin)) if !path.exists() => {
            return Err(origin.fault("names a file that does not exist"));
        }
        (Some(mode), Roots::Named(path, _) | Roots::Default(Some(path))) => {
            // With certificates at hand, libpq verifies under `require` too.
            (if mode == SslMode::Require { SslMode::VerifyCa } else { mode }, Some(path))
        }
        (Some(SslMode::VerifyCa), Roots::Default(None)) => {
            let reason = "is verify-ca and requires sslrootcert. To verify with the system's certificates, use \
                          verify-full";
            return Err(given.map_or(TargetFault::Empty, |(_, origin)| origin.fault(reason)));
        }
        (Some(mode), Roots::Default(None)) => (mode, None),
    };
    Ok(Tls { mode, root_certificates, channel_binding })
}

fn mode(word: &str, origin: &Origin) -> Result<SslMode, TargetFault> {
    MODES
        .into_iter()
        .find(|mode| mode.word() == word)
        .ok_or_else(|| origin.fault("must be disable, allow, prefer, require, verify-ca or verify-full"))
}
