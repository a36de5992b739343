#!/usr/bin/env python3
"""Run Django's management commands on one of the projects:

    PROJECT=repairs PROJECT_DB=/path/db.sqlite3 PYTHON manage.py migrate
"""

import os

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
execute_from_command_line()
