# SPDX-License-Identifier: MIT
"""What the tests of the program share: running it, and a web server that does as the test says."""

import collections
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

PROGRAM = os.environ.get("FANOUT_PROGRAM", "fanout")
SANITIZED = os.environ.get("FANOUT_SANITIZE", "")  # memory and speed are no measure then
LIMIT = 120  # seconds after which a program that should have ended hangs

Result = collections.namedtuple("Result", "status out err")


def environment():
    """Nothing of the caller's proxies or certificates may reach the tests."""
    ours = {"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "ALL_PROXY"}
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in ours and not name.lower().endswith("_proxy")
    }


def start(*arguments, **options):
    options = {"stdin": subprocess.DEVNULL, "text": True, "env": environment()} | options
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([PROGRAM, *map(str, arguments)], **options)


def finish(process, text=None, close_stdin=True):
    """What the program still prints until it ends, after what the test has read already.

    That is what communicate() would lose: the part of a stream that was read ahead.
    """
    printed = {}

    def read(name):
        stream = getattr(process, name)
        printed[name] = stream.read() if stream and not stream.closed else ""

    readers = [threading.Thread(target=read, args=(name,)) for name in ("stdout", "stderr")]
    for reader in readers:
        reader.start()
    try:
        if process.stdin and close_stdin:
            with process.stdin:
                process.stdin.write(text or "")
        process.wait(LIMIT)
    except BaseException:
        process.kill()
        raise
    finally:
        for reader in readers:
            reader.join()
        for name in printed:
            if getattr(process, name):
                getattr(process, name).close()
    return Result(process.returncode, printed["stdout"], printed["stderr"])


def fetch(*arguments, text=None, **options):
    if text is not None:
        options["stdin"] = subprocess.PIPE
    return finish(start("fetch", *arguments, **options), text)


class Exchange:
    """One request and the connection that it came on."""

    def __init__(self, connection, head, body, number):
        self.connection = connection
        self.head = head
        self.body = body  # in bytes
        self.path = head.split()[1]
        self.time = time.monotonic()  # of its arrival
        self.number = number  # of this request among those for its path, from 1

    def send(self, data):
        self.connection.sendall(data.encode() if isinstance(data, str) else data)

    def reply(self, status=200, body="", headers=()):
        body = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def close(self):
        self.connection.close()


class Server:
    """Listens on 127.0.0.1 and answers with the handler of the longest matching path.

    A handler that returns keeps the connection open for the next request, unless it closed it.
    """

    def __init__(self, routes, wrap=lambda connection: connection, port=0):
        self.routes = routes
        self.wrap = wrap
        self.requests = []  # the paths, in the order in which they came
        self.connections = 0
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def wait_for_requests(self, count):
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.requests) >= count, LIMIT):
                raise AssertionError(f"{len(self.requests)} of {count} requests came")

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with self.lock:
            self.connections += 1
        try:
            with self.wrap(connection) as wrapped:
                self._answer_all(wrapped)
        except OSError:
            pass  # The program closed the connection, as it often should.

    def _answer_all(self, connection):
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                piece = connection.recv(65536)
                if not piece:
                    return
                received += piece
            head, _, received = received.partition(b"\r\n\r\n")
            head = head.decode()
            length = re.search(r"(?i)^content-length: *(\d+)", head, re.MULTILINE)
            length = int(length[1]) if length else 0
            while len(received) < length:
                piece = connection.recv(65536)
                if not piece:
                    return
                received += piece
            body, received = received[:length], received[length:]
            self._answer(connection, head, body)
            if connection.fileno() < 0:
                return

    def _answer(self, connection, head, body):
        path = head.split()[1]
        with self.arrived:
            self.requests.append(path)
            number = self.requests.count(path)
            self.arrived.notify_all()
        fitting = [route for route in self.routes if path.startswith(route)]
        exchange = Exchange(connection, head, body, number)
        if fitting:
            self.routes[max(fitting, key=len)](exchange)
        else:
            exchange.reply(404)


def number_in(path):
    return int(path.rpartition("/")[2])


def text_of_size(exchange):
    """For "/size/N": a body of N bytes."""
    exchange.reply(body=b"x" * number_in(exchange.path))


def unused_port():
    """A port at which nobody listens: taken and given back. The system reuses it last of all."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class ProgramTest(unittest.TestCase):
    """A test with a server for its routes and a folder, both gone at its end."""

    routes = {"/size/": text_of_size}

    def setUp(self):
        self.server = Server(dict(self.routes))
        self.addCleanup(self.server.close)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fanout-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def url(self, path):
        return self.server.origin + path

    def start(self, *arguments, **options):
        """The program, killed at the latest when the test ends."""
        process = start(*arguments, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()

    def check_status(self, result, status):
        self.assertEqual(result.status, status, f"\nout:\n{result.out}\nerr:\n{result.err}")

    def check_fails(self, result, url, reason):
        """The line about `url` says that it failed, and why; and the program's status says so too."""
        self.check_status(result, 1)
        lines = [line for line in result.out.splitlines() if line.startswith(f"{url} failed: ")]
        self.assertEqual(len(lines), 1, result.out)
        self.assertRegex(lines[0], reason)
