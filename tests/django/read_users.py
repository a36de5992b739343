#!/usr/bin/env python3
"""Load each user of a SQLite database with Django.

    PYTHON read_users.py DATABASE

Prints a JSON object: login names, and whether Django could load the user.
"""

import json
import sys

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402


def is_loaded(key: int) -> bool:
    try:
        User.objects.get(pk=key)
    except (AttributeError, TypeError, ValueError, OverflowError):
        return False
    return True


print(json.dumps({name: is_loaded(key) for key, name in User.objects.values_list("pk", "username")}))
