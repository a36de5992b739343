"""Differences between Django versions."""

import django
from django.db import models


def check(condition: models.Q, name: str) -> models.CheckConstraint:
    keyword = "condition" if django.VERSION >= (5, 1) else "check"
    return models.CheckConstraint(**{keyword: condition, "name": name})
