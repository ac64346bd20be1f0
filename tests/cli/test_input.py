# SPDX-License-Identifier: MIT
"""Where `fanout fetch` has its URLs from; and that a million of them need no more memory than a few.

FANOUT_TEST_MILLION=1 also fetches a million pages from `fanout serve`, which takes minutes.
"""

import os
import subprocess
import sys
import time
import unittest

from support import PROGRAM, SANITIZED, ProgramTest, environment, fetch, finish

MEMORY_LIMIT = 64 << 20  # bytes


class Input(ProgramTest):
    def check_fetches(self, paths, *arguments, **options):
        result = fetch("-k", *arguments, **options)
        self.check_status(result, 0)
        urls = [line.split()[1] for line in result.out.splitlines()]
        self.assertEqual(urls, [self.url(path) for path in paths])

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def test_urls_come_from_standard_input(self):
        text = f"# a comment\n\n  {self.url('/size/1')}  \r\n{self.url('/size/2')}"
        self.check_fetches(["/size/1", "/size/2"], "-", text=text)
        self.check_fetches(["/size/1", "/size/2"], "--input-file", "-", text=text)

    def test_urls_come_from_files(self):
        first = self.file("first", self.url("/size/1") + "\n")
        second = self.file("second", f"{self.url('/size/2')}\n{self.url('/size/3')}\n")
        paths = ["/size/1", "/size/2", "/size/3"]
        self.check_fetches(paths, "-i", first, "--input-file", second)

    def test_arguments_come_first(self):
        file = self.file("file", self.url("/size/2") + "\n")
        self.check_fetches(["/size/1", "/size/2"], "-i", file, self.url("/size/1"))

    def test_standard_input_takes_its_place_among_the_arguments(self):
        self.check_fetches(
            ["/size/1", "/size/2", "/size/3"],
            *[self.url("/size/1"), "-", self.url("/size/3")],
            text=self.url("/size/2") + "\n",
        )

    def test_a_file_that_cannot_be_read_is_told_and_the_rest_goes_on(self):
        result = fetch("-", self.url("/size/1"), stdin=os.open("/", os.O_RDONLY))
        self.check_status(result, 1)
        self.assertIn("cannot read -: Is a directory", result.err)

    def test_input_is_read_as_it_is_needed(self):
        """More is never taken than can be on its way; else this would block for ever, or not end."""
        process = self.start("fetch", "-j2", "-", stdin=subprocess.PIPE)
        for n in range(100):
            process.stdin.write(self.url(f"/size/{n}") + "\n")
        process.stdin.flush()
        # The pipe stays open, and still the pages whose turn has come are fetched and printed.
        lines = [process.stdout.readline() for _ in range(80)]
        self.assertTrue(all(line.startswith("Fetched ") for line in lines), lines)
        self.assertEqual(len(finish(process).out.splitlines()), 20)


# The system measures what a program had at most, but counts in what its parent had when it started
# it. So this small program starts it, and not the test with all that it holds.
MEASURE = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


class Memory(ProgramTest):
    def peak(self, count, line, *arguments, status):
        """Fetches `count` URLs from standard input; returns the bytes of memory and the summary."""
        command = [sys.executable, "-c", MEASURE, PROGRAM, "fetch", "--no-progress", *arguments, "-"]
        begin = time.monotonic()
        with subprocess.Popen(
            [str(part) for part in command],
            **{"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True},
            **{"stdout": subprocess.DEVNULL, "env": environment()},
        ) as process:
            with process.stdin as urls:
                for n in range(count):
                    urls.write(line(n))
            summary, peak = process.stderr.read().splitlines()
        seconds = time.monotonic() - begin
        self.assertEqual(process.returncode, status, summary)
        print(
            f"\n{count} URLs in {seconds:.1f} s ({count / seconds:.0f} a second), "
            f"{int(peak) / 1024:.1f} MiB at most: {summary}"
        )
        return int(peak) * 1024, summary

    def check_peak(self, count, line, *arguments, status, summary):
        peak, last = self.peak(count, line, *arguments, status=status)
        self.assertIn(summary, last)
        if not SANITIZED:
            self.assertLess(peak, MEMORY_LIMIT)

    def test_many_urls_need_no_more_memory_than_a_few(self):
        count = 20_000 if SANITIZED else 200_000
        for order in ([], ["--keep-order"]):
            with self.subTest(order):
                self.check_peak(
                    count,
                    lambda n: f"gopher://example.com/a/page/like/any/other/{n}\n",
                    *order,
                    status=1,
                    summary=f"0 fetched, {count} failed",
                )

    def test_bodies_do_not_stay_in_memory(self):
        count = 64
        self.check_peak(
            count,
            lambda n: self.url("/size/10000000") + "\n",
            *["--keep-order", "--workers", 8],
            status=0,
            summary=f"{count} fetched, 0 failed",
        )

    @unittest.skipUnless(os.environ.get("FANOUT_TEST_MILLION"), "takes minutes; see above")
    def test_a_million_pages(self):
        server = self.start("serve", "--pages", 1)
        origin = server.stdout.readline().partition("/page/")[0]
        self.check_peak(
            1_000_000,
            lambda n: f"{origin}/page/{n}?delay=0&bytes=1000&flaky=0\n",
            *["--workers", 16],
            status=0,
            summary="1000000 fetched, 0 failed",
        )


if __name__ == "__main__":
    unittest.main()
