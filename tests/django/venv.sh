#!/bin/sh
# Create the virtual environment of one version set, once, and print the path of its python.
#
#   tests/django/venv.sh SET        SET: 3.2 3.2-knox4.2 4.2 4.2-doors 4.2-knox5 5.2 5.2-doors 5.2-doors-older 6.0 6.1,
#                                   or applications/NAME
#   tests/django/venv.sh --list     list the sets that are no applications, one per line
#
# requirements/SET.txt pins every package. The environment is created in target/django/SET
# (CARGO_TARGET_DIR is honored). It has a temporary name until it is complete, so an interrupted run
# leaves nothing in its place. It is recreated when the list of packages changes. Only the path is
# printed on stdout.
#
# Exit: 0 done, 1 the environment could not be created, 2 usage, 3 no suitable Python was found.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ "${1:-}" = --list ]; then
    for file in "$here"/requirements/*.txt; do basename "$file" .txt; done
    exit 0
fi
if [ $# -ne 1 ] || [ ! -f "$here/requirements/$1.txt" ]; then
    echo "usage: venv.sh SET, where SET is one of:" $(sh "$0" --list) >&2
    exit 2
fi
set_name=$1
wanted=$here/requirements/$set_name.txt

# The Python versions that this Django supports, the preferred one first.
case $set_name in
    3.2*) versions="3.10" ;;
    4.2*) versions="3.11 3.12" ;;
    5.2*) versions="3.11 3.12 3.13" ;;
    6.0*) versions="3.12 3.13 3.14" ;;
    6.1*) versions="3.13 3.12 3.14" ;;
    applications/coderedcms | applications/django-cms | applications/pretalx) versions="3.12 3.13" ;;
    applications/*) versions="3.11" ;;
    *) echo "venv.sh: no Python versions are known for the set $set_name" >&2; exit 2 ;;
esac

root=${CARGO_TARGET_DIR:-$here/../../target}
home=$root/django/$set_name
set_name=${set_name##*/}
mkdir -p "${home%/*}"
root=$(CDPATH='' cd -- "${home%/*}" && pwd)
home=$root/$set_name

whole() { [ -x "$home/bin/python" ] && cmp -s "$wanted" "$home/requirements.txt"; }
if whole; then echo "$home/bin/python"; exit 0; fi

# Succeeds if the command runs and has the version in its name. (A pyenv shim may exist and fail.)
is_version() {
    [ "$("$1" -c 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$2" ]
}
find_python() {
    for version in $versions; do
        for candidate in "python$version" python3; do
            if is_version "$candidate" "$version"; then echo "$candidate"; return; fi
        done
        if command -v pyenv >/dev/null 2>&1; then
            for full in $(pyenv versions --bare 2>/dev/null); do
                case $full in "$version".*) ;; *) continue ;; esac
                candidate=$(PYENV_VERSION=$full pyenv prefix 2>/dev/null)/bin/python || continue
                if is_version "$candidate" "$version"; then echo "$candidate"; return; fi
            done
        fi
    done
    return 1
}
if ! python=$(find_python); then
    echo "venv.sh: the set $set_name needs one of Python $versions with venv and pip, and none was found" >&2
    echo "venv.sh: on Debian: apt-get install python3 python3-venv; elsewhere: pyenv install VERSION" >&2
    exit 3
fi

# One builder at a time if flock is available; otherwise the first to finish wins the rename.
if command -v flock >/dev/null 2>&1; then
    exec 9>"$root/.$set_name.lock"
    flock 9
    if whole; then echo "$home/bin/python"; exit 0; fi
    rm -rf "$root/.$set_name."?????? # left by a killed run
fi

building=$(mktemp -d "$root/.$set_name.XXXXXX")
trap 'rm -rf "$building"' EXIT
trap 'exit 1' HUP INT TERM
log=$building/install.log
echo "venv.sh: making $home ($("$python" --version 2>&1))" >&2
if ! {
    "$python" -m venv "$building" &&
    "$building/bin/python" -m pip install --disable-pip-version-check --no-input -r "$wanted"
} >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "venv.sh: the set $set_name could not be installed" >&2
    exit 1
fi
cp "$wanted" "$building/requirements.txt"
# Remove an environment with a different list of packages.
if [ -e "$home" ] && ! whole; then rm -rf "$home"; fi
"$python" -c 'import os, sys; os.rename(*sys.argv[1:])' "$building" "$home" 2>/dev/null || whole || {
    echo "venv.sh: $building could not be renamed to $home" >&2
    exit 1
}
echo "$home/bin/python"
