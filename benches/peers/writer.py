#!/usr/bin/env python3
"""Write to a project's database through Django, one row after the other, until standard input ends.

    PROJECT=levelup PROJECT_DB=/path/db.sqlite3 PYTHONPATH=tests/django PYTHON writer.py

Prints `ready` when it has begun, and at the end how many writes there were and how many of them failed.
"""

import os
import sys
import threading

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import OperationalError  # noqa: E402
from django.utils import timezone  # noqa: E402

is_over = threading.Event()


def wait_for_end() -> None:
    sys.stdin.read()
    is_over.set()


user = get_user_model().objects.order_by("pk").first()
print("ready", flush=True)
threading.Thread(target=wait_for_end, daemon=True).start()
writes = failures = 0
while not is_over.is_set():
    user.last_login = timezone.now()
    writes += 1
    try:
        user.save(update_fields=["last_login"])
    except OperationalError:
        failures += 1
print(writes, failures)
