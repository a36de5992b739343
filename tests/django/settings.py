"""Django settings of one project of `projects.py`, selected by environment variables:

    PROJECT              name of the project, for example `repairs` or `uuid_key`
    PROJECT_DB           path of the SQLite file, or `postgres://` URL
    PROJECT_REFERENCE    database that the judge migrates for comparison; in memory if unset
    PROJECT_HASHER       algorithm to put first in PASSWORD_HASHERS; Django's default order if unset
    PROJECT_KNOX_PREFIX  knox's TOKEN_PREFIX (5.x)
    PROJECT_KNOX_HASH    short name of knox's SECURE_HASH_ALGORITHM: sha256, sha512, …
"""

import os
from importlib.metadata import version

import django
from django.conf import global_settings

from databases import parse
from projects import PROJECTS

project = PROJECTS[os.environ["PROJECT"]]

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
AUTH_USER_MODEL = project.user_model

INSTALLED_APPS = [
    *(["django.contrib.admin"] if project.admin else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    *(["rest_framework.authtoken"] if "drf" in project.tokens else []),
    *(["knox"] if "knox" in project.tokens else []),
    *project.apps,
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": parse(os.environ["PROJECT_DB"]).settings(),
    "reference": parse(os.environ.get("PROJECT_REFERENCE", ":memory:")).settings(),
}

# Django's default list, then the hashers that Django has but does not list.
_hashers = [
    *global_settings.PASSWORD_HASHERS,
    "django.contrib.auth.hashers.BCryptPasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]
_classes = {
    "pbkdf2_sha256": "PBKDF2PasswordHasher",
    "pbkdf2_sha1": "PBKDF2SHA1PasswordHasher",
    "argon2": "Argon2PasswordHasher",
    "bcrypt_sha256": "BCryptSHA256PasswordHasher",
    "bcrypt": "BCryptPasswordHasher",
    "scrypt": "ScryptPasswordHasher",
    "md5": "MD5PasswordHasher",
}
if "PROJECT_HASHER" in os.environ:
    _first = "django.contrib.auth.hashers." + _classes[os.environ["PROJECT_HASHER"]]
    _hashers = [_first, *(hasher for hasher in _hashers if hasher != _first)]
PASSWORD_HASHERS = _hashers

REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
REST_KNOX = {}
if "PROJECT_KNOX_PREFIX" in os.environ:
    REST_KNOX["TOKEN_PREFIX"] = os.environ["PROJECT_KNOX_PREFIX"]
if "PROJECT_KNOX_HASH" in os.environ:
    _algorithm = os.environ["PROJECT_KNOX_HASH"]
    REST_KNOX["SECURE_HASH_ALGORITHM"] = (
        f"hashlib.{_algorithm}"
        if int(version("django-rest-knox").split(".")[0]) >= 5
        else f"cryptography.hazmat.primitives.hashes.{_algorithm.upper()}"
    )

vars().update(project.settings)

if django.VERSION[:2] < project.since:
    raise RuntimeError(
        f"the project {os.environ['PROJECT']} needs Django {'.'.join(map(str, project.since))}"
    )
