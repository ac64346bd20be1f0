# SPDX-License-Identifier: MIT
"""Ctrl-C: once lets running fetches finish, twice stops at once. What happens when is decided by what
the server has seen and what the program has printed, never by waiting for some time."""

import signal
import subprocess
import threading
import unittest

from support import ProgramTest, finish, text_of_size


class Interrupt(ProgramTest):
    routes = {"/size/": text_of_size}

    def setUp(self):
        super().setUp()
        self.may_answer = threading.Event()
        self.addCleanup(self.may_answer.set)
        self.server.routes["/slow/"] = self.slow

    def slow(self, exchange):
        self.may_answer.wait()
        exchange.reply(body="slow")

    def interrupt(self, process, number=signal.SIGINT):
        """Sends the signal and returns once the program has said that it got it."""
        process.send_signal(number)
        for line in process.stderr:
            if line.startswith("Stopping"):
                return line
        raise AssertionError("the program ended without a word about the signal")

    def test_once_lets_running_fetches_finish_and_starts_no_more(self):
        urls = [self.url(f"/slow/{n}") for n in range(20)]
        process = self.start("fetch", "--workers", 2, *urls)
        self.server.wait_for_requests(2)
        self.interrupt(process)
        self.may_answer.set()
        result = finish(process)
        self.check_status(result, 130)
        self.assertEqual(len(self.server.requests), 2)
        lines = sorted(line.split(" in ")[0] for line in result.out.splitlines())
        self.assertEqual(lines, [f"Fetched {url} (4 bytes)" for url in urls[:2]])
        self.assertRegex(result.err, r"2 fetched, 0 failed")

    def test_twice_stops_at_once(self):
        urls = [self.url(f"/slow/{n}") for n in range(20)]
        process = self.start("fetch", "--timeout=0", "--workers", 2, *urls)
        self.server.wait_for_requests(2)
        self.assertIn("Ctrl-C again", self.interrupt(process))
        self.assertIn("at once", self.interrupt(process))
        result = finish(process)
        self.check_status(result, 130)
        self.assertFalse(self.may_answer.is_set(), "nobody was answered")
        self.assertRegex(result.err, r"0 fetched, 2 failed")
        for url in urls[:2]:
            self.assertIn(f"{url} failed: interrupted\n", result.out)

    def test_three_times_is_the_end_even_of_a_program_that_is_stuck(self):
        with open("/dev/null", "w", encoding="utf-8") as nowhere:
            process = self.start("fetch", "--timeout=0", self.url("/slow/1"), stdout=nowhere)
        self.server.wait_for_requests(1)
        self.interrupt(process)
        self.interrupt(process)
        process.send_signal(signal.SIGINT)
        # It may also have ended by itself before the third arrived.
        self.assertIn(process.wait(), (-signal.SIGINT, 130))

    def test_it_ends_the_wait_for_standard_input(self):
        process = self.start("fetch", "-", stdin=subprocess.PIPE)
        process.stdin.write(self.url("/size/5") + "\n")
        process.stdin.flush()
        self.server.wait_for_requests(1)
        self.interrupt(process)
        result = finish(process, close_stdin=False)
        self.check_status(result, 130)
        self.assertIn("/size/5 (5 bytes)", result.out)

    def test_it_ends_the_wait_before_a_retry(self):
        asked = threading.Event()

        def later(exchange):
            exchange.reply(503, "", ["Retry-After: 100"])
            asked.set()

        self.server.routes["/later"] = later
        process = self.start("fetch", self.url("/later"))
        asked.wait()
        self.interrupt(process)
        result = finish(process)
        self.check_status(result, 130)
        self.assertIn("HTTP 503, Retry-After: 100 (interrupted before the next attempt)", result.out)
        self.assertEqual(len(self.server.requests), 1)

    def test_termination_is_an_interrupt_too(self):
        process = self.start("fetch", self.url("/slow/1"))
        self.server.wait_for_requests(1)
        self.interrupt(process, signal.SIGTERM)
        self.may_answer.set()
        self.check_status(finish(process), 128 + signal.SIGTERM)

    def test_no_file_is_left_of_what_was_dropped(self):
        half_sent = threading.Event()

        def half(exchange):
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + "half" * 100)
            half_sent.set()
            self.may_answer.wait()

        self.server.routes["/half"] = half
        process = self.start("fetch", "--timeout=0", "-o", self.folder, self.url("/half"))
        half_sent.wait()
        self.interrupt(process)
        self.interrupt(process)
        self.check_status(finish(process), 130)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
