# SPDX-License-Identifier: MIT
"""`fanout queries` keeps as many calls in flight as it may, and no more. How near it comes to the time
that the model's latency alone takes is printed, not judged: a machine may be busy with something else.

FANOUT_RUNS=5 says how often it is run."""

import asyncio
import math
import os
import re
import sys
import threading
import time
import unittest

from llm_support import inventive_answer
from test_queries import SPEC, QueriesTest

LATENCY = 0.1  # seconds
TUPLES, PER_TUPLE, PER_CALL, IN_FLIGHT = 200, 5, 5, 50
# Waves of calls that all run at once: one of step 1, then four of step 2.
IDEAL = LATENCY * (math.ceil(TUPLES / PER_CALL / IN_FLIGHT) + math.ceil(TUPLES / IN_FLIGHT))
RUNS = int(os.environ.get("FANOUT_RUNS", "1"))


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

    def test_a_thousand_queries_come_in_waves_of_as_many_calls_as_may_be_in_flight(self):
        self.write_spec(SPEC | {"tuples": SPEC["tuples"] | {"count": TUPLES, "per_call": PER_CALL}})
        for _ in range(RUNS):
            began = time.monotonic()
            self.queries("--overwrite", "--per-tuple", PER_TUPLE, "--max-in-flight", IN_FLIGHT)
            took = time.monotonic() - began
            print(f"{took:.3f} s, {took / IDEAL:.2f} of the ideal time", file=sys.stderr)
            self.assertEqual(len(self.rows()), TUPLES * PER_TUPLE)
            self.assertGreaterEqual(took, IDEAL, "or more were in flight than may be")
            self.assertEqual(Model.most_at_once, IN_FLIGHT)


if __name__ == "__main__":
    unittest.main()
