"""The Django projects of the live tests: five systems, and the supported shapes of a project's tables.

Each is a set of apps from `systems/` or `shapes/` with a user model and token schemes. `settings.py`
turns the project named by the variable PROJECT into Django settings. `user` and `profiles` give
sample values, written as in JSON, from which `make_project_db.py` creates rows through the ORM.
This module does not import Django.
"""

from dataclasses import dataclass, field
from typing import Any, Callable

Fields = dict[str, Any]


def nothing(_n: int) -> Fields:
    return {}


@dataclass(frozen=True)
class Project:
    apps: tuple[str, ...] = ()
    user_model: str = "auth.User"
    tokens: tuple[str, ...] = ("drf",)
    # Account name → value of the login column.
    login: Callable[[str], str] = lambda name: name
    # Required user columns except the login and the password.
    user: Callable[[int], Fields] = nothing
    # Profile model → its fields; accounts get one of these profiles each, in turn.
    profiles: dict[str, Callable[[int], Fields]] = field(default_factory=dict)
    # Rows to create before any account: (model, fields).
    seeds: tuple[tuple[str, Fields], ...] = ()
    admin: bool = True
    settings: Fields = field(default_factory=dict)
    # The first Django release that supports it.
    since: tuple[int, int] = (3, 2)


def address(name: str) -> str:
    return f"{name}@example.com"


def names(n: int) -> Fields:
    return {"first_name": "Meg", "last_name": f"Ducharme {n}"}


def dossier(n: int) -> Fields:
    """A value for each column type with a storage format of its own in Django."""
    return {
        "born": "1985-02-28",
        "seen_at": f"2024-02-29T23:59:{n % 60:02}.000120Z",
        "wakes_at": "06:30:00",
        "shift": "1 02:00:00.000003",
        "consents": n % 2 == 0,
        "vaccinated": None,
        "reference": f"00000000-0000-4000-8000-{n:012x}",
        "income": "12345.600",
        "weight": 71.5,
        "answers": {"zeta": [1, 2.5, None], "alpha": "größe", "nested": {"ok": True}},
        "country": 1 + n % 2,
        "tier": "gold",
        "points": 7 + n,
        "level": 3,
        "code": "ABC",
        "host": "192.0.2.7",
        "handle": f"slug-{n}",
        "homepage": "https://example.com/a?b=c",
        "remarks": "first line\nsecond line",
    }


SYSTEMS: dict[str, Project] = {
    "repairs": Project(
        apps=("systems.repairsapi",),
        login=address,
        user=names,
        profiles={
            "repairsapi.Customer": lambda n: {"address": f"{n} Infinity Way"},
            "repairsapi.Employee": lambda n: {"specialty": "Laptops"},
        },
    ),
    "levelup": Project(
        apps=("systems.levelupapi",),
        user=names,
        profiles={"levelupapi.Gamer": lambda n: {"bio": f"Likes games, {n} of them"}},
    ),
    "rock": Project(login=address, user=names),
    "function-views": Project(user=lambda n: {"email": f"user{n}@example.com"}),
    "knox": Project(tokens=("knox",)),
}

SHAPES: dict[str, Project] = {
    # A custom `db_table` for the user model; integer key.
    "renamed_user": Project(
        apps=("shapes.people",),
        user_model="people.Person",
        profiles={"people.Passport": lambda n: {"number": f"P{n:06}"}},
        settings={"DEFAULT_AUTO_FIELD": "django.db.models.AutoField"},
    ),
    "bigint_key": Project(
        apps=("shapes.staffing",),
        user_model="staffing.Account",
        tokens=("knox",),
        profiles={"staffing.Badge": lambda n: {"colour": "blue"}},
    ),
    "uuid_key": Project(
        apps=("shapes.registry",),
        user_model="registry.Member",
        profiles={"registry.Card": lambda n: {"motto": f"Number {n}"}},
    ),
    "uuid_key_knox": Project(
        apps=("shapes.registry",),
        user_model="registry.Member",
        tokens=("knox",),
        profiles={"registry.Card": lambda n: {"motto": f"Number {n}"}},
    ),
    # No username and no first_name: users log in with an email address.
    "email_login": Project(
        apps=("shapes.mailing",),
        user_model="mailing.Subscriber",
        login=address,
        user=lambda n: {"full_name": f"Subscriber {n}"},
        profiles={"mailing.Preference": lambda n: {"topic": "news", "weekly": n % 2 == 0}},
    ),
    # Users with is_active, but without is_staff and is_superuser.
    "no_staff": Project(
        apps=("shapes.library",),
        user_model="library.Reader",
        profiles={"library.Shelf": lambda n: {"label": f"Shelf {n}"}},
        admin=False,
    ),
    # Users with only a name and a password.
    "bare_user": Project(apps=("shapes.bare",), user_model="bare.Login", admin=False),
    # Two tables with passwords, and no token table that refers to either.
    "two_user_tables": Project(
        apps=("shapes.portal",),
        user_model="portal.Operator",
        tokens=(),
        profiles={"portal.Post": lambda n: {"counter": f"No. {n}"}},
        admin=False,
    ),
    # Username and email are both unique, so the login column is ambiguous.
    "two_unique": Project(
        apps=("shapes.dual",),
        user_model="dual.Client",
        user=lambda n: {"email": f"client{n}@example.com"},
        profiles={"dual.Desk": lambda n: {"room": f"R{n}"}},
    ),
    "two_unique_email": Project(
        apps=("shapes.dual",),
        user_model="dual.Client",
        login=address,
        user=lambda n: {"username": f"client{n}"},
        profiles={"dual.Desk": lambda n: {"room": f"R{n}"}},
        settings={"CLIENT_LOGIN": "email"},
    ),
    # The profile is a multi-table inheritance child of the user.
    "inherited_profile": Project(
        apps=("shapes.press",),
        profiles={"press.Author": lambda n: {"pen_name": f"Author {n}", "royalty": "2.50"}},
    ),
    # The profile's primary key is its reference to the user.
    "pk_profile": Project(
        apps=("shapes.clinic",),
        profiles={"clinic.Patient": lambda n: {"chart": f"C-{n}"}},
    ),
    # A profile table that refers to users in three columns.
    "two_references": Project(
        apps=("shapes.mentoring",),
        profiles={"mentoring.Trainee": lambda n: {"goal": f"Goal {n}"}},
    ),
    # A nullable one-to-one: an optional link that a registration need not fill.
    "nullable_link": Project(
        apps=("shapes.seating",),
        profiles={"seating.Seat": lambda n: {"label": f"A{n}"}},
    ),
    # One profile besides many-to-many tables, a log, and partial and expression indexes.
    "many_to_many": Project(
        apps=("shapes.teams",),
        profiles={"teams.Player": lambda n: {"nickname": f"Nick{n}"}},
    ),
    # Two profile kinds whose short name is `profile`.
    "clashing_kinds": Project(
        apps=("shapes.shop", "shapes.club"),
        profiles={
            "shop.Profile": lambda n: {"basket": f"Basket {n}"},
            "club.Profile": lambda n: {"rank": n},
        },
    ),
    # The profile's table and its user column have unrelated names.
    "plain_table": Project(
        apps=("shapes.gym",),
        profiles={"gym.Membership": lambda n: {"plan": "yearly"}},
    ),
    # Required columns of every type, on the user and on the profile.
    "every_type": Project(
        apps=("shapes.census",),
        user_model="census.Citizen",
        user=lambda n: {"birthday": "1990-12-31", "tier": "basic", "quota": 5, "home": 1},
        profiles={"census.Dossier": dossier},
        seeds=(
            ("census.Country", {"iso": "FR", "name": "France"}),
            ("census.Country", {"iso": "US", "name": "United States"}),
        ),
    ),
    "both_schemes": Project(
        apps=("systems.levelupapi",),
        tokens=("drf", "knox"),
        profiles={"levelupapi.Gamer": lambda n: {"bio": f"Bio {n}"}},
    ),
    "no_tokens": Project(
        apps=("systems.levelupapi",),
        tokens=(),
        profiles={"levelupapi.Gamer": lambda n: {"bio": f"Bio {n}"}},
    ),
    # A proxy of the user, and a profile with an abstract base that stores timestamps.
    "proxy_user": Project(
        apps=("shapes.agency",),
        profiles={"agency.Agent": lambda n: {"codename": f"Agent {n}"}},
    ),
    # USE_TZ off: stored times are New York's, without an offset.
    "local_time": Project(
        apps=("shapes.diary",),
        profiles={"diary.Diarist": lambda n: {"begun_at": "2024-07-01T12:00:00"}},
        settings={"USE_TZ": False, "TIME_ZONE": "America/New_York"},
    ),
    "local_time_knox": Project(
        apps=("shapes.diary",),
        tokens=("knox",),
        profiles={"diary.Diarist": lambda n: {"begun_at": "2024-07-01T12:00:00"}},
        settings={"USE_TZ": False, "TIME_ZONE": "America/New_York"},
    ),
    # 200 tables, one of them a profile.
    "wide": Project(
        apps=("shapes.wide",),
        profiles={"wide.Holder": lambda n: {"label": f"Holder {n}"}},
    ),
    # Database defaults and a generated column.
    "db_defaults": Project(
        apps=("shapes.modern",),
        profiles={"modern.Setting": lambda n: {"theme": "dark"}},
        since=(5, 0),
    ),
}

PROJECTS: dict[str, Project] = {**SYSTEMS, **SHAPES}
