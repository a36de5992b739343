#!/bin/sh
# Test the live tests' own tools against Django itself, without authctl.
#
#   tests/django/selftest.sh [SET]...      default: 4.2 and 5.2; --all for every set
#
# For each version set, Django creates a database of every system and shape, on SQLite and on
# PostgreSQL, which must pass the judge. Then databases are corrupted on purpose, which must fail it.
# A set without a suitable Python is a failure, and so is a server that does not start.
# Exit: 0 all as expected, 1 not.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
case ${1:-} in
    '') set -- 4.2 5.2 ;;
    --all) set -- $(sh "$here/venv.sh" --list | grep -v doors) ;;
esac

# The server stops when descriptor 9 closes.
mkfifo "$folder/control" "$folder/server"
"$here/../postgres/server" <"$folder/control" >"$folder/server" &
exec 9>"$folder/control"
server=$(head -n 1 "$folder/server" | python3 -c '
import json, sys, urllib.parse
server = json.load(sys.stdin)
server["folder"] = urllib.parse.quote(server["folder"], safe="")
print("postgres://{user}:{password}@{folder}:{port}".format(**server))') || exit 1

failed=0
for version_set in "$@"; do
    python=$(sh "$here/venv.sh" "$version_set") || { failed=1; continue; }
    for project in $("$python" "$here/make_project_db.py" --list); do
        # Systems use Django's default hasher, shapes a fast one.
        case $project in
            repairs | knox) hasher= ;;
            *) hasher='--hasher md5' ;;
        esac
        made=$folder/$version_set-$project
        for DATABASE in "$made.db" "$server/$version_set-$project-made"; do
            export DATABASE
            case $DATABASE in
                postgres:*) engine=PostgreSQL ;;
                *) engine=SQLite ;;
            esac
            if "$python" "$here/make_project_db.py" --system "$project" --db env:DATABASE $hasher \
                >"$made.json" 2>"$made.err" &&
                "$python" "$here/judge.py" --system "$project" --db env:DATABASE $hasher --migrate \
                    <"$made.json" >"$made.out" 2>>"$made.err"
            then
                echo "green  $version_set $engine $project: $(tail -n 1 "$made.out")"
            else
                failed=1
                echo "WRONG  $version_set $engine $project"
                cat "$made.err"
            fi
        done
        rm -f "$made.db"
    done
    "$python" "$here/sabotage.py" || failed=1
done
exit $failed
