#!/usr/bin/env python3
"""Write to a project's database through Django, as a busy server does, until standard input ends.

    PROJECT=levelup PROJECT_DB=/path/db.sqlite3 PYTHONPATH=tests/django DJANGO_SETTINGS_MODULE=settings \
        PYTHON writer.py

There are PAUSE seconds between two writes, for what a server does besides. Without any, the file would be locked all
the time, and whoever waits for it would get it by chance alone: Django itself no less.

Prints `ready` when it has begun, and at the end how many writes there were and how many of them failed.
"""

import sys
import threading
import time

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import OperationalError  # noqa: E402
from django.utils import timezone  # noqa: E402

PAUSE = 0.01

is_over = threading.Event()


def wait_for_end() -> None:
    sys.stdin.read()
    is_over.set()


user = get_user_model().objects.order_by("pk").first()
print("ready", flush=True)
threading.Thread(target=wait_for_end, daemon=True).start()
writes = failures = 0
while not is_over.is_set():
    time.sleep(PAUSE)
    user.last_login = timezone.now()
    writes += 1
    try:
        user.save(update_fields=["last_login"])
    except OperationalError:
        failures += 1
print(writes, failures)
