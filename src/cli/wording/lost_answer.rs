//! Words what to do about a change whose answer is lost.

use crate::error::lost_answer::LostAnswer;
use crate::error::wording::shell_word;

/// The commands that revoke the tokens and replace the passwords, ready to copy.
#[must_use]
pub fn commands(lost: &LostAnswer) -> Vec<String> {
    let LostAnswer { effect, target, .. } = lost;
    let mut commands = Vec::new();
    if !effect.prefixes.is_empty() {
        let prefixes: Vec<String> = effect.prefixes.iter().map(|prefix| shell_word(prefix)).collect();
        let yes = if prefixes.len() > 1 { " --yes" } else { "" };
        commands.push(format!("authctl{target} revoke-token{yes} {}", prefixes.join(" ")));
    }
    let passwords = effect.random_passwords.iter();
    commands.extend(
        passwords.map(|user| format!("authctl{target} set-password --random-password {}", shell_word(user))),
    );
    commands
}

/// Tells the user what to do next.
#[must_use]
pub fn hint(lost: &LostAnswer) -> String {
    if let Some(results) = &lost.effect.results {
        return format!("See {} for the result of each account.", results.display());
    }
    let (tokens, passwords) = (&lost.effect.prefixes, &lost.effect.random_passwords);
    let commands = commands(lost);
    let listed = commands.iter().map(|command| format!("`{command}`")).collect::<Vec<_>>().join(", ");
    let what = match (tokens.len(), passwords.is_empty()) {
        (0, true) => return hint_without_secrets(lost),
        (0, false) => "Set a new password",
        (1, true) => "Revoke the token",
        (_, true) => "Revoke the tokens",
        (_, false) => "Revoke the new tokens and set new passwords",
    };
    let others = match lost.effect.unnamed {
        0 => String::new(),
        count => format!(
            " {count} more are not listed here. List all tokens with `authctl{} list-tokens`.",
            lost.target
        ),
    };
    format!("{what}: {listed}.{others}")
}

fn hint_without_secrets(lost: &LostAnswer) -> String {
    let target = &lost.target;
    match &lost.effect.file {
        Some(file) if lost.is_certain => {
            format!("{} is complete. There is no need to run the command again.", file.display())
        }
        Some(file) => format!(
            "Check the file with `ls -l {}`. If it is new, it is complete. Otherwise run the command again.",
            shell_word(&file.to_string_lossy())
        ),
        None => format!(
            "Check the database, for example with `authctl{target} list-users`, before you run the command \
             again."
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::error::lost_answer::Effect;

    fn lost(effect: Effect) -> LostAnswer {
        LostAnswer { effect, is_certain: true, reason: "the disk is full".into(), target: " --db x".into() }
    }

    #[test]
    fn a_token_is_named_by_its_prefix_with_the_command_that_revokes_it() {
        let lost = lost(Effect::new("meg was registered").with_token(Some("01234567".into())));
        assert_eq!(
            lost.to_string(),
            "The change succeeded, but its output was lost: meg was registered (token prefix 01234567). \
             Reason: the disk is full."
        );
        assert_eq!(hint(&lost), "Revoke the token: `authctl --db x revoke-token 01234567`.");
    }

    #[test]
    fn of_many_secrets_some_are_named_and_the_others_counted() {
        let mut effect = Effect::new("accounts were imported");
        effect.add_tokens((11..=35).map(|number| format!("aaaaaa{number}")));
        (1..=22).for_each(|number| effect.add_random_password(&format!("user{number}")));
        let lost = lost(effect);
        assert_eq!((lost.effect.prefixes.len(), commands(&lost).len()), (20, 21));
        assert!(
            hint(&lost)
                .ends_with(" 7 more are not listed here. List all tokens with `authctl --db x list-tokens`."),
            "{}",
            hint(&lost)
        );
        assert!(commands(&lost)[0].starts_with("authctl --db x revoke-token --yes aaaa"));
        assert!(lost.to_string().contains("(token prefixes aaaa"));
    }

    #[test]
    fn where_no_secret_is_lost_the_database_tells() {
        let lost = LostAnswer { is_certain: false, ..lost(Effect::new("meg was changed")) };
        assert!(
            lost.to_string().starts_with("The commit did not finish, but the change may have succeeded: meg")
        );
        assert_eq!(commands(&lost).len(), 0);
        assert_eq!(
            hint(&lost),
            "Check the database, for example with `authctl --db x list-users`, before you run the command again."
        );
    }

    #[test]
    fn a_file_is_complete_if_it_is_there() {
        let effect = Effect::file(Path::new("/my backups/a.sqlite3"));
        let certain = lost(effect.clone());
        assert_eq!(
            hint(&certain),
            "/my backups/a.sqlite3 is complete. There is no need to run the command again."
        );
        let doubtful = LostAnswer::file(effect, false, "interrupted".into());
        assert_eq!(
            hint(&doubtful),
            "Check the file with `ls -l '/my backups/a.sqlite3'`. If it is new, it is complete. Otherwise run the \
             command again."
        );
    }

    #[test]
    fn results_on_a_device_do_not_keep_the_secrets() {
        let on = |results: &str| {
            lost(
                Effect::new("accounts were imported")
                    .with_results(Some(Path::new(results)))
                    .with_token(Some("01234567".into())),
            )
        };
        assert_eq!(hint(&on("/dev/full")), "Revoke the token: `authctl --db x revoke-token 01234567`.");
        assert_eq!(hint(&on("/nowhere/made.csv")), "See /nowhere/made.csv for the result of each account.");
    }
}
