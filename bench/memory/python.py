#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""memory: Python's own concurrent.futures."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def task(i):
    return 3 * i + 1


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


run = bench.parse(200_000)
arrived = Barrier(run.workers + 1)
opened = Event()


def block():
    arrived.wait()
    opened.wait()


with ThreadPoolExecutor(run.workers) as executor:
    blocked = [executor.submit(block) for _ in range(run.workers)]
    arrived.wait()
    before = resident()
    futures = [executor.submit(task, i) for i in range(run.size)]
    grown = resident() - before
    opened.set()
    answer = sum(future.result() for future in futures)
bench.report(grown / run.size, answer == sum(map(task, range(run.size))))
