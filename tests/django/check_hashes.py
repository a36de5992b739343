"""Ask the installed Django whether it accepts hashes that were made elsewhere.

Run it with a Python that has Django, argon2-cffi and bcrypt. Standard input has one JSON object per
line, `{"password": ..., "encoded": ...}`. For each, a line is printed with
- `accepts`: whether `check_password` accepts the pair,
- `refuses_others`: whether it refuses another password,
- `keeps`: whether it keeps the hash at a login, in a project whose first hasher has this algorithm
  (its `must_update` is false).
For an unusable password, `password` must be null; then `accepts` tells whether Django considers it
unusable. The exit code is 1 if any of the three is false for any hash.
"""

import json
import sys

import django
from django.conf import settings

HASHERS = "django.contrib.auth.hashers."
NAMES = ["PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256"]
if django.VERSION >= (4, 0):
    NAMES.append("Scrypt")
settings.configure(PASSWORD_HASHERS=[f"{HASHERS}{name}PasswordHasher" for name in NAMES])
django.setup()

from django.contrib.auth.hashers import (  # noqa: E402
    check_password,
    identify_hasher,
    is_password_usable,
)


def answer(password, encoded):
    """Return the three answers for one pair."""
    if password is None:
        unusable = not is_password_usable(encoded)
        return {"accepts": unusable, "refuses_others": not check_password("", encoded), "keeps": True}
    preferred = identify_hasher(encoded).algorithm
    return {
        "accepts": check_password(password, encoded, preferred=preferred),
        "refuses_others": not check_password(password + "x", encoded, preferred=preferred),
        "keeps": not identify_hasher(encoded).must_update(encoded),
    }


good = True
for line in sys.stdin:
    pair = json.loads(line)
    found = answer(pair["password"], pair["encoded"])
    good = good and all(found.values())
    print(json.dumps({"encoded": pair["encoded"], **found}))
sys.exit(0 if good else 1)
