//! Stands in for the PostgreSQL engine in a build without it.

use super::engine::Engine;
use super::layout::Hints;
use super::opening::Opening;
use super::target::Server;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;

/// Refuses the server.
pub(super) fn connect(server: &Server, _opening: &Opening, _hints: &Hints) -> Result<Box<dyn Engine>> {
    Err(Refusal::usage(format!("{server} is on a server, and this authctl was built without PostgreSQL."))
        .into())
}
