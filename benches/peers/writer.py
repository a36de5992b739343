#!/usr/bin/env python3
"""Write to a project's database through Django, like a busy server, until standard input ends.

    PROJECT=levelup PROJECT_DB=/path/db.sqlite3 PYTHONPATH=tests/django DJANGO_SETTINGS_MODULE=settings \
        PYTHON writer.py

Pauses for PAUSE seconds between writes, as a server does other work. Without a pause the file would be locked all the
time, and other writers, including Django, would get the lock only by chance.

Prints `ready` once it has started, and at the end the number of writes and of failed writes.
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
