# SPDX-License-Identifier: MIT
"""`fanout llm`: requests in, results out, and going on after whatever ended a run."""

import fcntl
import json
import os
import pty
import random
import re
import signal
import struct
import subprocess
import termios
import threading
import unittest

from llm_support import KEY, LlmTest, completion, error, prompt_of, reply, request
from support import environment, finish


class Results(LlmTest):
    def test_each_request_gets_one_record_in_the_form_of_batch_files(self):
        self.write(*[f"r{n}" for n in range(50)])
        result = self.llm()
        records = self.records()
        self.assertEqual(set(records), {f"r{n}" for n in range(50)})
        record = records["r7"]
        self.assertEqual(list(record), ["id", "custom_id", "response", "error"])
        self.assertIsNone(record["error"])
        self.assertEqual(record["response"]["status_code"], 200)
        choice = record["response"]["body"]["choices"][0]
        self.assertEqual(choice["message"]["content"], "Soup.")
        self.assertRegex(result.err, r"50 answered, 0 failed, 0 retries, in \d")
        self.assertRegex(result.err, r"tokens: 500 in, 250 out\n")

    def test_the_body_is_sent_as_it_is_and_the_key_in_its_header(self):
        self.write(request("a", "Grüße 🍲", temperature=0.5, seed=7))
        self.llm()
        (exchange,) = self.exchanges
        self.assertEqual(json.loads(exchange.body), request("a", "Grüße 🍲", temperature=0.5, seed=7)["body"])
        self.assertIn(f"Authorization: Bearer {KEY}", exchange.head)
        self.assertIn("Content-Type: application/json", exchange.head)

    def test_a_model_is_filled_in_where_the_request_names_none(self):
        unnamed = request("unnamed")
        del unnamed["body"]["model"]
        self.write(unnamed, "named")
        self.llm("--model", "other")
        models = sorted(json.loads(exchange.body)["model"] for exchange in self.exchanges)
        self.assertEqual(models, ["other", "test"])

    def test_the_cost_is_summed(self):
        self.write(*[f"r{n}" for n in range(100)])
        result = self.llm("--price-in", 3, "--price-out", 10)
        self.assertIn("cost: $0.0080", result.err)  # 1000 * 3 + 500 * 10 millionths

    def test_no_more_requests_at_a_time_than_asked_for(self):
        at_once, most, lock = [0], [0], threading.Lock()

        def answer(exchange):
            with lock:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
            threading.Event().wait(0.01)
            with lock:
                at_once[0] -= 1
            reply(exchange, completion())

        self.answer = answer
        self.write(*[f"r{n}" for n in range(60)])
        self.llm("--max-in-flight", 7)
        self.assertEqual(most[0], 7)

    def test_results_are_written_while_the_input_still_waits(self):
        process = self.start("llm", "-", "-o", "-", stdin=subprocess.PIPE, env=self.env)
        process.stdin.write(json.dumps(request("first")) + "\n")
        process.stdin.flush()
        self.assertEqual(json.loads(process.stdout.readline())["custom_id"], "first")
        result = finish(process, json.dumps(request("second")))
        self.check_status(result, 0)
        self.assertEqual(json.loads(result.out)["custom_id"], "second")

    def test_standard_output_takes_results_too(self):
        self.write("a")
        result = finish(self.start("llm", self.requests, "-o", "-", env=self.env))
        self.check_status(result, 0)
        self.assertEqual(json.loads(result.out)["custom_id"], "a")

    def test_a_dry_run_asks_nothing(self):
        self.write(request("a", "the very first prompt"), "b", "c")
        result = self.llm("--dry-run", env=environment())
        self.assertIn("the very first prompt", result.out)
        self.assertIn("3 calls would be made", result.out)
        self.assertEqual(self.exchanges, [])
        self.assertFalse(self.results.exists())


class Input(LlmTest):
    def test_lines_that_are_no_request_are_told_and_the_others_asked(self):
        self.write(
            "good",
            "raw:not json",
            "raw:[]",
            'raw:{"body": {}}',
            'raw:{"custom_id": "no-body"}',
            'raw:{"custom_id": "streams", "body": {"stream": true}}',
            'raw:{"custom_id": "elsewhere", "url": "http://other/", "body": {}}',
            "raw:",
            "good",
            "raw:" + "[" * 100_000,
            "also good",
        )
        result = self.llm(status=1)
        self.assertEqual(set(self.records()), {"good", "also good"})
        for line in (2, 3, 4, 5, 6, 7, 9, 10):
            self.assertRegex(result.err, rf"requests\.jsonl:{line}: .")
        self.assertNotIn("requests.jsonl:8:", result.err)
        self.assertIn('the custom_id "good" came before', result.err)
        self.assertIn("8 bad lines", result.err)

    def test_a_file_that_is_not_there(self):
        self.assertIn(f"there is no file {self.requests}", self.llm(status=2).err)
        self.assertFalse(self.results.exists())

    def test_a_last_line_without_an_end_counts(self):
        self.requests.write_text(json.dumps(request("only")), encoding="utf-8")
        self.llm()
        self.assertEqual(list(self.records()), ["only"])


class View(LlmTest):
    def run_on_a_terminal(self, *arguments, status, columns=120):
        """What is seen of standard error: each drawing of the bar is a line of its own."""
        terminal, stderr = pty.openpty()
        self.addCleanup(os.close, terminal)
        fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        process = self.start_llm(*arguments, stderr=stderr, env=self.env | {"TERM": "xterm", "LC_ALL": "C"})
        os.close(stderr)
        seen = b""
        try:
            while piece := os.read(terminal, 65536):
                seen += piece
        except OSError:
            pass  # That is how a terminal ends that nobody else holds any more.
        self.check_status(finish(process), status)
        return re.split(r"[\r\n]+(?:\x1b\[K)?", seen.decode())

    def test_the_bar_shows_failures_and_retries_beside_rate_and_time(self):
        tried = set()

        def answer(exchange):
            prompt = prompt_of(exchange)
            if prompt == "bad":
                return reply(exchange, error("no"), 400)
            if prompt in tried:
                return reply(exchange, completion())
            tried.add(prompt)
            return reply(exchange, error("later"), 503, ["retry-after-ms: 150"])

        self.answer = answer
        self.write(*[request(name, name) for name in ("a", "b", "bad", "c")])
        lines = self.run_on_a_terminal("--max-in-flight", 1, status=1)
        bars = [line for line in lines if line.startswith("asking:")]
        self.assertRegex(bars[0], r"^asking: +0% \|\.+\| 0/4 ")
        self.assertRegex(bars[-1], r"^asking: 100% \|#+\| 4/4  [\d.]+/s  0:0\d  1 failed  3 retries$")
        self.assertTrue(any("1 retry so far, the last for a: server_error" in line for line in lines), lines)


class Resume(LlmTest):
    def test_an_output_that_is_there_is_not_touched_unasked(self):
        self.write("a")
        self.llm()
        before = self.results.read_bytes()
        result = self.llm(status=2)
        self.assertIn("is there already; --resume continues it", result.err)
        self.assertEqual(self.results.read_bytes(), before)

    def test_overwrite_begins_anew(self):
        self.write("a")
        self.llm()
        self.llm("--overwrite")
        self.assertEqual(len(self.exchanges), 2)
        self.assertEqual(len(self.results.read_text(encoding="utf-8").splitlines()), 1)

    def test_what_is_answered_is_not_asked_again(self):
        self.write("a", "b")
        self.llm()
        self.write("a", "b", "c")
        result = self.llm("--resume")
        self.assertEqual(len(self.exchanges), 3)
        self.assertEqual(list(self.records())[2], "c")
        self.assertIn("2 answered before", result.err)

    def test_failures_are_asked_again_only_when_told_to(self):
        self.answer = lambda exchange: (
            reply(exchange, error("no"), 400) if prompt_of(exchange) == "bad" else reply(exchange, completion())
        )
        self.write("a", request("b", "bad"))
        self.llm(status=1)
        self.llm("--resume")
        self.assertEqual(len(self.exchanges), 2)
        self.answer = lambda exchange: reply(exchange, completion())
        self.llm("--retry-failed")
        self.assertEqual(len(self.exchanges), 3)
        self.assertIsNone(self.failure("b"), "the last line counts")
        self.llm("--retry-failed")
        self.assertEqual(len(self.exchanges), 3)

    def check_mended(self, tail, asked_again):
        self.write("a", "b", "c")
        self.llm("--max-in-flight", 1)
        lines = self.results.read_bytes().splitlines(keepends=True)
        self.results.write_bytes(lines[0] + lines[1] + tail(lines[2]))
        self.llm("--resume")
        self.assertEqual(len(self.exchanges), 3 + asked_again)
        lines = self.results.read_text(encoding="utf-8").splitlines()
        self.assertEqual([json.loads(line)["custom_id"] for line in lines], ["a", "b", "c"])

    def test_a_line_that_was_cut_is_asked_again(self):
        self.check_mended(lambda line: line[: len(line) // 2], 1)

    def test_a_line_that_lacks_only_its_end_is_kept(self):
        self.check_mended(lambda line: line[:-1], 0)

    def test_a_file_that_is_something_else_is_left_alone(self):
        self.write("a")
        self.results.write_text('{"custom_id": "a"}\n', encoding="utf-8")
        result = self.llm("--resume", status=1)
        self.assertIn("results.jsonl:1: not a result", result.err)
        self.assertEqual(self.results.read_text(encoding="utf-8"), '{"custom_id": "a"}\n')
        self.assertEqual(self.exchanges, [])

    def test_two_runs_do_not_write_the_same_file(self):
        self.write("a")
        with open(self.results, "w", encoding="utf-8") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            result = self.llm("--resume", status=1)
        self.assertIn("another run is writing it", result.err)

    def test_ten_kills_at_random_moments_lose_and_repeat_nothing_that_was_answered(self):
        answered = []

        def answer(exchange):
            threading.Event().wait(random.uniform(0, 0.02))
            reply(exchange, completion())
            answered.append(prompt_of(exchange))

        self.answer = answer
        names = [f"r{n}" for n in range(400)]
        self.write(*[request(name, name) for name in names])
        for _ in range(10):
            count = len(self.exchanges)
            process = self.start_llm("--resume", "--max-in-flight", 8)
            self.server.wait_for_requests(min(count + random.randint(1, 40), 400))
            process.kill()
            process.wait()
        self.llm("--resume", "--max-in-flight", 8)
        lines = self.results.read_text(encoding="utf-8").splitlines()
        self.assertEqual(sorted(json.loads(line)["custom_id"] for line in lines), sorted(names))
        # A kill may cost what was in flight, which is asked again.
        self.assertLessEqual(len(self.exchanges), 400 + 10 * 8)


class Interrupt(LlmTest):
    def setUp(self):
        super().setUp()
        self.may_answer = threading.Event()
        self.addCleanup(self.may_answer.set)

        def answer(exchange):
            self.may_answer.wait()
            reply(exchange, completion())

        self.answer = answer
        self.write(*[f"r{n}" for n in range(20)])

    def interrupt(self, process):
        process.send_signal(signal.SIGINT)
        for line in process.stderr:
            if line.startswith("Stopping"):
                return
        raise AssertionError("the program ended without a word about the signal")

    def test_once_writes_what_runs_and_a_resume_goes_on(self):
        process = self.start_llm("--max-in-flight", 3)
        self.server.wait_for_requests(3)
        self.interrupt(process)
        self.may_answer.set()
        self.check_status(finish(process), 130)
        self.assertEqual(len(self.records()), 3)
        self.llm("--resume")
        self.assertEqual((len(self.records()), len(self.exchanges)), (20, 20))

    def test_twice_stops_at_once_and_a_resume_asks_again(self):
        process = self.start_llm("--max-in-flight", 3)
        self.server.wait_for_requests(3)
        self.interrupt(process)
        self.interrupt(process)
        self.check_status(finish(process), 130)
        self.assertEqual(self.results.read_text(encoding="utf-8"), "")
        self.may_answer.set()
        self.llm("--resume")
        self.assertEqual(len(self.records()), 20)

    def test_it_ends_the_wait_for_a_retry_which_leaves_no_record(self):
        self.answer = lambda exchange: reply(exchange, error("later"), 503, ["Retry-After: 100"])
        process = self.start_llm("--max-in-flight", 20)
        self.server.wait_for_requests(20)
        for line in process.stderr:
            if "retry so far" in line:
                break
        process.send_signal(signal.SIGINT)
        result = finish(process)
        self.check_status(result, 130)
        self.assertIn("20 not answered", result.err)
        self.assertEqual(self.results.read_text(encoding="utf-8"), "")


if __name__ == "__main__":
    unittest.main()
