# SPDX-License-Identifier: MIT
"""`fanout queries` against a model that invents what fits: the table, its order, going on, the spec."""

import csv
import json
import pathlib
import random
import signal
import threading
import unittest

from llm_support import KEY, LlmTest, completion, error, inventive_answer, prompt_of, reply
from support import environment, finish, unused_port

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples/queries"

SPEC = {
    "name": "Test",
    "assistant": "a test",
    "seed": 1,
    "dimensions": [
        {"name": "size", "description": "How large.", "values": ["small", "large", "never seen"]},
        {"name": "note", "description": "Anything."},
    ],
    "tuples": {"count": 20, "per_call": 5, "prompt": "List {{count}}:\n{{dimensions}}{{examples}}"},
    "queries": {
        "per_tuple": 3,
        "prompt": "For {{tuple}} write {{count}}:\n{{styles}}",
        "styles": ["plain", "loud", "quiet", "odd"],
    },
}


def is_first_step(exchange):
    return prompt_of(exchange).startswith("List")


class QueriesTest(LlmTest):
    def setUp(self):
        super().setUp()
        self.spec = self.folder / "spec.json"
        self.table = self.folder / "queries.csv"
        self.journal = self.folder / "queries.csv.journal.jsonl"
        self.answer = lambda exchange: reply(exchange, inventive_answer(exchange))
        self.write_spec(SPEC)

    def write_spec(self, spec):
        self.spec.write_text(json.dumps(spec, indent=1), encoding="utf-8")

    def start_queries(self, *arguments, **options):
        options.setdefault("env", self.env)
        return self.start("queries", self.spec, "-o", self.table, *arguments, **options)

    def queries(self, *arguments, status=0, **options):
        result = finish(self.start_queries(*arguments, **options))
        self.check_status(result, status)
        return result

    def rows(self):
        with open(self.table, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


class Table(QueriesTest):
    def test_csv_is_read_back_by_python(self):
        self.queries()
        rows = self.rows()
        self.assertEqual([row["id"] for row in rows], [f"SYN{n:03}" for n in range(1, 61)])
        self.assertEqual(
            list(rows[0]),
            ["id", "query", "dimension_tuple_json", "is_realistic_and_kept", "notes_for_filtering"],
        )
        asked = {}  # what the model said to each tuple
        for exchange in self.exchanges:
            if not is_first_step(exchange):
                tuple_text = prompt_of(exchange).split("For ")[1].split(" write")[0]
                content = json.loads(inventive_answer(exchange))["choices"][0]["message"]["content"]
                asked[tuple_text] = json.loads(content)["queries"]
        self.assertEqual(len(asked), 20)
        for number, row in enumerate(rows):
            self.assertEqual(row["query"], asked[row["dimension_tuple_json"]][number % 3])
            self.assertEqual(list(json.loads(row["dimension_tuple_json"])), ["size", "note"])
            self.assertEqual((row["is_realistic_and_kept"], row["notes_for_filtering"]), ("1", ""))
        raw = self.table.read_bytes()
        self.assertTrue(raw.startswith(b"id,query,") and raw.endswith(b",1,\r\n"))

    def test_jsonl_says_the_same(self):
        self.queries()
        rows = self.rows()
        self.queries("--jsonl", "--resume")
        lines = self.table.read_text(encoding="utf-8").splitlines()
        for row, line in zip(rows, map(json.loads, lines), strict=True):
            self.assertEqual((line["id"], line["query"]), (row["id"], row["query"]))
            self.assertEqual(line["dimension_tuple"], json.loads(row["dimension_tuple_json"]))
            self.assertEqual(line["is_realistic_and_kept"], 1)

    def test_standard_output_takes_it_too_if_the_answers_have_a_place(self):
        arguments = ("queries", self.spec, "-o", "-")
        result = finish(self.start(*arguments, env=self.env))
        self.check_status(result, 2)
        self.assertIn("say --journal", result.err)
        result = finish(self.start(*arguments, "--journal", self.journal, env=self.env))
        self.check_status(result, 0)
        self.assertEqual(len(list(csv.DictReader(result.out.splitlines(keepends=True)))), 60)
        self.assertIn("60 queries in standard output", result.err)

    def test_the_same_answers_give_the_same_file_whatever_their_order(self):
        def answer_sometime(exchange):
            threading.Event().wait(random.uniform(0, 0.05))
            reply(exchange, inventive_answer(exchange))

        self.answer = answer_sometime
        files = set()
        for workers in (1, 7, 32):
            self.queries("--overwrite", "--max-in-flight", workers)
            files.add(self.table.read_bytes())
        self.assertEqual(len(files), 1)

    def test_styles_take_turns(self):
        self.queries()
        texts = [prompt_of(exchange) for exchange in self.exchanges if not is_first_step(exchange)]
        for style in ("plain", "loud", "quiet", "odd"):
            self.assertEqual(sum(text.count(f". {style}\n") for text in texts), 15)


class Tuples(QueriesTest):
    """Step 1 merges what the calls bring."""

    def answer_tuples(self, make):
        """`make(n)` gives the tuples of the n-th call of step 1."""
        count = iter(range(1000))

        def answer(exchange):
            if is_first_step(exchange):
                return reply(exchange, completion(json.dumps({"tuples": make(next(count))})))
            return reply(exchange, inventive_answer(exchange))

        self.answer = answer

    def test_duplicates_are_asked_for_again_in_further_rounds(self):
        self.answer_tuples(
            lambda call: [{"size": "small", "note": f" Note   {call // 2}-{i} "} for i in range(5)]
        )
        result = self.queries("--max-in-flight", 1)
        # Two calls of the first four repeat the others, and one of the next two does.
        self.assertEqual(sum(map(is_first_step, self.exchanges)), 4 + 2 + 1)
        self.assertIn("step 1: 20 tuples; 15 duplicates, 0 not valid", result.err)
        notes = [json.loads(row["dimension_tuple_json"])["note"] for row in self.rows()[::3]]
        self.assertEqual(notes, [f"Note {call}-{i}" for call in range(4) for i in range(5)])

    def test_rounds_end_when_there_are_no_more_ideas(self):
        self.answer_tuples(lambda call: [{"size": "small", "note": case} for case in ("a", "A", "b", "b ", "c")])
        result = self.queries(status=1)
        self.assertEqual(sum(map(is_first_step, self.exchanges)), 4 * 4)
        self.assertIn("17 fewer than wanted after 4 rounds", result.err)
        self.assertEqual(len(self.rows()), 9)

    def test_texts_that_are_blank_are_not_valid(self):
        self.answer_tuples(lambda call: [{"size": "small", "note": f"{call} {i}" if i else " "} for i in range(5)])
        result = self.queries()
        self.assertRegex(result.err, r"20 tuples; 0 duplicates, [56] not valid")

    def test_a_value_that_is_not_allowed_is_a_failure_of_the_answer(self):
        self.answer_tuples(lambda call: [{"size": "giant", "note": str(i)} for i in range(5)])
        result = self.queries(status=1)
        self.assertIn("schema_failure", result.err)
        self.assertIn('"giant" is none of the values allowed', result.err)
        self.assertIn("0 tuples", result.err)
        self.assertFalse(self.table.exists())

    def test_coverage_names_what_never_came_up(self):
        self.answer_tuples(
            lambda call: [{"size": "small" if i else "large", "note": f"{call} {i}"} for i in range(5)]
        )
        result = self.queries()
        self.assertIn("size: small 16, large 4; never never seen\n", result.err)
        self.assertIn("note: 20 different texts\n", result.err)


class Resume(QueriesTest):
    def test_a_failed_tuple_leaves_a_gap_that_a_resume_fills(self):
        broken = []

        def answer(exchange):
            if not is_first_step(exchange) and (not broken or exchange.body == broken[0]):
                broken[:] = [exchange.body]
                return reply(exchange, error("no"), 400)
            return reply(exchange, inventive_answer(exchange))

        self.answer = answer
        result = self.queries("--max-in-flight", 1, status=1)
        self.assertIn("1 x invalid_request", result.err)
        self.assertIn("--resume goes on from there", result.err)
        self.assertEqual([row["id"] for row in self.rows()], [f"SYN{n:03}" for n in range(4, 61)])
        self.answer = lambda exchange: reply(exchange, inventive_answer(exchange))
        count = len(self.exchanges)
        self.queries("--resume")
        self.assertEqual(len(self.exchanges), count + 1)
        self.assertEqual([row["id"] for row in self.rows()], [f"SYN{n:03}" for n in range(1, 61)])

    def test_a_run_that_is_done_is_resumed_without_a_call(self):
        self.queries()
        before, count = self.table.read_bytes(), len(self.exchanges)
        result = self.queries("--resume")
        self.assertEqual((self.table.read_bytes(), len(self.exchanges)), (before, count))
        self.assertIn("tokens: 0 in, 0 out", result.err)

    def test_what_is_there_is_not_overwritten_unasked(self):
        self.queries()
        before = self.table.read_bytes()
        self.assertIn("is there already", self.queries(status=2).err)
        self.table.unlink()
        self.assertIn("is there already", self.queries(status=2).err)
        self.assertNotEqual(before, b"")

    def test_a_changed_spec_asks_what_has_changed(self):
        self.queries()
        count = len(self.exchanges)
        self.queries("--resume", "--per-tuple", 2)
        self.assertEqual(len(self.exchanges), count + 20, "step 1 is the same")
        self.assertEqual(len(self.rows()), 40)

    def test_ten_kills_at_random_moments_lose_nothing(self):
        def answer(exchange):
            threading.Event().wait(random.uniform(0, 0.02))
            reply(exchange, inventive_answer(exchange))

        self.answer = answer
        self.queries("--tuples", 100)
        expected, calls = self.table.read_bytes(), len(self.exchanges)
        self.journal.unlink()
        self.table.unlink()
        self.exchanges.clear()
        for _ in range(10):
            count = len(self.server.requests)
            process = self.start_queries("--resume", "--tuples", 100, "--max-in-flight", 4)
            self.server.wait_for_requests(count + random.randint(1, 10))
            process.kill()
            process.wait()
        self.queries("--resume", "--tuples", 100)
        self.assertEqual(self.table.read_bytes(), expected)
        self.assertLessEqual(len(self.exchanges), calls + 10 * 4)

    def test_ctrl_c_writes_what_there_is(self):
        may_answer = threading.Event()
        self.addCleanup(may_answer.set)
        waiting = threading.Semaphore(0)

        def answer(exchange):
            if not is_first_step(exchange):
                waiting.release()
                may_answer.wait()
            reply(exchange, inventive_answer(exchange))

        self.answer = answer
        process = self.start_queries("--max-in-flight", 4)
        for _ in range(4):
            waiting.acquire()
        process.send_signal(signal.SIGINT)
        for line in process.stderr:
            if line.startswith("Stopping"):
                break
        may_answer.set()
        result = finish(process)
        self.check_status(result, 130)
        self.assertEqual([row["id"] for row in self.rows()], [f"SYN{n:03}" for n in range(1, 13)])
        self.queries("--resume")
        self.assertEqual(len(self.exchanges), 24)
        self.assertEqual(len(self.rows()), 60)


class Trouble(QueriesTest):
    def test_no_key(self):
        result = self.queries(status=2, env=environment())
        self.assertEqual(len(result.err.splitlines()), 1)
        self.assertIn("no API key", result.err)

    def test_a_server_that_is_not_there(self):
        nowhere = f"http://127.0.0.1:{unused_port()}/v1"
        result = self.queries("--base-url", nowhere, "--retries", 0, status=1)
        self.assertIn(f"fanout: cannot reach {nowhere}", result.err)
        self.assertNotIn("never", result.err, "there is no coverage of nothing")
        self.assertNotIn("what was answered", result.err)
        self.assertFalse(self.table.exists())

    def test_a_table_that_cannot_be_written_loses_no_answer(self):
        journal = self.folder / "journal"
        arguments = ("queries", self.spec, "--journal", journal)
        result = finish(self.start(*arguments, "-o", "/dev/full", env=self.env))
        self.check_status(result, 1)
        self.assertIn("cannot write /dev/full: No space left on device", result.err)
        count = len(self.exchanges)
        self.check_status(finish(self.start(*arguments, "-o", self.table, "--resume", env=self.env)), 0)
        self.assertEqual((len(self.rows()), len(self.exchanges)), (60, count))

    def test_the_key_is_nowhere(self):
        def answer(exchange):
            if is_first_step(exchange):
                return reply(exchange, inventive_answer(exchange))
            # Hidden twice: in the JSON, and in the JSON within it.
            hidden = json.dumps({"queries": [f"it is {KEY}"] * 3}).replace("sk-test", "sk-tes\\u0074")
            return reply(exchange, completion(hidden))

        self.answer = answer
        page = self.folder / "page.html"
        for more in ("--overwrite", "--resume"):
            result = self.queries("--verbose", "--preview", page, more)
            self.assertNotIn(KEY, result.err + result.out + self.journal.read_text(encoding="utf-8"))
            for file in (self.table, page):
                self.assertNotIn(KEY, file.read_text(encoding="utf-8"))
                self.assertIn("it is [API key]", file.read_text(encoding="utf-8"))

    def test_a_journal_that_takes_no_answer_stops_the_run(self):
        result = self.queries("--journal", "/dev/full", "--max-in-flight", 2, status=1)
        self.assertIn("fanout: cannot write /dev/full: No space left on device", result.err)
        self.assertLess(len(self.exchanges), 10)


class Specs(QueriesTest):
    """A spec that makes no sense is one line, which names file, line and key."""

    def check_refused(self, text, message, name="spec.json"):
        self.spec = self.folder / name
        self.spec.write_text(text, encoding="utf-8")
        result = self.queries(status=2)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertRegex(result.err, rf"^fanout: {self.spec}:" + message)
        self.assertEqual(self.exchanges, [])

    def change(self, **changes):
        return json.dumps(SPEC | changes, indent=1)

    def test_not_json(self):
        self.check_refused('{\n"name": "a",\n}', r"3: .*syntax error")

    def test_not_toml(self):
        self.check_refused('name = "a"\nassistant = \n', r"2: .", "spec.toml")

    def test_a_key_is_missing(self):
        spec = {key: value for key, value in SPEC.items() if key != "tuples"}
        self.check_refused(json.dumps(spec, indent=1), r"1: tuples: is missing; it should be a table")

    def test_a_key_that_is_not_known(self):
        text = self.change(tuples=SPEC["tuples"] | {"counts": 3})
        self.check_refused(text, r"\d+: tuples\.counts: is not known here; known are count, ")
        line = 1 + text[: text.index('"counts"')].count("\n")
        self.check_refused(text, rf"{line}: tuples\.counts")

    def test_a_value_of_the_wrong_kind(self):
        dimensions = [SPEC["dimensions"][0] | {"values": ["a", 5]}]
        self.check_refused(self.change(dimensions=dimensions), r"11: dimensions\[0\]\.values\[1\]: should be a text")
        self.check_refused(self.change(temperature=3), r"\d+: temperature: should be a number from 0 to 2")
        self.check_refused(self.change(name=" "), r"2: name: is empty")
        self.check_refused("[]", r"1: should be a table of keys and values")

    def test_a_place_that_nothing_fills(self):
        tuples = SPEC["tuples"] | {"prompt": "{{dimension}}"}
        self.check_refused(self.change(tuples=tuples), r"\d+: tuples\.prompt: there is nothing to put for {{dimension}}")
        tuples["prompt"] = "{{dimensions"
        self.check_refused(self.change(tuples=tuples), r"\d+: tuples\.prompt: a {{ is not closed")

    def test_an_example_that_does_not_fit_its_dimension(self):
        tuples = SPEC["tuples"] | {"examples": [{"size": "giant", "note": "a"}]}
        self.check_refused(self.change(tuples=tuples), r"\d+: tuples\.examples\[0\]\.size: is none of the values")

    def test_a_line_of_toml(self):
        text = (EXAMPLES / "support.toml").read_text(encoding="utf-8")
        line = 1 + text[: text.index("count =")].count("\n")
        text = text.replace("count = 12", 'count = "12"')
        self.check_refused(text, rf"{line}: tuples\.count: should be a number", "spec.toml")

    def test_a_file_that_is_not_there(self):
        self.spec = self.folder / "nowhere.json"
        self.assertIn("nowhere.json: cannot be read", self.queries(status=2).err)

    def test_the_examples_are_complete(self):
        for spec, count in ((EXAMPLES / "recipes.json", 150), (EXAMPLES / "support.toml", 36)):
            with self.subTest(spec.name):
                self.spec = spec
                self.queries("--overwrite")
                self.assertEqual(len(self.rows()), count)

    def test_a_dry_run_prints_the_prompts_and_asks_nothing(self):
        result = finish(self.start("queries", EXAMPLES / "recipes.json", "--dry-run", env=environment()))
        self.check_status(result, 0)
        self.assertIn("List 5 different people", result.out)
        self.assertIn("1. careful spelling", result.out)
        self.assertIn("36 calls altogether", result.out)
        self.assertEqual(self.exchanges, [])


if __name__ == "__main__":
    unittest.main()
