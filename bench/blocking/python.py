#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""blocking: Python's own concurrent.futures."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

NAP = 0.002


def task():
    time.sleep(NAP)
    return 1


def sleep_all(run):
    with ThreadPoolExecutor(run.workers) as executor:
        futures = [executor.submit(task) for _ in range(run.size)]
        return sum(future.result() for future in futures)


run = bench.parse(2_000, workers=64)
ideal = -(-run.size // run.workers) * NAP
began = time.perf_counter()
slept = sleep_all(run)
bench.report((time.perf_counter() - began) / ideal, slept == run.size)
