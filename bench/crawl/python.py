#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""crawl: Python's own concurrent.futures."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

class Crawler:
    """Node 0 is the root; each node has eight children as long as there are nodes left."""

    def __init__(self, executor, size):
        self.executor = executor
        self.visits = bytearray(size)
        self.left = size
        self.lock = Lock()
        self.done = Event()

    def visit(self, node):
        self.visits[node] += 1
        first = 8 * node + 1
        for child in range(first, min(first + 8, len(self.visits))):
            self.executor.submit(self.visit, child)
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.done.set()


def crawl(run):
    with ThreadPoolExecutor(run.workers) as executor:
        crawler = Crawler(executor, run.size)
        executor.submit(crawler.visit, 0)
        crawler.done.wait()
    return crawler.visits.count(1)


run = bench.parse(500_000)
bench.measure_per_task(run, run.size, crawl)
