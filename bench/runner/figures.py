# SPDX-License-Identifier: MIT
"""What comes out of the rounds: medians, spreads, and ratios within the same round."""

from __future__ import annotations

import dataclasses
import statistics

from .workloads import Workload


@dataclasses.dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float


def spread(values: list[float]) -> Spread | None:
    return Spread(statistics.median(values), min(values), max(values)) if values else None


@dataclasses.dataclass(eq=False)
class Results:
    """Of one workload: for each contender one number for each round, or what went wrong."""

    workload: Workload
    rounds: dict[str, list[float | str]] = dataclasses.field(default_factory=dict)

    def numbers(self, contender: str) -> list[float]:
        return [value for value in self.rounds.get(contender, []) if not isinstance(value, str)]

    def failures(self, contender: str) -> list[str]:
        return [value for value in self.rounds.get(contender, []) if isinstance(value, str)]

    def spread(self, contender: str) -> Spread | None:
        return spread(self.numbers(contender))

    def ratio(self, over: str, under: str) -> Spread | None:
        """over / under, pairwise: whatever slowed a whole round down cancels out."""
        pairs = zip(self.rounds.get(over, []), self.rounds.get(under, []))
        return spread(
            [a / b for a, b in pairs if not isinstance(a, str) and not isinstance(b, str) and b > 0]
        )

    def times_ideal(self, contender: str) -> Spread | None:
        """Where there is a sequential contender: how far from its time divided by the workers."""
        ratio = self.ratio(contender, "sequential")
        workers = self.workload.workers
        if ratio is None:
            return None
        return Spread(ratio.median * workers, ratio.least * workers, ratio.most * workers)


def text(value: float) -> str:
    """Three digits that mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.095 or value == 0 else f"{value:.2g}"


def range_text(values: Spread | None) -> str:
    if values is None:
        return ""
    if values.least == values.most:
        return text(values.median)
    return f"{text(values.median)} ({text(values.least)}-{text(values.most)})"
