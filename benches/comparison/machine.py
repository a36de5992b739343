"""Finds, installs and builds the compared programs, and reports their versions."""

import datetime
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

from comparison.measure import CannotRun, log

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
DJANGO = ROOT / "tests/django"
DJANGO_SET = "5.2"
# The version of the Python package whose source has libargon2 in it.
LIBARGON2 = "25.1.0"
CORES = sorted(os.sched_getaffinity(0))


class Machine:
    """The programs of this machine, installed when first needed."""

    def __init__(self, installs: bool) -> None:
        self.installs = installs
        self.used: dict[str, Path] = {}
        self.argon2: Path | None = None
        self.django: Path | None = None

    def program(self, name: str) -> Path:
        """Return the path of a program from the Debian package of the same name."""
        if name not in self.used:
            found = shutil.which(name)
            if found is None and self.installs:
                _apt_install(name)
                found = shutil.which(name)
            if found is None:
                raise CannotRun(f"{name} is not here: apt-get install {name}")
            self.used[name] = Path(found)
        return self.used[name]

    def django_python(self) -> Path:
        """Return the Python of an environment with Django, Django REST framework, argon2-cffi and bcrypt."""
        if self.django is None:
            ready = TARGET / "django" / DJANGO_SET / "bin/python"
            if not (self.installs or ready.exists()):
                raise CannotRun(f"Django is not here: sh tests/django/venv.sh {DJANGO_SET}")
            made = subprocess.run(
                ["sh", DJANGO / "venv.sh", DJANGO_SET], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            if made.returncode != 0:
                raise CannotRun(f"Django could not be installed: {made.stderr.strip()}")
            self.django = Path(made.stdout.strip())
        return self.django

    def libargon2(self) -> Path:
        """Return the path of `benches/peers/argon2.c`, compiled with libargon2 for this machine."""
        if self.argon2 is None:
            program = TARGET / "compare" / f"libargon2-{LIBARGON2}" / "argon2"
            if not program.exists():
                if not self.installs:
                    raise CannotRun("libargon2 is not here: leave out --no-install")
                _build_argon2(program)
            self.argon2 = program
        return self.argon2

    def description(self) -> str:
        """Describe the machine, the versions used and the date in one line."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        parts = [
            f"{len(CORES)} cores of {_cpu()}, {memory:.0f} GiB, {platform.system()} {platform.release()}",
            _first_words(["rustc", "--version"], 2),
        ]
        if "sqlite3" in self.used:
            parts.append("sqlite3 " + _first_words([self.used["sqlite3"], "--version"], 1))
        if self.argon2:
            parts.append(f"libargon2 of argon2-cffi-bindings {LIBARGON2}")
        parts.append(f"Python {platform.python_version()} with {' '.join(ssl.OPENSSL_VERSION.split()[:2])}")
        if self.django:
            show = "import django, platform; print(django.get_version(), 'on Python', platform.python_version())"
            parts.append("Django " + _first_words([self.django, "-c", show], 4))
        parts.append(datetime.date.today().isoformat())
        return "; ".join(parts)


def build() -> Path:
    """Build the release binary and return its path."""
    log("cargo build --release")
    built = subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, stdout=sys.stderr)
    if built.returncode != 0:
        sys.exit("compare: authctl could not be built")
    return TARGET / "release/authctl"


def _build_argon2(program: Path) -> None:
    folder = program.parent
    folder.mkdir(parents=True, exist_ok=True)
    package = f"argon2-cffi-bindings=={LIBARGON2}"
    download = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder, package]
    _install([sys.executable, "-m", *download])
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder)
    library = next(folder.glob("*/extras/libargon2"))
    sources = [library / f"src/{name}.c" for name in ("argon2", "core", "encoding", "thread", "opt", "blake2/blake2b")]
    options = ["-O3", "-march=native", "-pthread", f"-I{library / 'include'}", f"-I{library / 'src'}"]
    made = program.with_suffix(".part")
    _install(["cc", *options, ROOT / "benches/peers/argon2.c", *sources, "-o", made])
    made.rename(program)


def _apt_install(package: str) -> None:
    log(f"apt-get install {package}")
    _apt_get("install", "-qq", "-y", "--no-install-recommends", package)


@cache
def _apt_lists() -> None:
    _apt_get("update", "-qq")


def _apt_get(command: str, *arguments: str) -> None:
    if shutil.which("apt-get") is None:
        raise CannotRun(f"{arguments[-1]} is not here, and there is no apt-get to install it")
    if command == "install":
        _apt_lists()
    rights = [] if os.geteuid() == 0 else ["sudo"]
    _install([*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", command, *arguments])


def _install(argv: list[str | Path]) -> None:
    ended = subprocess.run(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if ended.returncode != 0:
        words = " ".join(map(str, argv[:4]))
        raise CannotRun(f"`{words} …` failed: {ended.stdout.strip()[-500:]}")


def _cpu() -> str:
    named = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return named[1].strip() if named else platform.machine()


def _first_words(argv: list, count: int) -> str:
    said = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return " ".join(said.split()[:count])
