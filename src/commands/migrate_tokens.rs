use std::collections::BTreeMap;

use anyhow::Result;
use clap::ValueEnum;
use jiff::Timestamp;
use serde_json::json;

use crate::cli::answer::Report;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::{Key, Scheme, TokenFilter};
use crate::django::tokens::{Stored, Ttl, knox};
use crate::error::lost_answer::Aftermath;
use crate::error::refusal::{Fault, Refusal};
use crate::error::wording::counted;
use crate::signals;
use crate::store::layout::KnoxTable;
use crate::store::{Done, NewToken, Store, Token, Transaction};
use crate::terminal::output::Output;

const EXAMPLES: &str = "\
Examples:
  authctl migrate-tokens --to knox --dry-run
  authctl migrate-tokens --to knox --keep --yes
  authctl migrate-tokens --to knox --user ci-bot --expires-in 90d --yes

What Django notices: knox accepts the keys from the next request on, and DRF refuses them unless --keep. Which of the \
two is asked, DEFAULT_AUTHENTICATION_CLASSES says. Django's sessions stay, and no signal runs.";

/// Move tokens from DRF to knox with the keys that clients have
///
/// Each drf key becomes a knox token of the same key. knox keeps its first 15 characters as they are, 8 before knox 5:
/// they become public, as list-tokens shows them, and the others stay secret. Before knox 5 a key has to be of
/// hexadecimal digits, as DRF makes them. Where a key cannot go, nothing is changed, unless --skip-unfit. Asks first;
/// where nobody can be asked, wants --yes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The scheme to move to
    #[arg(long, value_name = "SCHEME")]
    to: Target,

    /// Leave the drf tokens where they are, for a server that still asks DRF
    #[arg(long)]
    keep: bool,

    /// Leave keys that cannot go where they are, and move the others
    #[arg(long)]
    skip_unfit: bool,

    /// Only this user's token, by the exact login name
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    /// When the knox tokens expire, those of keys that knox has already too: a duration such as 30d, or never
    #[arg(long, value_name = "DURATION", default_value = "never")]
    expires_in: Ttl,

    #[command(flatten)]
    writing: Writing,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    /// django-rest-knox
    Knox,
}

/// What is to be done with the drf tokens.
#[derive(Debug, Default)]
struct Moves {
    /// Tokens to be made in knox, with what is stored there, and an expired row of the same key that makes way.
    fresh: Vec<(Token, Stored, Option<Token>)>,
    /// Tokens whose keys knox has already, with the row there if it is to get another expiry.
    known: Vec<(Token, Option<Token>)>,
    /// The users whose keys cannot go, by the reason.
    unfit: BTreeMap<String, Vec<String>>,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let Target::Knox = args.to;
    let store = context.store()?;
    let table = knox_table(store)?;
    let now = context.now();
    let expiry = args
        .expires_in
        .expiry(now)
        .map_err(|_| Refusal::usage(format!("--expires-in {} is beyond the year 9999.", args.expires_in)))?;
    let user = args.user.as_deref().map(|login| store.user(login)).transpose()?.map(|user| user.id);
    let moves = args.moves(store, table, user.as_ref(), context, expiry)?;
    let change = Change::new(context, &args.writing, "migrate-tokens");
    if !change.is_rehearsal() && moves.changes_anything(args.keep) {
        context.consent(&capitalised(format!("{}?", moves.summary(args.keep, false))))?;
    }
    let object = json!({ "from": Scheme::Drf, "to": Scheme::Knox, "user": args.user });
    let done = change.make(store, &object, |transaction| {
        // The tokens as they are now: someone may have logged in or out since.
        let moves = args.moves(transaction, table, user.as_ref(), context, expiry)?;
        change.leaves(Aftermath::new(moves.summary(args.keep, true)));
        let fields = moves.carry_out(transaction, args.keep, now, expiry)?;
        Ok(Done { value: moves, fields })
    })?;

    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        tell(output, &done.value, &report, args.keep);
        let mut object = json!({
            "migrated": done.value.fresh.len(),
            "already": done.value.known.len(),
            "expiry_changed": done.value.renewed(),
            "skipped": done.value.skipped(),
        });
        report.add_to(&mut object);
        output.answer(None, &object)
    })
}

/// knox's table, where DRF's is there too.
fn knox_table(store: &Store) -> Result<&KnoxTable> {
    let missing = |scheme| {
        let reason = format!("it has no {scheme} token table, so no tokens can be migrated.");
        Refusal::DatabaseUnusable { path: store.path().to_owned(), reason }
    };
    let layout = store.layout();
    if layout.drf.is_none() {
        return Err(missing(Scheme::Drf).into());
    }
    Ok(layout.knox.as_ref().ok_or_else(|| missing(Scheme::Knox))?)
}

fn tell(output: &Output, moves: &Moves, report: &Report, keep: bool) {
    output.status(if !report.changed {
        match (moves.known.is_empty(), moves.unfit.is_empty()) {
            (true, true) => "No drf tokens to migrate.".to_owned(),
            (true, false) => "No drf token can be migrated to knox. Nothing was changed.".to_owned(),
            (false, true) => "knox already has these keys. Nothing was changed.".to_owned(),
            (false, false) => {
                "knox already has all keys that can be migrated. Nothing was changed.".to_owned()
            }
        }
    } else if report.dry_run {
        format!("Would {}. Nothing was changed.", moves.summary(keep, false))
    } else {
        let known = if keep { moves.renewed() } else { moves.known.len() };
        let them = if moves.fresh.len() + known == 1 { "it" } else { "them" };
        let drf = if keep { "still accepts" } else { "no longer accepts" };
        capitalised(format!("{}. DRF {drf} {them}.", moves.summary(keep, true)))
    });
    for (reason, names) in &moves.unfit {
        output.warning(format_args!("Skipped the keys of {}. {reason}", names.join(", ")));
    }
}

impl Args {
    /// What is to be done with the tokens that are there.
    fn moves(
        &self,
        store: &Store,
        table: &KnoxTable,
        user: Option<&Key>,
        context: &Context,
        expiry: Option<Timestamp>,
    ) -> Result<Moves> {
        let hash = context.settings.tokens.hash;
        let filter = TokenFilter { user: user.cloned(), scheme: Some(Scheme::Drf), ..TokenFilter::default() };
        let mut moves = Moves::default();
        for token in store.tokens(&filter)? {
            let Some(key) = token.drf_key() else { continue };
            if token.username.is_empty() {
                moves.unfit("the user of such a key does not exist", "(no user)");
                continue;
            }
            let present = store.find_knox_token(key, hash)?;
            let is_expired = |token: &Token| token.expiry.is_some_and(|expiry| expiry < context.now());
            match present {
                Some(other) if other.user != token.user => {
                    return Err(Refusal::Taken(format!("{}.digest", table.table.name)).into());
                }
                Some(same) if !is_expired(&same) => {
                    moves.known.push((token, Some(same).filter(|same| same.expiry != expiry)));
                }
                present => match knox::taken_over(table.form, hash, key, &mut *context.random()) {
                    Ok(minted) => moves.fresh.push((token, minted.stored, present)),
                    Err(reason) => moves.unfit(&reason.to_string(), &token.username),
                },
            }
        }
        if !self.skip_unfit && !moves.unfit.is_empty() {
            return Err(Refusal::Invalid(moves.faults()).into());
        }
        Ok(moves)
    }
}

impl Moves {
    fn unfit(&mut self, reason: &str, username: &str) {
        let sentence = capitalised(format!("{reason}."));
        self.unfit.entry(sentence).or_default().push(username.to_owned());
    }

    fn skipped(&self) -> usize {
        self.unfit.values().map(Vec::len).sum()
    }

    fn faults(&self) -> Vec<Fault> {
        let fault = |(reason, names): (&String, &Vec<String>)| {
            let keys = if names.len() == 1 { "1 key" } else { &format!("{} keys", names.len()) };
            let message = format!(
                "{keys} of {} cannot be migrated to knox. {reason} Pass --skip-unfit to skip such keys.",
                names.join(", ")
            );
            Fault::new("token", "unfit", message)
        };
        self.unfit.iter().map(fault).collect()
    }

    /// How many tokens come to knox, or leave DRF too.
    fn moved(&self, keep: bool) -> usize {
        self.fresh.len() + if keep { 0 } else { self.known.len() }
    }

    /// How many tokens that knox has already get another expiry.
    fn renewed(&self) -> usize {
        self.known.iter().filter(|(_, row)| row.is_some()).count()
    }

    fn changes_anything(&self, keep: bool) -> bool {
        self.moved(keep) + self.renewed() > 0
    }

    /// What is to be done, or what was done, for a sentence.
    fn summary(&self, keep: bool, are_done: bool) -> String {
        let (copy, change) = match (keep, are_done) {
            (true, false) => ("copy", "change"),
            (true, true) => ("copied", "changed"),
            (false, false) => ("move", "change"),
            (false, true) => ("moved", "changed"),
        };
        let copied = format!("{copy} {} to knox", count(self.moved(keep)));
        let changed = format!("{change} the expiry of {} that knox already has", count(self.renewed()));
        match (self.moved(keep), self.renewed()) {
            (_, 0) => copied,
            (0, _) => changed,
            _ => format!("{copied} and {changed}"),
        }
    }

    fn carry_out(
        &self,
        transaction: &Transaction<'_>,
        keep: bool,
        now: Timestamp,
        expiry: Option<Timestamp>,
    ) -> Result<Vec<String>> {
        for (token, stored, expired) in &self.fresh {
            if let Some(expired) = expired {
                transaction.delete_token(expired)?;
            }
            let created = token.created.unwrap_or(now);
            transaction.insert_token(&token.user, &NewToken { stored, created, expiry })?;
        }
        for row in self.known.iter().filter_map(|(_, row)| row.as_ref()) {
            transaction.set_expiry(row, expiry)?;
        }
        let known = self.known.iter().map(|(token, _)| token);
        let moved = self.fresh.iter().map(|(token, ..)| token).chain(known);
        for token in moved.filter(|_| !keep) {
            transaction.delete_token(token)?;
        }
        let fields = [("token", self.moved(keep)), ("expiry", self.renewed())];
        Ok(fields.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name.to_owned()).collect())
    }
}

fn capitalised(mut sentence: String) -> String {
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

fn count(number: usize) -> String {
    counted(number as u64, "token")
}
