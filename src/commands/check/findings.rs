//! What `check` finds wrong.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::access_view::counted_rows;
use crate::cli::context::Context;
use crate::cli::irregularity_view;
use crate::cli::wording;
use crate::django::account_spec::AccountSpec;
use crate::django::models::TokenFilter;
use crate::django::passwords::{self, Summary};
use crate::django::tokens::PackageScheme;
use crate::error::failure::Result;
use crate::error::faults::{FaultCode, Remedy};
use crate::error::refusal::{Refusal, TokenTableFlaw};
use crate::error::wording::shell_word;
use crate::files::existing;
use crate::store::account_tables::{AccessKind, Doors};
use crate::store::{Group, Integrity, Irregularity, Store};
use crate::terminal::output::Severity;

#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub severity: Severity,
    code: &'static str,
    count: u64,
    pub message: String,
}

/// The number of users by their passwords' hasher.
pub(super) type Hashers = BTreeMap<String, u64>;

/// Returns all findings about an undamaged database, and counts the hashers.
pub(super) fn all(context: &Context, store: &Store) -> Result<(Vec<Finding>, Hashers)> {
    let mut findings = configuration_faults(context, store);
    if findings.is_empty() {
        findings = expected_refusals(context, store)?;
    }
    findings.extend(irregularities(store)?);
    let mut hashers = Hashers::new();
    findings.extend(of_accounts(context, store, &mut hashers)?);
    findings.extend(of_packages(context, store)?);
    findings.extend(open_file(store)?);
    Ok((findings, hashers))
}

/// Returns a warning if every user of the machine can read or write the database file.
pub(super) fn open_file(store: &Store) -> Result<Option<Finding>> {
    let Some(path) = store.target().file() else { return Ok(None) };
    let Some(mode) = existing::mode_open_to_all(path) else { return Ok(None) };
    let access = match mode & 0o006 {
        0o004 => "read",
        0o002 => "write to",
        _ => "read and write to",
    };
    let message = format!(
        "Every user of this machine can {access} the database (mode {mode:o}), with its {}. Run `chmod o-rw {}`.",
        secrets(store)?,
        shell_word(&path.to_string_lossy())
    );
    Ok(Some(Finding { severity: Severity::Warning, code: "open_file", count: 1, message }))
}

/// Names the secrets that a reader of the database could use.
fn secrets(store: &Store) -> Result<&'static str> {
    let has_keys = store.layout().drf.is_some();
    let has_oauth2 = !store.package_tables(Some(PackageScheme::OAuth2))?.is_empty();
    Ok(match (has_keys, has_oauth2) {
        (false, false) => "password hashes",
        (true, false) => "password hashes and drf keys",
        (false, true) => "password hashes and OAuth2 tokens",
        (true, true) => "password hashes, drf keys and OAuth2 tokens",
    })
}

/// Looks for damage to the file, and calls `meanwhile` at the same time. Damage is an error.
pub(super) fn damage(store: &Store, meanwhile: &mut dyn FnMut()) -> Result<Vec<Finding>> {
    let Integrity { faults, unchecked } = store.integrity(meanwhile)?;
    let damaged = faults.into_iter().map(|fault| {
        let message = format!("The file is damaged: {fault}.");
        Finding { severity: Severity::Error, code: "damaged", count: 1, message }
    });
    let left_out = unchecked.into_iter().map(|table| {
        let message =
            format!("Table {table} was not checked for damage, since it needs functions of the project.");
        Finding { severity: Severity::Note, code: "unchecked_table", count: 1, message }
    });
    Ok(damaged.chain(left_out).collect())
}

/// Returns the mismatches between `authctl.toml` and the database that would make a registration fail.
fn configuration_faults(context: &Context, store: &Store) -> Vec<Finding> {
    let fields = context.accounts_of(store).planner().err();
    let scheme = context.accounts_of(store).configured_scheme().err();
    let faults = fields.into_iter().chain(scheme);
    // An ambiguity is no fault until something depends on it. The report shows it.
    let faults = faults.filter(|fault| !matches!(fault.refusal(), Some(Refusal::Ambiguous(_))));
    let messages: Vec<String> = faults.map(|fault| context.with_config_file(fault).to_string()).collect();
    let finding = |message: &str| Finding {
        severity: Severity::Error,
        code: "configuration",
        count: 1,
        message: message.to_owned(),
    };
    messages.iter().flat_map(|message| message.lines()).map(finding).collect()
}

/// Returns what makes `register`, `show-user` or `create-token` refuse, unless the settings ask for it.
fn expected_refusals(context: &Context, store: &Store) -> Result<Vec<Finding>> {
    let accounts = context.accounts_of(store);
    let policy = &context.settings.policy;
    let warning = |code, message| Finding { severity: Severity::Warning, code, count: 1, message };
    let undecided = accounts.undecided(true, None)?;
    let mut findings: Vec<Finding> =
        undecided.iter().map(|fault| warning("ambiguous", wording::fault(fault))).collect();
    let named = AccountSpec { username: Some("username".into()), ..AccountSpec::default() };
    for fault in accounts.missing_fields(&named)? {
        let is_of_database = match fault.code {
            FaultCode::Required(Remedy::ProjectField(_)) => true,
            FaultCode::Required(Remedy::Email) => !policy.register.required.contains(&fault.field),
            _ => false,
        };
        if is_of_database {
            let message =
                format!("`register` refuses users without {}: {}", fault.field, wording::fault(&fault));
            findings.push(warning("required_field", message));
        }
    }
    let schemes = store.layout().schemes();
    let mut flaws: Vec<TokenTableFlaw> = Vec::new();
    if undecided.iter().all(|fault| fault.field != "token_table") {
        flaws.extend(store.token_table_flaw(None)?);
        if flaws.is_empty() {
            for scheme in &schemes {
                flaws.extend(store.token_table_flaw(Some(*scheme))?);
            }
        }
    }
    for flaw in &flaws {
        findings.push(warning(
            "token_table",
            format!("`create-token` refuses: {flaw} {}", wording::token_table(flaw)),
        ));
    }
    if schemes.is_empty() && flaws.is_empty() {
        // Many projects have no API tokens.
        findings.push(Finding {
            severity: Severity::Note,
            code: "no_token_table",
            count: 1,
            message: "`create-token` refuses: the database has no token table.".into(),
        });
    }
    Ok(findings)
}

/// Returns what is irregular about the tables.
fn irregularities(store: &Store) -> Result<Vec<Finding>> {
    let users = &store.layout().users.table.name;
    let finding = |irregularity: &Irregularity| {
        let (severity, code, message) = irregularity_view::worded(irregularity, users);
        let count = match irregularity {
            Irregularity::ImpossibleTime { count, .. } => *count,
            _ => 1,
        };
        Finding { severity, code, count, message }
    };
    Ok(store.irregularities()?.iter().map(finding).collect())
}

/// Returns the findings about the accounts, and counts the hashers.
fn of_accounts(context: &Context, store: &Store, hashers: &mut Hashers) -> Result<Vec<Finding>> {
    use Severity::{Note, Warning};

    let mut findings = Vec::new();
    for (table, parent, count) in store.dangling_references()? {
        let message = format!("Rows of {table} that refer to missing rows of {parent}: {count}.");
        findings.push(Finding { severity: Severity::Error, code: "dangling_reference", count, message });
    }
    let by_sort = store.by_password(|encoded| {
        let summary = passwords::describe(encoded);
        *hashers.entry(summary.to_string()).or_default() += 1;
        match summary {
            Summary::Unusable => "unusable",
            Summary::Unknown => "unknown",
            summary if summary.is_weak() => "weak",
            _ => "strong",
        }
    })?;
    let group = |sort| by_sort.get(sort).cloned().unwrap_or_default();
    let (case_only_names, case_only_addresses) =
        (store.differing_in_case("username")?, store.differing_in_case("email")?);
    let (equal_addresses, superusers) = (store.equal_addresses()?, store.superusers_who_never_logged_in()?);
    let (empty_keys, tokens) =
        (store.users_with_empty_key()?, store.tokens_of_inactive_users(context.now())?);
    for (severity, code, Group { count, examples, has_more }, what) in [
        (
            Warning,
            "unknown_hasher",
            group("unknown"),
            "Users with a password that no Django hasher recognizes",
        ),
        (Note, "unusable_password", group("unusable"), "Users with an unusable password"),
        (Warning, "weak_hash", group("weak"), "Users with a weak password hash"),
        (Warning, "case_only_username", case_only_names, "Usernames that differ only in case"),
        (Warning, "equal_email", equal_addresses, "Email addresses that several users have"),
        (Warning, "case_only_email", case_only_addresses, "Email addresses that differ only in case"),
        (Note, "superuser_never_logged_in", superusers, "Superusers who never logged in through Django"),
        (
            Warning,
            "empty_token_key",
            empty_keys,
            "Users with an empty drf key, which `authctl revoke-token --user USER` deletes",
        ),
        (Warning, "token_of_inactive_user", tokens, "Tokens of inactive users"),
    ] {
        if count > 0 {
            let more = if has_more { ", …" } else { "" };
            let message = format!("{what}: {count} ({}{more}).", examples.join(", "));
            findings.push(Finding { severity, code, count, message });
        }
    }
    findings.extend(expired_tokens(context, store)?);
    Ok(findings)
}

/// Returns what is wrong in the tables of third-party packages.
fn of_packages(context: &Context, store: &Store) -> Result<Vec<Finding>> {
    let now = context.now();
    let doors = Doors::find(store)?;
    let mut findings = Vec::new();
    let mut add = |severity, code, count, message| {
        if count > 0 {
            findings.push(Finding { severity, code, count, message });
        }
    };
    for (door, count) in doors.open_to_inactive_users(store, now)? {
        let message = format!(
            "Inactive users may still get in with {}. Shut every way in with `authctl lock-user USER`.",
            counted_rows(count, door.noun())
        );
        add(Severity::Warning, "open_to_inactive_user", count, message);
    }
    let names = doors.applications_of_inactive_users(store)?;
    let message = format!(
        "Inactive users own OAuth2 applications that get tokens without a user (client credentials): {}. Change the \
         owner or the secret, or delete the application, in the project.",
        names.join(", ")
    );
    add(Severity::Warning, "application_of_inactive_user", names.len() as u64, message);
    for (kind, noun, count) in doors.without_owner(store, now)? {
        let scheme = match kind {
            AccessKind::OAuth2 => " --scheme oauth2",
            AccessKind::Jwt => " --scheme jwt",
            AccessKind::ApiKeys => " --scheme api-key",
            AccessKind::Tokens | AccessKind::Sessions => "",
        };
        let message = format!(
            "Accepted without a user: {}. List them with `authctl list-tokens{scheme} --without-user`.",
            counted_rows(count, noun)
        );
        add(Severity::Note, "token_without_owner", count, message);
    }
    let group = store.addresses_out_of_step()?;
    let names = group.examples.join(", ");
    let message = format!(
        "Users with another email address in django-allauth, which gets the links for a new password: {} ({names}). \
         Set the right one with `authctl edit-user USER --email ADDRESS`.",
        group.count
    );
    add(Severity::Warning, "email_out_of_step", group.count, message);
    let group = store.users_with_failed_logins()?;
    let names = group.examples.join(", ");
    let message = format!(
        "Users whom django-axes may lock out after failed logins: {} ({names}). Free them with `authctl unlock-user \
         USER`.",
        group.count
    );
    add(Severity::Note, "failed_logins", group.count, message);
    Ok(findings)
}

fn expired_tokens(context: &Context, store: &Store) -> Result<Option<Finding>> {
    let filter = TokenFilter { expired_at: Some(context.now()), ..TokenFilter::default() };
    let count = store.count_tokens(&filter)?;
    let message = format!("Expired tokens: {count}. Delete them with `authctl revoke-token --expired`.");
    let finding = Finding { severity: Severity::Note, code: "expired_token", count, message };
    Ok(Some(finding).filter(|_| count > 0))
}
