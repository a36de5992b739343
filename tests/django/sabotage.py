#!/usr/bin/env python3
"""Corrupt databases, each in one way, and check that judge.py fails for that reason.

    PYTHON sabotage.py [NAME]...      default: all

Run it with the Python of a version set. Each database is created by Django, corrupted and judged, on
SQLite and on PostgreSQL. The judge must fail, and the named check must be among its failures. Exit: 0
it always did, 1 it did not.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from databases import Database, parse
from databases.postgres import Postgres, connect, run as run_sql, running_server
from harness import HERE

import django

Spoil = Callable[[Any, dict[str, Any]], object]
SQLITE, POSTGRES = "SQLite", "PostgreSQL"


@dataclass(frozen=True)
class Sabotage:
    project: str
    check: str | None  # the check that must fail, or None if all must pass
    spoil: Spoil
    options: tuple[str, ...] = ()
    engine: str | None = None  # the only engine on which it works


def sql(*statements: str) -> Spoil:
    return lambda db, _expected: [db.execute(statement) for statement in statements]


def dashed_keys(db: sqlite3.Connection, _expected: dict[str, Any]) -> None:
    (key,) = db.execute("SELECT id FROM registry_member ORDER BY rowid LIMIT 1").fetchone()
    dashed = str(uuid.UUID(key))
    db.execute("UPDATE registry_member SET id = ? WHERE id = ?", (dashed, key))
    db.execute("UPDATE registry_card SET member_id = ? WHERE member_id = ?", (dashed, key))
    db.execute("UPDATE authtoken_token SET user_id = ? WHERE user_id = ?", (dashed, key))


def later_expiry(db: sqlite3.Connection, _expected: dict[str, Any]) -> None:
    columns = [row[1] for row in db.execute("PRAGMA table_info(knox_authtoken)")]
    expiry = "expiry" if "expiry" in columns else "expires"
    db.execute(
        f"UPDATE knox_authtoken SET {expiry} = datetime({expiry}, '+1 hour')"
        f" WHERE {expiry} > datetime('now')"
    )


def expect(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Leave the database alone and change the expectations so that they are wrong."""
    return lambda _db, expected: change(expected)


def adopted(*more: str) -> Spoil:
    """Drop what an external tool leaves to `migrate`, then run more statements."""
    return sql(
        "DROP TABLE django_admin_log",
        "DROP TABLE django_session",
        "DELETE FROM django_migrations WHERE app IN ('admin', 'sessions')",
        "DELETE FROM auth_permission",
        "DELETE FROM django_content_type",
        *more,
    )


def drop_rows_on_migrate() -> Spoil:
    return adopted(
        "CREATE TRIGGER spoil AFTER INSERT ON django_migrations"
        " BEGIN DELETE FROM authtoken_token; END"
    )


def first(expected: dict[str, Any]) -> dict[str, Any]:
    return expected["accounts"][0]


FIRST_USER = "WHERE id = (SELECT min(id) FROM auth_user)"
FIRST_DOSSIER = "WHERE id = (SELECT min(id) FROM census_dossier)"

SABOTAGES: dict[str, Sabotage] = {
    # Passwords and names.
    "hash of another password": Sabotage(
        "levelup", "password",
        sql(
            "UPDATE auth_user SET password ="
            f" substr(password, 1, length(password) - 1) || '!' {FIRST_USER}"
        ),
    ),
    "hash without its algorithm": Sabotage(
        "levelup", "hasher",
        sql(f"UPDATE auth_user SET password = '$2b$12$' || password {FIRST_USER}"),
    ),
    "hash of another hasher": Sabotage(
        "levelup", "hasher", sql(),
        ("--hasher", "argon2"),
    ),
    "name beyond the column": Sabotage(
        "levelup", "full_clean",
        sql("UPDATE auth_user SET username = printf('%.151c', 'x') WHERE username = 'plain'"),
        engine=SQLITE,
    ),
    "name with a space": Sabotage(
        "levelup", "full_clean",
        sql("UPDATE auth_user SET username = 'pl ain' WHERE username = 'plain'"),
    ),
    "inactive user let in": Sabotage(
        "levelup", "user", sql("UPDATE auth_user SET is_active = true"),
    ),
    # Stored forms.
    "datetime with T": Sabotage(
        "levelup", "load and save",
        sql(f"UPDATE auth_user SET date_joined = replace(date_joined, ' ', 'T') {FIRST_USER}"),
        engine=SQLITE,
    ),
    "datetime with a zone": Sabotage(
        "levelup", "load and save",
        sql(f"UPDATE auth_user SET date_joined = date_joined || '+00:00' {FIRST_USER}"),
        engine=SQLITE,
    ),
    "datetime of three digits": Sabotage(
        "levelup", "load and save",
        sql(f"UPDATE auth_user SET date_joined = substr(date_joined, 1, 19) || '.120' {FIRST_USER}"),
        engine=SQLITE,
    ),
    "datetime that is none": Sabotage(
        "levelup", "load and save",
        sql(f"UPDATE auth_user SET date_joined = 'yesterday' {FIRST_USER}"),
        engine=SQLITE,
    ),
    "boolean as text": Sabotage(
        "levelup", "load and save", sql(f"UPDATE auth_user SET is_active = 'true' {FIRST_USER}"),
        engine=SQLITE,
    ),
    "UUID with dashes": Sabotage("uuid_key", "load and save", dashed_keys, engine=SQLITE),
    "UUID in capitals": Sabotage(
        "every_type", "load and save",
        sql(f"UPDATE census_dossier SET tracking = upper(tracking) {FIRST_DOSSIER}"),
        engine=SQLITE,
    ),
    "JSON without spaces": Sabotage(
        "every_type", "load and save",
        sql(f"UPDATE census_dossier SET answers = replace(answers, ', ', ',') {FIRST_DOSSIER}"),
        engine=SQLITE,
    ),
    "JSON with bare umlauts": Sabotage(
        "every_type", "load and save",
        sql(f"UPDATE census_dossier SET answers = replace(answers, '\\u00f6', 'ö') {FIRST_DOSSIER}"),
        engine=SQLITE,
    ),
    "duration as text": Sabotage(
        "every_type", "load and save",
        sql(f"UPDATE census_dossier SET shift = '1 02:00:00' {FIRST_DOSSIER}"),
        engine=SQLITE,
    ),
    "time without seconds": Sabotage(
        "every_type", "load and save",
        sql(f"UPDATE census_dossier SET wakes_at = '06:30' {FIRST_DOSSIER}"),
        engine=SQLITE,
    ),
    "decimal of too many digits": Sabotage(
        "every_type", "load and save",
        sql(f"UPDATE census_dossier SET income = 1.23456 {FIRST_DOSSIER}"),
        engine=SQLITE,
    ),
    "choice that is none": Sabotage(
        "every_type", "full_clean",
        sql(f"UPDATE census_dossier SET tier = 'lead' {FIRST_DOSSIER}"),
    ),
    "REGEXP constraint broken": Sabotage(
        "every_type", "integrity_check",
        sql(
            "PRAGMA ignore_check_constraints = ON",
            f"UPDATE census_dossier SET code = 'abc' {FIRST_DOSSIER}",
        ),
        engine=SQLITE,
    ),
    "universal time where local is kept": Sabotage(
        "local_time", "recent",
        lambda db, expected: (
            first(expected).update(recent=600),
            db.execute(
                "UPDATE auth_user SET date_joined ="
                f" strftime('%Y-%m-%d %H:%M:%S', 'now') {FIRST_USER}"
            ),
        ),
        engine=SQLITE,
    ),
    # Tokens.
    "key of another user": Sabotage(
        "levelup", "token rows", expect(lambda e: first(e)["tokens"][0].update(key="f" * 40)),
    ),
    "token row lost": Sabotage(
        "levelup", "token",
        sql(f"DELETE FROM authtoken_token WHERE user_id = (SELECT id FROM auth_user {FIRST_USER})"),
    ),
    "key in capitals": Sabotage(
        "levelup", "token", sql('UPDATE authtoken_token SET "key" = upper("key")'),
    ),
    "digest of another token": Sabotage(
        "knox", "token", sql("UPDATE knox_authtoken SET digest = substr(digest, 2) || 'x'"),
    ),
    "public prefix of another length": Sabotage(
        "knox", "token", sql("UPDATE knox_authtoken SET token_key = substr(token_key, 1, 7)"),
    ),
    "expiry that is another": Sabotage(
        "knox", "token rows",
        later_expiry,
        engine=SQLITE,
    ),
    "token not revoked": Sabotage(
        "levelup", "revoked token",
        expect(lambda e: e.update(revoked=[dict(first(e)["tokens"][0])])),
    ),
    "scheme that isn't there": Sabotage(
        "levelup", "token",
        expect(lambda e: first(e)["tokens"].append({"scheme": "knox", "key": "f" * 64})),
    ),
    # Rows and tables.
    "profile lost": Sabotage("levelup", "profiles", sql("DELETE FROM levelupapi_gamer")),
    "profile of another value": Sabotage(
        "levelup", "profiles", sql("UPDATE levelupapi_gamer SET bio = 'other'"),
    ),
    "profile not expected": Sabotage(
        "levelup", "profiles", expect(lambda e: first(e).update(profiles=[])),
    ),
    "user left behind": Sabotage("levelup", "absent", expect(lambda e: e.update(absent=["plain"]))),
    "user missing": Sabotage("levelup", "user", expect(lambda e: first(e).update(login="nobody"))),
    "row too many": Sabotage("levelup", "count", expect(lambda e: e.update(counts={"auth_user": 1}))),
    "reference to nobody": Sabotage(
        "levelup", "foreign_key_check", sql("UPDATE levelupapi_gamer SET user_id = 9999 WHERE id = 1"),
    ),
    "index too many": Sabotage(
        "levelup", "schema", sql("CREATE INDEX mine ON auth_user (email)"),
    ),
    "index missing": Sabotage("levelup", "schema", sql("DROP INDEX auth_user_groups_user_id_6a12ed8b")),
    "column too many": Sabotage("levelup", "schema", sql("ALTER TABLE auth_user ADD COLUMN phone text")),
    "journal switched": Sabotage(
        "levelup", "journal mode",
        lambda db, expected: (
            expected.update(journal_mode="delete"), db.commit(), db.execute("PRAGMA journal_mode = WAL"),
        ),
        engine=SQLITE,
    ),
    "sequence behind": Sabotage(
        "levelup", "sequences", sql("SELECT setval('auth_user_id_seq', 1)"), engine=POSTGRES,
    ),
    "sequence of an empty table behind": Sabotage(
        "levelup", "sequences",
        sql("INSERT INTO auth_group (id, name) VALUES (1, 'editors')"),
        engine=POSTGRES,
    ),
    "references not enforced": Sabotage(
        "levelup", "constraints in force",
        sql("ALTER TABLE authtoken_token DISABLE TRIGGER ALL"),
        engine=POSTGRES,
    ),
    "column of another type": Sabotage(
        "levelup", "schema",
        sql("ALTER TABLE auth_user ALTER email TYPE varchar(255)"),
        engine=POSTGRES,
    ),
    "expiry that is another, as an interval": Sabotage(
        "knox", "token rows",
        sql("UPDATE knox_authtoken SET expiry = expiry + interval '1 hour' WHERE expiry > now()"),
        engine=POSTGRES,
    ),
    # Adoption.
    "migration row missing": Sabotage(
        "levelup", "migrate --check",
        sql("DELETE FROM django_migrations WHERE app = 'authtoken' AND name = '0003_tokenproxy'"),
    ),
    "migration row missing, migrated": Sabotage(
        "levelup", "migrate",
        adopted("DELETE FROM django_migrations WHERE app = 'levelupapi'"), ("--migrate",),
    ),
    "migration row without its dependency": Sabotage(
        "levelup", "migrate",
        adopted("DELETE FROM django_migrations WHERE app = 'contenttypes'"), ("--migrate",),
    ),
    "tokens lost on migrating": Sabotage(
        "levelup", "migrate keeps the rows", drop_rows_on_migrate(), ("--migrate",),
        engine=SQLITE,
    ),
    "tokens lost on migrating, by a function": Sabotage(
        "levelup", "migrate keeps the rows",
        adopted(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN DELETE FROM authtoken_token; RETURN NULL; END'",
            "CREATE TRIGGER spoil AFTER INSERT ON django_migrations EXECUTE FUNCTION spoil()",
        ),
        ("--migrate",),
        engine=POSTGRES,
    ),
    "nothing spoilt, adopted": Sabotage("levelup", None, adopted(), ("--migrate",)),
    "nothing spoilt, adopted with knox": Sabotage("knox", None, adopted(), ("--migrate",)),
    "nothing spoilt, two profile kinds adopted": Sabotage("repairs", None, adopted(), ("--migrate",)),
    # The judge's input.
    "expectation not understood": Sabotage(
        "levelup", "expectations", expect(lambda e: first(e).update(pasword="typo")),
    ),
}


class ServerConnection:
    """A connection as a superuser, with sqlite3's `execute`."""

    def __init__(self, database: Postgres) -> None:
        self.connection = connect(str(database).replace("//project:", "//postgres:"))
        # Triggers check references.
        self.execute("SET session_replication_role = replica")

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        return run_sql(self.connection, statement)

    def commit(self) -> None:
        pass

    def close(self) -> None:
        self.connection.close()


class Bench:
    """The databases of one engine."""

    def __init__(self, engine: str, folder: Path, server: Postgres) -> None:
        self.engine, self.folder, self.server = engine, folder, server

    def database(self, name: str) -> Database:
        if self.engine == SQLITE:
            return parse(str(self.folder / f"{name}.db"))
        return self.server.beside(name)

    def made_by_django(self, project: str) -> tuple[Database, str]:
        """Create one database per project, with md5 for speed."""
        database, expected = self.database(project), self.folder / f"{self.engine} {project}.json"
        if not expected.exists():
            made = run(
                "make_project_db.py", database, "--system", project, "--accounts", "few",
                "--hasher", "md5",
            )
            if made.returncode != 0:
                sys.exit(f"{project} could not be made:\n{made.stderr}")
            expected.write_text(made.stdout)
        return database, expected.read_text()

    def spoilt(self, database: Database) -> tuple[Database, Any]:
        """Return a copy and a connection to it that does not check references."""
        spoilt = self.database("spoilt")
        if isinstance(spoilt, Postgres):
            spoilt.remove()
            with spoilt.server() as server:
                spoilt.copy_from(server, database.name)
            return spoilt, ServerConnection(spoilt)
        shutil.copyfile(str(database), str(spoilt))
        connection = sqlite3.connect(str(spoilt))
        connection.execute("PRAGMA foreign_keys = OFF")
        return spoilt, connection

    def attempt(self, sabotage: Sabotage) -> str | None:
        """Return how the judge misbehaves, or None."""
        database, text = self.made_by_django(sabotage.project)
        expected = json.loads(text)
        spoilt, connection = self.spoilt(database)
        sabotage.spoil(connection, expected)
        connection.commit()
        connection.close()
        options = ("--hasher", "md5", *sabotage.options)
        judged = run(
            "judge.py", spoilt, "--system", sabotage.project, "--login", "none", *options,
            given=json.dumps(expected),
        )
        found = failures(judged.stdout)
        if judged.returncode != (sabotage.check is not None):
            return f"the judge left with {judged.returncode}: {judged.stderr}"
        if sabotage.check is not None and sabotage.check not in found:
            return f"{sabotage.check!r} is not among the failures {sorted(found)}"
        return None


def run(
    script: str, database: Database, *arguments: str, given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HERE / script, "--db", "env:DATABASE", *arguments],
        env={**os.environ, "DATABASE": str(database)}, input=given, capture_output=True, text=True,
    )


def failures(output: str) -> set[str]:
    results = [json.loads(line) for line in output.splitlines()]
    return {result["check"] for result in results if not result["ok"]} - {"summary"}


def main() -> None:
    names = sys.argv[1:] or list(SABOTAGES)
    total = wrong = 0
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        for engine in (SQLITE, POSTGRES):
            bench = Bench(engine, Path(folder), server)
            for name in names:
                if SABOTAGES[name].engine not in (None, engine):
                    continue
                reason = bench.attempt(SABOTAGES[name])
                total += 1
                wrong += reason is not None
                told = "ok    " if reason is None else "WRONG "
                print(f"{told} {engine}: {name}{reason and f': {reason}' or ''}", flush=True)
            judged = run(
                "judge.py", bench.database("none"), "--system", "levelup", given='{"accounts": []}'
            )
            total += 1
            if judged.returncode != 1 or failures(judged.stdout) != {"open"}:
                wrong += 1
                print(f"WRONG  {engine}: a database that isn't there")
    print(f"Django {django.get_version()}: {total - wrong} of {total} sabotages seen")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
