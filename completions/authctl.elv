
use builtin;
use str;

set edit:completion:arg-completer[authctl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'authctl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'authctl'= {
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand init 'Make a new database file'
            cand register 'Register a user, with profile and token'
            cand login 'Check a password, print the user''s token and save the session'
            cand whoami 'Tell whose token it is'
            cand logout 'Delete a token and forget the session that holds it'
            cand create-token 'Make a token for a user, without the password'
            cand list-users 'List users'
            cand list-tokens 'List tokens by their public prefixes'
            cand revoke-token 'Delete tokens'
            cand check 'Tell what was found in the database, and what is wrong with it'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'authctl;init'= {
            cand --scheme 'The token schemes: drf, knox, or drf,knox for both [else `[tokens] scheme`, drf]'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;register'= {
            cand --email 'The e-mail address'
            cand --first-name 'The first name'
            cand --last-name 'The last name'
            cand --from-json 'Take a client''s JSON body from a file, or from standard input for `-`'
            cand --password-file 'Read the password from a file; one line end behind it is dropped'
            cand --password-env 'Read the password from an environment variable'
            cand --random-password 'Make a random password and show it once, of LENGTH characters (22 unless told)'
            cand --profile 'The kind of the profile [else `[register] profile`, or the only kind that has a given field]'
            cand --set 'Set a field of the profile or the user; VALUE may be @FILE, and @@ stands for @'
            cand --scheme 'The token''s scheme, where the database has both'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --staff 'Let the user enter Django''s admin'
            cand --superuser 'Give the user every permission, and let the user enter Django''s admin'
            cand --inactive 'Make an account that cannot log in, and no token'
            cand --init 'Make the database first, where there is none'
            cand --password-stdin 'Read the password from standard input; one line end behind it is dropped'
            cand --no-password 'Set Django''s unusable password: nobody logs in, but the token works'
            cand --require-strong 'Refuse a weak password instead of warning'
            cand --no-profile 'Make no profile'
            cand --no-token 'Make no token'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;login'= {
            cand --password-file 'Read the password from a file; one line end behind it is dropped'
            cand --password-env 'Read the password from an environment variable'
            cand --from-json 'Take a client''s JSON body from a file, or from standard input for `-`'
            cand --scheme 'The token''s scheme, where the database has both'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --password-stdin 'Read the password from standard input; one line end behind it is dropped'
            cand --no-store 'Do not save the session'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;whoami'= {
            cand --token-file 'Read the token from a file'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --token-stdin 'Read the token from standard input; the form `Token abc…` is taken too'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;logout'= {
            cand --token-file 'Read the token from a file'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --token-stdin 'Read the token from standard input; the form `Token abc…` is taken too'
            cand --all 'Delete all tokens of the token''s user'
            cand --keep-token 'Forget the session and leave the token valid'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;create-token'= {
            cand --expires-in 'When a knox token expires: a duration such as 10h or 30d, or never [else `[tokens] ttl`, 10h]'
            cand --scheme 'The token''s scheme, where the database has both'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --rotate 'Replace the drf key by a fresh one'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;list-users'= {
            cand --profile 'Only users with a profile of this kind'
            cand --group 'Only users in this group, by its exact name'
            cand --search 'Only users with this text in user name, e-mail address, first or last name'
            cand --joined-after 'Only users who joined at this date or time, or later; local time unless it has an offset'
            cand --joined-before 'Only users who joined before this date or time'
            cand --sort 'Sort by a column, with :desc from the largest to the smallest [else by id]'
            cand --limit 'Show at most so many'
            cand --offset 'Leave out the first so many'
            cand --columns 'The columns: id, username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined, last_login, profile, tokens, hasher'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --active 'Only active users'
            cand --inactive 'Only inactive users'
            cand --staff 'Only staff'
            cand --superuser 'Only superusers'
            cand --without-token 'Only users without any token'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;list-tokens'= {
            cand --user 'Only this user''s tokens, by the exact login name'
            cand --scheme 'Only tokens of this scheme'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --expired 'Only tokens that have expired'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;revoke-token'= {
            cand --user 'Tokens of this user, by the exact login name'
            cand --scheme 'Only tokens of this scheme'
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand --token-stdin 'Read a whole token from standard input'
            cand --expired 'Tokens that have expired'
            cand --all 'All tokens'
            cand --dry-run 'Show what would be deleted, and delete nothing'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;check'= {
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'authctl;completions'= {
            cand --db 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]'
            cand --config 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]'
            cand --format 'The form of the output: table, plain, json, jsonl or csv'
            cand --color 'Colours: auto, always or never'
            cand --busy-timeout 'How many seconds to wait while another program holds the database'
            cand -q 'Say nothing but results, warnings and errors'
            cand --quiet 'Say nothing but results, warnings and errors'
            cand --no-input 'Ask nothing, even at a terminal'
            cand -y 'Agree beforehand to what would be asked'
            cand --yes 'Agree beforehand to what would be asked'
            cand --force 'Open the database although that could lock its owner''s server out'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'authctl;help'= {
            cand init 'Make a new database file'
            cand register 'Register a user, with profile and token'
            cand login 'Check a password, print the user''s token and save the session'
            cand whoami 'Tell whose token it is'
            cand logout 'Delete a token and forget the session that holds it'
            cand create-token 'Make a token for a user, without the password'
            cand list-users 'List users'
            cand list-tokens 'List tokens by their public prefixes'
            cand revoke-token 'Delete tokens'
            cand check 'Tell what was found in the database, and what is wrong with it'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'authctl;help;init'= {
        }
        &'authctl;help;register'= {
        }
        &'authctl;help;login'= {
        }
        &'authctl;help;whoami'= {
        }
        &'authctl;help;logout'= {
        }
        &'authctl;help;create-token'= {
        }
        &'authctl;help;list-users'= {
        }
        &'authctl;help;list-tokens'= {
        }
        &'authctl;help;revoke-token'= {
        }
        &'authctl;help;check'= {
        }
        &'authctl;help;completions'= {
        }
        &'authctl;help;help'= {
        }
    ]
    $completions[$command]
}
