#!/bin/sh
# Takes a customer and an employee of the repair shop from registration to logout.
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

say 'Register a customer: account_type picks the profile, the address is the username.'
authctl register --from-json - --format json <<'BODY'
{
    "email": "meg@ducharme.com",
    "password": "ducharme",
    "first_name": "Meg",
    "last_name": "Ducharme",
    "account_type": "customer",
    "address": "12 Oak Lane"
}
BODY

say 'Register an employee, who becomes staff.'
authctl register --from-json - --format json <<'BODY'
{
    "email": "joe@example.com",
    "password": "a longer secret",
    "first_name": "Joe",
    "last_name": "Smith",
    "account_type": "employee",
    "specialty": "Laptops"
}
BODY

say 'Log in: valid, token and staff are what the client reads.'
authctl login --from-json - --format json <<'BODY'
{ "email": "meg@ducharme.com", "password": "ducharme" }
BODY

say 'A wrong password is {"valid": false} and exit code 4.'
authctl login --from-json - --format json <<'BODY' || echo "exit code $?"
{ "email": "meg@ducharme.com", "password": "guessed" }
BODY

say 'Whose token is in the saved session?'
authctl whoami

say 'List the staff, and the tokens by their public prefixes.'
authctl list-users --staff
authctl list-tokens

say "Revoke the employee's token."
authctl revoke-token --user joe@example.com

say 'Log the customer out, which deletes the token.'
authctl logout
authctl list-tokens
