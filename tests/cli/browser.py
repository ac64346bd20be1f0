# SPDX-License-Identifier: MIT
"""A headless Chromium, driven through its debugging pipe: nothing but Python's standard library."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile


def find():
    """The browser's program, None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


class Browser:
    """One page. Messages go in at descriptor 3 and come out at 4, each ended by a zero byte."""

    def __init__(self, width=1280, height=1600):
        self.profile = tempfile.mkdtemp(prefix="fanout-browser-")
        commands, self.commands = os.pipe()
        self.events, events = os.pipe()
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        flags += [f"--user-data-dir={self.profile}", "--remote-debugging-pipe"]
        flags += [f"--window-size={width},{height}", "--hide-scrollbars", "about:blank"]
        self.process = subprocess.Popen(
            # A shell puts the pipes where the browser expects them.
            ["sh", "-c", f'exec "$@" 3<&{commands} 4>&{events}', "sh", find(), *flags],
            pass_fds=(commands, events),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(events)
        self.received = b""
        self.count = 0
        self.errors = []  # what scripts threw, and what the page's policy forbade
        self.session = None

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.commands)
        os.close(self.events)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read(self):
        while b"\0" not in self.received:
            piece = os.read(self.events, 65536)
            if not piece:
                raise AssertionError("the browser has ended")
            self.received += piece
        message, _, self.received = self.received.partition(b"\0")
        message = json.loads(message)
        if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.errors.append(message["params"])
        return message

    def _wait_for(self, fits):
        while True:
            message = self._read()
            if fits(message):
                return message

    def call(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        answer = self._wait_for(lambda each: each.get("id") == message["id"])
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        self._wait_for(lambda each: each.get("method") == "Page.loadEventFired")

    def value(self, script):
        """What the expression comes to in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=False)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))
