//! Fixed threads that plan and hash, each with memory of its own, and hand the rows back in their order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng as _};

use super::entry::TokenRow;
use super::wanted::{Given, KnownToken, Wanted};
use crate::abridged;
use crate::accounts::{Account, Planner};
use crate::minting::{self, Mint};
use crate::model::Key;
use crate::new_password;
use crate::password::{self, About, Encoded, Hasher, Plain, Recipe, Verdict};
use crate::refusal::{Fault, Refusal};
use crate::results::Secrets;

/// What is to be made of a row.
#[derive(Debug)]
pub enum Task {
    /// A new account.
    Create,
    /// Changes of an account that is there.
    Change {
        /// The user's key.
        user: Key,
        /// The password the user has, if that decides on whether there is to be another.
        stored: Option<String>,
        /// Is there to be another password?
        sets_password: bool,
        /// Has the user a drf key?
        has_token: bool,
    },
    /// Nothing: an account that is there stays as it is.
    Leave(Key),
}

/// A row with what is to be made of it.
pub struct Item {
    /// The row; in a place of its own, since it goes from thread to thread.
    pub wanted: Box<Wanted>,
    /// The login name, in the form in which it is stored.
    pub username: String,
    /// What is to be made of it.
    pub task: Task,
}

/// A row after its work.
pub struct Planned<'a> {
    /// The row.
    pub item: Item,
    /// The account, where one is to be made.
    pub account: Option<Account<'a>>,
    /// The password, encoded, where there is to be one.
    pub password: Option<Encoded>,
    /// The tokens.
    pub tokens: Vec<TokenRow>,
    /// Secrets that were made here.
    pub made: Secrets,
    /// Is the password or its hash weak?
    pub is_weak: bool,
}

/// How rows are worked on.
pub struct Workers<'a> {
    /// What accounts are measured against.
    pub planner: Planner<'a>,
    /// How passwords are hashed; `None` where they are only checked.
    pub recipe: Option<Recipe>,
    /// The length of random passwords for rows that have none.
    pub random_passwords: Option<usize>,
    /// What makes tokens.
    pub mint: Option<Mint>,
    /// Does each new account get one?
    pub makes_tokens: bool,
    /// Is a weak password a fault?
    pub is_strict: bool,
    /// The moment.
    pub now: Timestamp,
    /// How many threads.
    pub jobs: usize,
    /// How many rows a thread takes at once.
    pub batch: usize,
}

impl<'a> Workers<'a> {
    /// Works on the rows that `next` gives, and hands them to `done` in their order. No more than a few batches are on
    /// their way at any time.
    ///
    /// # Errors
    /// What `next` and `done` return, or where memory or threads cannot be had.
    pub fn run(
        &self,
        random: &mut dyn CryptoRng,
        next: &mut dyn FnMut() -> Result<Option<Item>>,
        done: &mut dyn FnMut(Planned<'a>) -> Result<()>,
    ) -> Result<()> {
        const AHEAD: usize = 4;
        let (to_workers, batches) = mpsc::channel::<(usize, Vec<Item>)>();
        let (to_here, planned) = mpsc::channel::<Result<(usize, Vec<Planned<'a>>)>>();
        let batches = Mutex::new(batches);
        thread::scope(|scope| {
            // Ends here, with an error or without: the threads wait for its end.
            let to_workers = to_workers;
            for _ in 0..self.jobs {
                let mut random = StdRng::from_rng(random);
                let (batches, to_here) = (&batches, to_here.clone());
                scope.spawn(move || {
                    let outcome = self.work(batches, &to_here, &mut random);
                    if let Err(error) = outcome {
                        let _ = to_here.send(Err(error));
                    }
                });
            }
            drop(to_here);
            let mut given = 0;
            let mut taken = 0;
            let mut is_end = false;
            let mut waiting: BTreeMap<usize, Vec<Planned<'a>>> = BTreeMap::new();
            loop {
                while !is_end && given - taken < self.jobs * AHEAD {
                    let mut batch = Vec::with_capacity(self.batch);
                    while batch.len() < self.batch {
                        let Some(item) = next()? else {
                            is_end = true;
                            break;
                        };
                        batch.push(item);
                    }
                    if !batch.is_empty() {
                        to_workers.send((given, batch)).map_err(|_| anyhow!("the workers have stopped"))?;
                        given += 1;
                    }
                }
                if given == taken {
                    return Ok(());
                }
                let (number, batch) = planned.recv().context("the workers have stopped")??;
                waiting.insert(number, batch);
                while let Some(batch) = waiting.remove(&taken) {
                    taken += 1;
                    batch.into_iter().try_for_each(&mut *done)?;
                }
            }
        })
    }

    fn work(
        &self,
        batches: &Mutex<mpsc::Receiver<(usize, Vec<Item>)>>,
        to_here: &mpsc::Sender<Result<(usize, Vec<Planned<'a>>)>>,
        random: &mut StdRng,
    ) -> Result<()> {
        let mut hasher: Option<Hasher> = None;
        loop {
            let batch = batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, items)) = batch else { return Ok(()) };
            let mut planned = Vec::with_capacity(items.len());
            for item in items {
                planned.push(self.plan(item, &mut hasher, random)?);
            }
            if to_here.send(Ok((number, planned))).is_err() {
                return Ok(());
            }
        }
    }

    /// Everything that can be done for a row without the database.
    fn plan(&self, mut item: Item, hasher: &mut Option<Hasher>, random: &mut StdRng) -> Result<Planned<'a>> {
        let hash = self.given_hash(&mut item.wanted);
        let is_weak = hash.as_ref().is_some_and(|(_, weakness)| weakness.is_some());
        let mut account = None;
        match &item.task {
            Task::Leave(_) => {}
            Task::Create => match self.planner.account(&item.wanted.request, self.now, random) {
                Ok((planned, faults)) => {
                    // What was given, though wrong, is not missing, and of a row that cannot be read nothing is.
                    let is_told = |fault: &Fault| {
                        let is_login = self.planner.is_login(&fault.field);
                        item.wanted.faults.iter().any(|told| {
                            let is_same = told.field == fault.field || is_login && told.field == "username";
                            is_same || told.field.is_empty()
                        })
                    };
                    let faults = faults.into_iter().filter(|fault| !is_told(fault)).map(in_a_file);
                    let faults: Vec<Fault> = faults.collect();
                    item.wanted.faults.extend(faults);
                    account = Some(planned);
                }
                Err(error) => item.wanted.faults.extend(faults_of(error)?),
            },
            Task::Change { .. } => item.wanted.drop_blank(),
        }
        let mut planned = Planned {
            item,
            account,
            password: hash.map(|(encoded, _)| encoded),
            tokens: Vec::new(),
            made: Secrets::default(),
            is_weak,
        };
        if !matches!(planned.item.task, Task::Leave(_)) {
            self.choose_tokens(&mut planned, random);
            self.choose_password(&mut planned, hasher, random)?;
        }
        if planned.account.is_some() {
            planned.item.wanted.keep_references();
        }
        Ok(planned)
    }

    /// The password as it was hashed elsewhere, with what makes it weak.
    fn given_hash(&self, wanted: &mut Wanted) -> Option<(Encoded, Option<Fault>)> {
        let Given::Hash(text) = &mut wanted.password else { return None };
        let of_hash = |fault: Fault| Fault { field: "password_hash".into(), ..fault };
        match new_password::verbatim(std::mem::take(text)) {
            Ok((encoded, weakness)) => {
                wanted.faults.extend(weakness.clone().filter(|_| self.is_strict).map(of_hash));
                Some((encoded, weakness))
            }
            Err(fault) => {
                wanted.faults.push(of_hash(fault));
                None
            }
        }
    }

    fn choose_tokens(&self, planned: &mut Planned<'_>, random: &mut StdRng) {
        let known = std::mem::take(&mut planned.item.wanted.tokens);
        let faults = &mut planned.item.wanted.faults;
        let is_active = planned.item.wanted.request.active != Some(false);
        for token in known.iter().filter_map(|token| match token {
            KnownToken::Key(key) => Some(key),
            KnownToken::Row(_) => None,
        }) {
            match self.mint.as_ref().map(|mint| mint.mint(Some(token), random)) {
                Some(Ok(fresh)) => {
                    planned.tokens.push(TokenRow::new(fresh.stored, fresh.created, fresh.expiry));
                }
                Some(Err(unfit)) => faults.push(minting::unfit_fault(unfit)),
                None => faults.push(Fault::new("token", "unknown_field", "The database has no token table.")),
            }
        }
        let rows = known.into_iter().filter_map(|token| match token {
            KnownToken::Key(_) => None,
            KnownToken::Row(row) => Some(row),
        });
        planned.tokens.extend(rows);
        let may_have = |mint: &&Mint| match planned.item.task {
            Task::Change { has_token, .. } => mint.is_drf() && !has_token,
            _ => true,
        };
        if let Some(mint) = self.mint.as_ref().filter(may_have)
            && self.makes_tokens
            && is_active
            && planned.tokens.is_empty()
            && let Ok(fresh) = mint.mint(None, random)
        {
            planned.made.token = Some(fresh.plain.expose().to_owned());
            planned.tokens.push(TokenRow::new(fresh.stored, fresh.created, fresh.expiry));
        }
    }

    fn choose_password(
        &self,
        planned: &mut Planned<'_>,
        hasher: &mut Option<Hasher>,
        random: &mut StdRng,
    ) -> Result<()> {
        let Item { wanted, username, task } = &mut planned.item;
        let (is_new, stored) = match task {
            Task::Change { sets_password: false, .. } => {
                planned.password = None;
                return Ok(());
            }
            Task::Change { stored, .. } => (false, stored.as_deref()),
            _ => (true, None),
        };
        let request = &wanted.request;
        let about = About {
            username: Some(username),
            first_name: request.first_name.as_deref(),
            last_name: request.last_name.as_deref(),
            email: request.email.as_deref(),
        };
        let mut is_made_here = false;
        let plain = match std::mem::take(&mut wanted.password) {
            _ if planned.password.is_some() => {
                planned.password.take_if(|encoded| stored == Some(encoded.as_str()));
                return Ok(());
            }
            Given::Hash(_) => return Ok(()),
            Given::Plain(plain) => {
                let weaknesses = new_password::weaknesses(&plain, &about);
                planned.is_weak = !weaknesses.is_empty();
                if self.is_strict {
                    wanted.faults.extend(weaknesses);
                }
                plain
            }
            Given::Nothing if !is_new => return Ok(()),
            Given::Nothing => {
                let Some(length) = self.random_passwords else {
                    planned.password = Some(password::unusable(random));
                    return Ok(());
                };
                is_made_here = true;
                password::random_password(length, &about, random)
            }
        };
        planned.password = self.hash(&plain, stored, !wanted.faults.is_empty(), hasher, random)?;
        if is_made_here && self.recipe.is_some() {
            planned.made.password = Some(plain.as_str().to_owned());
        }
        Ok(())
    }

    /// The password as it is stored; `None` where it is the stored one. What is only checked is not hashed.
    fn hash(
        &self,
        plain: &Plain,
        stored: Option<&str>,
        is_bad: bool,
        hasher: &mut Option<Hasher>,
        random: &mut StdRng,
    ) -> Result<Option<Encoded>> {
        if is_bad {
            return Ok(None);
        }
        if stored.is_some_and(|stored| password::verify(plain, stored) == Verdict::Match) {
            return Ok(None);
        }
        let Some(recipe) = &self.recipe else { return Ok(Some(password::unusable(random))) };
        let hasher = match hasher {
            Some(hasher) => hasher,
            none => none.insert(Hasher::worker(recipe).context("a password cannot be hashed")?),
        };
        Ok(Some(hasher.hash(plain, random)))
    }
}

/// How to give what is missing is said of the command line, and is another matter in a file.
fn in_a_file(fault: Fault) -> Fault {
    if fault.code == "required" {
        return Fault { message: format!("{} must be provided.", fault.field), ..fault };
    }
    fault
}

/// What is wrong with a row, where that was refused as a whole.
///
/// # Errors
/// The error itself, where it is none of the row's.
pub fn faults_of(error: anyhow::Error) -> Result<Vec<Fault>> {
    let refusal: Refusal = error.downcast()?;
    // A row may have much in the place of a name, and the database many names.
    let refusal = match refusal {
        Refusal::GroupNotFound { name, known } => {
            Refusal::GroupNotFound { name: abridged::text(&name), known: abridged::names(known) }
        }
        Refusal::ProfileKindNotFound { kind, known } => {
            Refusal::ProfileKindNotFound { kind: abridged::text(&kind), known }
        }
        other => other,
    };
    match refusal {
        Refusal::Invalid(faults) => Ok(faults),
        Refusal::ProfileKindNotFound { .. } => {
            Ok(vec![Fault::new("profile", refusal.code(), refusal.to_string())])
        }
        Refusal::GroupNotFound { .. } => Ok(vec![Fault::new("groups", refusal.code(), refusal.to_string())]),
        Refusal::UsernameTaken => Ok(vec![Fault::new("username", refusal.code(), refusal.to_string())]),
        Refusal::EmailTaken => Ok(vec![Fault::new("email", refusal.code(), refusal.to_string())]),
        Refusal::OtherToken(_) => {
            Ok(vec![Fault::new("token", refusal.code(), "The user has another drf key already.")])
        }
        Refusal::Taken(_) | Refusal::UserNotFound(_) | Refusal::ChangedMeanwhile(_) => {
            Ok(vec![Fault::new("", refusal.code(), refusal.to_string())])
        }
        other => Err(other.into()),
    }
}
