"""The databases and files used by the measurements.

Large data is kept from run to run. Everything is derived from the users' numbers, so that rows created in different
ways can be compared, and every run uses the same data.
"""

import base64
import csv
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable, Iterable, Iterator

from comparison.machine import ROOT, TARGET
from comparison.measure import log

FOLDER = TARGET / "compare"
# Increase when the data changes: data of another version is created again.
VERSION = 1

USER_COLUMNS = (
    "id, password, last_login, is_superuser, username, last_name, email, is_staff, is_active, date_joined, first_name"
)
FIRST_NAMES = ("Meg", "Joe", "Ada", "Zoë", "Grace", "Alan", "Barbara", "Edsger")
LAST_NAMES = ("Ducharme", "Ford", "Lovelace", "Ünal", "Hopper", "Turing", "Liskov", "Dijkstra")
BEGINNING = datetime(2015, 1, 1)
PASSWORD = "correct horse battery staple"


def username(number: int) -> str:
    return f"user{number:07}"


def email(number: int) -> str:
    return f"user{number:07}@example.com"


def token(number: int) -> str:
    return hashlib.sha1(f"token {number}".encode()).hexdigest()


def password_hash(number: int) -> str:
    """A hash in Django 5.2's default format, of an unknown password."""
    digest = hashlib.sha256(f"password {number}".encode())
    return f"pbkdf2_sha256$1000000${digest.hexdigest()[:22]}${base64.b64encode(digest.digest()).decode()}"


def joined(number: int) -> str:
    """A time in Django's format."""
    moment = BEGINNING + timedelta(seconds=number * 300, microseconds=number * 7919 % 1_000_000)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def user(number: int) -> tuple:
    """A row of the user table, in column order."""
    seen = joined(number + 1) if number % 3 == 0 else None
    first, last = FIRST_NAMES[number % 8], LAST_NAMES[number // 8 % 8]
    staff, active = int(number % 50 == 0), int(number % 10 != 0)
    return (
        number, password_hash(number), seen, 0, username(number), last, email(number), staff, active,
        joined(number), first,
    )


def imported_user(number: int) -> tuple:
    """The row that `import` creates from a name, an address and a password."""
    return (number, password_hash(number), None, 0, username(number), "", email(number), 0, 1, joined(number), "")


def database(
    path: Path, schema: str, users: Iterable[tuple] = (), tokens: Iterable[tuple] | None = None
) -> Path:
    """Create a database as a project's `migrate` leaves it, with these rows."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript((ROOT / f"tests/fixtures/schemas/{schema}.sql").read_text())
    connection.execute("PRAGMA cache_size = -500000")
    connection.execute("BEGIN")
    marks = ", ".join("?" * 11)
    connection.executemany(f"INSERT INTO auth_user ({USER_COLUMNS}) VALUES ({marks})", users)
    if tokens is not None:
        connection.executemany("INSERT INTO authtoken_token (key, created, user_id) VALUES (?, ?, ?)", tokens)
    connection.execute("COMMIT")
    connection.close()
    return path


def many_users(count: int) -> Path:
    """A database with this many users, each with a token."""

    def make(path: Path) -> None:
        numbers = range(1, count + 1)
        tokens = ((token(number), joined(number), number) for number in numbers)
        database(path, "rock", map(user, numbers), tokens)

    return _kept(f"users-{count}.sqlite3", make)


def few_users(count: int) -> Path:
    """A database of users with tokens for the comparison with one of many users, made anew."""
    numbers = range(1, count + 1)
    tokens = ((token(number), joined(number), number) for number in numbers)
    return database(FOLDER / "few-users.sqlite3", "rock", map(user, numbers), tokens)


def age_after(number: int) -> tuple[int, str]:
    """The age in seconds of a time after this user joined and before the next one did, and that time."""
    moment = BEGINNING + timedelta(seconds=number * 300 + 200)
    age = datetime.now(timezone.utc).replace(tzinfo=None) - moment
    return int(age.total_seconds()), moment.strftime("%Y-%m-%d %H:%M:%S")


def many_knox_tokens(count: int) -> Path:
    """A database with this many users and knox tokens, of which a hundredth has expired."""

    def make(path: Path) -> None:
        numbers = range(1, count + 1)
        database(path, "knox", map(user, numbers))
        connection = sqlite3.connect(path)
        rows = (
            (
                hashlib.sha512(f"token {n}".encode()).hexdigest(), joined(n), n, token(n)[:15],
                joined(n) if n % 100 == 0 else "2099-01-01 00:00:00",
            )
            for n in numbers
        )
        connection.executemany(
            "INSERT INTO knox_authtoken (digest, created, user_id, token_key, expiry) VALUES (?, ?, ?, ?, ?)", rows
        )
        connection.commit()
        connection.close()

    return _kept(f"knox-{count}.sqlite3", make)


def many_sessions(count: int) -> Path:
    """A database with this many unexpired web sessions of 1,000 users."""

    def session(number: int) -> tuple[str, str, str]:
        content = {
            "_auth_user_id": str(number % 1000 + 1),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": hashlib.sha256(f"session {number}".encode()).hexdigest(),
        }
        # `django.core.signing.dumps` with compression, and a signature of the same form.
        raw = json.dumps(content, separators=(",", ":")).encode()
        compressed = zlib.compress(raw)
        is_shorter = len(compressed) < len(raw) - 1
        payload = base64.urlsafe_b64encode(compressed if is_shorter else raw).decode().rstrip("=")
        signature = base64.urlsafe_b64encode(hashlib.sha256(payload.encode()).digest()).decode().rstrip("=")
        key = hashlib.sha256(f"key {number}".encode()).hexdigest()[:32]
        return key, f"{'.' * is_shorter}{payload}:1uR8aB:{signature}", "2099-01-01 00:00:00"

    def make(path: Path) -> None:
        database(path, "rock", map(user, range(1, 1001)))
        connection = sqlite3.connect(path)
        rows = map(session, range(count))
        connection.executemany("INSERT INTO django_session VALUES (?, ?, ?)", rows)
        connection.commit()
        connection.close()

    return _kept(f"sessions-{count}.sqlite3", make)


def hashed_account(number: int) -> dict:
    hashed, key = password_hash(number), token(number)
    return {"username": username(number), "email": email(number), "password_hash": hashed, "token": key}


def json_lines(count: int) -> Path:
    """Hashed accounts with tokens as JSON lines."""

    def make(path: Path) -> None:
        with path.open("w") as file:
            file.writelines(json.dumps(hashed_account(n)) + "\n" for n in range(1, count + 1))

    return _kept(f"accounts-{count}.jsonl", make)


def json_list(count: int) -> Path:
    """The accounts of `json_lines` as a JSON list."""
    return _kept(f"accounts-{count}.json", lambda path: write_list(path, map(hashed_account, range(1, count + 1))))


def fixture(count: int) -> Path:
    """A fixture of Django's with hashed users, their tokens and their profiles."""

    def models(number: int) -> Iterator[dict]:
        fields = {
            "username": username(number), "email": email(number), "password": password_hash(number),
            "is_active": True, "date_joined": "2026-01-01T00:00:00Z",
        }
        yield {"model": "auth.user", "pk": number, "fields": fields}
        created = "2026-01-01T00:00:00Z"
        yield {"model": "authtoken.token", "pk": token(number), "fields": {"user": number, "created": created}}
        yield {"model": "levelupapi.gamer", "pk": number, "fields": {"user": number, "bio": f"Likes games, {number} of them"}}

    rows = itertools.chain.from_iterable(map(models, range(1, count + 1)))
    return _kept(f"fixture-{count}.json", lambda path: write_list(path, rows))


def user_with(encoded: str, name: str, schema: str = "rock") -> Path:
    """A database with one user, number 1, who has this encoded password."""
    row = list(user(1))
    # Active, whatever the number.
    row[1], row[8] = encoded, 1
    return database(FOLDER / f"{name}.sqlite3", schema, [tuple(row)])


def password_file() -> Path:
    path = FOLDER / "password"
    path.write_text(PASSWORD)
    return path


def hashed_accounts(count: int) -> Path:
    """Input for `import`: name, address, encoded password and token."""
    heading = ("username", "email", "password_hash", "token")
    rows = ((username(n), email(n), password_hash(n), token(n)) for n in range(1, count + 1))
    return _kept(f"hashed-{count}.csv", lambda path: write_csv(path, rows, heading))


def desired_accounts(count: int) -> tuple[Path, Path]:
    """The same accounts with encoded passwords, in TOML for `apply` and as JSON lines for `import`."""
    numbers = range(1, count + 1)

    def as_toml(path: Path) -> None:
        with path.open("w") as file:
            for n in numbers:
                file.write(f'[[users]]\nusername = "{username(n)}"\nemail = "{email(n)}"\n')
                file.write(f'password = {{ hash = "{password_hash(n)}" }}\n')

    def as_lines(path: Path) -> None:
        with path.open("w") as file:
            for n in numbers:
                row = {"username": username(n), "email": email(n), "password_hash": password_hash(n)}
                file.write(json.dumps(row) + "\n")

    return _kept(f"desired-{count}.toml", as_toml), _kept(f"desired-{count}.jsonl", as_lines)


def plain_accounts(count: int, with_profiles: bool = False) -> Path:
    """Input for `import`: name, address and a different plain password for each account."""
    heading = ["username", "email", "password"]
    if with_profiles:
        heading.append("profile.gamer.bio")

    def row(number: int) -> list[str]:
        cells = [username(number), email(number), f"{PASSWORD} {number}", f"Likes games, {number} of them"]
        return cells[: len(heading)]

    # Skip number 1: this user already exists, so that `import` detects its hasher.
    rows = map(row, range(2, count + 2))
    name = f"plain-{count}{'-profiles' * with_profiles}.csv"
    return _kept(name, lambda path: write_csv(path, rows, heading))


def table_rows(count: int) -> tuple[Path, Path]:
    """Input for `sqlite3 .import`: the user and token rows that `import` creates from `hashed_accounts`.

    A CSV file of sqlite3 cannot contain NULL, so the last login is an empty text, which takes as much space.
    """
    numbers = range(1, count + 1)
    users = (imported_user(n) for n in numbers)
    tokens = ((token(n), joined(n), n) for n in numbers)
    return (
        _kept(f"rows-users-{count}.csv", lambda path: write_csv(path, users)),
        _kept(f"rows-tokens-{count}.csv", lambda path: write_csv(path, tokens)),
    )


def copy(source: Path, target: Path) -> None:
    """Copy and sync to disk, so that later commands do not wait for these writes."""
    for leftover in ("-journal", "-wal", "-shm"):
        Path(f"{target}{leftover}").unlink(missing_ok=True)
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def accounts(path: Path) -> Iterator[tuple]:
    """Yield the columns that every way of creating accounts must agree on, ordered by name."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    sql = (
        "SELECT username, email, password, is_active, is_staff, is_superuser, key FROM auth_user "
        "LEFT JOIN authtoken_token ON user_id = id ORDER BY username"
    )
    yield from connection.execute(sql)
    connection.close()


def value(path: Path, sql: str) -> object:
    """Return the result of a query for a single value."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchone()[0]
    finally:
        connection.close()


def _kept(name: str, make: Callable[[Path], None]) -> Path:
    folder = FOLDER / f"data-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        log(f"  making {path.name}")
        # Rename only once complete.
        making = path.with_name(f"{name}.part")
        make(making)
        making.rename(path)
    return path


def write_list(path: Path, items: Iterable[dict]) -> None:
    with path.open("w") as file:
        separator = "["
        for item in items:
            file.write(separator + json.dumps(item))
            separator = ",\n"
        file.write("]\n")


def write_csv(path: Path, rows: Iterable[Iterable], heading: Iterable[str] | None = None) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if heading:
            writer.writerow(heading)
        writer.writerows(rows)
