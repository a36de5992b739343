use std::collections::BTreeSet;

use serde_json::json;

use crate::cli::context::Context;
use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;

const EXAMPLES: &str = "\
Examples:
  authctl list-groups
  authctl list-groups --format json
  authctl list-groups --format plain | cut -f1";

/// List groups with their members and permissions
///
/// Prints the name of each group, the number of its members, and its permissions as APP.CODENAME. For the members
/// themselves, see `authctl list-users --group NAME`.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {}

pub fn run(_: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let format = context.output.format();
    let list = if format.is_json() { Kind::Json } else { Kind::TEXT };
    let headings =
        [("name", Kind::TEXT), ("members", Kind::Integer), ("permissions", list)].map(Heading::from);
    let mut count = 0_u64;
    let pending = store.snapshot(|store| {
        context.output.list(&headings, &mut |on_row| {
            store.each_group_by_name(&mut |cells| {
                count += 1;
                let permissions = permissions(cells[2].text().unwrap_or_default(), format);
                on_row(&[cells[0], cells[1], Cell::Text(&permissions)])
            })
        })
    })?;
    pending.finish()?;
    if format == Format::Table {
        let groups = if count == 0 { "No groups".to_owned() } else { counted(count, "group") };
        context.output.status(format_args!("{groups}."));
    }
    Ok(())
}

/// Returns the text of natural keys of permissions, each name once.
fn permissions(natural_keys: &str, format: Format) -> String {
    let keys: Vec<[String; 3]> = serde_json::from_str(natural_keys).unwrap_or_default();
    let names: BTreeSet<String> =
        keys.into_iter().map(|[codename, app_label, _]| format!("{app_label}.{codename}")).collect();
    let names: Vec<String> = names.into_iter().collect();
    if format.is_json() { json!(names).to_string() } else { names.join(",") }
}
