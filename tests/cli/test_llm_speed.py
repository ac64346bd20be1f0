# SPDX-License-Identifier: MIT
"""How near `fanout queries` comes to the time that the model's latency alone takes.

FANOUT_LATENCY=0.1 is what is asked of it on a quiet machine. By itself the latency is longer, so that
what else a shared machine does, and the server's own work, are small against it."""

import asyncio
import math
import os
import re
import sys
import threading
import time
import unittest

from llm_support import inventive_answer
from support import SANITIZED
from test_queries import SPEC, QueriesTest

LATENCY = float(os.environ.get("FANOUT_LATENCY", "0.4"))  # seconds
TUPLES, PER_TUPLE, PER_CALL, IN_FLIGHT = 200, 5, 5, 50
# Waves of calls that all run at once: one of step 1, then four of step 2.
IDEAL = LATENCY * (math.ceil(TUPLES / PER_CALL / IN_FLIGHT) + math.ceil(TUPLES / IN_FLIGHT))
ENOUGH = 1.15 * IDEAL
ATTEMPTS = 5  # The machine may be busy with something else; once is enough to show that it can.


class Model(asyncio.Protocol):
    """Answers each request when its latency is over. A thread for each connection, as the other tests
    have it, would take longer than what is measured here."""

    most_at_once = at_once = 0

    def connection_made(self, transport):
        self.transport = transport
        self.received = b""

    def data_received(self, data):
        self.received += data
        head, found, rest = self.received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if not found or len(rest) < int(length[1]):
            return
        self.received = b""  # the next one comes only when this one is answered
        self.body = rest
        Model.at_once += 1
        Model.most_at_once = max(Model.most_at_once, Model.at_once)
        # The answer is thought up later, when all that came at the same time have been seen.
        loop = asyncio.get_running_loop()
        loop.call_soon(self.think, loop.time() + LATENCY)

    def think(self, due):
        asyncio.get_running_loop().call_at(due, self.send, inventive_answer(self).encode())

    def send(self, answer):
        Model.at_once -= 1
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}"
        self.transport.write(head.encode() + b"\r\n\r\n" + answer)


class Speed(QueriesTest):
    def setUp(self):
        super().setUp()
        started = threading.Event()

        async def serve():
            self.loop = asyncio.get_running_loop()
            self.ended = asyncio.Event()
            server = await self.loop.create_server(Model, "127.0.0.1", 0, backlog=512)
            async with server:
                self.port = server.sockets[0].getsockname()[1]
                started.set()
                await self.ended.wait()

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        started.wait()
        self.addCleanup(thread.join)
        self.addCleanup(lambda: self.loop.call_soon_threadsafe(self.ended.set))

    @property
    def env(self):
        return super().env | {"OPENAI_BASE_URL": f"http://127.0.0.1:{self.port}/v1"}

    @unittest.skipIf(SANITIZED, "a sanitizer's time is its own")
    def test_a_thousand_queries_take_hardly_longer_than_their_waves(self):
        self.write_spec(SPEC | {"tuples": SPEC["tuples"] | {"count": TUPLES, "per_call": PER_CALL}})
        times = []
        while len(times) < ATTEMPTS and min(times, default=ENOUGH) >= ENOUGH:
            began = time.monotonic()
            self.queries("--overwrite", "--per-tuple", PER_TUPLE, "--max-in-flight", IN_FLIGHT)
            times.append(time.monotonic() - began)
            self.assertEqual(len(self.rows()), TUPLES * PER_TUPLE)
        print(f"{min(times):.3f} s, {min(times) / IDEAL:.2f} of the ideal time", file=sys.stderr)
        self.assertGreaterEqual(min(times), IDEAL, "or the model was faster than it says")
        self.assertLess(min(times), ENOUGH, times)
        self.assertEqual(Model.most_at_once, IN_FLIGHT)


if __name__ == "__main__":
    unittest.main()
