//! What is to be written for a row, as far as that can be said without the database.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use rand::rngs::StdRng;

use super::entry::{PlannedRow, RowAction};
use crate::accounts::issue_token::{self, TokenIssuer};
use crate::accounts::new_password;
use crate::accounts::{Account, Planner};
use crate::django::models::Key;
use crate::django::passwords::{self, About, Encoded, Encoder, Plain, Recipe, Verdict};
use crate::error::refusal::{Fault, Refusal};
use crate::files::results::Secrets;
use crate::formats::account_row::{AccountRow, GivenPassword, KnownToken};
use crate::formats::token_row::TokenRow;

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
    pub wanted: Box<AccountRow>,
    /// The login name, in the form in which it is stored.
    pub username: String,
    /// What is to be made of it.
    pub task: Task,
}

/// A row after its work.
pub struct HashedRow<'a> {
    /// The row, with what is wrong with it.
    pub wanted: Box<AccountRow>,
    /// What is to be written; of changes, only for whom.
    pub entry: PlannedRow<'a>,
    /// The password of an account that is there, where it is to be another.
    pub password: Option<Encoded>,
    /// Is the password or its hash weak?
    pub is_weak: bool,
}

/// What rows are planned by.
pub struct Planning<'a> {
    /// What accounts are measured against.
    pub planner: Planner<'a>,
    /// How passwords are hashed; `None` where they are only checked.
    pub recipe: Option<Recipe>,
    /// The length of random passwords for rows that have none.
    pub random_passwords: Option<usize>,
    /// What makes tokens.
    pub mint: Option<TokenIssuer>,
    /// Does each new account get one?
    pub makes_tokens: bool,
    /// Is a weak password a fault?
    pub is_strict: bool,
    /// The moment.
    pub now: Timestamp,
}

impl<'a> Planning<'a> {
    /// Everything that can be done for a row without the database. The encoder is made at the first password, and kept for
    /// the next.
    ///
    /// # Errors
    /// Where memory for hashing cannot be had.
    pub fn plan(
        &self,
        item: Item,
        encoder: &mut Option<Encoder>,
        random: &mut StdRng,
    ) -> Result<HashedRow<'a>> {
        let Item { wanted, username, task } = item;
        let made = Secrets::default();
        Row { planning: self, encoder, random, wanted, username, made, is_weak: false }.plan(task)
    }
}

/// A row while it is planned.
struct Row<'p, 'a> {
    planning: &'p Planning<'a>,
    encoder: &'p mut Option<Encoder>,
    random: &'p mut StdRng,
    wanted: Box<AccountRow>,
    username: String,
    made: Secrets,
    is_weak: bool,
}

impl<'a> Row<'_, 'a> {
    fn plan(mut self, task: Task) -> Result<HashedRow<'a>> {
        let hash = self.given_hash();
        let mut password = None;
        let work = match task {
            Task::Leave(user) => RowAction::Leave(user),
            Task::Create => {
                let account = self.account()?;
                let tokens = self.tokens(|_| true);
                let encoded = self.password(hash, None, true)?;
                match account {
                    Some(mut account) => {
                        if let Some(encoded) = &encoded {
                            account.set_password(encoded);
                        }
                        self.wanted.keep_references();
                        RowAction::Create { account, tokens }
                    }
                    None => RowAction::Refuse,
                }
            }
            Task::Change { user, stored, sets_password, has_token } => {
                self.wanted.drop_blank();
                let tokens = self.tokens(|mint| mint.is_drf() && !has_token);
                if sets_password {
                    password = self.password(hash, stored.as_deref(), false)?;
                }
                RowAction::Change { user, edit: Box::default(), tokens }
            }
        };
        let Self { wanted, username, made, is_weak, .. } = self;
        let entry = PlannedRow { line: wanted.line, username, work, made };
        Ok(HashedRow { wanted, entry, password, is_weak })
    }

    /// The password as it was hashed elsewhere.
    fn given_hash(&mut self) -> Option<Encoded> {
        let GivenPassword::Hash(text) = &mut self.wanted.password else { return None };
        let of_hash = |fault: Fault| Fault { field: "password_hash".into(), ..fault };
        match new_password::verbatim(std::mem::take(text)) {
            Ok((encoded, weakness)) => {
                self.is_weak = weakness.is_some();
                self.wanted.faults.extend(weakness.filter(|_| self.planning.is_strict).map(of_hash));
                Some(encoded)
            }
            Err(fault) => {
                self.wanted.faults.push(of_hash(fault));
                None
            }
        }
    }

    /// The account that is wanted; `None` where it cannot be made of what is given.
    fn account(&mut self) -> Result<Option<Account<'a>>> {
        let Planning { planner, now, .. } = self.planning;
        match planner.account(&self.wanted.request, *now, self.random) {
            Ok((account, faults)) => {
                // What was given, though wrong, is not missing, and of a row that cannot be read nothing is.
                let told = &self.wanted.faults;
                let is_told = |fault: &Fault| {
                    let is_login = planner.is_login(&fault.field);
                    told.iter().any(|told| {
                        let is_same = told.field == fault.field || is_login && told.field == "username";
                        is_same || told.field.is_empty()
                    })
                };
                let untold: Vec<Fault> =
                    faults.into_iter().filter(|fault| !is_told(fault)).map(in_a_file).collect();
                self.wanted.faults.extend(untold);
                Ok(Some(account))
            }
            Err(error) => {
                self.wanted.faults.extend(faults_of(error)?);
                Ok(None)
            }
        }
    }

    /// The tokens that are given, else a fresh one where that is wanted and the user may have it.
    fn tokens(&mut self, may_have_fresh: impl Fn(&TokenIssuer) -> bool) -> Vec<TokenRow> {
        let known = std::mem::take(&mut self.wanted.tokens);
        let mint = self.planning.mint.as_ref();
        let mut tokens = Vec::with_capacity(known.len());
        for token in known {
            let key = match token {
                KnownToken::Row(row) => {
                    tokens.push(row);
                    continue;
                }
                KnownToken::Key(key) => key,
            };
            match mint.map(|mint| mint.mint(Some(&key), self.random)) {
                Some(Ok(fresh)) => tokens.push(TokenRow::new(fresh.stored, fresh.created, fresh.expiry)),
                Some(Err(unfit)) => self.wanted.faults.push(issue_token::unfit_fault(unfit)),
                None => {
                    let message = "This database has no token table.";
                    self.wanted.faults.push(Fault::new("token", "unknown_field", message));
                }
            }
        }
        if let Some(mint) = mint.filter(|mint| may_have_fresh(mint))
            && self.planning.makes_tokens
            && self.wanted.request.active != Some(false)
            && tokens.is_empty()
            && let Ok(fresh) = mint.mint(None, self.random)
        {
            self.made.token = Some(fresh.plain.expose().to_owned());
            tokens.push(TokenRow::new(fresh.stored, fresh.created, fresh.expiry));
        }
        tokens
    }

    /// The password as it is stored; `None` where it stays what it is.
    fn password(
        &mut self,
        given: Option<Encoded>,
        stored: Option<&str>,
        is_new: bool,
    ) -> Result<Option<Encoded>> {
        if given.is_some() {
            return Ok(given.filter(|encoded| stored != Some(encoded.as_str())));
        }
        let request = &self.wanted.request;
        let about = About {
            username: Some(&self.username),
            first_name: request.first_name.as_deref(),
            last_name: request.last_name.as_deref(),
            email: request.email.as_deref(),
        };
        match std::mem::take(&mut self.wanted.password) {
            GivenPassword::Plain(plain) => {
                let weaknesses = new_password::weaknesses(&plain, &about);
                self.is_weak = !weaknesses.is_empty();
                if self.planning.is_strict {
                    self.wanted.faults.extend(weaknesses);
                }
                self.hash(&plain, stored)
            }
            GivenPassword::Nothing if is_new => match self.planning.random_passwords {
                Some(length) => {
                    let plain = passwords::random_password(length, &about, self.random);
                    let encoded = self.hash(&plain, None)?;
                    self.made.password = self.planning.recipe.map(|_| plain.as_str().to_owned());
                    Ok(encoded)
                }
                None => Ok(Some(passwords::unusable(self.random))),
            },
            GivenPassword::Nothing | GivenPassword::Hash(_) => Ok(None),
        }
    }

    /// The password hashed; `None` where it is the stored one. That of a bad row is not hashed, and none is where they
    /// are only checked.
    fn hash(&mut self, plain: &Plain, stored: Option<&str>) -> Result<Option<Encoded>> {
        let is_stored = |stored| passwords::verify(plain, stored) == Verdict::Match;
        if !self.wanted.faults.is_empty() || stored.is_some_and(is_stored) {
            return Ok(None);
        }
        let Some(recipe) = &self.planning.recipe else { return Ok(Some(passwords::unusable(self.random))) };
        let encoder = match &mut *self.encoder {
            Some(encoder) => encoder,
            none => none.insert(Encoder::worker(recipe).context("a password cannot be hashed")?),
        };
        Ok(Some(encoder.encode(plain, self.random)))
    }
}

/// How to give what is missing is said of the command line, and is another matter in a file.
fn in_a_file(fault: Fault) -> Fault {
    if fault.code == "required" {
        return Fault { message: format!("{} is required.", fault.field), ..fault };
    }
    fault
}

/// What is wrong with a row, where that was refused as a whole.
///
/// # Errors
/// The error itself, where it is none of the row's.
pub fn faults_of(error: anyhow::Error) -> Result<Vec<Fault>> {
    let refusal: Refusal = error.downcast()?;
    if let Some(fault) = refusal.name_fault() {
        return Ok(vec![fault]);
    }
    match refusal {
        Refusal::Invalid(faults) => Ok(faults),
        Refusal::UsernameTaken => Ok(vec![Fault::new("username", refusal.code(), refusal.to_string())]),
        Refusal::EmailTaken => Ok(vec![Fault::new("email", refusal.code(), refusal.to_string())]),
        Refusal::OtherToken(_) => {
            Ok(vec![Fault::new("token", refusal.code(), "The user already has another drf key.")])
        }
        Refusal::Taken(_) | Refusal::UserNotFound(_) | Refusal::ChangedMeanwhile(_) => {
            Ok(vec![Fault::new("", refusal.code(), refusal.to_string())])
        }
        other => Err(other.into()),
    }
}
