mod facts;
mod findings;

use serde_json::{Value as Json, json};

use self::facts::Facts;
use self::findings::Finding;
use crate::cli::context::Context;
use crate::cli::starter;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::terminal::output::Severity;
use crate::terminal::redaction;

const EXAMPLES: &str = "\
Examples:
  authctl check
  authctl check --format json
  authctl check --suggest-config > authctl.toml
  authctl check > report.txt 2>&1 || echo 'the database needs attention'";

/// Check the database and print its layout and problems
///
/// Prints the configuration, the layout, counts and the password hashers. Looks for file damage, users who
/// cannot log in, weak hashes and useless tokens. Writes nothing. Exits with 11 if it finds an error or a warning, and
/// with 0 otherwise.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Print a starter authctl.toml for this database, and check nothing
    ///
    /// Contains the user table, the login column, the token scheme, the profile kinds, and defaults for required columns
    /// in which the newest 20 users have the same value. Where several candidates fit, a comment names the others.
    #[arg(long)]
    suggest_config: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    if args.suggest_config {
        let lines = starter::starter(context)?;
        return context.output.lines(&lines, &json!({ "config": lines.join("\n") }));
    }
    let store = context.store()?;
    // Read without a common snapshot: one over all queries would block the writers of a large database for too long.
    let mut examined = None;
    let damage = findings::damage(store, &mut || examined = Some(Examined::read(context, store)))?;
    let is_sound = damage.iter().all(|finding| finding.severity != Severity::Error);
    let Examined { findings, facts, mut object } = match examined {
        Some(examined) if is_sound => examined?.after(damage),
        // What was read from a damaged file is unreliable.
        _ => Examined::damaged(damage, store)?,
    };
    object["findings"] = json!(findings);
    context.output.report(&facts, &object)?;
    for finding in &findings {
        context.output.finding(finding.severity, &finding.message);
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if errors + warnings > 0 {
        return Err(Refusal::Findings { errors, warnings }.into());
    }
    context.output.status("No errors, no warnings.");
    Ok(())
}

/// What was found in a database.
struct Examined {
    findings: Vec<Finding>,
    facts: Facts,
    object: Json,
}

impl Examined {
    fn read(context: &Context, store: &Store) -> Result<Self> {
        let (findings, hashers) = findings::all(context, store)?;
        let (facts, object) = facts::describe(context, store, &hashers)?;
        Ok(Self { findings, facts, object })
    }

    fn after(self, mut findings: Vec<Finding>) -> Self {
        findings.extend(self.findings);
        Self { findings, ..self }
    }

    fn damaged(mut findings: Vec<Finding>, store: &Store) -> Result<Self> {
        findings.extend(findings::open_file(store)?);
        let database = redaction::redacted(&store.target().record()).into_owned();
        let facts = vec![("database", database.clone())];
        Ok(Self { findings, facts, object: json!({ "database": database }) })
    }
}
