//! The user who runs authctl.

use std::env;
use std::path::PathBuf;

use uzers::os::unix::UserExt as _;

/// Returns the name of the user who runs authctl.
pub fn user_name() -> Option<String> {
    let user = uzers::get_user_by_uid(rustix::process::geteuid().as_raw())?;
    Some(user.name().to_string_lossy().into_owned())
}

/// Returns the home folder, which has libpq's files.
pub fn home() -> Option<PathBuf> {
    let named = env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.or_else(|| {
        let user = uzers::get_user_by_uid(rustix::process::geteuid().as_raw())?;
        Some(user.home_dir().to_owned())
    })
}
