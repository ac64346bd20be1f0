# SPDX-License-Identifier: MIT
"""Where `fanout fetch` writes: pages to files, lines to standard output; and where that is full."""

import json
import os
import pathlib
import pty
import resource
import subprocess
import tempfile
import threading
import unittest

from support import ProgramTest, fetch, finish, text_of_size


def truncated(exchange):
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    exchange.close()


class Files(ProgramTest):
    routes = {
        "/size/": text_of_size,
        "/binary": lambda exchange: exchange.reply(body=bytes(range(256)) * 1000),
        "/moved": lambda exchange: exchange.reply(302, "moved", ["Location: /size/3"]),
        "/truncated": truncated,
        "/empty": lambda exchange: exchange.reply(),
    }

    def setUp(self):
        super().setUp()
        self.pages = self.folder / "new" / "pages"

    def names(self):
        return sorted(path.name for path in self.pages.iterdir())

    def test_pages_are_saved_under_names_made_from_their_urls(self):
        result = fetch("-o", self.pages, self.url("/size/5"), self.url("/empty"))
        self.check_status(result, 0)
        self.assertEqual(sorted(page.read_text() for page in self.pages.iterdir()), ["", "x" * 5])
        for name in self.names():
            self.assertRegex(name, rf"^127\.0\.0\.1_{self.server.port}_(size_5|empty)-[0-9a-f]{{16}}$")

    def test_a_page_is_saved_byte_for_byte(self):
        self.check_status(fetch("-o", self.pages, self.url("/binary")), 0)
        (page,) = self.pages.iterdir()
        self.assertEqual(page.read_bytes(), bytes(range(256)) * 1000)

    def test_the_record_says_where(self):
        result = fetch("--jsonl", "-o", self.pages, self.url("/size/5"), self.url("/missing"))
        records = {record["url"]: record for record in map(json.loads, result.out.splitlines())}
        saved = pathlib.Path(records[self.url("/size/5")]["file"])
        self.assertEqual(saved.read_text(), "x" * 5)
        self.assertNotIn("file", records[self.url("/missing")])

    def test_a_redirect_saves_the_page_and_not_the_way_to_it(self):
        self.check_status(fetch("-o", self.pages, self.url("/moved")), 0)
        (page,) = self.pages.iterdir()
        self.assertEqual(page.read_text(), "xxx")

    def test_what_fails_leaves_no_file(self):
        result = fetch("-o", self.pages, "--retries=0", self.url("/missing"), self.url("/truncated"))
        self.check_status(result, 1)
        self.assertEqual(self.names(), [])

    def test_a_second_run_replaces_the_pages(self):
        for _ in range(2):
            self.check_status(fetch("-o", self.pages, self.url("/size/5")), 0)
        self.assertEqual(len(self.names()), 1)

    def test_no_url_leads_out_of_the_folder(self):
        self.server.routes["/"] = lambda exchange: exchange.reply(body="caught")
        urls = [self.url(path) for path in ("/../../up", "/%2e%2e/up", "/..", "/.hidden", "/a\\b")]
        result = fetch("-o", self.pages, *urls)
        self.check_status(result, 0)
        self.assertEqual(len(self.names()), len(urls))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["new"])
        self.assertFalse([name for name in self.names() if name.startswith(".")])


class FullDisk(ProgramTest):
    def check_full(self, pages, reason, **options):
        """The large page does not fit, the small ones do, and of the large one nothing is left."""
        large = self.url("/size/1000000")
        small = [self.url(f"/size/{n}") for n in (10, 20, 30)]
        result = fetch("-j1", "-o", pages, small[0], large, *small[1:], **options)
        self.check_fails(result, large, f"cannot write {pages}/.*: {reason}$")
        self.assertEqual(len(result.out.splitlines()), 4)
        self.assertRegex(result.err, "3 fetched, 1 failed")
        self.assertEqual(sorted(path.stat().st_size for path in pages.iterdir()), [10, 20, 30])

    def test_a_limit_on_the_size_of_files(self):
        limit = (resource.RLIMIT_FSIZE, (100_000, 100_000))
        pages = self.folder / "pages"
        self.check_full(pages, "File too large", preexec_fn=lambda: resource.setrlimit(*limit))

    def test_a_file_system_without_room(self):
        pages = self.folder / "tiny"
        pages.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "fanout-test", pages]
        try:
            mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            self.skipTest("there is no mount command")
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount a file system: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", pages], check=True)
        self.check_full(pages, "No space left on device")

    def test_a_folder_that_vanishes(self):
        pages = self.folder / "pages"

        def vanish(exchange):
            pages.rmdir()
            exchange.reply(body="too late")

        self.server.routes["/vanish"] = vanish
        result = fetch("-j1", "-o", pages, self.url("/vanish"))
        self.check_fails(result, self.url("/vanish"), "No such file or directory")


class StandardOutput(ProgramTest):
    def test_a_full_disk_is_told_and_ends_it(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            urls = [self.url(f"/size/{n}") for n in range(100)]
            result = fetch("-j1", *urls, stdout=full)
        self.check_status(result, 1)
        self.assertIn("cannot write to standard output: No space left on device", result.err)
        self.assertLess(len(self.server.requests), 100)

    def test_a_reader_that_leaves_ends_it(self):
        process = self.start("fetch", "-j1", "-", stdin=subprocess.PIPE)
        process.stdout.close()
        with tempfile.TemporaryFile("w+") as urls:
            urls.write((self.url("/size/1") + "\n") * 1000)
            urls.seek(0)
            process.stdin.write(urls.read())
        process.stdin.close()
        self.assertEqual(process.wait(), 1)
        self.assertIn("cannot write to standard output: Broken pipe", process.stderr.read())
        self.assertLess(len(self.server.requests), 1000)

    def test_a_terminal_gets_lines_and_a_bar_that_do_not_mix(self):
        master, terminal = pty.openpty()
        shown = []

        def watch():
            try:
                while piece := os.read(master, 65536):
                    shown.append(piece)
            except OSError:
                pass  # This is how a terminal ends.

        urls = [self.url(f"/size/{n}") for n in range(20)]
        process = self.start("fetch", "-k", *urls, stdout=terminal, stderr=terminal)
        os.close(terminal)
        watcher = threading.Thread(target=watch)
        watcher.start()
        self.assertEqual(process.wait(), 0)
        watcher.join()
        os.close(master)
        # What a terminal would show: a line is what follows its last return to column one.
        screen = b"".join(shown).decode().replace("\r\n", "\n").split("\n")
        lines = [line.rpartition("\r")[2].removeprefix("\x1b[K") for line in screen]
        fetched = [line for line in lines if line.startswith("Fetched ")]
        self.assertEqual([line.split()[1] for line in fetched], urls)
        for line in fetched:
            self.assertRegex(line, r"^Fetched \S+ \(\d+ bytes\) in \d+ ms$")
        self.assertTrue(any("20/20" in line for line in lines), lines)


if __name__ == "__main__":
    unittest.main()
