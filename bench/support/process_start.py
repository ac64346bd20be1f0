# SPDX-License-Identifier: MIT
"""What the Python cells of process_start share; they differ in how processes are started."""

import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

import bench


def meet(place, count):
    """Returns when so many processes are here: none of them can run two of these."""
    file = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, b"x")
    while os.lseek(file, 0, os.SEEK_END) < count:
        time.sleep(0.0002)
    os.close(file)
    return os.getpid()


def measure(method):
    run = bench.parse(10, workers=4)
    context = multiprocessing.get_context(method)
    seconds = 0
    right = True
    with tempfile.TemporaryDirectory() as folder:
        for number in range(run.size):
            place = os.path.join(folder, str(number))
            began = time.perf_counter()
            with ProcessPoolExecutor(run.workers, mp_context=context) as executor:
                futures = [executor.submit(meet, place, run.workers) for _ in range(run.workers)]
                pids = {future.result() for future in futures}
                seconds += time.perf_counter() - began
            right = right and len(pids) == run.workers
    bench.report(seconds * 1e3 / run.size, right)
