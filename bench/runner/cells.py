# SPDX-License-Identifier: MIT
"""The cells of the grid: which there are, how they are built, how one is run."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

from .workloads import Workload

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
ORDER = ("fanout", "fanout_forkserver", "tbb_task_group", "tbb_parallel_for", "tbb_enqueue",
         "moodycamel", "boost_asio", "boost_thread", "boost_interprocess", "qt", "textbook",
         "std_async", "socket_pair", "pipe_farm", "python", "python_forkserver", "plain_threads",
         "memcpy", "sequential")  # fmt: skip
LONGEST = 300  # seconds; then a cell has failed


def contenders(workload: Workload) -> list[str]:
    """The folder is the table: each source file but workload.hpp is a contender."""
    files = (BENCH / workload.cells).iterdir()
    names = {path.stem for path in files if path.suffix in (".cpp", ".py")}
    return [name for name in ORDER if name in names and name not in workload.without]


def build(folder: Path) -> None:
    # Link-time optimisation for all of them: some contenders are headers, and have it anyway.
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON",
               "-DFANOUT_BUILD_BENCH=ON", "-DFANOUT_BUILD_TESTS=OFF", "-DFANOUT_BUILD_CLI=OFF",
               "-DFANOUT_BUILD_EXAMPLES=OFF"]  # fmt: skip
    generator = [] if (folder / "CMakeCache.txt").exists() else ["-G", "Ninja"]
    configure = ["cmake", "-S", ROOT, "-B", folder, *generator, *options]
    for command in (configure, ["cmake", "--build", folder]):
        # Standard output is for the results.
        subprocess.run(command, check=True, stdout=sys.stderr)


def command_of(workload: Workload, contender: str, folder: Path) -> list[str] | None:
    """None: not built, because its library is not installed here."""
    script = BENCH / workload.cells / f"{contender}.py"
    if script.exists():
        return [sys.executable, str(script)]
    program = folder / "bench" / workload.cells / contender
    return [str(program)] if program.exists() else None


def on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def run(workload: Workload, contender: str, command: list[str], quick: bool) -> float | str:
    """The number that the cell printed, or what went wrong."""
    size = workload.size_for(contender, quick)
    command = [*command, "--size", str(size), "--workers", str(workload.workers)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            preexec_fn=on_one_core if workload.one_core else None,
        )
    except subprocess.TimeoutExpired:
        return f"not done after {LONGEST} s"
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        return f"exit status {done.returncode}: {said[-1] if said else 'no message'}"
    try:
        number = float(done.stdout)
    except ValueError:
        number = math.nan
    return number if math.isfinite(number) else f"printed {done.stdout!r} instead of a number"
