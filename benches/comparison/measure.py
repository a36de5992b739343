"""Runs commands and times several sides in turn."""

import os
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator, Sequence

KIB = 1024
MB = 1_000_000


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class CannotRun(Exception):
    """Why a row cannot be measured."""


class Failed(CannotRun):
    """A command did not end with 0."""


@dataclass(frozen=True)
class Sample:
    """One measurement: wall time and total CPU time in seconds, and peak memory in MB if requested."""

    seconds: float
    cpu: float | None = None
    peak: float | None = None


@dataclass(frozen=True)
class Command:
    """A program with its arguments and its whole environment."""

    argv: Sequence[str | Path]
    env: dict[str, str]
    stdin: Path = Path("/dev/null")
    # GNU time, to measure peak memory. Python's own figure for a child includes the memory of Python before the exec.
    time: Path | None = None
    # Cores that it may run on; empty for all.
    cores: Sequence[int] = ()

    def run(self, stdout: Path = Path("/dev/null")) -> Sample:
        """Run the command to its end.

        Raises `Failed` with what the command wrote to standard error.
        """
        with tempfile.NamedTemporaryFile() as report:
            watched = [self.time, "-q", "-f", "%M", "-o", report.name] if self.time else []
            argv = [os.fspath(word) for word in (*watched, *self.argv)]
            with _on(self.cores):
                seconds, cpu = _run(argv, self.env, self.stdin, stdout)
            return Sample(seconds, cpu, int(report.read()) * KIB / MB if self.time else None)

    def output(self) -> str:
        """Return what the command writes to standard output."""
        with tempfile.NamedTemporaryFile() as stdout:
            self.run(Path(stdout.name))
            return stdout.read().decode()


@contextmanager
def _on(cores: Sequence[int]) -> Iterator[None]:
    """Run processes started in this context on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _run(argv: list[str], env: dict[str, str], stdin: Path, stdout: Path) -> tuple[float, float]:
    errors = os.memfd_create("errors")
    try:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, stdout, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, errors, 2),
        ]
        start = time.perf_counter()
        child = os.posix_spawn(argv[0], argv, env, file_actions=actions)
        _, status, used = os.wait4(child, 0)
        seconds = time.perf_counter() - start
        if status != 0:
            os.lseek(errors, 0, os.SEEK_SET)
            said = os.read(errors, 64 * KIB).decode(errors="replace").strip()
            code = os.waitstatus_to_exitcode(status)
            raise Failed(f"`{' '.join(map(os.path.basename, argv[:4]))} …` ended with {code}{said and ': '}{said}")
        return seconds, used.ru_utime + used.ru_stime
    finally:
        os.close(errors)


@dataclass
class Side:
    """One side of a comparison. `prepare` runs untimed before `measure`; both get the number of the run."""

    name: str
    measure: Callable[[int], Sample]
    prepare: Callable[[int], None] = lambda _run: None
    samples: list[Sample] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(sample.seconds for sample in self.samples)

    @property
    def peak(self) -> float:
        return max(sample.peak or 0 for sample in self.samples)


def interleaved(runs: int, *sides: Side, warm_up: bool = True) -> None:
    """Measure the sides in turn, so that other load on the machine affects all of them alike.

    The order alternates from run to run. An uncounted run 0 warms the caches first.
    """
    for run in range(0 if warm_up else 1, runs + 1):
        for side in sides if run % 2 else reversed(sides):
            side.prepare(run)
            sample = side.measure(run)
            if run:
                side.samples.append(sample)
    for side in sides:
        seconds = [sample.seconds for sample in side.samples]
        span = f"from {duration(min(seconds))} to {duration(max(seconds))}"
        note = f"  {side.name}: median {duration(side.seconds)} of {runs} runs, {span}"
        cpu = [sample.cpu for sample in side.samples if sample.cpu is not None]
        # On a busy machine, CPU time is more reliable than wall time.
        log(f"{note}, CPU {duration(statistics.median(cpu))}" if cpu else note)


def duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s"
