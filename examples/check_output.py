#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs an example and compares what it prints with the comment that ends its source:

    check_output.py <program> <source>

The comment begins with "// Prints:" or "// Prints, in any order:"; "..." stands for any text.
"""

import re
import subprocess
import sys
from pathlib import Path


def promised(source: Path) -> tuple[list[str], bool]:
    """The lines that the source says the program prints, and whether their order matters."""
    head, mark, tail = source.read_text(encoding="utf-8").rpartition("// Prints")
    if not mark:
        sys.exit(f"{source}: no comment says what it prints")
    first, *rest = tail.splitlines()
    return [line.removeprefix("//   ") for line in rest], "any order" not in first


def matches(line: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("..."))), line) is not None


def main(program: str, source: str) -> int:
    expected, ordered = promised(Path(source))
    # A sanitizer's report or a line about an unseen exception goes to stderr, which is passed on.
    result = subprocess.run([program], stdout=subprocess.PIPE, text=True, timeout=50, check=False)
    printed = result.stdout.splitlines()
    if not ordered:
        expected.sort()
        printed.sort()
    print(result.stdout, end="")
    if result.returncode != 0:
        print(f"{program}: exit status {result.returncode}")
        return 1
    if len(printed) != len(expected) or not all(map(matches, printed, expected)):
        print("the source promises:", *expected, sep="\n  ")
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
