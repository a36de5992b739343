"""Print the verdict of the installed Django's four password validators on many passwords, as JSON.

Run it with a Python that has Django, and save the output as
`tests/fixtures/weaknesses/django-<version>.json`. Each vector has a password, the user's known
attributes, and the codes of the validators that object, in order. `digits` and `words` are the
ranges of characters (first and last) that Python considers digits and parts of words.
`unassigned` are the ranges that its version of Unicode does not define.
"""

import json
import re
import sys
import unicodedata
from types import SimpleNamespace

import django
from django.conf import settings

VALIDATORS = ["UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword"]
PATH = "django.contrib.auth.password_validation."
settings.configure(
    AUTH_PASSWORD_VALIDATORS=[{"NAME": f"{PATH}{name}Validator"} for name in VALIDATORS]
)
django.setup()

from django.contrib.auth.password_validation import validate_password  # noqa: E402
from django.core.exceptions import FieldDoesNotExist, ValidationError  # noqa: E402

NOBODY = {}
MEG = {
    "username": "meg@ducharme.com",
    "first_name": "Meg",
    "last_name": "Ducharme",
    "email": "meg@ducharme.com",
}
CASES = [
    (NOBODY, ["", " ", "me", "1234567", "12345678", "abcdefgh", "password", "PassWord", " password\t"]),
    (NOBODY, ["password\x1c", "\u00a0password\u3000", "qwertyuiop", "QWERTYUIOP", "p@ssw0rd", "letmein!"]),
    (NOBODY, ["k7#vRw2q", "κωδικός7", "пароль-пароль", "密码密码密码密码", "🔑🔑🔑🔑🔑🔑🔑", "🔑" * 8]),
    (NOBODY, ["٠١٢٣٤٥٦٧٨", "²³¹²³¹²³¹", "①②③④⑤⑥⑦⑧", "½½½½½½½½", "ⅧⅧⅧⅧⅧⅧⅧⅧ", "一二三四五六七八", "1234567.8"]),
    (NOBODY, ["9" * 40, "aaaaaaaa", "e\u0301" * 4, "\0" * 8, "12345678\n", "１２３４５６７８", "-12345678"]),
    (MEG, ["me", "ducharme", "Ducharme", "DUCHARME1", "ducharme123", "ducharme1234", "ducharme12345"]),
    (MEG, ["emrahcud", "meg", "megmegmeg", "moc.emrahcud@gem", "com", "k7#vRw2q", "megducharme"]),
    (MEG, ["meg-" + "x" * 26, "meg-" + "x" * 27, "charmed!", "duchamps", "dücharme", "m" * 30]),
    ({"username": "ab"}, ["ab", "ab" * 10, "abxxxxxxxxxxxxxxxxx", "ba", "aab", "abb", "abcd"]),
    ({"username": "-"}, ["", "-", "--", "---------", "k7#vRw2q"]),
    ({"username": "a@b.c"}, ["", "a", "a@b.c", "a@b.cd", "abc"]),
    ({"username": "+ab"}, ["", "ab+", "+"]),
    ({"username": "", "first_name": "", "last_name": "", "email": ""}, ["", "k7#vRw2q"]),
    ({"username": "abcdefghijklmnopqrst"}, ["abcdefghijklm!", "abcdefghijklmn!", "tsrqponmlkjihgf", "abcdefghijklmnopqrstuvwxyz1234"]),
    ({"username": "aaaaaaaaaa"}, ["aaaaaaabbb", "aaaaaabbbb", "bbbbbbbbbb", "aaaaaaaaaabbbbbbbb", "aaaaaaaaaabbbbbbbbb"]),
    ({"first_name": "Jürgen-Straße"}, ["jürgenxx", "STRASSEX", "straße12", "JÜRGEN-STRASSE", "jurgenxx"]),
    ({"last_name": "ΟΔΥΣΣΕΥΣ"}, ["οδυσσευς", "οδυσσευσ", "ΟΔΥΣΣΕΥΣ1"]),
    ({"last_name": "İstanbul"}, ["istanbul", "i̇stanbul", "ISTANBUL9"]),
    ({"last_name": "O\u0301Brien"}, ["brien123", "óbrien12", "o\u0301brien1"]),
    ({"email": "first.last_name@mail.example.org"}, ["last_name", "firstlast", "lastname1", "example1", "mail.exa", "first.last"]),
    ({"email": "x" * 100 + "@example.org"}, ["x" * 60, "x" * 53, "x" * 54, "x" * 10, "example."]),
    ({"username": "东京大阪名古屋"}, ["东京大阪名古", "东京大阪名古屋12", "屋古名阪大京东1"]),
    ({"username": "one‿two"}, ["one‿two", "onetwo12", "twoxxx", "two"]),
    ({"username": "ＦＵＬＬ"}, ["ｆｕｌｌ", "full", "ｆｕｌｌ12"]),
]


class Meta:
    def get_field(self, name):
        raise FieldDoesNotExist(name)


def codes(password, about):
    """Return the codes of the validators that object."""
    user = SimpleNamespace(_meta=Meta(), **about)
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [each.code for each in error.error_list]
    return []


def ranges(belongs):
    """Return the first and last character of every range for which `belongs` is true."""
    runs = []
    for point in range(sys.maxunicode + 1):
        if not 0xD800 <= point <= 0xDFFF and belongs(chr(point)):
            if runs and runs[-1][1] == point - 1:
                runs[-1][1] = point
            else:
                runs.append([point, point])
    return runs


json.dump(
    {
        "django": django.get_version(),
        "vectors": [
            {"password": password, "about": about, "codes": codes(password, about)}
            for about, passwords in CASES
            for password in passwords
        ],
        "digits": ranges(str.isdigit),
        "words": ranges(re.compile(r"\w").match),
        "unassigned": ranges(lambda character: unicodedata.category(character) == "Cn"),
    },
    sys.stdout,
    ensure_ascii=False,
)
print()
