# SPDX-License-Identifier: MIT
"""`fanout fetch` when a page fails at first: what is tried again, and what is not."""

import json
import unittest

from support import ProgramTest, fetch, unused_port


def once(status, headers=()):
    """Fails with `status`, then answers."""

    def handler(exchange):
        if exchange.number == 1:
            exchange.reply(status, "not now", headers)
        else:
            exchange.reply(body="at last")

    return handler


def broken_once(exchange):
    """Ends the connection where an answer should be, then answers."""
    if exchange.number == 1:
        exchange.close()
    else:
        exchange.reply(body="at last")


def truncated_once(exchange):
    """The first time the body ends half-way."""
    if exchange.number == 1:
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + "half" * 100)
        exchange.close()
    else:
        exchange.reply(body="whole" * 200)


class Retries(ProgramTest):
    routes = {
        "/408": once(408),
        "/429": once(429),
        "/503": once(503),
        "/asks": once(503, ["Retry-After: 0"]),
        "/asks-by-date": once(429, ["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"]),
        "/much-later": lambda exchange: exchange.reply(503, "", ["Retry-After: 3600"]),
        "/broken": broken_once,
        "/truncated": truncated_once,
        "/always": lambda exchange: exchange.reply(500),
        "/gone": lambda exchange: exchange.reply(410),
    }

    def records(self, *arguments, status):
        result = fetch("--jsonl", "-k", *arguments)
        self.check_status(result, status)
        return [json.loads(line) for line in result.out.splitlines()]

    def test_what_failed_in_passing_is_tried_again(self):
        paths = ["/408", "/429", "/503", "/asks", "/asks-by-date"]
        for record in self.records(*map(self.url, paths), status=0):
            with self.subTest(record["url"]):
                self.assertEqual((record["attempts"], record["bytes"]), (2, len("at last")))
                self.assertEqual((record["status"], record["error"]), (200, None))

    def test_a_connection_that_breaks_is_tried_again(self):
        """Alone, on a new connection: where a kept one breaks, curl itself connects again."""
        (record,) = self.records(self.url("/broken"), status=0)
        self.assertEqual((record["attempts"], record["bytes"]), (2, len("at last")))

    def test_backoff_is_waited_and_a_server_that_asks_for_none_is_obeyed(self):
        backoff, asked = self.records(self.url("/503"), self.url("/asks"), status=0)
        self.assertGreaterEqual(backoff["milliseconds"], 375, "half a second less a quarter")
        self.assertLess(asked["milliseconds"], backoff["milliseconds"])

    def test_of_a_truncated_body_nothing_is_left(self):
        (record,) = self.records("-o", self.folder, self.url("/truncated"), status=0)
        self.assertEqual((record["attempts"], record["bytes"]), (2, 1000))
        (page,) = self.folder.iterdir()
        self.assertEqual(page.read_text(), "whole" * 200)

    def test_the_attempts_end(self):
        (record,) = self.records("--retries", 1, self.url("/always"), status=1)
        self.assertEqual((record["attempts"], record["status"]), (2, 500))
        self.assertEqual(record["error"], "HTTP 500 (2 attempts)")
        self.assertEqual(len(self.server.requests), 2)

    def test_no_retries_is_one_attempt(self):
        (record,) = self.records("--retries", 0, self.url("/503"), status=1)
        self.assertEqual((record["attempts"], record["error"]), (1, "HTTP 503"))

    def test_what_stays_wrong_is_not_tried_again(self):
        (record,) = self.records(self.url("/gone"), status=1)
        self.assertEqual((record["attempts"], record["error"]), (1, "HTTP 410"))

    def test_a_wait_that_is_too_long_is_not_made(self):
        (record,) = self.records(self.url("/much-later"), status=1)
        self.assertEqual(record["attempts"], 1)
        self.assertEqual(record["error"], "HTTP 503, Retry-After: 3600")

    def test_a_refused_connection_is_tried_again(self):
        (record,) = self.records(
            "--retries", 1, f"http://127.0.0.1:{unused_port()}/", status=1
        )
        self.assertEqual(record["attempts"], 2)


if __name__ == "__main__":
    unittest.main()
