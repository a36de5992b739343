"""The database of a project: an SQLite file, or a database on a PostgreSQL server.

Both classes have the same methods. Those below "with Django" need `django.setup()`, since they use its connections.
This package does not import Django by itself, so that the settings can use it.
"""

import os
import sys
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, Callable

# Row key → column → (type, stored value).
Rows = dict[Any, dict[str, tuple[str, Any]]]


class Database(ABC):
    # What may be printed.
    shown: str
    # Whether it is a copy of a database that `migrate` has filled.
    is_filled = False

    @abstractmethod
    def __str__(self) -> str:
        """Return the path or the URL, with its password."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Return the entry of DATABASES."""

    @abstractmethod
    def exists(self) -> bool: ...

    @abstractmethod
    def create(self, project: str) -> None:
        """Prepare a new database for `fill`."""

    @abstractmethod
    def remove(self) -> None: ...

    @abstractmethod
    def copy(self) -> AbstractContextManager["Database"]:
        """Return a copy that is removed at the end."""

    @abstractmethod
    def reference(self, project: str) -> AbstractContextManager["Database"]:
        """Return a new database that is removed at the end."""

    @abstractmethod
    def journal_mode(self) -> str: ...

    # With Django.

    def fill(self, project: str, alias: str = "default") -> None:
        """Run `migrate`, unless the database is a copy of one that it has filled."""
        from django.core.management import call_command

        if not self.is_filled:
            call_command("migrate", database=alias, verbosity=0, interactive=False)
            self.keep(project, alias)

    def keep(self, project: str, alias: str) -> None:
        """Let later databases of the project be copies of this one, if the engine can copy."""

    @abstractmethod
    def hurry(self) -> None:
        """Do not wait for the disk."""

    @abstractmethod
    def tables(self) -> list[str]: ...

    @abstractmethod
    def columns(self, table: str) -> list[str]: ...

    @abstractmethod
    def rows(self, table: str, columns: list[str]) -> Rows:
        """Return these columns of every row, exactly as stored."""

    @abstractmethod
    def schema(self, alias: str) -> dict[str, set[tuple[str, str, str]]]:
        """Return the definitions of each table: (kind, name, text)."""

    @abstractmethod
    def checks(self) -> dict[str, Callable[[], list[Any]]]:
        """Return the engine's own checks, each with a function that returns what is wrong."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def parse(text: str) -> Database:
    """Return the database of a path, of a `postgres://` URL, or of either in a variable: `env:NAME`."""
    if text.startswith("env:"):
        name = text.removeprefix("env:")
        if name not in os.environ:
            sys.exit(f"the variable {name} is not set")
        text = os.environ[name]
    if text.startswith(("postgres://", "postgresql://")):
        return import_module("databases.postgres").Postgres(text)
    return import_module("databases.sqlite").Sqlite(Path(text))
