#!/bin/sh
# Takes a gamer of the game club from registration to logout.
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

say 'Register a gamer: bio goes to the profile that everybody has.'
authctl register --from-json - --format json <<'BODY'
{
    "username": "me@me.com",
    "email": "me@me.com",
    "password": "me",
    "first_name": "Me",
    "last_name": "Myself",
    "bio": "I play."
}
BODY

say 'Log in: the token is the one that registering gave.'
authctl login --from-json - --format json <<'BODY'
{ "username": "me@me.com", "password": "me" }
BODY

say 'Whose token is in the saved session?'
authctl whoami

say 'List the gamers, and the tokens by their public prefixes.'
authctl list-users --profile gamer
authctl list-tokens

say 'Revoke the token, here by its public prefix.'
prefix=$(authctl list-tokens --user me@me.com --format plain | cut -f 3)
authctl revoke-token "$prefix"

say 'Log in again: a new token is made where there is none.'
printf 'me\n' | authctl login me@me.com --password-stdin

say 'Log out, which deletes the token.'
authctl logout
authctl list-tokens
