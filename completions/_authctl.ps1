
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'authctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'authctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'authctl' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make a new database file')
            [CompletionResult]::new('register', 'register', [CompletionResultType]::ParameterValue, 'Register a user, with profile and token')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a password, print the user''s token and save the session')
            [CompletionResult]::new('check-password', 'check-password', [CompletionResultType]::ParameterValue, 'Tell by the exit code alone whether a password is right')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Tell whose token it is')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Delete a token and forget the session that holds it')
            [CompletionResult]::new('list-users', 'list-users', [CompletionResultType]::ParameterValue, 'List users')
            [CompletionResult]::new('show-user', 'show-user', [CompletionResultType]::ParameterValue, 'Show everything about a user but the secrets')
            [CompletionResult]::new('edit-user', 'edit-user', [CompletionResultType]::ParameterValue, 'Change a user''s fields, profile fields, flags and groups')
            [CompletionResult]::new('set-password', 'set-password', [CompletionResultType]::ParameterValue, 'Set a user''s password')
            [CompletionResult]::new('delete-user', 'delete-user', [CompletionResultType]::ParameterValue, 'Delete a user with all that belongs to the user')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Bring accounts to what a file says of them')
            [CompletionResult]::new('create-token', 'create-token', [CompletionResultType]::ParameterValue, 'Make a token for a user, without the password')
            [CompletionResult]::new('list-tokens', 'list-tokens', [CompletionResultType]::ParameterValue, 'List tokens by their public prefixes')
            [CompletionResult]::new('revoke-token', 'revoke-token', [CompletionResultType]::ParameterValue, 'Delete tokens')
            [CompletionResult]::new('migrate-tokens', 'migrate-tokens', [CompletionResultType]::ParameterValue, 'Move tokens from DRF to knox with the keys that clients have')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Import many accounts from CSV, JSON or a Django fixture')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Export users with their groups and profiles')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Tell what was found in the database, and what is wrong with it')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the database to a file, while its server goes on')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'authctl;init' {
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'The token schemes: drf, knox, or drf,knox for both [else `[tokens] scheme`, drf]')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;register' {
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The e-mail address')
            [CompletionResult]::new('--first-name', '--first-name', [CompletionResultType]::ParameterName, 'The first name')
            [CompletionResult]::new('--last-name', '--last-name', [CompletionResultType]::ParameterName, 'The last name')
            [CompletionResult]::new('--from-json', '--from-json', [CompletionResultType]::ParameterName, 'Take a client''s JSON body from a file, or from standard input for `-`')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file; one line end behind it is dropped')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--random-password', '--random-password', [CompletionResultType]::ParameterName, 'Make a random password and show it once, of LENGTH characters (22 unless told): on standard output, or beside a token on standard error')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The kind of the profile [else `[register] profile`, or the only kind that has a given field]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a field of the profile or the user; VALUE may be @FILE, and @@ stands for @')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Put the user into this group, which has to exist; may be given several times')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'The token''s scheme, where the database has both')
            [CompletionResult]::new('--on-existing', '--on-existing', [CompletionResultType]::ParameterName, 'What happens to an account that is there already: fail, skip or update')
            [CompletionResult]::new('--update-password', '--update-password', [CompletionResultType]::ParameterName, 'With --on-existing update, when the password is set: on-create, always or if-different')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Let the user enter Django''s admin')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Give the user every permission, and let the user enter Django''s admin')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Make an account that cannot log in, and no token')
            [CompletionResult]::new('--init', '--init', [CompletionResultType]::ParameterName, 'Make the database first, where there is none')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input; one line end behind it is dropped')
            [CompletionResult]::new('--no-password', '--no-password', [CompletionResultType]::ParameterName, 'Set Django''s unusable password: nobody logs in, but the token works')
            [CompletionResult]::new('--password-hash-stdin', '--password-hash-stdin', [CompletionResultType]::ParameterName, 'Read an encoded password, as Django stores it, from standard input')
            [CompletionResult]::new('--require-strong', '--require-strong', [CompletionResultType]::ParameterName, 'Refuse a weak password instead of warning')
            [CompletionResult]::new('--no-profile', '--no-profile', [CompletionResultType]::ParameterName, 'Make no profile')
            [CompletionResult]::new('--no-token', '--no-token', [CompletionResultType]::ParameterName, 'Make no token')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;login' {
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file; one line end behind it is dropped')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--from-json', '--from-json', [CompletionResultType]::ParameterName, 'Take a client''s JSON body from a file, or from standard input for `-`')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'The token''s scheme, where the database has both')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input; one line end behind it is dropped')
            [CompletionResult]::new('--no-store', '--no-store', [CompletionResultType]::ParameterName, 'Do not save the session')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;check-password' {
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file; one line end behind it is dropped')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input; one line end behind it is dropped')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;whoami' {
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from a file')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read the token from standard input; the form `Token abc…` is taken too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;logout' {
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from a file')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read the token from standard input; the form `Token abc…` is taken too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Delete all tokens of the token''s user')
            [CompletionResult]::new('--keep-token', '--keep-token', [CompletionResultType]::ParameterName, 'Forget the session and leave the token valid')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;list-users' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Only users with a profile of this kind')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Only users in this group, by its exact name')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Only users with this text in user name, e-mail address, first or last name; upper and lower case are the same for ASCII letters alone')
            [CompletionResult]::new('--joined-after', '--joined-after', [CompletionResultType]::ParameterName, 'Only users who joined at this date or time, or later; local time unless it has an offset')
            [CompletionResult]::new('--joined-before', '--joined-before', [CompletionResultType]::ParameterName, 'Only users who joined before this date or time')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort by a column, with :desc from the largest to the smallest [else by id]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Leave out the first so many')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'The columns: id, username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined, last_login, profile, tokens, hasher')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--active', '--active', [CompletionResultType]::ParameterName, 'Only active users')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Only inactive users')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Only staff')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Only superusers')
            [CompletionResult]::new('--without-token', '--without-token', [CompletionResultType]::ParameterName, 'Only users without any token')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;show-user' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;edit-user' {
            [CompletionResult]::new('--rename', '--rename', [CompletionResultType]::ParameterName, 'Give the user another login name')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The e-mail address')
            [CompletionResult]::new('--first-name', '--first-name', [CompletionResultType]::ParameterName, 'The first name')
            [CompletionResult]::new('--last-name', '--last-name', [CompletionResultType]::ParameterName, 'The last name')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a field of the user or a profile; VALUE may be @FILE, and @@ stands for @')
            [CompletionResult]::new('--unset', '--unset', [CompletionResultType]::ParameterName, 'Empty a field: NULL where the column takes it, else the empty text')
            [CompletionResult]::new('--add-group', '--add-group', [CompletionResultType]::ParameterName, 'Put the user into this group, which has to exist; may be given several times')
            [CompletionResult]::new('--remove-group', '--remove-group', [CompletionResultType]::ParameterName, 'Take the user out of this group; may be given several times')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--active', '--active', [CompletionResultType]::ParameterName, 'Let the user log in and use tokens')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Lock the user out: no login, no token, no session')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Let the user enter Django''s admin')
            [CompletionResult]::new('--no-staff', '--no-staff', [CompletionResultType]::ParameterName, 'Keep the user out of Django''s admin')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Give the user every permission')
            [CompletionResult]::new('--no-superuser', '--no-superuser', [CompletionResultType]::ParameterName, 'Leave the user the permissions that were granted, alone or through groups')
            [CompletionResult]::new('--revoke-tokens', '--revoke-tokens', [CompletionResultType]::ParameterName, 'Delete the user''s tokens')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;set-password' {
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file; one line end behind it is dropped')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--random-password', '--random-password', [CompletionResultType]::ParameterName, 'Make a random password and show it once, of LENGTH characters (22 unless told): on standard output, or beside a token on standard error')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input; one line end behind it is dropped')
            [CompletionResult]::new('--no-password', '--no-password', [CompletionResultType]::ParameterName, 'Set Django''s unusable password: nobody logs in, but the token works')
            [CompletionResult]::new('--password-hash-stdin', '--password-hash-stdin', [CompletionResultType]::ParameterName, 'Read an encoded password, as Django stores it, from standard input')
            [CompletionResult]::new('--require-strong', '--require-strong', [CompletionResultType]::ParameterName, 'Refuse a weak password instead of warning')
            [CompletionResult]::new('--revoke-tokens', '--revoke-tokens', [CompletionResultType]::ParameterName, 'Delete the user''s tokens too')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;delete-user' {
            [CompletionResult]::new('--cascade', '--cascade', [CompletionResultType]::ParameterName, 'Delete the rows that refer to what is deleted by this column, or by any of the table''s; may be given several times')
            [CompletionResult]::new('--set-null', '--set-null', [CompletionResultType]::ParameterName, 'Keep the rows that refer so, and empty their reference; may be given several times. Not for what belongs to the user')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;apply' {
            [CompletionResult]::new('--results', '--results', [CompletionResultType]::ParameterName, 'Tell what became of each account, with the tokens and passwords that were made, in this file or on standard output')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'What becomes of accounts in the file''s scope that are not in the file: deactivate or delete')
            [CompletionResult]::new('--max-prune', '--max-prune', [CompletionResultType]::ParameterName, 'Change nothing at all where --prune would take more accounts than this')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'With --dry-run, end with 12 if something would change')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;create-token' {
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'When a knox token expires: a duration such as 10h or 30d, or never [else `[tokens] ttl`, 10h]')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'The token''s scheme, where the database has both')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Write the token to this file, which its owner alone can read, and not to standard output, which `-` stands for')
            [CompletionResult]::new('--env-file', '--env-file', [CompletionResultType]::ParameterName, 'Write the token as a line NAME=TOKEN into this dotenv file, in place of the line that is there, and not to standard output')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'The NAME in the dotenv file')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--rotate', '--rotate', [CompletionResultType]::ParameterName, 'Replace the drf key by a fresh one')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Take the key from standard input: 32 characters at least, such as `openssl rand -hex 20` makes')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace the file if it is there already, whatever is in it; one that holds a token alone is replaced anyway')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;list-tokens' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Only this user''s tokens, by the exact login name')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Only tokens of this scheme')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--expired', '--expired', [CompletionResultType]::ParameterName, 'Only tokens that have expired')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;revoke-token' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Tokens of this user, by the exact login name')
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Tokens that were made longer ago than this, such as 30d')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Only tokens of this scheme')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read a whole token from standard input')
            [CompletionResult]::new('--expired', '--expired', [CompletionResultType]::ParameterName, 'Tokens that have expired')
            [CompletionResult]::new('--inactive-users', '--inactive-users', [CompletionResultType]::ParameterName, 'Tokens of inactive users, which Django refuses anyway')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All tokens')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;migrate-tokens' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The scheme to move to')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Only this user''s token, by the exact login name')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'When the knox tokens expire, those of keys that knox has already too: a duration such as 30d, or never')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Leave the drf tokens where they are, for a server that still asks DRF')
            [CompletionResult]::new('--skip-unfit', '--skip-unfit', [CompletionResultType]::ParameterName, 'Leave keys that cannot go where they are, and move the others')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;import' {
            [CompletionResult]::new('--input-format', '--input-format', [CompletionResultType]::ParameterName, 'The file''s format, where its content does not tell: csv, json, jsonl or fixture')
            [CompletionResult]::new('--encoding', '--encoding', [CompletionResultType]::ParameterName, 'What the file''s bytes mean: utf-8, or windows-1252 from old Windows programs; UTF-16 is seen by its mark')
            [CompletionResult]::new('--delimiter', '--delimiter', [CompletionResultType]::ParameterName, 'What is between the values of CSV, \t for a tab [else what the headings show]')
            [CompletionResult]::new('--map', '--map', [CompletionResultType]::ParameterName, 'Take the column HEADING for FIELD, or leave it out where FIELD is empty; may be given several times')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave an app or a model of a fixture out; may be given several times')
            [CompletionResult]::new('--random-passwords', '--random-passwords', [CompletionResultType]::ParameterName, 'Make a random password for each row without one, of LENGTH characters (22 unless told), told in the results')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Hash with so many threads [else one for each core]')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'The token''s scheme, where the database has both')
            [CompletionResult]::new('--on-existing', '--on-existing', [CompletionResultType]::ParameterName, 'What happens to an account that is there already: fail, skip or update')
            [CompletionResult]::new('--update-password', '--update-password', [CompletionResultType]::ParameterName, 'With --on-existing update, when the password is set: on-create, always or if-different')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Commit after each N rows, so that rows before a bad one stay')
            [CompletionResult]::new('--results', '--results', [CompletionResultType]::ParameterName, 'Tell what became of each row, with the tokens and passwords that were made, in this file or on standard output')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file, as JSON lines [else `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--require-strong', '--require-strong', [CompletionResultType]::ParameterName, 'Refuse weak passwords instead of counting them')
            [CompletionResult]::new('--insecure-fast-hash', '--insecure-fast-hash', [CompletionResultType]::ParameterName, 'Hash at the least cost there is: for test data alone, since anybody can guess such passwords')
            [CompletionResult]::new('--tokens', '--tokens', [CompletionResultType]::ParameterName, 'Make a token for each account without one')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Write the good rows, tell the bad ones, and end with 6')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do the whole work and take it back: show what would happen, change nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;export' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of what is written [else what the FILE''s ending says, csv]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What Django calls a table or a column, where its name does not tell: TABLE=APP.MODEL or TABLE.COLUMN=FIELD')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'A column that is a DurationField, which the database does not tell from a big number: [TABLE.]COLUMN')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Only users with a profile of this kind')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Only users in this group, by its exact name')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Only users with this text in user name, e-mail address, first or last name; upper and lower case are the same for ASCII letters alone')
            [CompletionResult]::new('--joined-after', '--joined-after', [CompletionResultType]::ParameterName, 'Only users who joined at this date or time, or later; local time unless it has an offset')
            [CompletionResult]::new('--joined-before', '--joined-before', [CompletionResultType]::ParameterName, 'Only users who joined before this date or time')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort by a column, with :desc from the largest to the smallest [else by id]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Leave out the first so many')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace the file if it is there already')
            [CompletionResult]::new('--with-password-hashes', '--with-password-hashes', [CompletionResultType]::ParameterName, 'Write the encoded passwords too')
            [CompletionResult]::new('--with-token-keys', '--with-token-keys', [CompletionResultType]::ParameterName, 'Write the keys of drf tokens too; in a fixture, the tokens of both schemes as they are stored')
            [CompletionResult]::new('--with-secrets', '--with-secrets', [CompletionResultType]::ParameterName, 'Write the columns too whose names say that they may be secrets, such as api_key')
            [CompletionResult]::new('--active', '--active', [CompletionResultType]::ParameterName, 'Only active users')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Only inactive users')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Only staff')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Only superusers')
            [CompletionResult]::new('--without-token', '--without-token', [CompletionResultType]::ParameterName, 'Only users without any token')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;check' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;backup' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace the file if it is there already')
            [CompletionResult]::new('--skip-check', '--skip-check', [CompletionResultType]::ParameterName, 'Do not check the copy: a damaged database is then copied with its damage, and nothing says so')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;completions' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the output: table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'How many seconds to wait while another program holds the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Ask nothing, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Agree beforehand to what would be asked')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database although that could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'authctl;help' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make a new database file')
            [CompletionResult]::new('register', 'register', [CompletionResultType]::ParameterValue, 'Register a user, with profile and token')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a password, print the user''s token and save the session')
            [CompletionResult]::new('check-password', 'check-password', [CompletionResultType]::ParameterValue, 'Tell by the exit code alone whether a password is right')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Tell whose token it is')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Delete a token and forget the session that holds it')
            [CompletionResult]::new('list-users', 'list-users', [CompletionResultType]::ParameterValue, 'List users')
            [CompletionResult]::new('show-user', 'show-user', [CompletionResultType]::ParameterValue, 'Show everything about a user but the secrets')
            [CompletionResult]::new('edit-user', 'edit-user', [CompletionResultType]::ParameterValue, 'Change a user''s fields, profile fields, flags and groups')
            [CompletionResult]::new('set-password', 'set-password', [CompletionResultType]::ParameterValue, 'Set a user''s password')
            [CompletionResult]::new('delete-user', 'delete-user', [CompletionResultType]::ParameterValue, 'Delete a user with all that belongs to the user')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Bring accounts to what a file says of them')
            [CompletionResult]::new('create-token', 'create-token', [CompletionResultType]::ParameterValue, 'Make a token for a user, without the password')
            [CompletionResult]::new('list-tokens', 'list-tokens', [CompletionResultType]::ParameterValue, 'List tokens by their public prefixes')
            [CompletionResult]::new('revoke-token', 'revoke-token', [CompletionResultType]::ParameterValue, 'Delete tokens')
            [CompletionResult]::new('migrate-tokens', 'migrate-tokens', [CompletionResultType]::ParameterValue, 'Move tokens from DRF to knox with the keys that clients have')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Import many accounts from CSV, JSON or a Django fixture')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Export users with their groups and profiles')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Tell what was found in the database, and what is wrong with it')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy the database to a file, while its server goes on')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'authctl;help;init' {
            break
        }
        'authctl;help;register' {
            break
        }
        'authctl;help;login' {
            break
        }
        'authctl;help;check-password' {
            break
        }
        'authctl;help;whoami' {
            break
        }
        'authctl;help;logout' {
            break
        }
        'authctl;help;list-users' {
            break
        }
        'authctl;help;show-user' {
            break
        }
        'authctl;help;edit-user' {
            break
        }
        'authctl;help;set-password' {
            break
        }
        'authctl;help;delete-user' {
            break
        }
        'authctl;help;apply' {
            break
        }
        'authctl;help;create-token' {
            break
        }
        'authctl;help;list-tokens' {
            break
        }
        'authctl;help;revoke-token' {
            break
        }
        'authctl;help;migrate-tokens' {
            break
        }
        'authctl;help;import' {
            break
        }
        'authctl;help;export' {
            break
        }
        'authctl;help;check' {
            break
        }
        'authctl;help;backup' {
            break
        }
        'authctl;help;completions' {
            break
        }
        'authctl;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
