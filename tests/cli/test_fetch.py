# SPDX-License-Identifier: MIT
"""`fanout fetch`: what it prints, in which order, and with which status it ends."""

import json
import threading
import unittest

from support import PROGRAM, ProgramTest, fetch, finish, start, text_of_size, unused_port


def echo(exchange):
    exchange.reply(body=exchange.head)


class Lines(ProgramTest):
    def test_a_fetched_page_is_a_line(self):
        result = fetch(self.url("/size/1234"))
        self.check_status(result, 0)
        self.assertRegex(
            result.out, rf"^Fetched {self.url('/size/1234')} \(1234 bytes\) in \d+ ms\n$"
        )

    def test_a_failed_page_is_a_line_and_the_rest_goes_on(self):
        result = fetch(self.url("/missing"), self.url("/size/5"))
        self.check_status(result, 1)
        self.assertIn(f"{self.url('/missing')} failed: HTTP 404\n", result.out)
        self.assertIn(f"Fetched {self.url('/size/5')} (5 bytes)", result.out)
        self.assertEqual(len(result.out.splitlines()), 2)

    def test_a_summary_ends_it_on_standard_error(self):
        result = fetch(*[self.url(f"/size/{n}") for n in (100, 200, 300)], self.url("/missing"))
        self.assertRegex(
            result.err.splitlines()[-1], r"^3 fetched, 1 failed, 600 bytes in \d+\.\d\d s$"
        )

    def test_no_progress_leaves_only_the_summary(self):
        result = fetch("--no-progress", self.url("/size/5"))
        self.assertEqual(len(result.err.splitlines()), 1, result.err)

    def test_no_url_in_a_file_is_nothing_to_do(self):
        result = fetch("-", text="# only a comment\n")
        self.check_status(result, 0)
        self.assertEqual(result.out, "")


class Records(ProgramTest):
    def records(self, result):
        return [json.loads(line) for line in result.out.splitlines()]

    def test_each_url_is_one_json_object(self):
        urls = [self.url("/size/10"), self.url("/missing"), f"http://127.0.0.1:{unused_port()}/"]
        result = fetch("--jsonl", "--keep-order", "--retries", 0, *urls)
        self.check_status(result, 1)
        good, missing, unreachable = self.records(result)
        milliseconds = good.pop("milliseconds")
        self.assertIsInstance(milliseconds, int)
        self.assertEqual(
            good, {"url": urls[0], "status": 200, "bytes": 10, "attempts": 1, "error": None}
        )
        self.assertEqual((missing["status"], missing["error"]), (404, "HTTP 404"))
        self.assertEqual((unreachable["status"], unreachable["url"]), (0, urls[2]))
        self.assertRegex(unreachable["error"], "(?i)connect")

    def test_a_url_that_is_no_utf8_still_is_a_record(self):
        result = fetch("--jsonl", b"http://127.0.0.1:1/\xff\"", "--retries", 0, **{})
        self.assertEqual(len(self.records(result)), 1)


class Order(ProgramTest):
    """Page 1 is answered once the test allows it, which it does when page 2 has been printed or
    sent. No test here depends on how long anything takes."""

    def setUp(self):
        super().setUp()
        self.second_is_sent = threading.Event()
        self.first_may_go = threading.Event()
        self.addCleanup(self.first_may_go.set)
        self.server.routes.update({"/first": self.first, "/second": self.second})

    def first(self, exchange):
        self.first_may_go.wait()
        exchange.reply(body="1")

    def second(self, exchange):
        exchange.reply(body="22")
        self.second_is_sent.set()

    def test_lines_come_as_pages_complete(self):
        process = self.start("fetch", "--workers", 2, self.url("/first"), self.url("/second"))
        self.assertIn("/second (2 bytes)", process.stdout.readline())
        self.first_may_go.set()
        self.assertIn("/first (1 bytes)", process.stdout.readline())
        self.assertEqual(process.wait(), 0)

    def test_keep_order_prints_in_the_order_of_the_urls(self):
        process = self.start("fetch", "-k", "--workers", 2, self.url("/first"), self.url("/second"))
        self.second_is_sent.wait()
        self.first_may_go.set()
        result = finish(process)
        self.assertRegex(result.out, r"/first .*\n.*/second ")

    def test_keep_order_lets_workers_go_on_behind_a_slow_page(self):
        pages = [self.url(f"/size/{n}") for n in range(200)]
        process = self.start("fetch", "-k", "--workers", 2, self.url("/first"), *pages)
        self.server.wait_for_requests(201)
        self.first_may_go.set()
        lines = finish(process).out.splitlines()
        self.assertEqual(
            [line.split()[1] for line in lines], [self.url("/first"), *pages], "in order"
        )


class Halting(ProgramTest):
    def test_halt_starts_nothing_after_the_first_failure(self):
        urls = [self.url("/missing"), *[self.url(f"/size/{n}") for n in range(50)]]
        result = fetch("--halt", "--workers", 1, *urls)
        self.check_status(result, 1)
        self.assertEqual(self.server.requests, ["/missing"])
        self.assertRegex(result.err, r"0 fetched, 1 failed")

    def test_halt_lets_running_fetches_end(self):
        asked = threading.Event()

        def running(exchange):
            asked.set()
            exchange.reply(body=b"x" * 100_000)

        def failing(exchange):
            asked.wait()
            exchange.reply(404)

        self.server.routes.update({"/running": running, "/failing": failing})
        result = fetch("--halt=soon", "-j2", self.url("/running"), self.url("/failing"))
        self.check_status(result, 1)
        self.assertIn("/running (100000 bytes)", result.out)

    def test_halt_now_drops_running_fetches(self):
        asked, end = threading.Event(), threading.Event()
        self.addCleanup(end.set)

        def stuck(exchange):
            asked.set()
            end.wait()

        def failing(exchange):
            asked.wait()
            exchange.reply(404)

        self.server.routes.update({"/stuck": stuck, "/failing": failing})
        result = fetch("--halt=now", "-j2", "--timeout=0", self.url("/stuck"), self.url("/failing"))
        self.check_status(result, 1)
        self.assertIn(f"{self.url('/stuck')} failed: interrupted", result.out)

    def test_without_it_the_rest_is_fetched(self):
        result = fetch("-j1", self.url("/missing"), self.url("/size/1"))
        self.check_status(result, 1)
        self.assertEqual(self.server.requests, ["/missing", "/size/1"])


class Requests(ProgramTest):
    routes = {"/size/": text_of_size, "/echo": echo}

    def heads(self, *arguments):
        """What the server is sent for one page."""
        result = fetch("--output-dir", self.folder, *arguments, self.url("/echo"))
        self.check_status(result, 0)
        (page,) = self.folder.iterdir()
        return page.read_text().splitlines()

    def test_headers_are_sent(self):
        head = self.heads("-H", "X-One: 1", "--header", "X-Two: 2")
        self.assertIn("X-One: 1", head)
        self.assertIn("X-Two: 2", head)

    def test_the_program_says_who_it_is(self):
        self.assertTrue(any(line.startswith("User-Agent: fanout/") for line in self.heads()))

    def test_connections_are_reused(self):
        result = fetch("--workers", 1, *[self.url(f"/size/{n}") for n in range(20)])
        self.check_status(result, 0)
        self.assertEqual(self.server.connections, 1)

    def test_each_worker_keeps_one_connection(self):
        result = fetch("--workers", 4, *[self.url(f"/size/{n}") for n in range(100)])
        self.check_status(result, 0)
        self.assertLessEqual(self.server.connections, 4)

    def test_a_url_without_a_scheme_is_taken_for_http(self):
        result = fetch(f"127.0.0.1:{self.server.port}/size/7")
        self.check_status(result, 0)
        self.assertIn("(7 bytes)", result.out)


class Usage(ProgramTest):
    def test_wrong_usage_has_status_2_and_a_reason(self):
        plain = self.folder / "plain"
        plain.write_text("")
        for arguments, reason in [
            (["--no-such-option"], "no-such-option"),
            (["--workers", "0"], "workers"),
            (["--workers", "many"], "workers"),
            (["--retries", "-1"], "retries"),
            (["--timeout", "-1"], "timeout"),
            (["--timeout", "nan"], "timeout"),
            (["--max-bytes", "lots"], "max-bytes"),
            (["--halt=later"], "halt"),
            (["--header", "no colon"], "Name: value"),
            (["--header", "A: b\r\nC: d"], "one line"),
            (["--cacert", str(self.folder / "none")], "none"),
            (["--input-file", str(self.folder / "none")], "none"),
            (["--output-dir", str(plain)], "plain"),
            (["--output-dir", "/dev/full"], "/dev/full"),
            (["--output-dir", "/dev/null/pages"], "Not a directory"),
        ]:
            with self.subTest(arguments):
                result = fetch(*arguments, self.url("/size/1"))
                self.check_status(result, 2)
                self.assertIn(reason, result.err)
                self.assertEqual(result.out, "")
        self.assertEqual(self.server.requests, [])

    def test_a_program_without_a_command_is_wrong_usage(self):
        self.check_status(finish(start()), 2)
        self.check_status(finish(start("no-such-command")), 2)

    def test_help_says_what_there_is(self):
        result = finish(start("fetch", "--help"))
        self.check_status(result, 0)
        for name in [
            *("--workers --timeout --connect-timeout --retries --output-dir --keep-order").split(),
            *("--jsonl --header --max-redirects --cacert --no-progress --halt").split(),
            *("--input-file --max-bytes 130").split(),
        ]:
            self.assertIn(name, result.out)

    def test_the_version_is_a_line(self):
        self.assertRegex(finish(start("--version")).out, r"^fanout \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    print(f"testing {PROGRAM}")
    unittest.main()
