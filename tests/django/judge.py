#!/usr/bin/env python3
"""Judge a database with the real Django, DRF and knox.

    judge.py --system NAME --db DATABASE [--set SET] [--migrate] [--hasher ALGORITHM]
             [--knox-prefix TEXT] [--knox-hash NAME] [--login first|all|none] < expectations.json

NAME is a system or a shape of projects.py. DATABASE is a path, a `postgres://` URL, or `env:VARIABLE`,
since a URL may hold a password. It is only read: all checks run on a copy.
With --migrate, a plain `migrate` runs on the copy first. It must succeed, keep every existing row
byte for byte, and add the rows that Django itself adds. --hasher sets the project's first hasher;
then no password may need a new hash. --login selects the accounts that log in and out over HTTP
(default: the first active and the first inactive account).

Expectations are one JSON object on stdin (make_project_db.py prints the same form). Only `accounts`
is required. An unknown key is a failure, because it would not be judged:

    {"accounts": [
       {"login": "meg",                  what users log in with
        "password": "ducharme",          null: an unusable password; absent: not judged
        "user": {"email": "…"},          fields as Django reads them, values as in JSON
        "profiles": [{"model": "repairsapi.Customer", "fields": {"address": "…"}}],
                                         all profiles of the user; absent: not judged
        "tokens": [{"scheme": "drf", "key": "…"},
                   {"scheme": "knox", "key": "…", "expires_in": 36000}],
                                         must be accepted (or refused if the user is inactive), and
                                         be all tokens of that scheme; expires_in is in seconds
                                         from the row's creation, or null for never
        "revoked": [{"scheme": "drf", "key": "…"}],    must be refused
        "hasher": "argon2",              the algorithm of the stored hash
        "must_update": false,            whether Django would rehash it at the next login
        "recent": 300}],                 date_joined, creation times and the like are at most this
                                         many seconds old, and not in the future
     "absent": ["nobody"],               logins that no user may have
     "revoked": [{"scheme": "drf", "key": "…"}],
     "counts": {"auth_user": 3},         number of rows in a table
     "journal_mode": "delete"}           of a file

`name`, `django` and `project` are allowed and ignored.

Prints one JSON object per line for each check, {"check", "subject", "ok", "reason"}, and at the end
{"check": "summary", "ok", "passed", "failed", "notes"}. Failures are also printed on stderr.
Passwords and keys are never printed. A check that cannot run has failed.

Exit: 0 all passed, 1 something failed, 2 usage, 3 no Python for the set.
"""

import argparse
import json
import sys
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, Iterator

from databases import Database
from harness import (
    enter_set,
    profile_models,
    project_arguments,
    start_django,
    stored_value,
    user_link,
)
from projects import PROJECTS

# Tables in which `migrate` itself creates rows.
FILLED_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}
SECRET_COLUMNS = {"password", "key", "digest", "salt", "token_key", "session_data"}
TOP_KEYS = {"accounts", "absent", "revoked", "counts", "journal_mode", "django", "project"}
ACCOUNT_KEYS = {
    "name", "login", "password", "user", "profiles", "tokens", "revoked", "hasher", "must_update",
    "recent",
}
TOKEN_KEYS = {"scheme", "key", "expires_in"}
PROFILE_KEYS = {"model", "fields"}
WRONG = {"drf": "0" * 40, "knox": "0" * 64}


class Wrong(Exception):
    """The reason why a check failed."""


def require(condition: Any, reason: str) -> None:
    if not condition:
        raise Wrong(reason)


class Report:
    def __init__(self) -> None:
        self.passed = self.failed = 0
        self.notes: list[str] = []

    @contextmanager
    def check(self, name: str, subject: str = "") -> Iterator[None]:
        reason = None
        try:
            yield
        except Wrong as wrong:
            reason = str(wrong)
        except SystemExit as left:
            reason = f"left with exit code {left.code}"
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
        result = {"check": name, "subject": subject, "ok": reason is None}
        if reason is None:
            self.passed += 1
        else:
            self.failed += 1
            result["reason"] = reason
            print(f"FAILED {name}{subject and f' ({subject})'}: {reason}", file=sys.stderr)
        print(json.dumps(result), flush=True)

    def finish(self) -> int:
        ok = self.failed == 0 and self.passed > 0
        summary = {
            "check": "summary", "ok": ok, "passed": self.passed, "failed": self.failed,
            "notes": self.notes,
        }
        print(json.dumps(summary))
        return 0 if ok else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    project_arguments(parser)
    parser.add_argument("--migrate", action="store_true")
    parser.add_argument("--login", choices=("first", "all", "none"), default="first")
    return parser.parse_args()


# --- expectations ---------------------------------------------------------------------------------


def unknown_keys(expected: dict[str, Any]) -> list[str]:
    """Return the keys that no check would read, and keys that are missing."""
    faults = [key for key in expected if key not in TOP_KEYS]
    faults += [] if "accounts" in expected else ["accounts is missing"]
    tokens = list(expected.get("revoked", []))
    for account in expected.get("accounts", []):
        faults += [key for key in account if key not in ACCOUNT_KEYS]
        faults += [] if "login" in account else ["login is missing"]
        for profile in account.get("profiles", []):
            faults += [key for key in profile if key not in PROFILE_KEYS]
        tokens += account.get("tokens", []) + account.get("revoked", [])
    for token in tokens:
        faults += [key for key in token if key not in TOKEN_KEYS]
    return faults


# --- the database ---------------------------------------------------------------------------------


def check_sound(report: Report, database: Database, when: str) -> None:
    for name, find in database.checks().items():
        with report.check(name, when):
            found = find()
            require(not found, f"{len(found)} findings, the first {found[:1]}")


# --- migrate --------------------------------------------------------------------------------------


def every_row(database: Database) -> dict[str, tuple[list[str], list[dict[str, Any]]]]:
    """Table → its columns and its rows, ordered by key."""
    dump = {}
    for table in database.tables():
        columns = database.columns(table)
        dump[table] = (columns, list(database.rows(table, columns).values()))
    return dump


def check_kept(report: Report, before: dict[str, Any], database: Database) -> None:
    after = every_row(database)
    for table, (columns, rows) in before.items():
        with report.check("migrate keeps the rows", table):
            require(table in after, "the table is gone")
            require(set(columns) <= set(after[table][0]), "a column is gone")
            now = [{name: row[name] for name in columns} for row in after[table][1]]
            lost = [row for row in rows if row not in now]
            require(not lost, f"{len(lost)} of {len(rows)} rows were changed or lost")
            if table not in FILLED_BY_MIGRATE:
                require(len(now) == len(rows), f"{len(rows)} rows became {len(now)}")


def check_filled(report: Report) -> None:
    """After `migrate`, content types and permissions equal those of a database created by Django."""
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    for model, fields in (
        (ContentType, ("app_label", "model")),
        (Permission, ("content_type__app_label", "content_type__model", "codename", "name")),
    ):
        with report.check("migrate fills", model._meta.db_table):
            ours, theirs = (
                sorted(model.objects.using(alias).values_list(*fields))
                for alias in ("default", "reference")
            )
            missing = [row for row in theirs if row not in ours]
            require(not missing, f"{len(missing)} are missing, the first {missing[:1]}")


def check_schema(report: Report, database: Database) -> None:
    """Each of Django's tables, with its indexes and triggers, is as Django creates it."""
    ours, theirs = database.schema("default"), database.schema("reference")
    for table in sorted(theirs):
        with report.check("schema", table):
            require(table in ours, "the table is missing")
            odd = ours[table] ^ theirs[table]
            told = "; ".join(
                f"{'here' if item in ours[table] else 'Django'}: {item[1]}: {item[2]}"
                for item in sorted(odd)
            )
            require(not odd, f"differs from Django's. {told}")
    if extra := sorted(set(ours) - set(theirs)):
        report.notes.append(f"tables that this project doesn't make: {', '.join(extra)}")


# --- rows -----------------------------------------------------------------------------------------


def told_row(row: Any) -> str:
    secret = row._meta.pk.column in SECRET_COLUMNS
    return "a row" if secret else f"row {row.pk}"


def check_full_clean(report: Report, models: list[Any]) -> None:
    for model in models:
        with report.check("full_clean", model._meta.label):
            for row in model._default_manager.all():
                try:
                    row.full_clean()
                except Exception as error:
                    faults = getattr(error, "message_dict", error)
                    raise Wrong(f"{told_row(row)}: {faults}") from error


def check_unchanged_by_save(report: Report, database: Database) -> None:
    """Loading and saving each row of every model keeps its bytes."""
    from django.apps import apps
    from django.db import transaction

    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.proxy or not meta.managed or meta.swapped:
            continue
        with report.check("load and save", meta.label):
            # Saving a child also writes the parent's rows, which have their own check.
            columns = [
                field.column
                for field in meta.local_concrete_fields
                if not getattr(field, "auto_now", False) and not getattr(field, "generated", False)
            ]
            # SQLite's own clock writes three decimals; Django writes six.
            clocked = {
                field.column
                for field in meta.local_concrete_fields
                if getattr(field, "has_db_default", bool)()
                and field.get_internal_type() == "DateTimeField"
            }
            before = database.rows(meta.db_table, columns)
            with transaction.atomic():
                count = 0
                for row in model._base_manager.all():
                    count += 1
                    try:
                        row.save()
                    except Exception as error:
                        told = f"{told_row(row)}: {type(error).__name__}: {error}"
                        raise Wrong(told) from error
            require(count == len(before), f"Django reads {count} rows of {len(before)}")
            after = database.rows(meta.db_table, columns)
            require(list(before) == list(after), "rows were added or removed")
            for rowid, old in before.items():
                for column, value in old.items():
                    now = after[rowid][column]
                    if column in clocked and value[0] == "text" and now[1] == value[1] + b"000":
                        continue
                    told = "" if column in SECRET_COLUMNS else f": {value} became {now}"
                    require(value == now, f"row {rowid}, column {column}{told}")


def recent_fields(row: Any) -> Iterator[Any]:
    for field in row._meta.concrete_fields:
        if field.get_internal_type() == "DateTimeField" and (
            field.auto_now or field.auto_now_add or field.name == "date_joined"
        ):
            yield field


def require_fields(row: Any, expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        field = row._meta.get_field(name)
        actual, wanted = getattr(row, field.attname), stored_value(field, value)
        if isinstance(actual, memoryview):
            actual = bytes(actual)
        require(
            actual == wanted,
            f"{name} is not as expected"
            if name in SECRET_COLUMNS
            else f"{name} is {actual!r}, not {wanted!r}",
        )


def token_model(scheme: str) -> Any:
    if scheme == "drf":
        from rest_framework.authtoken.models import Token

        return Token
    require(scheme == "knox", f"no scheme is called {scheme!r}")
    from knox.models import AuthToken

    return AuthToken


# --- accounts -------------------------------------------------------------------------------------


class Accounts:
    def __init__(self, report: Report, project: Any, args: argparse.Namespace) -> None:
        from django.contrib.auth import get_user_model
        from rest_framework.test import APIClient

        self.report = report
        self.project = project
        self.args = args
        self.client = APIClient()
        self.tried_a_wrong_one = False
        self.User = get_user_model()

    def user(self, account: dict[str, Any]) -> Any:
        try:
            return self.User._default_manager.get_by_natural_key(account["login"])
        except self.User.DoesNotExist:
            raise Wrong("there is no such user") from None

    # Checks that only read.

    def check_rows(self, account: dict[str, Any]) -> None:
        login = account["login"]
        with self.report.check("user", login):
            user = self.user(account)
            require_fields(user, account.get("user", {}))
            found = self.User._default_manager.filter(pk=user.pk).count()
            require(found == 1, f"its key finds {found} users")
        if "profiles" in account:
            with self.report.check("profiles", login):
                self.require_profiles(account)
        if "tokens" in account:
            with self.report.check("token rows", login):
                self.require_token_rows(account)
        if "recent" in account:
            with self.report.check("recent", login):
                self.require_recent(account)

    def require_profiles(self, account: dict[str, Any]) -> None:
        user = self.user(account)
        expected = {profile["model"].lower(): profile["fields"] for profile in account["profiles"]}
        for model in profile_models():
            fields = expected.pop(model._meta.label_lower, None)
            row = model._base_manager.filter(**{user_link(model).attname: user.pk}).first()
            if fields is None:
                require(row is None, f"has a {model._meta.label}, which isn't expected")
            else:
                require(row is not None, f"has no {model._meta.label}")
                require_fields(row, fields)
        require(not expected, f"the project has no {', '.join(expected)}")

    def require_token_rows(self, account: dict[str, Any]) -> None:
        user = self.user(account)
        for scheme in self.project.tokens:
            expected = [token for token in account["tokens"] if token["scheme"] == scheme]
            rows = list(token_model(scheme).objects.filter(user_id=user.pk))
            now = self.now()
            expiry = "expiry" if rows and hasattr(rows[0], "expiry") else "expires"
            alive = [row for row in rows if (getattr(row, expiry, None) or now) >= now]
            require(
                len(alive) == len(expected),
                f"has {len(alive)} live {scheme} tokens, not {len(expected)}",
            )
            if scheme == "drf":
                keys = [row.key for row in rows]
                require(keys == [token["key"] for token in expected], "it is another key")
            for token in expected:
                if "expires_in" not in token:
                    continue
                prefix = token["key"][:8]
                row = next((row for row in alive if row.token_key.startswith(prefix)), None)
                require(row is not None, "a token's public prefix isn't stored")
                when = getattr(row, expiry)
                if token["expires_in"] is None:
                    require(when is None, f"a token expires at {when}, not never")
                else:
                    require(when is not None, "a token never expires")
                    apart = when - row.created - timedelta(seconds=token["expires_in"])
                    require(abs(apart) < timedelta(seconds=5), f"expiry is off by {apart}")
        foreign = {token["scheme"] for token in account["tokens"]} - set(self.project.tokens)
        require(not foreign, f"the project has no tokens of scheme {', '.join(foreign)}")

    def now(self) -> Any:
        from django.utils import timezone

        return timezone.now()  # naive local time if USE_TZ is off

    def require_recent(self, account: dict[str, Any]) -> None:
        user = self.user(account)
        rows = [user]
        for model in profile_models():
            rows += model._base_manager.filter(**{user_link(model).attname: user.pk})
        for scheme in self.project.tokens:
            rows += token_model(scheme).objects.filter(user_id=user.pk)
        times = [(row, field, getattr(row, field.attname)) for row in rows for field in recent_fields(row)]
        require(times, "no row of this account has a time to look at")
        for row, field, value in times:
            require(value is not None, f"{row._meta.label}.{field.name} reads as None")
            age = (self.now() - value).total_seconds()
            require(
                -5 <= age <= account["recent"],
                f"{row._meta.label}.{field.name} is {value}, {age:.0f} seconds ago",
            )

    # Checks that may write: Django rehashes passwords, counts logins and removes expired tokens.

    def check_password(self, account: dict[str, Any]) -> None:
        from django.contrib.auth import authenticate
        from django.contrib.auth.hashers import get_hasher, identify_hasher

        login, password = account["login"], account["password"]
        field = self.User.USERNAME_FIELD
        if password is None:
            with self.report.check("unusable password", login):
                user = self.user(account)
                require(not user.has_usable_password(), "the password is usable")
                require(authenticate(**{field: login, "password": ""}) is None, "it logs in")
            return
        with self.report.check("hasher", login):
            encoded = self.user(account).password
            hasher = identify_hasher(encoded)
            if "hasher" in account:
                require(
                    hasher.algorithm == account["hasher"],
                    f"hashed by {hasher.algorithm}, not by {account['hasher']}",
                )
            wanted = account.get("must_update", False if self.args.hasher else None)
            if wanted is not None:
                first = get_hasher("default")
                found = hasher.algorithm != first.algorithm or first.must_update(encoded)
                require(found == wanted, f"must_update is {found} for a hash of {hasher.algorithm}")
        with self.report.check("password", login):
            user = self.user(account)
            if not user.is_active:
                require(user.check_password(password), "check_password refuses it")
            found = authenticate(**{field: login, "password": password})
            if user.is_active:
                require(found is not None, "authenticate refuses it")
                require(found.pk == user.pk, "authenticate finds another user")
            else:
                require(found is None, "authenticate accepts an inactive user")
            if not self.tried_a_wrong_one:
                self.tried_a_wrong_one = True
                wrong = authenticate(**{field: login, "password": password + "x"})
                require(wrong is None, "authenticate accepts a wrong password")
            if account.get("must_update", not self.args.hasher) is False:
                now = self.user(account).password
                require(now == encoded, "logging in changed the stored password")

    def ask(self, scheme: str, key: str) -> Any:
        """Ask the server which user a token belongs to."""
        require(scheme in self.project.tokens, f"the project has no tokens of scheme {scheme!r}")
        return self.client.get(f"/{scheme}/whoami/", HTTP_AUTHORIZATION=f"Token {key}")

    def require_refused(self, scheme: str, key: str, why: str | None = None) -> None:
        answer = self.ask(scheme, key)
        require(answer.status_code == 401, f"answered {answer.status_code}, not 401")
        if why is not None:
            said = str(answer.json().get("detail"))
            require(said == why, f"refused because of {said!r}, not of {why!r}")

    def require_accepted(self, scheme: str, key: str, user: Any) -> None:
        answer = self.ask(scheme, key)
        require(answer.status_code == 200, f"answered {answer.status_code}: {answer.content!r}")
        who = answer.json()
        require(who["id"] == str(user.pk), f"it is the token of {who['user']}")

    def check_tokens(self, account: dict[str, Any]) -> None:
        login = account["login"]
        self.check_revoked(account.get("revoked", []), login)
        for number, token in enumerate(account.get("tokens", []), 1):
            subject = f"{login}, {token['scheme']} {number}"
            with self.report.check("token", subject):
                user = self.user(account)
                if user.is_active:
                    self.require_accepted(token["scheme"], token["key"], user)
                else:
                    self.require_refused(
                        token["scheme"], token["key"], "User inactive or deleted."
                    )

    def check_revoked(self, tokens: list[dict[str, Any]], subject: str) -> None:
        for number, token in enumerate(tokens, 1):
            with self.report.check("revoked token", f"{subject}, {token['scheme']} {number}"):
                self.require_refused(token["scheme"], token["key"], "Invalid token.")

    def check_logins(self, accounts: list[dict[str, Any]]) -> None:
        seen = set()
        for account in accounts:
            active = account.get("user", {}).get("is_active", True)
            if self.args.login == "none" or not account.get("password"):
                continue
            if self.args.login == "all" or active not in seen:
                seen.add(active)
                self.check_login(account)

    def check_login(self, account: dict[str, Any]) -> None:
        """Log in, ask who is logged in, and log out, as a client does."""
        login, password = account["login"], account["password"]
        for scheme in self.project.tokens:
            with self.report.check("login", f"{login}, {scheme}"):
                user = self.user(account)
                body = {"username": login, "password": password}
                answer = self.client.post(f"/{scheme}/login/", body, format="json")
                if not user.is_active:
                    require(answer.status_code == 400, f"answered {answer.status_code}, not 400")
                    continue
                require(
                    answer.status_code == 200, f"answered {answer.status_code}: {answer.content!r}"
                )
                key = answer.json()["token"]
                had = [t["key"] for t in account.get("tokens", []) if t["scheme"] == scheme]
                if scheme == "drf" and had:
                    require(key == had[0], "logging in gives another token than the one expected")
                self.require_accepted(scheme, key, user)
                left = self.client.post(f"/{scheme}/logout/", HTTP_AUTHORIZATION=f"Token {key}")
                require(left.status_code == 204, f"logging out answered {left.status_code}")
                self.require_refused(scheme, key, "Invalid token.")


def judge(
    report: Report, args: argparse.Namespace, expected: dict[str, Any], database: Database, reference: Database
) -> None:
    from django.apps import apps
    from django.core.management import call_command

    project = PROJECTS[args.system]
    database.hurry()
    check_sound(report, database, "as it came")
    before = every_row(database)
    for table, count in expected.get("counts", {}).items():
        with report.check("count", table):
            found = len(before[table][1]) if table in before else "no table"
            require(found == count, f"{found} rows, not {count}")

    if args.migrate:
        with report.check("migrate"):
            call_command("migrate", verbosity=0, interactive=False)
        check_kept(report, before, database)
        check_sound(report, database, "after migrate")
    with report.check("migrate --check"):
        call_command("migrate", "--check", verbosity=0, interactive=False, stdout=sys.stderr)
    with report.check("reference"):
        reference.fill(args.system, "reference")
    check_schema(report, database)
    if args.migrate:
        check_filled(report)

    project_models = [
        model
        for model in apps.get_models()
        if not model._meta.proxy
        and (model.__module__.startswith(("systems.", "shapes.", "rest_framework.", "knox."))
             or model._meta.label == project.user_model)
    ]
    check_full_clean(report, project_models)
    check_unchanged_by_save(report, database)

    accounts = Accounts(report, project, args)
    for login in expected.get("absent", []):
        with report.check("absent", login):
            found = accounts.User._default_manager.filter(**{accounts.User.USERNAME_FIELD: login})
            require(not found.exists(), "there is such a user")
    for account in expected["accounts"]:
        accounts.check_rows(account)
    for account in expected["accounts"]:
        if "password" in account:
            accounts.check_password(account)
    for scheme in project.tokens:
        with report.check("a token of nobody's", scheme):
            accounts.require_refused(scheme, WRONG[scheme], "Invalid token.")
    accounts.check_revoked(expected.get("revoked", []), "nobody")
    for account in expected["accounts"]:
        accounts.check_tokens(account)
    accounts.check_logins(expected["accounts"])
    check_sound(report, database, "at the end")


def main() -> None:
    args = arguments()
    enter_set(args.version_set)
    try:
        expected = json.load(sys.stdin)
        faults = unknown_keys(expected)
    except (ValueError, TypeError, AttributeError) as error:
        print(f"judge.py: the expectations on stdin can't be read: {error}", file=sys.stderr)
        sys.exit(2)
    report = Report()
    with report.check("expectations"):
        require(not faults, f"not understood: {', '.join(faults)}")
    database = args.db
    with ExitStack() as stack:
        judged = None
        with report.check("open", database.shown):
            require(database.exists(), "there is no such database")
            copy = stack.enter_context(database.copy())
            judged = copy, stack.enter_context(database.reference(args.system))
        if "journal_mode" in expected:
            with report.check("journal mode"):
                mode = database.journal_mode()
                require(mode == expected["journal_mode"], f"it is {mode}")
        if judged and not faults:
            with report.check("everything was judged"):
                start_django(args, *judged)
                judge(report, args, expected, *judged)
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
