"""How the times of the rows grow with the data: each is measured with a hundredth and a tenth of it too."""

from dataclasses import replace

from comparison import table
from comparison.measure import duration
from comparison.rows import Bench, Row
from comparison.table import Goal, Outcome

HEADINGS = ("what", "n / 100", "n / 10", "n", "growth", "goal")
DIVISORS = (100, 10)


def heading() -> str:
    return table.heading(HEADINGS)


def cells(row: Row, bench: Bench, whole: Outcome) -> tuple[list[str], bool]:
    """Measure a row with less data, and return authctl's figures and whether it reached its goal.

    Growth is the time with all data, `whole`, divided by that with a hundredth. Its goal is to be linear, with a tenth
    for the caches of the machine.
    """
    less = [row.measure(replace(bench, divisor=divisor)) for divisor in DIVISORS]
    growth = whole.seconds / less[0].seconds
    goal = Goal.at_most(DIVISORS[0] * 1.1, growth)
    figures = [_figures(outcome) for outcome in (*less, whole)]
    return [row.title(bench), *figures, table.ratio(growth), table.goals([goal])], goal.is_met


def _figures(outcome: Outcome) -> str:
    seconds = duration(outcome.seconds)
    return seconds if outcome.peak is None else f"{seconds}, {outcome.peak:.0f} MB"
