#!/usr/bin/env python3
"""Create users with a gamer profile and a token through Django, as fast as Django can.

    PROJECT=levelup PROJECT_DB=/path/db.sqlite3 PYTHONPATH=tests/django DJANGO_SETTINGS_MODULE=settings \
        PYTHON provision.py ACCOUNTS.csv

The columns are username, email, password and profile.gamer.bio. As many processes as cores hash the passwords; then all
rows are created in one transaction by `bulk_create`.
"""

import csv
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import transaction  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402
from systems.levelupapi.models import Gamer  # noqa: E402


def provision(path: str) -> None:
    User = get_user_model()
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        hashes = list(pool.map(make_password, [row["password"] for row in rows], chunksize=4))
    users = [
        User(username=row["username"], email=User.objects.normalize_email(row["email"]), password=encoded)
        for row, encoded in zip(rows, hashes)
    ]
    with transaction.atomic():
        users = User.objects.bulk_create(users)
        Gamer.objects.bulk_create(Gamer(user=user, bio=row["profile.gamer.bio"]) for user, row in zip(users, rows))
        Token.objects.bulk_create(Token(user=user, key=Token.generate_key()) for user in users)


if __name__ == "__main__":
    provision(sys.argv[1])
