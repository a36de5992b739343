//! Words faults of names: fields that are unknown, given twice or cannot be set.

use crate::error::faults::{FieldOwners, Form, NameHint, OwnColumn, Twice, UnknownName, Unsettable};
use crate::error::wording;

/// Words that a field cannot be set.
pub fn not_settable(field: &str, reason: &Unsettable, form: Form) -> String {
    let by_body = |reason: &str| format!("{field} cannot be set by a body: {reason}.");
    match (reason, form) {
        (Unsettable::OwnColumn { column, is_new }, Form::Option) => {
            format!("{field} cannot be set this way: {}.", instead(*column, *is_new))
        }
        (Unsettable::OwnColumn { column, is_new }, Form::Body) => by_body(instead(*column, *is_new)),
        (Unsettable::OwnColumn { .. }, Form::Column | Form::Key) => {
            format!("{field} cannot be set this way.")
        }
        (Unsettable::Assigned, Form::Body) => by_body("the database assigns it"),
        (Unsettable::Assigned, _) => format!("{field} is assigned by the database and cannot be set."),
        (Unsettable::TwoLoginNames, Form::Option | Form::Body) => {
            format!("{field}: email is the login column here. Pass only one of the two.")
        }
        (Unsettable::TwoLoginNames, Form::Column | Form::Key) => {
            format!("{field}: email is the login column here. Set only one of the two.")
        }
        (Unsettable::LoginName, _) => format!("{field} is the login column here and cannot be unset."),
        (Unsettable::LoginNameByEmail, Form::Option) => {
            format!("{field} is the login column here. Use --rename.")
        }
        (Unsettable::LoginNameByEmail, _) => {
            format!("{field} is the login column here and cannot be changed.")
        }
        (Unsettable::NoAddress, _) => format!("{field} needs an email address, and the account has none."),
        (Unsettable::OtherKey(key), _) => format!("{field}: the existing user has {field} {key}."),
        (Unsettable::ProfileDeletion, _) => format!(
            "Profiles cannot be deleted here because other rows may refer to them. Omit {field}, or set it to \
             true or to a table of fields."
        ),
        (Unsettable::Groups, _) => by_body("clients cannot choose groups"),
        (Unsettable::Permissions, _) => by_body("clients cannot choose permissions"),
        (Unsettable::TimeOfRegistration, _) => by_body("it is the time of registration"),
        (Unsettable::TimeOfLogin, _) => by_body("Django sets it at login"),
    }
}

/// Names the option that sets a column.
fn instead(column: OwnColumn, is_new: bool) -> &'static str {
    match (column, is_new) {
        (OwnColumn::LoginName, true) => "pass USERNAME",
        (OwnColumn::LoginName, false) => "use --rename",
        (OwnColumn::Email, _) => "use --email",
        (OwnColumn::FirstName, _) => "use --first-name",
        (OwnColumn::LastName, _) => "use --last-name",
        (OwnColumn::Staff, true) => "use --staff",
        (OwnColumn::Staff, false) => "use --staff or --no-staff",
        (OwnColumn::Superuser, true) => "use --superuser",
        (OwnColumn::Superuser, false) => "use --superuser or --no-superuser",
        (OwnColumn::Active, true) => "use --inactive",
        (OwnColumn::Active, false) => "use --active or --inactive",
        (OwnColumn::Password, true) => {
            "use --password-stdin, --password-file, --password-env or --random-password"
        }
        (OwnColumn::Password, false) => "use `authctl set-password`",
    }
}

/// Words that a name means no field or key.
pub fn unknown(name: &str, what: &UnknownName, form: Form) -> String {
    match what {
        UnknownName::Column(table) => format!("The user table {table} has no column {name}."),
        UnknownName::Field(hint) => format!("Unknown field {name}.{}", known(hint, "fields", "")),
        UnknownName::OtherProfile(owners) => of_other_profile(name, owners, form),
        UnknownName::Heading(heading) => unknown_heading(&heading.0, &heading.1),
        UnknownName::Key(hint) => {
            format!("Unknown key {name}.{}", known(hint, "keys", " This database has no profile tables."))
        }
        UnknownName::Token => "This database has no token table.".into(),
    }
}

/// Words a hint, with a leading space.
fn known(hint: &NameHint, noun: &str, otherwise: &str) -> String {
    match hint {
        NameHint::Near(near) => format!(" Did you mean {near}?"),
        NameHint::Known(names) if names.is_empty() => otherwise.into(),
        NameHint::Known(names) => format!(" Known {noun}: {}.", names.join(", ")),
    }
}

fn of_other_profile(name: &str, owners: &FieldOwners, form: Form) -> String {
    let FieldOwners { kinds, own, is_new } = owners;
    if !is_new {
        let kinds = kinds.join(" or ");
        let message = format!("{name} is a field of the {kinds} profile, which the user does not have.");
        return match (form, &owners.kinds[..]) {
            (Form::Option, [kind]) => {
                format!("{message} `authctl edit-user --add-profile {kind}` creates it.")
            }
            _ => message,
        };
    }
    if !own.is_empty() {
        return format!(
            "{name} is a field of the {} profile, not of {}.",
            kinds.join(" and "),
            own.join(" or ")
        );
    }
    let kinds = kinds.join(" or ");
    let way = match form {
        Form::Option => format!("Pass --profile {kinds}"),
        Form::Column => format!("Set profile to {kinds}"),
        Form::Key => format!("Set it under profiles.{kinds}"),
        Form::Body => format!("Set account_type to {kinds}"),
    };
    format!("{name} is a profile field. {way}.")
}

fn unknown_heading(heading: &str, hint: &NameHint) -> String {
    let short = wording::text(heading);
    let whole = if short == heading { heading } else { "HEADING" };
    let meant = match hint {
        NameHint::Near(near) => format!(" Did you mean {near}?"),
        NameHint::Known(names) => format!(" Known fields: {}.", wording::names(names.clone()).join(", ")),
    };
    format!(
        "Unknown field {short:?}.{meant} Pass --map '{whole}=FIELD' to map it, or --map '{whole}=' to ignore \
         it."
    )
}

/// Words that something is given twice.
pub fn given_twice(field: &str, what: &Twice) -> String {
    match what {
        Twice::Field => format!("{field} is set twice."),
        Twice::Columns(name) => format!("{name} is set by two columns."),
        Twice::Password => "password and password_hash are both set.".into(),
        Twice::Account { username, line } => {
            format!("{username} appears twice in the file, first on line {line}.")
        }
        Twice::Line(line) => format!("The same {field} is already on line {line}."),
        Twice::GroupName => format!("A previous group has the same {field}."),
        Twice::Group(group) => format!("Group {group} is both added and removed."),
        Twice::Profile(kind) => format!("Profile {kind} is both added and removed."),
        Twice::Permission(name) => format!("Permission {name} is both added and removed."),
        Twice::Unset => format!("{field} is both set and unset."),
    }
}
