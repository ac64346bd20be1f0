# SPDX-License-Identifier: MIT
"""The rows of the grid: which workloads there are, at which sizes, and what their numbers mean."""

from __future__ import annotations

import dataclasses
import os

CORES = len(os.sched_getaffinity(0))
SCALING_WORKERS = (1, 2, 4, 8, 16)

# Where a task costs tens of microseconds the same number per task comes out of fewer of them; and
# of threads there cannot be as many as of tasks.
DIVISORS = {"python": 10, "std_async": 100}


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str  # as on the command line
    what: str  # what is done
    unit: str  # what the number counts; less is better
    size: int
    quick: int  # the size that only shows that it works
    folder: str = ""  # where the cells are, if not in a folder of the same name
    workers: int = CORES
    one_core: bool = False
    divided: bool = True  # do DIVISORS apply?
    without: tuple[str, ...] = ()  # contenders for which it makes no sense

    @property
    def cells(self) -> str:
        return self.folder or self.name

    def size_for(self, contender: str, quick: bool) -> int:
        if quick:
            return self.quick
        divisor = DIVISORS.get(contender, 1) if self.divided else 1
        if self.name == "memory" and contender == "std_async":
            divisor = 1_000  # each pending task is a blocked thread
        return max(1, self.size // divisor)


ROUNDTRIP = Workload(
    "roundtrip", "submit one task, wait for it, and again", "ns per trip", 200_000, 500
)

WORKLOADS = [
    Workload(
        "list", "one thread submits trivial tasks, keeps the futures, takes the results in order",
        "ns per task", 1_000_000, 2_000),
    Workload(
        "map_back", "results in order of completion; for each, its input is looked up",
        "ns per task", 200_000, 2_000),
    Workload("map", "a trivial function over a vector of integers", "ns per element",
             1_000_000, 2_000),
    ROUNDTRIP,
    dataclasses.replace(
        ROUNDTRIP, name="roundtrip_one_core", folder="roundtrip", one_core=True,
        what="the same, with the whole process on one processor"),
    Workload("fib", "recursive fork and join, both branches of each call a task", "ns per task",
             27, 12, divided=False),
    Workload("producers", "four threads submit a quarter each, and wait for theirs", "ns per task",
             1_000_000, 2_000),
    Workload("fire", "nobody wants the results; the pool is emptied", "ns per task",
             1_000_000, 2_000),
    Workload("uneven", "tasks of exponentially distributed length, about 2 us on average",
             "ns per task", 100_000, 500),
    Workload("blocking", "2,000 naps of 2 ms on 64 workers", "times the ideal", 2_000, 128,
             workers=64, divided=False),
    Workload("crawl", "tasks that submit tasks: a tree, no node waits for another", "ns per node",
             500_000, 2_000),
    Workload("idle", "processor time used in 3 s of having nothing to do, after a burst",
             "ms of processor time", 3_000, 100, divided=False),
    Workload("memory", "a task that has not started, and its future", "bytes", 200_000, 500),
    Workload("process_roundtrip", "a number goes to a worker process and comes back, and again",
             "ns per trip", 50_000, 50, workers=1),
    Workload("process_calls", "small calls to two worker processes, results in order",
             "ns per call", 100_000, 200, workers=2),
    Workload("process_echo_1MiB", "1 MiB goes to a worker process and comes back", "ms per echo",
             1 << 20, 1 << 10, folder="process_echo", workers=1, divided=False),
    Workload("process_echo_100MiB", "the same with 100 MiB", "ms per echo",
             100 << 20, 100 << 10, folder="process_echo", workers=1, divided=False),
    Workload("process_start", "a new pool, until each of its four processes gave a result",
             "ms per start", 10, 1, workers=4, divided=False),
    Workload("process_recovery", "a worker process is killed, until the next task has run",
             "ms per death", 50, 3, workers=1, divided=False),
]  # fmt: skip

# Scaling: some of the above by number of workers. A thread for each task, and no thread at all,
# have no number of workers; Python's lock lets one thread run at a time.
SCALED = ("list", "producers", "uneven", "crawl")
NOT_SCALED = ("sequential", "std_async", "python")


def scaling() -> list[Workload]:
    return [
        dataclasses.replace(
            workload,
            name=f"scaling/{workload.name}/{workers}",
            folder=workload.name,
            workers=workers,
            without=NOT_SCALED,
        )
        for workload in WORKLOADS
        if workload.name in SCALED
        for workers in SCALING_WORKERS
        if workers <= CORES
    ]


def skipped_workers() -> list[int]:
    return [workers for workers in SCALING_WORKERS if workers > CORES]


def selected(name: str | None) -> list[Workload]:
    """What a name on the command line stands for; nothing: everything."""
    if name is None:
        return WORKLOADS + scaling()
    if name == "scaling":
        return scaling()
    return [w for w in WORKLOADS + scaling() if w.name == name]
