#!/usr/bin/env python3
"""Write the schema of a project as Django creates it, for tests without Python.

    dump_schema.py --system NAME [--engine ENGINE] [--set SET] [--out FILE]   one schema (default: to stdout)
    dump_schema.py --all [--engine ENGINE] [--set SET] [--into FOLDER]        all committed schemas

ENGINE is sqlite (default for one schema) or postgres. The committed schemas are in
tests/fixtures/schemas, those for PostgreSQL in its folder postgres: NAME.sql for every system and
shape, created with the set 5.2 (unless another is given), and older forms of knox's table:
knox-3.6.sql with the set 3.2, and knox-4.2.sql with the set 4.2. They contain all tables and indexes,
the rows that `migrate` creates (migrations, content types, permissions) and the rows that a project
needs before its first user, but no users. The output is reproducible byte for byte with the same
version of the engine.

SQLite refuses to create a table with a CHECK that uses REGEXP if that function is missing. Such a
table is created with LIKE instead and corrected at the end through `writable_schema`, so that any
SQLite can load the file. The tables of PostgreSQL are in the first schema of the search path. Exit:
0 done, 1 failed, 2 usage, 3 no Python for the set.
"""

import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Iterator

from databases import Database
from databases.postgres import Postgres, connect, run, running_server
from databases.sqlite import Sqlite
from harness import HERE, enter_set
from projects import PROJECTS

APPLIED = "2026-01-01 00:00:00"
# File name → project and version set.
OLDER = {"knox-3.6": ("knox", "3.2"), "knox-4.2": ("knox", "4.2")}
ENGINES = ("sqlite", "postgres")
MARK_MIGRATIONS = f"UPDATE django_migrations SET applied = '{APPLIED}'"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def make(name: str, database: Database) -> None:
    script = [sys.executable, HERE / "make_project_db.py", "--db", "env:DATABASE"]
    subprocess.run(
        [*script, "--system", name, "--accounts", "none"],
        check=True, stdout=subprocess.DEVNULL, env={**os.environ, "DATABASE": str(database)},
    )


def sqlite_statements(name: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        make(name, Sqlite(path))
        with closing(sqlite3.connect(path)) as db:
            db.execute(MARK_MIGRATIONS)
            db.commit()
            yield from dumped(db)


def dumped(db: sqlite3.Connection) -> Iterator[str]:
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


def postgres_statements(name: str) -> Iterator[str]:
    with running_server() as server:
        database = server.beside("made")
        make(name, database)
        with closing(connect(str(database))) as connection:
            run(connection, "SET TimeZone = 'UTC'")
            run(connection, MARK_MIGRATIONS)
        yield from shortened(pg_dump(database))


def pg_dump(database: Postgres) -> str:
    # The URL is no argument, since it holds a password.
    settings = database.settings()
    variables = {"PGTZ": "UTC"} | {f"PG{name}": settings[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    options = ["--no-owner", "--no-privileges", "--no-comments", "--rows-per-insert=1000"]
    return subprocess.run(
        ["pg_dump", *options, database.name], check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, **variables},
    ).stdout


def shortened(dump: str) -> Iterator[str]:
    """Leave out comments, settings of the session, what psql alone understands, the schema, and defaults."""
    ignored = ("--", "SET ", "\\restrict", "\\unrestrict", "SELECT pg_catalog.set_config")
    lines = [line for line in dump.splitlines() if line and not line.startswith(ignored)]
    text = re.sub(r"\bpublic\.", "", "\n".join(lines))
    text = re.sub(r"\s+(START WITH|INCREMENT BY|CACHE) 1\b|\s+NO (MINVALUE|MAXVALUE)\b", "", text)
    text = re.sub(r"SELECT pg_catalog.setval\('\w+', 1, false\);\n", "", text)
    # A line for each constraint and each sequence.
    text = re.sub(r"^(ALTER TABLE ONLY \S+)\n +", r"\1 ", text, flags=re.MULTILINE)
    text = re.sub(r"\(\n +(SEQUENCE NAME \S+)\n\)", r"(\1)", text)
    yield from ("BEGIN;", text, "COMMIT;")


def dump(name: str, engine: str, version_set: str) -> str:
    import django
    import rest_framework

    statements = {"sqlite": sqlite_statements, "postgres": postgres_statements}[engine]
    body = "\n".join(statements(name))
    versions = f"Django {django.get_version()}, DRF {rest_framework.VERSION}"
    if "knox" in PROJECTS[name].tokens:
        versions += f", knox {version('django-rest-knox')}"
    option = "" if engine == "sqlite" else f" --engine {engine}"
    command = f"tests/django/dump_schema.py --system {name}{option} --set {version_set}"
    return f"-- Made by {versions}:\n-- {command}\n{body}\n"


def dump_all(engines: tuple[str, ...], version_set: str, into: Path) -> None:
    wanted = {name: (name, version_set) for name in PROJECTS} | OLDER
    for engine in engines:
        folder = into if engine == "sqlite" else into / engine
        folder.mkdir(parents=True, exist_ok=True)
        for file, (name, made_with) in wanted.items():
            target = folder / f"{file}.sql"
            options = ["--engine", engine, "--set", made_with, "--out", target]
            subprocess.run([sys.executable, __file__, "--system", name, *options], check=True)
            print(target, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--system", "--shape", choices=PROJECTS, metavar="NAME")
    which.add_argument("--all", action="store_true")
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--set", dest="version_set", default="5.2", metavar="SET")
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument(
        "--into", type=Path, default=HERE.parent / "fixtures" / "schemas", metavar="FOLDER"
    )
    args = parser.parse_args()
    if args.all:
        dump_all((args.engine,) if args.engine else ENGINES, args.version_set, args.into)
        return
    enter_set(args.version_set)
    text = dump(args.system, args.engine or "sqlite", args.version_set)
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
