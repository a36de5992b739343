
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
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('register', 'register', [CompletionResultType]::ParameterValue, 'Register a user with profile and token')
            [CompletionResult]::new('list-users', 'list-users', [CompletionResultType]::ParameterValue, 'List users')
            [CompletionResult]::new('show-user', 'show-user', [CompletionResultType]::ParameterValue, 'Print everything about users except secrets')
            [CompletionResult]::new('edit-user', 'edit-user', [CompletionResultType]::ParameterValue, 'Change users'' fields, profiles, flags and groups')
            [CompletionResult]::new('set-password', 'set-password', [CompletionResultType]::ParameterValue, 'Set users'' passwords')
            [CompletionResult]::new('check-password', 'check-password', [CompletionResultType]::ParameterValue, 'Check a password and report the result by the exit code alone')
            [CompletionResult]::new('delete-user', 'delete-user', [CompletionResultType]::ParameterValue, 'Delete users and everything that belongs to them')
            [CompletionResult]::new('list-groups', 'list-groups', [CompletionResultType]::ParameterValue, 'List groups with their members and permissions')
            [CompletionResult]::new('create-token', 'create-token', [CompletionResultType]::ParameterValue, 'Create tokens for users without their passwords')
            [CompletionResult]::new('list-tokens', 'list-tokens', [CompletionResultType]::ParameterValue, 'List tokens by their public prefixes')
            [CompletionResult]::new('revoke-token', 'revoke-token', [CompletionResultType]::ParameterValue, 'Delete tokens by prefix, key or filter')
            [CompletionResult]::new('migrate-tokens', 'migrate-tokens', [CompletionResultType]::ParameterValue, 'Move tokens from DRF to knox without changing their keys')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a password, print the user''s token and save the session')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Print the user that a token belongs to')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Delete a token and its saved session')
            [CompletionResult]::new('lock-user', 'lock-user', [CompletionResultType]::ParameterValue, 'Lock users out: no login, no token, no session')
            [CompletionResult]::new('unlock-user', 'unlock-user', [CompletionResultType]::ParameterValue, 'Let users in again: active, without lock-outs')
            [CompletionResult]::new('revoke-access', 'revoke-access', [CompletionResultType]::ParameterValue, 'Revoke users'' tokens, API keys and web sessions, or delete expired ones')
            [CompletionResult]::new('list-sessions', 'list-sessions', [CompletionResultType]::ParameterValue, 'List web sessions by user')
            [CompletionResult]::new('reset-mfa', 'reset-mfa', [CompletionResultType]::ParameterValue, 'Delete users'' second factors and recovery codes')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Import accounts from CSV, JSON or a Django fixture')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Export users with their groups and profiles')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Create and update accounts and groups to match a file')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Create a new database file, or the tables in an empty database on a server')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the database and print its layout and problems')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy an SQLite database to a file while its server keeps running')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell completion script')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'authctl;register' {
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Set the email address')
            [CompletionResult]::new('--first-name', '--first-name', [CompletionResultType]::ParameterName, 'Set the first name')
            [CompletionResult]::new('--last-name', '--last-name', [CompletionResultType]::ParameterName, 'Set the last name')
            [CompletionResult]::new('--from-json', '--from-json', [CompletionResultType]::ParameterName, 'Read a client''s JSON body from a file, or `-` for standard input')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--random-password', '--random-password', [CompletionResultType]::ParameterName, 'Generate and print a password of LENGTH characters [default: 22]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Create a profile of this kind [default: `[register] profile`, or the only kind with a given field]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a field of the profile or the user (repeatable)')
            [CompletionResult]::new('--set-random', '--set-random', [CompletionResultType]::ParameterName, 'Set a field to random text like that of other users (repeatable)')
            [CompletionResult]::new('--like', '--like', [CompletionResultType]::ParameterName, 'Take required fields that are not given from this user')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Add the user to this existing group (repeatable)')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Use this token scheme if the database has both')
            [CompletionResult]::new('--on-existing', '--on-existing', [CompletionResultType]::ParameterName, 'Handle an existing account: fail, skip or update')
            [CompletionResult]::new('--update-password', '--update-password', [CompletionResultType]::ParameterName, 'Replace an existing password: on-create (never), always or if-different')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--email-verified', '--email-verified', [CompletionResultType]::ParameterName, 'Vouch for the email address: django-allauth asks for no confirmation')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Allow the user to enter Django''s admin')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Grant every permission and access to Django''s admin')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Create an inactive account (no login, no token)')
            [CompletionResult]::new('--init', '--init', [CompletionResultType]::ParameterName, 'Create the database first if it does not exist')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input')
            [CompletionResult]::new('--no-password', '--no-password', [CompletionResultType]::ParameterName, 'Set an unusable password: logins fail, but the token works')
            [CompletionResult]::new('--password-hash-stdin', '--password-hash-stdin', [CompletionResultType]::ParameterName, 'Read an encoded password, as Django stores it, from standard input')
            [CompletionResult]::new('--require-strong', '--require-strong', [CompletionResultType]::ParameterName, 'Fail on a weak password instead of warning')
            [CompletionResult]::new('--no-profile', '--no-profile', [CompletionResultType]::ParameterName, 'Do not create a profile')
            [CompletionResult]::new('--no-token', '--no-token', [CompletionResultType]::ParameterName, 'Do not create a token')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;list-users' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Include only users with a profile of this kind')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Include only users in this group (exact name)')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Include only users whose name or email address contains this text')
            [CompletionResult]::new('--joined-after', '--joined-after', [CompletionResultType]::ParameterName, 'Include only users who joined at or after this date or time')
            [CompletionResult]::new('--joined-before', '--joined-before', [CompletionResultType]::ParameterName, 'Include only users who joined before this date or time')
            [CompletionResult]::new('--last-login-after', '--last-login-after', [CompletionResultType]::ParameterName, 'Include only users whose last login was at or after this date or time')
            [CompletionResult]::new('--last-login-before', '--last-login-before', [CompletionResultType]::ParameterName, 'Include only users whose last login was before this date or time')
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Include only users with this value, such as phone=555')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort by this column, or as -FIELD in descending order [default: id]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Include at most N users')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Skip the first N users')
            [CompletionResult]::new('--hasher', '--hasher', [CompletionResultType]::ParameterName, 'Include only users with this password algorithm')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Print these columns, separated by commas')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--active', '--active', [CompletionResultType]::ParameterName, 'Include only active users')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Include only inactive users')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Include only staff')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Include only superusers')
            [CompletionResult]::new('--without-token', '--without-token', [CompletionResultType]::ParameterName, 'Include only users without a token')
            [CompletionResult]::new('--never-logged-in', '--never-logged-in', [CompletionResultType]::ParameterName, 'Include only users who never logged in through Django')
            [CompletionResult]::new('--weak-hasher', '--weak-hasher', [CompletionResultType]::ParameterName, 'Include only users with a weak password hash')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;show-user' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;edit-user' {
            [CompletionResult]::new('--rename', '--rename', [CompletionResultType]::ParameterName, 'Change the username')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Set the email address')
            [CompletionResult]::new('--first-name', '--first-name', [CompletionResultType]::ParameterName, 'Set the first name')
            [CompletionResult]::new('--last-name', '--last-name', [CompletionResultType]::ParameterName, 'Set the last name')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a field of the user or a profile (repeatable)')
            [CompletionResult]::new('--unset', '--unset', [CompletionResultType]::ParameterName, 'Clear a field: to NULL, or else to empty text (repeatable)')
            [CompletionResult]::new('--add-profile', '--add-profile', [CompletionResultType]::ParameterName, 'Create a profile of this kind if the user has none (repeatable)')
            [CompletionResult]::new('--remove-profile', '--remove-profile', [CompletionResultType]::ParameterName, 'Delete the user''s profile of this kind (repeatable)')
            [CompletionResult]::new('--add-group', '--add-group', [CompletionResultType]::ParameterName, 'Add the user to this existing group (repeatable)')
            [CompletionResult]::new('--remove-group', '--remove-group', [CompletionResultType]::ParameterName, 'Remove the user from this group (repeatable)')
            [CompletionResult]::new('--add-permission', '--add-permission', [CompletionResultType]::ParameterName, 'Grant the user this permission (repeatable)')
            [CompletionResult]::new('--remove-permission', '--remove-permission', [CompletionResultType]::ParameterName, 'Take this permission from the user (repeatable)')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--email-verified', '--email-verified', [CompletionResultType]::ParameterName, 'Vouch for the email address: django-allauth asks for no confirmation')
            [CompletionResult]::new('--active', '--active', [CompletionResultType]::ParameterName, 'Allow the user to log in and use tokens')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Make the user inactive: no login, no drf or knox token, no session')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Allow the user to enter Django''s admin')
            [CompletionResult]::new('--no-staff', '--no-staff', [CompletionResultType]::ParameterName, 'Bar the user from Django''s admin')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Grant the user every permission, and staff status')
            [CompletionResult]::new('--no-superuser', '--no-superuser', [CompletionResultType]::ParameterName, 'Remove superuser status')
            [CompletionResult]::new('--revoke-tokens', '--revoke-tokens', [CompletionResultType]::ParameterName, 'Revoke the user''s tokens of every scheme, and API keys')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;set-password' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--random-password', '--random-password', [CompletionResultType]::ParameterName, 'Generate and print a password of LENGTH characters [default: 22]')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--revoke-tokens', '--revoke-tokens', [CompletionResultType]::ParameterName, 'Revoke the user''s tokens of every scheme and API keys too')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input')
            [CompletionResult]::new('--no-password', '--no-password', [CompletionResultType]::ParameterName, 'Set an unusable password: logins fail, but the token works')
            [CompletionResult]::new('--password-hash-stdin', '--password-hash-stdin', [CompletionResultType]::ParameterName, 'Read an encoded password, as Django stores it, from standard input')
            [CompletionResult]::new('--require-strong', '--require-strong', [CompletionResultType]::ParameterName, 'Fail on a weak password instead of warning')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;check-password' {
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;delete-user' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--cascade', '--cascade', [CompletionResultType]::ParameterName, 'Delete rows that refer to deleted rows through this column (repeatable)')
            [CompletionResult]::new('--set-null', '--set-null', [CompletionResultType]::ParameterName, 'Keep rows that refer to deleted rows, and set this column to NULL (repeatable)')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;list-groups' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;create-token' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'Set the token''s lifetime, such as 10h, 30d or never')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Use this token scheme')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Give an OAuth2 token this scope, such as read; can be repeated')
            [CompletionResult]::new('--application', '--application', [CompletionResultType]::ParameterName, 'Bind an OAuth2 token to the application with this client id')
            [CompletionResult]::new('--claim', '--claim', [CompletionResultType]::ParameterName, 'Add a claim to a JWT; a VALUE that is not JSON is text')
            [CompletionResult]::new('--signing-key-env', '--signing-key-env', [CompletionResultType]::ParameterName, 'Read the JWT signing key, such as SECRET_KEY, from this variable')
            [CompletionResult]::new('--signing-key-file', '--signing-key-file', [CompletionResultType]::ParameterName, 'Read the JWT signing key from this file')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name an API key')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Write the token to this file instead of standard output')
            [CompletionResult]::new('--env-file', '--env-file', [CompletionResultType]::ParameterName, 'Write the token to this dotenv file instead of standard output')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Use this variable name in the dotenv file')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--rotate', '--rotate', [CompletionResultType]::ParameterName, 'Replace the drf key with a new one')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read the key from standard input instead of generating it')
            [CompletionResult]::new('--refresh', '--refresh', [CompletionResultType]::ParameterName, 'Create a JWT refresh token instead of an access token')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace an existing file, whatever it contains')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;list-tokens' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Match only those of this user')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Match only tokens created longer ago than this, such as 30d')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Match only tokens of this scheme [default: drf, knox and the project''s own]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--expired', '--expired', [CompletionResultType]::ParameterName, 'Match only expired tokens')
            [CompletionResult]::new('--inactive-users', '--inactive-users', [CompletionResultType]::ParameterName, 'Match only tokens of inactive users, which Django refuses anyway')
            [CompletionResult]::new('--without-user', '--without-user', [CompletionResultType]::ParameterName, 'Match only tokens that belong to no user, such as those of a deleted user')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;revoke-token' {
            [CompletionResult]::new('--signing-key-env', '--signing-key-env', [CompletionResultType]::ParameterName, 'Read the JWT signing key, such as SECRET_KEY, from this variable')
            [CompletionResult]::new('--signing-key-file', '--signing-key-file', [CompletionResultType]::ParameterName, 'Read the JWT signing key from this file')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Match only those of this user')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Match only tokens created longer ago than this, such as 30d')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Match only tokens of this scheme [default: drf, knox and the project''s own]')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read a whole token from standard input')
            [CompletionResult]::new('--expired', '--expired', [CompletionResultType]::ParameterName, 'Match only expired tokens')
            [CompletionResult]::new('--inactive-users', '--inactive-users', [CompletionResultType]::ParameterName, 'Match only tokens of inactive users, which Django refuses anyway')
            [CompletionResult]::new('--without-user', '--without-user', [CompletionResultType]::ParameterName, 'Match only tokens that belong to no user, such as those of a deleted user')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Match all tokens')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'Print each of the tokens that match the filters, however many')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;migrate-tokens' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Move tokens to this scheme')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Move only the token of this user (exact username)')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'Set the lifetime of the knox tokens, such as 30d or never')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Keep the drf tokens, for a server that still uses DRF')
            [CompletionResult]::new('--skip-unfit', '--skip-unfit', [CompletionResultType]::ParameterName, 'Skip keys that cannot be moved')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;login' {
            [CompletionResult]::new('--from-json', '--from-json', [CompletionResultType]::ParameterName, 'Read a client''s JSON body from a file, or `-` for standard input')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Use this token scheme if the database has both')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Read the password from an environment variable')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--no-store', '--no-store', [CompletionResultType]::ParameterName, 'Do not save the session')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;whoami' {
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from a file')
            [CompletionResult]::new('--signing-key-env', '--signing-key-env', [CompletionResultType]::ParameterName, 'Read the JWT signing key, such as SECRET_KEY, from this variable')
            [CompletionResult]::new('--signing-key-file', '--signing-key-file', [CompletionResultType]::ParameterName, 'Read the JWT signing key from this file')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read the token from standard input')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;logout' {
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from a file')
            [CompletionResult]::new('--signing-key-env', '--signing-key-env', [CompletionResultType]::ParameterName, 'Read the JWT signing key, such as SECRET_KEY, from this variable')
            [CompletionResult]::new('--signing-key-file', '--signing-key-file', [CompletionResultType]::ParameterName, 'Read the JWT signing key from this file')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--token-stdin', '--token-stdin', [CompletionResultType]::ParameterName, 'Read the token from standard input')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Delete all tokens of the token''s user')
            [CompletionResult]::new('--keep-token', '--keep-token', [CompletionResultType]::ParameterName, 'Delete only the saved session; the token stays valid')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;lock-user' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--reset-password', '--reset-password', [CompletionResultType]::ParameterName, 'Make the password unusable too')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;unlock-user' {
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'Clear failed logins from this address too, under any name (repeatable)')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;revoke-access' {
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Revoke only these kinds of access')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--expired', '--expired', [CompletionResultType]::ParameterName, 'Delete what has expired, of all users')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;list-sessions' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Match only those of this user')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--expired', '--expired', [CompletionResultType]::ParameterName, 'Include only expired sessions')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;reset-mfa' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Find USER by this')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'Refuse more users than this, except one')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;import' {
            [CompletionResult]::new('--input-format', '--input-format', [CompletionResultType]::ParameterName, 'Read csv, json, jsonl or fixture [default: detected from the content]')
            [CompletionResult]::new('--encoding', '--encoding', [CompletionResultType]::ParameterName, 'Read the file as utf-8, or as windows-1252 from old Windows programs')
            [CompletionResult]::new('--delimiter', '--delimiter', [CompletionResultType]::ParameterName, 'Separate CSV values at this character, \t for a tab [default: detected from the headings]')
            [CompletionResult]::new('--map', '--map', [CompletionResultType]::ParameterName, 'Read the column HEADING as FIELD, or skip it if FIELD is empty (repeatable)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Skip an app or a model of a fixture (repeatable)')
            [CompletionResult]::new('--random-passwords', '--random-passwords', [CompletionResultType]::ParameterName, 'Generate missing passwords of new users, LENGTH characters [default: 22]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Hash with N threads [default: one per core]')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Use this token scheme if the database has both')
            [CompletionResult]::new('--on-existing', '--on-existing', [CompletionResultType]::ParameterName, 'Handle existing accounts: fail, skip or update')
            [CompletionResult]::new('--update-password', '--update-password', [CompletionResultType]::ParameterName, 'Replace existing passwords: on-create (never), always or if-different')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Commit after every N rows')
            [CompletionResult]::new('--results', '--results', [CompletionResultType]::ParameterName, 'Write the result of each row to this file, or `-` for standard output')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--require-strong', '--require-strong', [CompletionResultType]::ParameterName, 'Fail on weak passwords instead of counting them')
            [CompletionResult]::new('--insecure-fast-hash', '--insecure-fast-hash', [CompletionResultType]::ParameterName, 'Hash at the lowest cost, for test data only')
            [CompletionResult]::new('--tokens', '--tokens', [CompletionResultType]::ParameterName, 'Create a token for each account without one')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Write valid rows, report invalid ones, and exit with 6')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;export' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Write this format [default: by the extension of FILE, or csv]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Set Django''s name of a table or a column (repeatable)')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Export this column as a DurationField (repeatable)')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Include only users with a profile of this kind')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Include only users in this group (exact name)')
            [CompletionResult]::new('--search', '--search', [CompletionResultType]::ParameterName, 'Include only users whose name or email address contains this text')
            [CompletionResult]::new('--joined-after', '--joined-after', [CompletionResultType]::ParameterName, 'Include only users who joined at or after this date or time')
            [CompletionResult]::new('--joined-before', '--joined-before', [CompletionResultType]::ParameterName, 'Include only users who joined before this date or time')
            [CompletionResult]::new('--last-login-after', '--last-login-after', [CompletionResultType]::ParameterName, 'Include only users whose last login was at or after this date or time')
            [CompletionResult]::new('--last-login-before', '--last-login-before', [CompletionResultType]::ParameterName, 'Include only users whose last login was before this date or time')
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Include only users with this value, such as phone=555')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort by this column, or as -FIELD in descending order [default: id]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Include at most N users')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Skip the first N users')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--with-password-hashes', '--with-password-hashes', [CompletionResultType]::ParameterName, 'Include the encoded passwords')
            [CompletionResult]::new('--with-token-keys', '--with-token-keys', [CompletionResultType]::ParameterName, 'Include the keys of drf tokens')
            [CompletionResult]::new('--with-secrets', '--with-secrets', [CompletionResultType]::ParameterName, 'Include columns whose names suggest secrets, such as api_key')
            [CompletionResult]::new('--with-groups', '--with-groups', [CompletionResultType]::ParameterName, 'Include all groups, with their permissions')
            [CompletionResult]::new('--active', '--active', [CompletionResultType]::ParameterName, 'Include only active users')
            [CompletionResult]::new('--inactive', '--inactive', [CompletionResultType]::ParameterName, 'Include only inactive users')
            [CompletionResult]::new('--staff', '--staff', [CompletionResultType]::ParameterName, 'Include only staff')
            [CompletionResult]::new('--superuser', '--superuser', [CompletionResultType]::ParameterName, 'Include only superusers')
            [CompletionResult]::new('--without-token', '--without-token', [CompletionResultType]::ParameterName, 'Include only users without a token')
            [CompletionResult]::new('--never-logged-in', '--never-logged-in', [CompletionResultType]::ParameterName, 'Include only users who never logged in through Django')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;apply' {
            [CompletionResult]::new('--results', '--results', [CompletionResultType]::ParameterName, 'Write the result of each account to this file, or `-` for standard output')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Deactivate or delete accounts that are in the file''s scope but not in the file')
            [CompletionResult]::new('--max-prune', '--max-prune', [CompletionResultType]::ParameterName, 'Change nothing if --prune would affect more than N accounts')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit with 12 if --dry-run finds a change')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;init' {
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Create tables for drf, knox, or drf,knox for both [default: `[tokens] scheme`, or drf]')
            [CompletionResult]::new('--audit-log', '--audit-log', [CompletionResultType]::ParameterName, 'Append who changed what to this file as JSON lines [default: `[audit] file`]')
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would change, and roll everything back')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;check' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--suggest-config', '--suggest-config', [CompletionResultType]::ParameterName, 'Print a starter authctl.toml for this database, and check nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;backup' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace an existing file')
            [CompletionResult]::new('--skip-check', '--skip-check', [CompletionResultType]::ParameterName, 'Skip the integrity check of the copy')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;completions' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print results as table, plain, json, jsonl or csv')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colors: auto, always or never')
            [CompletionResult]::new('--busy-timeout', '--busy-timeout', [CompletionResultType]::ParameterName, 'Wait up to this many seconds while another program locks the database')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only results, warnings and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt, even at a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every confirmation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Open the database even if this could lock its owner''s server out')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'authctl;help' {
            [CompletionResult]::new('register', 'register', [CompletionResultType]::ParameterValue, 'Register a user with profile and token')
            [CompletionResult]::new('list-users', 'list-users', [CompletionResultType]::ParameterValue, 'List users')
            [CompletionResult]::new('show-user', 'show-user', [CompletionResultType]::ParameterValue, 'Print everything about users except secrets')
            [CompletionResult]::new('edit-user', 'edit-user', [CompletionResultType]::ParameterValue, 'Change users'' fields, profiles, flags and groups')
            [CompletionResult]::new('set-password', 'set-password', [CompletionResultType]::ParameterValue, 'Set users'' passwords')
            [CompletionResult]::new('check-password', 'check-password', [CompletionResultType]::ParameterValue, 'Check a password and report the result by the exit code alone')
            [CompletionResult]::new('delete-user', 'delete-user', [CompletionResultType]::ParameterValue, 'Delete users and everything that belongs to them')
            [CompletionResult]::new('list-groups', 'list-groups', [CompletionResultType]::ParameterValue, 'List groups with their members and permissions')
            [CompletionResult]::new('create-token', 'create-token', [CompletionResultType]::ParameterValue, 'Create tokens for users without their passwords')
            [CompletionResult]::new('list-tokens', 'list-tokens', [CompletionResultType]::ParameterValue, 'List tokens by their public prefixes')
            [CompletionResult]::new('revoke-token', 'revoke-token', [CompletionResultType]::ParameterValue, 'Delete tokens by prefix, key or filter')
            [CompletionResult]::new('migrate-tokens', 'migrate-tokens', [CompletionResultType]::ParameterValue, 'Move tokens from DRF to knox without changing their keys')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a password, print the user''s token and save the session')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Print the user that a token belongs to')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Delete a token and its saved session')
            [CompletionResult]::new('lock-user', 'lock-user', [CompletionResultType]::ParameterValue, 'Lock users out: no login, no token, no session')
            [CompletionResult]::new('unlock-user', 'unlock-user', [CompletionResultType]::ParameterValue, 'Let users in again: active, without lock-outs')
            [CompletionResult]::new('revoke-access', 'revoke-access', [CompletionResultType]::ParameterValue, 'Revoke users'' tokens, API keys and web sessions, or delete expired ones')
            [CompletionResult]::new('list-sessions', 'list-sessions', [CompletionResultType]::ParameterValue, 'List web sessions by user')
            [CompletionResult]::new('reset-mfa', 'reset-mfa', [CompletionResultType]::ParameterValue, 'Delete users'' second factors and recovery codes')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Import accounts from CSV, JSON or a Django fixture')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Export users with their groups and profiles')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Create and update accounts and groups to match a file')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Create a new database file, or the tables in an empty database on a server')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the database and print its layout and problems')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Copy an SQLite database to a file while its server keeps running')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell completion script')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'authctl;help;register' {
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
        'authctl;help;check-password' {
            break
        }
        'authctl;help;delete-user' {
            break
        }
        'authctl;help;list-groups' {
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
        'authctl;help;login' {
            break
        }
        'authctl;help;whoami' {
            break
        }
        'authctl;help;logout' {
            break
        }
        'authctl;help;lock-user' {
            break
        }
        'authctl;help;unlock-user' {
            break
        }
        'authctl;help;revoke-access' {
            break
        }
        'authctl;help;list-sessions' {
            break
        }
        'authctl;help;reset-mfa' {
            break
        }
        'authctl;help;import' {
            break
        }
        'authctl;help;export' {
            break
        }
        'authctl;help;apply' {
            break
        }
        'authctl;help;init' {
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
