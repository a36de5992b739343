use std::path::Path;

use serde_json::json;

use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::cli::context::{hasher_needed, project_warning};
use crate::django::models::Scheme;
use crate::django::passwords::Recipe;
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::files::existing;
use crate::signals;
use crate::store::Blueprint;
use crate::terminal::output::Output;
use crate::terminal::redaction;

const EXAMPLES: &str = "\
Examples:
  authctl init
  authctl init --scheme drf,knox
  authctl init --db test.sqlite3 && export AUTHCTL_DB=test.sqlite3

Effect on Django: a project adopts the database with a plain `manage.py migrate`, which adds whatever is missing and keeps \
the rows.";

/// Create a new database file, or the tables in an empty database on a server
///
/// Creates Django's tables of users, groups and permissions, the token tables of the selected schemes, and the profile
/// tables that authctl.toml declares. Only its owner can read a new file. Fills an empty file, which keeps its mode.
/// Never touches any other file, or a schema that has tables.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Create tables for drf, knox, or drf,knox for both [default: `[tokens] scheme`, or drf]
    #[arg(long, value_name = "SCHEME", value_delimiter = ',')]
    scheme: Vec<Scheme>,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let target = &context.settings.database;
    let is_taken = |path: &&Path| path.symlink_metadata().is_ok() && !existing::is_empty(path);
    if let Some(path) = target.file().filter(is_taken) {
        return Err(Refusal::FileExists { path: path.to_owned(), is_replaceable: false }.into());
    }
    let blueprint = context.blueprint(&args.scheme);
    let mut store = context.draft(&blueprint)?;
    let change = Change::new(context, &args.writing, "init");
    let recipe = context.accounts_of(&store).recipe()?;
    let kinds: Vec<String> = store.profile_tables()?.iter().map(|table| table.kind.clone()).collect();
    let name = redaction::redacted(&target.record()).into_owned();
    let effect = target.file().map_or_else(|| Effect::new(String::new()), Effect::file);
    change.set_effect(Effect { change: format!("{target} was created"), ..effect });
    let object = if target.file().is_some() { json!({ "file": name }) } else { json!({ "database": name }) };
    change.publish(&mut store, &object, &["database".into()])?;
    change.answer(true, |output| {
        if let Some(warning) = target.file().and_then(project_warning) {
            output.warning(warning);
        }
        print_created(output, &kinds, &blueprint, &recipe, change.is_rehearsal());
        let mut object = json!({
            "database": name,
            "schemes": blueprint.schemes,
            "profiles": kinds.iter().map(|kind| json!({ "kind": kind })).collect::<Vec<_>>(),
            "new_hashes": recipe.to_string(),
        });
        change.report(vec!["database".into()]).add_to(&mut object);
        output.answer(Some(&name), &object)
    })
}

fn print_created(
    output: &Output,
    kinds: &[String],
    blueprint: &Blueprint,
    recipe: &Recipe,
    is_rehearsal: bool,
) {
    let schemes: Vec<String> = blueprint.schemes.iter().map(ToString::to_string).collect();
    let profiles =
        if kinds.is_empty() { "no profiles".to_owned() } else { format!("profiles {}", kinds.join(", ")) };
    let description = format!("a database with users, {} tokens and {profiles}", schemes.join(" and "));
    if is_rehearsal {
        output.status(format_args!("Would create {description}. Nothing was changed."));
        return;
    }
    output.status(format_args!("Created {description}."));
    let unnamed = blueprint.profiles.iter().filter(|profile| profile.migrations.is_empty());
    for profile in unnamed {
        output.hint(format_args!(
            "Before a Django project can adopt table {}, set the profile's `migrations` in authctl.toml.",
            profile.table
        ));
    }
    if let Some(needed) = hasher_needed(recipe) {
        output.hint(needed);
    }
}
