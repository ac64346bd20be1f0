#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""producers: Python's own concurrent.futures."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def task(i):
    return 3 * i + 1


def from_four_threads(run):
    sums = [0] * 4

    def submit_and_sum(n):
        own = range(run.size * n // 4, run.size * (n + 1) // 4)
        futures = [executor.submit(task, i) for i in own]
        sums[n] = sum(future.result() for future in futures)

    with ThreadPoolExecutor(run.workers) as executor:
        threads = [Thread(target=submit_and_sum, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(sums)


run = bench.parse(1_000_000)
bench.measure_per_task(run, sum(map(task, range(run.size))), from_four_threads)
