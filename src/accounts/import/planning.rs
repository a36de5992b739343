//! Plans the work for a row, as far as possible without the database.

use jiff::Timestamp;
use rand::rngs::StdRng;

use super::entry::{PlannedRow, RowAction};
use crate::accounts::account_plan::AccountPlan;
use crate::accounts::issue_token::{self, TokenIssuer};
use crate::accounts::new_account::NewAccount;
use crate::accounts::new_password::{self, Password, PasswordRule};
use crate::accounts::{Planner, faults_of};
use crate::django::field::moment;
use crate::django::models::Key;
use crate::django::passwords::{self, Encoded, Encoder, Plain, Recipe};
use crate::django::tokens::TokenRow;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{Expected, Fault, FaultCode, UnknownName, ValueKind};
use crate::files::results::Secrets;
use crate::formats::account_row::{AccountRow, GivenPassword, KnownToken};

/// The task for a row.
#[derive(Debug)]
pub enum Task {
    /// Create an account.
    Create,
    /// Update an existing account.
    Change {
        /// The user's key.
        user: Key,
        /// When to set the password.
        rule: PasswordRule,
        /// Whether the user has a drf key.
        has_token: bool,
    },
    /// Leave an existing account unchanged.
    Leave(Key),
}

/// A row with its task.
pub struct Item {
    /// The row. Boxed, since it moves between threads.
    pub row: Box<AccountRow>,
    /// The login name in its stored form.
    pub username: String,
    /// The task.
    pub task: Task,
}

/// A planned row with its hashed password.
pub struct HashedRow<'a> {
    /// The row, with its faults.
    pub row: Box<AccountRow>,
    /// The planned work. Refused if there is an update to plan.
    pub entry: PlannedRow<'a>,
    /// The update of an existing account that is still to be planned.
    pub update: Option<PendingUpdate>,
    /// Whether the password or its hash is weak.
    pub is_weak: bool,
    /// Whether the row has a password that the options leave out.
    pub ignores_password: bool,
}

/// The parts of an update that can be planned without the database.
pub struct PendingUpdate {
    /// The user's key.
    pub user: Key,
    /// The new password, if it changes.
    pub password: Option<Encoded>,
    /// The tokens to add, unless the user has them.
    pub tokens: Vec<TokenRow>,
}

/// The settings for planning rows.
pub struct Planning<'a> {
    /// The database and the settings that accounts are checked against.
    pub planner: Planner<'a>,
    /// The recipe for hashing passwords. `None` if they are only checked.
    pub recipe: Option<Recipe>,
    /// The length of random passwords for rows that have none.
    pub random_passwords: Option<usize>,
    /// The issuer of tokens.
    pub issuer: Option<TokenIssuer>,
    /// Whether each new account gets a token.
    pub makes_tokens: bool,
    /// Whether a weak password is a fault.
    pub is_strict: bool,
    /// The current time.
    pub now: Timestamp,
}

impl<'a> Planning<'a> {
    /// Plans a row as far as possible without the database.
    ///
    /// The encoder is created for the first password and then reused. Fails if there is not enough memory for hashing.
    pub fn plan(
        &self,
        item: Item,
        encoder: &mut Option<Encoder>,
        random: &mut StdRng,
    ) -> Result<HashedRow<'a>> {
        let Item { row, username, task } = item;
        let made = Secrets::default();
        RowPlan { planning: self, encoder, random, row, username, made, is_weak: false }.plan(task)
    }
}

/// A row that is being planned.
struct RowPlan<'p, 'a> {
    planning: &'p Planning<'a>,
    encoder: &'p mut Option<Encoder>,
    random: &'p mut StdRng,
    row: Box<AccountRow>,
    username: String,
    made: Secrets,
    is_weak: bool,
}

impl<'a> RowPlan<'_, 'a> {
    fn plan(mut self, task: Task) -> Result<HashedRow<'a>> {
        let hash = self.given_hash();
        let mut update = None;
        let mut ignores_password = false;
        let work = match task {
            Task::Leave(user) => RowAction::Leave(user),
            Task::Create => {
                let account = self.account()?;
                let tokens = self.tokens(|_| true);
                let encoded = self.password(hash, &PasswordRule::New)?;
                match account.map(AccountPlan::from) {
                    Some(mut plan) => {
                        if let Some(encoded) = &encoded {
                            plan.set_password(encoded);
                        }
                        plan.add_tokens(tokens);
                        self.row.keep_references();
                        RowAction::Write(plan)
                    }
                    None => RowAction::Refuse,
                }
            }
            Task::Change { user, rule, has_token } => {
                self.row.drop_blank();
                let tokens = self.tokens(|issuer| issuer.is_drf() && !has_token);
                let mut password = None;
                if rule == PasswordRule::Never {
                    ignores_password = hash.is_some() || !matches!(self.row.password, GivenPassword::Nothing);
                } else {
                    password = self.password(hash, &rule)?;
                }
                update = Some(PendingUpdate { user, password, tokens });
                RowAction::Refuse
            }
        };
        let Self { row, username, made, is_weak, .. } = self;
        let entry = PlannedRow { line: row.line, username, work, made };
        Ok(HashedRow { row, entry, update, is_weak, ignores_password })
    }

    /// Returns the hash that was computed elsewhere.
    fn given_hash(&mut self) -> Option<Encoded> {
        let GivenPassword::Hash(text) = &mut self.row.password else { return None };
        let of_hash = |fault: Fault| fault.renamed("password_hash");
        match new_password::verbatim(std::mem::take(text)) {
            Ok((encoded, weakness)) => {
                self.is_weak = weakness.is_some();
                self.row.faults.extend(weakness.filter(|_| self.planning.is_strict).map(of_hash));
                Some(encoded)
            }
            Err(fault) => {
                self.row.faults.push(of_hash(fault));
                None
            }
        }
    }

    /// Returns the account, or `None` if it cannot be created from the row.
    fn account(&mut self) -> Result<Option<NewAccount<'a>>> {
        let Planning { planner, now, .. } = self.planning;
        match planner.account(&self.row.spec, *now, self.random) {
            Ok((account, faults)) => {
                // A field with a fault is not missing. In a row that cannot be read, no field is.
                let known = &self.row.faults;
                let is_known = |fault: &Fault| {
                    let is_login = planner.is_login(&fault.field);
                    known.iter().any(|known| {
                        let is_same = known.field == fault.field || is_login && known.field == "username";
                        is_same || known.field.is_empty()
                    })
                };
                let new: Vec<Fault> = faults.into_iter().filter(|fault| !is_known(fault)).collect();
                self.row.faults.extend(new);
                Ok(Some(account))
            }
            Err(error) => {
                self.row.faults.extend(faults_of(error)?);
                Ok(None)
            }
        }
    }

    /// Returns the given tokens, or else a new one if requested and allowed.
    fn tokens(&mut self, may_have_fresh: impl Fn(&TokenIssuer) -> bool) -> Vec<TokenRow> {
        let known = std::mem::take(&mut self.row.tokens);
        let given = self.row.token_created.take().filter(|_| !known.is_empty());
        let created = given.as_deref().and_then(|text| moment(text, self.planning.planner.time_zone()));
        if given.is_some() && created.is_none() {
            let expected = Expected::Kind(ValueKind::Timestamp);
            self.row.faults.push(Fault::new("token_created", FaultCode::Invalid(expected)));
        }
        let issuer = self.planning.issuer.as_ref();
        let mut tokens = Vec::with_capacity(known.len());
        for token in known {
            let key = match token {
                KnownToken::Row(token) => {
                    tokens.push(token);
                    continue;
                }
                KnownToken::Key(key) => key,
            };
            match issuer.map(|issuer| issuer.generate(Some(&key), self.random)) {
                Some(Ok(fresh)) => {
                    let created = created.unwrap_or(fresh.created);
                    tokens.push(TokenRow::new(fresh.stored, created, fresh.expiry));
                }
                Some(Err(unfit)) => self.row.faults.push(issue_token::unfit_key_fault(unfit)),
                None => {
                    self.row.faults.push(Fault::new("token", FaultCode::Unknown(UnknownName::Token)));
                }
            }
        }
        if let Some(issuer) = issuer.filter(|issuer| may_have_fresh(issuer))
            && self.planning.makes_tokens
            && self.row.spec.active != Some(false)
            && tokens.is_empty()
            && let Ok(fresh) = issuer.generate(None, self.random)
        {
            self.made.token = Some(fresh.plain.expose().to_owned());
            tokens.push(TokenRow::new(fresh.stored, fresh.created, fresh.expiry));
        }
        tokens
    }

    /// Returns the password in its stored form, or `None` if it stays unchanged.
    fn password(&mut self, given: Option<Encoded>, rule: &PasswordRule) -> Result<Option<Encoded>> {
        if given.is_some() {
            return Ok(given.filter(|encoded| rule.sets(&Password::Encoded(encoded.clone()))));
        }
        let about = new_password::about(&self.row.spec, &self.username);
        match std::mem::take(&mut self.row.password) {
            GivenPassword::Plain(plain) => {
                let weaknesses = new_password::weaknesses(&plain, &about);
                self.is_weak = !weaknesses.is_empty();
                if self.planning.is_strict {
                    self.row.faults.extend(weaknesses);
                }
                self.hash(&plain, rule)
            }
            GivenPassword::Nothing if *rule == PasswordRule::New => match self.planning.random_passwords {
                Some(length) => {
                    let plain = passwords::random_password(length, &about, self.random);
                    self.made.password = self.planning.recipe.map(|_| plain.as_str().to_owned());
                    self.hash(&plain, rule)
                }
                None => Ok(Some(passwords::unusable(self.random))),
            },
            GivenPassword::Nothing | GivenPassword::Hash(_) => Ok(None),
        }
    }

    /// Hashes a password. Returns `None` if it is not to be set, or if the row has faults.
    ///
    /// If passwords are only checked, returns an unusable one instead.
    fn hash(&mut self, plain: &Plain, rule: &PasswordRule) -> Result<Option<Encoded>> {
        if !self.row.faults.is_empty() || !rule.sets(&Password::Plain(plain.clone())) {
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
