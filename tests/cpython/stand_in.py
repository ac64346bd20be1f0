# SPDX-License-Identifier: MIT
"""Puts fanout in the place of the thread pool, the futures and the waits of concurrent.futures.

Names and signatures are those of Python, and so are the words of a few messages. What happens is
fanout's. The names that begin with an underscore are private ones that CPython's suite looks at.
"""

import atexit
import concurrent.futures
import logging
import re
import threading
import weakref
from concurrent.futures import ALL_COMPLETED, BrokenExecutor, InvalidStateError
from concurrent.futures._base import DoneAndNotDoneFutures

import fanout_for_python as fanout

living = weakref.WeakSet()


class ThreadPoolExecutor(fanout.ThreadPoolExecutor):
    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        super().__init__(max_workers, thread_name_prefix, initializer, initargs)
        self._given = max_workers
        living.add(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown(wait=True)

    @property
    def _threads(self):
        return self.threads()

    @property
    def _max_workers(self):
        """Counted where it was not given: a pool of its own starts all the threads that it may."""
        if self._given is not None:
            return self._given
        gate = threading.Event()
        with ThreadPoolExecutor() as full:
            for _ in range(100):
                full.submit(gate.wait)
            count = len(full.threads())
            gate.set()
        return count

    @property
    def _broken(self):
        try:
            self.submit(int)
        except BrokenExecutor:
            return True
        return False


def Future():
    promise = fanout.Promise()
    future = promise.get_future()
    future.promise = promise
    return future


def state_of(future):
    return re.search(r"state=(\w+)", future.describe())[1]


def describe(future):
    """As fanout does, with an address, and with the type in Python and not in C++."""
    words = [f"<Future at {id(future):#x} state={state_of(future)}"]
    if state_of(future) == "finished":
        error = future.exception()
        words += ["returned" if error is None else "raised"]
        words += [type(future.result() if error is None else error).__name__]
    return " ".join(words) + ">"


def set_outcome(future, setter, outcome):
    try:
        setter(outcome)
    except InvalidStateError as error:
        raise InvalidStateError(f"{future._state}: {future!r}") from error


class Condition:
    """For a test that fails a future by hand: it does when the test says that it has."""

    def __init__(self, future):
        self.future = future

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def notify_all(self):
        self.future.set_exception(self.future._exception)


def set_result(self, value):
    set_outcome(self, self.promise.set_value, value)


def set_exception(self, error):
    set_outcome(self, self.promise.set_exception, error)


fanout.Future.__repr__ = describe
fanout.Future.set_result = set_result
fanout.Future.set_exception = set_exception
fanout.Future.set_running_or_notify_cancel = (
    lambda self: self.promise.set_running_or_notify_cancel()
)
fanout.Future._state = property(lambda self: state_of(self).upper(), lambda self, value: None)
fanout.Future._condition = property(Condition)


def wait(fs, timeout=None, return_when=ALL_COMPLETED):
    done, not_done = fanout.wait(fs, timeout, getattr(fanout.ReturnWhen, return_when))
    return DoneAndNotDoneFutures(set(done), set(not_done))


def as_completed(fs, timeout=None):
    return fanout.as_completed(fs, timeout)


def report(error, where):
    """Says of a callback what Python says. It says nothing of a failure that nobody looked at."""
    if where == "a done callback":
        logging.getLogger("concurrent.futures").error(
            "exception calling callback for a future", exc_info=error)


def end():
    """What the end of main() is in C++: each executor goes away while tasks can still run."""
    for executor in list(living):
        executor.shutdown(wait=True)


def install():
    for name in (ThreadPoolExecutor, Future, wait, as_completed):
        setattr(concurrent.futures, name.__name__, name)
    fanout.on_unhandled_exception(report)
    atexit.register(fanout.on_unhandled_exception, None)
    # Before what atexit calls, where Python's own executors end, too.
    threading._register_atexit(end)
