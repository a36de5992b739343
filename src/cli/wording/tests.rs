//! Walks the table: every code has a sentence in every form, which names what has to be changed.

use std::collections::BTreeSet;

use super::faults::{fault, sentence};
use crate::error::faults::{
    Attribute, BlockedReference, Choice, ColumnFlaw, Conflict, DigitLimit, Expected, Fault, FaultCode,
    FieldOwners, FixtureToken, Form, JsonFlaw, JsonPart, KeyFlaw, MissingTarget, NameHint, OwnColumn, Part,
    PasswordSources, PrunedAccounts, ReferenceWay, References, Remedy, Restriction, TokenObstacle, TomlFlaw,
    TooLong, Twice, Undecided, Undecodable, UnknownName, Unsettable, ValueKind, Weakness,
};
use crate::error::misuse::Selector;
use crate::error::position::Position;

const FORMS: [Form; 4] = [Form::Option, Form::Column, Form::Key, Form::Body];

/// A code, and a word that names what has to be changed. `FIELD` is the name of the field.
type Sample = (FaultCode, &'static str);

const FIELD: &str = "shoe_size";

fn text(text: &str) -> String {
    text.to_owned()
}

/// The number of a code in the order of its type. A new code does not compile until it has a number here, and the walk
/// fails until it has a sample.
fn number(code: &FaultCode) -> usize {
    match code {
        FaultCode::Required(_) => 0,
        FaultCode::Null(_) => 1,
        FaultCode::Empty(_) => 2,
        FaultCode::MaxLength(_) => 3,
        FaultCode::MaxDigits(_) => 4,
        FaultCode::Invalid(_) => 5,
        FaultCode::NullCharacter => 6,
        FaultCode::Undecodable(_) => 7,
        FaultCode::UnfitToken(_) => 8,
        FaultCode::FixtureToken(_) => 9,
        FaultCode::ImpossibleToken(_) => 10,
        FaultCode::TooLong(_) => 11,
        FaultCode::Columns(_) => 12,
        FaultCode::GivenTwice(_) => 13,
        FaultCode::NotUtf8(_) => 14,
        FaultCode::NoHeading => 15,
        FaultCode::OpenQuote => 16,
        FaultCode::InvalidJson(_) => 17,
        FaultCode::InvalidToml(_) => 18,
        FaultCode::NotSettable(_) => 19,
        FaultCode::Unknown(_) => 20,
        FaultCode::Ambiguous(_) => 21,
        FaultCode::DoesNotExist(_) => 22,
        FaultCode::InvalidChoice(_) => 23,
        FaultCode::PlainPassword => 24,
        FaultCode::NotSet(_) => 25,
        FaultCode::NotReadable(_) => 26,
        FaultCode::OutOfScope(_) => 27,
        FaultCode::Conflict(_) => 28,
        FaultCode::GroupNotFound(_) => 29,
        FaultCode::ProfileKindNotFound(_) => 30,
        FaultCode::StillReferenced(_) => 31,
        FaultCode::Unfit(_) => 32,
        FaultCode::UnknownModel(_) => 33,
        FaultCode::Restricted(_) => 34,
        FaultCode::TooMany(_) => 35,
        FaultCode::Weak(_) => 36,
        FaultCode::WeakHash(_) => 37,
        FaultCode::InvalidHash(_) => 38,
        FaultCode::Undecided(_) => 39,
        FaultCode::NoRandomForm => 40,
    }
}

/// Codes about single values.
fn of_values() -> Vec<Sample> {
    let kinds = [ValueKind::IntegerOrDuration, ValueKind::Text { max_length: Some(3) }, ValueKind::Address];
    let expected = [
        Expected::SmallInteger,
        Expected::Range(1, 9),
        Expected::EmailAddress,
        Expected::UsernameCharacters,
        Expected::Text,
        Expected::Texts,
        Expected::Flag,
        Expected::YesOrNo,
        Expected::Base64,
        Expected::Groups,
        Expected::ProfileKinds,
        Expected::PermissionName,
        Expected::Permissions,
        Expected::ProfileFields(text("customer")),
        Expected::Table,
        Expected::Accounts,
        Expected::PasswordReference,
        Expected::OnePasswordSource,
        Expected::HashReference,
    ];
    let of_kinds = kinds.iter().cloned().flat_map(|kind| {
        [Expected::Kind(kind.clone()), Expected::JsonOf(kind.clone()), Expected::TextOf(kind)]
    });
    let mut samples: Vec<Sample> =
        expected.into_iter().chain(of_kinds).map(|expected| (FaultCode::Invalid(expected), FIELD)).collect();
    samples.extend(of_missing_values());
    samples.extend([
        (FaultCode::Invalid(Expected::RandomPassword { least: 8, most: 128 }), "random"),
        (FaultCode::Required(Remedy::GroupName), "name"),
        (FaultCode::Required(Remedy::Column(text("t.c"))), "t.c"),
        (FaultCode::Null(None), FIELD),
        (FaultCode::Null(Some(ValueKind::Date)), FIELD),
        (FaultCode::Empty(None), FIELD),
        (FaultCode::Empty(Some(text("a.csv"))), "a.csv"),
        (FaultCode::MaxLength(3), FIELD),
        (FaultCode::MaxDigits(DigitLimit::Significant(15)), FIELD),
        (FaultCode::MaxDigits(DigitLimit::Fixed { before: 3, behind: 2 }), FIELD),
        (FaultCode::NullCharacter, FIELD),
        (FaultCode::DoesNotExist(MissingTarget::Permission { name: text("7"), near: None }), "Permission 7"),
        (FaultCode::DoesNotExist(MissingTarget::Row { table: text("t"), column: text("c") }), FIELD),
        (FaultCode::DoesNotExist(MissingTarget::UserInFile), "user"),
        (FaultCode::InvalidChoice(Choice::ProfileKind(Vec::new())), FIELD),
        (FaultCode::InvalidChoice(Choice::ProfileKind(vec![text("customer")])), FIELD),
        (FaultCode::InvalidChoice(Choice::UpdatePassword), FIELD),
        (FaultCode::InvalidChoice(Choice::Token), FIELD),
    ]);
    samples
}

/// Codes about missing values.
fn of_missing_values() -> impl Iterator<Item = Sample> {
    let remedies = [
        Remedy::LoginName,
        Remedy::Email,
        Remedy::FirstName,
        Remedy::LastName,
        Remedy::ProfileKind(vec![text("customer")]),
        Remedy::Field(Some(ValueKind::Date)),
        Remedy::Field(None),
        Remedy::Password(PasswordSources::Known),
        Remedy::Password(PasswordSources::New),
        Remedy::Password(PasswordSources::NewOrEncoded),
        Remedy::Accounts,
        Remedy::ScopePatterns,
        Remedy::FilledPassword,
        Remedy::NewLoginName,
    ];
    remedies.into_iter().map(|remedy| (FaultCode::Required(remedy), FIELD))
}

/// Codes about names of fields, columns and keys.
fn of_names() -> Vec<Sample> {
    let owners = |own: &[&str], is_new| {
        let own = own.iter().map(|kind| text(kind)).collect();
        UnknownName::OtherProfile(Box::new(FieldOwners { kinds: vec![text("customer")], own, is_new }))
    };
    let hints = || [NameHint::Near(text("x")), NameHint::Known(Vec::new()), NameHint::Known(vec![text("x")])];
    let headings = hints().map(|hint| UnknownName::Heading(Box::new((text(FIELD), hint))));
    let unknown = hints().map(UnknownName::Field).into_iter().chain(hints().map(UnknownName::Key));
    let unknown = unknown.chain(headings).chain([
        UnknownName::Column(text("auth_user")),
        owners(&[], true),
        owners(&["employee"], true),
        owners(&[], false),
    ]);
    let columns = [
        OwnColumn::LoginName,
        OwnColumn::Email,
        OwnColumn::FirstName,
        OwnColumn::LastName,
        OwnColumn::Staff,
        OwnColumn::Superuser,
        OwnColumn::Active,
        OwnColumn::Password,
    ];
    let own = columns
        .into_iter()
        .flat_map(|column| [true, false].map(|is_new| Unsettable::OwnColumn { column, is_new }));
    let unsettable = own.chain([
        Unsettable::Assigned,
        Unsettable::TwoLoginNames,
        Unsettable::LoginName,
        Unsettable::LoginNameByEmail,
        Unsettable::NoAddress,
        Unsettable::OtherKey(text("7")),
        Unsettable::ProfileDeletion,
        Unsettable::Groups,
        Unsettable::Permissions,
        Unsettable::TimeOfRegistration,
        Unsettable::TimeOfLogin,
    ]);
    let mut samples: Vec<Sample> = unknown.map(|name| (FaultCode::Unknown(name), FIELD)).collect();
    samples.extend(unsettable.map(|reason| (FaultCode::NotSettable(reason), FIELD)));
    let twice = [Twice::Field, Twice::Line(3), Twice::GroupName, Twice::Unset];
    samples.extend(twice.map(|what| (FaultCode::GivenTwice(what), FIELD)));
    samples.extend([
        (FaultCode::Unknown(UnknownName::Token), "token"),
        (FaultCode::GivenTwice(Twice::Columns(text("email"))), "email"),
        (FaultCode::GivenTwice(Twice::Password), "password_hash"),
        (FaultCode::GivenTwice(Twice::Account { username: text("meg"), line: 3 }), "meg"),
        (FaultCode::GivenTwice(Twice::Group(text("editors"))), "editors"),
        (FaultCode::GivenTwice(Twice::Permission(text("shop.add_order"))), "shop.add_order"),
        (FaultCode::GivenTwice(Twice::Profile(text("customer"))), "customer"),
        (FaultCode::Ambiguous(vec![text("a.b")]), FIELD),
        (FaultCode::OutOfScope(Box::new((text("meg"), text("ci-*")))), "meg"),
        (FaultCode::GroupNotFound(Vec::new()), "groups"),
        (FaultCode::GroupNotFound(vec![text("a")]), "group"),
        (FaultCode::ProfileKindNotFound(Vec::new()), "profile"),
        (FaultCode::ProfileKindNotFound(vec![text("a")]), "profile"),
    ]);
    samples
}

/// Codes about files as a whole.
fn of_inputs() -> Vec<Sample> {
    let part = JsonPart::Key(text("fields"));
    vec![
        (FaultCode::Undecodable(Undecodable::File), "This"),
        (FaultCode::Undecodable(Undecodable::Secret(text("Standard input"))), "Standard input"),
        (FaultCode::Undecodable(Undecodable::Variable(Some(text("PW")))), "PW"),
        (FaultCode::Undecodable(Undecodable::Variable(None)), FIELD),
        (FaultCode::Undecodable(Undecodable::Row), FIELD),
        (FaultCode::TooLong(TooLong::Row), "row"),
        (FaultCode::TooLong(TooLong::Line), "line"),
        (FaultCode::TooLong(TooLong::AccountsFile(text("a.toml"))), "a.toml"),
        (FaultCode::TooLong(TooLong::Secret(text("Standard input"))), "Standard input"),
        (FaultCode::TooLong(TooLong::ValueFile(text("a.txt"))), "a.txt"),
        (FaultCode::Columns(ColumnFlaw::TooMany), "row"),
        (FaultCode::Columns(ColumnFlaw::Count { columns: 3, headings: 2 }), "row"),
        (FaultCode::Columns(ColumnFlaw::TooManyKeys(text("scope"))), "scope"),
        (FaultCode::NotUtf8(Part::Value), "This"),
        (FaultCode::NotUtf8(Part::Line), "line"),
        (FaultCode::NotUtf8(Part::Document(text("a.json"))), "a.json"),
        (FaultCode::NoHeading, "--map"),
        (FaultCode::OpenQuote, "quote"),
        (FaultCode::InvalidJson(JsonFlaw::Nesting), "JSON"),
        (FaultCode::InvalidJson(JsonFlaw::End), "JSON"),
        (FaultCode::InvalidJson(JsonFlaw::Syntax(None)), "JSON"),
        (FaultCode::InvalidJson(JsonFlaw::Syntax(Some(text("expected value")))), "expected value"),
        (FaultCode::InvalidJson(JsonFlaw::NoObject(JsonPart::Row)), "row"),
        (FaultCode::InvalidJson(JsonFlaw::NoObject(JsonPart::FixtureObject)), "fixture"),
        (FaultCode::InvalidJson(JsonFlaw::TooManyKeys(part)), "fields"),
        (FaultCode::InvalidJson(JsonFlaw::NoList(text("a.json"))), "a.json"),
        (FaultCode::InvalidJson(JsonFlaw::FixtureKey), "model, pk and fields"),
        (FaultCode::InvalidJson(JsonFlaw::FixtureObject), "model"),
        (FaultCode::InvalidJson(JsonFlaw::Body), "body"),
        (FaultCode::InvalidJson(JsonFlaw::LongBody(text("a.json"))), "a.json"),
        (FaultCode::InvalidJson(JsonFlaw::EmptyBody(text("a.json"))), "a.json"),
        (FaultCode::InvalidJson(JsonFlaw::Undecodable), "This"),
        (FaultCode::InvalidToml(TomlFlaw::Number), "number"),
        (FaultCode::InvalidToml(TomlFlaw::Syntax(text("duplicate key"))), "duplicate key"),
        (FaultCode::UnknownModel(Box::new((text("shop.order"), 1))), "--exclude shop.order"),
        (FaultCode::UnknownModel(Box::new((text("shop.order"), 2))), "--exclude shop.order"),
    ]
}

/// Codes about passwords and tokens.
fn of_secrets() -> Vec<Sample> {
    let flaws = [
        KeyFlaw::Characters,
        KeyFlaw::TooShort,
        KeyFlaw::Guessable,
        KeyFlaw::Published,
        KeyFlaw::TooLong,
        KeyFlaw::Prefix,
        KeyFlaw::NoUser,
        KeyFlaw::NotHexadecimal,
    ];
    let tokens = [FixtureToken::Key, FixtureToken::Created, FixtureToken::TokenKey, FixtureToken::Expiry];
    let obstacles = [
        TokenObstacle::NoTable,
        TokenObstacle::NoTableOfScheme,
        TokenObstacle::SeveralSchemes,
        TokenObstacle::InactiveAccount,
    ];
    let attributes = [Attribute::Username, Attribute::FirstName, Attribute::LastName, Attribute::Email];
    let weak = [Weakness::TooShort, Weakness::TooCommon, Weakness::EntirelyNumeric];
    let weak = weak.into_iter().chain(attributes.map(Weakness::TooSimilar));
    let mut samples: Vec<Sample> = flaws.map(|flaw| (FaultCode::UnfitToken(flaw), "token")).into();
    samples.extend(flaws.map(|flaw| (FaultCode::Unfit(Box::new((flaw, vec![text("meg")]))), "--skip-unfit")));
    samples.extend(tokens.map(|what| (FaultCode::FixtureToken(what), "token")));
    samples.extend(obstacles.map(|obstacle| (FaultCode::ImpossibleToken(obstacle), "token")));
    samples.extend(weak.map(|weakness| (FaultCode::Weak(weakness), "password")));
    samples
}

/// Codes about secrets, other accounts and the database.
fn of_accounts() -> Vec<Sample> {
    let reference = |way| {
        let (target, column) = (text("auth_user"), text("user_id"));
        References::Column(Box::new(BlockedReference { count: 2, target, column, way }))
    };
    let pruned = |are_deleted| {
        let names = vec![text("meg")];
        FaultCode::TooMany(Box::new(PrunedAccounts { count: 3, are_deleted, limit: 1, names }))
    };
    let ways =
        [ReferenceWay::Clear, ReferenceWay::Delete, ReferenceWay::DeleteRequired, ReferenceWay::Project];
    let mut samples = of_secrets();
    let undecided = Undecided { what: text("Schemes"), found: vec![text("drf")], decide: Selector::Scheme };
    samples.push((FaultCode::Undecided(Box::new(undecided)), "--scheme"));
    samples.push((FaultCode::NoRandomForm, FIELD));
    samples.extend(ways.map(|way| (FaultCode::StillReferenced(reference(way)), FIELD)));
    samples.extend([
        (FaultCode::StillReferenced(References::Beyond(text("meg"))), "meg"),
        (FaultCode::PlainPassword, FIELD),
        (FaultCode::NotSet(Some(text("PW"))), "PW"),
        (FaultCode::NotSet(None), FIELD),
        (FaultCode::NotReadable(text("The password file cannot be read")), "The password file"),
        (FaultCode::Conflict(Conflict::Taken(text("t.c"))), "t.c"),
        (FaultCode::Conflict(Conflict::UsernameTaken), "username"),
        (FaultCode::Conflict(Conflict::EmailTaken), "email"),
        (FaultCode::Conflict(Conflict::AddressTaken), "email"),
        (FaultCode::Conflict(Conflict::OtherToken), "drf key"),
        (FaultCode::Conflict(Conflict::UserNotFound(text("meg"))), "meg"),
        (FaultCode::Conflict(Conflict::ChangedMeanwhile(text("The profile"))), "The profile"),
        (FaultCode::Restricted(Restriction::Check(text("positive"))), "positive"),
        (FaultCode::Restricted(Restriction::Reference), "value"),
        (FaultCode::Restricted(Restriction::Length), "text"),
        (FaultCode::Restricted(Restriction::Range), "range"),
        (FaultCode::Restricted(Restriction::Value(text("bad uuid"))), "bad uuid"),
        (FaultCode::Restricted(Restriction::Other(text("a trigger"))), "a trigger"),
        (pruned(true), "--max-prune"),
        (pruned(false), "--max-prune"),
        (FaultCode::WeakHash(Box::new((text("md5"), None))), "hash (md5)"),
        (FaultCode::WeakHash(Box::new((text("md5"), Some(text("md5"))))), "hash (md5)"),
        (FaultCode::InvalidHash(None), "hash"),
        (FaultCode::InvalidHash(Some(text("argon2"))), "hash"),
    ]);
    samples
}

fn samples() -> Vec<Sample> {
    [of_values(), of_names(), of_inputs(), of_accounts()].concat()
}

#[test]
fn every_code_is_worded_in_every_form_and_names_what_to_change() {
    let mut walked = BTreeSet::new();
    for (code, named) in samples() {
        walked.insert(number(&code));
        for form in FORMS {
            let sentence = sentence(FIELD, &code, form);
            let named = named.to_lowercase();
            assert!(
                sentence.to_lowercase().contains(&named),
                "{code:?} for {form:?} hides {named}: {sentence}"
            );
            assert!(sentence.ends_with(['.', '?']), "{code:?} for {form:?}: {sentence}");
        }
    }
    let last = walked.last().copied().unwrap_or_default();
    assert_eq!(walked, (0..=last).collect(), "a code has no sample");
}

#[test]
fn files_of_accounts_and_bodies_of_clients_have_no_options_for_their_fields() {
    let options = |form| {
        let sentence = |code: &FaultCode| sentence(FIELD, code, form);
        let of_fields = of_values().into_iter().chain(of_names()).map(|(code, _)| sentence(&code));
        of_fields.filter(|sentence| sentence.contains("--")).collect::<Vec<_>>()
    };
    let is_of_options = |sentence: &String| sentence.contains("--map") || sentence.contains("--prune");
    for form in [Form::Column, Form::Key] {
        let named = options(form);
        assert!(named.iter().all(is_of_options), "{named:?}");
    }
    assert!(!options(Form::Option).iter().all(is_of_options));
}

#[test]
fn the_place_and_the_account_come_before_the_sentence() {
    let long = Fault::new("email", FaultCode::MaxLength(3));
    let position = Position { line: 2, column: 5 };
    assert_eq!(fault(&long), "email must have at most 3 characters.");
    assert_eq!(
        fault(&long.clone().at("a.csv", Form::Column, position).under("E-Mail")),
        "a.csv, line 2, column 5 (E-Mail): email must have at most 3 characters."
    );
    assert_eq!(
        fault(&long.clone().on_line("a.csv", Form::Column, 2)),
        "a.csv, line 2: email must have at most 3 characters."
    );
    assert_eq!(
        fault(&long.at("a.toml", Form::Key, position).of_account("meg")),
        "a.toml, line 2, column 5: meg: email must have at most 3 characters."
    );
}
