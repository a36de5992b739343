#!/bin/sh
# Takes a user of the record collection from registration to logout.
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

say 'Register: the answer is the token.'
authctl register --from-json - <<'BODY' > registered
{
    "username": "meg@ducharme.com",
    "password": "ducharme",
    "first_name": "Meg",
    "last_name": "Ducharme"
}
BODY

say 'Log in: it is the very token that registering gave.'
authctl login --from-json - <<'BODY' > logged-in
{ "username": "meg@ducharme.com", "password": "ducharme" }
BODY
cmp registered logged-in && echo 'the same token'

say 'Whose token is it?'
authctl whoami --token-file registered

say 'List the users, and the tokens by their public prefixes.'
authctl list-users
authctl list-tokens

say 'Revoke the token by its whole key, which nobody sees on a command line.'
authctl revoke-token --token-stdin < registered
rm registered logged-in

say 'Mint another for a script, without a password, and see that it works.'
AUTHCTL_TOKEN=$(authctl create-token meg@ducharme.com)
export AUTHCTL_TOKEN
authctl whoami

say 'Log out, which deletes the token.'
authctl logout
authctl list-tokens
