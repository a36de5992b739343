"""The rows of the table: one function each, which measures and returns its figures.

A peer does the same work as authctl as well as it can: the same look-up, columns and rows, the same hash, a warm cache.
Both sides' answers are compared before anything is timed.
"""

import base64
import itertools
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

from comparison import data
from comparison.machine import CORES, DJANGO, ROOT, Machine
from comparison.measure import MB, CannotRun, Command, Failed, Sample, Side, duration, interleaved, log
from comparison.table import Goal, Outcome

PEERS = ROOT / "benches/peers"
ARGON2_SALT = "abcdefghijklmnopqrstuv"
# SQLite's cache size in `import`, used for the peer too.
CACHE_KIB = 64 * 1024
# The size of the last version's binary in MB, or of the first, which is not released yet. One that is more than 5 % larger
# needs a reason in the CHANGELOG.
LAST_SIZE = 11.7


@dataclass(frozen=True)
class Bench:
    """The settings and helpers of a measurement."""

    authctl: Path
    machine: Machine
    quick: bool
    runs_wanted: int | None
    # The large data is this many times smaller.
    divisor: int = 1

    def runs(self, usual: int) -> int:
        return self.runs_wanted or (min(usual, 3) if self.quick else usual)

    @property
    def many(self) -> int:
        return (10_000 if self.quick else 1_000_000) // self.divisor

    @property
    def desired(self) -> int:
        """The number of accounts in the file of `apply`."""
        return (1_000 if self.quick else 100_000) // self.divisor

    @property
    def hashes(self) -> int:
        """The number of passwords given to `import`."""
        return (2 if self.quick else 32) * len(CORES)

    @property
    def provisioned(self) -> int:
        return 10 if self.quick else 1_000

    @property
    def loaded(self) -> int:
        """The number of users in a fixture that Django loads too."""
        return self.many // 100

    def environment(self, **variables: str | Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        ours = {"XDG_STATE_HOME": data.FOLDER / "state", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return kept | {name: os.fspath(value) for name, value in (ours | variables).items()}

    def ours(self, database: Path, *arguments: str | Path, **options) -> Command:
        env = self.environment(**options.pop("variables", {}))
        return Command([self.authctl, "--db", database, *arguments], env, **options)

    def sqlite3(self, *arguments: str | Path, **options) -> Command:
        program = self.machine.program("sqlite3")
        return Command([program, "-batch", "-bail", "-init", "/dev/null", *arguments], self.environment(), **options)

    def django(self, database: Path | str, *arguments: str | Path) -> Command:
        env = self.environment(
            PROJECT="levelup", PROJECT_DB=database, PYTHONPATH=DJANGO, DJANGO_SETTINGS_MODULE="settings"
        )
        return Command([self.machine.django_python(), *arguments], env)


@dataclass(frozen=True)
class Row:
    """A row of the table, with the name that `--only` accepts."""

    name: str
    what: str
    against: str
    measure: Callable[[Bench], Outcome]
    is_in_readme: bool

    @property
    def has_peer(self) -> bool:
        """Whether it compares authctl with something else than itself on other data."""
        return not self.against.startswith("itself")

    @property
    def grows(self) -> bool:
        """Whether it measures large data, and does not itself compare it with small data."""
        return self.has_peer and any(size in self.what for size in ("{many}", "{desired}"))

    def title(self, bench: Bench) -> str:
        """What is measured, with the numbers of this bench."""
        return self.what.format(
            many=f"{bench.many:,}",
            desired=f"{bench.desired:,}",
            hashes=bench.hashes,
            provisioned=f"{bench.provisioned:,}",
            loaded=f"{bench.loaded:,}",
        )


ROWS: list[Row] = []


def row(name: str, what: str, against: str, is_in_readme: bool = False) -> Callable:
    def register(measure: Callable[[Bench], Outcome]) -> Callable[[Bench], Outcome]:
        ROWS.append(Row(name, what, against, measure, is_in_readme))
        return measure

    return register


def expect(is_so: bool, complaint: str) -> None:
    if not is_so:
        raise CannotRun(complaint)


def compared(ours: Side, theirs: Side, limit: float | None = None, peak_limit: float | None = None) -> Outcome:
    """Compare the medians of wall times, and peak memory if it has a limit."""
    ratio = ours.seconds / theirs.seconds
    goals = [] if limit is None else [Goal.at_most(limit, ratio)]
    cells = [duration(ours.seconds), duration(theirs.seconds)]
    if peak_limit is not None:
        goals.append(Goal.at_most(peak_limit, ours.peak, " MB"))
        cells = [f"{cell}, {side.peak:.1f} MB" for cell, side in zip(cells, (ours, theirs))]
    return Outcome(cells[0], cells[1], ratio, goals, ours.seconds, None if peak_limit is None else ours.peak)


def whoami_command(bench: Bench, database: Path, number: int) -> Command:
    return bench.ours(database, "--quiet", "whoami", variables={"AUTHCTL_TOKEN": data.token(number)})


@row("whoami", "`whoami`, {many} users", "`sqlite3` with the same look-up", is_in_readme=True)
def whoami(bench: Bench) -> Outcome:
    database = data.many_users(bench.many)
    runs = bench.runs(300)
    # Only active users, since others are refused; the same ones for both sides.
    chosen = random.Random(1).choices([n for n in range(1, bench.many + 1) if n % 10], k=runs + 1)

    def theirs(number: int) -> Command:
        sql = (
            "SELECT u.username, u.email, u.first_name, u.last_name, u.is_active, u.is_staff, u.is_superuser, "
            "u.date_joined, u.last_login, t.created FROM authtoken_token t JOIN auth_user u ON u.id = t.user_id "
            f"WHERE t.key = '{data.token(number)}'"
        )
        return bench.sqlite3(database, sql)

    for number in chosen[:5]:
        name = data.username(number)
        expect(whoami_command(bench, database, number).output() == f"{name}\n", "authctl found another user")
        expect(theirs(number).output().startswith(f"{name}|"), "sqlite3 found another user")
    sides = (
        Side("authctl", lambda run: whoami_command(bench, database, chosen[run]).run()),
        Side("sqlite3", lambda run: theirs(chosen[run]).run()),
    )
    interleaved(runs, *sides)
    return compared(*sides, limit=1.0)


@row("whoami-growth", "`whoami`, {many} users", "itself, 1 user")
def whoami_growth(bench: Bench) -> Outcome:
    many, one = data.many_users(bench.many), data.many_users(1)
    sides = (
        Side(f"{bench.many:,} users", lambda _: whoami_command(bench, many, 1).run()),
        Side("1 user", lambda _: whoami_command(bench, one, 1).run()),
    )
    interleaved(bench.runs(300), *sides)
    return compared(*sides, limit=1.05)


def check_password(bench: Bench, encoded: str, name: str) -> Side:
    """Verify this encoded password. Checks first that a wrong password is refused."""
    database = data.user_with(encoded, name)
    wrong = data.FOLDER / "wrong-password"
    wrong.write_text("wrong")
    user = data.username(1)
    try:
        bench.ours(database, "check-password", user, "--password-file", wrong).run()
    except Failed:
        command = bench.ours(database, "check-password", user, "--password-file", data.password_file())
        return Side("authctl", lambda _: command.run())
    raise CannotRun("authctl takes a wrong password")


@row(
    "argon2", "`check-password`, Argon2id m=102400 t=2 p=8, from cold",
    "libargon2 built for this machine, in huge pages",
)
def argon2(bench: Bench) -> Outcome:
    """Shown without a goal: authctl's hash is portable Rust."""
    password = data.password_file()
    lanes = 8
    cost = ["2", "102400", str(lanes)]

    def theirs(threads: int) -> Side:
        argv = [bench.machine.libargon2(), ARGON2_SALT, *cost, str(threads)]
        command = Command(argv, bench.environment(), stdin=password)
        return Side(f"libargon2 with {threads} threads", lambda _: command.run())

    digest = Command([bench.machine.libargon2(), ARGON2_SALT, *cost, "1"], bench.environment(), stdin=password).output()
    salt = base64.b64encode(ARGON2_SALT.encode()).decode().rstrip("=")
    encoded = f"argon2$argon2id$v=19$m=102400,t=2,p={lanes}${salt}${digest.strip()}"
    ours, *peers = check_password(bench, encoded, "argon2"), theirs(len(CORES)), theirs(lanes)
    interleaved(bench.runs(21), ours, *peers)
    return compared(ours, min(peers, key=lambda side: side.seconds))


def against_python(bench: Bench, algorithm: str, python: Path, limit: float) -> Outcome:
    """Compare authctl's whole process with the bare call in Python: startup counts against authctl."""
    command = Command(
        [python, PEERS / "hash.py", algorithm], bench.environment(), stdin=data.password_file()
    )

    def measured() -> tuple[Sample, str]:
        seconds, encoded = command.output().split()
        return Sample(float(seconds)), encoded

    _, encoded = measured()
    sides = check_password(bench, encoded, algorithm), Side("Python", lambda _: measured()[0])
    interleaved(bench.runs(15), *sides)
    return compared(*sides, limit=limit)


@row(
    "pbkdf2", "`check-password`, PBKDF2-SHA256, 1,000,000 iterations", "Python's `hashlib.pbkdf2_hmac`",
    is_in_readme=True,
)
def pbkdf2(bench: Bench) -> Outcome:
    return against_python(bench, "pbkdf2_sha256", this_python(), limit=0.45)


@row("scrypt", "`check-password`, scrypt 16384/8/5", "Python's `hashlib.scrypt`")
def scrypt(bench: Bench) -> Outcome:
    return against_python(bench, "scrypt", this_python(), limit=1.0)


@row("bcrypt", "`check-password`, bcrypt 12", "Python's `bcrypt`")
def bcrypt(bench: Bench) -> Outcome:
    return against_python(bench, "bcrypt_sha256", bench.machine.django_python(), limit=1.05)


def this_python() -> Path:
    return Path(sys.executable)


def import_scaling(bench: Bench, encoded: str) -> Outcome:
    """Compare the throughput on all cores with that on one core, times the number of cores.

    The time of one hash is taken from an import on one core, which hashes one password after another. So both sides
    compute the same hashes, use memory alike and read and write alike.
    """
    base = data.user_with(encoded, "import-base")
    database = data.FOLDER / "import-plain.sqlite3"
    few = 2 if bench.quick else 8

    def side(name: str, count: int, cores: list[int]) -> Side:
        jobs = str(len(cores))
        command = bench.ours(database, "import", data.plain_accounts(count), "--jobs", jobs, "--quiet", cores=cores)
        return Side(name, lambda _: command.run(), prepare=lambda _: data.copy(base, database))

    all_cores = side("all cores", bench.hashes, CORES)
    one = side("one core", few, CORES[:1])
    interleaved(bench.runs(5), all_cores, one)
    form = encoded.split("$")[0]
    made = data.value(database, f"SELECT count(*) FROM auth_user WHERE password LIKE '{form}$%' AND id > 1")
    expect(made in (few, bench.hashes), f"{made} users were imported with {form}")
    ours = bench.hashes / all_cores.seconds
    possible = len(CORES) * few / one.seconds
    return Outcome(f"{ours:.2f}/s", f"{possible:.2f}/s", ours / possible, [Goal.at_least(0.9, ours / possible)])


@row(
    "import-pbkdf2", "`import` of {hashes} plain passwords, PBKDF2-SHA256, 1,000,000 iterations",
    "cores ÷ time of one hash",
)
def import_pbkdf2(bench: Bench) -> Outcome:
    return import_scaling(bench, data.password_hash(1))


@row(
    "import-argon2", "`import` of {hashes} plain passwords, Argon2id m=102400 t=2 p=8", "cores ÷ time of one hash"
)
def import_argon2(bench: Bench) -> Outcome:
    digest = "7Zc0a3XyDWfq1Yw2nUe8bHk5uQm9oJr4sTi6vLx7pKE"
    salt = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg"
    return import_scaling(bench, f"argon2$argon2id$v=19$m=102400,t=2,p=8${salt}${digest}")


@row(
    "import-hashed", "`import` of {many} hashed users and tokens", "`sqlite3 .import` of the same rows",
    is_in_readme=True,
)
def import_hashed(bench: Bench) -> Outcome:
    accounts = data.hashed_accounts(bench.many)
    users, tokens = data.table_rows(bench.many)
    base = data.database(data.FOLDER / "empty.sqlite3", "rock")
    our_database, their_database = (data.FOLDER / f"import-{name}.sqlite3" for name in ("authctl", "sqlite3"))
    script = data.FOLDER / "import.sql"
    script.write_text(
        f"PRAGMA foreign_keys = ON;\nPRAGMA cache_size = -{CACHE_KIB};\nBEGIN IMMEDIATE;\n"
        f'.import --csv "{users}" auth_user\n.import --csv "{tokens}" authtoken_token\nCOMMIT;\n'
    )
    gnu_time = bench.machine.program("time")
    our_command = bench.ours(our_database, "import", accounts, "--quiet", time=gnu_time)
    their_command = bench.sqlite3(their_database, stdin=script, time=gnu_time)
    sides = (
        Side("authctl", lambda _: our_command.run(), prepare=lambda _: data.copy(base, our_database)),
        Side("sqlite3", lambda _: their_command.run(), prepare=lambda _: data.copy(base, their_database)),
    )
    interleaved(bench.runs(5), *sides)
    count = data.value(our_database, "SELECT count(*) FROM auth_user JOIN authtoken_token ON user_id = id")
    expect(count == bench.many, f"{count} users and tokens were imported")
    both = itertools.zip_longest(data.accounts(our_database), data.accounts(their_database))
    expect(all(mine == other for mine, other in both), "the two did not import the same rows")
    for database in (our_database, their_database):
        database.unlink()
    return compared(*sides, limit=0.8, peak_limit=160)


def applying(bench: Bench, again: bool, limit: float) -> Outcome:
    """Apply a file of hashed accounts to a new database or to its own result, and import the same accounts."""
    tree, lines = data.desired_accounts(bench.desired)
    name = "again" if again else "new"
    base = data.database(data.FOLDER / "apply-empty.sqlite3", "rock")
    our_database, their_database = (data.FOLDER / f"apply-{name}-{side}.sqlite3" for side in ("apply", "import"))
    gnu_time = bench.machine.program("time")
    our_command = bench.ours(our_database, "apply", tree, "--yes", "--quiet", time=gnu_time)
    their_command = bench.ours(their_database, "import", lines, "--quiet", time=gnu_time)
    data.copy(base, our_database)
    if again:
        our_command.run()

    def prepare(_run: int) -> None:
        if not again:
            data.copy(base, our_database)

    sides = (
        Side("apply", lambda _: our_command.run(), prepare=prepare),
        Side("import", lambda _: their_command.run(), prepare=lambda _: data.copy(base, their_database)),
    )
    interleaved(bench.runs(5), *sides)
    both = itertools.zip_longest(data.accounts(our_database), data.accounts(their_database))
    expect(all(mine == other for mine, other in both), "the two did not make the same accounts")
    for database in (our_database, their_database):
        database.unlink()
    return compared(*sides, limit=limit)


@row("apply", "`apply` of {desired} hashed users to a new database", "`import` of the same users as JSON lines")
def apply(bench: Bench) -> Outcome:
    return applying(bench, again=False, limit=1.5)


@row("apply-again", "`apply` of {desired} users without a change", "`import` of the same users as JSON lines")
def apply_again(bench: Bench) -> Outcome:
    return applying(bench, again=True, limit=1.0)


def listing(bench: Bench, format: str, mode: str, limit: float) -> Outcome:
    """List columns of the user table, unconverted, to /dev/null."""
    database = data.many_users(bench.many)
    columns = "id,username,email,first_name,last_name,is_active,is_staff,is_superuser,date_joined,last_login"
    gnu_time = bench.machine.program("time")
    arguments = ["list-users", "--format", format, "--columns", columns, "--quiet"]
    our_command = bench.ours(database, *arguments, time=gnu_time)
    their_sql = f"SELECT {columns} FROM auth_user ORDER BY id"
    their_command = bench.sqlite3(mode, "-header", database, their_sql, time=gnu_time)
    for command in (
        bench.ours(database, *arguments, "--limit", "3"),
        bench.sqlite3(mode, "-header", database, f"{their_sql} LIMIT 3"),
    ):
        text = command.output()
        expect(all(text.count(data.email(n)) == 1 for n in (1, 2, 3)), f"no such list: {text[:200]}")
    sides = Side("authctl", lambda _: our_command.run()), Side("sqlite3", lambda _: their_command.run())
    interleaved(bench.runs(5), *sides)
    return compared(*sides, limit=limit, peak_limit=16)


@row("list-csv", "`list-users` of {many} as CSV", "`sqlite3 -csv`", is_in_readme=True)
def list_csv(bench: Bench) -> Outcome:
    return listing(bench, "csv", "-csv", limit=0.6)


@row("list-jsonl", "`list-users` of {many} as JSON lines", "`sqlite3 -json`")
def list_jsonl(bench: Bench) -> Outcome:
    return listing(bench, "jsonl", "-json", limit=0.7)


@row("list-table", "`list-users` of {many} as a table", "`sqlite3 -table`")
def list_table(bench: Bench) -> Outcome:
    return listing(bench, "table", "-table", limit=0.6)


@row(
    "provision", "`import` of {provisioned} users with profile and token, Django's default hasher",
    "Django's `make_password` in a process for each core, and `bulk_create`",
    is_in_readme=True,
)
def provision(bench: Bench) -> Outcome:
    accounts = data.plain_accounts(bench.provisioned, with_profiles=True)
    # authctl detects the hasher of one existing user: Django's default, which Django uses too.
    base = data.user_with(data.password_hash(1), "provision-base", "levelup")
    our_database, their_database = (data.FOLDER / f"provision-{name}.sqlite3" for name in ("authctl", "django"))
    our_command = bench.ours(our_database, "import", accounts, "--tokens", "--quiet")
    their_command = bench.django(their_database, PEERS / "provision.py", accounts)
    sides = (
        Side("authctl", lambda _: our_command.run(), prepare=lambda _: data.copy(base, our_database)),
        Side("Django", lambda _: their_command.run(), prepare=lambda _: data.copy(base, their_database)),
    )
    # No warm-up: a run takes minutes, so a cold cache does not matter.
    interleaved(bench.runs(3), *sides, warm_up=False)
    for database in (our_database, their_database):
        whole = (
            "SELECT count(*) FROM auth_user u JOIN levelupapi_gamer g ON g.user_id = u.id "
            "JOIN authtoken_token t ON t.user_id = u.id WHERE u.password LIKE 'pbkdf2_sha256$1000000$%'"
        )
        count = data.value(database, whole)
        expect(count == bench.provisioned, f"{database.name} has {count} users with profile and token")
    return compared(*sides, limit=0.42)


@row("create-token", "`create-token USER`", "`manage.py drf_create_token USER`", is_in_readme=True)
def create_token(bench: Bench) -> Outcome:
    """Create a token for a user without one. Both wait for the disk, which takes most of authctl's time."""
    runs = bench.runs(21)
    # Active users without a token, a different one for each run.
    users = [n for n in range(1, 2 * runs + 10) if n % 10]
    our_database, their_database = (
        data.database(data.FOLDER / f"tokens-{name}.sqlite3", "levelup", map(data.user, users))
        for name in ("authctl", "django")
    )

    def theirs(number: int) -> Command:
        return bench.django(their_database, DJANGO / "manage.py", "drf_create_token", data.username(number))

    sides = (
        Side("authctl", lambda run: bench.ours(our_database, "create-token", data.username(users[run])).run()),
        Side("Django", lambda run: theirs(users[run]).run()),
    )
    interleaved(runs, *sides)
    for database in (our_database, their_database):
        count = data.value(database, "SELECT count(*) FROM authtoken_token")
        expect(count == runs + 1, f"{database.name} has {count} tokens")
    return compared(*sides, limit=0.02)


@contextmanager
def django_writing(bench: Bench, database: Path) -> Iterator[list[int]]:
    """Run a Django process that writes continuously; at the end the list gets the numbers of writes and of failures."""
    counts: list[int] = []
    command = bench.django(database, PEERS / "writer.py")
    with subprocess.Popen(
        list(command.argv), env=command.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        try:
            expect(writer.stdout.readline() == "ready\n", "Django does not write")
            yield counts
        finally:
            ended, _ = writer.communicate()
    expect(writer.returncode == 0, "Django ended before its time")
    counts.extend(map(int, ended.split()))


@row("contention", "32 `register` at once, while Django writes to the file", "1 at a time", is_in_readme=True)
def contention(bench: Bench) -> Outcome:
    """Measure the waiting for locks; without passwords, so that hashing does not count."""
    base = data.user_with(data.password_hash(1), "contention-base", "levelup")
    database = data.FOLDER / "contention.sqlite3"
    data.copy(base, database)
    registered = 32 if bench.quick else 128
    numbers = itertools.count(1)
    failed: list[Failed] = []

    def register(number: int) -> None:
        command = bench.ours(database, "register", f"new{number}", "--no-password", "--set", "bio=x", "--quiet")
        try:
            command.run()
        except Failed as failure:
            failed.append(failure)

    def batch(at_once: int) -> Sample:
        start = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(register, itertools.islice(numbers, registered)))
        return Sample(time.perf_counter() - start)

    sides = Side("32 at once", lambda _: batch(32)), Side("1 at a time", lambda _: batch(1))
    runs = bench.runs(5)
    with django_writing(bench, database) as writes:
        interleaved(runs, *sides)
    total = 2 * (runs + 1) * registered
    there = data.value(database, "SELECT count(*) FROM authtoken_token JOIN levelupapi_gamer USING (user_id)")
    expect(there == total - len(failed), f"{there} users are there of {total} with {len(failed)} failures")
    if failed:
        log(f"  {len(failed)} of {total} failed, such as: {failed[0]}")
    log(f"  Django wrote {writes[0]} times, and {writes[1]} of them failed")
    ours, theirs = (registered / side.seconds for side in sides)
    goals = [Goal.at_least(0.6, ours / theirs), Goal("no failures", not failed and not writes[1])]
    failures = f"{len(failed)} of {total} failed, {writes[1]} of Django's {writes[0]}"
    return Outcome(f"{ours:.0f}/s; {failures}", f"{theirs:.0f}/s", ours / theirs, goals)


@row("size", "stripped binary", "")
def size(bench: Bench) -> Outcome:
    megabytes = bench.authctl.stat().st_size / MB
    return Outcome(f"{megabytes:.2f} MB", "", None, [Goal.at_most(round(LAST_SIZE * 1.05, 1), megabytes, " MB")])
