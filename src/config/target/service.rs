//! Service files, which define named connections.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::{Origin, TargetFault};
use super::parameters::{Parameters, known};
use super::system::home;
use crate::error::limits;

/// The folder of the system's service file on Debian, if `PGSYSCONFDIR` names no other.
const SYSTEM_FOLDER: &str = "/etc/postgresql-common";

const FILE_NAME: &str = "pg_service.conf";

/// Adds what the service says. The user's file goes before the system's.
pub fn add(service: (&str, &Origin), file: Option<&Path>, found: &mut Parameters) -> Result<(), TargetFault> {
    let users = match file {
        Some(file) => Some(file.to_owned()),
        None => home().map(|home| home.join(format!(".{FILE_NAME}"))),
    };
    let folder = env::var_os("PGSYSCONFDIR").map_or_else(|| SYSTEM_FOLDER.into(), PathBuf::from);
    let files: Vec<PathBuf> = users.into_iter().chain([folder.join(FILE_NAME)]).collect();
    for path in &files {
        // A directory or a FIFO is not read.
        let text = match path.metadata() {
            Ok(metadata) if metadata.is_file() => limits::read_to_string(path, limits::CONFIG),
            Ok(_) => Err(io::Error::other("it is not a regular file")),
            Err(error) if is_missing(&error) && file != Some(path) => continue,
            Err(error) => Err(error),
        };
        let text = text.map_err(|error| TargetFault::ServiceFile {
            path: path.clone(),
            line: None,
            reason: format!("cannot be read: {error}"),
        })?;
        if add_section(&text, path, service.0, found)? {
            return Ok(());
        }
    }
    let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    Err(TargetFault::NoService(service.1.clone(), files.join(" and ")))
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Adds the lines of the section with this name. Returns whether it exists.
fn add_section(text: &str, path: &Path, name: &str, found: &mut Parameters) -> Result<bool, TargetFault> {
    let mut is_found = false;
    for (index, line) in text.lines().enumerate() {
        let fault = |reason: &str| TargetFault::ServiceFile {
            path: path.to_owned(),
            line: Some(index + 1),
            reason: reason.into(),
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if is_found {
                break;
            }
            is_found = section.split(']').next() == Some(name);
            continue;
        }
        if !is_found {
            continue;
        }
        if line.starts_with("ldap") {
            return Err(fault("looks up the connection in LDAP, which is not supported"));
        }
        let (key, value) = line.split_once('=').ok_or_else(|| fault("must be of the form NAME=VALUE"))?;
        let known = known(key.trim()).ok_or_else(|| fault("has an unknown parameter"))?;
        if known.name == "service" || known.name == "servicefile" {
            return Err(fault("refers to another service, which is not supported"));
        }
        let origin = Origin::Service(known.name, path.to_owned(), index + 1);
        found.add(&known, value.to_owned(), origin)?;
    }
    Ok(is_found)
}
