#!/usr/bin/env python3
"""Compute one password hash at Django 5.2's cost and report how long the call took.

    hash.py ALGORITHM < PASSWORD        pbkdf2_sha256, scrypt, bcrypt_sha256

Prints the seconds, and Django's encoded form on the next line.
"""

import base64
import hashlib
import sys
import time

SALT = b"abcdefghijklmnopqrstuu"


def pbkdf2_sha256(password: bytes) -> tuple[float, str]:
    start = time.perf_counter()
    digest = hashlib.pbkdf2_hmac("sha256", password, SALT, 1_000_000)
    seconds = time.perf_counter() - start
    return seconds, f"pbkdf2_sha256$1000000${SALT.decode()}${base64.b64encode(digest).decode()}"


def scrypt(password: bytes) -> tuple[float, str]:
    start = time.perf_counter()
    digest = hashlib.scrypt(password, salt=SALT, n=16384, r=8, p=5, dklen=64, maxmem=64 << 20)
    seconds = time.perf_counter() - start
    return seconds, f"scrypt$16384${SALT.decode()}$8$5${base64.b64encode(digest).decode()}"


def bcrypt_sha256(password: bytes) -> tuple[float, str]:
    import bcrypt

    start = time.perf_counter()
    digest = hashlib.sha256(password).hexdigest().encode()
    encoded = bcrypt.hashpw(digest, b"$2b$12$" + SALT)
    seconds = time.perf_counter() - start
    return seconds, f"bcrypt_sha256${encoded.decode()}"


algorithms = {function.__name__: function for function in (pbkdf2_sha256, scrypt, bcrypt_sha256)}
if len(sys.argv) != 2 or sys.argv[1] not in algorithms:
    sys.exit(f"usage: hash.py ALGORITHM < PASSWORD, one of: {', '.join(algorithms)}")
print(*algorithms[sys.argv[1]](sys.stdin.buffer.read()), sep="\n")
