#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts each bug of tests/mutations into a copy of the sources and names the test that finds it.

    tests/mutations/run.py                   all of them
    tests/mutations/run.py 03 deque          those whose names contain one of the words
    tests/mutations/run.py --work FOLDER     where the copy and its builds are (build/mutations)
    tests/mutations/run.py --check           only whether each of them can still be put in

A bug is a file NN-name.toml:

    what = "one sentence: what is wrong"
    file = "src/core/state.cpp"
    old = "text that occurs there exactly once"
    new = "what stands there instead"
    killed_by = ["model.run_against_cancel"]   # tests of ctest, the quickest first
    preset = "release"                         # may be left out

It is killed when one of its tests fails or hangs. The exit status is 0 if all are killed; and every
test must pass without the bug, or its verdict is worth nothing.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COPIED = ["CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "cmake", "docs", "include",
          "src", "tests"]
LIMIT = 600  # seconds for one test program
HANGS = 20  # seconds after which the watchdog says so of one test in it; none takes so long


@dataclass
class Mutation:
    name: str
    what: str
    file: str
    old: str
    new: str
    killed_by: list[str]
    preset: str = "release"

    def times(self, tree: Path) -> int:
        """How often the old text occurs; anything but once means that the code has changed."""
        return (tree / self.file).read_text(encoding="utf-8").count(self.old)

    def apply(self, tree: Path) -> None:
        path = tree / self.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")

    def undo(self, tree: Path) -> None:
        shutil.copyfile(ROOT / self.file, tree / self.file)  # as a new file, so it is built again


@dataclass
class Build:
    """One build folder of the copy, for one preset."""

    tree: Path
    preset: str
    known_tests: set[str] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        return self.tree / "build" / self.preset

    @property
    def log(self) -> Path:
        return self.folder / "last_test.log"

    def configure(self) -> None:
        options = ["-DFANOUT_BUILD_CLI=OFF", "-DFANOUT_BUILD_EXAMPLES=OFF"]
        check(["cmake", "--preset", self.preset, *options], self.tree)
        listing = check(["ctest", "--test-dir", str(self.folder), "-N"], self.tree)
        self.known_tests = set(re.findall(r"Test +#\d+: (\S+)", listing))

    def make(self, test: str) -> None:
        if test not in self.known_tests:
            sys.exit(f"there is no test {test} in the preset {self.preset}")
        target = "fanout_model" if test.startswith("model.") else test
        check(["cmake", "--build", str(self.folder), "--target", target], self.tree)

    def passes(self, test: str) -> bool:
        """Runs one test. A crash and a hang are failures, too."""
        command = ["ctest", "--test-dir", str(self.folder), "--output-on-failure", "--timeout",
                   str(LIMIT), "-R", f"^{re.escape(test)}$"]
        done = subprocess.run(command, cwd=self.tree, capture_output=True, text=True, check=False,
                              env={**os.environ, "FANOUT_TEST_LIMIT": str(HANGS)})
        self.log.write_text(done.stdout + done.stderr, encoding="utf-8")
        return done.returncode == 0


def check(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def read_mutations(words: list[str]) -> list[Mutation]:
    found = []
    for path in sorted(HERE.glob("*.toml")):
        if not words or any(word in path.stem for word in words):
            found.append(Mutation(name=path.stem, **tomllib.loads(path.read_text("utf-8"))))
    if not found:
        sys.exit("no mutation has such a name")
    return found


def check_that_all_apply(mutations: list[Mutation]) -> None:
    stale = [mutation for mutation in mutations if mutation.times(ROOT) != 1]
    for mutation in stale:
        print(f"{mutation.name}: the old text occurs {mutation.times(ROOT)} times in "
              f"{mutation.file}, not once; has the code changed?")
    if stale:
        sys.exit(1)


def copy_sources(tree: Path) -> None:
    """Only what differs is written, so that what is built already stays built."""
    for name in COPIED:
        for source in [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"):
            if source.is_dir() or "__pycache__" in source.parts:
                continue
            target = tree / source.relative_to(ROOT)
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
    for target in [*tree.glob("src/**/*"), *tree.glob("include/**/*"), *tree.glob("tests/**/*")]:
        if target.is_file() and not (ROOT / target.relative_to(tree)).exists():
            target.unlink()


def reason_in(log: str) -> str:
    """The first line that says what went wrong: of the model, of GoogleTest, of the watchdog."""
    found = re.search(r"^.*(?:FAILED \w+: |: Failure|watchdog: |Timeout|SANITIZER).*$", log, re.MULTILINE)
    return found[0].strip() if found else "it ended with an error"


def killer_of(mutation: Mutation, build: Build) -> str:
    for test in mutation.killed_by:
        build.make(test)
        if not build.passes(test):
            return f"killed by {test}\n    {reason_in(build.log.read_text('utf-8'))[:200]}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", metavar="NAME")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "mutations")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    mutations = read_mutations(arguments.words)
    check_that_all_apply(mutations)
    if arguments.check:
        print(f"{len(mutations)} bugs can be put in")
        return 0
    tree = arguments.work.resolve()
    copy_sources(tree)
    builds = {mutation.preset: Build(tree, mutation.preset) for mutation in mutations}
    for build in builds.values():
        build.configure()
        for test in sorted({test for mutation in mutations if mutation.preset == build.preset
                            for test in mutation.killed_by}):
            build.make(test)
            if not build.passes(test):
                sys.exit(f"{test} fails without any bug: {build.log}")
    survivors = 0
    for mutation in mutations:
        began = time.monotonic()
        try:
            mutation.apply(tree)
            killer = killer_of(mutation, builds[mutation.preset])
        finally:
            mutation.undo(tree)
        survivors += not killer
        print(f"{mutation.name:40} {time.monotonic() - began:6.1f} s  {killer or 'SURVIVED'}",
              flush=True)
    print(f"{len(mutations) - survivors} of {len(mutations)} bugs killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
