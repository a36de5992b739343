#!/bin/sh
# Takes a user with several knox tokens from registration to logging out everywhere.
#
# usage: run.sh [FOLDER]
# Works in FOLDER, which must be empty and is kept, or in a temporary folder that is removed at the end.
set -eu

AUTHCTL_CONFIG=$(cd "$(dirname "$0")" && pwd)/authctl.toml
if [ $# -gt 0 ]; then
    folder=$1
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
cd "$folder"
XDG_STATE_HOME=$(pwd)/state # keeps your own session untouched
export AUTHCTL_CONFIG XDG_STATE_HOME
unset AUTHCTL_DB AUTHCTL_TOKEN

say() { printf '\n== %s\n' "$*"; }

say 'Make the database.'
authctl init

say 'Register: the answer is the user and a token.'
authctl register --from-json - --format json <<'BODY'
{ "username": "meg", "password": "ducharme" }
BODY

say 'Log in: a new token at every login, each with its own end.'
authctl login --from-json - --format json <<'BODY'
{ "username": "meg", "password": "ducharme" }
BODY

say 'Whose token is in the saved session?'
authctl whoami

say 'List the users, and the tokens by their public prefixes.'
authctl list-users
authctl list-tokens

say 'Log out, which deletes this one token; that of registering stays.'
authctl logout
authctl list-tokens

say 'Mint one for a script that lasts a day, and revoke it by its public prefix.'
authctl create-token meg --expires-in 1d > /dev/null
prefix=$(authctl list-tokens --user meg --format plain | tail -n 1 | cut -f 3)
authctl revoke-token "$prefix"

say 'Log in once more, and log out everywhere.'
printf 'ducharme\n' | authctl login meg --password-stdin
authctl logout --all
authctl list-tokens
