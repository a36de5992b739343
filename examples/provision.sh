#!/bin/sh
# Creates or updates a few accounts. Running it again changes nothing, and says so.
#
# usage: provision.sh [FOLDER]
# Works on the db.sqlite3 in FOLDER (default: the current folder), and creates it if it does not exist.
set -eu

cd "${1:-.}"
unset AUTHCTL_DB AUTHCTL_TOKEN
umask 077

changes=0

# Runs an authctl command and counts it if its answer reports a change.
ensure() {
    answer=$(authctl "$@" --format json)
    case $answer in
        *'"changed": true'*)
            changes=$((changes + 1))
            echo "$1 $2: changed"
            ;;
    esac
}

[ -e db.sqlite3 ] || authctl init --scheme drf

ensure register ada --on-existing update --email ada@example.com --superuser --no-password --no-token
ensure register joe --on-existing update --email joe@example.com --no-password --no-token
ensure edit-user joe --first-name Joe --last-name Ford --staff
ensure register ci-bot --on-existing update --no-password
ensure create-token ci-bot --output-file ci-bot.token
ensure register old-bot --on-existing update --inactive --no-password
ensure edit-user old-bot --inactive --revoke-tokens

case $changes in
    0) echo 'Nothing was changed.' ;;
    1) echo '1 command changed something.' ;;
    *) echo "$changes commands changed something." ;;
esac
