"""The rows about PostgreSQL. The peer is `psql`, on the same server and with the same look-up or rows."""

import random
from pathlib import Path

from comparison import data, server
from comparison.measure import Command, Side, interleaved
from comparison.rows import PEERS, Bench, compared, expect, row
from comparison.table import Goal, Outcome

LISTED = "id,username,email,is_active,is_staff,date_joined,last_login"


def ours(bench: Bench, url: str, *arguments: str | Path, time: Path | None = None, **variables: str) -> Command:
    return Command([bench.authctl, *arguments], bench.environment(AUTHCTL_DB=url, **variables), time=time)


def whoami(bench: Bench, url: str, number: int) -> Command:
    return ours(bench, url, "--quiet", "whoami", AUTHCTL_TOKEN=data.token(number))


def looked_up(bench: Bench, over_tcp: bool) -> Outcome:
    host = server.running()
    name = server.many_users(bench.authctl, bench.many)
    url = host.url(name, over_tcp)
    runs = bench.runs(200)
    # Only active users, since others are refused; the same ones for both sides.
    chosen = random.Random(1).choices([n for n in range(1, bench.many + 1) if n % 10], k=runs + 1)

    def theirs(number: int) -> Command:
        sql = (
            "SELECT u.username, u.email, u.first_name, u.last_name, u.is_active, u.is_staff, u.is_superuser, "
            "u.date_joined, u.last_login, t.created FROM authtoken_token t JOIN auth_user u ON u.id = t.user_id "
            f"WHERE t.key = '{data.token(number)}'"
        )
        return host.psql(name, "-At", "-c", sql, over_tcp=over_tcp)

    for number in chosen[:5]:
        username = data.username(number)
        expect(whoami(bench, url, number).output() == f"{username}\n", "authctl found another user")
        expect(theirs(number).output().startswith(f"{username}|"), "psql found another user")
    sides = (
        Side("authctl", lambda run: whoami(bench, url, chosen[run]).run()),
        Side("psql", lambda run: theirs(chosen[run]).run()),
    )
    interleaved(runs, *sides)
    return compared(*sides, limit=0.8)


@row("pg-whoami", "PostgreSQL: `whoami`, {many} users, socket", "`psql` with the same look-up")
def whoami_by_socket(bench: Bench) -> Outcome:
    return looked_up(bench, over_tcp=False)


@row("pg-whoami-tcp", "PostgreSQL: `whoami`, {many} users, TCP with SCRAM", "`psql` with the same look-up")
def whoami_by_tcp(bench: Bench) -> Outcome:
    return looked_up(bench, over_tcp=True)


@row("pg-list-csv", "PostgreSQL: `list-users` of {many} users as CSV", "`psql -c '\\copy …'` of the same columns")
def list_csv(bench: Bench) -> Outcome:
    host, gnu_time = server.running(), bench.machine.program("time")
    name = server.many_users(bench.authctl, bench.many)
    our_command = ours(
        bench, host.url(name), "list-users", "--columns", LISTED, "--format", "csv", time=gnu_time
    )
    copy = f"\\copy (SELECT {LISTED} FROM auth_user ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)"
    their_command = host.psql(name, "-c", copy, time=gnu_time)
    lines = len(our_command.output().splitlines())
    expect(lines == bench.many + 1, f"authctl listed {lines - 1} users")
    sides = Side("authctl", lambda _: our_command.run()), Side("psql", lambda _: their_command.run())
    interleaved(bench.runs(5), *sides)
    return compared(*sides, limit=1.2, peak_limit=20)


@row("pg-import", "PostgreSQL: `import` of {many} hashed users and tokens", "`psql` with `\\copy` of the same rows")
def import_hashed(bench: Bench) -> Outcome:
    host, gnu_time = server.running(), bench.machine.program("time")
    empty = server.empty(bench.authctl)
    accounts = data.hashed_accounts(bench.many)
    users, tokens = data.table_rows(bench.many)
    script = data.FOLDER / "copy.sql"
    script.write_text(server.copies(users, tokens))
    our_name, their_name = "import_authctl", "import_psql"
    our_command = ours(bench, host.url(our_name), "import", accounts, "--quiet", time=gnu_time)
    their_command = host.psql(their_name, "-f", script, time=gnu_time)
    sides = (
        Side("authctl", lambda _: our_command.run(), prepare=lambda _: host.create(our_name, empty)),
        Side("psql", lambda _: their_command.run(), prepare=lambda _: host.create(their_name, empty)),
    )
    interleaved(bench.runs(3), *sides)
    digest = (
        "SELECT count(*), md5(string_agg(concat_ws('|', username, email, password, is_active, is_staff, is_superuser, "
        "key), ',' ORDER BY username)) FROM auth_user LEFT JOIN authtoken_token ON user_id = id"
    )
    mine, other = (host.value(name, digest) for name in (our_name, their_name))
    expect(mine == other, "the two did not import the same rows")
    for name in (our_name, their_name):
        host.drop(name)
    return compared(*sides, limit=2.0, peak_limit=160)


@row(
    "pg-provision", "PostgreSQL: `import` of {provisioned} users with profile and token, Django's default hasher",
    "Django's `make_password` in a process for each core, and `bulk_create`",
)
def provision(bench: Bench) -> Outcome:
    host = server.running()
    accounts = data.plain_accounts(bench.provisioned, with_profiles=True)
    # authctl detects the hasher of one existing user: Django's default, which Django uses too.
    base = server.game_club(bench.authctl, data.password_hash(1))
    our_name, their_name = "provision_authctl", "provision_django"
    our_command = ours(bench, host.url(our_name), "import", accounts, "--tokens", "--quiet")
    their_command = bench.django(host.url(their_name), PEERS / "provision.py", accounts)
    sides = (
        Side("authctl", lambda _: our_command.run(), prepare=lambda _: host.create(our_name, base)),
        Side("Django", lambda _: their_command.run(), prepare=lambda _: host.create(their_name, base)),
    )
    # No warm-up: a run takes minutes, so a cold cache does not matter.
    interleaved(bench.runs(3), *sides, warm_up=False)
    for name in (our_name, their_name):
        count = host.value(
            name,
            "SELECT count(*) FROM auth_user u JOIN levelupapi_gamer g ON g.user_id = u.id "
            "JOIN authtoken_token t ON t.user_id = u.id WHERE u.password LIKE 'pbkdf2_sha256$1000000$%'",
        )
        expect(count == str(bench.provisioned), f"{name} has {count} users with profile and token")
        host.drop(name)
    return compared(*sides, limit=0.6)


@row("pg-discovery", "PostgreSQL: `whoami` beside 200 tables", "itself, beside 12 tables")
def discovery(bench: Bench) -> Outcome:
    host = server.running()
    many, few = (host.url(server.with_tables(bench.authctl, count)) for count in (200, 12))
    sides = (
        Side("200 tables", lambda _: whoami(bench, many, 1).run()),
        Side("12 tables", lambda _: whoami(bench, few, 1).run()),
    )
    interleaved(bench.runs(200), *sides)
    outcome = compared(*sides, limit=1)
    more = (sides[0].seconds - sides[1].seconds) * 1000
    return Outcome(outcome.authctl, outcome.peer, outcome.ratio, [Goal.at_most(8, more, " ms more")])
