# SPDX-License-Identifier: MIT
"""`fanout llm`: what counts as an answer, and the name of everything that does not."""

import json
import unittest

from llm_support import SCHEMA, LlmTest, completion, error, prompt_of, reply, request

GOOD = json.dumps({"dish": "soup", "minutes": 20})

# What the model answers, and the name of the failure and a part of its message.
WITHOUT_SCHEMA = {
    "fine": (completion(), None, ""),
    "cut at the limit": (completion("So", "length"), "truncated", "cut at the limit"),
    "filtered": (completion("So", "content_filter"), "content_filter", "content filter"),
    "filtered and empty": (completion("", "content_filter"), "content_filter", ""),
    "refused": (completion(None, refusal="I cannot."), "refusal", "I cannot."),
    "empty": (completion(""), "empty_answer", ""),
    "null": (completion(None), "empty_answer", ""),
    "blank": (completion(" \n"), "empty_answer", ""),
    "tools": (completion(None, "tool_calls", tool_calls=[{"id": "1"}]), None, ""),
    "no choices": ('{"choices": []}', "bad_response", "no choices"),
    "another API": ('{"hello": "world"}', "bad_response", "no choices"),
    "a list": ("[]", "bad_response", "no JSON object"),
    "no JSON": ("{", "bad_response", "no JSON"),
    "nothing": ("", "bad_response", "no JSON"),
    "no UTF-8": (b'{"choices": "\xff"}', "bad_response", "no JSON"),
    "an error all the same": (error("upstream"), "bad_response", "upstream"),
    "deep": ("[" * 1_000_000 + "]" * 1_000_000, "bad_response", "deeper"),
}
WITH_SCHEMA = {
    "fits": (completion(GOOD), None, ""),
    "prose": (completion("Soup, of course."), "bad_json", ""),
    "cut JSON": (completion(GOOD[:-3]), "bad_json", ""),
    "in a fence": (completion(f"```json\n{GOOD}\n```"), "bad_json", ""),
    "missing": (completion('{"dish": "soup"}'), "schema_failure", '"minutes" is missing'),
    "too much": (
        completion('{"dish": "a", "minutes": 1, "price": 2}'),
        "schema_failure",
        "$.price: no such property",
    ),
    "wrong type": (
        completion('{"dish": 5, "minutes": 1}'),
        "schema_failure",
        '$.dish: number instead of "string"',
    ),
    "out of range": (completion('{"dish": "a", "minutes": 0}'), "schema_failure", "$.minutes"),
    "cut before it was JSON": (completion('{"dish', "length"), "truncated", ""),
    "refusal instead": (completion(None, refusal="No."), "refusal", "No."),
    "deep JSON": (completion("[" * 5000), "bad_json", "deeper"),
}


class Answers(LlmTest):
    def check(self, cases, schema=None):
        self.answer = lambda exchange: reply(exchange, cases[prompt_of(exchange)][0])
        self.write(*[request(name, name, schema) for name in cases])
        self.llm("--schema-retries", 0, status=1)
        records = self.records()
        for name, (_, failure, message) in cases.items():
            with self.subTest(name):
                found = records[name]["error"]
                self.assertEqual(found and found["code"], failure, found)
                if found:
                    self.assertIn(message, found["message"])
                    self.assertLess(len(found["message"]), 400)
        self.assertEqual(len(self.exchanges), len(cases), "none of these is tried again")

    def test_without_a_schema(self):
        self.check(WITHOUT_SCHEMA)

    def test_with_a_schema(self):
        self.check(WITH_SCHEMA, SCHEMA)

    def test_a_page_of_a_proxy_is_no_answer(self):
        self.answer = lambda exchange: reply(exchange, "<html>Sign in</html>", content_type="text/html")
        self.write("a")
        self.llm(status=1)
        self.assertEqual(self.failure("a")["code"], "bad_response")
        self.assertIn("Content-Type: text/html", self.failure("a")["message"])

    def test_a_stream_is_no_answer(self):
        body = "data: {}\n\ndata: [DONE]\n\n"
        self.answer = lambda exchange: reply(exchange, body, content_type="text/event-stream")
        self.write("a")
        self.llm(status=1)
        self.assertIn("text/event-stream", self.failure("a")["message"])

    def test_a_failure_keeps_what_the_server_said(self):
        self.answer = lambda exchange: reply(
            exchange, error("no such model", "model_not_found"), 404, ["x-request-id: req_9"]
        )
        self.write("a")
        result = self.llm(status=1)
        record = self.records()["a"]
        self.assertEqual(record["response"]["status_code"], 404)
        self.assertEqual(record["response"]["request_id"], "req_9")
        self.assertEqual(record["response"]["body"]["error"]["code"], "model_not_found")
        self.assertIn("1 x invalid_request, first a: HTTP 404: no such model", result.err)

    def test_control_characters_do_not_reach_the_terminal(self):
        self.answer = lambda exchange: reply(exchange, error("\x1b[2J\x07boo"), 400)
        self.write("a")
        result = self.llm(status=1)
        self.assertIn("boo", result.err)
        self.assertNotIn("\x1b", result.err)

    def test_bytes_that_are_no_text_do_not_reach_it_either(self):
        self.answer = lambda exchange: reply(exchange, b'{"a": "\xff\xfe', 400)
        self.write("a")
        self.assertIn("HTTP 400", self.llm(status=1).err)  # which was read as UTF-8

    def test_other_paths_are_asked_without_looking_for_a_message(self):
        self.server.routes["/v1/embeddings"] = lambda exchange: reply(exchange, '{"data": []}')
        self.write(request("a") | {"url": "/v1/embeddings"})
        self.llm()
        self.assertEqual(self.records()["a"]["response"]["body"], {"data": []})


if __name__ == "__main__":
    unittest.main()
