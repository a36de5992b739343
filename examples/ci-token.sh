#!/bin/sh
# Gives a CI job a predefined API token: creates a database with an account and the token, and writes the token to a
# dotenv file. Then calls a Django REST framework server that uses this database, with the token and without.
#
# usage: ci-token.sh URL [COMMAND [ARGUMENT]...]
# Works in the current folder, which must not contain a db.sqlite3. URL (default: API_URL) is a page that needs a token.
# COMMAND runs once the database exists, for example: python manage.py migrate
set -eu

url=${1:-${API_URL:-}}
if [ -z "$url" ]; then
    echo 'usage: ci-token.sh URL [COMMAND [ARGUMENT]...]' >&2
    exit 2
fi
[ $# -eq 0 ] || shift
unset AUTHCTL_DB AUTHCTL_TOKEN

authctl init --scheme drf
authctl register ci-bot --no-password --no-token
head -c 20 /dev/urandom | od -An -tx1 | tr -d ' \n' | authctl create-token ci-bot --token-stdin --env-file .env --as API_TOKEN
if [ $# -gt 0 ]; then "$@"; fi

# shellcheck source=/dev/null
. ./.env
# Passes the header on standard input, because every user of the machine can read command lines.
ask() { curl --silent --show-error --output /dev/null --write-out '%{http_code}' --header @- "$url"; }
with=$(printf 'Authorization: Token %s\n' "$API_TOKEN" | ask)
without=$(ask < /dev/null)
echo "With the token the server answers $with, without it $without."
[ "$with" = 200 ] && [ "$without" = 401 ]
