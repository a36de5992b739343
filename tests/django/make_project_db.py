#!/usr/bin/env python3
"""Create a database like a Django project: `migrate`, then accounts through Django itself.

    make_project_db.py --system NAME --db DATABASE [--set SET] [--hasher ALGORITHM]
                       [--knox-prefix TEXT] [--knox-hash NAME]
                       [--accounts none|few|all] [--from-json]
    make_project_db.py --list        list the projects that this Python's Django supports

NAME is a system or a shape of projects.py. DATABASE is a file or a database that does not exist yet: a
path, a `postgres://` URL, or `env:VARIABLE`, since a URL may hold a password. The accounts:
    few   active, staff, inactive, without profile or token     (default for a shape)
    all   also superuser, unusable password, non-ASCII name and password, one user for each
          hasher that this Django has                           (default for a system)
    none  only the tables
With --from-json the accounts are read from stdin instead, in the form that is printed here: the
keys login, password, user, profiles, hasher and tokens of each account. Django generates the
tokens' keys; `expires_in` (knox) is in seconds or null.

Prints the accounts as JSON, including plain passwords and token keys, in the form of judge.py's
expectations. So `make_project_db.py … | judge.py …` judges Django's own work.

Exit: 0 created, 1 failed (no database is left), 2 usage, 3 no Python for the set.
"""

import argparse
import json
import sys
from datetime import timedelta
from typing import Any

from harness import attributes, enter_set, project_arguments, start_django, user_link
from projects import PROJECTS, Project

HASHERS = ("pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "scrypt", "md5")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    project_arguments(parser)
    parser.add_argument("--accounts", choices=("none", "few", "all"))
    parser.add_argument("--from-json", action="store_true", help="read the accounts from stdin")
    if sys.argv[1:] == ["--list"]:
        import django

        names = [name for name, project in PROJECTS.items() if django.VERSION[:2] >= project.since]
        print("\n".join(names))
        sys.exit()
    return parser.parse_args()


def wanted_accounts(project: Project, how_many: str) -> list[dict[str, Any]]:
    """Return the accounts to create, without the values that only Django can add."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import get_hashers

    if how_many == "none":
        return []
    columns = {field.name for field in get_user_model()._meta.get_fields()}
    tokens = {
        "drf": [{"scheme": "drf"}],
        "knox": [{"scheme": "knox", "expires_in": 36000}, {"scheme": "knox", "expires_in": None}],
    }
    every_token = [token for scheme in project.tokens for token in tokens[scheme]]
    accounts: list[dict[str, Any]] = []

    def add(name: str, password: str | None, tokens=every_token, profile=True, **user: Any) -> None:
        n = len(accounts)
        account = {
            "name": name,
            "login": project.login(name),
            "password": password,
            "user": {**project.user(n), **user},
            "profiles": [],
            "tokens": [dict(token) for token in tokens],
        }
        if profile and project.profiles:
            model, fields = list(project.profiles.items())[n % len(project.profiles)]
            account["profiles"] = [{"model": model, "fields": fields(n)}]
        accounts.append(account)

    expired = [{"scheme": "knox", "expires_in": -60}] if "knox" in project.tokens else []
    add("meg", "ducharme", every_token + expired)
    add("employee", "me", **({"is_staff": True} if "is_staff" in columns else {}))
    if "is_active" in columns:
        add("gone", "left-the-firm", is_active=False)
    add("plain", "neither profile nor token", [], profile=False)
    if how_many == "all":
        add("root", "Sup3r \"quoted\" \\ user", is_staff=True, is_superuser=True)
        add("robot", None)
        add("zoë.ünal", "pässwörd ✓ 密码")
        known = {hasher.algorithm for hasher in get_hashers()}
        for algorithm in HASHERS:
            if algorithm in known:
                add(algorithm.replace("_", "-"), f"by {algorithm}")
                accounts[-1]["hasher"] = algorithm
    return accounts


def make_account(wanted: dict[str, Any]) -> dict[str, Any]:
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import get_hasher, make_password

    User = get_user_model()
    made = {**wanted, "tokens": [], "revoked": []}
    password, algorithm = wanted["password"], wanted.get("hasher")
    user = User.objects.create_user(
        **{User.USERNAME_FIELD: wanted["login"]},
        **attributes(User, wanted.get("user", {})),
        password=password if algorithm is None else None,
    )
    if algorithm is not None:
        user.password = make_password(password, hasher=algorithm)
        user.save()
    made["login"] = user.get_username()
    if password is not None:
        made["hasher"] = algorithm or get_hasher().algorithm
        made["must_update"] = made["hasher"] != get_hasher().algorithm

    for profile in wanted.get("profiles", []):
        model = apps.get_model(profile["model"])
        link = user_link(model)
        values = attributes(model, profile["fields"])
        if link.remote_field.parent_link:
            inherited = {
                field.attname: getattr(user, field.attname) for field in User._meta.concrete_fields
            }
            values = {**inherited, **values}
        model(**{link.attname: user.pk}, **values).save()

    for token in wanted.get("tokens", []):
        key = make_token(user, token)
        expired = (token.get("expires_in") or 0) < 0
        made["revoked" if expired else "tokens"].append({**token, "key": key})
    return made


def make_token(user: Any, token: dict[str, Any]) -> str:
    if token["scheme"] == "drf":
        from rest_framework.authtoken.models import Token

        return Token.objects.create(user=user).key
    from knox.models import AuthToken

    seconds = token.get("expires_in")
    expiry = None if seconds is None else timedelta(seconds=seconds)
    names = {field.name for field in AuthToken._meta.get_fields()}
    made = AuthToken.objects.create(user, **{"expiry" if "expiry" in names else "expires": expiry})
    return made if isinstance(made, str) else made[1]


def main() -> None:
    args = arguments()
    enter_set(args.version_set)
    database = args.db
    if database.exists():
        sys.exit(f"make_project_db.py: {database.shown} is there already")
    start_django(args, database)

    import django
    from django.apps import apps
    from django.db import connection, transaction

    project = PROJECTS[args.system]
    try:
        database.create(args.system)
        database.hurry()
        database.fill(args.system)
        with transaction.atomic():
            if args.from_json:
                wanted = json.load(sys.stdin)["accounts"]
            else:
                default = "all" if args.system in ("repairs", "levelup", "knox") else "few"
                wanted = wanted_accounts(project, args.accounts or default)
            for model, fields in project.seeds:
                apps.get_model(model).objects.create(**fields)
            accounts = [make_account(account) for account in wanted]
    except BaseException:
        connection.close()
        database.remove()
        raise
    made = {"django": django.get_version(), "project": args.system, "accounts": accounts}
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
