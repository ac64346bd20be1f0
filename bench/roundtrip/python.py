#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""roundtrip: Python's own concurrent.futures."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def task(i):
    return 3 * i + 1


def go_and_return(run):
    with ThreadPoolExecutor(run.workers) as executor:
        return sum(executor.submit(task, i).result() for i in range(run.size))


run = bench.parse(200_000)
bench.measure_per_task(run, sum(map(task, range(run.size))), go_and_return)
