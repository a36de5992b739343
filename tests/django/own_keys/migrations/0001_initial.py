"""Creates the table of whichever model the settings choose."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import migrations


def create(_state: Any, editor: Any) -> None:
    editor.create_model(apps.get_model("own_keys", "OwnKey"))


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    if apps.is_installed("rest_framework.authtoken"):
        dependencies.append(("authtoken", "0001_initial"))
    operations = [migrations.RunPython(create)]
