# SPDX-License-Identifier: MIT
"""`fanout llm` where it cannot go on, where its key could get out, and how much memory it takes."""

import resource
import unittest

from llm_support import KEY, LlmTest, completion, error, prompt_of, reply, request
from support import SANITIZED, environment, finish, unused_port


class Trouble(LlmTest):
    """What stops a run is one clear line, and what was done stays."""

    def test_no_key(self):
        self.write("a")
        result = self.llm(status=2, env=environment())
        self.assertEqual(len(result.err.splitlines()), 1)
        self.assertIn("no API key: set OPENAI_API_KEY", result.err)
        self.assertFalse(self.results.exists())

    def test_a_key_that_is_refused_stops_the_run_and_is_not_shown(self):
        self.answer = lambda exchange: reply(exchange, error(f"Incorrect API key: {KEY}"), 401)
        self.write(*[f"r{n}" for n in range(100)])
        result = self.llm("--max-in-flight", 2, status=1)
        self.assertIn("refuses the key in OPENAI_API_KEY (HTTP 401: Incorrect API key: [API key])", result.err)
        self.assertLess(len(self.exchanges), 10)
        self.assertEqual(self.results.read_text(encoding="utf-8"), "")

    def test_the_key_is_nowhere_even_if_the_server_echoes_it(self):
        escaped = "".join(f"\\u{ord(c):04x}" for c in KEY)
        bodies = {
            "plain": completion(f"your key is {KEY}"),
            "escaped": completion("x").replace("Soup.", escaped).replace('"x"', f'"{escaped}"'),
            "failure": error(f"who is {KEY}?"),
            "page": f"<html>{KEY}</html>",
        }
        status = {"failure": 400, "page": 500}

        def answer(exchange):
            name = prompt_of(exchange)
            headers = [f"x-request-id: {KEY}", f"X-Echo: {KEY}"]
            reply(exchange, bodies[name], status.get(name, 200), headers)

        self.answer = answer
        self.write(*[request(name, name) for name in bodies])
        result = self.llm("--verbose", "--retries", 1, status=1)
        written = self.results.read_text(encoding="utf-8")
        for text in (result.err, result.out, written):
            self.assertNotIn(KEY, text)
        self.assertIn("your key is [API key]", written)
        self.assertIn("[API key]", self.failure("page")["message"])

    def test_a_redirect_gets_neither_the_request_nor_the_key(self):
        self.server.routes["/elsewhere"] = lambda exchange: reply(exchange, completion())
        self.answer = lambda exchange: reply(exchange, "", 302, [f"Location: {self.url('/elsewhere')}"])
        self.write("a")
        self.llm(status=1)
        self.assertEqual(self.server.requests, ["/v1/chat/completions"])
        self.assertEqual(self.failure("a")["code"], "http_error")
        self.assertEqual(self.failure("a")["message"], "HTTP 302: a redirect, which is not followed")

    def test_a_key_that_no_header_can_carry(self):
        self.write("a")
        result = self.llm(status=2, env=self.env | {"OPENAI_API_KEY": "sk bad\nkey"})
        self.assertNotIn("sk bad", result.err)
        self.assertIn("the API key has characters that no key has", result.err)

    def test_a_server_that_is_not_there(self):
        self.write(*[f"r{n}" for n in range(100)])
        nowhere = f"http://127.0.0.1:{unused_port()}/v1"
        result = self.llm("--retries", 1, "--base-url", nowhere, status=1)
        self.assertRegex(result.err, rf"fanout: cannot reach {nowhere}: .*Connection refused")
        self.assertEqual(self.results.read_text(encoding="utf-8"), "")

    def test_a_quota_that_is_used_up_stops_the_run(self):
        def answer(exchange):
            if len(self.exchanges) <= 5:
                reply(exchange, completion())
            else:
                reply(exchange, error("You exceeded your quota.", "insufficient_quota"), 429)

        self.answer = answer
        self.write(*[f"r{n}" for n in range(100)])
        result = self.llm("--max-in-flight", 1, status=1)
        self.assertEqual(len(self.exchanges), 6, "no retry")
        self.assertIn("fanout: the quota is used up: HTTP 429: You exceeded your quota.", result.err)
        self.assertEqual(len(self.records()), 5)
        self.answer = lambda exchange: reply(exchange, completion())
        self.llm("--resume")
        self.assertEqual(len(self.records()), 100)

    def test_a_full_disk_keeps_what_was_written(self):
        self.write(*[f"r{n}" for n in range(1000)])
        limit = (resource.RLIMIT_FSIZE, (20_000, 20_000))
        result = self.llm(
            "--max-in-flight", 2, status=1, preexec_fn=lambda: resource.setrlimit(*limit)
        )
        self.assertRegex(result.err, r"fanout: cannot write .*results\.jsonl: File too large")
        self.assertLess(len(self.exchanges), 200)
        kept = len(self.records())
        self.assertGreater(kept, 10)
        self.assertTrue(self.results.read_bytes().endswith(b"\n"), "no line is cut")
        self.llm("--resume")
        self.assertEqual(len(self.results.read_text(encoding="utf-8").splitlines()), 1000)

    def test_a_device_without_room(self):
        self.write("a")
        result = finish(self.start("llm", self.requests, "-o", "/dev/full", env=self.env))
        self.check_status(result, 1)
        self.assertIn("cannot write /dev/full: No space left on device", result.err)


def peak_memory(pid):
    """In KiB. Not what wait4() says, which starts with the memory of whoever forked."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        (line,) = [line for line in status if line.startswith("VmHWM:")]
    return int(line.split()[1])


class Memory(LlmTest):
    @unittest.skipIf(SANITIZED, "a sanitizer's memory is its own")
    def test_it_does_not_grow_with_the_number_of_requests(self):
        peaks = []
        for count in (2_000, 12_000):
            last = f"r{count - 1}"
            self.write(*[request(f"r{n}", last if n == count - 1 else "x" * 1000) for n in range(count)])

            def answer(exchange, last=last):
                if prompt_of(exchange) == last:
                    peaks.append(peak_memory(process.pid))
                reply(exchange, completion())

            self.answer = answer
            process = self.start_llm("--overwrite", "--max-in-flight", 8)
            self.check_status(finish(process), 0)
            self.exchanges.clear()
        # Of 10,000 requests more, only what tells their ids apart is kept: 24 bytes each.
        self.assertLess(peaks[1] - peaks[0], 2_000, f"KiB: {peaks}")


if __name__ == "__main__":
    unittest.main()
