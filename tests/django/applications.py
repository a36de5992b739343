#!/usr/bin/env python3
"""Let well-known applications from PyPI judge the accounts that authctl makes in their databases:

    applications.py --application NAME --folder FOLDER

Runs in the environment of the set `applications/NAME`. Migrates FOLDER/db.sqlite3 and creates two users there as the
application does. Then reads commands from standard input, one a line, and answers each with a line of JSON:

    judge LOGIN    what the application says about a user whose password is `PASSWORD`: whether there is one, it
                   authenticates, and the login page lets it in; and what keeps its rows, and those of its profiles,
                   from being cleaned and saved
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

PASSWORD = "correct horse battery"

# The settings of a library that comes without a project.
PROJECT = """
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.messages",
    "django.contrib.sessions", "django.contrib.sites",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
ROOT_URLCONF = "admin_urls"
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
USE_TZ = True
"""

# Application → the command that starts a project in FOLDER, the text of its settings, the fixtures that its users need,
# its login page and the form that it takes. `REST` ends all settings.
APPLICATIONS: dict[str, dict[str, Any]] = {
    "byro": {
        "settings": """
import os
os.environ["BYRO_DATA_DIR"] = os.getcwd()
from byro.settings import *
""",
        "login": "/login/",
    },
    "coderedcms": {
        "start": ["coderedcms", "start", "project", "."],
        "settings": "from project.settings.dev import *",
        "login": "/admin/login/",
    },
    "django-cms": {
        "settings": PROJECT + """
INSTALLED_APPS += ["cms", "menus", "sekizai", "treebeard"]
TEMPLATES[0]["OPTIONS"]["context_processors"] += [
    "sekizai.context_processors.sekizai", "cms.context_processors.cms_settings",
]
LANGUAGES = [("en", "English")]
LANGUAGE_CODE = "en"
CMS_CONFIRM_VERSION4 = CMS_PERMISSION = True
CMS_TEMPLATES = [("page.html", "Page")]
""",
    },
    "graphite-web": {
        "settings": """
import os
os.makedirs("log/webapp")
os.environ["GRAPHITE_ROOT"] = os.environ["GRAPHITE_STORAGE_DIR"] = os.getcwd()
from graphite.settings import *
""",
        "login": "/account/login",
    },
    "mezzanine": {
        "start": ["mezzanine-project", "project", "."],
        "settings": "from project.settings import *",
    },
    "pretalx": {
        "settings": """
import os
os.environ["PRETALX_DATA_DIR"] = os.getcwd()
from pretalx.settings import *
COMPRESS_ENABLED = False
""",
        "login": "/orga/login/",
        "form": lambda address: {"login_email": address, "login_password": PASSWORD},
    },
    "wger": {
        "settings": """
from wger.settings_global import *
RECAPTCHA_PUBLIC_KEY = RECAPTCHA_PRIVATE_KEY = ""
SITE_URL = "http://localhost"
MEDIA_ROOT = "media"
""",
        "fixtures": ["licenses", "languages", "gym_config"],
        "login": "/en/user/login",
    },
}

ADMIN_URLS = """
from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
"""

REST = """
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
SECRET_KEY = "only-for-tests-and-longer-than-thirty-two-bytes"
ALLOWED_HOSTS = ["*"]
DEBUG = True
LOGGING_CONFIG = None
"""


def configure(application: dict[str, Any]) -> None:
    """Start the application in the working folder."""
    import django

    if "start" in application:
        program, *arguments = application["start"]
        # Its first line names the folder in which the environment was made.
        subprocess.run([sys.executable, Path(sys.prefix, "bin", program), *arguments], check=True)
    Path("application_settings.py").write_text(application["settings"] + REST)
    Path("admin_urls.py").write_text(ADMIN_URLS)
    sys.path.insert(0, os.getcwd())
    os.environ["DJANGO_SETTINGS_MODULE"] = "application_settings"
    django.setup()


def create(application: dict[str, Any]) -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for fixture in application.get("fixtures", []):
        call_command("loaddata", fixture, verbosity=0)
    users = get_user_model()
    for name in ("meg", "bo"):
        given = {"email": f"{name}@example.com", "password": PASSWORD}
        if users.USERNAME_FIELD not in given:
            given[users.USERNAME_FIELD] = name
        user = users.objects.create_user(**given)
        if hasattr(user, "is_staff"):
            # The admin's login page wants it.
            user.is_staff = True
            user.save()


def profiles(user: Any) -> Iterator[Any]:
    for relation in user._meta.related_objects:
        if relation.one_to_one and hasattr(user, relation.get_accessor_name() or ""):
            yield getattr(user, relation.get_accessor_name())


def faults(row: Any) -> Iterator[str]:
    """What stops a row from being cleaned and saved, but for forms' wish for more than the database requires."""
    from django.core.exceptions import ValidationError

    try:
        row.full_clean()
    except ValidationError as error:
        for field, found in error.error_dict.items():
            yield from (f"{field}: {fault.code}" for fault in found if fault.code != "blank")
    try:
        row.save()
    except Exception as error:
        yield f"{type(row).__name__}: {error!r}"


def judge(application: dict[str, Any], login: str) -> dict[str, Any]:
    from django.contrib.auth import SESSION_KEY, authenticate, get_user_model
    from django.test import Client

    users = get_user_model()
    user = users._default_manager.filter(**{users.USERNAME_FIELD: login}).first()
    authenticated = authenticate(username=login, password=PASSWORD)
    form = application.get("form", lambda name: {"username": name, "password": PASSWORD})(login)
    browser = Client(raise_request_exception=False)
    answer = browser.post(application.get("login", "/admin/login/"), form, follow=True)
    return {
        "exists": user is not None,
        "authenticates": user is not None and authenticated == user,
        "login": answer.status_code,
        "is_let_in": SESSION_KEY in browser.session,
        "faults": [fault for row in [user, *profiles(user)] for fault in faults(row)] if user else [],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--application", required=True, choices=APPLICATIONS, metavar="NAME")
    parser.add_argument("--folder", required=True, type=Path)
    args = parser.parse_args()
    # Applications print on standard output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.chdir(args.folder)
    application = APPLICATIONS[args.application]
    configure(application)
    create(application)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        command, login = line.split()
        if command != "judge":
            sys.exit(f"{command} is no command")
        print(json.dumps(judge(application, login)), file=answers, flush=True)


if __name__ == "__main__":
    main()
