#!/bin/sh
# Brings a handful of accounts to what they shall be. Run again it changes nothing, and says so.
#
# usage: provision.sh [FOLDER]
# Works on the db.sqlite3 of FOLDER, or else of this folder, and makes one where there is none.
set -eu

cd "${1:-.}"
unset AUTHCTL_DB AUTHCTL_TOKEN
umask 077

changes=0

# Runs a command of authctl's, whose answer tells whether anything changed.
wanted() {
    answer=$(authctl "$@" --format json)
    case $answer in
        *'"changed": true'*)
            changes=$((changes + 1))
            echo "$1 $2: changed"
            ;;
    esac
}

[ -e db.sqlite3 ] || authctl init --scheme drf

wanted register ada --on-existing update --email ada@example.com --superuser --no-password --no-token
wanted register joe --on-existing update --email joe@example.com --no-password --no-token
wanted edit-user joe --first-name Joe --last-name Ford --staff
wanted register ci-bot --on-existing update --no-password
wanted create-token ci-bot --output-file ci-bot.token
wanted register old-bot --on-existing update --inactive --no-password
wanted edit-user old-bot --inactive --revoke-tokens

case $changes in
    0) echo 'Nothing was changed.' ;;
    1) echo '1 command changed something.' ;;
    *) echo "$changes commands changed something." ;;
esac
