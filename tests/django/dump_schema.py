#!/usr/bin/env python3
"""Write the schema of a project as Django creates it, for tests without Python.

    dump_schema.py --system NAME [--set SET] [--out FILE]     one schema (default: to stdout)
    dump_schema.py --all [--set SET] [--into FOLDER]          all committed schemas

The committed schemas are in tests/fixtures/schemas: NAME.sql for every system and shape, created
with the set 5.2 (unless another is given), and older forms of knox's table: knox-3.6.sql with the
set 3.2, and knox-4.2.sql with the set 4.2. They contain all tables and indexes, the rows that
`migrate` creates (migrations, content types, permissions) and the rows that a project needs before
its first user, but no users. The output is reproducible byte for byte.

SQLite refuses to create a table with a CHECK that uses REGEXP if that function is missing. Such a
table is created with LIKE instead and corrected at the end through `writable_schema`, so that any
SQLite can load the file. Exit: 0 done, 1 failed, 2 usage, 3 no Python for the set.
"""

import argparse
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

from harness import HERE, enter_set
from projects import PROJECTS

APPLIED = "2026-01-01 00:00:00"
# File name → project and version set.
OLDER = {"knox-3.6": ("knox", "3.2"), "knox-4.2": ("knox", "4.2")}


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def statements(db: sqlite3.Connection) -> Iterator[str]:
    db.execute("UPDATE django_migrations SET applied = ?", (APPLIED,))
    db.commit()
    mended = []
    for line in db.iterdump():
        if line.startswith("CREATE TABLE") and " REGEXP " in line:
            table = re.match(r'CREATE TABLE "([^"]+)"', line)[1]
            mended.append((table, line.rstrip(";")))
            line = line.replace(" REGEXP ", " LIKE ")
        yield line
    for table, sql in mended:
        yield "PRAGMA writable_schema = ON;"
        yield f"UPDATE sqlite_master SET sql = {literal(sql)} WHERE name = {literal(table)};"
        yield "PRAGMA writable_schema = RESET;"


def dump(name: str, version_set: str) -> str:
    import django
    import rest_framework

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        subprocess.run(
            [sys.executable, str(HERE / "make_project_db.py"), "--system", name, "--db", str(path),
             "--accounts", "none"],
            check=True, stdout=subprocess.DEVNULL,
        )
        db = sqlite3.connect(path)
        body = "\n".join(statements(db))
        db.close()
    versions = f"Django {django.get_version()}, DRF {rest_framework.VERSION}"
    if "knox" in PROJECTS[name].tokens:
        from importlib.metadata import version

        versions += f", knox {version('django-rest-knox')}"
    command = f"tests/django/dump_schema.py --system {name} --set {version_set}"
    return f"-- Made by {versions}:\n-- {command}\n{body}\n"


def dump_all(version_set: str, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    wanted = {name: (name, version_set) for name in PROJECTS} | OLDER
    for file, (name, made_with) in wanted.items():
        target = into / f"{file}.sql"
        subprocess.run(
            [sys.executable, __file__, "--system", name, "--set", made_with, "--out", str(target)],
            check=True,
        )
        print(target, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--system", "--shape", choices=PROJECTS, metavar="NAME")
    which.add_argument("--all", action="store_true")
    parser.add_argument("--set", dest="version_set", default="5.2", metavar="SET")
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument(
        "--into", type=Path, default=HERE.parent / "fixtures" / "schemas", metavar="FOLDER"
    )
    args = parser.parse_args()
    if args.all:
        dump_all(args.version_set, args.into)
        return
    enter_set(args.version_set)
    text = dump(args.system, args.version_set)
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
