#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""map_back: Python's own concurrent.futures."""

import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench

def input_of(i):
    return 7 * i + 1


def task(value):
    return 3 * value + 1


def value_of(value, result):
    return value * (result ^ 0x9E3779B97F4A7C15)


def submit_and_look_up(run):
    with ThreadPoolExecutor(run.workers) as executor:
        inputs = {executor.submit(task, input_of(i)): input_of(i) for i in range(run.size)}
        return sum(value_of(inputs[future], future.result()) for future in as_completed(inputs))


run = bench.parse(200_000)
expected = sum(value_of(input_of(i), task(input_of(i))) for i in range(run.size))
bench.measure_per_task(run, expected, submit_and_look_up)
