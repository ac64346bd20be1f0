#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the locked instructions of a task: bench/locked.py CELL SIZE LARGER_SIZE.

    bench/locked.py build/bench/bench/list/fanout 20000 40000
    bench/locked.py build/bench/bench/fib/tbb_task_group 12 16

An instruction that locks its cache line costs as much as some twenty others, even where nobody else
wants that line: how many of them a task takes bounds what a library can reach. The cell is run by one
worker at two sizes under callgrind, and the difference is printed: instructions, and locked ones with
the places in the program that run most of them.
"""

from __future__ import annotations

import collections
import re
import subprocess
import sys
import tempfile
from pathlib import Path

Place = tuple[str, int]  # of an instruction: its file, its address there
LOCKED = re.compile(r"lock |mfence|xchg.*\(")  # an exchange with memory always locks


def profile(program: str, size: str) -> collections.Counter[Place]:
    """How often each instruction was run."""
    runs: collections.Counter[Place] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--fair-sched=yes", "--dump-instr=yes",
             "--compress-pos=no", "--compress-strings=no", f"--callgrind-out-file={out}",
             program, "--size", size, "--workers", "1"],
            check=True, capture_output=True)  # fmt: skip
        file = ""
        of_callees = False  # the line after calls= repeats what was spent in the function called
        for line in out.read_text(encoding="utf-8").splitlines():
            if line.startswith("ob="):
                file = line[3:]
            elif line.startswith("calls="):
                of_callees = True
            elif line.startswith("0x"):
                if not of_callees:
                    fields = line.split()
                    runs[file, int(fields[0], 16)] += int(fields[-1])
                of_callees = False
    return runs


def instructions(file: str) -> dict[int, bool]:
    """The address of each instruction of a program or library, and whether it is a locked one."""
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", file], check=True,
                             capture_output=True, text=True).stdout  # fmt: skip
    found = re.findall(r"^\s*([0-9a-f]+):\s+(.*)$", listing, re.MULTILINE)
    return {int(address, 16): bool(LOCKED.match(text)) for address, text in found}


def locked_runs(runs: collections.Counter[Place]) -> collections.Counter[Place]:
    locked: collections.Counter[Place] = collections.Counter()
    for file in {file for file, _ in runs if Path(file).is_file()}:
        known = instructions(file)
        addresses = [address for other, address in runs if other == file]
        # callgrind gives addresses in memory: where the file was loaded is where all of them fit.
        page = min(addresses) & ~0xFFF
        sample = addresses[:60]
        base = max((page - i * 0x1000 for i in range(2000)),
                   key=lambda base: sum(address - base in known for address in sample))  # fmt: skip
        for address in addresses:
            if known.get(address - base):
                locked[Path(file).name, address - base] += runs[file, address]
    return locked


def main() -> int:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, *sizes = sys.argv[1:]
    smaller, larger = (profile(program, size) for size in sizes)
    more = locked_runs(larger)
    more.subtract(locked_runs(smaller))
    print(f"{larger.total() - smaller.total()} instructions, {more.total()} of them locked")
    for (file, address), count in more.most_common(12):
        print(f"{count:12}  {file}+{address:#x}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
