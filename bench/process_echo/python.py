#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""process_echo: Python's own concurrent.futures."""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import bench


def echo(text):
    return text


if __name__ == "__main__":
    run = bench.parse(1 << 20, workers=1)
    times = min(256, max(2, (256 << 20) // run.size))
    text = b"x" * (run.size - 1) + b"y"
    began = time.perf_counter()
    with ProcessPoolExecutor(run.workers) as executor:
        whole = sum(executor.submit(echo, text).result() == text for _ in range(times))
    bench.report((time.perf_counter() - began) * 1e3 / times, whole == times)
