# SPDX-License-Identifier: MIT
"""`fanout fetch` against everything that a network may do to it: a clear message for the URL, and
the rest goes on."""

import threading
import unittest

from support import ProgramTest, fetch, text_of_size, unused_port


def endless_body(exchange):
    exchange.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        exchange.send(b"x" * 65536)


def endless_headers(exchange):
    exchange.send("HTTP/1.1 200 OK\r\n")
    while True:
        exchange.send("X-Bomb: " + "x" * 1000 + "\r\n")


def endless_header(exchange):
    exchange.send("HTTP/1.1 200 OK\r\nX-Bomb: ")
    while True:
        exchange.send(b"x" * 65536)


def truncated(exchange):
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    exchange.close()


def redirect(location):
    return lambda exchange: exchange.reply(302, "", [f"Location: {location}"])


def count_down(exchange):
    left = int(exchange.path.rpartition("/")[2])
    if left == 0:
        exchange.reply(body="arrived")
    else:
        exchange.reply(302, "", [f"Location: /hops/{left - 1}"])


class Hostile(ProgramTest):
    routes = {
        "/size/": text_of_size,
        "/endless-body": endless_body,
        "/endless-headers": endless_headers,
        "/endless-header": endless_header,
        "/truncated": truncated,
        "/nonsense": lambda exchange: (exchange.send("\0\1\2 nonsense\r\n\r\n"), exchange.close()),
        "/escapes": redirect("http://\x1b[2J/"),
        "/loop": redirect("/loop"),
        "/to-file": redirect("file:///etc/passwd"),
        "/nowhere": lambda exchange: exchange.reply(302),
        "/hops/": count_down,
    }

    def check(self, url, reason, *options):
        """`url` fails for this reason, and a page after it is fetched."""
        good = self.url("/size/3")
        result = fetch("--retries", 0, "-j1", *options, url, good)
        self.check_fails(result, url, reason)
        self.assertIn(f"Fetched {good} (3 bytes)", result.out)
        self.assertNotIn("\x1b", result.out)

    def test_an_endless_body(self):
        reason = "the body is longer than 1048576 bytes"
        self.check(self.url("/endless-body"), reason, "--max-bytes", "1M")

    def test_a_body_that_is_announced_as_too_long(self):
        self.check(self.url("/size/2000"), "the body is longer than 1000 bytes", "--max-bytes=1000")

    def test_header_bombs(self):
        self.check(self.url("/endless-headers"), "(?i)headers? .*(long|large|max)")
        self.check(self.url("/endless-header"), "(?i)header.*(long|large|max)")

    def test_redirect_loops(self):
        self.check(self.url("/loop"), r"Maximum \(10\) redirects followed")
        self.assertEqual(self.server.requests.count("/loop"), 11)

    def test_max_redirects(self):
        self.check(self.url("/hops/3"), r"Maximum \(2\) redirects", "--max-redirects", 2)
        self.check(self.url("/hops/1"), r"Maximum \(0\) redirects", "--max-redirects", 0)
        result = fetch("--max-redirects", 3, self.url("/hops/3"))
        self.check_status(result, 0)
        self.assertIn("(7 bytes)", result.out)

    def test_redirects_lead_nowhere_but_to_the_web(self):
        self.check(self.url("/to-file"), '"file" not supported')
        self.check(self.url("/nowhere"), "HTTP 302")

    def test_a_redirect_cannot_steer_the_terminal(self):
        self.check(self.url("/escapes"), ".")

    def test_a_truncated_body(self):
        self.check(self.url("/truncated"), "996 bytes remaining")

    def test_an_answer_that_is_no_http(self):
        self.check(self.url("/nonsense"), "HTTP/0.9")

    def test_a_server_that_never_answers(self):
        end = threading.Event()
        self.addCleanup(end.set)
        self.server.routes["/silent"] = lambda exchange: end.wait()
        self.check(self.url("/silent"), "(?i)timed out", "--timeout", "0.2")

    def test_an_unreachable_port(self):
        self.check(f"http://127.0.0.1:{unused_port()}/", "(?i)connect.*refused")

    def test_an_unreachable_host(self):
        self.check("http://no-such-host.invalid/", "Could not resolve host: no-such-host.invalid")

    def test_wrong_urls(self):
        self.check("ftp://127.0.0.1/", '"ftp" not supported')
        self.check("file:///etc/passwd", '"file" not supported')
        self.check("http://", "(?i)url")
        self.check("http://127.0.0.1:99999/", "(?i)url")
        self.check("http://a b/", "(?i)url")
        self.check("ht!tp://x/", "(?i)url|resolve|protocol")

    def test_a_url_that_is_too_long(self):
        lines = "http://127.0.0.1/" + "x" * 1_000_000 + "\n" + self.url("/size/3") + "\n"
        result = fetch("-", text=lines)
        self.check_status(result, 1)
        self.assertIn("the URL is longer than 65536 bytes", result.out)
        self.assertIn("(3 bytes)", result.out)


if __name__ == "__main__":
    unittest.main()
