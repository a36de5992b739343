"""A database on a PostgreSQL server, and the server of `tests/postgres/server`."""

import json
import os
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from databases import Database, Rows, quoted

HERE = Path(__file__).resolve().parents[1]
# The server of the tests is set to others, which Django's driver does not read.
USUAL_FORMS = "-c datestyle=ISO -c intervalstyle=postgres"

TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relpersistence = 'p' AND pg_table_is_visible(oid)
AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
ORDER BY oid
"""

# The names and definitions that Django chooses. The server lists a NOT NULL as a constraint since version 18.
SCHEMA = f"""
WITH tables AS (SELECT oid, relname FROM pg_class WHERE oid IN (SELECT oid FROM pg_class WHERE relname IN ({TABLES})
    AND relkind IN ('r', 'p') AND pg_table_is_visible(oid)))
SELECT relname, 'column', attname, concat_ws(' ',
    row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attname, format_type(atttypid, atttypmod),
    CASE WHEN attcollation <> typcollation THEN 'COLLATE ' || attcollation::regcollation END,
    CASE WHEN attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(adbin, adrelid),
    'IDENTITY ' || nullif(attidentity::text, ''), 'GENERATED ' || nullif(attgenerated::text, ''))
FROM tables JOIN pg_attribute ON attrelid = tables.oid JOIN pg_type ON pg_type.oid = atttypid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attnum > 0 AND NOT attisdropped
UNION ALL SELECT relname, 'constraint', conname, pg_get_constraintdef(pg_constraint.oid)
FROM tables JOIN pg_constraint ON conrelid = tables.oid WHERE contype <> 'n'
UNION ALL SELECT relname, 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM tables JOIN pg_index ON indrelid = tables.oid
UNION ALL SELECT relname, 'trigger', tgname, pg_get_triggerdef(pg_trigger.oid)
FROM tables JOIN pg_trigger ON tgrelid = tables.oid WHERE NOT tgisinternal
"""

FOREIGN_KEYS = f"""
SELECT conname, conrelid::regclass::text, confrelid::regclass::text,
    (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]),
    (SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1])
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE contype = 'f' AND array_length(conkey, 1) = 1 AND relname IN ({TABLES})
"""

UNENFORCED = """
SELECT conname FROM pg_constraint WHERE NOT convalidated
UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid
UNION ALL SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'
"""

SEQUENCES = f"""
SELECT relname, attname, pg_get_serial_sequence(quote_ident(relname), attname)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE attnum > 0 AND NOT attisdropped AND relname IN ({TABLES}) AND pg_table_is_visible(pg_class.oid)
AND pg_get_serial_sequence(quote_ident(relname), attname) IS NOT NULL
"""

PRIMARY_KEY = """
SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
WHERE indisprimary AND indrelid = %s::regclass ORDER BY array_position(indkey::int2[], attnum)
"""

COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


def connect(url: str) -> Any:
    """Connect with the driver that the environment has: Django 3.2 needs the older one."""
    try:
        import psycopg as driver
    except ImportError:
        import psycopg2 as driver
    connection = driver.connect(url)
    connection.autocommit = True
    return connection


def run(connection: Any, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def exists(connection: Any, name: str) -> bool:
    return bool(run(connection, "SELECT 1 FROM pg_database WHERE datname = %s", (name,)))


def template(project: str) -> str:
    """Return the name of the database that `migrate` fills once for each version set and server."""
    return f"{Path(sys.prefix).name} {project}"


class Postgres(Database):
    def __init__(self, url: str) -> None:
        self.url = url
        self.parts = urlsplit(url)
        self.name = unquote(self.parts.path.lstrip("/"))
        self.shown = self.parts._replace(
            netloc=self.parts.netloc.rpartition("@")[2], query=""
        ).geturl()

    def __str__(self) -> str:
        return self.url

    def settings(self) -> dict[str, Any]:
        parts = self.parts
        # `hostname` is lowercase, which a folder need not be.
        host = parts.netloc.rpartition("@")[2].rpartition(":")[0]
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(host),
            "PORT": str(parts.port or ""),
            "OPTIONS": {"options": USUAL_FORMS} | dict(parse_qsl(parts.query)),
        }

    def beside(self, name: str) -> "Postgres":
        """Return another database of the server."""
        return Postgres(self.parts._replace(path=f"/{quote(name)}").geturl())

    def server(self) -> Any:
        return closing(connect(str(self.beside("postgres"))))

    def exists(self) -> bool:
        with self.server() as server:
            return exists(server, self.name)

    def create(self, project: str) -> None:
        with self.server() as server:
            self.is_filled = exists(server, template(project))
            self.copy_from(server, template(project) if self.is_filled else "template0")

    def copy_from(self, server: Any, source: str) -> None:
        run(server, f"CREATE DATABASE {quoted(self.name)} TEMPLATE {quoted(source)}")

    def remove(self) -> None:
        with self.server() as server:
            run(server, f"DROP DATABASE IF EXISTS {quoted(self.name)} WITH (FORCE)")

    @contextmanager
    def copy(self) -> Iterator["Postgres"]:
        made = self.beside(f"{self.name[:40]} copy {os.getpid()}")
        with self.server() as server:
            made.copy_from(server, self.name)
        try:
            yield made
        finally:
            made.remove()

    @contextmanager
    def reference(self, project: str) -> Iterator["Postgres"]:
        made = self.beside(f"{project[:40]} reference {os.getpid()}")
        made.create(project)
        try:
            yield made
        finally:
            made.remove()

    def journal_mode(self) -> str:
        return "a server's"

    # With Django.

    def query(self, sql: str, parameters: tuple[Any, ...] = (), alias: str = "default") -> list[Any]:
        from django.db import connections

        connections[alias].ensure_connection()
        return run(connections[alias].connection, sql, parameters)

    def keep(self, project: str, alias: str) -> None:
        from django.db import connections

        # A database is copied only while it has no connections.
        connections[alias].close()
        # The copy gets its name once it is complete. Another process may have kept one meanwhile.
        unfinished = self.beside(f"{self.name[:40]} unfinished")
        with self.server() as server:
            unfinished.copy_from(server, self.name)
            try:
                run(server, f"ALTER DATABASE {quoted(unfinished.name)} RENAME TO {quoted(template(project))}")
            except Exception:
                run(server, f"DROP DATABASE {quoted(unfinished.name)}")
                if not exists(server, template(project)):
                    raise

    def hurry(self) -> None:
        pass  # The server of the tests does not wait for the disk.

    def tables(self) -> list[str]:
        return [name for (name,) in self.query(TABLES)]

    def columns(self, table: str) -> list[str]:
        return [name for name, _ in self.query(COLUMNS, (quoted(table),))]

    def rows(self, table: str, columns: list[str]) -> Rows:
        kinds = dict(self.query(COLUMNS, (quoted(table),)))
        key = [name for (name,) in self.query(PRIMARY_KEY, (quoted(table),))]
        wanted = [f"{quoted(name)}::text" for name in key or ["ctid"]]
        count = len(wanted)
        wanted += [f"{quoted(name)}::text" for name in columns]
        rows: Rows = {}
        for row in self.query(f"SELECT {', '.join(wanted)} FROM {quoted(table)} ORDER BY {', '.join(wanted[:count])}"):
            values = zip(columns, row[count:])
            rows[" ".join(row[:count])] = {name: (kinds[name], value) for name, value in values}
        return rows

    def schema(self, alias: str) -> dict[str, set[tuple[str, str, str]]]:
        tables: dict[str, set[tuple[str, str, str]]] = {}
        for table, kind, name, text in self.query(SCHEMA, alias=alias):
            tables.setdefault(table, set()).add((kind, name, text))
        return tables

    def checks(self) -> dict[str, Callable[[], list[Any]]]:
        return {
            "constraints in force": lambda: self.query(UNENFORCED),
            "foreign_key_check": self.dangling,
            "sequences": self.sequences_behind,
        }

    def dangling(self) -> list[str]:
        found = []
        for name, table, target, column, key in self.query(FOREIGN_KEYS):
            column, key = quoted(column), quoted(key)
            sql = (
                f"SELECT 1 FROM {table} AS this WHERE {column} IS NOT NULL"
                f" AND NOT EXISTS (SELECT 1 FROM {target} AS that WHERE that.{key} = this.{column})"
            )
            found += [name] * len(self.query(sql))
        return found

    def sequences_behind(self) -> list[str]:
        found = []
        for table, column, sequence in self.query(SEQUENCES):
            ((last, is_called),) = self.query(f"SELECT last_value, is_called FROM {sequence}")
            ((highest,),) = self.query(f"SELECT max({quoted(column)}) FROM {quoted(table)}")
            if highest is not None and highest >= last + is_called:
                found.append(f"{sequence} is at {last}, {table}.{column} at {highest}")
        return found


@contextmanager
def running_server() -> Iterator[Postgres]:
    """Run a server and return its database `postgres`."""
    script = HERE.parent / "postgres" / "server"
    with subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        line = child.stdout.readline()
        if not line:
            sys.exit(1)
        told = json.loads(line)
        os.environ["PATH"] = f"{told['bin']}:{os.environ['PATH']}"
        host = quote(told["folder"], safe="")
        yield Postgres(f"postgres://{told['user']}:{told['password']}@{host}:{told['port']}/postgres")
