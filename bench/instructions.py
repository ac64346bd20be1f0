#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Guards the number of instructions per task: bench/instructions.py [BUILD_DIR].

Time on a shared machine says little; how many instructions a task costs hardly depends on it. Each
cell of instructions.json is run by one worker at two sizes; the difference divided by the difference
in tasks is what one task costs, without what starting and ending a program costs. The exit status is
1 if it is over the committed bound, and 77 if nothing can count here.

It does depend on how the threads take turns: workers that find tasks slow, as a slow machine makes
them while somebody counts, take them one by one instead of in batches. So a cell is run some times,
the cheapest run counts, and --update writes bounds a tenth above the dearest.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
BOUNDS = BENCH / "instructions.json"
RUNS = 5
VALGRIND = ["valgrind", "--tool=callgrind", "--fair-sched=yes", "--callgrind-out-file=/dev/null"]
PERF = ["perf", "stat", "-x,", "-e", "instructions:u"]


def count_with_valgrind(command: list[str]) -> int:
    done = subprocess.run([*VALGRIND, *command], capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def count_with_perf(command: list[str]) -> int:
    done = subprocess.run([*PERF, *command], capture_output=True, text=True, check=True)
    return int(re.search(r"^(\d+),", done.stderr, re.MULTILINE)[1])


def counter():
    """Whatever can count here. Valgrind first: the bounds were taken with it."""
    if shutil.which("valgrind"):
        return count_with_valgrind
    try:
        count_with_perf(["true"])
    except (OSError, subprocess.CalledProcessError, TypeError):
        return None
    return count_with_perf


def per_task(count, program: Path, guard: dict) -> tuple[float, float]:
    """Of the cheapest and of the dearest run."""
    small, large = (
        [count([str(program), "--size", str(size), "--workers", "1"]) for _ in range(RUNS)]
        for size in guard["sizes"]
    )
    tasks = guard["tasks"][1] - guard["tasks"][0]
    return (min(large) - min(small)) / tasks, (max(large) - min(small)) / tasks


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build_dir", nargs="?", type=Path, default=BENCH.parent / "build" / "bench")
    parser.add_argument("--update", action="store_true")
    given = parser.parse_args()
    count = counter()
    if count is None:
        print("instructions: neither valgrind nor perf can count here", file=sys.stderr)
        return 77
    guards = json.loads(BOUNDS.read_text(encoding="utf-8"))
    over = 0
    for name, guard in guards.items():
        program = given.build_dir / "bench" / guard["cell"]
        if not program.exists():
            print(f"{name}: {program} is not built (target bench_fanout)", file=sys.stderr)
            return 2
        counted, dearest = per_task(count, program, guard)
        if given.update:
            guard["most"] = round(dearest * 1.1)
        verdict = "ok" if counted <= guard["most"] else "TOO MANY"
        over += verdict != "ok"
        print(f"{name}: {counted:.0f} instructions per task, at most {guard['most']}: {verdict}")
    if given.update:
        lines = [f"  {json.dumps(name)}: {json.dumps(guard)}" for name, guard in guards.items()]
        BOUNDS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
