#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the benchmark grid.

  bench/run.py                    every workload, every contender
  bench/run.py list               one workload; `scaling` is some of them by number of workers
  bench/run.py list fanout        one cell
  bench/run.py --quick            tiny sizes, one round: does every cell give the right answer?
  bench/run.py --rounds 9 --write results into docs/benchmarks.md and docs/benchmarks.svg

The contenders take turns (A B C A B C ...), so that whatever else the machine does hits all of
them. The exit status is 1 if a cell failed. It builds into build/bench first, unless --no-build is
given.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from runner import cells, figures, machine, plot, table, workloads


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workload", nargs="?")
    parser.add_argument("contender", nargs="?")
    parser.add_argument("--rounds", type=int, help="how often each cell is run (5; with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="tiny sizes; the numbers mean nothing")
    parser.add_argument(
        "--write", nargs="?", const=cells.ROOT / "docs", type=Path, metavar="FOLDER",
        help="write benchmarks.md and benchmarks.svg into FOLDER (docs)",
    )  # fmt: skip
    parser.add_argument("--build-dir", type=Path, default=cells.ROOT / "build" / "bench")
    parser.add_argument("--no-build", action="store_true")
    given = parser.parse_args()
    if given.rounds is None:
        given.rounds = 1 if given.quick else 5
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    return given


def measure(workload: workloads.Workload, given: argparse.Namespace) -> figures.Results:
    commands = {}
    for contender in cells.contenders(workload):
        if given.contender not in (None, contender):
            continue
        commands[contender] = cells.command_of(workload, contender, given.build_dir)
    for contender in [name for name, command in commands.items() if command is None]:
        print(f"{workload.name}/{contender}: SKIPPED, not built (see bench/install-peers)")
        del commands[contender]
    results = figures.Results(workload, {contender: [] for contender in commands})
    for round_number in range(given.rounds):
        for contender, command in commands.items():
            if sys.stderr.isatty():
                place = f"{workload.name} {round_number + 1}/{given.rounds} {contender}"
                print(f"\r\033[K{place}", end="", file=sys.stderr)
            number = cells.run(workload, contender, command, given.quick)
            results.rounds[contender].append(number)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return results


def write(all_results: list[figures.Results], facts: list[tuple[str, str]],
          given: argparse.Namespace) -> None:  # fmt: skip
    words = ["bench/run.py", *filter(None, (given.workload, given.contender))]
    words += ["--quick"] * given.quick + [f"--rounds {given.rounds}", "--write"]
    text = table.document(all_results, facts, " ".join(words), given.rounds, "benchmarks.svg")
    if given.quick:
        warning = "**A trial with tiny sizes: the numbers mean nothing.**"
        text = text.replace("\n\n", f"\n\n{warning}\n\n", 1)
    given.write.mkdir(parents=True, exist_ok=True)
    (given.write / "benchmarks.md").write_text(text, encoding="utf-8")
    (given.write / "benchmarks.svg").write_text(plot.draw(all_results), encoding="utf-8")
    print(f"written: {given.write / 'benchmarks.md'}, {given.write / 'benchmarks.svg'}")


def main() -> int:
    given = parse()
    selected = workloads.selected(given.workload)
    if not selected:
        names = " ".join(w.name for w in workloads.WORKLOADS)
        print(f"no workload '{given.workload}'; there are: {names} scaling", file=sys.stderr)
        return 2
    if not given.no_build:
        cells.build(given.build_dir)
    load_before = machine.load()
    all_results = []
    for workload in selected:
        all_results.append(measure(workload, given))
        print(table.for_terminal(all_results[-1]), flush=True)
    if given.workload in (None, "scaling") and workloads.skipped_workers():
        skipped = ", ".join(map(str, workloads.skipped_workers()))
        print(f"scaling: SKIPPED with {skipped} workers, there are {workloads.CORES} cores")
    if not any(results.rounds for results in all_results):
        print("no such cell, or none of them is built", file=sys.stderr)
        return 2
    for name, fact in (facts := machine.describe(given.build_dir, load_before)):
        print(f"{name}: {fact}")
    if given.write:
        write(all_results, facts, given)
    return 1 if any(r.failures(name) for r in all_results for name in r.rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
