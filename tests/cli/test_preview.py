# SPDX-License-Identifier: MIT
"""The page of --preview in a real browser: what it shows, and that its filters work.

FANOUT_SCREENSHOT names a file for a picture of the page. Skipped where there is no Chromium."""

import collections
import json
import os
import sys
import unittest

import browser
from test_queries import QueriesTest


class Preview(QueriesTest):
    def setUp(self):
        super().setUp()
        self.page = self.folder / "page.html"
        self.queries("--preview", self.page)
        self.tuples = [json.loads(row["dimension_tuple_json"]) for row in self.rows()]
        self.browser = browser.Browser()
        self.addCleanup(self.browser.close)
        self.browser.open(self.page)

    def shown(self):
        """The rows that are visible, as lists of their texts."""
        return self.browser.value(
            """[...document.querySelectorAll("#rows tr")]
               .filter(row => row.getBoundingClientRect().height > 0)
               .map(row => [...row.cells].slice(0, 2).map(cell => cell.textContent))"""
        )

    def filter(self, words):
        self.browser.value(
            f"""{{ const field = document.getElementById("filter");
                   field.value = {json.dumps(words)};
                   field.dispatchEvent(new Event("input")); }}"""
        )

    def counted(self):
        return self.browser.value('document.getElementById("shown").textContent')

    def click(self, selector, text=None):
        self.browser.value(
            f"""[...document.querySelectorAll({json.dumps(selector)})]
                .find(each => {json.dumps(text)} === null || each.title === {json.dumps(text)}).click()"""
        )

    def test_every_query_is_there_as_text(self):
        expected = [[row["id"], row["query"]] for row in self.rows()]
        self.assertEqual(self.shown(), expected)
        self.assertEqual(self.counted(), "60 of 60")
        self.assertEqual(self.browser.value('document.querySelectorAll("b").length'), 0)
        self.assertEqual(self.browser.value("document.title"), "Test: queries")
        self.assertEqual(self.browser.errors, [])

    def test_the_bars_are_as_long_as_the_counts_say(self):
        bars = self.browser.value(
            """Object.fromEntries([...document.querySelectorAll(".card:first-child .value")].map(each => [
                 each.title,
                 [each.querySelector(".count").textContent,
                  each.querySelector(".bar").getBoundingClientRect().width /
                  each.querySelector(".track").getBoundingClientRect().width]]))"""
        )
        counts = collections.Counter(each["size"] for each in self.tuples[::3])
        self.assertEqual(set(bars), {"small", "large", "never seen"})
        for value, (text, length) in bars.items():
            self.assertEqual(text, str(counts[value] or "never"))
            self.assertAlmostEqual(length, counts[value] / max(counts.values()), delta=0.05)

    def test_words_filter_queries_and_tuples(self):
        word = self.rows()[7]["query"].split()[-1]
        self.filter(word.upper())
        fitting = [
            row for row in self.rows() if word in row["query"] or word in row["dimension_tuple_json"]
        ]
        self.assertEqual([row[0] for row in self.shown()], [row["id"] for row in fitting])
        self.assertEqual(self.counted(), f"{len(fitting)} of 60")
        self.filter("nothing has this")
        self.assertEqual(self.shown(), [])
        self.click("#all")
        self.assertEqual(len(self.shown()), 60)

    def test_a_click_on_a_bar_filters_and_a_second_one_undoes_it(self):
        large = [row["id"] for row, each in zip(self.rows(), self.tuples) if each["size"] == "large"]
        self.click(".value", "large")
        self.assertEqual([row[0] for row in self.shown()], large)
        self.click(".value", "large")
        self.assertEqual(len(self.shown()), 60)

    def test_nothing_is_wider_than_a_telephone(self):
        self.browser.call(
            "Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True
        )
        self.assertLessEqual(self.browser.value("document.documentElement.scrollWidth"), 390)

    def test_a_picture_can_be_taken(self):
        picture = os.environ.get("FANOUT_SCREENSHOT") or self.folder / "page.png"
        self.browser.screenshot(picture)
        self.assertGreater(os.stat(picture).st_size, 10_000)


if __name__ == "__main__":
    if not browser.find():
        print("skipped: there is no Chromium here")
        sys.exit(77)
    unittest.main()
