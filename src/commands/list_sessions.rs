use std::ops::ControlFlow;

use crate::cli::answer::named_user;
use crate::cli::args::users::OfUser;
use crate::cli::context::Context;
use crate::django::models::Key;
use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::store::account_tables::{Doors, SessionRow, SessionScan};
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;
use crate::terminal::output::Output;

const EXAMPLES: &str = "\
Examples:
  authctl list-sessions
  authctl list-sessions --user meg
  authctl list-sessions --expired --format json";

/// List web sessions by user
///
/// Lists the sessions in the database that have a user, in the order of their keys. The first characters of a key tell
/// sessions apart; a whole key would be a login. Sessions of another serializer cannot be decoded and are only counted.
/// Sessions in a cache, in files or in cookies are not in the database.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    user: OfUser,

    /// Include only expired sessions
    #[arg(long)]
    expired: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let now = context.now();
    let user = args.user.user(store)?.map(|user| user.id.to_string());
    let is_json = context.output.format().is_json();
    let headings = [
        ("user", Kind::TEXT),
        if is_json { ("user", Kind::Json) } else { ("user_id", Kind::TEXT) },
        ("prefix", Kind::TEXT),
        ("expiry", Kind::Timestamp),
        ("state", Kind::TEXT),
        ("backend", Kind::TEXT),
    ]
    .map(Heading::from);
    // In JSON, one object stands for the name and the id.
    let shown = if is_json { 1.. } else { 0.. };
    let (mut count, mut scan) = (0_u64, SessionScan::default());
    let pending = store.snapshot(|store| {
        let doors = Doors::find(store)?;
        context.output.list(&headings[shown.clone()], &mut |on_row| {
            scan = store.each_web_session_batch(&doors, now, &mut |mut batch| {
                batch.retain(|session| {
                    user.as_ref().is_none_or(|user| session.user == *user)
                        && (!args.expired || session.is_expired(now))
                });
                store.name_session_users(&mut batch)?;
                for session in &batch {
                    count += 1;
                    let object = is_json.then(|| {
                        let key = store.key_of_shown(&session.user);
                        let key = key.unwrap_or_else(|| Key::Text(session.user.clone()));
                        named_user(&key, &session.username).to_string()
                    });
                    let cells = [
                        Cell::Text(&session.username),
                        Cell::Text(object.as_deref().unwrap_or(&session.user)),
                        Cell::Text(&session.prefix),
                        session.expiry.into(),
                        Cell::Text(state(session, session.is_expired(now))),
                        session.backend.as_deref().map_or(Cell::Null, Cell::Text),
                    ];
                    if on_row(&cells[shown.clone()])?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(())
        })
    })?;
    pending.finish()?;
    print_counts(count, &scan, &context.output);
    Ok(())
}

/// Says how many sessions were listed, and how many could not be.
fn print_counts(listed: u64, scan: &SessionScan, output: &Output) {
    if output.format() == Format::Table {
        let anonymous = match scan.anonymous {
            0 => String::new(),
            number => format!(" {} without a user.", counted(number, "session")),
        };
        output.status(match listed {
            0 => format!("No sessions.{anonymous}"),
            number => format!("{}.{anonymous}", counted(number, "session")),
        });
    }
    if scan.undecodable > 0 {
        let number = counted(scan.undecodable, "session");
        output.warning(format_args!("{number} cannot be decoded: another serializer wrote the data."));
    }
}

fn state(session: &SessionRow, is_expired: bool) -> &'static str {
    match (is_expired, session.username.is_empty(), session.user_is_active) {
        (true, ..) => "expired",
        (false, true, _) => "no user",
        (false, false, true) => "active",
        (false, false, false) => "inactive",
    }
}
