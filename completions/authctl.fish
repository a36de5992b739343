# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_authctl_global_optspecs
    string join \n db= config= format= q/quiet no-input y/yes color= busy-timeout= force h/help V/version
end

function __fish_authctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_authctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_authctl_using_subcommand
    set -l cmd (__fish_authctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c authctl -n "__fish_authctl_needs_command" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_needs_command" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_needs_command" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_needs_command" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_needs_command" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_needs_command" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_needs_command" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_needs_command" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_needs_command" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_needs_command" -s V -l version -d 'Print version'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "register" -d 'Register a user with profile and token'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "list-users" -d 'List users'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "show-user" -d 'Print everything about users except secrets'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "edit-user" -d 'Change users\' fields, profiles, flags and groups'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "set-password" -d 'Set users\' passwords'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "check-password" -d 'Check a password and report the result by the exit code alone'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "delete-user" -d 'Delete users and everything that belongs to them'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "list-groups" -d 'List groups with their members and permissions'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "create-token" -d 'Create tokens for users without their passwords'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "list-tokens" -d 'List tokens by their public prefixes'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "revoke-token" -d 'Delete tokens by prefix, key or filter'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "migrate-tokens" -d 'Move tokens from DRF to knox without changing their keys'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "login" -d 'Check a password, print the user\'s token and save the session'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "whoami" -d 'Print the user that a token belongs to'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "logout" -d 'Delete a token and its saved session'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "lock-user" -d 'Lock users out: no login, no token, no session'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "unlock-user" -d 'Let users in again: active, without lock-outs'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "revoke-access" -d 'Revoke users\' tokens, API keys and web sessions, or delete expired ones'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "list-sessions" -d 'List web sessions by user'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "reset-mfa" -d 'Delete users\' second factors and recovery codes'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "import" -d 'Import accounts from CSV, JSON or a Django fixture'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "export" -d 'Export users with their groups and profiles'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "apply" -d 'Create and update accounts and groups to match a file'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "init" -d 'Create a new database file, or the tables in an empty database on a server'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "check" -d 'Check the database and print its layout and problems'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "backup" -d 'Copy an SQLite database to a file while its server keeps running'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "completions" -d 'Print a shell completion script'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l email -d 'Set the email address' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l first-name -d 'Set the first name' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l last-name -d 'Set the last name' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l from-json -d 'Read a client\'s JSON body from a file, or `-` for standard input' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-file -d 'Read the password from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-env -d 'Read the password from an environment variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l random-password -d 'Generate and print a password of LENGTH characters [default: 22]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l profile -d 'Create a profile of this kind [default: `[register] profile`, or the only kind with a given field]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l set -d 'Set a field of the profile or the user (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l set-random -d 'Set a field to random text like that of other users (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l like -d 'Take required fields that are not given from this user' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l group -d 'Add the user to this existing group (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l scheme -d 'Use this token scheme if the database has both' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token per user, stored in plain text'
knox\t'django-rest-knox: many tokens per user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l on-existing -d 'Handle an existing account: fail, skip or update' -r -f -a "fail\t'Fail with an error'
skip\t'Leave the account unchanged'
update\t'Write the given values and keep the others'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l update-password -d 'Replace an existing password: on-create (never), always or if-different' -r -f -a "on-create\t'Set only the password of a new account'
always\t'Set the password every time'
if-different\t'Set the password if it differs from the stored one'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand register" -l email-verified -d 'Vouch for the email address: django-allauth asks for no confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l staff -d 'Allow the user to enter Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l superuser -d 'Grant every permission and access to Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l inactive -d 'Create an inactive account (no login, no token)'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l init -d 'Create the database first if it does not exist'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-stdin -d 'Read the password from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-password -d 'Set an unusable password: logins fail, but the token works'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-hash-stdin -d 'Read an encoded password, as Django stores it, from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l require-strong -d 'Fail on a weak password instead of warning'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-profile -d 'Do not create a profile'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-token -d 'Do not create a token'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand register" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand register" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand register" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l profile -d 'Include only users with a profile of this kind' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l group -d 'Include only users in this group (exact name)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l search -d 'Include only users whose name or email address contains this text' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l joined-after -d 'Include only users who joined at or after this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l joined-before -d 'Include only users who joined before this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l last-login-after -d 'Include only users whose last login was at or after this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l last-login-before -d 'Include only users whose last login was before this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l where -d 'Include only users with this value, such as phone=555' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l sort -d 'Sort by this column, or as -FIELD in descending order [default: id]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l limit -d 'Include at most N users' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l offset -d 'Skip the first N users' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l hasher -d 'Include only users with this password algorithm' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l columns -d 'Print these columns, separated by commas' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l active -d 'Include only active users'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l inactive -d 'Include only inactive users'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l staff -d 'Include only staff'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l superuser -d 'Include only superusers'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l without-token -d 'Include only users without a token'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l never-logged-in -d 'Include only users who never logged in through Django'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l weak-hasher -d 'Include only users with a weak password hash'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l rename -d 'Change the username' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l email -d 'Set the email address' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l first-name -d 'Set the first name' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l last-name -d 'Set the last name' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l set -d 'Set a field of the user or a profile (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l unset -d 'Clear a field: to NULL, or else to empty text (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l add-profile -d 'Create a profile of this kind if the user has none (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l remove-profile -d 'Delete the user\'s profile of this kind (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l add-group -d 'Add the user to this existing group (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l remove-group -d 'Remove the user from this group (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l add-permission -d 'Grant the user this permission (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l remove-permission -d 'Take this permission from the user (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l email-verified -d 'Vouch for the email address: django-allauth asks for no confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l active -d 'Allow the user to log in and use tokens'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l inactive -d 'Make the user inactive: no login, no drf or knox token, no session'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l staff -d 'Allow the user to enter Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l no-staff -d 'Bar the user from Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l superuser -d 'Grant the user every permission, and staff status'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l no-superuser -d 'Remove superuser status'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l revoke-tokens -d 'Revoke the user\'s tokens of every scheme, and API keys'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-file -d 'Read the password from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-env -d 'Read the password from an environment variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l random-password -d 'Generate and print a password of LENGTH characters [default: 22]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l revoke-tokens -d 'Revoke the user\'s tokens of every scheme and API keys too'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-stdin -d 'Read the password from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l no-password -d 'Set an unusable password: logins fail, but the token works'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-hash-stdin -d 'Read an encoded password, as Django stores it, from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l require-strong -d 'Fail on a weak password instead of warning'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l password-file -d 'Read the password from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l password-env -d 'Read the password from an environment variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l password-stdin -d 'Read the password from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l cascade -d 'Delete rows that refer to deleted rows through this column (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l set-null -d 'Keep rows that refer to deleted rows, and set this column to NULL (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand list-groups" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l expires-in -d 'Set the token\'s lifetime, such as 10h, 30d or never' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l scheme -d 'Use this token scheme' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token per user, stored in plain text'
knox\t'django-rest-knox: many tokens per user, stored as digests, with an expiry'
oauth2\t'django-oauth-toolkit: access and refresh tokens with an expiry'
jwt\t'djangorestframework-simplejwt: signed tokens, of which refresh tokens may be recorded'
api-key\t'djangorestframework-api-key: keys with a name, with or without a user'"
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l scope -d 'Give an OAuth2 token this scope, such as read; can be repeated' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l application -d 'Bind an OAuth2 token to the application with this client id' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l claim -d 'Add a claim to a JWT; a VALUE that is not JSON is text' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l signing-key-env -d 'Read the JWT signing key, such as SECRET_KEY, from this variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l signing-key-file -d 'Read the JWT signing key from this file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l name -d 'Name an API key' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l output-file -d 'Write the token to this file instead of standard output' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l env-file -d 'Write the token to this dotenv file instead of standard output' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l as -d 'Use this variable name in the dotenv file' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l rotate -d 'Replace the drf key with a new one'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l token-stdin -d 'Read the key from standard input instead of generating it'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l refresh -d 'Create a JWT refresh token instead of an access token'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l overwrite -d 'Replace an existing file, whatever it contains'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l user -d 'Match only those of this user' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l older-than -d 'Match only tokens created longer ago than this, such as 30d' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l scheme -d 'Match only tokens of this scheme [default: drf, knox and the project\'s own]' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token per user, stored in plain text'
knox\t'django-rest-knox: many tokens per user, stored as digests, with an expiry'
oauth2\t'django-oauth-toolkit: access and refresh tokens with an expiry'
jwt\t'djangorestframework-simplejwt: signed tokens, of which refresh tokens may be recorded'
api-key\t'djangorestframework-api-key: keys with a name, with or without a user'"
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l expired -d 'Match only expired tokens'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l inactive-users -d 'Match only tokens of inactive users, which Django refuses anyway'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l without-user -d 'Match only tokens that belong to no user, such as those of a deleted user'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l signing-key-env -d 'Read the JWT signing key, such as SECRET_KEY, from this variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l signing-key-file -d 'Read the JWT signing key from this file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l user -d 'Match only those of this user' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l older-than -d 'Match only tokens created longer ago than this, such as 30d' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l scheme -d 'Match only tokens of this scheme [default: drf, knox and the project\'s own]' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token per user, stored in plain text'
knox\t'django-rest-knox: many tokens per user, stored as digests, with an expiry'
oauth2\t'django-oauth-toolkit: access and refresh tokens with an expiry'
jwt\t'djangorestframework-simplejwt: signed tokens, of which refresh tokens may be recorded'
api-key\t'djangorestframework-api-key: keys with a name, with or without a user'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l token-stdin -d 'Read a whole token from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l expired -d 'Match only expired tokens'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l inactive-users -d 'Match only tokens of inactive users, which Django refuses anyway'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l without-user -d 'Match only tokens that belong to no user, such as those of a deleted user'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l all -d 'Match all tokens'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l list -d 'Print each of the tokens that match the filters, however many'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l to -d 'Move tokens to this scheme' -r -f -a "knox\t'django-rest-knox'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l user -d 'Move only the token of this user (exact username)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l expires-in -d 'Set the lifetime of the knox tokens, such as 30d or never' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l keep -d 'Keep the drf tokens, for a server that still uses DRF'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l skip-unfit -d 'Skip keys that cannot be moved'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l from-json -d 'Read a client\'s JSON body from a file, or `-` for standard input' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l scheme -d 'Use this token scheme if the database has both' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token per user, stored in plain text'
knox\t'django-rest-knox: many tokens per user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-file -d 'Read the password from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-env -d 'Read the password from an environment variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand login" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand login" -l no-store -d 'Do not save the session'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-stdin -d 'Read the password from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l token-file -d 'Read the token from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l signing-key-env -d 'Read the JWT signing key, such as SECRET_KEY, from this variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l signing-key-file -d 'Read the JWT signing key from this file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l token-stdin -d 'Read the token from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l token-file -d 'Read the token from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l signing-key-env -d 'Read the JWT signing key, such as SECRET_KEY, from this variable' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l signing-key-file -d 'Read the JWT signing key from this file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l token-stdin -d 'Read the token from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l all -d 'Delete all tokens of the token\'s user'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l keep-token -d 'Delete only the saved session; the token stays valid'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l reset-password -d 'Make the password unusable too'
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand lock-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l ip -d 'Clear failed logins from this address too, under any name (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand unlock-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l only -d 'Revoke only these kinds of access' -r -f -a "tokens\t'Tokens of DRF, knox and the project itself'
oauth2\t'OAuth2 access tokens, refresh tokens and grants'
jwt\t'Recorded JWT refresh tokens, which are blacklisted'
api-keys\t'API keys that refer to the user'
sessions\t'Web sessions in the database'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l expired -d 'Delete what has expired, of all users'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-access" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l user -d 'Match only those of this user' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l expired -d 'Include only expired sessions'
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand list-sessions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l by -d 'Find USER by this' -r -f -a "username\t'The username, compared exactly'
id\t'The id'
email\t'The email address, regardless of case'"
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l max -d 'Refuse more users than this, except one' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand reset-mfa" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l input-format -d 'Read csv, json, jsonl or fixture [default: detected from the content]' -r -f -a "csv\t'Values separated by comma, semicolon or tab, with headings in the first line'
json\t'JSON list of objects'
jsonl\t'JSON lines, one object per line'
fixture\t'Django fixture'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l encoding -d 'Read the file as utf-8, or as windows-1252 from old Windows programs' -r -f -a "utf-8\t'UTF-8, or UTF-16 with a byte order mark'
windows-1252\t'The ANSI code page of Windows in western Europe and America'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l delimiter -d 'Separate CSV values at this character, \\t for a tab [default: detected from the headings]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand import" -l map -d 'Read the column HEADING as FIELD, or skip it if FIELD is empty (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand import" -l exclude -d 'Skip an app or a model of a fixture (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand import" -l random-passwords -d 'Generate missing passwords of new users, LENGTH characters [default: 22]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand import" -l jobs -d 'Hash with N threads [default: one per core]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand import" -l scheme -d 'Use this token scheme if the database has both' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token per user, stored in plain text'
knox\t'django-rest-knox: many tokens per user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l on-existing -d 'Handle existing accounts: fail, skip or update' -r -f -a "fail\t'Fail with an error'
skip\t'Leave the account unchanged'
update\t'Write the given values and keep the others'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l update-password -d 'Replace existing passwords: on-create (never), always or if-different' -r -f -a "on-create\t'Set only the password of a new account'
always\t'Set the password every time'
if-different\t'Set the password if it differs from the stored one'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l batch -d 'Commit after every N rows' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand import" -l results -d 'Write the result of each row to this file, or `-` for standard output' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand import" -l require-strong -d 'Fail on weak passwords instead of counting them'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l insecure-fast-hash -d 'Hash at the lowest cost, for test data only'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l tokens -d 'Create a token for each account without one'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l keep-going -d 'Write valid rows, report invalid ones, and exit with 6'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand import" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand import" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l format -d 'Write this format [default: by the extension of FILE, or csv]' -r -f -a "csv\t''
json\t''
jsonl\t''
fixture\t''"
complete -c authctl -n "__fish_authctl_using_subcommand export" -l name -d 'Set Django\'s name of a table or a column (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l duration -d 'Export this column as a DurationField (repeatable)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l profile -d 'Include only users with a profile of this kind' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l group -d 'Include only users in this group (exact name)' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l search -d 'Include only users whose name or email address contains this text' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l joined-after -d 'Include only users who joined at or after this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l joined-before -d 'Include only users who joined before this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l last-login-after -d 'Include only users whose last login was at or after this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l last-login-before -d 'Include only users whose last login was before this date or time' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l where -d 'Include only users with this value, such as phone=555' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l sort -d 'Sort by this column, or as -FIELD in descending order [default: id]' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l limit -d 'Include at most N users' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l offset -d 'Skip the first N users' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand export" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand export" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand export" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand export" -l overwrite -d 'Replace an existing file'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l with-password-hashes -d 'Include the encoded passwords'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l with-token-keys -d 'Include the keys of drf tokens'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l with-secrets -d 'Include columns whose names suggest secrets, such as api_key'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l with-groups -d 'Include all groups, with their permissions'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l active -d 'Include only active users'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l inactive -d 'Include only inactive users'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l staff -d 'Include only staff'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l superuser -d 'Include only superusers'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l without-token -d 'Include only users without a token'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l never-logged-in -d 'Include only users who never logged in through Django'
complete -c authctl -n "__fish_authctl_using_subcommand export" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand export" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l results -d 'Write the result of each account to this file, or `-` for standard output' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l prune -d 'Deactivate or delete accounts that are in the file\'s scope but not in the file' -r -f -a "deactivate\t'Lock the accounts out'
delete\t'Delete the accounts and everything that belongs to them'"
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l max-prune -d 'Change nothing if --prune would affect more than N accounts' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l exit-code -d 'Exit with 12 if --dry-run finds a change'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l scheme -d 'Create tables for drf, knox, or drf,knox for both [default: `[tokens] scheme`, or drf]' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token per user, stored in plain text'
knox\t'django-rest-knox: many tokens per user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l audit-log -d 'Append who changed what to this file as JSON lines [default: `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand init" -l dry-run -d 'Print what would change, and roll everything back'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand check" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand check" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand check" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand check" -l suggest-config -d 'Print a starter authctl.toml for this database, and check nothing'
complete -c authctl -n "__fish_authctl_using_subcommand check" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand check" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand check" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand check" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l overwrite -d 'Replace an existing file'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l skip-check -d 'Skip the integrity check of the copy'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l db -d 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l config -d 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l format -d 'Print results as table, plain, json, jsonl or csv' -r -f -a "table\t'Aligned columns and local times, for people'
plain\t'Tab-separated and escaped, without a heading, for scripts'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines, one object per row'
csv\t'Comma-separated values as in RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l color -d 'Use colors: auto, always or never' -r -f -a "auto\t'Use colors on a terminal, unless `NO_COLOR` is set'
always\t'Always use colors'
never\t'Never use colors'"
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l busy-timeout -d 'Wait up to this many seconds while another program locks the database' -r -f
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s q -l quiet -d 'Print only results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l no-input -d 'Never prompt, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s y -l yes -d 'Answer yes to every confirmation'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l force -d 'Open the database even if this could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "register" -d 'Register a user with profile and token'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "list-users" -d 'List users'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "show-user" -d 'Print everything about users except secrets'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "edit-user" -d 'Change users\' fields, profiles, flags and groups'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "set-password" -d 'Set users\' passwords'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "check-password" -d 'Check a password and report the result by the exit code alone'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "delete-user" -d 'Delete users and everything that belongs to them'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "list-groups" -d 'List groups with their members and permissions'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "create-token" -d 'Create tokens for users without their passwords'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "list-tokens" -d 'List tokens by their public prefixes'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "revoke-token" -d 'Delete tokens by prefix, key or filter'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "migrate-tokens" -d 'Move tokens from DRF to knox without changing their keys'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "login" -d 'Check a password, print the user\'s token and save the session'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "whoami" -d 'Print the user that a token belongs to'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "logout" -d 'Delete a token and its saved session'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "lock-user" -d 'Lock users out: no login, no token, no session'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "unlock-user" -d 'Let users in again: active, without lock-outs'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "revoke-access" -d 'Revoke users\' tokens, API keys and web sessions, or delete expired ones'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "list-sessions" -d 'List web sessions by user'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "reset-mfa" -d 'Delete users\' second factors and recovery codes'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "import" -d 'Import accounts from CSV, JSON or a Django fixture'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "export" -d 'Export users with their groups and profiles'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "apply" -d 'Create and update accounts and groups to match a file'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "init" -d 'Create a new database file, or the tables in an empty database on a server'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "check" -d 'Check the database and print its layout and problems'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "backup" -d 'Copy an SQLite database to a file while its server keeps running'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "completions" -d 'Print a shell completion script'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from register list-users show-user edit-user set-password check-password delete-user list-groups create-token list-tokens revoke-token migrate-tokens login whoami logout lock-user unlock-user revoke-access list-sessions reset-mfa import export apply init check backup completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
