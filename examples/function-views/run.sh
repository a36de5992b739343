#!/bin/sh
# Takes a user of the function-based views from registration to logout.
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

say 'Register: the answer is the token and the user.'
authctl register --from-json - --format json <<'BODY'
{ "username": "meg", "password": "ducharme", "email": "meg@ducharme.com" }
BODY

say 'Revoke the token.'
authctl revoke-token --user meg

say 'Log in: the token is made, since there is none.'
authctl login --from-json - --format json <<'BODY'
{ "username": "meg", "password": "ducharme" }
BODY

say 'Ask who one is, as the client asks: "Token valid for meg@ducharme.com".'
authctl whoami

say 'List the users, and the tokens by their public prefixes.'
authctl list-users
authctl list-tokens

say 'Log out, which deletes the token.'
authctl logout
authctl list-tokens

say 'Nobody is logged in any more, which is exit code 4.'
authctl whoami || echo "exit code $?"
