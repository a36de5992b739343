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

complete -c authctl -n "__fish_authctl_needs_command" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_needs_command" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_needs_command" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_needs_command" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_needs_command" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_needs_command" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_needs_command" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_needs_command" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_needs_command" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_needs_command" -s V -l version -d 'Print version'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "init" -d 'Make a new database file'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "register" -d 'Register a user, with profile and token'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "login" -d 'Check a password, print the user\'s token and save the session'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "check-password" -d 'Tell by the exit code alone whether a password is right'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "whoami" -d 'Tell whose token it is'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "logout" -d 'Delete a token and forget the session that holds it'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "list-users" -d 'List users'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "show-user" -d 'Show everything about a user but the secrets'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "edit-user" -d 'Change a user\'s fields, profile fields, flags and groups'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "set-password" -d 'Set a user\'s password'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "delete-user" -d 'Delete a user with all that belongs to the user'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "apply" -d 'Bring accounts to what a file says of them'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "create-token" -d 'Make a token for a user, without the password'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "list-tokens" -d 'List tokens by their public prefixes'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "revoke-token" -d 'Delete tokens'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "migrate-tokens" -d 'Move tokens from DRF to knox with the keys that clients have'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "import" -d 'Import many accounts from CSV, JSON or a Django fixture'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "export" -d 'Export users with their groups and profiles'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "check" -d 'Tell what was found in the database, and what is wrong with it'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "backup" -d 'Copy the database to a file, while its server goes on'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l scheme -d 'The token schemes: drf, knox, or drf,knox for both [else `[tokens] scheme`, drf]' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token a user, stored as it is'
knox\t'django-rest-knox: many tokens a user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand init" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l email -d 'The e-mail address' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l first-name -d 'The first name' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l last-name -d 'The last name' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l from-json -d 'Take a client\'s JSON body from a file, or from standard input for `-`' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-file -d 'Read the password from a file; one line end behind it is dropped' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-env -d 'Read the password from an environment variable' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l random-password -d 'Make a random password and show it once, of LENGTH characters (22 unless told): on standard output, or beside a token on standard error' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l profile -d 'The kind of the profile [else `[register] profile`, or the only kind that has a given field]' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l set -d 'Set a field of the profile or the user; VALUE may be @FILE, and @@ stands for @' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l group -d 'Put the user into this group, which has to exist; may be given several times' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l scheme -d 'The token\'s scheme, where the database has both' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token a user, stored as it is'
knox\t'django-rest-knox: many tokens a user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l on-existing -d 'What happens to an account that is there already: fail, skip or update' -r -f -a "fail\t'It is an error'
skip\t'It stays as it is'
update\t'It gets what is given; what is not given stays'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l update-password -d 'With --on-existing update, when the password is set: on-create, always or if-different' -r -f -a "on-create\t'Never: only a new account does'
always\t'Each time'
if-different\t'Where it is another one'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand register" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand register" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand register" -l staff -d 'Let the user enter Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l superuser -d 'Give the user every permission, and let the user enter Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l inactive -d 'Make an account that cannot log in, and no token'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l init -d 'Make the database first, where there is none'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-stdin -d 'Read the password from standard input; one line end behind it is dropped'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-password -d 'Set Django\'s unusable password: nobody logs in, but the token works'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l password-hash-stdin -d 'Read an encoded password, as Django stores it, from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l require-strong -d 'Refuse a weak password instead of warning'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-profile -d 'Make no profile'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-token -d 'Make no token'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand register" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand register" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand register" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand register" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-file -d 'Read the password from a file; one line end behind it is dropped' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-env -d 'Read the password from an environment variable' -r
complete -c authctl -n "__fish_authctl_using_subcommand login" -l from-json -d 'Take a client\'s JSON body from a file, or from standard input for `-`' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l scheme -d 'The token\'s scheme, where the database has both' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token a user, stored as it is'
knox\t'django-rest-knox: many tokens a user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-stdin -d 'Read the password from standard input; one line end behind it is dropped'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l no-store -d 'Do not save the session'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l password-file -d 'Read the password from a file; one line end behind it is dropped' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l password-env -d 'Read the password from an environment variable' -r
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l password-stdin -d 'Read the password from standard input; one line end behind it is dropped'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand check-password" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l token-file -d 'Read the token from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l token-stdin -d 'Read the token from standard input; the form `Token abc…` is taken too'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand whoami" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l token-file -d 'Read the token from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l token-stdin -d 'Read the token from standard input; the form `Token abc…` is taken too'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l all -d 'Delete all tokens of the token\'s user'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l keep-token -d 'Forget the session and leave the token valid'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l profile -d 'Only users with a profile of this kind' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l group -d 'Only users in this group, by its exact name' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l search -d 'Only users with this text in user name, e-mail address, first or last name; upper and lower case are the same for ASCII letters alone' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l joined-after -d 'Only users who joined at this date or time, or later; local time unless it has an offset' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l joined-before -d 'Only users who joined before this date or time' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l sort -d 'Sort by a column, with :desc from the largest to the smallest [else by id]' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l limit -d 'Show at most so many' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l offset -d 'Leave out the first so many' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l columns -d 'The columns: id, username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined, last_login, profile, tokens, hasher' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l active -d 'Only active users'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l inactive -d 'Only inactive users'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l staff -d 'Only staff'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l superuser -d 'Only superusers'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l without-token -d 'Only users without any token'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand list-users" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand show-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l rename -d 'Give the user another login name' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l email -d 'The e-mail address' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l first-name -d 'The first name' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l last-name -d 'The last name' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l set -d 'Set a field of the user or a profile; VALUE may be @FILE, and @@ stands for @' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l unset -d 'Empty a field: NULL where the column takes it, else the empty text' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l add-group -d 'Put the user into this group, which has to exist; may be given several times' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l remove-group -d 'Take the user out of this group; may be given several times' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l active -d 'Let the user log in and use tokens'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l inactive -d 'Lock the user out: no login, no token, no session'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l staff -d 'Let the user enter Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l no-staff -d 'Keep the user out of Django\'s admin'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l superuser -d 'Give the user every permission'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l no-superuser -d 'Leave the user the permissions that were granted, alone or through groups'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l revoke-tokens -d 'Delete the user\'s tokens'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand edit-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-file -d 'Read the password from a file; one line end behind it is dropped' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-env -d 'Read the password from an environment variable' -r
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l random-password -d 'Make a random password and show it once, of LENGTH characters (22 unless told): on standard output, or beside a token on standard error' -r
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-stdin -d 'Read the password from standard input; one line end behind it is dropped'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l no-password -d 'Set Django\'s unusable password: nobody logs in, but the token works'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l password-hash-stdin -d 'Read an encoded password, as Django stores it, from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l require-strong -d 'Refuse a weak password instead of warning'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l revoke-tokens -d 'Delete the user\'s tokens too'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand set-password" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l cascade -d 'Delete the rows that refer to what is deleted by this column, or by any of the table\'s; may be given several times' -r
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l set-null -d 'Keep the rows that refer so, and empty their reference; may be given several times. Not for what belongs to the user' -r
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand delete-user" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l results -d 'Tell what became of each account, with the tokens and passwords that were made, in this file or on standard output' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l prune -d 'What becomes of accounts in the file\'s scope that are not in the file: deactivate or delete' -r -f -a "deactivate\t'They are locked out'
delete\t'They are deleted, with all that belongs to them'"
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l max-prune -d 'Change nothing at all where --prune would take more accounts than this' -r
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l exit-code -d 'With --dry-run, end with 12 if something would change'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l expires-in -d 'When a knox token expires: a duration such as 10h or 30d, or never [else `[tokens] ttl`, 10h]' -r
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l scheme -d 'The token\'s scheme, where the database has both' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token a user, stored as it is'
knox\t'django-rest-knox: many tokens a user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l output-file -d 'Write the token to this file, which its owner alone can read, and not to standard output, which `-` stands for' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l env-file -d 'Write the token as a line NAME=TOKEN into this dotenv file, in place of the line that is there, and not to standard output' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l as -d 'The NAME in the dotenv file' -r
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l rotate -d 'Replace the drf key by a fresh one'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l token-stdin -d 'Take the key from standard input: 32 characters at least, such as `openssl rand -hex 20` makes'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l overwrite -d 'Replace the file if it is there already, whatever is in it; one that holds a token alone is replaced anyway'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand create-token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l user -d 'Only this user\'s tokens, by the exact login name' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l scheme -d 'Only tokens of this scheme' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token a user, stored as it is'
knox\t'django-rest-knox: many tokens a user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l expired -d 'Only tokens that have expired'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand list-tokens" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l user -d 'Tokens of this user, by the exact login name' -r
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l older-than -d 'Tokens that were made longer ago than this, such as 30d' -r
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l scheme -d 'Only tokens of this scheme' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token a user, stored as it is'
knox\t'django-rest-knox: many tokens a user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l token-stdin -d 'Read a whole token from standard input'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l expired -d 'Tokens that have expired'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l inactive-users -d 'Tokens of inactive users, which Django refuses anyway'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l all -d 'All tokens'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand revoke-token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l to -d 'The scheme to move to' -r -f -a "knox\t'django-rest-knox'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l user -d 'Only this user\'s token, by the exact login name' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l expires-in -d 'When the knox tokens expire, those of keys that knox has already too: a duration such as 30d, or never' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l keep -d 'Leave the drf tokens where they are, for a server that still asks DRF'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l skip-unfit -d 'Leave keys that cannot go where they are, and move the others'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand migrate-tokens" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l input-format -d 'The file\'s format, where its content does not tell: csv, json, jsonl or fixture' -r -f -a "csv\t'A table: comma, semicolon or tab between the values, headings in the first line'
json\t'A JSON list of objects'
jsonl\t'One JSON object a line'
fixture\t'A Django fixture'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l encoding -d 'What the file\'s bytes mean: utf-8, or windows-1252 from old Windows programs; UTF-16 is seen by its mark' -r -f -a "utf-8\t'UTF-8, or UTF-16 with a byte order mark'
windows-1252\t'What Windows calls ANSI in western Europe and America'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l delimiter -d 'What is between the values of CSV, \\t for a tab [else what the headings show]' -r
complete -c authctl -n "__fish_authctl_using_subcommand import" -l map -d 'Take the column HEADING for FIELD, or leave it out where FIELD is empty; may be given several times' -r
complete -c authctl -n "__fish_authctl_using_subcommand import" -l exclude -d 'Leave an app or a model of a fixture out; may be given several times' -r
complete -c authctl -n "__fish_authctl_using_subcommand import" -l random-passwords -d 'Make a random password for each row without one, of LENGTH characters (22 unless told), told in the results' -r
complete -c authctl -n "__fish_authctl_using_subcommand import" -l jobs -d 'Hash with so many threads [else one for each core]' -r
complete -c authctl -n "__fish_authctl_using_subcommand import" -l scheme -d 'The token\'s scheme, where the database has both' -r -f -a "drf\t'Django REST framework\'s `authtoken`: one token a user, stored as it is'
knox\t'django-rest-knox: many tokens a user, stored as digests, with an expiry'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l on-existing -d 'What happens to an account that is there already: fail, skip or update' -r -f -a "fail\t'It is an error'
skip\t'It stays as it is'
update\t'It gets what is given; what is not given stays'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l update-password -d 'With --on-existing update, when the password is set: on-create, always or if-different' -r -f -a "on-create\t'Never: only a new account does'
always\t'Each time'
if-different\t'Where it is another one'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l batch -d 'Commit after each N rows, so that rows before a bad one stay' -r
complete -c authctl -n "__fish_authctl_using_subcommand import" -l results -d 'Tell what became of each row, with the tokens and passwords that were made, in this file or on standard output' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l audit-log -d 'Append who changed what to this file, as JSON lines [else `[audit] file`]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand import" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand import" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand import" -l require-strong -d 'Refuse weak passwords instead of counting them'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l insecure-fast-hash -d 'Hash at the least cost there is: for test data alone, since anybody can guess such passwords'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l tokens -d 'Make a token for each account without one'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l keep-going -d 'Write the good rows, tell the bad ones, and end with 6'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l dry-run -d 'Do the whole work and take it back: show what would happen, change nothing'
complete -c authctl -n "__fish_authctl_using_subcommand import" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand import" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand import" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l format -d 'The form of what is written [else what the FILE\'s ending says, csv]' -r -f -a "csv\t''
json\t''
jsonl\t''
fixture\t''"
complete -c authctl -n "__fish_authctl_using_subcommand export" -l name -d 'What Django calls a table or a column, where its name does not tell: TABLE=APP.MODEL or TABLE.COLUMN=FIELD' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l duration -d 'A column that is a DurationField, which the database does not tell from a big number: [TABLE.]COLUMN' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l profile -d 'Only users with a profile of this kind' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l group -d 'Only users in this group, by its exact name' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l search -d 'Only users with this text in user name, e-mail address, first or last name; upper and lower case are the same for ASCII letters alone' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l joined-after -d 'Only users who joined at this date or time, or later; local time unless it has an offset' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l joined-before -d 'Only users who joined before this date or time' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l sort -d 'Sort by a column, with :desc from the largest to the smallest [else by id]' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l limit -d 'Show at most so many' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l offset -d 'Leave out the first so many' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand export" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand export" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand export" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand export" -l overwrite -d 'Replace the file if it is there already'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l with-password-hashes -d 'Write the encoded passwords too'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l with-token-keys -d 'Write the keys of drf tokens too; in a fixture, the tokens of both schemes as they are stored'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l with-secrets -d 'Write the columns too whose names say that they may be secrets, such as api_key'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l active -d 'Only active users'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l inactive -d 'Only inactive users'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l staff -d 'Only staff'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l superuser -d 'Only superusers'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l without-token -d 'Only users without any token'
complete -c authctl -n "__fish_authctl_using_subcommand export" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand export" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand export" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand check" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand check" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand check" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand check" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand check" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand check" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand check" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand check" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l overwrite -d 'Replace the file if it is there already'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l skip-check -d 'Do not check the copy: a damaged database is then copied with its damage, and nothing says so'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l db -d 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l config -d 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l format -d 'The form of the output: table, plain, json, jsonl or csv' -r -f -a "table\t'For people: aligned columns, local times'
plain\t'For scripts: tab-separated, escaped, without a heading'
json\t'One JSON value; errors are a JSON object on standard error'
jsonl\t'JSON lines: one object a row'
csv\t'Comma-separated values after RFC 4180, verbatim'"
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l busy-timeout -d 'How many seconds to wait while another program holds the database' -r
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l no-input -d 'Ask nothing, even at a terminal'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s y -l yes -d 'Agree beforehand to what would be asked'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l force -d 'Open the database although that could lock its owner\'s server out'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s h -l help -d 'Print help'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "init" -d 'Make a new database file'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "register" -d 'Register a user, with profile and token'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "login" -d 'Check a password, print the user\'s token and save the session'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "check-password" -d 'Tell by the exit code alone whether a password is right'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "whoami" -d 'Tell whose token it is'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "logout" -d 'Delete a token and forget the session that holds it'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "list-users" -d 'List users'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "show-user" -d 'Show everything about a user but the secrets'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "edit-user" -d 'Change a user\'s fields, profile fields, flags and groups'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "set-password" -d 'Set a user\'s password'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "delete-user" -d 'Delete a user with all that belongs to the user'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "apply" -d 'Bring accounts to what a file says of them'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "create-token" -d 'Make a token for a user, without the password'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "list-tokens" -d 'List tokens by their public prefixes'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "revoke-token" -d 'Delete tokens'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "migrate-tokens" -d 'Move tokens from DRF to knox with the keys that clients have'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "import" -d 'Import many accounts from CSV, JSON or a Django fixture'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "export" -d 'Export users with their groups and profiles'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "check" -d 'Tell what was found in the database, and what is wrong with it'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "backup" -d 'Copy the database to a file, while its server goes on'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c authctl -n "__fish_authctl_using_subcommand help; and not __fish_seen_subcommand_from init register login check-password whoami logout list-users show-user edit-user set-password delete-user apply create-token list-tokens revoke-token migrate-tokens import export check backup completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
