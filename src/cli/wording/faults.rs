//! The table of fault codes.

use super::{fields, inputs, misuse, passwords, values};
use crate::error::faults::{
    BlockedReference, Conflict, Fault, FaultCode, Form, MissingTarget, PrunedAccounts, ReferenceWay,
    References, Restriction,
};
use crate::error::position::Position;
use crate::error::refusal::Refusal;
use crate::error::wording::{counted, names};

/// Words a fault, with its position and its account.
#[must_use]
pub fn fault(fault: &Fault) -> String {
    let place = match (fault.file(), fault.position) {
        (Some(file), Some(Position { line, .. })) if fault.is_of_row() => format!("{file}, line {line}: "),
        (Some(file), Some(Position { line, column })) => {
            let heading = fault.heading().map_or(String::new(), |heading| format!(" ({heading})"));
            format!("{file}, line {line}, column {column}{heading}: ")
        }
        _ => String::new(),
    };
    let account = fault.account().map_or(String::new(), |username| format!("{username}: "));
    format!("{place}{account}{}", sentence(&fault.field, &fault.code, fault.form))
}

/// Words what is wrong with the value of a field. The form decides what the user has to change.
#[expect(clippy::too_many_lines, reason = "one table")]
pub fn sentence(field: &str, code: &FaultCode, form: Form) -> String {
    match code {
        FaultCode::Required(remedy) => values::required(field, remedy, form),
        FaultCode::Null(kind) => {
            format!("{field} must have a value{}.", values::in_brackets(kind.as_ref()))
        }
        FaultCode::Empty(None) => values::empty_password(field, form),
        FaultCode::Empty(Some(file)) => format!("{file} is empty."),
        FaultCode::MaxLength(limit) => {
            format!("{field} must have at most {}.", counted(*limit as u64, "character"))
        }
        FaultCode::MaxDigits(limit) => values::max_digits(field, *limit),
        FaultCode::Invalid(expected) => values::invalid(field, expected),
        FaultCode::NullCharacter => passwords::null_character(field),
        FaultCode::Undecodable(what) => inputs::undecodable(field, what),
        FaultCode::UnfitToken(flaw) => format!("The token cannot be used: {}.", passwords::key_flaw(*flaw)),
        FaultCode::FixtureToken(what) => passwords::fixture_token(*what).to_owned(),
        FaultCode::ImpossibleToken(obstacle) => passwords::impossible_token(*obstacle).to_owned(),
        FaultCode::TooLong(what) => inputs::too_long(field, what),
        FaultCode::Columns(flaw) => inputs::columns(flaw),
        FaultCode::GivenTwice(what) => fields::given_twice(field, what),
        FaultCode::NotUtf8(part) => inputs::not_utf8(part, form),
        FaultCode::NoHeading => {
            "This value has no heading. Pass --map '=FIELD' to map it, or --map '=' to ignore it.".into()
        }
        FaultCode::OpenQuote => "The quote that opens here is never closed.".into(),
        FaultCode::InvalidJson(flaw) => inputs::json(flaw),
        FaultCode::InvalidToml(flaw) => inputs::toml(flaw),
        FaultCode::NotSettable(reason) => fields::not_settable(field, reason, form),
        FaultCode::Unknown(what) => fields::unknown(field, what, form),
        FaultCode::Ambiguous(names) => {
            format!("{field} is a field of several profiles. Write {}.", names.join(" or "))
        }
        FaultCode::Undecided(undecided) => misuse::undecided(undecided),
        FaultCode::NoRandomForm => format!(
            "{field} of the newest users is not random text of one length and alphabet. Pass --set {field}=VALUE."
        ),
        FaultCode::DoesNotExist(target) => does_not_exist(field, target),
        FaultCode::InvalidChoice(choice) => values::invalid_choice(field, choice),
        FaultCode::PlainPassword => passwords::plain_password(field),
        FaultCode::NotSet(variable) => {
            format!(
                "The environment variable{} for the {field} is not set.",
                inputs::named(variable.as_ref())
            )
        }
        FaultCode::NotReadable(reason) => format!("{reason}."),
        FaultCode::OutOfScope(name_and_scope) => {
            let (name, scope) = &**name_and_scope;
            format!("{name} is outside the file's scope ({scope}), so --prune would ignore it.")
        }
        FaultCode::Conflict(conflict) => conflicting(conflict),
        FaultCode::GroupNotFound(known) => known_names(known, "groups", "The group"),
        FaultCode::ProfileKindNotFound(known) => known_names(known, "profile tables", "The profile kind"),
        FaultCode::StillReferenced(references) => still_referenced(field, references, form),
        FaultCode::Unfit(reason_and_names) => passwords::unfit(reason_and_names.0, &reason_and_names.1),
        FaultCode::UnknownModel(model_and_count) => unknown_model(&model_and_count.0, model_and_count.1),
        FaultCode::Restricted(restriction) => restricted(field, restriction),
        FaultCode::TooMany(accounts) => too_many(accounts),
        FaultCode::Weak(weakness) => passwords::weak(*weakness),
        FaultCode::WeakHash(method) => passwords::weak_hash(&method.0, method.1.as_deref()),
        FaultCode::InvalidHash(algorithm) => passwords::invalid_hash(algorithm.as_deref()),
    }
}

fn does_not_exist(field: &str, target: &MissingTarget) -> String {
    match target {
        MissingTarget::Permission { name, near } => {
            let near = near.as_ref().map_or(String::new(), |near| format!(" Did you mean {near}?"));
            format!("Permission {name} does not exist.{near}")
        }
        MissingTarget::Row { table, column } => format!("{field}: no row in {table} has this {column}."),
        MissingTarget::UserInFile => "The user is not in the file.".into(),
    }
}

fn conflicting(conflict: &Conflict) -> String {
    match conflict {
        Conflict::Taken(columns) => Refusal::Taken(columns.clone()).to_string(),
        Conflict::UsernameTaken => Refusal::UsernameTaken.to_string(),
        Conflict::EmailTaken | Conflict::AddressTaken => Refusal::EmailTaken.to_string(),
        Conflict::OtherToken => "The user already has another drf key.".into(),
        Conflict::UserNotFound(username) => Refusal::UserNotFound(username.clone()).to_string(),
        Conflict::ChangedMeanwhile(what) => Refusal::ChangedMeanwhile(what.clone()).to_string(),
    }
}

/// Lists the existing names, without the given one: a value in the wrong field may be a password.
fn known_names(known: &[String], all: &str, one: &str) -> String {
    if known.is_empty() {
        return format!("This database has no {all}.");
    }
    let noun = if all == "groups" { "groups" } else { "kinds" };
    format!("{one} does not exist. Known {noun}: {}.", names(known.to_vec()).join(", "))
}

fn still_referenced(field: &str, references: &References, form: Form) -> String {
    let BlockedReference { count, target, column, way } = match references {
        References::Column(reference) => &**reference,
        References::Beyond(username) => {
            return format!(
                "The database still has references to {username}, or to rows deleted with it, that authctl \
                 cannot resolve."
            );
        }
    };
    let (rows, refer) = if *count == 1 { ("row", "refers") } else { ("rows", "refer") };
    // Only `delete-user` has these options.
    let command = match (form, way) {
        (Form::Option, _) | (_, ReferenceWay::Project) => "",
        _ => " Use `authctl delete-user` with these options.",
    };
    let deletes = format!("Pass --cascade {field} to delete these rows");
    let way = match way {
        ReferenceWay::Clear => format!("Pass --set-null {field} to clear the reference"),
        ReferenceWay::Delete => deletes,
        ReferenceWay::DeleteRequired => format!("{column} must have a value. {deletes}"),
        ReferenceWay::Project => "Delete these rows, or change their reference, in the project first".into(),
    };
    format!("{field}: {count} {rows} {refer} to rows of {target} that would be deleted. {way}.{command}")
}

fn unknown_model(model: &str, count: usize) -> String {
    let objects = if count == 1 { "This object is".into() } else { format!("{count} objects are") };
    format!(
        "{objects} of the model {model}, which is not a user, group, profile or token model. Pass --exclude \
         {model} to skip it."
    )
}

fn restricted(field: &str, restriction: &Restriction) -> String {
    // Not every database names the column.
    match restriction {
        Restriction::Check(constraint) if field.is_empty() || field == constraint => {
            format!("A CHECK constraint of the database failed: {constraint}.")
        }
        Restriction::Check(constraint) => {
            format!("{field} does not meet the CHECK constraint {constraint} of the database.")
        }
        Restriction::Range if !field.is_empty() => format!("{field} is out of the range of its column."),
        Restriction::Value(detail) if !field.is_empty() => {
            format!("The database refused the value of {field}: {detail}.")
        }
        Restriction::Reference => "A value refers to a row that does not exist.".into(),
        Restriction::Length => "A text is too long for its column.".into(),
        Restriction::Range => "A number is too large for its column.".into(),
        Restriction::Value(detail) => format!("The database refused a value: {detail}."),
        Restriction::Other(detail) => format!("The database refused the change: {detail}."),
    }
}

fn too_many(accounts: &PrunedAccounts) -> String {
    let PrunedAccounts { count, are_deleted, limit, names } = accounts;
    let verb = if *are_deleted { "deleted" } else { "deactivated" };
    let more = if names.len() < *count { ", …" } else { "" };
    format!(
        "{count} accounts are not in the file and would be {verb}, more than --max-prune {limit} allows: \
         {}{more}. Nothing was changed.",
        names.join(", ")
    )
}
