# SPDX-License-Identifier: MIT
"""`fanout queries` and `fanout llm` against a real language model: the server of ../shared/llm, which is
installed into the build folder. Skipped where that folder, Node or npm is missing."""

import csv
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time
import unittest

from llm_support import SCHEMA, LlmTest, request
from support import environment, finish

HERE = pathlib.Path(__file__).parent
SPEC = HERE.parents[1] / "examples/queries/recipes.json"
SOURCE = pathlib.Path(os.environ.get("FANOUT_LLM_SERVER", HERE.parents[2] / "shared/llm"))
INSTALLED = pathlib.Path(os.environ.get("FANOUT_LLM_INSTALLED", "/tmp/fanout-llm-server"))
KEY = "sk-only-for-this-server"


def install():
    """Why there is no server to test against; nothing if there is one now."""
    if not (SOURCE / "server.cjs").exists():
        return f"there is no {SOURCE}"
    if not shutil.which("node") or not shutil.which("npm"):
        return "there is no node or no npm"
    if (INSTALLED / "installed").exists():
        return None
    shutil.rmtree(INSTALLED, ignore_errors=True)
    shutil.copytree(SOURCE, INSTALLED)
    for path in [INSTALLED, *INSTALLED.iterdir()]:
        path.chmod(path.stat().st_mode | 0o200)
    flags = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        ["npm", "install", *flags], cwd=INSTALLED, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode != 0:
        return f"npm install failed: {done.stderr.strip()[-300:]}"
    (INSTALLED / "installed").touch()
    return None


class RealServer(LlmTest):
    def serve(self, *arguments):
        port = self.folder / "port"
        command = ["node", "server.cjs", "--model", "recipes-tiny.gguf", "--port", 0, "--threads", 1]
        command += ["--port-file", port, "--api-key", KEY, *arguments]
        server = subprocess.Popen(
            list(map(str, command)), cwd=INSTALLED, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()))
        for line in server.stdout:
            if line.startswith("listening "):
                self.base_url = line.split()[1]
                return
        raise AssertionError("the server did not start")

    @property
    def env(self):
        return environment() | {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": self.base_url}

    def start_queries(self, *arguments):
        self.table = self.folder / "queries.csv"
        self.journal = self.folder / "queries.csv.journal.jsonl"
        arguments = ["-o", self.table, "--tuples", 6, "--per-tuple", 2, "--max-in-flight", 4, *arguments]
        return self.start("queries", SPEC, *arguments, env=self.env)

    def check_table(self):
        """Complete, in order, and valid by the spec."""
        with open(self.table, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["id"] for row in rows], [f"SYN{n:03}" for n in range(1, 13)])
        dimensions = json.loads(SPEC.read_text(encoding="utf-8"))["dimensions"]
        tuples = [json.loads(row["dimension_tuple_json"]) for row in rows]
        for each in tuples:
            self.assertEqual(list(each), [dimension["name"] for dimension in dimensions])
            for dimension in dimensions:
                self.assertIn(each[dimension["name"]], dimension.get("values", each.values()))
        self.assertEqual(tuples[::2], tuples[1::2], "two queries for each tuple")
        self.assertEqual(len({json.dumps(each) for each in tuples}), 6)

    def journal_ids(self):
        """Of the whole lines."""
        if not self.journal.exists():
            return []
        lines = self.journal.read_text(encoding="utf-8").split("\n")[:-1]
        return [record["custom_id"] for record in map(json.loads, lines) if not record["error"]]

    def test_the_example_end_to_end(self):
        self.serve("--slots", 4)
        page = self.folder / "page.html"
        self.check_status(finish(self.start_queries("--preview", page)), 0)
        self.check_table()
        self.assertIn("Recipe assistant", page.read_text(encoding="utf-8"))

    def test_ten_kills_at_random_moments(self):
        self.serve("--slots", 4)
        known = []
        for _ in range(10):
            process = self.start_queries("--resume")
            time.sleep(random.uniform(0, 1.5))  # Any moment will do: that is the point.
            process.kill()
            process.wait()
            ids = self.journal_ids()
            self.assertEqual(ids[: len(known)], known, "nothing is lost")
            known = ids
        self.check_status(finish(self.start_queries("--resume")), 0)
        ids = self.journal_ids()
        self.assertEqual(ids[: len(known)], known)
        self.assertEqual(len(set(ids)), len(ids), "nothing that was answered is asked again")
        self.check_table()

    def test_a_full_queue_is_waited_for(self):
        self.serve("--slots", 1, "--max-queue", 1)
        self.write(*[request(f"r{n}", schema=SCHEMA, max_tokens=60) for n in range(8)])
        result = self.llm("--max-in-flight", 8, "--retries", 50, "--schema-retries", 10)
        self.assertEqual(len(self.records()), 8)
        self.assertRegex(result.err, r"rate_limited")


if __name__ == "__main__":
    missing = install()
    if missing:
        print(f"skipped: {missing}")
        sys.exit(77)
    unittest.main()
