# SPDX-License-Identifier: MIT
"""`fanout llm` and a server in trouble: each row of the retry policy, by the requests that arrive.

Waits are checked from below by the times at which the server saw the requests; how long they are at
most is tested with a clock of the tests' own, in llm_schedule_test.cpp and retry_test.cpp."""

import email.utils
import json
import pathlib
import re
import threading
import time
import unittest

from llm_support import SCHEMA, LlmTest, completion, error, prompt_of, reply, request
from support import SANITIZED, Server, finish, unused_port

BACKOFF = (0.375, 0.75)  # seconds at least: 0.5 and 1, less a quarter


class RetryTest(LlmTest):
    def fail_with(self, status, headers=(), times=None, body=None):
        def answer(exchange):
            if times is None or len(self.exchanges) <= times:
                reply(exchange, body or error("not now"), status, headers)
            else:
                reply(exchange, completion())

        self.answer = answer

    def check_attempts(self, count, *arguments, status=1, at_least=()):
        """One request is sent `count` times, the waits between at least as long as said."""
        self.exchanges.clear()
        self.write("a")
        self.llm("--overwrite", *arguments, status=status)
        self.assertEqual(len(self.exchanges), count)
        for wait, least in zip(self.waits(), at_least):
            self.assertGreaterEqual(wait, least)


class Policy(RetryTest):
    def test_statuses_that_pass_are_tried_twice_more(self):
        names = {408: "http_error", 409: "http_error", 429: "rate_limited"}
        for status in (408, 409, 429, 500, 502, 503, 504, 529):
            with self.subTest(status=status):
                self.fail_with(status, ["retry-after-ms: 1"])
                self.check_attempts(3)
                failure = self.failure("a")
                self.assertEqual(failure["code"], names.get(status, "server_error"))
                self.assertEqual(failure["message"], f"HTTP {status}: not now")
                self.assertEqual(failure["attempts"], 3)

    def test_statuses_that_stay_are_not(self):
        names = {403: "not_authorized", 302: "http_error", 204: "bad_response"}
        for status in (204, 302, 400, 403, 404, 413, 422):
            with self.subTest(status=status):
                self.fail_with(status, body="" if status == 204 else None)
                self.check_attempts(1)
                self.assertEqual(self.failure("a")["code"], names.get(status, "invalid_request"))

    def test_the_number_of_retries_is_an_option(self):
        self.fail_with(500, ["retry-after-ms: 1"])
        self.check_attempts(1, "--retries", 0)
        self.check_attempts(6, "--retries", 5)

    def test_the_waits_double(self):
        self.fail_with(500)
        self.check_attempts(3, at_least=BACKOFF)

    def test_the_waits_that_are_told_lie_between_the_backoff_and_a_quarter_less(self):
        self.fail_with(500)
        self.write("a")
        told = [float(wait) for wait in re.findall(r"again in ([\d.]+) s", self.llm("-v", status=1).err)]
        self.assertEqual(len(told), 2)
        for wait, most in zip(told, (0.5, 1.0)):
            self.assertTrue(0.75 * most - 0.005 <= wait <= most, told)

    def test_a_retry_that_succeeds_is_no_failure(self):
        self.fail_with(503, ["retry-after-ms: 1"], times=2)
        self.check_attempts(3, status=0)
        self.assertIsNone(self.failure("a"))

    def test_retry_after_ms_comes_first(self):
        self.fail_with(503, ["retry-after-ms: 900", "Retry-After: 100"], times=1)
        self.check_attempts(2, status=0, at_least=[0.9])

    def test_retry_after_in_seconds(self):
        self.fail_with(429, ["Retry-After: 1"], times=1)
        self.check_attempts(2, status=0, at_least=[1.0])

    def test_retry_after_as_a_date(self):
        self.fail_with(503, [f"Retry-After: {email.utils.formatdate(time.time() + 3, usegmt=True)}"], times=1)
        self.check_attempts(2, status=0, at_least=[1.9])  # a date has whole seconds

    def test_a_date_in_the_past_is_no_wait(self):
        self.fail_with(503, ["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"], times=1)
        self.check_attempts(2, status=0)

    def test_a_wait_that_cannot_be_read_is_the_backoff(self):
        self.fail_with(503, ["retry-after-ms: soon", "Retry-After: later"], times=1)
        self.check_attempts(2, status=0, at_least=BACKOFF)

    def test_more_than_two_minutes_are_not_waited(self):
        for header in ("retry-after-ms: 120001", "Retry-After: 121"):
            with self.subTest(header):
                self.fail_with(503, [header])
                self.check_attempts(1)

    def test_x_should_retry_overrides(self):
        self.fail_with(400, ["x-should-retry: true", "retry-after-ms: 1"])
        self.check_attempts(3)
        self.fail_with(500, ["x-should-retry: false"])
        self.check_attempts(1)


class Connections(RetryTest):
    def fail_once(self, how):
        def answer(exchange):
            if len(self.exchanges) == 1:
                how(exchange)
            else:
                reply(exchange, completion())

        self.answer = answer

    def test_a_reset_before_the_answer(self):
        self.fail_once(lambda exchange: exchange.close())
        self.check_attempts(2, status=0, at_least=BACKOFF)

    def test_resets_without_end(self):
        self.answer = lambda exchange: exchange.close()
        self.check_attempts(3, at_least=BACKOFF)
        self.assertEqual(self.failure("a")["code"], "connection_error")
        self.assertEqual(self.failure("a")["attempts"], 3)

    def test_no_connection_at_first(self):
        """The server comes up when the program has said that it will try again."""
        port = unused_port()
        self.write("a")
        process = self.start_llm("--verbose", "--base-url", f"http://127.0.0.1:{port}/v1")
        for line in process.stderr:
            if "unreachable" in line:
                break
        told = float(re.search(r"again in ([\d.]+) s", line)[1])
        self.assertTrue(BACKOFF[0] - 0.005 <= told <= 0.5, line)
        late = Server({"/v1/chat/completions": lambda exchange: reply(exchange, completion())}, port=port)
        self.addCleanup(late.close)
        self.check_status(finish(process), 0)
        self.assertEqual(late.requests, ["/v1/chat/completions"])

    def test_a_reset_in_the_middle_of_the_answer(self):
        def half(exchange):
            body = completion()
            exchange.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body[:50]}")
            exchange.close()

        self.fail_once(half)
        self.check_attempts(2, status=0, at_least=BACKOFF)

    def test_something_that_is_not_http(self):
        self.fail_once(lambda exchange: (exchange.send(b"\x00" * 100), exchange.close()))
        self.check_attempts(1)
        self.assertEqual(self.failure("a")["code"], "transfer_error")

    def test_an_answer_that_drips_too_slowly(self):
        enough = threading.Event()
        self.addCleanup(enough.set)

        def drip(exchange):
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not enough.wait(0.05):
                exchange.send("x")

        self.answer = drip
        self.check_attempts(2, "--timeout", 0.4, "--retries", 1, at_least=[0.4 + BACKOFF[0]])
        self.assertEqual(self.failure("a")["code"], "timeout")

    def test_an_answer_of_ten_megabytes(self):
        self.answer = lambda exchange: reply(exchange, completion("x" * 10_000_000))
        self.check_attempts(1, status=0)
        content = self.records()["a"]["response"]["body"]["choices"][0]["message"]["content"]
        self.assertEqual(len(content), 10_000_000)

    def test_an_answer_over_the_limit(self):
        self.answer = lambda exchange: reply(exchange, completion("x" * 10_000_000))
        self.check_attempts(1, "--max-bytes", "1M")
        self.assertEqual(self.failure("a")["code"], "too_large")


class Shape(RetryTest):
    """An answer of the wrong shape is asked for again, with a count of its own."""

    def ask(self, *arguments, status, seed=None):
        more = {} if seed is None else {"seed": seed}
        self.write(request("a", schema=SCHEMA, **more))
        return self.llm("--overwrite", *arguments, status=status)

    def test_it_is_asked_again_twice_and_at_once(self):
        self.answer = lambda exchange: reply(exchange, completion('{"dish": "soup"}'))
        result = self.ask("--verbose", status=1)
        self.assertEqual(len(self.exchanges), 3)
        self.assertEqual(result.err.count("again in 0.00 s"), 2, result.err)
        self.assertEqual(self.failure("a")["code"], "schema_failure")
        self.assertEqual(self.failure("a")["message"], '$: "minutes" is missing')

    def test_the_counts_are_separate(self):
        def answer(exchange):
            number = len(self.exchanges)
            if number in (1, 3):
                reply(exchange, error("not now"), 500, ["retry-after-ms: 1"])
            elif number in (2, 4):
                reply(exchange, completion("{"))
            else:
                reply(exchange, completion('{"dish": "soup", "minutes": 20}'))

        self.answer = answer
        self.write(request("a", schema=SCHEMA))
        result = self.llm()
        self.assertEqual(len(self.exchanges), 5)
        self.assertIn("2 retries, 2 schema retries", result.err)
        self.assertRegex(result.err, "tokens: 30 in, 15 out", "every answer costs")

    def test_none_is_an_option_and_a_fixed_seed_moves_on(self):
        self.answer = lambda exchange: reply(exchange, completion("no"))
        self.ask("--schema-retries", 0, status=1)
        self.assertEqual(len(self.exchanges), 1)
        self.ask("--schema-retries", 2, status=1, seed=7)
        seeds = [json.loads(exchange.body).get("seed") for exchange in self.exchanges[1:]]
        self.assertEqual(len(set(seeds)), 3, seeds)
        self.assertEqual(seeds[0], 7)


class Storm(RetryTest):
    def test_a_429_pauses_the_whole_run(self):
        """The others wait, too, until the time that the one was told."""
        refused = threading.Event()

        def answer(exchange):
            if len(self.exchanges) == 1:
                reply(exchange, error("slow down"), 429, ["Retry-After: 1"])
                refused.set()
            else:
                reply(exchange, completion())

        self.answer = answer
        self.write(*[f"r{n}" for n in range(40)])
        self.llm("--max-in-flight", 1)
        first, second = self.exchanges[0].time, self.exchanges[1].time
        self.assertGreaterEqual(second - first, 1.0)

    def test_a_server_that_takes_three_at_a_time_answers_everything(self):
        room = threading.Semaphore(3)

        def answer(exchange):
            if not room.acquire(blocking=False):
                return reply(exchange, error("too many"), 429, ["retry-after-ms: 50"])
            threading.Event().wait(0.01)
            room.release()
            return reply(exchange, completion())

        self.answer = answer
        self.write(*[f"r{n}" for n in range(150)])
        self.llm("--max-in-flight", 24, "--retries", 100)
        self.assertEqual(len(self.records()), 150)

    def test_a_request_that_waits_for_its_retry_holds_no_worker(self):
        """A thousand wait for theirs; the others are answered by four workers meanwhile."""
        pause = 40 if SANITIZED else 8  # long enough to try all the others meanwhile
        workers = []
        tried = set()
        lock = threading.Lock()

        def answer(exchange):
            name = prompt_of(exchange)
            with lock:
                again = name in tried or name.startswith("good")
                tried.add(name)
            if name == "good 99":
                names = pathlib.Path(f"/proc/{process.pid}/task").glob("*/comm")
                workers.append(sum(name.read_text().startswith("llm_") for name in names))
            if again:
                reply(exchange, completion())
            else:
                reply(exchange, error("not now"), 503, [f"Retry-After: {pause}"])

        self.answer = answer
        names = [f"bad {n}" for n in range(1000)] + [f"good {n}" for n in range(100)]
        self.write(*[request(name, name) for name in names])
        process = self.start_llm("--max-in-flight", 4)
        self.check_status(finish(process), 0)
        order = [prompt_of(exchange) for exchange in self.exchanges]
        self.assertEqual(len(order), 2100)
        first_again = next(i for i, name in enumerate(order) if name in order[:i])
        self.assertEqual(first_again, 1100, "all were tried before one was tried again")
        self.assertEqual(workers, [4])


class Rates(RetryTest):
    def test_requests_a_minute_are_spread(self):
        self.write(*[f"r{n}" for n in range(8)])
        self.llm("--requests-per-minute", 300, "--max-in-flight", 50)
        took = self.exchanges[-1].time - self.exchanges[0].time
        self.assertGreaterEqual(took, (8 - 5) / 5 - 0.1, "a second's worth at once, then five a second")

    def test_tokens_a_minute_are_kept_and_estimates_put_right(self):
        """Each costs 15 tokens, whatever it was thought to cost."""
        self.write(*[request(f"r{n}", max_tokens=10_000) for n in range(4)])
        self.llm("--tokens-per-minute", 600_000)
        took = self.exchanges[-1].time - self.exchanges[0].time
        self.assertLess(took, 3, "ten thousand a second would be the rate of the estimates")


if __name__ == "__main__":
    unittest.main()
