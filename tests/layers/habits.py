#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the habits of the repository that no compiler checks: tests/layers/habits.py <tree>.

Each violation is one line "file:line: the rule"; any violation makes the exit status 1.
"""

import re
import sys
from pathlib import Path

FOLDERS = ["include", "src", "cli", "examples", "bench", "tests", "cmake", "script", ".ci"]
SUFFIXES = {".hpp", ".cpp", ".py", ".cmake", ".sh"}
LONGEST = 400
SPDX_WITHIN = 3  # lines: a script's first line is its interpreter
COMMENT_WITHIN = 4  # lines above a memory order

ORDER = re.compile(r"\bmemory_order(?:_|::)(acquire|release|acq_rel|seq_cst|consume)\b")
ATOMIC = re.compile(r"\b[aA]tomic(?:_\w+)?(?:<.*>)?[&*]?\s+(\w+)\s*(?:[;{=,)]|$)")
CALL = re.compile(r"\b(\w+)(?:\.|->)(load|store|exchange|fetch_\w+|compare_exchange_\w+)\(")
FENCE = re.compile(r"\batomic_(?:thread|signal)_fence\b")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def is_script(path: Path) -> bool:
    """Scripts have no suffix: the interpreter line tells."""
    return not path.suffix and path.read_bytes().startswith(b"#!")


def source_files(root: Path) -> list[Path]:
    found = [path for path in root.iterdir() if path.name == "CMakeLists.txt"]
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                if path.suffix in SUFFIXES or path.name == "CMakeLists.txt" or is_script(path):
                    found.append(path)
    return sorted(found)


def is_of_library(path: Path) -> bool:
    return path.parts[0] in {"include", "src"} and path.suffix in {".hpp", ".cpp"}


def code_of(line: str) -> str:
    """The line without string literals and without its comment."""
    return STRING.sub('""', line).split("//")[0]


def has_comment(lines: list[str], index: int) -> bool:
    first = max(0, index - COMMENT_WITHIN)
    return any("//" in STRING.sub('""', line) for line in lines[first : index + 1])


def check_text(lines: list[str]) -> list[tuple[int, str]]:
    """What holds for every file, whatever its language."""
    found = []
    if not any("SPDX-License-Identifier: MIT" in line for line in lines[:SPDX_WITHIN]):
        found.append((1, "the first lines name the licence: SPDX-License-Identifier: MIT"))
    if len(lines) > LONGEST:
        found.append((len(lines), f"no file has more than {LONGEST} lines: split it"))
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(STRING.sub('""', line)):
            found.append((number, "unfinished work belongs into an issue, not into a comment"))
    return found


def arguments_of(lines: list[str], index: int, column: int) -> str:
    """The text between the parenthesis that opens before `column` and the one that closes it."""
    text = code_of(lines[index])[column:]
    text += " ".join(code_of(line) for line in lines[index + 1 : index + 8])
    depth = 1
    for position, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return text[:position]
    return text


def check_atomics(lines: list[str], atomics: set[str]) -> list[tuple[int, str]]:
    """What holds for the library's own C++; `atomics` are the names of its atomic variables."""
    found = []
    for index, line in enumerate(lines):
        code = code_of(line)
        if FENCE.search(code):
            found.append((index + 1, "no fences: the thread sanitizer does not model them"))
        for call in CALL.finditer(code):
            if call[1] in atomics and "order" not in arguments_of(lines, index, call.end()):
                found.append((index + 1, f"{call[2]}() without its memory order written out"))
        order = ORDER.search(code)
        if order and not has_comment(lines, index):
            rule = (
                f"memory_order_{order[1]} without a comment on the line or the {COMMENT_WITHIN} "
                "above: say what it publishes or takes over, and which operation it pairs with"
            )
            found.append((index + 1, rule))
    return found


def main(root: Path) -> int:
    broken = 0
    files = {path: path.read_text(encoding="utf-8").splitlines() for path in source_files(root)}
    library = [path for path in files if is_of_library(path.relative_to(root))]
    atomics = {name for path in library for line in files[path] for name in ATOMIC.findall(line)}
    for path, lines in files.items():
        name = path.relative_to(root).as_posix()
        violations = check_text(lines)
        if path in library:
            violations += check_atomics(lines, atomics)
        for number, rule in sorted(violations):
            print(f"{name}:{number}: {rule}")
        broken += len(violations)
    if not files:
        print(f"no source file below {root}: nothing was checked")
        return 1
    print(f"{len(files)} files, {broken} broken habits")
    return 1 if broken else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve()))
