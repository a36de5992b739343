"""Decode all web sessions of a database as Django does, without its signatures, and print the keys of their users."""

import base64
import json
import sqlite3
import sys
import zlib


def user(data):
    payload = data.rsplit(":", 2)[0]
    is_compressed = payload.startswith(".")
    payload = payload.lstrip(".").encode()
    raw = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    return json.loads(zlib.decompress(raw) if is_compressed else raw).get("_auth_user_id")


connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for key, data, expiry in connection.execute("SELECT session_key, session_data, expire_date FROM django_session"):
    print(key[:8], user(data), expiry)
