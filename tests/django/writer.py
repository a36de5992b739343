#!/usr/bin/env python3
"""Write to a project's database through Django, like a busy server, until standard input ends.

    PROJECT=both_schemes PROJECT_DB=PATH PYTHONPATH=tests/django DJANGO_SETTINGS_MODULE=settings PYTHON writer.py

Creates users with a token each, changes every third, and deletes every fifth. Prints `ready` at the start, and a JSON
object at the end: `users` has the name, first name and token of each user whose write Django acknowledged. `deleted`
lists deleted users, `failed` is the number of failed writes, and `error` the last failure.

Exit: 0.
"""

import json
import sys
import threading
import time

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import OperationalError, transaction  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

# A server does other work between writes. Without a pause, the database would be locked all the time.
PAUSE = 0.01

is_over = threading.Event()


def wait_for_end() -> None:
    sys.stdin.read()
    is_over.set()


def create(name: str) -> None:
    with transaction.atomic():
        user = get_user_model().objects.create_user(name, first_name="new")
        users[name] = ["new", Token.objects.create(user=user).key]


def change(name: str) -> None:
    user = get_user_model().objects.get(username=name)
    user.first_name = "changed"
    user.save()
    users[name][0] = "changed"


def delete(name: str) -> None:
    get_user_model().objects.get(username=name).delete()
    del users[name]
    deleted.append(name)


users: dict[str, list[str]] = {}
deleted: list[str] = []
failed = number = 0
error = ""
print("ready", flush=True)
threading.Thread(target=wait_for_end, daemon=True).start()
while not is_over.is_set():
    time.sleep(PAUSE)
    number += 1
    name = f"django-{number}"
    steps = [create] + [change] * (number % 3 == 0) + [delete] * (number % 5 == 0)
    for step in steps:
        try:
            step(name)
        except OperationalError as raised:
            failed += 1
            error = str(raised)
            if step is create:
                users.pop(name, None)
                break
print(json.dumps({"users": users, "deleted": deleted, "failed": failed, "error": error}))
