"""Shared by the scripts: selecting the right Python, starting Django, and profiles."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

from databases import Database, parse
from projects import PROJECTS

HERE = Path(__file__).resolve().parent


def project_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--system", "--shape", required=True, choices=PROJECTS, metavar="NAME",
        help="a system or a shape of projects.py",
    )
    parser.add_argument(
        "--db", required=True, type=parse, metavar="DATABASE",
        help="a path, a postgres:// URL, or env:NAME for a variable that holds either",
    )
    parser.add_argument(
        "--set", dest="version_set", metavar="SET",
        help="run under the environment of this version set (made by venv.sh when it isn't there)",
    )
    parser.add_argument(
        "--hasher", metavar="ALGORITHM",
        help="the project's first password hasher, for example argon2 (else Django's own)",
    )
    parser.add_argument("--knox-prefix", metavar="TEXT", help="knox's TOKEN_PREFIX")
    parser.add_argument("--knox-hash", metavar="NAME", help="knox's SECURE_HASH_ALGORITHM: sha256, …")


def enter_set(version_set: str | None) -> None:
    """Restart this script with the Python of a version set, unless it already runs there."""
    if version_set is None:
        return
    made = subprocess.run(
        ["sh", str(HERE / "venv.sh"), version_set], stdout=subprocess.PIPE, text=True
    )
    if made.returncode != 0:
        sys.exit(made.returncode)
    python = made.stdout.strip()
    if Path(sys.prefix).resolve() != Path(python).parents[1].resolve():
        os.execv(python, [python, *sys.argv])


def start_django(args: argparse.Namespace, database: Database, reference: Database | None = None) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    os.environ["PROJECT"] = args.system
    os.environ["PROJECT_DB"] = str(database)
    for name, value in (
        ("PROJECT_REFERENCE", reference),
        ("PROJECT_HASHER", args.hasher),
        ("PROJECT_KNOX_PREFIX", args.knox_prefix),
        ("PROJECT_KNOX_HASH", args.knox_hash),
    ):
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = str(value)
    import django

    django.setup()


def user_link(model: Any) -> Any:
    """The one-to-one field that links a profile to its user, preferably required, then named `user`."""
    from django.contrib.auth import get_user_model

    links = [
        field
        for field in model._meta.local_concrete_fields
        if field.one_to_one and field.remote_field.model is get_user_model()
    ]
    return min(links, key=lambda field: (field.null, field.name != "user"), default=None)


def profile_models() -> Iterator[Any]:
    from django.apps import apps

    for model in apps.get_models():
        if model._meta.app_label != "authtoken" and not model._meta.proxy and user_link(model):
            yield model


def stored_value(field: Any, value: Any) -> Any:
    """Convert a JSON value to the Python value of the field."""
    from datetime import datetime

    from django.conf import settings
    from django.utils import timezone

    if value is None:
        return None
    if field.is_relation:
        return stored_value(field.target_field, value)
    made = field.to_python(value) if field.get_internal_type() != "JSONField" else value
    if field.get_internal_type() == "DateTimeField" and isinstance(made, datetime):
        if settings.USE_TZ and timezone.is_naive(made):
            made = timezone.make_aware(made)
        elif not settings.USE_TZ and timezone.is_aware(made):
            made = timezone.make_naive(made)
    return made


def attributes(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Convert JSON field values to keyword arguments of a model."""
    fields = {name: model._meta.get_field(name) for name in values}
    return {field.attname: stored_value(field, values[name]) for name, field in fields.items()}
