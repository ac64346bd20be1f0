# SPDX-License-Identifier: MIT
"""What the Python cells share: reading --size and --workers, checking and printing the number."""

import argparse
import os
import sys
import time


def parse(size, workers=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=size)
    parser.add_argument("--workers", type=int, default=workers or len(os.sched_getaffinity(0)))
    return parser.parse_args()


def report(number, right):
    """Ends a cell."""
    if not right:
        sys.exit("the answer is wrong")
    print(f"{number:.9g}")


def measure_per_task(run, expected, body):
    """Times body(run) as a whole and prints nanoseconds per task."""
    began = time.perf_counter()
    answer = body(run)
    seconds = time.perf_counter() - began
    report(seconds * 1e9 / run.size, answer == expected)
