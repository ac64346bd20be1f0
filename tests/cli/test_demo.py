# SPDX-License-Identifier: MIT
"""`fanout fetch` without any URL, and `fanout serve`: what can be tried without a network."""

import re
import signal
import unittest

from support import ProgramTest, environment, fetch, finish


class Demonstration(ProgramTest):
    def test_without_a_url_it_fetches_pages_of_its_own(self):
        result = fetch()
        self.check_status(result, 0)
        self.assertEqual(len(result.out.splitlines()), 160)
        self.assertRegex(result.err, "160 fetched, 0 failed")
        self.assertRegex(result.err, r"No URL given: fetching 160 pages from .*127\.0\.0\.1")

    def test_pages_that_fail_at_first_are_fetched_at_last(self):
        result = fetch("--jsonl", "--pages", 10, "--flaky", 4)
        self.check_status(result, 0)
        self.assertEqual(result.out.count('"attempts":2'), 4)
        self.assertEqual(result.out.count('"attempts":1'), 6)

    def test_without_retries_they_fail(self):
        result = fetch("--retries", 0, "--pages", 10, "--flaky", 4)
        self.check_status(result, 1)
        self.assertEqual(result.out.count("failed: HTTP 503"), 4)

    def test_two_thousand_pages_with_64_workers(self):
        """Prints how near to the ideal it came; how near that must be is no matter for a test that
        shares its machine with others."""
        result = fetch("--no-progress", "--workers", 64, "--pages", 2000, "--flaky", 0)
        self.check_status(result, 0)
        self.assertIn("2000 fetched, 0 failed", result.err)
        urls = re.findall(r"^Fetched (\S+) ", result.out, re.MULTILINE)
        self.assertEqual(len(set(urls)), 2000)
        print("\n" + result.err)

    def test_the_proxy_of_the_environment_is_left_alone(self):
        nobody = {"http_proxy": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1"}
        self.check_status(fetch("--pages", 2, env=environment() | nobody), 0)


class Serving(ProgramTest):
    def test_the_urls_are_printed_and_can_be_fetched(self):
        server = self.start("serve", "--pages", 5, "--flaky", 1)
        urls = server.stdout.read().splitlines()
        self.assertEqual(len(urls), 5)
        result = fetch("-", text="\n".join(urls))
        self.check_status(result, 0)
        self.assertEqual(len(result.out.splitlines()), 5)
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(), 0)

    def test_a_pipe_joins_the_two(self):
        server = self.start("serve", "--pages", 5)
        fetched = self.start("fetch", "-", stdin=server.stdout)
        self.check_status(finish(fetched), 0)
        self.assertIsNone(server.poll(), "it serves on")

    def test_a_port_that_is_taken_is_told(self):
        result = finish(self.start("serve", "--port", self.server.port))
        self.check_status(result, 1)
        self.assertIn("Address already in use", result.err)

    def test_hundreds_of_connections_at_once_are_served(self):
        server = self.start("serve", "--pages", 1)
        origin = server.stdout.readline().partition("/page/")[0]
        urls = [f"{origin}/page/{n}?delay=100&bytes=10&flaky=0" for n in range(400)]
        result = fetch("--workers", 200, "-", text="\n".join(urls))
        self.check_status(result, 0)
        self.assertIn("400 fetched", result.err)


if __name__ == "__main__":
    unittest.main()
