#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""process_calls: Python's own concurrent.futures, a message for each call."""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench


def task(i):
    return 3 * i + 1


def call_all(run):
    with ProcessPoolExecutor(run.workers) as executor:
        return sum(executor.map(task, range(run.size), chunksize=1))


if __name__ == "__main__":
    run = bench.parse(100_000, workers=2)
    bench.measure_per_task(run, sum(map(task, range(run.size))), call_all)
