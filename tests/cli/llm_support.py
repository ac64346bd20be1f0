# SPDX-License-Identifier: MIT
"""What the tests of `fanout llm` and `fanout queries` share: requests, answers, a model that answers."""

import json
import random
import subprocess
import zlib

from support import ProgramTest, environment, finish

KEY = "sk-test-0123456789abcdef"

# What a test may ask for that wants structured output.
SCHEMA = {
    "type": "object",
    "properties": {"dish": {"type": "string"}, "minutes": {"type": "integer", "minimum": 1}},
    "required": ["dish", "minutes"],
    "additionalProperties": False,
}


def request(custom_id, text="What is for dinner?", schema=None, **more):
    body = {"model": "test", "messages": [{"role": "user", "content": text}], **more}
    if schema:
        form = {"name": "answer", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body}


def completion(content="Soup.", finish_reason="stop", **message):
    """The body of an answer."""
    message = {"role": "assistant", "content": content, "refusal": None, **message}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": "test",
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        }
    )


def error(message, code=None, kind="invalid_request_error"):
    return json.dumps({"error": {"message": message, "type": kind, "code": code}})


def reply(exchange, body, status=200, headers=(), content_type="application/json"):
    exchange.reply(status, body, [f"Content-Type: {content_type}", *headers])


def prompt_of(exchange):
    """The text of the last message that the program sent."""
    return json.loads(exchange.body)["messages"][-1]["content"]


class LlmTest(ProgramTest):
    """A model at /v1 that does as self.answer says, which gets the exchange of each request."""

    routes = {}

    def setUp(self):
        super().setUp()
        self.exchanges = []
        self.server.routes["/v1/chat/completions"] = self._answer
        self.answer = lambda exchange: reply(exchange, completion())
        self.requests = self.folder / "requests.jsonl"
        self.results = self.folder / "results.jsonl"

    def _answer(self, exchange):
        self.exchanges.append(exchange)
        self.answer(exchange)

    @property
    def env(self):
        return environment() | {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": self.server.origin + "/v1",
        }

    def write(self, *requests):
        """Requests by their ids, as dicts, or as lines that may be anything."""
        lines = []
        for each in requests:
            if not isinstance(each, (dict, str)):
                raise TypeError(each)
            if isinstance(each, str) and not each.startswith("raw:"):
                each = request(each)
            lines.append(json.dumps(each) if isinstance(each, dict) else each[4:])
        self.requests.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def start_llm(self, *arguments, **options):
        options.setdefault("env", self.env)
        return self.start("llm", self.requests, "-o", self.results, *arguments, **options)

    def llm(self, *arguments, status=0, text=None, **options):
        if text is not None:
            options["stdin"] = subprocess.PIPE
        result = finish(self.start_llm(*arguments, **options), text)
        self.check_status(result, status)
        return result

    def records(self):
        """What the results say, the last line for each id."""
        lines = self.results.read_text(encoding="utf-8").splitlines()
        return {record["custom_id"]: record for record in map(json.loads, lines)}

    def failure(self, custom_id):
        return self.records()[custom_id]["error"]

    def waits(self):
        """Seconds between the requests, in the order of their arrival."""
        times = [exchange.time for exchange in self.exchanges]
        return [later - earlier for earlier, later in zip(times, times[1:])]


def invent(schema, chance):
    """A value that fits the schema, made of what `chance` (a random.Random) says."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if schema["type"] == "object":
        return {name: invent(each, chance) for name, each in schema["properties"].items()}
    if schema["type"] == "array":
        return [invent(schema["items"], chance) for _ in range(schema["minItems"])]
    return chance.choice(WORDS) + f" {chance.randrange(10**6)}"


WORDS = ['a "quoted" word', "two, words", "line\nfeed", "Grüße 🍲", "</script><b>bold</b>", "=1+1", "x"]


def inventive_answer(exchange):
    """What fits the schema of the request; the same request always gets the same answer."""
    body = json.loads(exchange.body)
    schema = body["response_format"]["json_schema"]["schema"]
    chance = random.Random(zlib.crc32(exchange.body))
    return completion(json.dumps(invent(schema, chance)))
