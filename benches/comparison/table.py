"""The rows' outcomes as a Markdown table, and writing it into a page."""

from dataclasses import dataclass
from pathlib import Path

BEGIN = "<!-- benches/compare --readme writes from here"
END = "<!-- to here -->"
HEADINGS = ("what", "against", "authctl", "peer", "ratio", "goal")


@dataclass(frozen=True)
class Goal:
    """A target for a figure, with its description."""

    text: str
    is_met: bool

    @staticmethod
    def at_most(limit: float, value: float, unit: str = "") -> "Goal":
        return Goal(f"≤ {limit:g}{unit}", value <= limit)

    @staticmethod
    def at_least(limit: float, value: float) -> "Goal":
        return Goal(f"≥ {limit:g}", value >= limit)


@dataclass(frozen=True)
class Outcome:
    """The figures of one row."""

    authctl: str
    peer: str
    ratio: float | None
    goals: list[Goal]
    # Of authctl: seconds, where the ratio is one of times, and peak memory in MB, where it has a limit.
    seconds: float | None = None
    peak: float | None = None

    @property
    def is_missed(self) -> bool:
        return not all(goal.is_met for goal in self.goals)

    def cells(self) -> list[str]:
        return [self.authctl, self.peer, "" if self.ratio is None else ratio(self.ratio), goals(self.goals)]


def goals(goals: list[Goal]) -> str:
    return ", ".join(goal.text if goal.is_met else f"**missed:** {goal.text}" for goal in goals)


def ratio(value: float) -> str:
    return f"{value:.3g}"


def line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def heading(headings: tuple[str, ...] = HEADINGS) -> str:
    return line(headings) + "\n|" + "---|" * len(headings)


def without_goals(rows: list[list[str]]) -> str:
    """Return a table of these rows without their last cell."""
    return "\n".join([heading(HEADINGS[:-1]), *(line(cells[:-1]) for cells in rows)])


def write_into(page: Path, text: str) -> None:
    """Replace the text between the two marker comments of a page.

    Raises `ValueError` unless each marker occurs exactly once, in this order.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    first_line, _, rest = rest.partition("\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no place for the table: `{BEGIN} …`, `{END}`")
    page.write_text(f"{before}{begin}{first_line}\n\n{text}\n\n{end}{after}")
