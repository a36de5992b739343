"""Draws the rows' ratios as one chart, in SVG."""

import math
from html import escape
from pathlib import Path

WIDTH, LINE, LABEL, MARGIN = 960, 20, 560, 16
# The chart's ends. A bar that would be longer ends there, and its ratio is beside it.
SMALLEST, LARGEST = 1 / 128, 2
TICKS = (1 / 64, 1 / 16, 1 / 4, 1)

STYLE = """
text { fill: #1f2328 } line { stroke: #d0d7de } .one { stroke: #1f2328 }
.less { fill: #1a7f37 } .more { fill: #9a6700 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } line { stroke: #30363d } .one { stroke: #e6edf3 }
  .less { fill: #3fb950 } .more { fill: #d29922 }
}
"""


def draw(ratios: list[tuple[str, float]], page: Path) -> None:
    """Draw a bar for each ratio of authctl's time to its peer's, from 1 to the left if authctl takes less."""
    height = MARGIN * 2 + LINE * (len(ratios) + 1)
    bottom = height - MARGIN - LINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'role="img" font-family="system-ui, sans-serif" font-size="12">',
        "<title>authctl's time divided by that of its peer, on a logarithmic scale</title>",
        f"<style>{STYLE}</style>",
    ]
    for tick in TICKS:
        x, kind = _across(tick), ' class="one"' * (tick == 1)
        parts.append(f'<line x1="{x}" y1="{MARGIN}" x2="{x}" y2="{bottom}"{kind}/>')
        parts.append(f'<text x="{x}" y="{bottom + LINE - 4}" text-anchor="middle">{_fraction(tick)}</text>')
    for number, (name, ratio) in enumerate(ratios):
        y = MARGIN + number * LINE
        left, right = sorted((_across(1), _across(ratio)))
        kind = "less" if ratio <= 1 else "more"
        parts.append(f'<text x="{LABEL - MARGIN}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="{left}" y="{y + 4}" width="{right - left:.1f}" height="{LINE - 8}"/>')
        parts.append(f'<text x="{WIDTH - MARGIN}" y="{y + 14}" text-anchor="end">{ratio:.2g}</text>')
    page.write_text("\n".join([*parts, "</svg>", ""]))


def _across(ratio: float) -> float:
    """Where a ratio is from left to right."""
    width = WIDTH - LABEL - MARGIN * 4
    share = math.log(min(max(ratio, SMALLEST), LARGEST) / SMALLEST) / math.log(LARGEST / SMALLEST)
    return round(LABEL + share * width, 1)


def _fraction(tick: float) -> str:
    return "1" if tick == 1 else f"1/{round(1 / tick)}"
