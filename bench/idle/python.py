#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""idle: Python's own concurrent.futures."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def task(i):
    return 3 * i + 1


BURST = 20_000

run = bench.parse(3_000)
with ThreadPoolExecutor(run.workers) as executor:
    futures = [executor.submit(task, i) for i in range(BURST)]
    answer = sum(future.result() for future in futures)
    before = time.process_time()
    time.sleep(run.size / 1000)
    used = time.process_time() - before
bench.report(used * 1000, answer == sum(map(task, range(BURST))))
