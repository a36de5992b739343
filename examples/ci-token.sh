#!/bin/sh
# An API token for a CI job, known beforehand: makes a database with an account and the token, writes the token into a
# dotenv file, and calls a server of Django REST framework that works on this database, with the token and without.
#
# usage: ci-token.sh URL [COMMAND [ARGUMENT]...]
# Works in this folder, in which there must be no db.sqlite3 yet. URL, or else API_URL, is a page for whoever has a token.
# COMMAND is run once the database is there, for instance: python manage.py migrate
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
# The header comes by standard input: every user of the machine can read command lines.
ask() { curl --silent --show-error --output /dev/null --write-out '%{http_code}' --header @- "$url"; }
with=$(printf 'Authorization: Token %s\n' "$API_TOKEN" | ask)
without=$(ask < /dev/null)
echo "With the token the server answers $with, without it $without."
[ "$with" = 200 ] && [ "$without" = 401 ]
