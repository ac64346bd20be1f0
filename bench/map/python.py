#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""map: Python's own concurrent.futures."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def task(i):
    return 3 * i + 1


def map_all(run):
    with ThreadPoolExecutor(run.workers) as executor:
        return list(executor.map(task, range(run.size)))


run = bench.parse(1_000_000)
bench.measure_per_task(run, [task(i) for i in range(run.size)], map_all)
