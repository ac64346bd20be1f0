# SPDX-License-Identifier: MIT
"""The results as one drawing: for each workload, how much more each contender needs than fanout."""

from __future__ import annotations

import math
from html import escape

from .figures import Results, text

WIDTH = 860
LEFT = 170  # where names end
RIGHT = 96  # room for numbers
LINE = 17
HEAD = 34  # of a workload
TOP = 62

# One drawing for both of a reader's colour schemes.
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .workload { font-size: 13px; font-weight: 600; }
  .faint { fill: #57606a; }
  .grid { stroke: #d0d7de; }
  .even { stroke: #0969da; stroke-width: 1.5; }
  .range { stroke-width: 3; stroke-linecap: round; }
  .slower { fill: #0969da; stroke: #0969da; }
  .faster { fill: #bc4c00; stroke: #bc4c00; }
  .range.slower, .range.faster { fill: none; opacity: 0.45; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .even { stroke: #4493f8; }
    .slower { fill: #4493f8; stroke: #4493f8; }
    .faster { fill: #f0883e; stroke: #f0883e; }
  }
"""


class Axis:
    """Ratios on a logarithmic scale, the same for all workloads."""

    def __init__(self, ratios: list[float]) -> None:
        self.first = min(-1, math.floor(math.log10(min(ratios, default=1))))
        self.last = max(1, math.ceil(math.log10(max(ratios, default=1))))

    def x(self, ratio: float) -> float:
        share = (math.log10(ratio) - self.first) / (self.last - self.first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(self.first, self.last + 1)]


def label_of(ratio: float) -> str:
    return f"{ratio:,.0f}x" if ratio >= 1 else f"{ratio:g}x"


def draw_grid(axis: Axis, top: int, bottom: int) -> list[str]:
    """Of one workload, so that no line crosses a heading."""
    lines = []
    for decade in axis.decades():
        x = f"{axis.x(decade):.1f}"
        kind = "even" if decade == 1 else "grid"
        lines.append(f'<line class="{kind}" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>')
    return lines


def draw_labels(axis: Axis, y: int) -> list[str]:
    return [
        f'<text class="faint" x="{axis.x(decade):.1f}" y="{y}" text-anchor="middle">'
        f"{label_of(decade)}</text>"
        for decade in axis.decades()
    ]


def draw_row(axis: Axis, name: str, ratio, y: int) -> list[str]:
    kind = "slower" if ratio.median >= 1 else "faster"
    places = (axis.x(value) for value in (ratio.least, ratio.median, ratio.most))
    least, median, most = (f"{place:.1f}" for place in places)
    return [
        f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>',
        f'<line class="range {kind}" x1="{least}" y1="{y}" x2="{most}" y2="{y}"/>',
        f'<circle class="{kind}" cx="{median}" cy="{y}" r="4"/>',
        f'<text class="faint" x="{WIDTH - RIGHT + 14}" y="{y + 4}">{text(ratio.median)}x</text>',
    ]


def draw(all_results: list[Results]) -> str:
    rows = {}
    for results in all_results:
        if "/" in results.workload.name:
            continue
        # No rivals: they show what the tasks themselves cost, and what the system adds.
        bounds = ("sequential", "plain_threads")
        others = [name for name in results.rounds if name not in ("fanout", *bounds)]
        ratios = {name: results.ratio(name, "fanout") for name in others}
        known = {
            name: ratio
            for name, ratio in ratios.items()
            if ratio is not None and ratio.least > 0
        }
        if known:
            rows[results] = sorted(known.items(), key=lambda item: item[1].median)
    every = [ratio for ratios in rows.values() for _, ratio in ratios]
    axis = Axis([value for ratio in every for value in (ratio.least, ratio.most)])

    body: list[str] = []
    y = TOP - HEAD // 2
    for results, ratios in rows.items():
        y += HEAD
        fanout = results.spread("fanout")
        note = f"fanout: {text(fanout.median)} {results.workload.unit}"
        body.append(f'<text class="workload" x="{LEFT}" y="{y - 8}">{escape(results.workload.name)}'
                    f'<tspan class="faint" font-weight="400" dx="10">{escape(note)}</tspan></text>')
        body += draw_grid(axis, y, y + LINE * len(ratios))
        for name, ratio in ratios:
            y += LINE
            body += draw_row(axis, name, ratio, y - 8)
    height = y + 26
    labels = draw_labels(axis, TOP - 12) + draw_labels(axis, y + 16)

    title = "What each contender needs, as a multiple of what fanout needs (right of 1x: more)"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="16" y="26">{escape(title)}</text>',
        *labels, *body, "</svg>", "",
    ])  # fmt: skip
