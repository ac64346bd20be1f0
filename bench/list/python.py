#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""list: Python's own concurrent.futures."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def task(i):
    return 3 * i + 1


def submit_and_collect(run):
    with ThreadPoolExecutor(run.workers) as executor:
        futures = [executor.submit(task, i) for i in range(run.size)]
        return [future.result() for future in futures]


run = bench.parse(1_000_000)
bench.measure_per_task(run, [task(i) for i in range(run.size)], submit_and_collect)
