#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves on small trees that layers.cmake and habits.py find what they are there to find."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
LICENCE = "// SPDX-License-Identifier: MIT\n"

# One tree in which everybody includes what it may; each test adds one file to it.
SOUND = {
    "include/fanout/future.hpp": "#include <memory>\n#include <fanout/detail/core.hpp>\n",
    "include/fanout/detail/core.hpp": "#include <atomic>\n",
    "src/core/state.hpp": '#include <fanout/future.hpp>\n#include <mutex>\n#include "clock.hpp"\n',
    "src/core/clock.hpp": "#include <chrono>\n",
    "src/threads/pool.cpp": '#include "core/state.hpp"\n#include <thread>\n',
    "src/remote/client.hpp": '#include "../core/state.hpp"\n',
    "src/processes/child.cpp": '#include "remote/client.hpp"\n#include <sys/wait.h>\n',
    "src/observe/trace.hpp": "#include <fanout/detail/core.hpp>\n",
    "cli/main.cpp": '#include <CLI/CLI.hpp>\n#include "fetch.hpp"\n#include <fanout/future.hpp>\n',
    "cli/fetch.hpp": "#include <string>\n",
    "examples/01_first.cpp": "#include <fanout/future.hpp>\n",
}


def check(command: list[str], extra: dict[str, str]) -> tuple[bool, list[str]]:
    """Whether the checker passes the sound tree with `extra` added, and the lines it prints."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in (SOUND | extra).items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if name in extra else LICENCE + text, encoding="utf-8")
        command = [word.replace("ROOT_FOLDER", root) for word in command]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode == 0, (done.stdout + done.stderr).splitlines()


class Checker(unittest.TestCase):
    command: list[str] = []

    def passes(self, extra: dict[str, str]) -> None:
        passed, lines = check(self.command, extra)
        self.assertTrue(passed, "\n".join(lines))

    def fails(self, name: str, text: str, *expected: str) -> None:
        passed, lines = check(self.command, {name: text})
        self.assertFalse(passed, "\n".join(lines))
        for violation in expected:
            self.assertIn(f"{name}:{violation}", lines)


class Layers(Checker):
    command = ["cmake", "-DROOT=ROOT_FOLDER", "-P", str(HERE / "layers.cmake")]

    def test_a_sound_tree_passes(self):
        self.passes({})

    def test_core_knows_nothing_above_it(self):
        self.fails(
            "src/core/wait.cpp",
            '#include <vector>\n#include "threads/pool.cpp"\n',
            "2: includes src/threads/pool.cpp: src/core may include only src/core, include/fanout",
        )

    def test_siblings_do_not_meet(self):
        self.fails(
            "src/threads/sibling.cpp",
            '#  include "../observe/trace.hpp"\n',
            "1: includes src/observe/trace.hpp: "
            "src/threads may include only src/threads, src/core, include/fanout",
        )

    def test_public_headers_do_not_reach_into_the_sources(self):
        self.fails(
            "include/fanout/upside_down.hpp",
            '#pragma once\n#include "../../src/core/state.hpp"\n',
            "2: includes src/core/state.hpp: include/fanout may include only include/fanout",
        )

    def test_public_headers_leak_no_system_header(self):
        rule = "a public header leaks no thread, lock or system header"
        self.fails(
            "include/fanout/leaky.hpp",
            "#include <sys/wait.h>\n#include <thread>\n#include <mpi.h>\n#include <string>\n",
            f"1: includes <sys/wait.h>: {rule}",
            f"2: includes <thread>: {rule}",
            f"3: includes <mpi.h>: {rule}",
        )

    def test_programs_use_the_public_headers_only(self):
        self.fails(
            "cli/run.cpp",
            '#include "core/clock.hpp"\n',
            "1: includes src/core/clock.hpp: cli may include only cli, include/fanout",
        )

    def test_programs_do_not_use_detail(self):
        self.fails(
            "examples/02_detail.cpp",
            "#include <fanout/detail/core.hpp>\n",
            "1: includes <fanout/detail/core.hpp>: "
            "fanout/detail is for include/fanout and src only",
        )

    def test_a_new_layer_must_be_named(self):
        self.fails(
            "src/gadgets/gadget.cpp",
            "#include <string>\n",
            "1: belongs to no layer: name 'src/gadgets' and its place in tests/layers/layers.cmake",
        )


class Habits(Checker):
    command = [sys.executable, str(HERE / "habits.py"), "ROOT_FOLDER"]

    def test_a_sound_tree_passes(self):
        self.passes({})

    def test_each_file_names_its_licence(self):
        self.fails(
            "cli/bare.cpp",
            "int answer();\n",
            "1: the first lines name the licence: SPDX-License-Identifier: MIT",
        )

    def test_scripts_count_as_source_files(self):
        self.fails(
            "script/bare",
            "#!/bin/bash\necho\n",
            "1: the first lines name the licence: SPDX-License-Identifier: MIT",
        )

    def test_no_file_is_longer_than_400_lines(self):
        self.passes({"cmake/long.cmake": "# SPDX-License-Identifier: MIT\n" + "\n" * 399})
        self.fails(
            "cmake/long.cmake",
            "# SPDX-License-Identifier: MIT\n" + "\n" * 400,
            "401: no file has more than 400 lines: split it",
        )

    def test_no_comment_postpones_work(self):
        rule = "unfinished work belongs into an issue, not into a comment"
        self.passes({"cli/text.cpp": LICENCE + 'auto text = "TODO is harmless here";\n'})
        self.fails("cli/late.cpp", LICENCE + "// " + "TODO: write it.\n", f"2: {rule}")

    def test_a_memory_order_has_a_reason(self):
        store = "  flag.store(true, std::memory_order_release);\n"
        reason = "  // release: publishes value; pairs with the acquire in done().\n"
        self.passes({"src/core/flag.cpp": LICENCE + reason + store})
        self.passes({"src/core/flag.cpp": LICENCE + store.replace("_release", "_relaxed")})
        self.fails(
            "src/core/flag.cpp",
            LICENCE + reason + "\n" * 4 + store,
            "7: memory_order_release without a comment on the line or the 4 above: "
            "say what it publishes or takes over, and which operation it pairs with",
        )

    def test_a_memory_order_is_written_out(self):
        declared = LICENCE + "std::atomic<bool> flag{false};\n"
        self.passes({"src/core/flag.cpp": declared + "int now = flag.load(\n    order);\n"})
        self.passes({"src/core/flag.cpp": declared + "shelf.store(1);  // no atomic\n"})
        self.fails(
            "src/core/flag.cpp",
            declared + "bool now = flag.load();\nflag.store(\n    true);\n",
            "3: load() without its memory order written out",
            "4: store() without its memory order written out",
        )

    def test_there_are_no_fences(self):
        self.fails(
            "src/core/fence.cpp",
            LICENCE + "// Before:\nstd::atomic_thread_fence(std::memory_order_seq_cst);\n",
            "3: no fences: the thread sanitizer does not model them",
        )


if __name__ == "__main__":
    unittest.main()
