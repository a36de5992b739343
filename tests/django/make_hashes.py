"""Print the installed Django's verdict on many encoded passwords, as JSON.

Run it with a Python that has Django, argon2-cffi and bcrypt, once for each Django version, and
save the output as `tests/fixtures/hashes/django-<version>.json`. Salts are fixed, so the output is
reproducible.

Each vector has a password, an encoded text and whether `check_password` accepts the pair. If Django
raises an exception instead of answering, `accepts` is false and `raises` names the exception.
"""

import base64
import hashlib
import json
import sys
from importlib.metadata import version

import django
from django.conf import settings

HASHERS = "django.contrib.auth.hashers."
# Django runs the first hasher on every refusal to hide how long a check takes, so the cheapest comes first.
NAMES = ["MD5", "PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt"]
if django.VERSION >= (4, 0):
    NAMES.append("Scrypt")
settings.configure(PASSWORD_HASHERS=[f"{HASHERS}{name}PasswordHasher" for name in NAMES])
django.setup()

import argon2.low_level  # noqa: E402
import bcrypt  # noqa: E402
from django.contrib.auth.hashers import check_password, get_hasher, make_password  # noqa: E402

SALT = "Ab3dEf6hIj9lMn2pQr5tUv"
BCRYPT_SALT = b"abcdefghijklmnopqrstuu"
PASSWORDS = [
    ("ascii", "correct horse"),
    ("non-ascii", "pässwörd-пароль-密码-🔑"),
    ("empty", ""),
    ("one space", " "),
    ("outer spaces and a newline", "  two words \n"),
    ("71 bytes", "b" * 71),
    ("72 bytes", "c" * 72),
    ("with a zero byte", "zero\0byte"),
    ("only a zero byte", "\0"),
]
LONG = [
    ("73 bytes", "d" * 73),
    ("200 bytes, beyond every block", "long " * 40),
    ("80 bytes in 40 letters", "ß" * 40),
    ("1000 bytes", "e" * 1000),
]

vectors = []


def record(about, password, encoded):
    """Record Django's verdict on one pair."""
    vector = {
        "about": about,
        "algorithm": encoded.split("$")[0],
        "password": password,
        "encoded": encoded,
        "accepts": False,
    }
    try:
        vector["accepts"] = check_password(password, encoded)
    except Exception as error:
        vector["raises"] = type(error).__name__
    vectors.append(vector)


def change_last(text):
    """Replace the last letter of the text."""
    return text[:-1] + ("A" if text[-1] != "A" else "B")


def record_all(encode, algorithm, long_too=True):
    """Record right and wrong passwords for texts made by `encode(password)`."""
    for about, password in PASSWORDS + (LONG if long_too else []):
        try:
            encoded = encode(password)
        except ValueError:
            continue
        record(f"{algorithm}: {about}", password, encoded)
        record(f"{algorithm}: {about}, wrong password", password + "x", encoded)
    encoded = encode("correct horse")
    record(f"{algorithm}: empty password given", "", encoded)
    record(f"{algorithm}: other case", "Correct horse", encoded)
    record(f"{algorithm}: trailing newline", "correct horse", encoded + "\n")
    record(f"{algorithm}: trailing space", "correct horse", encoded + " ")
    record(f"{algorithm}: leading space", "correct horse", " " + encoded)
    record(f"{algorithm}: trailing dollar", "correct horse", encoded + "$")
    record(f"{algorithm}: leading dollar", "correct horse", "$" + encoded)
    record(f"{algorithm}: one letter cut off", "correct horse", encoded[:-1])
    record(f"{algorithm}: one letter more", "correct horse", encoded + "A")
    record(f"{algorithm}: non-ascii tail", "correct horse", encoded + "é")
    record(f"{algorithm}: without the algorithm", "correct horse", encoded.partition("$")[2])
    record(f"{algorithm}: upper-case algorithm", "correct horse", algorithm.upper() + encoded[len(algorithm):])
    for length in range(len(encoded)):
        if encoded[length] == "$":
            record(f"{algorithm}: cut before a dollar", "correct horse", encoded[:length])
            record(f"{algorithm}: cut after a dollar", "correct horse", encoded[: length + 1])
            record(
                f"{algorithm}: a dollar twice",
                "correct horse",
                encoded[:length] + "$" + encoded[length:],
            )
    record(f"{algorithm}: bad", "correct horse", f"{algorithm}$bad")
    record(f"{algorithm}: only dollars", "correct horse", f"{algorithm}$$$$$$$")


def pbkdf2(algorithm):
    hasher = get_hasher(algorithm)
    record_all(lambda password: hasher.encode(password, SALT, 3), algorithm)
    for about, salt in [
        ("one letter", "s"),
        ("twelve letters, as Django up to 3.1", "abcdefghijkl"),
        ("non-ascii", "sältß密"),
        ("spaces and signs", " /+=,.!%"),
        ("base64 text", "c2FsdHNhbHQ="),
        ("newline", "salt\nsalt"),
        ("long", "s" * 200),
    ]:
        record(f"{algorithm}: salt: {about}", "correct horse", hasher.encode("correct horse", salt, 2))
    good = hasher.encode("correct horse", SALT, 7)
    name, _, salt, digest = good.split("$")
    raw = base64.b64decode(digest)

    def odd(about, iterations="7", salt=salt, digest=digest):
        record(f"{algorithm}: {about}", "correct horse", f"{name}${iterations}${salt}${digest}")

    odd("seven iterations")
    for about, iterations in [
        ("leading zero", "07"),
        ("leading plus", "+7"),
        ("minus", "-7"),
        ("leading space", " 7"),
        ("trailing space", "7 "),
        ("underscore", "0_7"),
        ("fraction", "7.0"),
        ("hexadecimal", "0x7"),
        ("arabic digit", "٧"),
        ("empty", ""),
        ("a word", "many"),
        ("zero", "0"),
        ("more than 31 bits", str(2**31)),
        ("more than 32 bits", str(2**32 + 7)),
        ("more than 64 bits", str(2**64 + 7)),
        ("5000 digits", "7" * 5000),
    ]:
        odd(f"iterations: {about}", iterations=iterations)
    for salt_of_hash in ["", "ab$cd"]:
        right = hashlib.pbkdf2_hmac(algorithm.partition("_")[2], b"correct horse", salt_of_hash.encode(), 7)
        right = base64.b64encode(right).decode()
        odd(f"salt '{salt_of_hash}' with its hash", salt=salt_of_hash, digest=right)
    odd("other salt", salt=change_last(SALT))
    odd("unpadded base64", digest=digest.rstrip("="))
    odd("too much padding", digest=digest + "=")
    odd("hash cut to 16 bytes", digest=base64.b64encode(raw[:16]).decode())
    odd("empty hash", digest="")
    odd("hexadecimal hash", digest=raw.hex())
    odd("space in the hash", digest=digest[:10] + " " + digest[10:])
    odd("newline in the hash", digest=digest[:10] + "\n" + digest[10:])
    odd("wrong hash", digest=change_last(digest.rstrip("=")) + "=" * digest.count("="))
    odd("wrong first letter", digest=("A" if digest[0] != "A" else "B") + digest[1:])
    spare = digest.rstrip("=")
    if spare != digest:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        following = letters[letters.index(spare[-1]) + 1]
        odd("spare bits set", digest=spare[:-1] + following + "=" * digest.count("="))
    for count in range(1, 200):
        text = hasher.encode("correct horse", f"{SALT}{count}", 1)
        if "+" in text and "/" in text:
            record(f"{algorithm}: plus and slash", "correct horse", text)
            urlsafe = text.replace("+", "-").replace("/", "_").replace("pbkdf2-", "pbkdf2_")
            record(f"{algorithm}: url-safe base64", "correct horse", urlsafe)
            break
    other = "pbkdf2_sha1" if algorithm == "pbkdf2_sha256" else "pbkdf2_sha256"
    record(f"{algorithm}: named {other}", "correct horse", other + good[len(algorithm):])


def argon2_text(password, salt=b"somesalt" * 2, t=1, m=16, p=1, length=32, kind="ID", v=19):
    return "argon2" + argon2.low_level.hash_secret(
        password.encode(),
        salt,
        time_cost=t,
        memory_cost=m,
        parallelism=p,
        hash_len=length,
        type=getattr(argon2.low_level.Type, kind),
        version=v,
    ).decode("ascii")


def argon2_vectors():
    record_all(lambda password: argon2_text(password), "argon2")
    for kind in ["I", "D", "ID"]:
        for v in [16, 19]:
            text = argon2_text("correct horse", kind=kind, v=v, t=3, m=64, p=2)
            record(f"argon2: type {kind}, version {v}", "correct horse", text)
            record(f"argon2: type {kind}, version {v}, wrong", "wrong horse", text)
            if v == 16:
                old = text.replace("$v=16", "")
                record(f"argon2: type {kind} without a version", "correct horse", old)
                record(f"argon2: type {kind}, version 16 named 19", "correct horse", text.replace("v=16", "v=19"))
    record("argon2: another type named", "correct horse", argon2_text("correct horse").replace("argon2id", "argon2i"))
    for m, t, p in [(8, 1, 1), (19, 2, 2), (33, 1, 4), (64, 5, 8), (100, 3, 3), (512, 2, 2), (19456, 2, 1)]:
        record(f"argon2: m={m},t={t},p={p}", "correct horse", argon2_text("correct horse", m=m, t=t, p=p))
    binary = bytes(range(240, 256))
    for about, salt in [
        ("binary", binary),
        ("binary with zero bytes", b"\0\xff\xfe\0" * 4),
        ("8 bytes", b"12345678"),
        ("17 bytes", b"x" * 17),
        ("22 letters", SALT.encode()),
        ("64 bytes", b"y" * 64),
    ]:
        record(f"argon2: salt: {about}", "correct horse", argon2_text("correct horse", salt=salt))
    for length in [4, 16, 31, 33, 64, 65, 128]:
        record(f"argon2: hash of {length} bytes", "correct horse", argon2_text("correct horse", length=length))
    good = argon2_text("correct horse", m=16, t=2)
    salt, digest = good.split("$")[-2:]

    def odd(about, old, new):
        assert old in good
        record(f"argon2: {about}", "correct horse", good.replace(old, new, 1))

    odd("no algorithm in front", "argon2$", "$")
    odd("the algorithm glued on", "argon2$argon2id", "argon2id")
    odd("unknown type", "argon2id", "argon2x")
    odd("upper-case type", "$argon2id", "$ARGON2ID")
    odd("type with a tail", "argon2id$", "argon2idx$")
    odd("version 18", "v=19", "v=18")
    odd("version 0", "v=19", "v=0")
    odd("version with a leading zero", "v=19", "v=019")
    odd("version empty", "v=19", "v=")
    odd("memory with a leading zero", "m=16", "m=016")
    odd("memory with a plus", "m=16", "m=+16")
    odd("memory empty", "m=16", "m=")
    odd("memory 0", "m=16", "m=0")
    odd("memory 7", "m=16", "m=7")
    odd("memory under 8 for each lane", "p=1", "p=3")
    odd("memory beyond 32 bits", "m=16", "m=4294967312")
    odd("memory beyond 64 bits", "m=16", "m=18446744073709551632")
    odd("passes 0", "t=2", "t=0")
    odd("lanes 0", "p=1", "p=0")
    odd("lanes beyond 24 bits", "p=1", "p=16777216")
    odd("parameters in another order", "m=16,t=2,p=1", "t=2,m=16,p=1")
    odd("parameter missing", "m=16,t=2,p=1", "m=16,t=2")
    odd("a key id", "p=1", "p=1,keyid=abcd")
    odd("associated data", "p=1", "p=1,data=abcd")
    odd("space after a comma", ",t=2", ", t=2")
    odd("padded salt", salt, salt + "==")
    odd("padded hash", digest, digest + "=")
    odd("url-safe letters", digest, "-_" + digest[2:])
    odd("salt of 7 bytes", salt, "MTIzNDU2Nw")
    odd("salt empty", salt, "")
    odd("hash of 3 bytes", digest, "AAAA")
    odd("hash empty", digest, "")
    odd("hash of one letter too few", digest, digest[:-1])
    odd("spare bits in the hash", digest[-1], {"A": "B", "E": "F", "I": "J", "M": "N", "Q": "R", "U": "V", "Y": "Z"}.get(digest[-1], chr(ord(digest[-1]) + 1)))
    odd("wrong hash", digest[:4], "AAAA")
    odd("non-ascii salt", salt, "é" + salt[1:])


def bcrypt_text(password, algorithm, version=b"2b", rounds=4, salt=BCRYPT_SALT):
    return get_hasher(algorithm).encode(password, b"$%s$%02d$%s" % (version, rounds, salt))


def bcrypt_vectors(algorithm):
    record_all(lambda password: bcrypt_text(password, algorithm), algorithm, algorithm != "bcrypt")
    good = bcrypt_text("correct horse", algorithm)
    name, _, _, _, rest = good.split("$")
    for kind in ["2a", "2b", "2y"]:
        record(f"{algorithm}: ${kind}$", "correct horse", bcrypt_text("correct horse", algorithm, kind.encode()))
    for kind in ["2x", "2", "2c", "2B", "1", ""]:
        record(f"{algorithm}: kind '{kind}'", "correct horse", good.replace("$2b$", f"${kind}$"))
    record(f"{algorithm}: rounds 5", "correct horse", bcrypt_text("correct horse", algorithm, rounds=5))
    for written in ["4", "004", "+4", " 4", "4 ", "03", "00", "32", "99", "0", "", "4.", "0x"]:
        record(f"{algorithm}: rounds '{written}'", "correct horse", f"{name}$$2b${written}${rest}")
    record(f"{algorithm}: one dollar", "correct horse", good.replace("$$", "$"))
    record(f"{algorithm}: three dollars", "correct horse", good.replace("$$", "$$$"))
    record(f"{algorithm}: spare bits in the salt", "correct horse", good.replace("rstuu", "rstuv"))
    record(f"{algorithm}: letter outside the alphabet", "correct horse", good.replace("rstuu", "rst+u"))
    record(f"{algorithm}: equals sign in the salt", "correct horse", good.replace("rstuu", "rstu="))
    letters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    spare = good[:-1] + letters[letters.index(good[-1]) ^ 1]
    record(f"{algorithm}: spare bits in the hash", "correct horse", spare)
    record(f"{algorithm}: wrong hash", "correct horse", change_last(good[:-1]) + good[-1])
    record(f"{algorithm}: salt alone", "correct horse", good[:-31])
    record(f"{algorithm}: hash by the other bcrypt", "correct horse", f"{name}$" + bcrypt_text("correct horse", "bcrypt" if algorithm != "bcrypt" else "bcrypt_sha256").split("$", 1)[1])


def long_bcrypt():
    """Passwords longer than 72 bytes against a hash of their first 72 bytes."""
    for about, password in LONG:
        cut = password.encode()[:72].decode(errors="ignore")
        encoded = "bcrypt$" + bcrypt.hashpw(cut.encode(), b"$2b$04$" + BCRYPT_SALT).decode()
        record(f"bcrypt: {about}", password, encoded)


def scrypt_vectors():
    hasher = get_hasher("scrypt")
    record_all(lambda password: hasher.encode(password, SALT, 2, 1, 1), "scrypt")
    for n, r, p in [(4, 2, 3), (16, 1, 1), (1024, 8, 1), (1024, 8, 5), (2, 8, 40), (32768, 1, 1), (16384, 8, 1), (16384, 15, 1)]:
        record(f"scrypt: n={n},r={r},p={p}", "correct horse", hasher.encode("correct horse", SALT, n, r, p))
    record("scrypt: non-ascii salt", "correct horse", hasher.encode("correct horse", "sältß", 2, 1, 1))
    good = hasher.encode("correct horse", SALT, 16, 8, 1)
    name, n, salt, r, p, digest = good.split("$")
    raw = base64.b64decode(digest)

    def odd(about, n=n, salt=salt, r=r, p=p, digest=digest):
        record(f"scrypt: {about}", "correct horse", f"{name}${n}${salt}${r}${p}${digest}")

    odd("plain")
    for written in ["016", "+16", " 16", "1_6", "0", "1", "3", "24", "-16", "", "x", "16.0", str(2**32), str(2**64)]:
        odd(f"n '{written}'", n=written)
    for written in ["08", "+8", "0", "-8", "", "x", str(2**31), str(2**64)]:
        odd(f"r '{written}'", r=written)
    for written in ["01", "+1", "0", "-1", "", "x", str(2**30), str(2**64)]:
        odd(f"p '{written}'", p=written)
    odd("over 32 MiB", n=32768)
    odd("n of 16 bits with r=1", n=65536, r=1)
    odd("over 32 MiB by r", n=2, r=131072)
    odd("over 32 MiB by p", p=32768)
    for salt_of_hash in ["", "a$b"]:
        right = hashlib.scrypt(b"correct horse", salt=salt_of_hash.encode(), n=16, r=8, p=1)
        right = base64.b64encode(right).decode()
        odd(f"salt '{salt_of_hash}' with its hash", salt=salt_of_hash, digest=right)
    odd("unpadded base64", digest=digest.rstrip("="))
    odd("hash of 32 bytes", digest=base64.b64encode(raw[:32]).decode())
    odd("hexadecimal hash", digest=raw.hex())
    odd("wrong hash", digest="AAAA" + digest[4:])
    odd("url-safe base64", digest=base64.urlsafe_b64encode(raw).decode())


def md5_vectors():
    hasher = get_hasher("md5")
    record_all(lambda password: hasher.encode(password, SALT), "md5")
    good = hasher.encode("correct horse", SALT)
    digest = good.split("$")[2]
    record("md5: short salt", "correct horse", hasher.encode("correct horse", "s"))
    record("md5: non-ascii salt", "correct horse", hasher.encode("correct horse", "sältß"))
    record("md5: upper-case hash", "correct horse", good.replace(digest, digest.upper()))
    record("md5: base64 hash", "correct horse", good.replace(digest, base64.b64encode(bytes.fromhex(digest)).decode()))
    for salt_of_hash in ["", "a$b"]:
        right = hashlib.md5(salt_of_hash.encode() + b"correct horse").hexdigest()
        record(f"md5: salt '{salt_of_hash}' with its hash", "correct horse", f"md5${salt_of_hash}${right}")
    record("md5: empty salt, short", "correct horse", "md5$$abc")
    record("md5: no salt, no name", "correct horse", digest)
    record("md5: wrong hash", "correct horse", good[:-1] + ("0" if good[-1] != "0" else "1"))


def other_vectors():
    for about, encoded in [
        ("nothing", ""),
        ("a space", " "),
        ("a dollar", "$"),
        ("unusable", "!" + "aB3" * 13 + "x"),
        ("unusable, nothing more", "!"),
        ("unusable over a hash", "!" + get_hasher("pbkdf2_sha256").encode("correct horse", SALT, 1)),
        ("plain text", "correct horse"),
        ("sha1", "sha1$" + SALT + "$" + "0" * 40),
        ("unsalted sha1", "sha1$$" + "0" * 40),
        ("crypt", "crypt$$abJnggxhB/yWI"),
        ("made-up algorithm", "pbkdf2_sha512$1$salt$hash"),
        ("bare bcrypt", bcrypt.hashpw(b"correct horse", b"$2b$04$" + BCRYPT_SALT).decode()),
        ("bare argon2", argon2_text("correct horse")[len("argon2"):]),
    ]:
        record(f"other: {about}", "correct horse", encoded)


def real_costs():
    """One text of each algorithm exactly as this Django writes it by default."""
    for algorithm in ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "scrypt"]:
        if algorithm == "scrypt" and "Scrypt" not in NAMES:
            continue
        record(f"real cost: {algorithm}", "correct horse", make_password("correct horse", SALT, algorithm))
    record("real cost: bcrypt_sha256", "correct horse", bcrypt_text("correct horse", "bcrypt_sha256", rounds=12))


pbkdf2("pbkdf2_sha256")
pbkdf2("pbkdf2_sha1")
argon2_vectors()
bcrypt_vectors("bcrypt_sha256")
bcrypt_vectors("bcrypt")
long_bcrypt()
if "Scrypt" in NAMES:
    scrypt_vectors()
md5_vectors()
other_vectors()
real_costs()

json.dump(
    {
        "django": django.get_version(),
        "argon2-cffi": version("argon2-cffi"),
        "bcrypt": version("bcrypt"),
        "vectors": vectors,
    },
    sys.stdout,
    ensure_ascii=False,
    indent=1,
)
print()
