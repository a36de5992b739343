"""An SQLite file."""

import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

from databases import Database, Rows, quoted


class Sqlite(Database):
    def __init__(self, path: Path) -> None:
        self.path = path
        self.shown = str(path)

    def __str__(self) -> str:
        return str(self.path)

    def settings(self) -> dict[str, Any]:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(self.path)}

    def exists(self) -> bool:
        return self.path.is_file()

    def create(self, project: str) -> None:
        pass  # Django creates the file.

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def read_only(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)

    @contextmanager
    def copy(self) -> Iterator["Sqlite"]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "copy.sqlite3"
            with closing(self.read_only()) as source, closing(sqlite3.connect(path)) as target:
                # Includes the content of a `-wal` file.
                source.backup(target)
            yield Sqlite(path)

    @contextmanager
    def reference(self, project: str) -> Iterator["Sqlite"]:
        yield Sqlite(Path(":memory:"))

    def journal_mode(self) -> str:
        with closing(self.read_only()) as connection:
            return connection.execute("PRAGMA journal_mode").fetchone()[0]

    # With Django.

    def hurry(self) -> None:
        from django.db import connection

        connection.cursor().execute("PRAGMA synchronous=OFF")

    def raw(self) -> sqlite3.Connection:
        """Open a connection without conversions: text is returned as bytes."""
        connection = sqlite3.connect(self.path)
        connection.text_factory = bytes
        return connection

    def tables(self) -> list[str]:
        with closing(self.raw()) as raw:
            found = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return [name.decode() for (name,) in found if not name.startswith(b"sqlite_")]

    def columns(self, table: str) -> list[str]:
        with closing(self.raw()) as raw:
            rows = raw.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
        return [row[1].decode() for row in rows]

    def rows(self, table: str, columns: list[str]) -> Rows:
        wanted = ", ".join(f"typeof({quoted(name)}), {quoted(name)}" for name in columns)
        rows = {}
        with closing(self.raw()) as raw:
            for rowid, *flat in raw.execute(f"SELECT rowid, {wanted} FROM {quoted(table)}"):
                pairs = zip(flat[::2], flat[1::2])
                rows[rowid] = {
                    name: (kind.decode(), value) for name, (kind, value) in zip(columns, pairs)
                }
        return rows

    def schema(self, alias: str) -> dict[str, set[tuple[str, str, str]]]:
        from django.db import connections

        tables: dict[str, set[tuple[str, str, str]]] = {}
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT tbl_name, type, name, sql FROM sqlite_master")
            for table, kind, name, sql in cursor.fetchall():
                tables.setdefault(table, set()).add((kind, name, " ".join((sql or "").split())))
        return tables

    def checks(self) -> dict[str, Callable[[], list[Any]]]:
        def findings(pragma: str) -> list[Any]:
            # On Django's connection, since CHECK constraints may use its REGEXP.
            from django.db import connection

            with connection.cursor() as cursor:
                found = [tuple(row) for row in cursor.execute(f"PRAGMA {pragma}").fetchall()]
            return [] if found == [("ok",)] else found

        return {
            pragma: lambda pragma=pragma: findings(pragma)
            for pragma in ("integrity_check", "foreign_key_check")
        }
