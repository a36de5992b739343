use std::collections::BTreeMap;

use clap::ValueEnum;
use jiff::Timestamp;
use serde_json::json;

use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::answer::Report;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::cli::wording;
use crate::django::models::{Key, Scheme, TokenFilter};
use crate::django::tokens::{AnyScheme, Stored, Ttl, knox};
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, KeyFlaw};
use crate::error::lost_answer::Effect;
use crate::error::misuse::Misuse;
use crate::error::refusal::Refusal;
use crate::error::wording::{capitalized, counted};
use crate::signals;
use crate::store::layout::KnoxTable;
use crate::store::{Done, NewToken, Store, Token, Transaction};
use crate::terminal::output::Output;

const EXAMPLES: &str = "\
Examples:
  authctl migrate-tokens --to knox --dry-run
  authctl migrate-tokens --to knox --keep --yes
  authctl migrate-tokens --to knox --user ci-bot --expires-in 90d --yes

Effect on Django: knox accepts the keys from the next request on, and DRF refuses them unless --keep is given. \
DEFAULT_AUTHENTICATION_CLASSES selects which of the two checks them. Web sessions stay valid. Signals do not run.";

/// Move tokens from DRF to knox without changing their keys
///
/// Each drf key becomes a knox token with the same key. knox stores its first 15 characters in plain text (8 before
/// knox 5). These become public, as list-tokens prints them; the others stay secret. Before knox 5, a key must consist
/// of hexadecimal digits, as DRF generates them. If a key cannot be moved, nothing changes, unless --skip-unfit is
/// given. Asks for confirmation. Without a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Move tokens to this scheme
    #[arg(long, value_name = "SCHEME")]
    to: Target,

    /// Keep the drf tokens, for a server that still uses DRF
    #[arg(long)]
    keep: bool,

    /// Skip keys that cannot be moved
    #[arg(long)]
    skip_unfit: bool,

    /// Move only the token of this user (exact username)
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    /// Set the lifetime of the knox tokens, such as 30d or never
    ///
    /// Applies also to keys that knox already has.
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

/// The plan for the DRF tokens.
#[derive(Debug, Default)]
struct Moves {
    /// Tokens to create in knox, with their stored form, and an expired row of the same key to replace.
    fresh: Vec<(Token, Stored, Option<Token>)>,
    /// Tokens whose keys knox already has, with the knox row if its expiry changes.
    known: Vec<(Token, Option<Token>)>,
    /// The users whose keys cannot be moved, by reason.
    unfit: BTreeMap<KeyFlaw, Vec<String>>,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let Target::Knox = args.to;
    let store = context.store()?;
    let table = knox_table(store)?;
    context.accounts()?.refuse_unclear_table(Some(Scheme::Knox))?;
    let now = context.now();
    let expiry =
        args.expires_in.expiry(now).map_err(|_| Misuse::LongLifetime(args.expires_in.to_string()))?;
    let user = args.user.as_deref().map(|login| store.user(login)).transpose()?.map(|user| user.id);
    let moves = args.moves(store, table, user.as_ref(), context, expiry)?;
    let change = Change::new(context, &args.writing, "migrate-tokens");
    if !change.is_rehearsal() && moves.changes_anything(args.keep) {
        context.consent(&capitalized(format!("{}?", moves.summary(args.keep, false))))?;
    }
    let object = json!({ "from": Scheme::Drf, "to": Scheme::Knox, "user": args.user });
    let done = change.make(store, &object, |transaction| {
        // Read the tokens again: someone may have logged in or out in the meantime.
        let moves = args.moves(transaction, table, user.as_ref(), context, expiry)?;
        change.set_effect(Effect::new(moves.summary(args.keep, true)));
        let fields = moves.execute(transaction, args.keep, now, expiry)?;
        Ok(Done { value: moves, fields })
    })?;

    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        print_status(output, &done.value, &report, args.keep);
        let mut object = json!({ "counts": {
            "migrated": done.value.fresh.len(),
            "already": done.value.known.len(),
            "expiry_changed": done.value.renewed(),
            "skipped": done.value.skipped(),
        } });
        report.add_to(&mut object);
        output.answer(None, &object)
    })
}

/// Returns knox's table. Fails unless DRF's table exists too.
fn knox_table(store: &Store) -> Result<&KnoxTable> {
    let missing = |scheme| {
        let table = AnyScheme::Core(scheme).table();
        store.unusable(format!("it has no {table}, so no tokens can be migrated."))
    };
    let layout = store.layout();
    if layout.drf.is_none() {
        return Err(missing(Scheme::Drf));
    }
    layout.knox.as_ref().ok_or_else(|| missing(Scheme::Knox))
}

fn print_status(output: &Output, moves: &Moves, report: &Report, keep: bool) {
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
        capitalized(format!("{}. DRF {drf} {them}.", moves.summary(keep, true)))
    });
    for (flaw, names) in &moves.unfit {
        let reason = capitalized(wording::key_flaw(*flaw).to_owned());
        output.warning(format_args!("Skipped the keys of {}. {reason}.", names.join(", ")));
    }
}

impl Args {
    /// Plans the moves of the existing tokens.
    fn moves(
        &self,
        store: &Store,
        table: &KnoxTable,
        user: Option<&Key>,
        context: &Context,
        expiry: Option<Timestamp>,
    ) -> Result<Moves> {
        let hash = context.settings.policy.tokens.hash;
        let filter = TokenFilter { user: user.cloned(), scheme: Some(Scheme::Drf), ..TokenFilter::default() };
        let mut moves = Moves::default();
        for token in store.tokens(&filter)? {
            let Some(key) = token.drf_key() else { continue };
            if token.username.is_empty() {
                moves.unfit(KeyFlaw::NoUser, "(no user)");
                continue;
            }
            let present = store.find_knox_token(key, hash)?;
            let is_expired = |token: &Token| token.expiry.is_some_and(|expiry| expiry < context.now());
            match present {
                Some(other) if other.user != token.user => {
                    return Err(Refusal::Taken(format!("{}.digest", table.table.name)).into());
                }
                Some(existing) if !is_expired(&existing) => {
                    moves.known.push((token, Some(existing).filter(|existing| existing.expiry != expiry)));
                }
                present => match knox::from_key(table.form, hash, key, &mut *context.random()) {
                    Ok(generated) => moves.fresh.push((token, generated.stored, present)),
                    Err(flaw) => moves.unfit(flaw, &token.username),
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
    fn unfit(&mut self, flaw: KeyFlaw, username: &str) {
        self.unfit.entry(flaw).or_default().push(username.to_owned());
    }

    fn skipped(&self) -> usize {
        self.unfit.values().map(Vec::len).sum()
    }

    fn faults(&self) -> Vec<Fault> {
        let fault = |(flaw, names): (&KeyFlaw, &Vec<String>)| {
            Fault::new("token", FaultCode::Unfit(Box::new((*flaw, names.clone()))))
        };
        self.unfit.iter().map(fault).collect()
    }

    /// The number of tokens created in knox or deleted from DRF.
    fn moved(&self, keep: bool) -> usize {
        self.fresh.len() + if keep { 0 } else { self.known.len() }
    }

    /// The number of knox tokens whose expiry changes.
    fn renewed(&self) -> usize {
        self.known.iter().filter(|(_, row)| row.is_some()).count()
    }

    fn changes_anything(&self, keep: bool) -> bool {
        self.moved(keep) + self.renewed() > 0
    }

    /// Describes the planned or completed moves, for a sentence.
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

    fn execute(
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

fn count(number: usize) -> String {
    counted(number as u64, "token")
}
