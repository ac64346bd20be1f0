#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""process_roundtrip: Python's own concurrent.futures."""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench


def echo(i):
    return i


def go_and_return(run):
    with ProcessPoolExecutor(run.workers) as executor:
        return sum(executor.submit(echo, i).result() for i in range(run.size))


if __name__ == "__main__":
    run = bench.parse(50_000, workers=1)
    bench.measure_per_task(run, sum(range(run.size)), go_and_return)
