#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fire: Python's own concurrent.futures."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def submit_all(run):
    ran = bytearray(run.size)

    def task(i):
        ran[i] += 1

    with ThreadPoolExecutor(run.workers) as executor:
        for i in range(run.size):
            executor.submit(task, i)
    return ran.count(1)


run = bench.parse(1_000_000)
bench.measure_per_task(run, run.size, submit_all)
