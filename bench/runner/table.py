# SPDX-License-Identifier: MIT
"""The results as Markdown."""

from __future__ import annotations

from pathlib import Path

from .figures import Results, range_text, text
from .workloads import DIVISORS, SCALING_WORKERS, skipped_workers

# What a person has to say about the numbers.
NOTES = Path(__file__).resolve().parent.parent / "notes.md"


def rows_to_markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    # The first column is names, all others are numbers.
    rule = "|---|" + "---:|" * (len(head) - 1)
    return [f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]


def of_workload(results: Results) -> list[str]:
    workload = results.workload
    ideal = workload.name == "uneven" and results.spread("sequential") is not None
    head = ["contender", workload.unit, "fanout / contender"] + ["times the ideal"] * ideal
    measured = [name for name in results.rounds if results.spread(name) is not None]
    rows = []
    for name in sorted(measured, key=lambda name: results.spread(name).median):
        row = [
            f"**{name}**" if name == "fanout" else name,
            range_text(results.spread(name)),
            "" if name == "fanout" else range_text(results.ratio("fanout", name)),
        ]
        rows.append(row + ([range_text(results.times_ideal(name))] if ideal else []))
    lines = [f"### {workload.name}", "", f"{workload.what[0].upper()}{workload.what[1:]}.", ""]
    lines += rows_to_markdown(head, rows)
    for name in results.rounds:
        for failure in sorted(set(results.failures(name))):
            lines += ["", f"{name} failed in {len(results.failures(name))} round(s): `{failure}`"]
    return lines


def of_scaling(all_results: list[Results]) -> list[str]:
    """One table for each base workload: contenders down, numbers of workers across."""
    groups: dict[str, dict[int, Results]] = {}
    for results in all_results:
        _, base, workers = results.workload.name.split("/")
        groups.setdefault(base, {})[int(workers)] = results
    lines = ["### scaling", "", "Some of the above by number of workers."]
    if skipped_workers():
        skipped = ", ".join(str(workers) for workers in skipped_workers())
        lines += ["", f"**Skipped, because this machine has fewer cores: {skipped} workers.**"]
    for base, by_workers in groups.items():
        names = list(next(iter(by_workers.values())).rounds)
        columns = [workers for workers in SCALING_WORKERS if workers in by_workers]
        rows = [
            [f"**{name}**" if name == "fanout" else name]
            + [range_text(by_workers[workers].spread(name)) for workers in columns]
            for name in names
        ]
        unit = next(iter(by_workers.values())).workload.unit
        head = [f"{base}, {unit}", "1 worker", *(f"{n} workers" for n in columns if n > 1)]
        lines += ["", *rows_to_markdown(head, rows)]
    return lines


def document(
    all_results: list[Results], facts: list[tuple[str, str]], command: str, rounds: int, plot: str
) -> str:
    plain = [results for results in all_results if "/" not in results.workload.name]
    scaled = [results for results in all_results if "/" in results.workload.name]
    divided = ", ".join(f"{name} 1/{n}" for name, n in DIVISORS.items())
    lines = [
        "# Benchmarks",
        "",
        "What the workloads and the contenders are, and which of them cannot do what, is in",
        "[bench/README.md](../bench/README.md).",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {fact} |" for name, fact in facts),
        f"| Command | `{command}` |",
        "",
        f"Medians of {rounds} interleaved rounds, the least and the most in parentheses. Less is",
        "better everywhere. `fanout / contender` is the median (least-most) of the ratios within",
        "the same round: 0.5 means that fanout needs half of what the contender needs. The times",
        "include making and destroying pool and futures. Those that need tens of microseconds for",
        "a task get fewer of them, which leaves the time per task what it is:",
        f"{divided} of the tasks.",
        "",
        f"![How much more each contender needs than fanout, by workload]({plot})",
    ]
    for results in plain:
        lines += ["", *of_workload(results)]
    if scaled:
        lines += ["", *of_scaling(scaled)]
    lines += ["", NOTES.read_text(encoding="utf-8").strip()]
    return "\n".join(lines) + "\n"


def for_terminal(results: Results) -> str:
    lines = [f"{results.workload.name}: {results.workload.what} ({results.workload.unit})"]
    for name in results.rounds:
        line = f"  {name:18}{range_text(results.spread(name)):28}"
        if name != "fanout" and (ratio := results.ratio("fanout", name)) is not None:
            line += f"fanout / {name}: {range_text(ratio)}"
        lines.append(line.rstrip())
        lines += [f"    FAILED: {failure}" for failure in results.failures(name)]
        if name != "sequential" and results.workload.name == "uneven":
            ideal = results.times_ideal(name)
            lines[-1] += f"  {text(ideal.median)} times the ideal" if ideal else ""
    return "\n".join(lines)
