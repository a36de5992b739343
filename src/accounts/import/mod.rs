//! Imports many accounts at once, from a table, JSON or a Django fixture.
//!
//! A `reader` on a separate thread decodes an [`InputFile`] and reads it as rows of one format. While the database is
//! unlocked, `workers` do the `planning` and the hashing on all cores. Each planned row is an `entry` that waits in a
//! `record_spool`. One short transaction then writes all entries, the `tokens` last. The results are written before the
//! commit.

mod counts;
mod entry;
mod fixture;
mod groups;
mod options;
mod planning;
mod reader;
mod record_spool;
mod text_index;
mod tokens;
mod workers;
mod write;

use std::cell::RefCell;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub use self::counts::{ImportCounts, Imported, PasswordCounts};
use self::entry::{PlannedRow, RowAction};
pub use self::fixture::FixtureReader;
use self::groups::FixtureGroups;
pub use self::options::ImportOptions;
use self::planning::{HashedRow, Item, Planning, Task};
use self::reader::{Reader, SeenNames};
use self::record_spool::RecordSpool;
use self::workers::Workers;
use self::write::Writer;
use crate::accounts::account_plan::AccountPlan;
use crate::accounts::change_runner::ChangeRunner;
use crate::accounts::issue_token::TokenIssuer;
use crate::accounts::new_password::PasswordRule;
use crate::accounts::registration::OnExisting;
use crate::accounts::results;
use crate::accounts::{Accounts, Planner, faults_of};
use crate::django::models::{Key, Scheme, TokenFilter, User};
use crate::django::passwords::Recipe;
use crate::error::failure::{Error, ErrorContext as _, Result};
use crate::error::fault_list::Faults;
use crate::error::faults::{Fault, FaultCode, Unsettable};
use crate::error::lost_answer::Effect;
use crate::error::misuse::Misuse;
use crate::error::notice::Notice;
use crate::error::refusal::Refusal;
use crate::files::results::{Results, Secrets};
pub use crate::formats::RowReader;
use crate::formats::account_row::{AccountRow, GivenPassword};
use crate::formats::columns::Columns;
use crate::formats::csv::CsvReader;
pub use crate::formats::csv::may_delimit;
use crate::formats::elements::Elements;
use crate::formats::format::{InputFormat, sniffed};
use crate::formats::json::{JsonLinesReader, JsonListReader};
use crate::formats::source::InputFile;
use crate::signals;

/// The number of batches of rows that are read ahead.
const AHEAD: usize = 4;

/// A running import.
struct Import<'a, Runner> {
    options: &'a ImportOptions<'a>,
    accounts: Accounts<'a>,
    planner: &'a Planner<'a>,
    runner: &'a Runner,
    source: &'a InputFile,
    file: &'a str,
    format: InputFormat,
    issuer: Option<TokenIssuer>,
    recipe: Recipe,
    /// Whether there are passwords to hash.
    is_slow: bool,
    /// The number of rows, if it is known before they are read.
    total: Option<usize>,
    has_users: bool,
    groups: &'a FixtureGroups,
    faults: &'a RefCell<Faults>,
    counts: ImportCounts,
    passwords: PasswordCounts,
}

/// Imports the file.
///
/// If there are passwords to hash, all rows are checked first. Hashing is slow, and a bad row should be reported before
/// it. Fails with the faults of all rows, unless bad rows are skipped.
pub fn import(
    options: &ImportOptions<'_>,
    runner: &impl ChangeRunner,
    accounts: Accounts<'_>,
) -> Result<Imported> {
    let store = accounts.store;
    if let Some(path) = options.results.as_deref().filter(|path| *path != Path::new("-")) {
        store.refuse_own(path)?;
    }
    let source = InputFile::new(options.file, options.encoding)?;
    if let Some(path) = options.results.as_deref().filter(|path| source.is_file(path)) {
        return Err(Misuse::ResultsAreInput(path.to_owned()).into());
    }
    let mut results = results::open(options.results.as_deref(), options.is_json, &accounts, runner)?;
    let issuer = issuer(options, &accounts)?;
    let recipe = accounts.recipe()?;
    let (faults, groups) = (RefCell::default(), FixtureGroups::default());
    let format = options.format.map_or_else(|| sniffed(&source), Ok)?;
    if options.delimiter.is_some() && format != InputFormat::Csv {
        return Err(Misuse::Delimiter.into());
    }
    let file = source.name();
    let planner = accounts.planner()?.for_files(accounts.store)?;
    let planner = if format == InputFormat::Fixture { planner.verbatim() } else { planner };
    let import = Import {
        options,
        accounts,
        planner: &planner,
        runner,
        source: &source,
        file,
        format,
        issuer,
        recipe: if options.is_fast { recipe.cheapest() } else { recipe },
        is_slow: false,
        total: match format {
            // Only the progress shows it, and counting reads the whole file. The first line has the headings.
            InputFormat::Csv if source.is_rereadable() && runner.shows_progress() => {
                Some(source.line_count()?.saturating_sub(1))
            }
            _ => None,
        },
        has_users: store.has_users()?,
        groups: &groups,
        faults: &faults,
        counts: ImportCounts::default(),
        passwords: PasswordCounts::default(),
    };
    let effect = Effect::new(format!("accounts of {file} were imported"));
    runner.set_effect(effect.with_results(options.results.as_deref()));
    let (counts, passwords) = match import.run(&mut results) {
        Ok(done) => done,
        Err(error) => {
            // The results of earlier batches, which are committed, must still be shown.
            let shown = runner.show(results);
            if !error.is_doubtful_commit() {
                shown.map_err(|lost| runner.lost(&lost))?;
            }
            return Err(error);
        }
    };
    Ok(Imported { counts, passwords, faults: faults.into_inner(), results })
}

/// Returns the issuer of new tokens, if the database has a token table.
fn issuer(options: &ImportOptions<'_>, accounts: &Accounts<'_>) -> Result<Option<TokenIssuer>> {
    let scheme = accounts.scheme(options.scheme);
    // Several schemes are ambiguous only if tokens are to be created.
    let scheme = if options.tokens { scheme? } else { scheme.unwrap_or(Some(Scheme::Drf)) };
    if !options.tokens && accounts.store.token_table_flaw(scheme)?.is_some() {
        return Ok(None);
    }
    let scheme = scheme.filter(|scheme| accounts.store.layout().schemes().contains(scheme));
    if options.tokens && options.results.is_none() && scheme == Some(Scheme::Knox) {
        return Err(Misuse::NoResults.into());
    }
    scheme.map(|scheme| TokenIssuer::new(accounts, scheme, None)).transpose()
}

impl<'a, Runner: ChangeRunner> Import<'a, Runner> {
    fn run(mut self, results: &mut Results) -> Result<(ImportCounts, PasswordCounts)> {
        self.is_slow = !self.runner.is_rehearsal() && self.needs_hashing()?;
        if !self.is_slow && self.source.is_rereadable() && self.batch().is_none() {
            self.stream(results)?;
        } else {
            if self.is_slow && !self.options.keep_going && self.source.is_rereadable() {
                let mut rows = 0;
                self.pass("Checking", self.reader(false)?, false, &mut |_, _| {
                    rows += 1;
                    Ok(())
                })?;
                self.total = Some(rows);
                self.faults.borrow_mut().refuse()?;
                self.passwords = PasswordCounts::default();
            }
            self.collect(results).map_err(|error| self.after_commits(error))?;
        }
        Ok((self.counts, self.passwords))
    }

    /// Returns the number of rows per transaction.
    ///
    /// A rehearsal has no batches: if each were rolled back, conflicts between batches would go unnoticed.
    fn batch(&self) -> Option<usize> {
        self.options.batch.filter(|_| !self.runner.is_rehearsal())
    }

    /// Warns about batches that were committed before an error, and returns the error to report.
    fn after_commits(&self, error: Error) -> Error {
        let rows = self.counts.rows();
        if rows == 0 {
            return error;
        }
        if matches!(error.refusal(), Some(Refusal::Busy | Refusal::Deadlock | Refusal::ServerBusy { .. })) {
            let keeps_existing = self.options.on_existing != OnExisting::Fail;
            let results = self.options.results.clone().filter(|path| path != Path::new("-"));
            return Refusal::BusyLater { committed: rows, keeps_existing, results }.into();
        }
        self.runner.warn(&Notice::Committed(rows));
        match error.refusal() {
            Some(Refusal::Interrupted) => Refusal::InterruptedLater.into(),
            _ => error,
        }
    }

    /// Plans and writes at the same time. Without hashing, this holds the lock no longer than writing alone.
    fn stream(&mut self, results: &mut Results) -> Result<()> {
        let (writer, faults) = (self.writer()?, self.faults);
        // Created before the database is locked, since a fixture is read once to create it.
        let mut reader = Some(self.reader(false)?);
        let mut feed = |on_entry: &mut dyn FnMut(&PlannedRow<'_>) -> Result<()>| match reader.take() {
            Some(reader) => self.pass("Importing", reader, false, &mut |_, entry| on_entry(entry)),
            None => Ok(()),
        };
        let counts = writer.write(&mut feed, results, faults)?;
        self.counts.add_all(&counts);
        Ok(())
    }

    /// Plans all rows before they are written, either all at once or in batches.
    fn collect(&mut self, results: &mut Results) -> Result<()> {
        let mut spool = RecordSpool::new();
        let hashes = !self.runner.is_rehearsal();
        self.pass("Hashing", self.reader(hashes)?, hashes, &mut |import, entry| {
            if !import.options.keep_going && !import.faults.borrow().is_empty() {
                // Read on to report all faults. Nothing will be written.
                return Ok(());
            }
            spool.push(entry)?;
            if import.batch().is_some_and(|batch| spool.len() >= batch) {
                import.write(std::mem::replace(&mut spool, RecordSpool::new()), results)?;
                if !results.are_shown_later() {
                    // The results file has this batch, so a signal before the next batch loses nothing.
                    signals::settle();
                }
            }
            Ok(())
        })?;
        if !self.options.keep_going {
            self.faults.borrow_mut().refuse()?;
        }
        self.write(spool, results)
    }

    fn rows(&self) -> Result<Box<dyn RowReader + 'a>> {
        let columns = Columns::new(self.planner, self.options.map);
        let input = || self.source.open();
        Ok(match self.format {
            InputFormat::Csv => {
                Box::new(CsvReader::new(input()?, self.file, &columns, self.options.delimiter)?)
            }
            InputFormat::Jsonl => Box::new(JsonLinesReader::new(input()?, columns)),
            InputFormat::Json => Box::new(JsonListReader::new(Elements::new(input()?, self.file), columns)),
            InputFormat::Fixture => {
                let (text, zone) = (self.source.open_text()?, &self.accounts.policy.time_zone);
                let (store, excluded) = (self.accounts.store, self.options.exclude);
                let (reader, groups) = FixtureReader::new(text, self.file, columns, store, zone, excluded)?;
                self.groups.planned.replace(groups);
                Box::new(reader)
            }
        })
    }

    /// Whether there is any password to hash. Always assumed for input that can be read only once.
    fn needs_hashing(&self) -> Result<bool> {
        if self.options.random_passwords.is_some() || !self.source.is_rereadable() {
            return Ok(true);
        }
        if self.format == InputFormat::Fixture {
            // Django has already hashed all passwords.
            return Ok(false);
        }
        let mut rows = self.rows()?;
        if let Some(has_passwords) = rows.has_passwords() {
            return Ok(has_passwords);
        }
        while let Some(row) = rows.next(self.file)? {
            if matches!(row.password, GivenPassword::Plain(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads and plans all rows, hashes their passwords if requested, and passes each entry to `on_entry`.
    fn pass(
        &mut self,
        doing: &'static str,
        mut reader: Reader<'a>,
        hashes: bool,
        on_entry: &mut dyn FnMut(&mut Self, &PlannedRow<'_>) -> Result<()>,
    ) -> Result<()> {
        let workers = self.workers(hashes);
        // Not borrowed for longer, since the audit log needs it too.
        let mut random = StdRng::from_rng(&mut *self.accounts.random());
        let mut progress = self.runner.progress(doing, self.total);
        thread::scope(|scope| {
            let (to_here, batches) = mpsc::sync_channel(AHEAD);
            let read = move || while to_here.send(reader.batch()).is_ok() && !reader.is_done {};
            thread::Builder::new().spawn_scoped(scope, read).context(signals::NO_THREAD)?;
            let import = RefCell::new(self);
            workers.run(
                &mut random,
                &mut || {
                    // The channel is closed after the last batch.
                    let mut batch = batches.recv().unwrap_or(Ok(Vec::new()))?;
                    import.borrow().decide(&mut batch)?;
                    Ok(Some(batch).filter(|batch| !batch.is_empty()))
                },
                &mut |planned| {
                    if signals::requested() {
                        return Err(Refusal::Interrupted.into());
                    }
                    let mut import = import.borrow_mut();
                    import.settle(planned)?;
                    progress();
                    on_entry(&mut import, &planned.entry)
                },
            )
        })
    }

    fn reader(&self, hashes: bool) -> Result<Reader<'a>> {
        /// The batch size for rows without slow hashing.
        const MANY: usize = 256;
        let profile = self.accounts.policy.register.profile.as_deref();
        let (rows, file, planner) = (self.rows()?, self.file, *self.planner);
        let at_once = if hashes && self.is_slow && !self.options.is_fast { 1 } else { MANY };
        Ok(Reader { rows, file, planner, profile, at_once, names: SeenNames::default(), is_done: false })
    }

    fn workers(&self, hashes: bool) -> Workers<'a> {
        let hashes = hashes && self.is_slow;
        let planning = Planning {
            planner: *self.planner,
            recipe: hashes.then_some(self.recipe),
            random_passwords: self.options.random_passwords,
            issuer: self.issuer.clone(),
            makes_tokens: self.options.tokens,
            is_strict: self.options.require_strong || self.accounts.policy.passwords.require_strong,
            now: self.accounts.now,
        };
        // Without hashing, reading and writing need a core of their own.
        let jobs = if hashes { self.options.jobs } else { (self.options.jobs - 1).max(1) };
        Workers { planning, jobs }
    }

    /// Chooses the task of each row, depending on whether its user exists.
    fn decide(&self, batch: &mut [Item]) -> Result<()> {
        if !self.has_users {
            return Ok(());
        }
        let names = batch.iter().map(|item| &*item.username).filter(|name| !name.is_empty());
        let there = self.accounts.store.find_users(&names.collect::<Vec<_>>())?;
        for item in batch {
            if let Some(user) = there.get(&item.username).cloned() {
                self.decide_on(item, user)?;
            }
        }
        Ok(())
    }

    fn decide_on(&self, item: &mut Item, user: User) -> Result<()> {
        item.task = match self.options.on_existing {
            OnExisting::Fail => {
                let is_address = self.accounts.policy.is_named_by_email(self.planner.login_column());
                let refusal = if is_address { Refusal::EmailTaken } else { Refusal::UsernameTaken };
                item.row.faults.extend(faults_of(refusal.into())?);
                Task::Leave(user.id)
            }
            OnExisting::Skip => Task::Leave(user.id),
            OnExisting::Update => {
                let of_user = TokenFilter::of(&user.id, Some(Scheme::Drf));
                let has_token = self.options.tokens && self.accounts.store.count_tokens(&of_user)? > 0;
                let stored = || self.accounts.store.encoded_password(&user.id);
                let rule = PasswordRule::of(self.options.update_password, stored)?;
                Task::Change { user: user.id, rule, has_token }
            }
        };
        Ok(())
    }

    /// Looks up what a row refers to, and adds its faults. A row with faults is not written.
    fn settle(&mut self, planned: &mut HashedRow<'_>) -> Result<()> {
        let HashedRow { row, entry, update, is_weak, ignores_password } = planned;
        self.passwords.ignored += usize::from(*ignores_password);
        let mut faults = std::mem::take(&mut row.faults);
        if let RowAction::Write(AccountPlan::Create(account)) = &mut entry.work {
            match account
                .settle(&row.spec, self.accounts.store, |name| self.groups.find(name, self.accounts.store))
            {
                Ok(found) => faults.extend(found),
                Err(error) => faults.extend(faults_of(error)?),
            }
        }
        if let Some(pending) = update.take()
            && let Some(mut plan) = self.update(row, &pending.user, &mut faults)?
        {
            if let Some(password) = &pending.password {
                plan.set_password(password);
            }
            plan.add_tokens(pending.tokens);
            entry.work = RowAction::Write(plan);
        }
        let is_bad = !faults.is_empty();
        // Secrets that will not be stored are not returned.
        if is_bad || self.runner.is_rehearsal() {
            entry.made = Secrets::default();
        }
        if is_bad {
            entry.work = RowAction::Refuse;
            let mut located: Vec<Fault> =
                faults.into_iter().map(|fault| row.located(self.file, fault)).collect();
            located.sort_by_key(|fault| fault.position.map(|position| (position.line, position.column)));
            self.faults.borrow_mut().extend(located);
        } else {
            self.passwords.weak += usize::from(*is_weak);
        }
        Ok(())
    }

    fn update(
        &self,
        row: &mut AccountRow,
        key: &Key,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<AccountPlan<'static>>> {
        let Some(user) = self.accounts.store.user_of_key(key)? else { return Ok(None) };
        if !row.may_have_key(&user.id) {
            let other = Unsettable::OtherKey(user.id.to_string());
            faults.push(Fault::new("id", FaultCode::NotSettable(other)));
        }
        row.spec.make_superusers_staff();
        match self
            .planner
            .update(&row.spec, &user, &self.accounts, |name| self.groups.find(name, self.accounts.store))
        {
            Ok(planned) => {
                faults.extend(planned.faults);
                Ok(Some(planned.update.into()))
            }
            Err(error) => {
                faults.extend(faults_of(error)?);
                Ok(None)
            }
        }
    }

    fn write(&mut self, spool: RecordSpool, results: &mut Results) -> Result<()> {
        let mut progress = self.runner.progress("Writing", Some(spool.len()));
        let mut spool = Some(spool);
        let mut feed = |on_entry: &mut dyn FnMut(&PlannedRow<'_>) -> Result<()>| match spool.take() {
            Some(spool) => spool.each(&mut |record| {
                progress();
                on_entry(&record_spool::read(record)?)
            }),
            None => Ok(()),
        };
        let counts = self.writer()?.write(&mut feed, results, self.faults)?;
        self.counts.add_all(&counts);
        Ok(())
    }

    fn writer(&self) -> Result<Writer<'a, Runner>> {
        self.accounts.store.expect_many_changes()?;
        Ok(Writer {
            store: self.accounts.store,
            runner: self.runner,
            groups: self.groups,
            file: self.file,
            keeps_going: self.options.keep_going,
            skips_present: self.options.on_existing == OnExisting::Skip,
        })
    }
}
