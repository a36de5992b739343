#!/bin/sh
# Test the live tests' own tools against Django itself, without authctl.
#
#   tests/django/selftest.sh [SET]...      default: 4.2 and 5.2; --all for every set
#
# For each version set, Django creates a database of every system and shape, which must pass the
# judge. Then databases are corrupted on purpose, which must fail it. A set without a suitable Python
# is a failure. Exit: 0 all as expected, 1 not.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
case ${1:-} in
    '') set -- 4.2 5.2 ;;
    --all) set -- $(sh "$here/venv.sh" --list) ;;
esac

failed=0
for version_set in "$@"; do
    python=$(sh "$here/venv.sh" "$version_set") || { failed=1; continue; }
    for project in $("$python" "$here/make_project_db.py" --list); do
        db=$folder/$version_set-$project.db
        # Systems use Django's default hasher, shapes a fast one.
        case $project in
            repairs | knox) hasher= ;;
            *) hasher='--hasher md5' ;;
        esac
        if "$python" "$here/make_project_db.py" --system "$project" --db "$db" $hasher \
            >"$db.json" 2>"$db.err" &&
            "$python" "$here/judge.py" --system "$project" --db "$db" $hasher --migrate \
                <"$db.json" >"$db.out" 2>>"$db.err"
        then
            echo "green  $version_set $project: $(tail -n 1 "$db.out")"
        else
            failed=1
            echo "WRONG  $version_set $project"
            cat "$db.err"
        fi
        rm -f "$db"
    done
    "$python" "$here/sabotage.py" || failed=1
done
exit $failed
