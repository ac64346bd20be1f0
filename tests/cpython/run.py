# SPDX-License-Identifier: MIT
"""Runs CPython's tests of its thread pool, futures and waits against fanout.

    run.py FOLDER [NAME]   with the module fanout_for_python from there; tests with NAME in theirs
    run.py --find          where Python's headers are; modules' suffix. Nothing if one is missing

Each test has to end as expected.toml says: it passes, or it is listed there and fails as said.
"""

import contextlib
import faulthandler
import fnmatch
import importlib
import importlib.util
import sys
import sysconfig
import tomllib
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUITE = "test.test_concurrent_futures"
SECONDS = 240  # it takes less than a minute, most of it asleep


def find() -> str:
    """Empty if something is missing. The list of what differs is about one version of the suite."""
    include = sysconfig.get_path("include")
    if sys.version_info[:2] != (3, 11) or not Path(include, "Python.h").exists():
        return ""
    with contextlib.suppress(ModuleNotFoundError):
        if importlib.util.find_spec(SUITE) is not None:
            return f"{include};{sysconfig.get_config_var('EXT_SUFFIX')}"
    return ""


def create_future(state="PENDING", exception=None, result=None):
    """The suite's helper of this name writes private members; here a promise leads to the state."""
    from concurrent.futures import Future

    future = Future()
    if state == "CANCELLED":
        future.cancel()
    elif state != "PENDING":
        future.set_running_or_notify_cancel()
    if state == "FINISHED" and exception is not None:
        future.set_exception(exception)
    elif state == "FINISHED":
        future.set_result(result)
    return future


@contextlib.contextmanager
def expect_cause(test, message):
    """Python logs why an initializer failed; fanout nests it in what submit throws."""
    yield
    with test.assertRaises(importlib.import_module(SUITE).BrokenExecutor) as raised:
        test.executor.submit(int)
    cause = raised.exception.__cause__
    test.assertEqual(message, f"{type(cause).__name__}: {cause}")


def adapt(suite, folder: str) -> None:
    """Where the suite builds on private parts of Python's own futures."""
    import concurrent.futures

    suite.Future = concurrent.futures.Future
    suite.create_future = create_future
    suite.CANCELLED_AND_NOTIFIED = suite.CANCELLED  # one state here
    suite.PENDING_FUTURE = create_future()
    suite.RUNNING_FUTURE = create_future("RUNNING")
    suite.CANCELLED_FUTURE = create_future("CANCELLED")
    suite.CANCELLED_AND_NOTIFIED_FUTURE = create_future("CANCELLED")
    suite.EXCEPTION_FUTURE = create_future("FINISHED", exception=OSError())
    suite.SUCCESSFUL_FUTURE = create_future("FINISHED", result=42)
    suite.ThreadPoolFailingInitializerTest._assert_logged = expect_cause

    suite.support.verbose = 0  # it prints the time of each test

    # Tests of the end of a program start an interpreter that has to find fanout, too.
    prelude = (
        "import sys; sys.dont_write_bytecode = True\n"
        f"sys.path[:0] = [{folder!r}, {str(HERE)!r}]\n"
        "import stand_in; stand_in.install()\n"
    )
    original = suite.assert_python_ok
    suite.assert_python_ok = lambda option, code: original(option, prelude + code)


class Outcomes(unittest.TextTestResult):
    """How each test ended: "" if it passed, the text of its failure, None if it was skipped."""

    def __init__(self, *args):
        super().__init__(*args)
        self.of = {}

    def startTest(self, test):
        super().startTest(test)
        self.of[name_of(test)] = ""

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.of[name_of(test)] = None

    def addError(self, test, err):
        super().addError(test, err)
        self.of[name_of(test)] = self.errors[-1][1]

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.of[name_of(test)] = self.failures[-1][1]

    def printErrors(self):
        """Not here: a failure may be as expected."""


def name_of(test) -> str:
    return test.id().removeprefix(SUITE + ".")


def tests_in(loaded):
    for test in loaded:
        if isinstance(test, unittest.TestSuite):
            yield from tests_in(test)
        else:
            yield test


def judge(outcomes: dict, listed: dict) -> list[str]:
    """What is not as expected, a text each."""
    complaints = []
    for name, text in sorted(outcomes.items()):
        row = listed.get(name)
        if text is None:
            complaints.append(f"{name}: skipped")
        elif text == "":
            if row is not None and not row.get("may_pass"):
                complaints.append(f"{name}: passes, so expected.toml should not list it")
        elif row is None:
            complaints.append(f"{name}: {text}")
        elif row["fails_with"] not in text:
            complaints.append(f"{name}: fails in another way than expected.toml says: {text}")
    return complaints


def main(folder: str, wanted: str = "") -> int:
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    expected = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))
    sys.path[:0] = [folder, str(HERE)]
    import stand_in

    stand_in.install()
    suite = importlib.import_module(SUITE)
    adapt(suite, folder)
    if suite.ThreadPoolMixin.executor_type is not stand_in.ThreadPoolExecutor:
        sys.exit("the suite did not take fanout's pool: it was imported before")

    every = list(tests_in(unittest.defaultTestLoader.loadTestsFromModule(suite)))
    apart = expected["not_run"]["classes"]
    fitting = [test for test in every
               if not any(fnmatch.fnmatch(name_of(test), pattern) for pattern in apart)]
    to_run = [test for test in fitting if wanted in name_of(test)]
    outcomes = Outcomes(unittest.runner._WritelnDecorator(sys.stderr), True, 2)
    unittest.TestSuite(to_run).run(outcomes)
    suite.PENDING_FUTURE.cancel()  # a promise that is given up is reported
    suite.RUNNING_FUTURE.set_result(None)

    listed = {row["test"]: row for row in expected["differs"]}
    complaints = judge(outcomes.of, listed)
    if not wanted:
        complaints += [f"{name}: expected.toml lists it, and there is no such test that runs"
                       for name in sorted(listed.keys() - outcomes.of.keys())]
        if len(outcomes.of) < expected["at_least"]:
            complaints.append(f"{len(outcomes.of)} tests ran, not {expected['at_least']}")
    sys.stderr.flush()
    passed = sum(text == "" for text in outcomes.of.values())
    differ = sum(bool(text) and name in listed for name, text in outcomes.of.items())
    print(*complaints, sep="\n")
    print(f"{passed} tests of CPython pass, {differ} differ as documented, "
          f"{len(every) - len(fitting)} do not apply")
    return 1 if complaints or not outcomes.of else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--find"]:
        print(find())
    elif len(sys.argv) in (2, 3):
        sys.exit(main(*sys.argv[1:]))
    else:
        sys.exit(__doc__)
