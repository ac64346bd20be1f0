#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks Markdown pages:

    check_docs.py snippets <include folder> <compiler> <page>...
    check_docs.py links <page>...

snippets: compiles each ```cpp block. The HTML comment on the line above says how:

    <!-- compile -->            statements; the prelude, `urls` and `executor` are there
    <!-- compile: file -->      what stands outside functions
    <!-- compile: program -->   a whole file, nothing is there
    <!-- not compiled: why -->  not at all

links: every link to a file leads to one, and every link to a heading of a page too.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

PRELUDE = Path(__file__).with_name("prelude.hpp")
MARK = re.compile(r"<!-- (compile|compile: file|compile: program|not compiled: .+) -->")
FENCE = re.compile(r"```(\w*)")
LINK = re.compile(r"\]\(([^)\s]+)\)|href=\"([^\"]+)\"")
HEADING = re.compile(r"#+ (.+)")


def blocks_of(page: Path) -> list[tuple[int, str, list[str]]]:
    """The C++ blocks of a page: number of the first line, how to compile it, lines."""
    found = []
    lines = page.read_text(encoding="utf-8").splitlines()
    start, language = 0, None
    for number, line in enumerate(lines, 1):
        fence = FENCE.fullmatch(line)
        if fence and language is None:
            start, language = number, fence[1]
        elif line == "```" and language is not None:
            if language == "cpp":
                mark = MARK.fullmatch(lines[start - 2])
                if not mark:
                    sys.exit(f"{page}:{start}: no comment above says whether this is compiled")
                found.append((start + 1, mark[1], lines[start : number - 1]))
            language = None
    return found


def source_of(page: Path) -> list[str]:
    """Translation units: one for all snippets of the page, and one for each whole program."""
    common = [f'#include "{PRELUDE}"']
    programs = []
    for first, how, lines in blocks_of(page):
        # So that the compiler's messages name the page and not what was made of it.
        here = f'#line {first} "{page}"'
        if how == "compile: program":
            programs.append("\n".join([here, *lines, ""]))
        elif how == "compile: file":
            common += [here, *lines]
        elif how == "compile":
            # Kept as empty lines where they were, so that line numbers stay right.
            common += [line for line in lines if line.startswith("#include")]
            body = ["" if line.startswith("#include") else line for line in lines]
            common += [
                f"[[maybe_unused]] static void snippet_{first}(",
                "    [[maybe_unused]] fanout::ThreadPoolExecutor& executor,",
                "    [[maybe_unused]] const std::vector<std::string>& urls) {{",
                here,
                *body,
                "}}",
            ]
    return ["\n".join([*common, ""]), *programs]


def check_snippets(include: str, compiler: str, pages: list[Path]) -> int:
    failed = 0
    # A result that is thrown away is a habit that the documentation must not teach.
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Werror=unused-result", f"-I{include}"]
    for page in pages:
        for source in source_of(page):
            with tempfile.NamedTemporaryFile("w", suffix=".cpp") as file:
                file.write(source)
                file.flush()
                failed += subprocess.run([*command, file.name], check=False).returncode != 0
        print(f"{page.name}: {len(blocks_of(page))} C++ blocks")
    return failed


def anchors_of(page: Path) -> set[str]:
    """How a heading is addressed: small letters, no punctuation, hyphens for spaces."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def check_links(pages: list[Path]) -> int:
    failed = 0
    for page in pages:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            for link in (first or second for first, second in LINK.findall(line)):
                if re.match(r"\w+:", link):
                    continue  # elsewhere on the network, where no test goes
                name, _, anchor = link.partition("#")
                target = (page.parent / name).resolve() if name else page
                dead = not target.exists()
                if dead or (anchor and anchor not in anchors_of(target)):
                    print(f"{page}:{number}: {link} leads nowhere")
                    failed += 1
    return failed


def main(what: str, *arguments: str) -> int:
    if what == "snippets":
        include, compiler, *pages = arguments
        return 1 if check_snippets(include, compiler, [Path(page) for page in pages]) else 0
    if what == "links":
        return 1 if check_links([Path(page) for page in arguments]) else 0
    sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
