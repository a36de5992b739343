#!/usr/bin/env python3
"""Create users with a gamer profile and a token through Django, as a project's own script would.

    PROJECT=levelup PROJECT_DB=/path/db.sqlite3 PYTHONPATH=tests/django DJANGO_SETTINGS_MODULE=settings \
        PYTHON provision.py ACCOUNTS.csv

The columns are username, email, password and profile.gamer.bio. All users are created in one transaction.
"""

import csv
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import transaction  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402
from systems.levelupapi.models import Gamer  # noqa: E402

User = get_user_model()
with open(sys.argv[1], newline="") as file, transaction.atomic():
    for row in csv.DictReader(file):
        user = User.objects.create_user(row["username"], row["email"], row["password"])
        Gamer.objects.create(user=user, bio=row["profile.gamer.bio"])
        Token.objects.create(user=user)
