"""The rows about databases with many rows: what does not concern most of them must not cost more than one user does."""

import itertools
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from typing import Callable

from comparison import data
from comparison.machine import DJANGO
from comparison.measure import Command, Sample, Side, interleaved
from comparison.rows import PEERS, Bench, compared, expect, row
from comparison.table import Outcome

TOKENS = "authtoken_token"
INACTIVE = "user_id IN (SELECT id FROM auth_user WHERE NOT is_active)"


def changed_alike(
    bench: Bench, base: Path, ours: Callable[[Path], Command], sql: str, digest: str, limit: float, peak: float
) -> Outcome:
    """Compare a change of a copy of a database with SQL that makes the same change in another copy."""
    our_database, their_database = (data.FOLDER / f"changed-{name}.sqlite3" for name in ("authctl", "sqlite3"))
    script = data.FOLDER / "change.sql"
    script.write_text(f"PRAGMA foreign_keys = ON;\nBEGIN IMMEDIATE;\n{sql};\nCOMMIT;\n")
    our_command = ours(our_database)
    their_command = bench.sqlite3(their_database, stdin=script, time=bench.machine.program("time"))
    sides = (
        Side("authctl", lambda _: our_command.run(), prepare=lambda _: data.copy(base, our_database)),
        Side("sqlite3", lambda _: their_command.run(), prepare=lambda _: data.copy(base, their_database)),
    )
    interleaved(bench.runs(5), *sides)
    before, mine, other = (data.value(path, digest) for path in (base, our_database, their_database))
    expect(mine == other != before, f"{before} rows became {mine} and {other}")
    for database in (our_database, their_database):
        database.unlink()
    return compared(*sides, limit=limit, peak_limit=peak)


def revoking(
    bench: Bench, base: Path, table: str, condition: str, *filters: str, peak: float = 32
) -> Outcome:
    """Revoke tokens by filters, and delete the same ones with SQL."""
    gnu_time = bench.machine.program("time")
    return changed_alike(
        bench, base, lambda path: bench.ours(path, "revoke-token", *filters, "--yes", "--quiet", time=gnu_time),
        f"DELETE FROM {table} WHERE {condition}", f"SELECT count(*) FROM {table}", limit=1.3, peak=peak,
    )


@row("revoke-inactive", "`revoke-token --inactive-users`, a tenth of {many} tokens", "`sqlite3` with the same DELETE")
def revoke_inactive(bench: Bench) -> Outcome:
    return revoking(bench, data.many_users(bench.many), TOKENS, INACTIVE, "--inactive-users")


@row("revoke-older", "`revoke-token --older-than`, a tenth of {many} tokens", "`sqlite3` with the same DELETE")
def revoke_older(bench: Bench) -> Outcome:
    base = data.many_users(bench.many)
    seconds, moment = data.age_after(bench.many // 10)
    return revoking(bench, base, TOKENS, f"created < '{moment}'", "--older-than", f"{seconds}s")


@row("revoke-all", "`revoke-token --all`, {many} tokens", "`sqlite3` with the same DELETE")
def revoke_all(bench: Bench) -> Outcome:
    # SQLite collects the numbers of all rows before it deletes them.
    return revoking(bench, data.many_users(bench.many), TOKENS, "true", "--all", peak=40)


@row("revoke-expired", "`revoke-token --expired`, a hundredth of {many} knox tokens", "`sqlite3` with the same DELETE")
def revoke_expired(bench: Bench) -> Outcome:
    condition = "expiry < strftime('%Y-%m-%d %H:%M:%f', 'now')"
    return revoking(bench, data.many_knox_tokens(bench.many), "knox_authtoken", condition, "--expired")


@row("list-limit", "`list-users --limit 10` as a table, {many} users", "`sqlite3 -table` with the same rows")
def list_limit(bench: Bench) -> Outcome:
    return shown(bench, data.many_users(bench.many), limit=1.5)


@row("list-one", "`list-users` as a table, 1 user", "`sqlite3 -table` with the same rows")
def list_one(bench: Bench) -> Outcome:
    return shown(bench, data.many_users(1), limit=1.0)


@row("show-one", "`show-user` as a table, 1 user", "`sqlite3 -table` with the same queries")
def show_one(bench: Bench) -> Outcome:
    database, user = data.many_users(1), data.username(1)
    queries = (
        f"SELECT * FROM auth_user WHERE username = '{user}'",
        "SELECT name FROM auth_group JOIN auth_user_groups g ON g.group_id = auth_group.id WHERE g.user_id = 1",
        "SELECT app_label, codename FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id "
        "JOIN auth_user_user_permissions u ON u.permission_id = p.id WHERE u.user_id = 1",
        "SELECT substr(key, 1, 8), created FROM authtoken_token WHERE user_id = 1",
        "SELECT count(*) FROM django_session",
    )
    our_command = bench.ours(database, "show-user", user, "--format", "table")
    their_command = bench.sqlite3("-table", database, "; ".join(queries))
    for command in (our_command, their_command):
        expect(data.email(1) in command.output(), "user 1 is not shown")
    sides = Side("authctl", lambda _: our_command.run()), Side("sqlite3", lambda _: their_command.run())
    interleaved(bench.runs(200), *sides)
    return compared(*sides, limit=1.0)


def shown(bench: Bench, database: Path, limit: float) -> Outcome:
    columns = "id,username,email,is_active,is_staff,date_joined,last_login"
    our_command = bench.ours(database, "list-users", "--format", "table", "--columns", columns, "--limit", "10")
    sql = f"SELECT {columns} FROM auth_user ORDER BY id LIMIT 10"
    their_command = bench.sqlite3("-table", database, sql)
    for command in (our_command, their_command):
        expect(command.output().count(data.email(1)) == 1, "user 1 is not in the list")
    sides = Side("authctl", lambda _: our_command.run()), Side("sqlite3", lambda _: their_command.run())
    interleaved(bench.runs(200), *sides)
    return compared(*sides, limit=limit)


@row("list-tokens", "`list-tokens` of {many} as CSV", "`sqlite3 -csv`")
def list_tokens(bench: Bench) -> Outcome:
    database, gnu_time = data.many_users(bench.many), bench.machine.program("time")
    our_command = bench.ours(database, "list-tokens", "--format", "csv", "--quiet", time=gnu_time)
    sql = (
        "SELECT 'drf', substr(key, 1, 8), username, is_active, created, NULL, 0 "
        f"FROM {TOKENS} JOIN auth_user ON id = user_id ORDER BY username, created, key"
    )
    their_command = bench.sqlite3("-csv", "-header", database, sql, time=gnu_time)
    counts = [command.output().count("\n") for command in (our_command, their_command)]
    expect(counts == [bench.many + 1] * 2, f"the lists have {counts} lines")
    sides = Side("authctl", lambda _: our_command.run()), Side("sqlite3", lambda _: their_command.run())
    interleaved(bench.runs(5), *sides)
    return compared(*sides, limit=0.7, peak_limit=32)


@row("check", "`check`, {many} users", "`sqlite3` with `integrity_check` and `foreign_key_check`", is_in_readme=True)
def check(bench: Bench) -> Outcome:
    # Without what `check` warns of: a file that others can read, and tokens of inactive users.
    database = data.FOLDER / "checked.sqlite3"
    data.copy(data.many_users(bench.many), database)
    database.chmod(0o600)
    connection = sqlite3.connect(database)
    connection.execute("UPDATE auth_user SET is_active = 1")
    connection.commit()
    connection.close()
    our_command = bench.ours(database, "check", "--quiet", time=bench.machine.program("time"))
    their_command = bench.sqlite3(
        database, "PRAGMA integrity_check; PRAGMA foreign_key_check;", time=bench.machine.program("time")
    )
    sides = Side("authctl", lambda _: our_command.run()), Side("sqlite3", lambda _: their_command.run())
    interleaved(bench.runs(5), *sides)
    database.unlink()
    return compared(*sides, limit=1.3, peak_limit=64)


@row("backup", "`backup`, {many} users", "`sqlite3` with `.backup` and `integrity_check` of the copy", is_in_readme=True)
def backup(bench: Bench) -> Outcome:
    database = data.many_users(bench.many)
    ours, theirs = (data.FOLDER / f"backup-{name}.sqlite3" for name in ("authctl", "sqlite3"))
    script = data.FOLDER / "backup.sql"
    script.write_text(f'.backup "{theirs}"\n.open "{theirs}"\nPRAGMA integrity_check;\n')
    our_command = bench.ours(database, "backup", ours, "--quiet", time=bench.machine.program("time"))
    their_command = bench.sqlite3(database, stdin=script, time=bench.machine.program("time"))
    sides = (
        Side("authctl", lambda _: our_command.run(), prepare=lambda _: ours.unlink(missing_ok=True)),
        Side("sqlite3", lambda _: their_command.run(), prepare=lambda _: theirs.unlink(missing_ok=True)),
    )
    interleaved(bench.runs(5), *sides)
    for copy in (ours, theirs):
        expect(data.value(copy, "SELECT count(*) FROM auth_user") == bench.many, f"{copy.name} is not whole")
        copy.unlink()
    return compared(*sides, limit=1.0, peak_limit=64)


def growing(bench: Bench, name: str, arguments: Callable[[int], list[str]], limit: float = 1.05) -> Outcome:
    """Compare a command about one user of many with the same command where there are few."""
    runs = bench.runs(100)
    # As many as there are runs, since a user can be deleted or locked once only. Superusers are the last, for the search.
    few = data.few_users(runs + 1)
    copies = []
    for title, base in ((f"{bench.many:,} users", data.many_users(bench.many)), ("few users", few)):
        path = data.FOLDER / f"{name}-{len(copies)}.sqlite3"
        data.copy(base, path)
        copies.append((title, path))

    def side(title: str, path: Path) -> Side:
        return Side(title, lambda run: bench.ours(path, *arguments(run + 1), "--quiet").run())

    sides = [side(*copy) for copy in copies]
    interleaved(runs, *sides)
    for _, path in copies:
        path.unlink()
    return compared(*sides, limit=limit)


@row("show-user", "`show-user`, {many} users", "itself, 100 users")
def show_user(bench: Bench) -> Outcome:
    return growing(bench, "show-user", lambda number: ["show-user", data.username(number)])


@row("edit-user", "`edit-user`, {many} users", "itself, 100 users")
def edit_user(bench: Bench) -> Outcome:
    return growing(bench, "edit-user", lambda number: ["edit-user", data.username(number), "--last-name", "New"])


@row("lock-user", "`lock-user`, {many} users", "itself, 100 users")
def lock_user(bench: Bench) -> Outcome:
    return growing(bench, "lock-user", lambda number: ["lock-user", data.username(number)])


@row("delete-user", "`delete-user`, {many} users", "itself, 100 users")
def delete_user(bench: Bench) -> Outcome:
    return growing(bench, "delete-user", lambda number: ["delete-user", data.username(number), "--yes"])


def decoding(bench: Bench, arguments: list[str]) -> Outcome:
    """Compare a command that reads all web sessions with Python decoding them on one core."""
    database, gnu_time = data.many_sessions(bench.many), bench.machine.program("time")
    ours = bench.ours(database, *arguments, "--quiet", time=gnu_time)
    theirs = Command([sys.executable, PEERS / "sessions.py", database], bench.environment(), time=gnu_time)
    sides = Side("authctl", lambda _: ours.run()), Side("Python", lambda _: theirs.run())
    interleaved(bench.runs(3), *sides)
    return compared(*sides, limit=0.2, peak_limit=32)


@row("list-sessions", "`list-sessions` of {many} as CSV", "Python decoding them, one core")
def list_sessions(bench: Bench) -> Outcome:
    return decoding(bench, ["list-sessions", "--format", "csv"])


@row("lock-sessions", "`lock-user --dry-run`, {many} sessions", "Python decoding them, one core")
def lock_sessions(bench: Bench) -> Outcome:
    return decoding(bench, ["lock-user", data.username(1), "--dry-run"])


@row("import-json", "`import` of a JSON list of {many} users and tokens", "`import` of the same users as JSON lines")
def import_json(bench: Bench) -> Outcome:
    base = data.database(data.FOLDER / "import-empty.sqlite3", "rock")
    gnu_time = bench.machine.program("time")

    def side(name: str, source: Path) -> Side:
        database = data.FOLDER / f"import-{name.replace(' ', '-')}.sqlite3"
        command = bench.ours(database, "import", source, "--quiet", time=gnu_time)
        return Side(name, lambda _: command.run(), prepare=lambda _: data.copy(base, database))

    sides = side("JSON list", data.json_list(bench.many)), side("JSON lines", data.json_lines(bench.many))
    interleaved(bench.runs(3), *sides)
    paths = [data.FOLDER / f"import-{name}.sqlite3" for name in ("JSON-list", "JSON-lines")]
    both = itertools.zip_longest(*map(data.accounts, paths))
    expect(all(mine == other for mine, other in both), "the two did not import the same rows")
    for path in paths:
        path.unlink()
    return compared(*sides, limit=1.15, peak_limit=160)


@row(
    "import-fixture", "`import` of a fixture of {loaded} users, tokens and profiles", "`manage.py loaddata`",
    is_in_readme=True,
)
def import_fixture(bench: Bench) -> Outcome:
    base = data.database(data.FOLDER / "fixture-empty.sqlite3", "levelup")
    fixture = data.fixture(bench.loaded)
    our_database, their_database = (data.FOLDER / f"fixture-{name}.sqlite3" for name in ("authctl", "django"))
    our_command = bench.ours(our_database, "import", fixture, "--quiet")
    their_command = bench.django(their_database, DJANGO / "manage.py", "loaddata", fixture)
    sides = (
        Side("authctl", lambda _: our_command.run(), prepare=lambda _: data.copy(base, our_database)),
        Side("Django", lambda _: their_command.run(), prepare=lambda _: data.copy(base, their_database)),
    )
    interleaved(bench.runs(5), *sides)
    both = itertools.zip_longest(data.accounts(our_database), data.accounts(their_database))
    expect(all(mine == other for mine, other in both), "the two did not load the same rows")
    profiles = [data.value(path, "SELECT count(*) FROM levelupapi_gamer") for path in (our_database, their_database)]
    expect(profiles == [bench.loaded] * 2, f"{profiles} profiles were loaded")
    for database in (our_database, their_database):
        database.unlink()
    return compared(*sides, limit=0.02)


@row(
    "import-fixture-many", "`import` of a fixture of {many} users, tokens and profiles",
    "itself with a hundredth, times 100",
)
def import_fixture_many(bench: Bench) -> Outcome:
    base = data.database(data.FOLDER / "fixture-empty.sqlite3", "levelup")
    database = data.FOLDER / "fixture-many.sqlite3"
    gnu_time = bench.machine.program("time")

    def side(name: str, count: int) -> Side:
        command = bench.ours(database, "import", data.fixture(count), "--quiet", time=gnu_time)
        return Side(name, lambda _: command.run(), prepare=lambda _: data.copy(base, database))

    many, few = side("many", bench.many), side("few", bench.loaded)
    interleaved(bench.runs(3), many, few)
    database.unlink()
    times = bench.many / bench.loaded
    return compared(many, replace(few, samples=[Sample(times * few.seconds, peak=few.peak)]), limit=1.1, peak_limit=200)
