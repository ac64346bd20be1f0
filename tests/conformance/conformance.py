#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that each line of docs/conformance.md is carried by a test that exists and runs.

    tests/conformance/conformance.py BUILD     checks, with the tests that are built there
    tests/conformance/conformance.py --write   brings the names of the tests up to date

A test says which lines it carries in a comment before it (`// conformance: 12, 13`, or `behaviour`);
the document says the same the other way round. Only a line that is not applicable (x) may be without
a test, and one that waits for the executor over MPI, as long as there is no src/mpi.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "conformance.md"
LINES = 215  # of the first list
NOT_YET = "not yet: there is no executor over MPI"
GOOGLETEST = {"contract", "faults", "resources", "stress", "unit"}  # labels of its programs

COMMENT = re.compile(r"^// (conformance|behaviour): ([\d, ]+)", re.MULTILINE)
TEST = re.compile(r"^(?:TYPED_|EXECUTOR_|IN_PROCESS_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)
# "- 12 = What is promised." and, for the second list, only "- 12"; the tests are on the next line.
ROW = re.compile(r"^- (\d+)(?: ([=~x]) .*)?$")

Carriers = dict[tuple[str, int], list[str]]


@dataclass
class Row:
    kind: str
    number: int
    mark: str
    line: int  # in the document
    tests: list[str] = field(default_factory=list)


def carriers() -> Carriers:
    """For each line the tests whose comments name it, as the document writes them."""
    found: Carriers = {}
    for path in sorted((ROOT / "tests").rglob("*.cpp")):
        text = path.read_text(encoding="utf-8")
        events = sorted([*COMMENT.finditer(text), *TEST.finditer(text)], key=lambda m: m.start())
        pending: list[tuple[str, int]] = []
        if path.parent.name == "compile_errors":
            events.append(None)
        for event in events:
            if event is not None and event.re is COMMENT:
                pending += [(event[1], int(number)) for number in re.findall(r"\d+", event[2])]
                continue
            name = (f"contract.compile_errors.{path.stem}" if event is None
                    else f"{event[1]}.{event[2]} ({path.name})")
            for line in pending:
                found.setdefault(line, []).append(name)
            pending = []
    return found


def read_rows(text: str) -> list[Row]:
    rows: list[Row] = []
    kind = "conformance"
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if line == "## Lines of behaviour":
            kind = "behaviour"
        if (match := ROW.match(line)) is None:
            continue
        row = Row(kind, int(match[1]), match[2] or "=", i + 1)
        if i + 1 < len(lines) and lines[i + 1].startswith("  "):
            row.tests = lines[i + 1].strip().split("; ")
        rows.append(row)
    return rows


def write() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    known = carriers()
    lines = text.splitlines()
    for row in reversed(read_rows(text)):
        tests = known.get((row.kind, row.number)) or [t for t in row.tests if t == NOT_YET]
        after = row.line + 1 if row.tests else row.line
        lines[row.line:after] = ["  " + "; ".join(tests)] if tests else []
    DOCUMENT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def running_tests(build: str) -> set[str]:
    """What ctest would run, the tests inside GoogleTest's programs included."""
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"],
                             capture_output=True, text=True, check=True).stdout
    found = set()
    for test in json.loads(listing)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        if properties.get("DISABLED"):
            continue
        found.add(test["name"])
        if "command" not in test:
            sys.exit(f"{test['name']} is not built")
        if GOOGLETEST.intersection(properties.get("LABELS", [])) and len(test["command"]) == 1:
            found |= tests_in(test["command"][0])
    return found


def tests_in(program: str) -> set[str]:
    if not Path(program).exists():
        sys.exit(f"{program} is not built")
    listing = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True,
                             check=True).stdout
    found = set()
    suites: list[str] = []
    for line in listing.splitlines():
        name = line.split("#")[0].rstrip()
        if name.endswith("."):
            suites = name[:-1].split("/")  # Suite, Suite/Type or Values/Suite
        elif name.startswith("  ") and "DISABLED_" not in name:
            found |= {f"{suite}.{name.strip().split('/')[0]}" for suite in suites}
    return found


def complaints(build: str) -> list[str]:
    known = carriers()
    running = running_tests(build)
    rows = read_rows(DOCUMENT.read_text(encoding="utf-8"))
    said = []

    def complain(row: Row, text: str) -> None:
        said.append(f"docs/conformance.md:{row.line}: {row.kind} {row.number}: {text}")

    numbers = [row.number for row in rows if row.kind == "conformance"]
    if numbers != list(range(1, LINES + 1)):
        said.append(f"docs/conformance.md: the lines are not numbered from 1 to {LINES}")
    for row in rows:
        if row.tests == [NOT_YET]:
            if (ROOT / "src" / "mpi").exists():
                complain(row, "there is an executor over MPI now: which test carries the line?")
            continue
        if row.mark != "x" and not row.tests:
            complain(row, "no test carries it")
        if row.tests != known.get((row.kind, row.number), []):
            complain(row, "the comments at the tests say otherwise: use --write")
        for test in row.tests:
            if test.split(" ")[0] not in running:
                complain(row, f"{test} does not run")
    for kind, number in known.keys() - {(row.kind, row.number) for row in rows}:
        said.append(f"docs/conformance.md: no line {number} of {kind}, which tests name")
    return said


def main() -> int:
    if sys.argv[1:] == ["--write"]:
        write()
        return 0
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    said = complaints(sys.argv[1])
    print("\n".join(said))
    rows = read_rows(DOCUMENT.read_text(encoding="utf-8"))
    for mark in "=~x":
        print(mark, sum(row.mark == mark and row.kind == "conformance" for row in rows), "lines")
    print(sum(row.tests == [NOT_YET] for row in rows), "wait for an executor over MPI")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
